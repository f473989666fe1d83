"""Add a receipt printer, or change one: what it is called, where it is, what it prints on."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QWidget

from console.language import tr
from console.operations.device_desk import DeviceDesk
from console.operations.printer_book import PrinterDraft, draft_of, problems_of
from console.printing.printers import AddressKind, PrinterSettings
from console.printing.profiles import GENERAL, usable_models
from console.theme.fonts import sized
from console.theme.tokens import FIELD
from console.widgets.labels import label
from console.widgets.part_form import PartForm

WIDTH = 560
KINDS: tuple[AddressKind, ...] = ("tcp", "usb", "serial", "file", "system")
EXAMPLES: dict[AddressKind, str] = {
    "tcp": "192.168.1.50",
    "usb": "04b8:0202",
    "serial": "/dev/ttyUSB0?baud=38400",
    "file": "/dev/usb/lp0",
    "system": "EPSON-TM-T20",
}


class PrinterForm(PartForm):
    """Printers are this computer's: what is played or simulated has them too."""

    def __init__(
        self, desk: DeviceDesk, old: PrinterSettings | None = None, parent: QWidget | None = None
    ) -> None:
        """``old``: the printer to be changed; None: a new one."""
        title = tr("Add a printer") if old is None else tr("Change {shelf}", shelf=old.name)
        super().__init__(desk.store, title, parent)
        self._old, self._book = old, desk.printer_book
        before = PrinterDraft(name="") if old is None else draft_of(old)
        self.name, self.where = QLineEdit(before.name), QLineEdit(before.where)
        self.name.setPlaceholderText("counter")
        self.name.setReadOnly(old is not None)  # what waits for it goes by its name
        self.kind, self.profile = QComboBox(), QComboBox()
        self.kind.addItems(
            [tr("Network"), "USB", tr("Serial line"), tr("A device file"), tr("Of the operating system")]
        )
        self.kind.setCurrentIndex(KINDS.index(before.kind))
        self.profile.setEditable(True)
        self.profile.addItems([*(profile.name for profile in GENERAL), *usable_models()])
        self.profile.setCurrentText(before.profile)
        completer = self.profile.completer()
        if isinstance(completer, QCompleter):
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        for field, name in (
            (self.name, tr("What it is called")),
            (self.kind, tr("How it is connected")),
            (self.kind.view(), tr("How it is connected")),
            (self.where, tr("Where it is")),
            (self.profile, tr("Paper or model")),
            (self.profile.lineEdit(), tr("Paper or model")),
            (self.profile.view(), tr("Paper or model")),
        ):
            if field is not None:
                field.setAccessibleName(name)
        self._lay_out()
        self.kind.currentIndexChanged.connect(lambda _: self._show_kind())
        self._book.saved.connect(self._saved)
        self._book.refused.connect(self._refused)
        self._show_kind()
        (self.name if old is None else self.where).setFocus()

    def draft(self) -> PrinterDraft:
        """What stands in the fields."""
        return PrinterDraft(
            name=self.name.text().strip().lower(),
            kind=KINDS[self.kind.currentIndex()],
            where=self.where.text().strip(),
            profile=self.profile.currentText().strip(),
        )

    def found(self) -> dict[str, str]:
        """What is wrong."""
        mine = "" if self._old is None else self._old.name
        others = tuple(printer for printer in self._book.printers() if printer.name != mine)
        return dict(problems_of(self.draft(), others).items())

    def write(self) -> None:
        """Into this computer's list of printers."""
        self._book.save(self.draft().settings, "" if self._old is None else self._old.name)

    def field_of(self, field: str) -> QWidget:
        """Where somebody mends it."""
        fields: dict[str, QWidget] = {"name": self.name, "where": self.where, "profile": self.profile}
        return fields.get(field, self.save_button)

    def _show_kind(self) -> None:
        self.where.setPlaceholderText(EXAMPLES[KINDS[self.kind.currentIndex()]])

    def _lay_out(self) -> None:
        self.row("name", tr("Name"), self.name)
        self.form.addRow(label(tr("Connected by"), "secondary"), self.kind)
        self.row("where", tr("Where"), self.where)
        self.row("profile", tr("Paper or model"), self.profile)
        told = tr("Most print on 80mm paper. Save it, and print a test receipt (Ctrl+P): it shows what fits.")
        self.form.addRow("", label(told, "secondary", wrap=True))
        for box in (self.kind, self.profile):
            box.setMinimumHeight(sized(FIELD))
        self.lay_out()
        self.setMinimumWidth(WIDTH)
        for before, after in pairwise(
            (self.name, self.kind, self.where, self.profile, self.cancel_button, self.save_button)
        ):
            QWidget.setTabOrder(before, after)
