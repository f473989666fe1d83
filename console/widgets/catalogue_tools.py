"""What can be done with catalogue and planogram: import, look at changes, change what stands in a slot."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from console.item_models.catalogue_rows import moment
from console.item_models.shelves import SlotNow
from console.item_models.words import ShopWords
from console.language import tr, tr_n
from console.operations.catalogue_desk import CatalogueDesk
from console.operations.operator_session import OperatorSession
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_1
from console.widgets.changes_dialog import ChangesDialog
from console.widgets.import_dialog import ImportDialog
from console.widgets.labels import label
from console.widgets.product_pictures import ProductPictures
from console.widgets.slot_form import SlotForm


class CatalogueTools(QWidget):
    """Two buttons, what waits for its time, and the dialogs behind them. One is open at a time."""

    def __init__(
        self,
        desk: CatalogueDesk,
        session: OperatorSession,
        words: ShopWords,
        *,
        pictures: ProductPictures,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._words, self._with = desk, words, (desk, session, words)
        self._pictures, self._appearance = pictures, appearance
        self.waits = label("", "secondary", wrap=True, name=tr("Planned changes"))
        self.import_button = QPushButton(tr("Import products …"))
        self.import_button.setToolTip(tr("Catalogue or planogram from a spreadsheet (Ctrl+I)"))
        self.changes_button = QPushButton(tr("Changes …"))
        self.changes_button.setToolTip(tr("Planned and past changes: look, cancel, take back (Ctrl+H)"))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_1)
        for widget in (self.waits, self.import_button, self.changes_button):
            box.addWidget(widget)
        self.import_button.clicked.connect(self.open_import)
        self.changes_button.clicked.connect(self.open_changes)
        desk.changed.connect(self._show)
        self._show()

    def open_import(self) -> None:
        """Products from a spreadsheet."""
        if self._desk.can_change:
            self._open(ImportDialog(*self._with, appearance=self._appearance, parent=self))

    def open_changes(self) -> None:
        """The list of changes, with the one that was made last from here chosen."""
        if self._desk.can_change:
            number = self._desk.undoable
            self._open(ChangesDialog(*self._with, appearance=self._appearance, number=number, parent=self))

    def open_slot(self, now: SlotNow) -> None:
        """What stands in a slot."""
        if self._desk.can_change:
            look = self._appearance
            self._open(SlotForm(*self._with, now, pictures=self._pictures, appearance=look, parent=self))

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _show(self) -> None:
        waiting, can = self._desk.waiting, self._desk.can_change
        self.setVisible(can)
        self.waits.setVisible(bool(waiting))
        if waiting:
            self.waits.setText(
                tr_n(
                    "{n} planned change, from {time}",
                    "{n} planned changes, the next from {time}",
                    len(waiting),
                    time=moment(waiting[0].valid_from, self._words),
                )
            )
