"""All that floor tracking remembers between observations. Everything else follows from the layout."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.floor_tracks.kalman import Fix, Motion
from inference.messages import Appearance


class SeenBy(msgspec.Struct, gc=False):
    """The latest sighting of a person by one sensor."""

    t: float
    item: int
    """Index into that sensor's latest items; -1 once it has sent a frame without this person."""
    xx: float
    xy: float
    yy: float
    """Covariance of the sighting, m2."""


class Repeats(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What no number of frames averages away of a person's place, m2, and what is told of the whole."""

    xx: float
    xy: float
    yy: float
    share: float
    """Of the variance that the boxes promise, so much is seen in what their cameras say of each other."""


class FeetSeen(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where one camera had a person's feet, for comparing with others (see ``camera_errors``)."""

    t: float
    camera: str
    from_point: bool
    """By the foot key point, not the box."""
    fix: Fix
    down_x: float
    down_y: float
    right_x: float
    right_y: float
    """What the box's height, down or to the right in the picture, is on the floor there, metres."""
    eye: tuple[float, float, float] | None
    """From below the camera to the feet, and the camera's height; None for one that knows only its floor."""


class CameraSpread(msgspec.Struct, frozen=True, array_like=True):
    """How far one camera's feet lie from the others', squared, against what was expected: a mean."""

    compared: int = 0
    share: float = 1.0
    """1: as expected."""


class CameraShifted(msgspec.Struct, frozen=True, array_like=True):
    """Mean of how far off one camera's latest feet were against the others', as angles at the camera, rad."""

    compared: int = 0
    right: float = 0.0
    down: float = 0.0
    var: float = 0.0
    """Of one comparison, both directions together, rad2."""


class CameraErrors(msgspec.Struct):
    """What is known of all cameras' errors that repeat: a joint Gaussian (see ``camera_errors``)."""

    starts: dict[str, int] = {}
    """``camera\nblock`` -> where in the mean the block begins."""
    mean: NDArray[np.float64] = msgspec.field(default_factory=lambda: np.zeros(0))
    covariance: NDArray[np.float64] = msgspec.field(default_factory=lambda: np.zeros((0, 0)))
    t: float | None = None
    """Time up to which it has aged."""
    shifts: dict[str, CameraShifted] = {}
    spreads: dict[str, CameraSpread] = {}
    told_t: float = 0.0
    """When all that is learned was last told."""
    turned: list[str] = []
    """Cameras that do not look where their calibration says, and have been told of."""


class Track(msgspec.Struct):
    """Somebody, or (tentative) perhaps somebody, followed on the floor."""

    number: int
    motion: Motion
    t: float
    """Time that ``motion`` is about."""
    first_t: float
    first_xy: tuple[float, float]
    last_seen: float
    last_xy: tuple[float, float]
    """Where they were last seen; a hidden person spreads out from here."""
    last_uv: tuple[float, float]
    """Velocity then, m/s."""
    height_m: float
    height_var: float
    steady_xy: tuple[float, float] | None = None
    """Where they were last seen twice in a row, if a stray box may have moved ``last_xy`` since."""
    hits: int = 1
    chances: int = 0
    """Frames that showed this place after a tentative person was first seen."""
    found_share: float = 1.0
    """Share of the latest of them in which they were found (running mean)."""
    beside: int = 0
    """Frames that found this tentative person and a known one next to them both."""
    together: int = 0
    """The same with tentative ones that are older ..."""
    in_turns: int = 0
    """... and frames that found this one and not the other, whom another frame had found just before."""
    walked_m: float = 0.0
    """Farthest from ``first_xy`` so far."""
    seen_by: dict[str, SeenBy] = {}
    repeats: Repeats | None = None
    """Follows from ``seen_by``; None: to be worked out again."""
    feet: dict[str, FeetSeen] = {}
    appearance: Appearance | None = None
    looks: int = 0
    """Frames in the appearance."""
    likeness: float = 1.0
    """Mean cosine of one frame's appearance with the gathered one: how steady this person looks."""
    belief: dict[int, float] = {}
    """Number of the person that came in -> probability that this is them."""
    cells: NDArray[np.float64] | None = None
    """Probability of each cell of the floor (see ``whereabouts``) while hidden."""
    cells_t: float = 0.0
    """Time to which they have spread."""
    unseen_s: float = 0.0
    """Time without being seen while somebody was looking (or nobody can)."""
    outside_s: float = 0.0
    """Time for which they were seen beyond a gate."""
    explained: bool = True
    """Came through a gate, or somebody said who they are."""
    lost: dict[int, float] = {}
    """Hidden people who may have come back as this unexplained one: log likelihood of place and height."""
    leaving: str | None = None
    """Gate whose exit signal was about this person."""
    leaving_t: float = 0.0
    leaving_near: bool = False
    """They were seen near that gate then, not at it: it may have been about another."""
    leaving_beside: bool = False
    """They were not in the door then, but may have stood beside it."""


class Encounter(msgspec.Struct):
    """Two people were close: they may have been exchanged."""

    a: int
    b: int
    t: float
    look_a: Appearance | None = None
    """How each looked before they met: compared with afterwards, also when one has left."""
    look_b: Appearance | None = None
    exchanged: float = 0.0
    """Probability: closeness makes it grow, looks make it fall again, or grow further."""
    frames: int = 0
    """Looks after parting."""
    parted_t: float | None = None


class Entry(msgspec.Struct):
    """An entry signal, and how many of its people have not been seen yet."""

    gate: str
    t: float
    people: int


class Arrival(msgspec.Struct):
    """Somebody came in at a gate that sends signals, and its signal is still awaited."""

    gate: str
    t: float
    track: int


class FloorTracksState(msgspec.Struct):
    """The whole memory. Lists are in order of arrival; nothing depends on hashing."""

    started_at: float | None = None
    t: float = 0.0
    next_track: int = 1
    next_tentative: int = 1
    people: list[Track] = []
    tentative: list[Track] = []
    encounters: list[Encounter] = []
    frames: dict[str, float] = {}
    """Sensor -> time of its latest frame."""
    entries: list[Entry] = []
    arrivals: list[Arrival] = []
    signalling: list[str] = []
    """Gates that have ever sent an entry signal."""
    camera_errors: CameraErrors = msgspec.field(default_factory=CameraErrors)
