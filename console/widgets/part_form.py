"""A form for one thing in the store's file: fields with what is wrong under each, saved through the desk."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from console.language import tr
from console.operations.store_desk import StoreDesk
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from console.widgets.labels import label, set_tone


class PartForm(QDialog):
    """Closes when what it has is in the file; what is refused is said at its foot."""

    def __init__(self, desk: StoreDesk, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.problems: dict[str, QLabel] = {}
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(SPACE_3)
        self.form.setVerticalSpacing(SPACE_1)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.save_button, self.cancel_button = QPushButton(tr("Save")), QPushButton(tr("Cancel"))
        self.save_button.setProperty("role", "primary")
        self.save_button.setDefault(True)
        self.cancel_button.setAutoDefault(False)
        self.save_button.clicked.connect(self.save)
        self.cancel_button.clicked.connect(self.reject)
        self._writing = False
        desk.saved.connect(self._saved)
        desk.refused.connect(self._refused)

    def found(self) -> dict[str, str]:
        """What is wrong, by field."""
        raise NotImplementedError

    def write(self) -> None:
        """Have it written: nothing is wrong with it."""
        raise NotImplementedError

    def field_of(self, field: str) -> QWidget:
        """Where somebody mends it."""
        raise NotImplementedError

    def save(self) -> None:
        """Save it if nothing is wrong; else say what is, and go there."""
        found = self.found()
        for field in self.problems:
            self.say(field, found.get(field, ""))
        if found:
            self.field_of(next(iter(found))).setFocus()
            return
        self._writing = True
        self.save_button.setEnabled(False)
        self.write()

    def say(self, field: str, words: str) -> None:
        """What is wrong with a field; nothing: it is well."""
        self.problems[field].setText(words)
        self.problems[field].setVisible(bool(words))

    def row(self, field: str, caption: str, widget: QWidget) -> None:
        """A field with its caption, and room for what is wrong with it."""
        self.form.addRow(label(caption, "secondary"), widget)
        self.form.addRow("", self.problem(field))

    def problem(self, field: str) -> QLabel:
        """Where it is said what is wrong."""
        made = label("", "secondary", wrap=True)
        set_tone(made, "wrong")
        made.hide()
        self.problems[field] = made
        return made

    def lay_out(self, beside: QWidget | None = None, *more: QPushButton) -> None:
        """The fields, what stands beside them, and the buttons."""
        sides = QHBoxLayout()
        sides.setSpacing(SPACE_4)
        sides.addLayout(self.form, 1)
        if beside is not None:
            sides.addWidget(beside, 1)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_2)
        foot.addWidget(self.problem(""), 1)
        foot.addStretch(1)
        for button in (*more, self.cancel_button, self.save_button):
            foot.addWidget(button)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_3)
        box.addLayout(sides, 1)
        box.addLayout(foot)

    def _saved(self) -> None:
        """Something is in the file: this, if it was written from here."""
        if self._writing:
            self.accept()

    def _refused(self, words: str) -> None:
        if self._writing:
            self._writing = False
            self.say("", words)
            self.save_button.setEnabled(True)
