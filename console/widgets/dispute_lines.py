"""The lines of a receipt as they should have been: how many, how much less, what is missing, and goodwill."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCompleter,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from console.back_office.corrections import Account, Change
from console.item_models.dispute_drafting import LineWish, changes_of, open_positions, parse_amount
from console.item_models.words import ShopWords
from console.language import tr
from console.language.writing import decimal
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3
from console.widgets.dispute_outlook import clear
from console.widgets.labels import label

MOST_UNITS = 999
SPIN, MONEY = 76, 84


class UnitsBox(QSpinBox):
    """How many it should be. Return goes on to the PIN."""

    settled = Signal()

    def __init__(self, name: str, units: int) -> None:
        super().__init__()
        self.setRange(0, MOST_UNITS)
        self.setValue(units)
        self.setFixedWidth(SPIN)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setAccessibleName(name)
        self.lineEdit().setAccessibleName(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Return: this is how it should be."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.interpretText()
            self.settled.emit()
        else:
            super().keyPressEvent(event)


class DisputeLines(QWidget):
    """One row for each line that stands. It collects wishes; what they cost is worked out elsewhere."""

    changed = Signal()
    settled = Signal()
    """Return in one of the fields."""

    def __init__(self, words: ShopWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._account: Account | None = None
        self.units: list[UnitsBox] = []
        self.offs: list[QLineEdit] = []
        self._added: dict[str, int] = {}
        self.add = QLineEdit()
        self.add.setPlaceholderText(tr("Was taken and is missing: name of the product"))
        self.add.setAccessibleName(tr("Product to add"))
        self.add_button = QPushButton(tr("Add"))
        self.goodwill = _money(tr("Goodwill, off the whole"))
        self._rows = QGridLayout()
        self._more = QVBoxLayout()
        self._lay_out()
        self.add.returnPressed.connect(self._add)
        self.add_button.clicked.connect(self._add)
        self.goodwill.textEdited.connect(lambda _: self.changed.emit())
        self.goodwill.returnPressed.connect(self.settled)

    def show_account(self, account: Account) -> None:
        """What stands of another receipt; nothing is wished yet."""
        self._account = account
        self._added.clear()
        self.add.clear()
        self.goodwill.clear()
        self._fill(account)
        self._show_added()

    def changes(self) -> tuple[Change, ...]:
        """What has to change. Raises ``ValueError`` in words for what cannot be read."""
        if self._account is None:
            return ()
        currency = self._words.layout.file.store.currency
        wishes = [
            LineWish(position, units.value(), parse_amount(off.text(), currency))
            for position, units, off in zip(open_positions(self._account), self.units, self.offs, strict=True)
        ]
        return changes_of(wishes, self._added, parse_amount(self.goodwill.text(), currency))

    def take_focus(self) -> None:
        """To the first line's count."""
        first = self.units[0] if self.units else self.add
        first.setFocus()
        if isinstance(first, UnitsBox):
            first.selectAll()

    # -- inside --------------------------------------------------------------------------------------

    def _add(self) -> None:
        """Enter in the product's field: the one that is meant, once more each time."""
        typed = self.add.text().strip()
        if not typed:
            self.settled.emit()
            return
        found = next(
            (
                p.sku
                for p in self._words.layout.catalog
                if typed.casefold() in (p.name.casefold(), p.sku.casefold())
            ),
            None,
        ) or next((p.sku for p in self._words.layout.catalog if typed.casefold() in p.name.casefold()), None)
        if found is None:
            self.add.selectAll()
            self.add.setToolTip(tr("No product is called {text}", text=typed))
            return
        self._added[found] = self._added.get(found, 0) + 1
        self.add.clear()
        self._show_added()
        self.changed.emit()

    def _take_back(self, sku: str) -> None:
        self._added.pop(sku, None)
        self._show_added()
        self.changed.emit()
        self.add.setFocus()

    def _show_added(self) -> None:
        clear(self._more)
        for sku, count in self._added.items():
            holder = QWidget()
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(SPACE_2)
            said = tr("{count} {product} more", count=count, product=self._words.product(sku))
            row.addWidget(label(said, wrap=True), 1)
            back = QPushButton(tr("Take back"))
            back.setAccessibleName(tr("Take back: {what}", what=said))
            back.clicked.connect(lambda *_, name=sku: self._take_back(name))
            row.addWidget(back)
            self._more.addWidget(holder)

    def _fill(self, account: Account) -> None:
        clear(self._rows)
        self.units, self.offs = [], []
        heads = (tr("Charged"), tr("Should be"), tr("Off the price"))
        for column, head in enumerate(heads):
            self._rows.addWidget(label(head, "secondary"), 0, column)
        for i, position in enumerate(open_positions(account), start=1):
            charged = f"{position.units} {position.name}, {self._words.money(position.amount)}"
            units = UnitsBox(tr("How many {product} it should be", product=position.name), position.units)
            off = _money(tr("Off the price of {product}", product=position.name))
            units.valueChanged.connect(lambda _: self.changed.emit())
            units.settled.connect(self.settled)
            off.textEdited.connect(lambda _: self.changed.emit())
            off.returnPressed.connect(self.settled)
            self._rows.addWidget(label(charged, wrap=True), i, 0)
            self._rows.addWidget(units, i, 1)
            self._rows.addWidget(off, i, 2)
            self.units.append(units)
            self.offs.append(off)
        order: list[QWidget] = [w for pair in zip(self.units, self.offs, strict=True) for w in pair]
        for before, after in zip(order, [*order[1:], self.add], strict=True):
            QWidget.setTabOrder(before, after)

    def _lay_out(self) -> None:
        completer = QCompleter([p.name for p in self._words.layout.catalog], self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        if (popup := completer.popup()) is not None:
            popup.setAccessibleName(tr("Products"))
        self.add.setCompleter(completer)
        self._rows.setHorizontalSpacing(SPACE_2)
        self._rows.setVerticalSpacing(SPACE_1)
        self._rows.setColumnStretch(0, 1)
        missing = QHBoxLayout()
        missing.setSpacing(SPACE_2)
        missing.addWidget(self.add, 1)
        missing.addWidget(self.add_button)
        good = QHBoxLayout()
        good.setSpacing(SPACE_2)
        good.addWidget(label(tr("Goodwill, off the whole")), 1)
        good.addWidget(self.goodwill)
        self._more.setSpacing(SPACE_1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_3 - SPACE_1)
        box.addLayout(self._rows)
        box.addLayout(missing)
        box.addLayout(self._more)
        box.addLayout(good)


def _money(name: str) -> QLineEdit:
    made = QLineEdit()
    made.setFixedWidth(MONEY)
    made.setAlignment(Qt.AlignmentFlag.AlignRight)
    made.setPlaceholderText(decimal(0, 2))
    made.setAccessibleName(name)
    return made
