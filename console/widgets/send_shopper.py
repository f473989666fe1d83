"""A simulated store's own panel: choose what somebody takes, send them in, and see what comes of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from console.item_models.keyed_rows import ROW_ROLE, Column, KeyedRows
from console.item_models.search import SearchProxy
from console.item_models.sent_shoppers import FateWords, fate_words
from console.item_models.words import ShopWords
from console.language import tr, tr_n, tr_noop
from console.operations.simulated_shoppers import SimulatedShoppers
from console.theme.appearance import Appearance
from console.theme.icons import Icon, icon
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3
from console.widgets.labels import label, rule, set_tone, tool_button
from store_layout.model import Product

KEY = "Ctrl+N"
FOUND_SHOWN, GAP = 5, 2
"""How many of the products found are shown without scrolling, and the pixels around each."""
CHOSEN_SHOWN, CHOSEN_ROW = 4, 33
"""How many of the chosen are shown without scrolling, and the height of each."""
SHOW = tr_noop("Show receipt")
FATES = 2
"""How many of those who were sent are shown."""


class SendShopper(QWidget):
    """Hidden unless the store is simulated."""

    led_to = Signal(str)
    """Show this visit."""

    def __init__(
        self,
        shoppers: SimulatedShoppers,
        words: ShopWords,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._shoppers, self._words, self._appearance = shoppers, words, appearance
        self._wanted: dict[str, int] = {}
        self._rows: list[_Chosen] = []
        self._waits = False
        self._why_not = ""
        products = KeyedRows[Product](
            (Column(tr("Product"), lambda p: f"{p.name}, {words.money(p.price)}"),), lambda p: p.sku, self
        )
        on_shelves = {facing.sku for facing in words.layout.planogram}
        products.replace([p for p in words.layout.catalog if p.sku in on_shelves])
        self._found = SearchProxy(products, lambda p: f"{p.name} {p.category} {p.sku}", self)
        self._lay_out()
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._choose_current)
        self.search.installEventFilter(self)
        self.found.installEventFilter(self)
        self.found.clicked.connect(self._choose_current)
        self.button.clicked.connect(self._send)
        self._key = QShortcut(QKeySequence(KEY), self)
        self._key.activated.connect(self.search.setFocus)
        shoppers.sent.connect(self._was_sent)
        shoppers.refused.connect(self._was_refused)
        shoppers.changed.connect(self.refresh)
        self.refresh()

    @property
    def wanted(self) -> dict[str, int]:
        """What is chosen: sku -> units."""
        return dict(self._wanted)

    def refresh(self) -> None:
        """Say how those who were sent are getting on, and whether anybody can be."""
        if self._shoppers.why_not != self._why_not:
            self._why_not = self._shoppers.why_not
            self._refuse(self._why_not)
            self._say_button()
        fates = [fate_words(fate, self._words) for fate in self._shoppers.fates[:FATES]]
        self._line.setVisible(bool(fates))
        for place, shown in enumerate(self.fates):
            shown.show_fate(fates[place] if place < len(fates) else None)

    def choose(self, sku: str, units: int = 1) -> None:
        """So many more of a product (negative: fewer)."""
        count = self._wanted.get(sku, 0) + units
        if count > 0:
            self._wanted[sku] = count
        else:
            self._wanted.pop(sku, None)
        self._show_chosen()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Down from the search into what was found, Enter takes it, Escape gives the search up."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        key = event.key()
        if key == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            self.search.setFocus()
            return True
        if watched is self.search and key == Qt.Key.Key_Down and self.found.isVisible():
            self.found.setFocus()
            return True
        if watched is self.found and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose_current()
            return True
        return False

    # -- inside --------------------------------------------------------------------------------------

    def _search(self, text: str) -> None:
        self._found.search(text)
        wanted, some = bool(text.strip()), self._found.rowCount()
        self.found.setVisible(wanted and some > 0)
        self._nothing.setVisible(wanted and some == 0)
        if wanted and some:
            row = self.found.sizeHintForRow(0) + 2 * GAP
            self.found.setFixedHeight(min(FOUND_SHOWN, some) * row + 2 * GAP)
            self.found.setCurrentIndex(self._found.index(0, 0))

    def _choose_current(self) -> None:
        """What is marked among the products found: one more of it."""
        index = self.found.currentIndex()
        if self.search.text().strip() and index.isValid():
            self.choose(index.data(ROW_ROLE).sku)
            self.search.clear()
            self.search.setFocus()

    def _show_chosen(self) -> None:
        """A row for each; rows that are not needed now are kept for the next."""
        focused = next((row.sku for row in self._rows if row.has_focus), None)
        while len(self._rows) < len(self._wanted):
            self._rows.append(_Chosen(self._appearance, self.choose))
            self._list.addWidget(self._rows[-1])
            before: QWidget = self._rows[-2].more if len(self._rows) > 1 else self.found
            for after in (self._rows[-1].fewer, self._rows[-1].more, self.button):  # Tab goes down the panel
                self.setTabOrder(before, after)
                before = after
        items = [*self._wanted.items(), *[("", 0)] * (len(self._rows) - len(self._wanted))]
        for row, (sku, count) in zip(self._rows, items, strict=True):
            row.show_item(sku, self._words.product(sku) if sku else "", count)
        if focused is not None and focused not in self._wanted:
            self.search.setFocus()
        shown = min(len(self._wanted), CHOSEN_SHOWN)
        self._holder.setVisible(shown > 0)
        self._holder.setFixedHeight(shown * (CHOSEN_ROW + SPACE_1))
        self._refuse(self._why_not)
        self._say_button()

    def _say_button(self) -> None:
        many = sum(self._wanted.values())
        if self._waits:
            said = tr("Sending …")
        elif many:
            said = tr_n("Send a shopper for {n} item", "Send a shopper for {n} items", many)
        else:
            said = tr("Send a shopper who only looks")
        self.button.setText(said)
        self.button.setEnabled(not self._waits and not self._why_not)

    def _send(self) -> None:
        self._waits = True
        self._say_button()
        self._shoppers.send(self._wanted)

    def _was_sent(self, _person: str) -> None:
        self._waits = False
        self._wanted.clear()
        self._show_chosen()

    def _was_refused(self, why: str) -> None:
        self._waits = False
        self._say_button()
        self._refuse(self._why_not or why)

    def _refuse(self, why: str) -> None:
        """Say why nobody was or can be sent; an empty text: nothing is in the way."""
        self._refusal.setText(why)
        self._refusal.setVisible(bool(why))

    def _lay_out(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("What should they take?"))
        self.search.setAccessibleName(tr("Search a product for the shopper to take"))
        self.search.setToolTip(tr("Type a product's name, Enter takes it ({key})", key=KEY))
        self.search.setClearButtonEnabled(True)
        glass = self.search.addAction(
            icon(Icon.SEARCH, self._appearance.theme), QLineEdit.ActionPosition.LeadingPosition
        )
        self._appearance.changed.connect(lambda: glass.setIcon(icon(Icon.SEARCH, self._appearance.theme)))
        self.found = QListView()
        self.found.setModel(self._found)
        self.found.setAccessibleName(tr("Products found"))
        self.found.setFrameShape(QFrame.Shape.NoFrame)
        self.found.setUniformItemSizes(True)
        self.found.setSpacing(GAP)
        self.found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.found.hide()
        self._nothing = label(tr("No product on the shelves matches."), "secondary")
        self._nothing.hide()
        inner = QWidget()
        self._list = QVBoxLayout(inner)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(SPACE_1)
        self._holder = QScrollArea()
        self._holder.setWidget(inner)
        self._holder.setWidgetResizable(True)
        self._holder.setFrameShape(QFrame.Shape.NoFrame)
        self._holder.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._holder.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._holder.setAccessibleName(tr("Chosen products"))
        self._holder.hide()
        self.button = QPushButton()
        self._refusal = label("", "body", wrap=True)
        set_tone(self._refusal, "wrong")
        self._refusal.hide()
        self._line = rule()
        self.fates = tuple(_FateView() for _ in range(FATES))
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, 0, SPACE_3, SPACE_3)
        box.setSpacing(SPACE_2)
        choosing: tuple[QWidget, ...] = (self.search, self.found, self._nothing, self._holder)
        sending: tuple[QWidget, ...] = (self.button, self._refusal, self._line, *self.fates)
        for part in (*choosing, *sending):
            box.addWidget(part)
        for fate in self.fates:
            fate.asked.connect(self.led_to)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._say_button()


class _Chosen(QWidget):
    """A product that was chosen, how many, and one more or less."""

    def __init__(self, appearance: Appearance, choose: Callable[[str, int], None]) -> None:
        super().__init__()
        self.sku = ""
        self.count, self.name = label("", "caption"), label("")
        self.count.setFixedWidth(22)
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.fewer = tool_button(Icon.ZOOM_OUT, tr("One less"), "", appearance, lambda: choose(self.sku, -1))
        self.more = tool_button(Icon.ZOOM_IN, tr("One more"), "", appearance, lambda: choose(self.sku, 1))
        self.setFixedHeight(CHOSEN_ROW)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_1)
        row.addWidget(self.count)
        row.addSpacing(SPACE_1)
        row.addWidget(self.name, 1)
        row.addWidget(self.fewer)
        row.addWidget(self.more)

    @property
    def has_focus(self) -> bool:
        """Whether one of its buttons has the keys."""
        return self.more.hasFocus() or self.fewer.hasFocus()

    def show_item(self, sku: str, name: str, count: int) -> None:
        """So many of this; of none it hides."""
        self.sku = sku
        self.count.setText(str(count))
        self.name.setText(name)
        self.name.setToolTip(name)
        for button, words in (
            (self.fewer, tr("One {name} less", name=name)),
            (self.more, tr("One more {name}", name=name)),
        ):
            button.setAccessibleName(words)
            button.setToolTip(words)
        self.setVisible(count > 0)


class _FateView(QWidget):
    """What became of one who was sent."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._fate: FateWords | None = None
        self.who, self.what = label("", "secondary", wrap=True), label("", wrap=True)
        self.show_visit = QPushButton(tr(SHOW))
        self.show_visit.clicked.connect(self._ask)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, SPACE_1)
        grid.setVerticalSpacing(SPACE_1)
        grid.addWidget(self.who, 0, 0)
        grid.addWidget(self.what, 1, 0)
        grid.addWidget(self.show_visit, 2, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_fate(self, fate: FateWords | None) -> None:
        """Say it, where it is new."""
        if fate == self._fate:
            return
        self._fate = fate
        self.setVisible(fate is not None)
        if fate is not None:
            self.who.setText(fate.who)
            self.what.setText(fate.what)
            set_tone(self.what, fate.tone)
            self.show_visit.setText(fate.link or tr(SHOW))
            self.show_visit.setVisible(bool(fate.visit))

    def _ask(self) -> None:
        if self._fate is not None:
            self.asked.emit(self._fate.visit)
