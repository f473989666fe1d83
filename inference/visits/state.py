"""What the visit stage remembers."""

from __future__ import annotations

import msgspec

from inference.messages import Attribution, CartLine, GateSignal, Hand, Outage, SilentStay, Waypoint


class Met(msgspec.Struct, frozen=True):
    """The hands of this shopper and of another met."""

    id: str
    """Of the :class:`HandsMet` that told of it."""
    t: float
    track: int
    """Of the other."""
    inferred: bool = False
    """True: from what one was seen to hold later; the moment is known roughly."""


class Stay(msgspec.Struct):
    """Somebody stands within reach of a scale that says nothing."""

    begin: float
    last: float
    """When they were there last."""
    stood_s: float = 0.0
    """So much of it they did not walk."""
    hand: float = 0.0
    """How likely a hand was in the scale's slots, at most, ..."""
    hand_t: float = 0.0
    slot: str = ""
    """... when, and in which of them."""
    near_m: float = 1000.0
    """How near they stood to it, ..."""
    near_t: float = 0.0
    """... and when."""
    told: bool = False


class Visit(msgspec.Struct):
    """A visit that has not been closed."""

    visit: str
    code: str
    track: int
    entered_at: float
    """When the shopper was first followed."""
    gate_in: str | None
    came_at: float | None = None
    """When they came through the gate at the latest, by how far they had come since; None: as above."""
    left_at: float | None = None
    gate_out: str | None = None
    given_up: bool = False
    """The track ended where nobody can leave."""
    signal: GateSignal | None = None
    """Of the gate, that was found for it."""
    token: str | None = None
    people: int = 1
    """Whom that card let in ..."""
    followed: int = 1
    """... and how many of them were seen to come in."""
    staff: bool = False
    unexplained: bool = False
    """No gate explains them: followed and counted like a visit, so that nobody is charged for what they take,
    but none for anybody outside of this stage."""
    lines: tuple[CartLine, ...] = ()
    """As last shown."""
    near: dict[str, list[tuple[float, float]]] = {}
    """By scale: when the shopper stood within reach of it."""
    near_at: float = 0.0
    met: list[Met] = []
    """Whose hands theirs met, away from the shelves."""
    stays: dict[str, Stay] = {}
    """By scale: where they stand, or have just stood, while it says nothing."""
    silent: list[SilentStay] = []
    """Such stays that were told of."""
    hidden_at: dict[str, float] = {}
    """By scale: when they were last out of all sight within reach of it, while it said nothing."""
    path: list[Waypoint] = []
    """Where they were seen, thinned (see ``path``)."""
    path_step_m: float = 0.0
    """How far apart its points are now; 0: none has been kept."""


class Fact(msgspec.Struct, frozen=True):
    """Decided when a visit was closed: what an event did to its cart."""

    track: int
    units: dict[str, int]
    """sku -> count; empty: the event was not its doing."""
    sure: float = 1.0
    """How probable that was by the visit's own evidence; 1 of what a person said."""


class Gone(msgspec.Struct, frozen=True):
    """A visit that is closed, as long as others may have to do with it."""

    at: float
    code: str
    token: str | None


class Waiting(msgspec.Struct):
    """An entry signal of the last seconds: whose it is may still change."""

    signal: GateSignal
    closed: int = 0
    """So many of its visits are over already."""


class VisitsState(msgspec.Struct):
    """Everything the stage remembers."""

    visits: dict[int, Visit] = {}
    """By track, in order of entry."""
    attributions: dict[str, Attribution] = {}
    facts: dict[str, list[Fact]] = {}
    """By event."""
    gone: dict[int, Gone] = {}
    """Closed visits, by track."""
    waiting: list[Waiting] = []
    """Entry signals of the last seconds, in the order in which they came."""
    carded: list[str] = []
    """Gates that have told of a card: whoever comes in there has one."""
    strangers: list[float] = []
    """When those were first seen whom no gate explains, and who have left with goods."""
    hands: dict[int, list[Hand]] = {}
    """By track: what was seen of them in the last moments."""
    hands_at: float = 0.0
    """When hands that meet were last looked for."""
    silent_at: float = 0.0
    """When it was last looked who stands at silent scales."""
    outages: list[Outage] = []
    same: dict[int, int] = {}
    """Tracks that an operator said were somebody else's: theirs, by the track that was taken for another."""
    said: dict[int, dict[str, list[str]]] = {}
    """What operators said of open visits' lines: by track and sku, the events that it settled or made."""
    ordinals: dict[str, int] = {}
    """How many visits began at the same gate at the same time; keeps their ids apart."""
    now: float = 0.0
    due: float = 0.0
    """Nothing falls due before this time."""
