"""Tells what was taken where no answer is right: the visit's lines, more or fewer of each, other products."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.item_models.words import ShopWords
from console.language import tr
from console.theme.fonts import sized
from console.theme.tokens import SPACE_2
from console.widgets.labels import label

MOST = 99
LINE = 28
"""Pixels of one line, at the normal text size."""


class ReviewLines(QWidget):
    """Keys: up and down, + and - for the count, Return keeps, Escape goes back; a name and Return adds."""

    kept = Signal(dict)
    """Sku to count."""
    left = Signal()
    """Nothing is kept."""
    edited = Signal(dict)
    """What it would be now: somebody may say what that costs."""

    def __init__(self, words: ShopWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._skus = {product.name.casefold(): product.sku for product in words.layout.catalog}
        self._lines: dict[str, int] = {}
        self._keys: dict[Qt.Key, Callable[[], None]] = {
            Qt.Key.Key_Plus: lambda: self._change(1),
            Qt.Key.Key_Right: lambda: self._change(1),
            Qt.Key.Key_Minus: lambda: self._change(-1),
            Qt.Key.Key_Left: lambda: self._change(-1),
            Qt.Key.Key_Delete: lambda: self._change(-MOST),
            Qt.Key.Key_Return: self._keep,
            Qt.Key.Key_Enter: self._keep,
        }
        self.list = QListWidget()
        self.list.setAccessibleName(tr("What was taken"))
        self.list.installEventFilter(self)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Add a product: name or number"))
        self.search.setAccessibleName(tr("Product to add"))
        completer = QCompleter([product.name for product in words.layout.catalog], self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.search.setCompleter(completer)
        self.search.returnPressed.connect(self._add)
        completer.activated.connect(lambda _: self._add())
        self.said = label("", "secondary")
        self.keep = QPushButton(tr("Keep these lines"))
        self.keep.clicked.connect(self._keep)
        self.back = QPushButton(tr("Esc  Back to the answers"))
        self.back.clicked.connect(self.left)
        self._lay_out()

    @property
    def lines(self) -> dict[str, int]:
        """Sku to count, without what was not taken."""
        return {sku: count for sku, count in self._lines.items() if count}

    def begin(self, lines: Mapping[str, int]) -> None:
        """Start from what is counted now."""
        self._lines = dict(lines)
        self.search.clear()
        self._fill(0)
        self.list.setFocus()

    def say_total(self, text: str) -> None:
        """What the receipt would come to."""
        self.keep.setText(tr("Keep these lines: {effect}", effect=text) if text else tr("Keep these lines"))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Escape goes back from anywhere in here."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The list would search in itself by these keys, and the window has others for + and -."""
        if watched is not self.list or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        doing = self._keys.get(Qt.Key(event.key()))
        if doing is None:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress:
            doing()
        return True

    def _keep(self) -> None:
        self.kept.emit(self.lines)

    def _add(self) -> None:
        wanted = self.search.text().strip()
        if not wanted:
            return
        sku = wanted if wanted in self._words.layout.products else self._skus.get(wanted.casefold())
        if sku is None:
            self.said.setText(tr("No product is called “{name}”.", name=wanted))
            return
        self._lines[sku] = min(MOST, self._lines.get(sku, 0) + 1)
        self.search.clear()
        self._fill(list(self._lines).index(sku))
        self.list.setFocus()

    def _change(self, by: int) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._lines):
            sku = list(self._lines)[row]
            self._lines[sku] = min(MOST, max(0, self._lines[sku] + by))
            self._fill(row)

    def _fill(self, row: int) -> None:
        self.said.setText("")
        self.list.clear()
        for sku, count in self._lines.items():
            item = QListWidgetItem(f"{count} \N{MULTIPLICATION SIGN}  {self._words.product(sku)}")
            item.setSizeHint(QSize(0, sized(LINE)))
            self.list.addItem(item)
        self.list.setCurrentRow(row)
        self.edited.emit(self.lines)

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_2)
        for button in (self.keep, self.back):
            button.setMinimumHeight(40)
            foot.addWidget(button)
        foot.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_2)
        box.addWidget(label(tr("What was taken: + and \N{MINUS SIGN} change the count"), "secondary"))
        box.addWidget(self.list, 1)
        box.addWidget(self.search)
        box.addWidget(self.said)
        box.addLayout(foot)
