"""A changed store on its way into the engine: what it waits for, and what can be done about that."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from console.language import tr
from console.operations.store_takeover import StoreTakeover
from console.theme.tokens import SPACE_3
from console.widgets.labels import label, set_tone


class TakeoverBar(QWidget):
    """There only while the engine has not taken a change over."""

    def __init__(self, takeover: StoreTakeover, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._takeover = takeover
        self.why = label("", "body", wrap=True)
        set_tone(self.why, "waiting")
        self.stop_waiting = QPushButton(tr("Wait no longer"))
        self.change_over = QPushButton(tr("Change over, some seconds"))
        self.change_over.setToolTip(
            tr("Another engine goes on with every open cart; for some seconds nothing is seen.")
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_3)
        row.addWidget(self.why, 1)
        row.addWidget(self.stop_waiting)
        row.addWidget(self.change_over)
        self.stop_waiting.clicked.connect(takeover.cancel)
        self.change_over.clicked.connect(takeover.renew)
        takeover.changed.connect(self.show_change)
        self.show_change()

    def show_change(self) -> None:
        """As it is now."""
        takeover = self._takeover
        if takeover.waiting:
            self.why.setText(tr("The changed store waits for a quiet moment: {why}.", why=takeover.waiting))
        else:
            self.why.setText(tr("Not in the engine yet: {why}.", why=takeover.start_needed))
        self.setVisible(bool(takeover.waiting or takeover.start_needed))
        self.stop_waiting.setVisible(bool(takeover.waiting))
        self.change_over.setVisible(bool(takeover.start_needed))
