"""The store itself: its name, the size of its floor, and its currency while nothing was sold in it."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from console.language import tr
from console.operations.device_desk import DeviceDesk
from console.operations.live_state import LiveState
from console.operations.operator_session import OperatorSession
from console.operations.store_drafts import (
    StoreDraft,
    check_currency,
    problems_of,
    size_of,
    with_store,
)
from console.theme.fonts import sized
from console.theme.tokens import FIELD, SPACE_1
from console.widgets.connect_dialog import CURRENCIES
from console.widgets.labels import label
from console.widgets.number_fields import number_field
from console.widgets.part_form import PartForm
from store_layout.model import StoreFile, StoreLayout

WIDTH = 560
FARTHEST_M = 200.0


class StoreForm(PartForm):
    """What cannot be changed any more says why."""

    def __init__(
        self, desk: DeviceDesk, state: LiveState, session: OperatorSession, parent: QWidget | None = None
    ) -> None:
        super().__init__(desk, tr("Name, floor and currency"), parent)
        self._state, self._session = state, session
        store, size = desk.layout.file.store, size_of(desk.layout)
        self._size = size
        self.name = QLineEdit(store.name)
        self.name.setAccessibleName(tr("What people call the store"))
        self.currency = QComboBox()
        self.currency.setEditable(True)
        self.currency.addItems(list(dict.fromkeys((store.currency, *CURRENCIES))))
        self.currency.setCurrentText(store.currency)
        wide, deep = size or (1.0, 1.0)
        self.wide = number_field(tr("Width of the floor, metres"), 1.0, FARTHEST_M, wide, digits=2, step=0.5)
        self.deep = number_field(tr("Depth of the floor, metres"), 1.0, FARTHEST_M, deep, digits=2, step=0.5)
        for part in (self.currency, self.currency.lineEdit(), self.currency.view()):
            if part is not None:
                part.setAccessibleName(tr("Currency"))
        self._lay_out()
        self.name.setFocus()

    def draft(self) -> StoreDraft:
        """What stands in the fields."""
        return StoreDraft(
            name=self.name.text().strip(),
            currency=self.currency.currentText().strip().upper(),
            size=None if self._size is None else (self.wide.value(), self.deep.value()),
        )

    def found(self) -> dict[str, str]:
        """What is wrong."""
        return dict(problems_of(self.draft(), self.desk.layout).items())

    def write(self) -> None:
        """Into the store's file."""
        draft, folder, ledger = self.draft(), self.desk.folder, self._session.path
        snapshot = self._state.snapshot
        inside = 0 if snapshot is None else len(snapshot.inside)

        def changed(layout: StoreLayout) -> StoreFile:
            if folder is not None:
                check_currency(draft, layout, folder, ledger, inside)
            return with_store(layout, draft)

        said = tr("{shelf} is saved.", shelf=draft.name)
        self.desk.edit(changed, about=draft.name, what="changed the store itself", said=said)

    def field_of(self, field: str) -> QWidget:
        """Where somebody mends it."""
        fields: dict[str, QWidget] = {"name": self.name, "currency": self.currency, "floor": self.wide}
        return fields.get(field, self.save_button)

    def _lay_out(self) -> None:
        self.row("name", tr("Name"), self.name)
        floor = QWidget()
        box = QHBoxLayout(floor)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_1)
        if self._size is None:
            box.addWidget(
                label(
                    tr("It is no rectangle: change it in store.toml, under [floor]."), "secondary", wrap=True
                )
            )
        else:
            box.addWidget(self.wide, 1)
            box.addWidget(label("\N{MULTIPLICATION SIGN}"))
            box.addWidget(self.deep, 1)
        self.row("floor", tr("Floor, width by depth, m"), floor)
        if self._size is not None:
            told = tr(
                "It grows and shrinks at its right and its upper edge on the plan, while nobody is inside."
            )
            self.form.addRow("", label(told, "secondary", wrap=True))
        self.row("currency", tr("Currency"), self.currency)
        told = tr("Only until the first receipt: the ledger never changes, and prices keep their figures.")
        self.form.addRow("", label(told, "secondary", wrap=True))
        self.currency.setMinimumHeight(sized(FIELD))
        self.lay_out()
        self.setMinimumWidth(WIDTH)
        floors = () if self._size is None else (self.wide, self.deep)
        for before, after in pairwise(
            (self.name, *floors, self.currency, self.cancel_button, self.save_button)
        ):
            QWidget.setTabOrder(before, after)
