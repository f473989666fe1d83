"""A short word in the corner that goes away by itself, in nobody's way; what it tells of can be undone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from console.language import tr
from console.theme.appearance import Appearance
from console.theme.icons import Icon
from console.theme.tokens import SPACE_2, SPACE_3, SPACE_4
from console.widgets.labels import label, tool_button

SHOWN_MS, LONGER_MS = 6000, 12_000
"""Longer where there is something to decide."""
WIDEST = 460


class Notice(QFrame):
    """One notice at a time, over the lower right of its parent; a newer one takes its place."""

    def __init__(self, appearance: Appearance, parent: QWidget, above: int = 0) -> None:
        """``above``: pixels at the bottom of the parent that stay free."""
        super().__init__(parent)
        self._host, self._above = parent, above
        self.setObjectName("notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.words = label("", "body", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_3, SPACE_2, SPACE_2, SPACE_2)
        row.setSpacing(SPACE_3)
        self.button = QPushButton(tr("Undo"))
        self.button.clicked.connect(self._do)
        self._call: Callable[[], object] | None = None
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        row.addWidget(tool_button(Icon.CLOSE, tr("Close the notice"), tr("Close"), appearance, self.hide))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    def say(self, text: str, does: str = "", call: Callable[[], object] | None = None) -> None:
        """Show a text for a while. ``does``: what a button beside it says, ``call``: what it does."""
        self.words.setText(text)
        self.setAccessibleName(text)
        self._call = call
        self.button.setText(does)
        self.button.setAccessibleName(does or tr("Undo"))
        self.button.setVisible(call is not None)
        self._place()
        self.show()
        self.raise_()
        self._timer.start(SHOWN_MS if call is None else LONGER_MS)

    def _do(self) -> None:
        call = self._call
        self.hide()
        if call is not None:
            call()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Stay in the corner."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Over."""
        self._timer.stop()
        super().hideEvent(event)

    def _place(self) -> None:
        parent = self._host
        width = min(WIDEST, parent.width() - 2 * SPACE_4)
        self.setFixedWidth(width)
        height = max(self.sizeHint().height(), self.heightForWidth(width))
        self.setFixedHeight(height)
        self.move(parent.width() - width - SPACE_4, parent.height() - self._above - height - SPACE_4)
