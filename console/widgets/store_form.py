"""The store itself: its name, its floor, and its currency while nothing was sold in it."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from console.language import tr
from console.operations.floor_drafts import drawn_problem, resized, size_of
from console.operations.live_state import LiveState
from console.operations.operator_session import OperatorSession
from console.operations.store_desk import StoreDesk
from console.operations.store_drafts import (
    StoreDraft,
    check_currency,
    problems_of,
    with_store,
)
from console.theme.appearance import Appearance
from console.theme.fonts import sized
from console.theme.tokens import FIELD, SPACE_1, SPACE_2
from console.widgets.connect_dialog import CURRENCIES
from console.widgets.corner_fields import FARTHEST_M, CornerFields
from console.widgets.floor_view import bounds_of
from console.widgets.labels import label
from console.widgets.number_fields import number_field
from console.widgets.part_form import PartForm
from store_layout.model import StoreFile, StoreLayout

WIDTH = 940


class StoreForm(PartForm):
    """What cannot be changed any more says why."""

    def __init__(
        self,
        desk: StoreDesk,
        state: LiveState,
        session: OperatorSession,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(desk, tr("Name, floor and currency"), parent)
        self._state, self._session = state, session
        store = desk.layout.file.store
        self.name = QLineEdit(store.name)
        self.name.setAccessibleName(tr("What people call the store"))
        self.currency = QComboBox()
        self.currency.setEditable(True)
        self.currency.addItems(list(dict.fromkeys((store.currency, *CURRENCIES))))
        self.currency.setCurrentText(store.currency)
        self.wide = number_field(tr("Width of the floor, metres"), 1.0, FARTHEST_M, 1.0, digits=2, step=0.5)
        self.deep = number_field(tr("Depth of the floor, metres"), 1.0, FARTHEST_M, 1.0, digits=2, step=0.5)
        self.corners = CornerFields(desk.layout, appearance)
        for part in (self.currency, self.currency.lineEdit(), self.currency.view()):
            if part is not None:
                part.setAccessibleName(tr("Currency"))
        self._lay_out()
        self._follow_corners()
        self.corners.changed.connect(self._follow_corners)
        for field in (self.wide, self.deep):
            field.valueChanged.connect(self._resize_floor)
        self.name.setFocus()

    def draft(self) -> StoreDraft:
        """What stands in the fields."""
        return StoreDraft(
            name=self.name.text().strip(),
            currency=self.currency.currentText().strip().upper(),
            outline=self.corners.outline,
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
        fields: dict[str, QWidget] = {
            "name": self.name,
            "currency": self.currency,
            "floor": self.corners.list,
        }
        return fields.get(field, self.save_button)

    # -- inside --------------------------------------------------------------------------------------

    def _follow_corners(self) -> None:
        """Width and depth of a rectangle; another floor has none. What is wrong is said while it is drawn."""
        size, box = size_of(self.corners.outline), bounds_of(self.corners.outline)
        for field, value in ((self.wide, box.width()), (self.deep, box.height())):
            with QSignalBlocker(field):
                field.setValue(value)
            field.setEnabled(size is not None)
        self._size_said.setText(
            tr("It grows and shrinks at its right and its upper edge on the plan, while nobody is inside.")
            if size is not None
            else tr("Only a rectangle has a width and a depth: move the corners, while nobody is inside.")
        )
        self.say("floor", drawn_problem(self.desk.layout, self.corners.outline))

    def _resize_floor(self) -> None:
        self.corners.show_outline(resized(self.corners.outline, (self.wide.value(), self.deep.value())))

    def _lay_out(self) -> None:
        self.row("name", tr("Name"), self.name)
        floor = QWidget()
        box = QHBoxLayout(floor)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_1)
        box.addWidget(self.wide, 1)
        box.addWidget(label("\N{MULTIPLICATION SIGN}"))
        box.addWidget(self.deep, 1)
        self.form.addRow(label(tr("Floor, width by depth, m"), "secondary"), floor)
        self._size_said = label("", "secondary", wrap=True)
        self.form.addRow("", self._size_said)
        self.form.addRow(label(tr("Its corners, x, y, m"), "secondary"), self.corners)
        self.row("currency", tr("Currency"), self.currency)
        told = tr("Only until the first receipt: the ledger never changes, and prices keep their figures.")
        self.form.addRow("", label(told, "secondary", wrap=True))
        self.currency.setMinimumHeight(sized(FIELD) + SPACE_1)  # the list above takes all that may be taken
        beside = QWidget()
        right = QVBoxLayout(beside)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(SPACE_2)
        told = tr("Drag a corner, or double-click a wall for one more. What would stand outside is marked.")
        right.addWidget(label(told, wrap=True))
        right.addWidget(self.corners.board, 1)
        right.addWidget(self.problem("floor"))
        self.lay_out(beside)
        self.setMinimumWidth(WIDTH)
        order = (
            self.name, self.wide, self.deep, *self.corners.keys, self.currency, self.corners.board,
            self.cancel_button, self.save_button,
        )  # fmt: skip
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
