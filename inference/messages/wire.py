"""What the engine tells the window, and what the window may ask of the engine.

State goes out as whole :class:`Snapshot` values that the window polls, so there is no backlog. What must not
be lost goes through the ledger. Back comes one thing: a command, answered once.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from inference.messages.observations import Detection
from inference.messages.results import Alarm, Cart, Person, ShelfEvent
from inference.messages.said import Words
from inference.messages.shelves import Misplaced, ScaleDetail, ScaleView, SlotMove
from store_layout.layout_changes import LayoutChange

DeviceKind = Literal["camera", "scale", "gate", "broker", "recording", "detector", "printer", "model"]
"""The last two are the window's own: the engine knows neither."""
Hold = Literal["free", "open", "shut"]
"""What a gate does: its work; it stands open; it lets nobody in (and always lets people out)."""
DeviceState = Literal["connecting", "live", "late", "lost", "ended", "off"]


class DeviceStatus(msgspec.Struct, frozen=True):
    """How one device is doing."""

    device: str
    kind: DeviceKind
    state: DeviceState
    since: float
    """When it entered this state, wall clock, seconds since the epoch."""
    why: Words = ""
    """In words for staff: what is wrong and what is being done about it."""
    rate_hz: float = 0.0
    dropped: int = 0
    received: int = 0
    latency_s: float | None = None
    last_error: Words = ""
    reconnects: int = 0
    clock_late_s: float = 0.0
    """Of a camera: its frames are surely older than their stamps by this much more than others'."""
    turned_deg: float = 0.0
    """Of a camera: it surely looks this far beside where its calibration says."""
    held: Hold | None = None
    """Of a gate: what it says that it does; None: it has never said so, and may not be able to be held."""
    asked: Hold | None = None
    """Of a gate: what it was told to do and has not confirmed."""


class CameraView(msgspec.Struct, frozen=True):
    """What a camera tile draws over its picture."""

    camera: str
    t: float
    width: int
    """Size of the picture that the boxes are in; the shared picture may be smaller."""
    height: int
    items: tuple[Detection, ...] = ()
    tracks: tuple[int | None, ...] = ()
    """Beside each item: whose it is."""
    picture: str | None = None
    """Name of the shared memory block with the latest picture; None: this camera has no pixels."""


class Inside(msgspec.Struct, frozen=True):
    """Somebody inside, with what is known of their visit."""

    person: Person
    code: str
    entered_at: float
    staff: bool = False
    unexplained: bool = False
    """No gate explains them: they have a code, but no visit."""
    card_trouble: Words = ""
    """What staff should know of the card that they came in with; empty: nothing."""


class Wanted(msgspec.Struct, frozen=True, array_like=True):
    """So many of a product."""

    sku: str
    """The product's number; where somebody is sent for it, a slot's id names the first product there."""
    count: int = 1


class SentShopper(msgspec.Struct, frozen=True, tag="sent_shopper"):
    """Somebody who was sent into a simulated store, as they truly are: to be compared with the receipt."""

    person: str
    token: str
    """On their card: the visit that the engine closes has it too."""
    state: Literal["coming", "inside", "left"]
    since: float
    """Store time at which this state began."""
    wanted: tuple[Wanted, ...]
    has: tuple[Wanted, ...] = ()
    """What they truly carry, or left with."""


class SourceStatus(msgspec.Struct, frozen=True):
    """Where the observations come from."""

    kind: Literal["live", "recording", "simulated"]
    name: str
    position_s: float = 0.0
    duration_s: float | None = None
    speed: float | None = 1.0
    """None: as fast as the machine allows."""
    paused: bool = False
    ended: bool = False
    sent: tuple[SentShopper, ...] = ()
    """Of a simulated store: the latest who were sent in, oldest first."""


class Snapshot(msgspec.Struct, frozen=True, tag="snapshot"):
    """The whole visible state at one moment."""

    engine: str
    """Id of this run of the engine; changes after a restart."""
    seq: int
    t: float
    """Store time of the latest observation."""
    source: SourceStatus
    inside: tuple[Inside, ...] = ()
    carts: tuple[Cart, ...] = ()
    cameras: tuple[CameraView, ...] = ()
    devices: tuple[DeviceStatus, ...] = ()
    events: tuple[ShelfEvent, ...] = ()
    """The latest few."""
    alarms: tuple[Alarm, ...] = ()
    """The latest few."""
    closed: int = 0
    """Visits closed since the start and kept in the ledger: when it grows, look there."""
    waiting: int = 0
    """Visits that have left and wait for an event they share."""
    frames: int = 0
    observations: int = 0
    scales: tuple[ScaleView, ...] = ()
    """All scales, as they were at most a quarter of a second ago."""
    moved: tuple[SlotMove, ...] = ()
    """What left each slot in all."""
    misplaced: tuple[Misplaced, ...] = ()
    paused_since: float | None = None
    """Store time at which somebody paused the store; None: it is open."""
    layout: str = ""
    """Hash of the layout that the engine works with; another one: the store folder is to be read again."""


