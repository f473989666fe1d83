"""Connect my store: a form that is judged while it is filled in, and writes a store folder at its end."""

from __future__ import annotations

import shlex
import zoneinfo
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, QTimeZone
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.language import tr
from console.operations import new_store
from console.operations.new_store import Answers, Field
from console.operations.other_console import open_console
from console.theme.tokens import FIELD, SPACE_2, SPACE_3, SPACE_4, SPACE_6
from console.widgets.labels import label, set_tone
from store_layout.problems import StoreProblems

WIDTH = 620
CURRENCIES = ("EUR", "CHF", "GBP", "USD", "DKK", "SEK", "NOK", "PLN", "CZK", "JPY")


class ConnectDialog(QDialog):
    """Each field has its problems under it; the button waits until there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Connect my store"))
        self.setAccessibleName(tr("Connect my store"))
        self.setFixedWidth(WIDTH)
        self._problems = {field: label("", "secondary", wrap=True) for field in _fields()}
        self._touched: set[Field] = set()
        self._folder: Path | None = None
        self._make_fields()
        self._lay_out()
        self._listen()
        self.check()

    def answers(self) -> Answers:
        """What is filled in."""
        lines = (line.strip() for line in self.cameras.toPlainText().splitlines())
        return Answers(
            name=self.name.text().strip(),
            currency=self.currency.currentText().strip(),
            time_zone=self.zone.currentText().strip(),
            prices_include_tax=self.taxed.isChecked(),
            width=self.wide.value(),
            depth=self.deep.value(),
            gates="one" if self.gates.currentIndex() == 0 else "two",
            gate_width=self.gate_wide.value(),
            cameras=tuple(line for line in lines if line),
            catalog=self.catalog.text().strip(),
            folder=self.folder.text().strip(),
        )

    def check(self) -> None:
        """Judge it; a field that nobody has come to yet is not complained about."""
        found = new_store.check(self.answers())
        for field, shown in self._problems.items():
            mine = [p for p in found if p.field == field]
            told = mine if field in self._touched else [p for p in mine if p.severity == "warning"]
            shown.setText("\n".join(f"{p.what[:1].upper()}{p.what[1:]}. {p.remedy}." for p in told))
            self._form.setRowVisible(shown, bool(told))
            set_tone(shown, "wrong" if any(p.severity == "error" for p in told) else "waiting")
        self.write.setEnabled(not any(p.severity == "error" for p in found))
        self._grow()

    def write_it(self) -> None:
        """Write the folder, and say how it goes on."""
        try:
            folder = new_store.write(self.answers())
        except (StoreProblems, ValueError, OSError) as error:
            self.outcome.setText(tr("Nothing was written: {why}", why=error))
            set_tone(self.outcome, "wrong")
        else:
            self._folder = folder
            command = f"main.py run --store {shlex.quote(str(folder))}"
            self.outcome.setText(
                tr(
                    "{folder} is written. Open it now, or later with: {command}\nWhat is still missing is "
                    "listed there, each with the button that does it.",
                    folder=folder,
                    command=command,
                )
            )
            set_tone(self.outcome, "good")
            self.outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.write.hide()
            self.open_it.show()
            self.open_it.setFocus()
            self.leave.setText(tr("Close"))
        self.outcome.show()
        self._grow()

    def open_store(self) -> None:
        """Another console, on the new store; this one stays as it is."""
        if self._folder is None:
            return
        if open_console(self._folder):
            self.accept()
        else:
            self.outcome.setText(tr("It could not be opened from here: type the command into a terminal."))
            set_tone(self.outcome, "wrong")
            self._grow()

    def _grow(self) -> None:
        """As high as what is said needs: a layout does not ask for the room of wrapped lines by itself."""
        box = self.layout()
        if box is not None:
            box.activate()
            self.setFixedHeight(box.totalHeightForWidth(WIDTH))

    # -- building ------------------------------------------------------------------------------------

    def _make_fields(self) -> None:
        self.name, self.catalog, self.folder = QLineEdit(), QLineEdit(), QLineEdit()
        self.currency, self.zone, self.gates = QComboBox(), QComboBox(), QComboBox()
        self.currency.setEditable(True)
        self.currency.addItems(CURRENCIES)
        self.zone.setEditable(True)
        self.zone.addItems(sorted(zoneinfo.available_timezones()))
        self.zone.setCurrentText(_text(QTimeZone.systemTimeZoneId()) or "UTC")
        self.taxed = QCheckBox(tr("Prices include tax"))
        self.taxed.setChecked(True)
        self.wide, self.deep, self.gate_wide = _metres(10.0), _metres(6.0), _metres(1.2, 0.5)
        self.gates.addItems([tr("One, in and out"), tr("One in, one out")])
        self.cameras = QPlainTextEdit()
        self.cameras.setTabChangesFocus(True)
        self.cameras.setPlaceholderText("rtsp://192.168.1.20/stream2")
        self.cameras.setFixedHeight(72)
        self.catalog.setPlaceholderText(tr("A CSV file, or empty: products come later"))
        self.write, self.leave = QPushButton(tr("Write the store")), QPushButton(tr("Cancel"))
        self.write.setDefault(True)
        self.open_it = QPushButton(tr("Open it now"))
        self.open_it.setProperty("role", "primary")
        self.open_it.setAutoDefault(False)
        self.open_it.clicked.connect(self.open_store)
        self.open_it.hide()
        self.outcome = label("", wrap=True)
        self.outcome.hide()

    def _lay_out(self) -> None:
        form = self._form = QFormLayout()
        form.setHorizontalSpacing(SPACE_4)
        form.setVerticalSpacing(SPACE_2)
        floor, gates = (
            _row(self.wide, label("\N{MULTIPLICATION SIGN}"), self.deep),
            _row(self.gates, self.gate_wide),
        )
        money = _row(self.currency, self.taxed)
        rows: tuple[tuple[Field, str, QWidget, QWidget], ...] = (
            ("name", tr("Name"), self.name, self.name),
            ("currency", tr("Currency"), money, self.currency),
            ("time_zone", tr("Time zone"), self.zone, self.zone),
            ("floor", tr("Floor, width by depth"), floor, self.wide),
            ("gates", tr("Gates, and their width"), gates, self.gates),
            ("cameras", tr("Cameras, an address a line"), self.cameras, self.cameras),
            ("catalog", tr("Catalogue"), self._chosen(self.catalog, self._choose_catalog), self.catalog),
            ("folder", tr("New folder"), self._chosen(self.folder, self._choose_folder), self.folder),
        )
        for field, word, widget, spoken in rows:
            caption = label(word)
            caption.setBuddy(spoken)
            spoken.setAccessibleName(word)
            form.addRow(caption, widget)
            form.addRow("", self._problems[field])
        self.deep.setAccessibleName(tr("Depth of the floor in metres"))
        self.gate_wide.setAccessibleName(tr("Width of a gate in metres"))
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.leave)
        foot.addWidget(self.write)
        foot.addWidget(self.open_it)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_4)
        box.setSpacing(SPACE_3)
        box.addWidget(label(tr("Connect my store"), "title"))
        box.addWidget(
            label(
                tr("The room, its doors and cameras are enough to begin with. Nothing is sent anywhere."),
                wrap=True,
            )
        )
        box.addLayout(form)
        box.addWidget(self.outcome)
        box.addLayout(foot)

    def _listen(self) -> None:
        def touched(field: Field) -> None:
            self._touched.add(field)
            self.check()

        self.name.textChanged.connect(lambda: touched("name"))
        self.currency.editTextChanged.connect(lambda: touched("currency"))
        self.taxed.toggled.connect(lambda: touched("currency"))
        self.zone.editTextChanged.connect(lambda: touched("time_zone"))
        self.wide.valueChanged.connect(lambda: touched("floor"))
        self.deep.valueChanged.connect(lambda: touched("floor"))
        self.gates.currentIndexChanged.connect(lambda: touched("gates"))
        self.gate_wide.valueChanged.connect(lambda: touched("gates"))
        self.cameras.textChanged.connect(lambda: touched("cameras"))
        self.catalog.textChanged.connect(lambda: touched("catalog"))
        self.folder.textChanged.connect(lambda: touched("folder"))
        self.write.clicked.connect(self.write_it)
        self.leave.clicked.connect(self.reject)

    def _chosen(self, field: QLineEdit, choose: object) -> QWidget:
        button = QPushButton(tr("Choose"))
        button.setAutoDefault(False)
        button.clicked.connect(choose)
        return _row(field, button)

    def _choose_catalog(self) -> None:
        found, _ = QFileDialog.getOpenFileName(self, tr("Catalogue"), "", "CSV (*.csv)")
        if found:
            self.catalog.setText(found)

    def _choose_folder(self) -> None:
        found = QFileDialog.getExistingDirectory(self, tr("New folder"))
        if found:
            self.folder.setText(found)


def _fields() -> tuple[Field, ...]:
    return ("name", "currency", "time_zone", "floor", "gates", "cameras", "catalog", "folder")


def _metres(value: float, least: float = 1.0) -> QDoubleSpinBox:
    made = QDoubleSpinBox()
    made.setAlignment(Qt.AlignmentFlag.AlignRight)
    made.setRange(least, 200.0)
    made.setDecimals(2)
    made.setSingleStep(0.1)
    made.setSuffix(" m")
    made.setValue(value)
    made.setMinimumHeight(FIELD)
    return made


def _row(*widgets: QWidget) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_2)
    for i, widget in enumerate(widgets):
        row.addWidget(widget, 1 if i == 0 else 0)
    return made


def _text(data: QByteArray) -> str:
    return bytes(data.data()).decode("ascii", "replace")
