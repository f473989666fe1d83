"""Add a shelf: where it stands, drawn on the plan, its boards and columns; or move and rename one."""

from __future__ import annotations

from itertools import pairwise

import msgspec
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from console.language import tr, tr_n
from console.operations.fixture_drafts import (
    KINDS,
    MOST,
    FixtureDraft,
    Side,
    Under,
    problems_of,
    slots_of,
    with_fixture,
)
from console.operations.gate_drafts import rectangle
from console.operations.store_desk import StoreDesk
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_1, SPACE_2
from console.widgets.labels import label
from console.widgets.number_fields import count_field, number_field
from console.widgets.part_form import PartForm
from console.widgets.plan_board import PlanBoard
from console.widgets.rectangle_fields import RectangleFields
from store_layout.model import Fixture, Point2

WIDTH = 980
SIDES: tuple[tuple[Side, ...], ...] = (("s",), ("n",), ("w",), ("e",), ("s", "n"), ("w", "e"))
UNDER: tuple[Under, ...] = ("slot", "shelf", "none")


class FixtureForm(PartForm):
    """What it comes to is drawn while it is typed."""

    def __init__(
        self,
        desk: StoreDesk,
        appearance: Appearance,
        old: Fixture | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``old``: the shelf to be changed; None: a new one."""
        title = tr("Add a shelf") if old is None else tr("Change {shelf}", shelf=old.id)
        super().__init__(desk, title, parent)
        self._old = old
        self._outline: tuple[Point2, ...] = () if old is None else old.outline
        self._make_fields()
        self.board = PlanBoard(desk.layout, appearance)
        self._lay_out()
        self._connect()
        if old is not None:
            self.corners.show_outline(old.outline)
        self._show()
        (self.id if old is None else self.name).setFocus()

    def draft(self) -> FixtureDraft:
        """What stands in the fields."""
        return FixtureDraft(
            id=self.id.text().strip(),
            name=self.name.text().strip(),
            kind=KINDS[self.kind.currentIndex()],
            outline=self._outline,
            height=self.height_field.value(),
            sides=SIDES[self.sides.currentIndex()],
            shelves=self.shelves.value(),
            columns=self.columns.value(),
            lowest=self.lowest.value(),
            under=UNDER[self.under.currentIndex()],
        )

    def found(self) -> dict[str, str]:
        """What is wrong."""
        return dict(problems_of(self.draft(), self.desk.layout, self._old).items())

    def write(self) -> None:
        """Into the store's file."""
        draft, old = self.draft(), self._old
        self.desk.edit(
            lambda layout: with_fixture(layout, draft, old),
            about=draft.id,
            what="added a shelf" if old is None else "changed a shelf",
            said=tr("{shelf} is saved.", shelf=draft.name),
        )

    def field_of(self, field: str) -> QWidget:
        """Where somebody mends it."""
        fields: dict[str, QWidget] = {
            "id": self.id, "name": self.name, "place": self.board, "shelves": self.lowest,
        }  # fmt: skip
        return fields.get(field, self.save_button)

    # -- inside --------------------------------------------------------------------------------------

    def _show(self) -> None:
        """The plan with it, and what it comes to."""
        draft, layout = self.draft(), self.desk.layout
        self.board.show_outline(self._outline)
        if self._old is not None:
            others = tuple(f for f in layout.file.fixture if f.id != self._old.id)
            slots = tuple(s for s in layout.file.slot if s.fixture != self._old.id)
            file = msgspec.structs.replace(layout.file, fixture=others, slot=slots)
            self.board.show_store(msgspec.structs.replace(layout, file=file))
            self._comes.setText("")
            return
        slots = slots_of(draft)
        file = msgspec.structs.replace(layout.file, slot=(*layout.file.slot, *slots))
        self.board.show_store(msgspec.structs.replace(layout, file=file))
        if not slots:
            self._comes.setText(tr("No slots: nothing is sold from it.") if self._outline else "")
            return
        scales = len({slot.scale for slot in slots} - {None})
        told = tr_n("{n} slot, {first} to {last}", "{n} slots, {first} to {last}", len(slots),
                    first=slots[0].id, last=slots[-1].id)  # fmt: skip
        under = tr_n("{n} new scale", "{n} new scales", scales) if scales else tr("no scales")
        self._comes.setText(f"{told}; {under}.")

    def _draw(self, a: Point2, b: Point2) -> None:
        self._outline = rectangle(a, b)
        self.corners.show_outline(self._outline)
        self.say("place", "")
        self._show()

    def _type(self) -> None:
        self._outline = rectangle(*self.corners.corners)
        self.say("place", "")
        self._show()

    def _make_fields(self) -> None:
        old = self._old
        self.id, self.name = QLineEdit(old.id if old else ""), QLineEdit(old.name if old else "")
        self.id.setReadOnly(old is not None)
        self.id.setPlaceholderText("G1")
        self.kind, self.sides, self.under = QComboBox(), QComboBox(), QComboBox()
        self.kind.addItems(
            [tr("Gondola"), tr("Cooler"), tr("A table"), tr("Wall shelf"), tr("Basket"), tr("Counter"),
             tr("Column"), tr("Something else")]
        )  # fmt: skip
        self.kind.setCurrentIndex(KINDS.index(old.kind) if old else 0)
        self.sides.addItems(
            [
                tr("From below, on the plan"),
                tr("From above"),
                tr("From the left"),
                tr("From the right"),
                tr("From below and above"),
                tr("From left and right"),
            ]
        )
        self.under.addItems([tr("Each slot"), tr("Each board"), tr("None: cameras only")])
        self.height_field = number_field(
            tr("Height, metres"), 0.1, 4.0, old.height if old else 1.6, digits=2, step=0.1
        )
        self.lowest = number_field(
            tr("Lowest board, metres over the floor"), 0.0, 3.0, 0.3, digits=2, step=0.1
        )
        self.shelves, self.columns = (
            count_field(tr("Boards with goods"), 0, MOST, 3),
            count_field(tr("Slots on a board"), 1, MOST, 2),
        )
        self.corners = RectangleFields(self.desk.layout.file.floor.outline)
        self._comes = label("", "body", wrap=True, name=tr("What it comes to"))
        for field, name in (
            (self.id, tr("Short name")),
            (self.name, tr("What people call it")),
            (self.kind, tr("Kind of shelf")),
            (self.kind.view(), tr("Kind of shelf")),
            (self.sides, tr("People reach in")),
            (self.sides.view(), tr("People reach in")),
            (self.under, tr("A scale under")),
            (self.under.view(), tr("A scale under")),
        ):
            field.setAccessibleName(name)

    def _connect(self) -> None:
        self.board.drawn.connect(self._draw)
        self.corners.changed.connect(self._type)
        self.id.textChanged.connect(self._show)
        for spin in (self.height_field, self.lowest, self.shelves, self.columns):
            spin.valueChanged.connect(self._show)
        for box in (self.sides, self.under):
            box.currentIndexChanged.connect(self._show)

    def _lay_out(self) -> None:
        self.row("id", tr("Short name"), self.id)
        self.row("name", tr("What people call it"), self.name)
        rows: tuple[tuple[str, QWidget], ...] = (
            (tr("Kind"), self.kind),
            (tr("From x, y, m"), self.corners.low),
            (tr("To x, y, m"), self.corners.high),
            (tr("Height, m"), self.height_field),
        )
        for caption, widget in rows:
            self.form.addRow(label(caption, "secondary"), widget)
        keys: list[QWidget] = [self.id, self.name, self.kind, *self.corners.spins, self.height_field]
        if self._old is None:
            for caption, widget in (
                (tr("People reach in"), self.sides),
                (tr("Boards × slots on each"), _side_by_side(self.shelves, self.columns)),
                (tr("Lowest board, m"), self.lowest),
                (tr("A scale under"), self.under),
            ):
                self.form.addRow(label(caption, "secondary"), widget)
            keys += [self.sides, self.shelves, self.columns, self.lowest, self.under]
        self.form.addRow("", self.problem("shelves"))
        beside = QWidget()
        right = QVBoxLayout(beside)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(SPACE_2)
        right.addWidget(label(tr("Draw it: press in one corner, let go in the opposite one."), wrap=True))
        right.addWidget(self.board, 1)
        right.addWidget(self._comes)
        right.addWidget(self.problem("place"))
        self.lay_out(beside)
        self.setMinimumWidth(WIDTH)
        for before, after in pairwise((*keys, self.board, self.cancel_button, self.save_button)):
            QWidget.setTabOrder(before, after)


def _side_by_side(*widgets: QWidget) -> QWidget:
    made = QWidget()
    box = QHBoxLayout(made)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(SPACE_1)
    for widget in widgets:
        box.addWidget(widget)
    return made
