"""What this program is made of, and under which licences."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from console.language import tr
from console.operations.about import parts
from console.theme.fonts import sized
from console.theme.tokens import SPACE_4
from console.widgets.labels import close_button


class LicencesDialog(QDialog):
    """A list to read and copy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Licences"))
        self.setAccessibleName(tr("Licences"))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(tr("Licences"))
        self.text.setPlainText("\n".join(f"{p.name} {p.version}: {p.licence}" for p in parts()))
        buttons = close_button(self)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.addWidget(self.text)
        box.addWidget(buttons)
        self.resize(sized(560), sized(420))
