"""What the stages make of the observations."""

from __future__ import annotations

from typing import Literal

import msgspec

from inference.messages.said import Words

Point2 = tuple[float, float]
Point3 = tuple[float, float, float]
Covariance2 = tuple[float, float, float]
"""``(xx, xy, yy)`` of a symmetric 2x2 matrix, m2."""
Covariance3 = tuple[float, float, float, float, float, float]
"""``(xx, xy, xz, yy, yz, zz)`` of a symmetric 3x3 matrix, m2."""


class Hand(msgspec.Struct, frozen=True):
    """Where one sensor puts one hand of a person: a Gaussian in the world.

    From a camera it is long along the line of sight and thin across it, so that the product of two
    cameras' Gaussians is a triangulation.
    """

    t: float
    sensor: str
    side: Literal["left", "right"]
    mean: Point3
    covariance: Covariance3
    score: float
    """Probability that a hand of theirs is there at all."""
    side_score: float = 1.0
    """Probability that it is the hand of that side, given that it is one."""


class Person(msgspec.Struct, frozen=True):
    """Somebody on the floor, at time ``t``."""

    track: int
    """Number of this stay, never reused within a run of the store."""
    t: float
    position: Point2
    covariance: Covariance2
    velocity: Point2
    height_m: float
    identity: float
    """Probability that this is still the person who came in under this number."""
    hidden: bool
    """True: inside, but no camera sees them now."""
    last_seen: float
    hands: tuple[Hand, ...] = ()
    """Only those seen since the previous update."""
    could_be: tuple[tuple[int, float], ...] = ()
    """Other tracks this may be instead, with their probabilities; they and ``identity`` sum to at most 1."""
    seen_in: tuple[tuple[str, int], ...] = ()
    """``(camera, index into that camera's latest Detections.items)`` where they are seen now."""


class TrackStarted(msgspec.Struct, frozen=True):
    """Somebody came in (``gate``), or appeared where nobody can (None: unexplained)."""

    track: int
    t: float
    position: Point2
    gate: str | None
    unexplained: bool = False
    """No gate explains them, in a store that people come into by gates."""


class TrackJoined(msgspec.Struct, frozen=True):
    """``other``, whom no gate explained, was ``kept`` all the time, who had been hidden."""

    kept: int
    other: int
    t: float


class TrackEnded(msgspec.Struct, frozen=True):
    """Somebody left through a gate, or was given up (None)."""

    track: int
    t: float
    gate: str | None


class Alarm(msgspec.Struct, frozen=True, tag="alarm"):
    """Something staff should know: words for them, and the device or place it is about."""

    t: float
    kind: str
    about: str
    text: Words


class CameraLearned(msgspec.Struct, frozen=True):
    """What was learned of one camera by comparing it with the others; allowed for already."""

    camera: str
    late_s: float = 0.0
    """Its frames are surely older than their time stamps by this much more than others'; 0: not surely."""
    drift: float = 0.0
    """How that grows, seconds a second."""
    turned_deg: float = 0.0
    """It surely looks this far beside where its calibration says; 0: not surely, or too little to matter."""


