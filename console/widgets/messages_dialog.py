"""What the engine has said, newest first."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize
from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget

from console.item_models.keyed_rows import Column, KeyedRows
from console.item_models.words import ShopWords, day_and_time
from console.language import tr
from console.language.sentences import in_words
from console.operations.engine_messages import EngineMessages
from console.theme.appearance import Appearance
from console.theme.fonts import sized
from console.theme.tokens import SPACE_3, SPACE_4
from console.widgets.data_table import DataTable
from console.widgets.labels import EmptyState, close_button, label
from inference.messages import Alarm

SIZE = QSize(760, 420)
WHEN = 170


def message_words(message: Alarm) -> str:
    """As a sentence of its own."""
    said = in_words(message.text)
    return f"{said[:1].upper()}{said[1:]}"


class MessagesDialog(QDialog):
    """Follows what comes while it is open, and counts it as read."""

    def __init__(
        self,
        messages: EngineMessages,
        words: ShopWords,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Messages"))
        self.setAccessibleName(tr("Messages of the engine"))
        self._messages = messages
        columns = (
            Column[Alarm](tr("When"), lambda m: day_and_time(m.t, words.zone)),
            Column[Alarm](tr("What"), message_words, tip=message_words),
        )
        self.rows = KeyedRows(columns, lambda m: (m.t, m.kind, m.about, str(m.text)), self)
        self.table = DataTable(self.rows, tr("Messages"), (WHEN, 0), appearance)
        self.empty = EmptyState(
            tr("Nothing was said"),
            tr(
                "A disk that is full, a scale that sends impossible weights, somebody who came in without a "
                "signal of the gate: the engine says it here."
            ),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.table)
        buttons = close_button(self)
        self.whole = label("", "body", wrap=True)
        self.whole.setMinimumHeight(2 * self.whole.fontMetrics().lineSpacing() + 2)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_3)
        box.addWidget(self._stack, 1)
        box.addWidget(self.whole)
        box.addWidget(buttons)
        self.resize(sized(SIZE.width()), sized(SIZE.height()))
        messages.changed.connect(self._show)
        self._show()
        self.table.setFocus()

    def _choose(self, index: QModelIndex) -> None:
        """A long one is cut in its row."""
        self.whole.setText(message_words(self.rows.row(index.row())) if index.isValid() else "")

    def _show(self) -> None:
        self.rows.replace(tuple(dict.fromkeys(self._messages.messages)))
        self._stack.setCurrentWidget(self.table if self._messages.messages else self.empty)
        self._messages.read()
