"""Add or change a scale: its name at the broker, what stands on it, its noise; and what it says now."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from console.language import tr, tr_n
from console.operations.device_desk import DeviceDesk
from console.operations.scale_drafts import ScaleDraft, problems_of, topic_of, with_scale
from console.theme.fonts import sized
from console.theme.tokens import SPACE_2
from console.widgets.broker_form import BrokerForm
from console.widgets.heard_list import HeardList
from console.widgets.labels import label
from console.widgets.number_fields import number_field
from console.widgets.part_form import PartForm
from store_layout.model import Scale, Slot

WIDTH = 880
SLOT = Qt.ItemDataRole.UserRole


class ScaleForm(PartForm):
    """The slots that are ticked stand on it; one that stood on another scale moves."""

    def __init__(self, desk: DeviceDesk, old: Scale | None = None, parent: QWidget | None = None) -> None:
        """``old``: the scale to be changed; None: a new one."""
        title = tr("Add a scale") if old is None else tr("Change {scale}", scale=old.id)
        super().__init__(desk.store, title, parent)
        self._devices = desk
        self._old = old
        known = old or Scale(id="")
        self.id = QLineEdit(known.id)
        self.id.setReadOnly(old is not None)
        self.id.setAccessibleName(tr("Short name"))
        self.id.setPlaceholderText("scale-12")
        self.topic = label("", "secondary", wrap=True, name=tr("Where it speaks"))
        self.topic.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.noise = number_field(tr("Noise at rest, grams"), 0.0, 10_000.0, known.noise_sd_g, digits=2)
        self.resolution = number_field(tr("Steps of, grams"), 0.0, 10_000.0, known.resolution_g, digits=2)
        self.rate = number_field(tr("Readings a second"), 0.0, 1000.0, known.rate_hz)
        self.capacity = number_field(tr("Bears up to, grams"), 0.0, 1e7, known.capacity_g, digits=0)
        self.slots = QListWidget()
        self.slots.setAccessibleName(tr("Slots that stand on it"))
        self.slots.setSpacing(1)
        self.slots.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Slot, fixture or product"))
        self.search.setAccessibleName(tr("Search slots"))
        self.search.setClearButtonEnabled(True)
        self._count = label("", "secondary", name=tr("How many are chosen"))
        self.heard = HeardList(desk, "scale")
        self._fill_slots()
        self._lay_out()
        self.id.textChanged.connect(self._named)
        self.heard.picked.connect(self._take_name)
        self.heard.broker_asked.connect(self._set_up_broker)
        self.search.textChanged.connect(self._search)
        self.slots.itemChanged.connect(lambda _: self._show_count())
        self._named()
        self._show_count()
        self.heard.listen()
        (self.id if old is None else self.search).setFocus()

    def draft(self) -> ScaleDraft:
        """What stands in the fields."""
        items = [self.slots.item(i) for i in range(self.slots.count())]
        return ScaleDraft(
            id=self.id.text().strip(),
            slots=tuple(i.data(SLOT) for i in items if i.checkState() is Qt.CheckState.Checked),
            rate_hz=self.rate.value(),
            noise_sd_g=self.noise.value(),
            resolution_g=self.resolution.value(),
            capacity_g=self.capacity.value(),
        )

    def found(self) -> dict[str, str]:
        """What is wrong."""
        return dict(problems_of(self.draft(), self.desk.layout, self._old).items())

    def write(self) -> None:
        """Into the store's file."""
        draft, old = self.draft(), self._old
        self.desk.edit(
            lambda layout: with_scale(layout, draft, old),
            about=draft.id,
            what="added a scale" if old is None else "changed a scale",
            said=tr("{scale} is saved.", scale=draft.id),
        )

    def field_of(self, field: str) -> QWidget:
        """Where somebody mends it."""
        fields: dict[str, QWidget] = {
            "id": self.id, "slots": self.search, "rate": self.rate, "noise": self.noise,
            "resolution": self.resolution, "capacity": self.capacity,
        }  # fmt: skip
        return fields.get(field, self.save_button)

    def done(self, result: int) -> None:
        """Closed: nobody listens any more."""
        self.heard.stop()
        super().done(result)

    # -- inside --------------------------------------------------------------------------------------

    def _fill_slots(self) -> None:
        mine = () if self._old is None else self.desk.layout.slots_of_scale[self._old.id]
        here = {slot.id for slot in mine}
        for slot in sorted(self.desk.layout.file.slot, key=lambda s: (s.id not in here, s.scale is not None)):
            item = QListWidgetItem(self._slot_words(slot))
            item.setData(SLOT, slot.id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if slot.id in here else Qt.CheckState.Unchecked)
            self.slots.addItem(item)

    def _slot_words(self, slot: Slot) -> str:
        layout = self.desk.layout
        goods = [layout.products[sku].name for sku in layout.skus_of_slot[slot.id] if sku in layout.products]
        told = [slot.id, " + ".join(goods)]
        if slot.scale is not None and (self._old is None or slot.scale != self._old.id):
            told.append(tr("on {scale} now", scale=slot.scale))
        told.append(layout.fixtures[slot.fixture].name or slot.fixture)
        return "  ·  ".join(filter(None, told))

    def _search(self, text: str) -> None:
        words = text.casefold().split()
        for row in range(self.slots.count()):
            item = self.slots.item(row)
            item.setHidden(not all(word in item.text().casefold() for word in words))

    def _show_count(self) -> None:
        n = len(self.draft().slots)
        self._count.setText(tr_n("{n} slot stands on it", "{n} slots stand on it", n))

    def _named(self) -> None:
        name = self.id.text().strip()
        self.topic.setText(tr("It speaks on {topic}", topic=topic_of(self.desk.layout, name)))
        self.heard.look_for(name)

    def _set_up_broker(self) -> None:
        form = BrokerForm(self._devices, self)
        form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form.finished.connect(lambda _: self.heard.listen())
        form.open()

    def _take_name(self, name: str) -> None:
        if self._old is None:
            self.id.setText(name)
            self.search.setFocus()

    def _lay_out(self) -> None:
        self.row("id", tr("Short name"), self.id)
        self.form.addRow("", self.topic)
        self.row("noise", tr("Noise at rest, g"), self.noise)
        self.row("resolution", tr("Steps of, g"), self.resolution)
        self.row("rate", tr("Readings a second"), self.rate)
        self.row("capacity", tr("Bears up to, g"), self.capacity)
        self.form.addRow("", self.heard)
        beside = QWidget()
        right = QVBoxLayout(beside)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(SPACE_2)
        right.addWidget(label(tr("Slots that stand on it"), "caption"))
        right.addWidget(self.search)
        right.addWidget(self.slots, 1)
        right.addWidget(self._count)
        right.addWidget(self.problem("slots"))
        self.slots.setMinimumHeight(sized(260))
        self.lay_out(beside)
        self.setMinimumWidth(WIDTH)
        order = (
            self.id, self.noise, self.resolution, self.rate, self.capacity, self.heard.set_up,
            self.heard.list, self.search, self.slots, self.cancel_button, self.save_button,
        )  # fmt: skip
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