class GetSnapshot(msgspec.Struct, frozen=True, tag="get_snapshot"):
    """Asks for the newest snapshot, unless the asker has it already."""

    have: int = -1


class SetStaff(msgspec.Struct, frozen=True, tag="set_staff"):
    """Mark a visit as staff at work."""

    code: str
    staff: bool = True


class JoinVisits(msgspec.Struct, frozen=True, tag="join_visits"):
    """Two open visits are one person: ``other`` goes up in ``code``."""

    code: str
    other: str
    by: str = ""
    """The operator's name, for the journal."""


class SplitVisit(msgspec.Struct, frozen=True, tag="split_visit"):
    """Whoever is followed as this open visit is somebody else than who came in as it."""

    code: str
    by: str = ""


class MakeShopper(msgspec.Struct, frozen=True, tag="make_shopper"):
    """Somebody whom no gate explains is a shopper: open a visit for them."""

    code: str
    by: str = ""


class CorrectLine(msgspec.Struct, frozen=True, tag="correct_line"):
    """An open visit has taken so many of a product up to now; None: take back what was said of it."""

    code: str
    sku: str
    count: int | None
    by: str = ""


class PauseReplay(msgspec.Struct, frozen=True, tag="pause_replay"):
    """Hold or go on with a recording."""

    paused: bool


class SetReplaySpeed(msgspec.Struct, frozen=True, tag="set_replay_speed"):
    """Times real time; None: as fast as the machine allows."""

    speed: float | None


class RestartDevice(msgspec.Struct, frozen=True, tag="restart_device"):
    """Drop the connection to a device and make a new one now."""

    device: str


class HoldGate(msgspec.Struct, frozen=True, tag="hold_gate"):
    """Tell a gate to stand open, to let nobody in, or to do its work again; its status says when it does."""

    gate: str
    hold: Hold


class SendShopper(msgspec.Struct, frozen=True, tag="send_shopper"):
    """Have somebody come into a simulated store and take these; answered with a :class:`SentShopper`."""

    wanted: tuple[Wanted, ...] = ()


class KeepEvidence(msgspec.Struct, frozen=True, tag="keep_evidence"):
    """Write down what is still in memory of a closed visit's shelf events: somebody says it is wrong."""

    visit: str


class TareScale(msgspec.Struct, frozen=True, tag="tare_scale"):
    """Say what lies on a scale now: what it shows counts from there. The device itself is not touched."""

    scale: str
    load_g: float = 0.0


class GetScale(msgspec.Struct, frozen=True, tag="get_scale"):
    """Asks for the last minutes of one scale; answered with a :class:`ScaleDetail`."""

    scale: str
    after: float = 0.0
    """Only samples later than this, store time: the others are there already."""


class SetOpen(msgspec.Struct, frozen=True, tag="set_open"):
    """Open the store, or pause it: then an alarm tells of each who comes in; all are followed as always.

    Into a simulated store that is paused nobody comes.
    """

    open: bool


class TakeStore(msgspec.Struct, frozen=True, tag="take_store"):
    """Read the store folder again and go on with it: devices, slots, catalogue, rules. All carts stay.

    Answered with a :class:`StoreTaken`, or refused with what is wrong with the folder, or what keeps it from
    being taken over now; then nothing has changed.
    """

    only_ask: bool = False
    """Only say what would change, or why it cannot."""


class StopEngine(msgspec.Struct, frozen=True, tag="stop_engine"):
    """Checkpoint and end."""

    again: bool = False
    """Another one is started at once: what outlives a crash is left to it."""


Command = (
    GetSnapshot
    | SetStaff
    | JoinVisits
    | SplitVisit
    | MakeShopper
    | CorrectLine
    | PauseReplay
    | SetReplaySpeed
    | RestartDevice
    | HoldGate
    | SendShopper
    | TareScale
    | GetScale
    | SetOpen
    | KeepEvidence
    | TakeStore
    | StopEngine
)


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The command was carried out."""

    text: Words = ""


class Unchanged(msgspec.Struct, frozen=True, tag="unchanged"):
    """There is no newer snapshot."""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The command was not carried out; ``why`` is for the operator."""

    why: Words
    remedy: Literal["", "wait", "start"] = ""
    """``wait``: what is in the way goes away by itself; ``start``: an engine that starts can do it."""


class StoreTaken(msgspec.Struct, frozen=True, tag="store_taken"):
    """The engine works with the store folder as it is now."""

    changes: tuple[LayoutChange, ...] = ()
    """None: it did so already."""
    waited_s: float = 0.0
    """For a quiet moment."""
    took_s: float = 0.0
    """Nothing was taken from the devices for so long; what they said meanwhile waited."""


Answer = Done | Unchanged | Refused | SentShopper | ScaleDetail | StoreTaken | Snapshot
