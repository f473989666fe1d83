"""What the shelf-event stage remembers."""

from __future__ import annotations

import msgspec

from inference.messages import Course, Doubt, Stir


class ScaleState(msgspec.Struct):
    """One scale. Times in seconds since the epoch, weights in grams."""

    last_t: float = -1.0
    """Of the latest reading; negative before the first."""
    last_g: float = 0.0
    same: int = 0
    """Readings in a row with exactly ``last_g``."""
    same_since: float = 0.0
    stuck: bool = False
    noise_before: float = 0.0
    """``noise_var`` when ``last_g`` was first read; 0: it was not known yet."""
    noise_bins: int = 0
    """Bins from which ``noise_var`` was learned."""
    frozen: bool = False
    """It repeats one value: what lies on it is not known."""
    wild: int = 0
    """Impossible readings in a row."""
    saturated: bool = False
    bin_sum: float = 0.0
    bin_t: float = 0.0
    bin_n: int = 0
    times: list[float] = []
    """Ring of the window's bin times; ``place`` is where the next one goes."""
    means: list[float] = []
    place: int = 0
    total: float = 0.0
    """Incremental sum of ``means`` less ``origin``."""
    squares: float = 0.0
    origin: float = 0.0
    noise_var: float = 0.0
    """Variance of a bin's mean while nothing happens."""
    base: float = 0.0
    """Level, following drift, a window behind."""
    based: bool = False
    quiet_bins: int = 0
    """Bins since the level was known; warms up ``base`` and ``noise_var``."""
    active: bool = False
    t_start: float = 0.0
    t_peak: float = 0.0
    peak_var: float = -1.0
    alarmed: bool = False
    trace: list[float] = []
    """Bins since the event began, from half a window before it was noticed."""
    trace_t: list[float] = []
    doubts: list[Doubt] = []


class Settled(msgspec.Struct, frozen=True):
    """One scale's level changed for good."""

    scale: str
    t_start: float
    t_peak: float
    peak_sd_g: float
    t_end: float
    t_settled: float
    delta_g: float
    sd_g: float
    minor: bool
    """Too small to be an event by itself; may be part of a neighbour's."""
    doubts: tuple[Doubt, ...] = ()
    stir: Stir | None = None
    """Set where the level did not change, but hands were there."""
    course: Course | None = None
    """Set where it changed, and took long enough for two hands."""


class ShelfEventsState(msgspec.Struct):
    """Everything the stage remembers."""

    scales: dict[str, ScaleState] = {}
    pending: list[Settled] = []
    """Settled changes that wait for an active neighbour."""
    unknown: list[str] = []
    """Scales that speak and are not in the layout; each is reported once."""
    last: dict[str, tuple[float, float]] = {}
    """By fixture: start and end of its latest event, to mark overlaps."""
