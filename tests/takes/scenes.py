"""People and shelf events in the small test store, made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from inference.messages import Doubt, FloorUpdate, Hand, Person, ScaleChange, ShelfEvent
from inference.takes import TakeExplainer
from store_layout.model import Point2, Point3, StoreLayout

T = 1_700_000_000.0
Side = Literal["left", "right"]


def hand(at: Point3, t: float, side: Side = "right", sensor: str = "3d", sd: float = 0.03) -> Hand:
    """A hand that one sensor sees equally well in all directions."""
    v = sd * sd
    return Hand(t, sensor, side, at, (v, 0.0, 0.0, v, 0.0, v), 0.99)


def person(
    track: int,
    at: Point2,
    t: float,
    hands: tuple[Hand, ...] = (),
    *,
    sd: float = 0.1,
    identity: float = 1.0,
    could_be: tuple[tuple[int, float], ...] = (),
) -> Person:
    """Somebody who stands still."""
    v = sd * sd
    return Person(
        track=track,
        t=t,
        position=at,
        covariance=(v, 0.0, v),
        velocity=(0.0, 0.0),
        height_m=1.75,
        identity=identity,
        hidden=False,
        last_seen=t,
        hands=hands,
        could_be=could_be,
    )


def event(
    changes: Sequence[tuple[str, float]],
    layout: StoreLayout,
    t: float = T,
    doubts: tuple[Doubt, ...] = (),
    sd: float = 1.5,
) -> ShelfEvent:
    """The weight on these scales changed around ``t``."""
    slot = layout.slots_of_scale[changes[0][0]][0]
    return ShelfEvent(
        id=f"{changes[0][0]}@{t:.3f}",
        fixture=slot.fixture,
        t_start=t - 0.3,
        t_peak=t,
        t_end=t + 0.3,
        t_settled=t + 0.8,
        delta_g=sum(delta for _, delta in changes),
        sd_g=sd * len(changes) ** 0.5,
        changes=tuple(ScaleChange(scale, delta, sd) for scale, delta in changes),
        doubts=doubts,
    )


def watched(layout: StoreLayout, people: Iterable[Person]) -> TakeExplainer:
    """An explainer that saw these people around ``T``."""
    explainer = TakeExplainer(layout)
    by_time: dict[float, list[Person]] = {}
    for someone in people:
        by_time.setdefault(someone.t, []).append(someone)
    for t in sorted(by_time):
        explainer.see(FloorUpdate(t, tuple(by_time[t])))
    return explainer


def standing(
    track: int,
    at: Point2,
    *,
    reaching: Point3 | None = None,
    other_hand: Point3 | None = None,
    t: float = T,
    identity: float = 1.0,
    could_be: tuple[tuple[int, float], ...] = (),
    late_s: float = 0.0,
) -> list[Person]:
    """A person who stands there for three seconds and, so long after ``t``, has hands there."""
    found = []
    for i in range(-15, 16):
        now = t + 0.1 * i
        hands: tuple[Hand, ...] = ()
        if reaching is not None:
            rest = (at[0], at[1], 0.9)
            hands += (hand(reaching if abs(0.1 * i - late_s) <= 0.35 else rest, now),)
        if other_hand is not None:
            hands += (hand(other_hand, now, "left"),)
        found.append(person(track, at, now, hands, identity=identity, could_be=could_be))
    return found