class FloorUpdate(msgspec.Struct, frozen=True, tag="floor"):
    """Everybody inside, after one observation."""

    t: float
    people: tuple[Person, ...]
    started: tuple[TrackStarted, ...] = ()
    ended: tuple[TrackEnded, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    cameras: tuple[CameraLearned, ...] = ()
    """Now and then: what is known of all cameras that something is known of."""
    joined: tuple[TrackJoined, ...] = ()


class ScaleChange(msgspec.Struct, frozen=True):
    """What one scale felt of a shelf event: grams after minus grams before."""

    scale: str
    delta_g: float
    sd_g: float


class Stir(msgspec.Struct, frozen=True):
    """A hand on a plate that weighs afterwards what it weighed before."""

    impulse_gs: float
    """Load beyond that weight by the time it lasted, gram seconds; positive where more lay there."""
    impulse_sd_gs: float
    """What a hand alone would leave of it."""
    beside: bool = False
    """True: the plate was shaken on before or after something was taken or given back there."""


class Course(msgspec.Struct, frozen=True):
    """What a plate felt while something was moved that took longer than one hand does."""

    impulse_gs: float
    """Load beyond the weight before, by the time from the event's start to its end; gram seconds."""
    impulse_sd_gs: float
    """What hands alone would leave of it."""


Doubt = Literal["outage", "overlap", "re_zeroed", "saturated", "silent", "spike", "unsettled"]
"""Why an event is less sure than others. A closed set: the window has words for each."""


class ShelfEvent(msgspec.Struct, frozen=True, tag="shelf_event"):
    """The weight on a shelf changed for good, or was made up for while hands were there (``stir``)."""

    id: str
    """From its cause (scale and time), so that a replay gives the same."""
    fixture: str
    t_start: float
    t_peak: float
    """When the hand was most likely in: the moment of largest variance."""
    t_end: float
    t_settled: float
    """When the change was known; the latency of everything after counts from here."""
    delta_g: float
    """Sum over the scales; negative when something was taken."""
    sd_g: float
    changes: tuple[ScaleChange, ...]
    doubts: tuple[Doubt, ...] = ()
    stir: Stir | None = None
    """Set where nothing changed for good: only a touch, or one gave back what another took."""
    course: Course | None = None
    """Set of one scale's lasting change that took long enough for two hands."""


class ItemMove(msgspec.Struct, frozen=True):
    """``count`` units of a product taken from (positive) or returned to (negative) a slot."""

    sku: str
    count: int
    slot: str
    track: int | None = None
    """Whose hand, where it was not the explanation's track: two people at one scale make one event."""


class Explanation(msgspec.Struct, frozen=True):
    """One way a shelf event may have come about."""

    probability: float
    track: int | None
    """Who; None: nobody (noise), or somebody who is not charged."""
    moves: tuple[ItemMove, ...] = ()
    """Empty of somebody: they moved what no product explains."""
    handed: bool | msgspec.UnsetType = msgspec.UNSET
    """True: ``track`` alone reached in. What is another's of it was handed to them later, or before by them,
    where it was put back. Else unset."""

    def mover(self, move: ItemMove) -> int | None:
        """To whose cart one of the moves counts: who made it, was handed the goods, or had handed them on."""
        return self.track if move.track is None else move.track

    def reached_in(self, move: ItemMove) -> int | None:
        """Whose hand made one of the moves at the shelf, whoever has the goods since."""
        return self.track if self.handed is True else self.mover(move)

    def tracks(self) -> tuple[int, ...]:
        """Everybody who had a hand in it, or got something of it, the explanation's track first."""
        found = (self.track, *(move.track for move in self.moves))
        return tuple(dict.fromkeys(track for track in found if track is not None))

    def doers(self) -> tuple[int, ...]:
        """Everybody who reached in."""
        return self.tracks()[:1] if self.handed is True else self.tracks()

    def units(self, track: int) -> dict[str, int]:
        """What it adds to this track's cart: sku -> count, negative for what was given back."""
        found: dict[str, int] = {}
        for move in self.moves:
            if self.mover(move) == track:
                found[move.sku] = found.get(move.sku, 0) + move.count
        return found


class Attribution(msgspec.Struct, frozen=True, tag="attribution"):
    """All explanations of one event that are worth keeping, most probable first; they sum to 1."""

    event: ShelfEvent
    explanations: tuple[Explanation, ...]


class CartLine(msgspec.Struct, frozen=True):
    """So many of a product in somebody's cart."""

    sku: str
    quantity: int
    probability: float
    """That sku and quantity are exactly right."""
    events: tuple[str, ...] = ()
    """Ids of the shelf events behind it."""


class Cart(msgspec.Struct, frozen=True):
    """What a shopper most probably carries now."""

    visit: str
    code: str
    track: int
    t: float
    lines: tuple[CartLine, ...]


class VisitOpened(msgspec.Struct, frozen=True, tag="visit_opened"):
    """A shopper came in."""

    visit: str
    code: str
    track: int
    t: float
    gate: str | None


class CardInside(msgspec.Struct, frozen=True):
    """The card that the visit of somebody inside goes with, as far as is known now."""

    code: str
    token: str
    """The payment provider's token."""


class HandsMet(msgspec.Struct, frozen=True, tag="hands_met"):
    """Hands of two shoppers met away from the shelves: one may have handed something on.

    Found by the hands, or by what one is seen to hold that the other had taken.
    """

    id: str
    """From its cause (whose hands, and when), so that a replay gives the same."""
    t: float
    tracks: tuple[int, int]
    at: Point3
    """In between both hands, metres."""


class SilentStay(msgspec.Struct, frozen=True, tag="silent_stay"):
    """A shopper stood within reach of a scale that said nothing: nobody felt what they took there.

    Told of when it is over, or so soon that pictures of the moment that shows it best are still there.
    """

    id: str
    """From its cause (:func:`silent_id`), so that a replay gives the same."""
    t: float
    """When one of their hands was most likely in the scale's slots; else when they stood nearest to it."""
    begin: float
    end: float
    track: int
    scale: str
    fixture: str
    slot: str = ""
    """Where that hand most probably was; empty: none was seen there."""


def silent_id(scale: str, begin: float, track: int) -> str:
    """The name of a :class:`SilentStay`, and of what is asked about it."""
    return f"silent:{scale}@{begin:.3f}-{track}"


def silent_scale(event: str) -> str | None:
    """Which scale was silent, by :func:`silent_id`; None where it is the name of anything else."""
    return event[len("silent:") :].rpartition("@")[0] if event.startswith("silent:") else None


class UnexplainedPerson(msgspec.Struct, frozen=True, tag="unexplained"):
    """Somebody whom no gate explains is followed under this code, without a visit; or no longer is.

    ``over``: they left, were found to be somebody else, or are a shopper now (then a visit is opened too).
    """

    code: str
    track: int
    t: float
    over: bool = False


class CartChanged(msgspec.Struct, frozen=True, tag="cart_changed"):
    """A shelf event changed a cart."""

    cart: Cart
    event: str | None
    t_settled: float | None
    """Of the event; ``cart.t - t_settled`` is the latency in store time."""


SILENT: Doubt = "silent"
"""The doubt of what a scale could not feel, as it said nothing."""


class Felt(msgspec.Struct, frozen=True):
    """What the scales felt of an event: the evidence that goes with a question."""

    fixture: str
    t: float
    """When the hand was most likely in, store time."""
    delta_g: float
    """Grams after minus grams before, over all scales; negative when something was taken."""
    sd_g: float
    doubts: tuple[Doubt, ...] = ()

    @property
    def silent(self) -> bool:
        """Nothing was felt: the scale said nothing then, and the grams are none."""
        return SILENT in self.doubts


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person is asked about one event of a visit.

    Defaults are left out when it is written, so that a ledger from before ``felt`` reads and verifies as is.
    """

    event: str
    """Its id, or that of a :class:`SilentStay`."""
    text: str
    alternatives: tuple[Explanation, ...]
    """The likeliest first. Probability 0: guessed, by its weight where no product explains it, or by what
    lies on a silent scale."""
    at_stake: int
    """Expected wrong money if it is not asked, minor units."""
    felt: Felt | None = None
    """None: asked before this was kept."""
    moments: tuple[str, ...] = ()
    """Ids of what shows the answer better than the event does: hands that met (:class:`HandsMet`), a stay at
    the scale before it came back (:class:`SilentStay`)."""


Waypoint = tuple[float, float, float]
"""Seconds since the visit began, then where on the floor: x, y in metres."""


class Ground(msgspec.Struct, frozen=True):
    """Why one shelf event was counted as it was."""

    event: str
    felt: Felt
    changes: tuple[ScaleChange, ...]
    """What each scale felt of it."""
    explanations: tuple[Explanation, ...]
    """The likeliest, by this event alone, most probable first; what was counted is among them."""
    counted: int
    """Place of the one that was counted: it fits best with all else that is known of the carts."""


class VisitTrace(msgspec.Struct, frozen=True):
    """What is kept of how a visit went, for as long as the visit itself."""

    path: tuple[Waypoint, ...]
    """Where the shopper was seen, thinned: a few hundred points at most."""
    grounds: tuple[Ground, ...]
    """One for each event that mattered to the cart, in the order of time."""


class Restocked(msgspec.Struct, frozen=True):
    """Units of a product that staff put into a slot; below 0: took out of it."""

    slot: str
    sku: str
    units: int


class ClosedVisit(msgspec.Struct, frozen=True):
    """A visit that is over. ``visit`` comes from its cause, so that a replay gives the same."""

    visit: str
    code: str
    """What people call it: short, random, dies with the visit's data."""
    track: int
    entered_at: float
    left_at: float | None
    """None: still inside when the store was closed."""
    gate_in: str | None
    gate_out: str | None
    closed_at: float
    lines: tuple[CartLine, ...]
    probability: float
    """That all lines are exactly right."""
    decision: Literal["issue", "review", "nothing", "staff"]
    token: str | None = None
    people: int = 1
    questions: tuple[Question, ...] = ()
    notes: tuple[Words, ...] = ()
    """What staff should know: outages that touched it, and the like."""
    trace: VisitTrace | msgspec.UnsetType = msgspec.UNSET
    """Not set, and then not written, for visits from before it was kept: they read and verify as they are."""
    restocked: tuple[Restocked, ...] | msgspec.UnsetType = msgspec.UNSET
    """By staff; not set for everybody else."""


class VisitClosed(msgspec.Struct, frozen=True, tag="visit_closed"):
    """The last word on a visit by the engine."""

    closed: ClosedVisit


Result = (
    FloorUpdate
    | ShelfEvent
    | Attribution
    | VisitOpened
    | UnexplainedPerson
    | HandsMet
    | SilentStay
    | CartChanged
    | VisitClosed
    | Alarm
)
