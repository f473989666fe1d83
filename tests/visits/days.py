"""Short days in the small test store, for the visit book alone: who came, what was explained, who left."""

from __future__ import annotations

from inference.messages import (
    Attribution,
    ClosedVisit,
    Explanation,
    FloorUpdate,
    ItemMove,
    Person,
    Result,
    ScaleChange,
    ShelfEvent,
    TrackEnded,
    TrackStarted,
    VisitClosed,
)
from inference.visits import VisitBook
from store_layout.model import Point2, StoreLayout

T = 1_700_000_000.0


def move(sku: str, count: int = 1, slot: str = "A0") -> tuple[ItemMove, ...]:
    return (ItemMove(sku, count, slot),)


def attribution(
    name: str,
    t: float,
    *explanations: tuple[float, int | None, tuple[ItemMove, ...]],
    delta_g: float = -500.0,
) -> Attribution:
    """An explained event at ``t`` seconds after ``T``. What is missing to 1 goes to nobody."""
    event = ShelfEvent(
        id=name,
        fixture="A",
        t_start=T + t - 0.3,
        t_peak=T + t,
        t_end=T + t + 0.3,
        t_settled=T + t + 0.8,
        delta_g=delta_g,
        sd_g=1.5,
        changes=(ScaleChange("scale-A0", delta_g, 1.5),),
    )
    found = [Explanation(p, track, moves) for p, track, moves in explanations]
    rest = 1.0 - sum(p for p, _, _ in explanations)
    if rest > 1e-9:
        found.append(Explanation(rest, None))
    found.sort(key=lambda e: -e.probability)
    return Attribution(event, tuple(found))


class Day:
    """Drives a visit book; times are seconds after ``T``."""

    def __init__(self, layout: StoreLayout, salt: str = "salt") -> None:
        self.layout = layout
        self.book = VisitBook(layout, salt)
        self.results: list[Result] = []

    def enter(self, track: int, t: float, gate: str | None = "door", at: Point2 = (1.0, 0.3)) -> None:
        update = FloorUpdate(T + t, (), started=(TrackStarted(track, T + t, at, gate),))
        self.results += self.book.floor(update)

    def appear(self, track: int, t: float, at: Point2 = (3.0, 2.6)) -> None:
        """Somebody whom no gate explains."""
        started = TrackStarted(track, T + t, at, None, unexplained=True)
        self.results += self.book.floor(FloorUpdate(T + t, (), started=(started,)))

    def stand(self, track: int, t: float, at: Point2) -> None:
        someone = Person(track, T + t, at, (0.01, 0.0, 0.01), (0.0, 0.0), 1.7, 1.0, False, T + t)
        self.results += self.book.floor(FloorUpdate(T + t, (someone,)))

    def leave(self, track: int, t: float, gate: str | None = "door") -> None:
        self.results += self.book.floor(FloorUpdate(T + t, (), ended=(TrackEnded(track, T + t, gate),)))

    def happen(self, explained: Attribution) -> None:
        self.results += self.book.attributed(explained)

    def until(self, t: float, step: float = 0.25) -> None:
        """Let time pass."""
        now = max(0.0, self.book.state.now - T)
        while now < t:
            now = min(t, now + step)
            self.results += self.book.tick(T + now)

    def finish(self, t: float) -> None:
        self.results += self.book.finish(T + t)

    @property
    def closed(self) -> dict[int, ClosedVisit]:
        """By track."""
        return {r.closed.track: r.closed for r in self.results if isinstance(r, VisitClosed)}


def lines(closed: ClosedVisit) -> dict[str, int]:
    return {line.sku: line.quantity for line in closed.lines}
