"""The store's devices and how they do."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import QObject, Qt

from console.item_models.keyed_rows import (
    CELL_ROLE,
    HEADING_ROLE,
    ROW_ROLE,
    TONE_ROLE,
    Cell,
    Column,
    Index,
    KeyedRows,
)
from console.item_models.search import SearchProxy
from console.item_models.words import DASH, ShopWords, since
from console.language import tr, tr_noop
from console.language.sentences import in_words
from console.language.writing import decimal
from console.operations.health import TONE_OF_STATE, Tone, tally, worst
from console.theme.icons import Icon
from inference.messages.wire import DeviceKind, DeviceStatus

STATE_WORDS: dict[str, str] = {
    "connecting": tr_noop("Connecting"),
    "live": tr_noop("Live"),
    "late": tr_noop("Late"),
    "lost": tr_noop("Lost"),
    "ended": tr_noop("Ended"),
    "off": tr_noop("Off"),
}
STATE_SIGNS: dict[str, Icon] = {
    "connecting": Icon.WAITING,
    "live": Icon.GOOD,
    "late": Icon.LATE,
    "lost": Icon.LOST,
    "ended": Icon.OFF,
    "off": Icon.OFF,
}
KIND_WORDS: dict[DeviceKind, str] = {
    "camera": tr_noop("Camera"),
    "scale": tr_noop("Scale"),
    "gate": tr_noop("Gate"),
    "broker": tr_noop("Broker"),
    "recording": tr_noop("Recording"),
    "detector": tr_noop("Detector"),
    "printer": tr_noop("Printer"),
    "model": tr_noop("Model"),
}
_KIND_SIGNS: dict[DeviceKind, Icon] = {
    "camera": Icon.CAMERA,
    "scale": Icon.SCALE,
    "gate": Icon.GATE,
    "broker": Icon.BROKER,
    "recording": Icon.RECORDING,
    "detector": Icon.DETECTOR,
    "printer": Icon.PRINTER,
    "model": Icon.MODEL,
}
_URGENCY = {"lost": 0, "late": 1, "connecting": 2, "live": 3, "ended": 4, "off": 5}
GROUPS: tuple[tuple[str, tuple[DeviceKind, ...]], ...] = (
    (tr_noop("Cameras"), ("camera",)),
    (tr_noop("Scales"), ("scale",)),
    (tr_noop("Gates"), ("gate",)),
    (tr_noop("Engine"), ("recording", "broker", "detector")),
    (tr_noop("Printers"), ("printer",)),
    (tr_noop("Models"), ("model",)),
)
"""Headings, and the kinds of devices under each."""
GROUP_OF: dict[DeviceKind, int] = {kind: i for i, (_, kinds) in enumerate(GROUPS) for kind in kinds}


TURNS = 12
"""Calls in which the numbers of all devices are taken up: a second, at the pace of snapshots."""
OF_ENGINE = frozenset(KIND_WORDS) - {"printer", "model"}


def state_word(device: DeviceStatus) -> str:
    """One or two words. Printers and models are not connected to: they are used, or not."""
    match device.kind, device.state:
        case "model", "live":
            return tr("In use")
        case "model", "off":
            return tr("Not used")
        case "printer", "live":
            return tr("Printed")
        case "printer", "off":
            return tr("Unused")
        case _:
            return tr(STATE_WORDS[device.state])


def name_of(device: DeviceStatus, words: ShopWords) -> str:
    """What people call it: its name, or for a scale what stands on it."""
    layout = words.layout
    if device.device in layout.cameras:
        return layout.cameras[device.device].name
    if device.device in layout.gates:
        return layout.gates[device.device].name
    slots = layout.slots_of_scale.get(device.device, ())
    return ", ".join(words.product(sku) for slot in slots for sku in layout.skus_of_slot[slot.id]) or DASH


def why_of(device: DeviceStatus) -> str:
    """Why it is as it is; of a camera also what the others say of it."""
    told = [hold_words(device)] if device.held not in (None, "free") else []
    told += [in_words(device.why)] if device.why else []
    if device.turned_deg:
        told.append(
            tr(
                "Turned by {angle}° from its calibration: calibrate it again",
                angle=decimal(device.turned_deg, 1),
            )
        )
    if device.clock_late_s:
        told.append(
            tr(
                "Its pictures are stamped {seconds} s later than others', which is allowed for",
                seconds=decimal(device.clock_late_s, 2),
            )
        )
    return ". ".join(told)


def hold_words(device: DeviceStatus) -> str:
    """What staff hold a gate at, as the gate itself says."""
    match device.held:
        case "shut":
            return tr("Held: it lets nobody in, and everybody out")
        case "open":
            return tr("Held: it stands open")
        case _:
            return ""


class DeviceGroup(msgspec.Struct, frozen=True):
    """The heading over devices of one sort, with how many of them do well."""

    title: str
    place: int
    well: int
    total: int
    tone: Tone

    @property
    def counts(self) -> str:
        """``5 of 6 well``."""
        if self.well < self.total:
            return tr("{well} of {total} well", well=self.well, total=self.total)
        return tr("all {total} well", total=self.total)


Row = DeviceStatus | DeviceGroup


def in_trouble(row: Row) -> bool:
    """A device that needs somebody; a group with one."""
    return (row.tone if isinstance(row, DeviceGroup) else TONE_OF_STATE[row.state]) in ("waiting", "wrong")


class DevicesModel(KeyedRows[Row]):
    """All devices under the headings of their groups; groups in trouble first, and devices in each."""

    def __init__(self, words: ShopWords, parent: QObject | None = None) -> None:
        super().__init__(self._make_columns(words), key=_key, parent=parent)
        self._now = 0.0
        self._troubled: set[int] = set()
        self._looks: dict[tuple[str, str], tuple[object, ...]] = {}
        """What the cells of each row were told to be last."""
        self._turn = 0

    def _make_columns(self, words: ShopWords) -> tuple[Column[Any], ...]:
        """Columns of a device; headings are answered for in :meth:`data`."""
        return (
            Column(
                tr("State"),
                state_word,
                lambda d: _URGENCY[d.state],
                tone=lambda d: TONE_OF_STATE[d.state],
                sign=lambda d: STATE_SIGNS[d.state],
                tip=why_of,
            ),
            Column(
                tr("Device"), lambda d: d.device, sign=lambda d: _KIND_SIGNS[d.kind], tip=lambda d: d.device
            ),
            Column(tr("Name"), lambda d: name_of(d, words), tip=lambda d: name_of(d, words)),
            Column(
                tr("Rate, per s"),
                lambda d: decimal(d.rate_hz, 1) if d.rate_hz else DASH,
                lambda d: d.rate_hz,
                number=True,
            ),
            Column(
                tr("Latency, ms"),
                lambda d: DASH if d.latency_s is None else decimal(d.latency_s * 1000),
                lambda d: d.latency_s or 0.0,
                number=True,
            ),
            Column(
                tr("Dropped"),
                lambda d: decimal(d.dropped) if d.kind in OF_ENGINE else DASH,
                lambda d: d.dropped,
                number=True,
                tip=lambda d: tr(
                    "{some} of {all}", some=decimal(d.dropped), all=decimal(d.received + d.dropped)
                ),
            ),
            Column(
                tr("Reconnects"),
                lambda d: str(d.reconnects) if d.kind in OF_ENGINE else DASH,
                lambda d: d.reconnects,
                number=True,
            ),
            Column(
                tr("Since"),
                lambda d: since(d.since, self._now, words.zone) if d.since else DASH,
                lambda d: -d.since,
                number=True,
            ),
            Column(
                tr("Why"), lambda d: why_of(d) or in_words(d.last_error), tip=lambda d: in_words(d.last_error)
            ),
        )

    def refresh(self, devices: tuple[DeviceStatus, ...], now: float) -> None:
        """Take the devices as they are; ``now`` is the wall clock, as ``DeviceStatus.since`` is."""
        self._now = now
        groups = _groups(devices)
        self._troubled = {group.place for group in groups if in_trouble(group)}
        rows: list[Row] = sorted([*groups, *devices], key=self._rank)
        self._arrange(rows)
        self._looks = {key: looks for row in rows if (looks := self._looks.get(key := _key(row)))}
        self._put(dict(enumerate(rows)))

    def refresh_in_turn(self, devices: tuple[DeviceStatus, ...], now: float) -> None:
        """Take the numbers of some of them: after ``TURNS`` calls it will have been all.

        States and order stay as they are: where those are others, :meth:`refresh`.
        """
        self._now = now
        known = {_key(device): device for device in devices}
        places = range(self._turn, len(self._rows), TURNS)
        self._turn = (self._turn + 1) % TURNS
        self._put({place: known[key] for place in places if (key := _key(self._rows[place])) in known})

    def _put(self, rows: dict[int, Row]) -> None:
        """Every device hears something in a second, and next to nothing of it is seen: that alone is told."""
        told: list[tuple[int, int, int]] = []
        for place, row in rows.items():
            self._rows[place] = row
            key, before = _key(row), self._looks.get(_key(row))
            looks = self._looks[key] = self._look(row)
            others = [c for c, look in enumerate(looks) if before is None or look != before[c]]
            if others:
                told.append((place, others[0], others[-1]))
        self._tell(told)

    def _look(self, row: Row) -> tuple[object, ...]:
        """By column: other looks are other words; signs and tones are the state's and the kind's."""
        if isinstance(row, DeviceGroup):
            return (row,) * len(self._columns)
        return (row.state, *(column.text(row) for column in self._columns[1:]))

    def order(self, row: Row) -> tuple[bool, int, bool]:
        """Groups in trouble first; in each its heading first."""
        heading = isinstance(row, DeviceGroup)
        place = row.place if isinstance(row, DeviceGroup) else GROUP_OF[row.kind]
        return (place not in self._troubled, place, not heading)

    def wavers(self, column: int) -> bool:
        """Whether the order by this column changes with every reading."""
        return self._columns[column].number

    def _rank(self, row: Row) -> tuple[tuple[bool, int, bool], int, str]:
        within = (0, "") if isinstance(row, DeviceGroup) else (_URGENCY[row.state], row.device)
        return (self.order(row), *within)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A heading says its title, and beside it how many are well."""
        row = self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None
        if not isinstance(row, DeviceGroup) or role in (ROW_ROLE, Qt.ItemDataRole.TextAlignmentRole):
            return super().data(index, role)
        if role == CELL_ROLE:
            text, tone = self.data(index), self.data(index, TONE_ROLE)
            return Cell(text, self.data(index, Qt.ItemDataRole.TextAlignmentRole), tone, heading=True)
        if role == HEADING_ROLE:
            return True
        if role == Qt.ItemDataRole.DisplayRole:
            return (tr(row.title), row.counts, "")[min(2, index.column())]
        if role == TONE_ROLE:
            return row.tone if index.column() == 1 and in_trouble(row) else None
        return None


