"""Add or change a gate: which way people go, and where, drawn on the plan; and what its reader said last."""

from __future__ import annotations

from itertools import pairwise

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from console.language import tr
from console.operations.device_desk import DeviceDesk
from console.operations.gate_drafts import GateDraft, problems_of, rectangle, topic_of, with_gate
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_2
from console.widgets.broker_form import BrokerForm
from console.widgets.heard_list import HeardList
from console.widgets.labels import label
from console.widgets.part_form import PartForm
from console.widgets.plan_board import PlanBoard
from console.widgets.rectangle_fields import RectangleFields
from store_layout.model import Gate, GateKind, Point2

WIDTH = 940
KINDS: tuple[GateKind, ...] = ("both", "entry", "exit")


class GateForm(PartForm):
    """A rectangle of floor in which people start or end; an outline with more corners stays until redrawn."""

    def __init__(
        self,
        desk: DeviceDesk,
        appearance: Appearance,
        old: Gate | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``old``: the gate to be changed; None: a new one."""
        title = tr("Add a gate") if old is None else tr("Change {gate}", gate=old.id)
        super().__init__(desk.store, title, parent)
        self._devices = desk
        self._old = old
        self._outline: tuple[Point2, ...] = () if old is None else old.outline
        self.id = QLineEdit("" if old is None else old.id)
        self.id.setReadOnly(old is not None)
        self.id.setAccessibleName(tr("Short name"))
        self.id.setPlaceholderText("door")
        self.name = QLineEdit("" if old is None else old.name)
        self.name.setAccessibleName(tr("What people call it"))
        self.kind = QComboBox()
        self.kind.addItems([tr("In and out"), tr("In only"), tr("Out only")])
        self.kind.setCurrentIndex(0 if old is None else KINDS.index(old.kind))
        for part in (self.kind, self.kind.view()):
            part.setAccessibleName(tr("Which way people go"))
        self.topic = label("", "secondary", wrap=True, name=tr("Where its reader speaks"))
        self.topic.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.corners = RectangleFields(desk.store.layout.file.floor.outline)
        self.heard = HeardList(desk, "gate")
        others = tuple(gate for gate in desk.store.layout.file.gate if old is None or gate.id != old.id)
        shown = msgspec.structs.replace(
            desk.store.layout, file=msgspec.structs.replace(desk.store.layout.file, gate=others)
        )
        self.board = PlanBoard(shown, appearance)
        self._lay_out()
        self.id.textChanged.connect(self._named)
        self.heard.picked.connect(self._take_name)
        self.heard.broker_asked.connect(self._set_up_broker)
        self.board.drawn.connect(self._draw)
        self.corners.changed.connect(self._type)
        if self._outline:
            self.corners.show_outline(self._outline)
        self.board.show_outline(self._outline)
        self._named()
        self.heard.listen()
        (self.id if old is None else self.name).setFocus()

    def draft(self) -> GateDraft:
        """What stands in the fields."""
        return GateDraft(
            id=self.id.text().strip(),
            name=self.name.text().strip(),
            kind=KINDS[self.kind.currentIndex()],
            outline=self._outline,
        )

    def found(self) -> dict[str, str]:
        """What is wrong."""
        return dict(problems_of(self.draft(), self.desk.layout, self._old).items())

    def write(self) -> None:
        """Into the store's file."""
        draft, old = self.draft(), self._old
        self.desk.edit(
            lambda layout: with_gate(layout, draft, old),
            about=draft.id,
            what="added a gate" if old is None else "changed a gate",
            said=tr("{gate} is saved.", gate=draft.id),
        )

    def field_of(self, field: str) -> QWidget:
        """Where somebody mends it."""
        fields: dict[str, QWidget] = {"id": self.id, "name": self.name, "place": self.board}
        return fields.get(field, self.save_button)

    def done(self, result: int) -> None:
        """Closed: nobody listens any more."""
        self.heard.stop()
        super().done(result)

    # -- inside --------------------------------------------------------------------------------------

    def _draw(self, a: Point2, b: Point2) -> None:
        self._outline = rectangle(a, b)
        self.corners.show_outline(self._outline)
        self.board.show_outline(self._outline)
        self.say("place", "")

    def _type(self) -> None:
        self._outline = rectangle(*self.corners.corners)
        self.board.show_outline(self._outline)
        self.say("place", "")

    def _named(self) -> None:
        name = self.id.text().strip()
        self.topic.setText(
            tr("A reader or turnstile may speak on {topic}; a door needs none.",
               topic=topic_of(self.desk.layout, name))
        )  # fmt: skip
        self.heard.look_for(name)

    def _set_up_broker(self) -> None:
        form = BrokerForm(self._devices, self)
        form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form.finished.connect(lambda _: self.heard.listen())
        form.open()

    def _take_name(self, name: str) -> None:
        if self._old is None:
            self.id.setText(name)
            self.name.setFocus()

    def _lay_out(self) -> None:
        self.row("id", tr("Short name"), self.id)
        self.row("name", tr("What people call it"), self.name)
        self.form.addRow(label(tr("Which way"), "secondary"), self.kind)
        self.form.addRow(label(tr("From x, y, m"), "secondary"), self.corners.low)
        self.form.addRow(label(tr("To x, y, m"), "secondary"), self.corners.high)
        self.form.addRow("", self.topic)
        self.form.addRow("", self.heard)
        beside = QWidget()
        right = QVBoxLayout(beside)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(SPACE_2)
        right.addWidget(
            label(tr("Draw where people start or end: press in one corner, let go in the other."), wrap=True)
        )
        right.addWidget(self.board, 1)
        right.addWidget(self.problem("place"))
        self.lay_out(beside)
        self.setMinimumWidth(WIDTH)
        order = (
            self.id, self.name, self.kind, *self.corners.spins, self.heard.set_up, self.heard.list,
            self.board, self.cancel_button, self.save_button,
        )  # fmt: skip
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
