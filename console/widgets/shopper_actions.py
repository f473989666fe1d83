"""Under the carts: what can be put right about the selected shopper, and the way back from it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QMenu,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.item_models.words import ShopWords
from console.language import tr
from console.operations.identity_edits import Edit, IdentityEdits
from console.operations.time_travel import TimeTravel
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3
from console.widgets.labels import label, set_tone
from console.widgets.number_fields import count_field
from inference.messages.wire import CorrectLine, Inside, JoinVisits, MakeShopper, SetStaff, SplitVisit

MOST_UNITS = 99


class ShopperActions(QWidget):
    """Hidden while nobody is selected, or what is shown is not now."""

    left = Signal()
    """It goes, with the keys in it: they belong elsewhere."""

    def __init__(
        self, travel: TimeTravel, edits: IdentityEdits, words: ShopWords, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._travel, self._edits, self._words = travel, edits, words
        self._undo: Edit | None = None
        self._said: tuple[object, ...] = ()
        self.staff, self.same = QPushButton(tr("Staff")), QPushButton(tr("Who is it"))
        self.correct, self.undo = QPushButton(tr("Correct")), QPushButton(tr("Undo"))
        self.same.setAccessibleName(tr("Who it is: the same as another, or somebody else"))
        self.correct.setAccessibleName(tr("Correct a line of the cart"))
        self.answer = label("", "secondary", wrap=True)
        self.others = QMenu(self)
        self.others.setAccessibleName(tr("The same shopper as"))
        self.same.setMenu(self.others)
        self.others.aboutToShow.connect(self._name_others)
        self.staff.clicked.connect(self.toggle_staff)
        self.correct.clicked.connect(self.ask_line)
        self.undo.clicked.connect(self._take_back)
        row = QHBoxLayout()
        row.setSpacing(SPACE_1)
        for button in (self.staff, self.same, self.correct):
            row.addWidget(button, 1)
        self._told = QWidget()
        said = QHBoxLayout(self._told)
        said.setContentsMargins(0, 0, 0, 0)
        said.setSpacing(SPACE_2)
        said.addWidget(self.answer, 1)
        said.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignTop)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, 0, SPACE_3, SPACE_3)
        box.setSpacing(SPACE_2)
        box.addLayout(row)
        box.addWidget(self._told)
        travel.snapshot_changed.connect(self.refresh)
        travel.selection_changed.connect(self._another)
        travel.moved.connect(self.refresh)
        edits.session.changed.connect(self.refresh)
        edits.done.connect(self._was_done)
        edits.refused.connect(self._was_refused)
        self._another()

    @property
    def shopper(self) -> Inside | None:
        """The selected one, where they are a visit that goes on, or unexplained."""
        track = self._travel.selected
        found = None if track is None or not self._travel.is_now else self._travel.inside(track)
        return found if found is not None and found.code else None

    def refresh(self) -> None:
        """Offer what can be done."""
        shopper, signed_in = self.shopper, self._edits.session.actor is not None
        others = len(self._travel.visitors) > 1
        unexplained = shopper is not None and shopper.unexplained
        now = (shopper and shopper.code, shopper and shopper.staff, unexplained, signed_in, others)
        if now == self._said:
            return
        if self._said[:1] != now[:1]:
            self.others.close()  # it was about somebody who has left, or is not selected any more
        self._said = now
        if shopper is None:
            if any(button.hasFocus() for button in (self.staff, self.same, self.correct, self.undo)):
                self.left.emit()  # else the next in the order has the keys: what opens and pauses the store
            self.hide()
            return
        self.show()
        self.staff.setText(tr("Not staff") if shopper.staff else tr("Staff"))
        self.staff.setAccessibleName(tr("Not staff") if shopper.staff else tr("Mark as staff"))
        for button in (self.staff, self.same, self.correct):
            button.setEnabled(signed_in)
            button.setToolTip("" if signed_in else tr("Sign in to put something right"))
        self.same.setEnabled(signed_in)
        self.correct.setEnabled(signed_in and not shopper.staff and not unexplained)

    def toggle_staff(self) -> None:
        """Mark the selected shopper as staff, or as a shopper again."""
        if self.shopper is not None:
            self._edits.send(SetStaff(self.shopper.code, not self.shopper.staff))

    def ask_line(self) -> None:
        """Ask which product and how many."""
        if self.shopper is None:
            return
        cart = self._travel.cart(self.shopper.person.track)
        held = {} if cart is None else {line.sku: line.quantity for line in cart.lines}
        dialog = LineDialog(self.shopper.code, held, self._words, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._edits.send(dialog.edit()))
        dialog.open()

    def ask_join(self, other: str) -> None:
        """Ask once more: two visits that were joined cannot be parted."""
        if self.shopper is None:
            return
        code = self.shopper.code
        self._ask(
            tr("The same shopper"),
            tr("{other} and {code} are one person?", other=other, code=code),
            tr(
                "What {other} took goes into the cart of {code}. This cannot be undone.",
                other=other,
                code=code,
            ),
            tr("Join {other} to {code}", other=other, code=code),
            JoinVisits(code, other),
        )

    def ask_split(self) -> None:
        """Ask once more: the cart up to now stays with who came in, and that cannot be undone."""
        if self.shopper is not None:
            code = self.shopper.code
            self._ask(
                tr("Another shopper"),
                tr("Is this somebody else than who came in as {code}?", code=code),
                tr(
                    "Whoever is seen here gets a visit of their own. What was taken up to now stays with "
                    "{code}, who counts as hidden. This cannot be undone.",
                    code=code,
                ),
                tr("Part them from {code}", code=code),
                SplitVisit(code),
            )

    def ask_shopper(self) -> None:
        """Ask once more: a visit that was opened ends with a receipt or a person who looks."""
        if self.shopper is not None:
            code = self.shopper.code
            self._ask(
                tr("A shopper"),
                tr("Is {code}, who came through no gate, a shopper?", code=code),
                tr(
                    "They get a visit with what they took up to now, and a person looks at it before it is "
                    "charged. This cannot be undone.",
                ),
                tr("Open a visit for {code}", code=code),
                MakeShopper(code),
            )

    def _ask(self, title: str, question: str, told: str, does: str, edit: Edit) -> None:
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(title)
        box.setText(question)
        box.setInformativeText(told)
        button = box.addButton(does, QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        button.clicked.connect(lambda: self._edits.send(edit))
        box.open()

    # -- inside --------------------------------------------------------------------------------------

    def _name_others(self) -> None:
        self.others.clear()
        for inside in self._travel.visitors:
            if self.shopper is not None and inside.code != self.shopper.code:
                action = self.others.addAction(inside.code)
                action.triggered.connect(lambda *_, code=inside.code: self.ask_join(code))
        self.others.addSeparator()
        if self.shopper is not None and self.shopper.unexplained:
            self.others.addAction(tr("A shopper: open a visit")).triggered.connect(self.ask_shopper)
        else:
            self.others.addAction(tr("Nobody who came in: another shopper")).triggered.connect(self.ask_split)

    def _another(self) -> None:
        """What was said was about another shopper."""
        self._undo = None
        self.answer.clear()
        self._told.hide()
        self.undo.hide()
        self.refresh()

    def _was_done(self, text: str, undo: Edit | None) -> None:
        self._undo = undo
        self.answer.setText(text)
        self._told.show()
        set_tone(self.answer, "good")
        self.undo.setVisible(undo is not None)

    def _was_refused(self, why: str) -> None:
        self.answer.setText(why)
        self._told.show()
        set_tone(self.answer, "wrong")
        self.undo.hide()

    def _take_back(self) -> None:
        if self._undo is not None:
            self._edits.send(self._undo)


class LineDialog(QDialog):
    """So many of one product; the button says what it does."""

    def __init__(
        self, code: str, held: dict[str, int], words: ShopWords, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("The cart of {code}", code=code))
        self._code, self._held = code, held
        self.product = QComboBox()
        self.product.setAccessibleName(tr("Product"))
        self.count = count_field(tr("How many they have taken"), 0, MOST_UNITS)
        rest = [product.sku for product in words.layout.catalog if product.sku not in held]
        for sku in (*held, *rest):
            self.product.addItem(words.product(sku), sku)
        form = QFormLayout()
        form.addRow(tr("Product"), self.product)
        form.addRow(tr("Taken"), self.count)
        buttons = QDialogButtonBox()
        self.go = buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addLayout(form)
        box.addWidget(buttons)
        self.product.currentIndexChanged.connect(self._show_held)
        self.count.valueChanged.connect(self._say)
        self._show_held()

    def edit(self) -> CorrectLine:
        """What is asked for."""
        return CorrectLine(self._code, str(self.product.currentData()), self.count.value())

    def _show_held(self) -> None:
        self.count.setValue(self._held.get(str(self.product.currentData()), 0))
        self._say()

    def _say(self) -> None:
        name, count = self.product.currentText(), self.count.value()
        self.go.setText(
            tr("Set to {n} {name}", n=count, name=name) if count else tr("Take {name} out", name=name)
        )