def _groups(devices: tuple[DeviceStatus, ...]) -> list[DeviceGroup]:
    made = []
    for place, (title, kinds) in enumerate(GROUPS):
        tallies = [tally(devices, kind) for kind in kinds]
        total = sum(t.total for t in tallies)
        if total:
            well = sum(t.well for t in tallies)
            made.append(DeviceGroup(title, place, well, total, worst([t.tone for t in tallies if t.total])))
    return made


def _key(row: Row) -> tuple[str, str]:
    return ("group", row.title) if isinstance(row, DeviceGroup) else (row.kind, row.device)


class DevicesFound(SearchProxy):
    """Searches devices and sorts them within their groups; a heading stays while one of its devices does."""

    def __init__(self, source: DevicesModel, parent: QObject | None = None) -> None:
        super().__init__(source, searchable, parent)
        self._devices = source

    def lessThan(self, left: Index, right: Index) -> bool:  # noqa: N802
        """Group and heading first, whatever the order; then by the column."""
        one = self._devices.order(self._devices.row(left.row()))
        two = self._devices.order(self._devices.row(right.row()))
        if one != two:
            return (one < two) == (self.sortOrder() == Qt.SortOrder.AscendingOrder)
        column = left.column()  # by Qt's own way each value would go through two of its variants
        mine, theirs = (self._devices.sort_key(index.row(), column) for index in (left, right))
        if mine == theirs:  # one whose value is another is put among its equals as it stands in the model
            return (left.row() < right.row()) == (self.sortOrder() == Qt.SortOrder.AscendingOrder)
        return bool(mine < theirs)

    def accepts(self, row: Row) -> bool:
        """Whether this one is shown."""
        if not isinstance(row, DeviceGroup):
            return super().accepts(row)
        rows = (self._devices.row(i) for i in range(self._devices.rowCount()))
        return any(
            not isinstance(other, DeviceGroup) and GROUP_OF[other.kind] == row.place and self.accepts(other)
            for other in rows
        )


def searchable(device: DeviceStatus) -> str:
    """What the search looks through."""
    kind, state = tr(KIND_WORDS[device.kind]), state_word(device)
    return f"{device.device} {kind} {state} {why_of(device)} {in_words(device.last_error)}"
