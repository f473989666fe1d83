"""Hears who comes in with a card, on the way of the observations to the pipeline; tells of declined ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from inference.engine.flow import Flow, FlowMaker
from inference.messages import Alarm, GateSignal, Observation, Result
from inference.messages.codec import Vectors
from inference.messages.results import CardInside
from inference.messages.said import said
from inference.messages.shelves import Misplaced, ScaleLevel, UnderWay
from store_layout.model import StoreLayout

OnEntry = Callable[[str, float], None]
"""Told the provider's token and the store time; after a crash again of those in the journal's tail."""
SETTLED_S = 6.0
"""So long after an entry it may still turn out to be another visit's: nobody is pointed at before that."""
LOOKED_FOR_S = 120.0
"""Whose visit was not found by then has left, or was never seen."""
EACH_S = 0.5
"""Between two looks."""


@dataclass(frozen=True)
class DeclinedCard:
    """A card that its provider kept nothing back on, of somebody who came in with it."""

    token: str
    entered_at: float


@dataclass
class DeclinedCards:
    """Those that nobody was told of yet. Put in by the thread that asks providers, told by the state's."""

    _waiting: deque[DeclinedCard] = field(default_factory=deque)
    _looked_at: float = 0.0

    def add(self, token: str, entered_at: float) -> None:
        """From any thread."""
        self._waiting.append(DeclinedCard(token, entered_at))

    def told(self, flow: Flow, t: float) -> list[Alarm]:
        """For each whose visit is known now, an alarm about its code; it goes by the code alone."""
        if not self._waiting or abs(t - self._looked_at) < EACH_S:
            return []
        self._looked_at = t
        codes: dict[str, list[str]] = {}
        for inside in flow.cards_inside():
            codes.setdefault(inside.token, []).append(inside.code)  # a group has one card
        alarms: list[Alarm] = []
        for _ in range(len(self._waiting)):
            card = self._waiting.popleft()
            age = t - card.entered_at
            if age >= SETTLED_S and card.token in codes:
                alarms += [_alarm(code, t) for code in codes[card.token]]
            elif age < LOOKED_FOR_S:
                self._waiting.append(card)
        return alarms


def _alarm(code: str, t: float) -> Alarm:
    text = said("the card of {code} was declined at the entry: ask for another one", code=code)
    return Alarm(t=t, kind="card_declined", about=code, text=text)


class HearingFlow:
    """A flow that tells of entries before it takes its steps, and of declined cards after them."""

    def __init__(self, flow: Flow, on_entry: OnEntry, declined: DeclinedCards) -> None:
        self._flow, self._on_entry, self._declined = flow, on_entry, declined

    def step(self, seen: Observation, /) -> list[Result]:
        """See ``Flow``."""
        if isinstance(seen, GateSignal) and seen.kind == "entry" and seen.token:
            self._on_entry(seen.token, seen.t)
        results = self._flow.step(seen)
        return [*results, *alarms] if (alarms := self._declined.told(self._flow, seen.t)) else results

    def finish(self, t: float, /) -> list[Result]:
        """See ``Flow``."""
        return self._flow.finish(t)

    def checkpoint(self, appearances: Vectors | None = None, /) -> bytes:
        """See ``Flow``."""
        return self._flow.checkpoint(appearances)

    def restore(self, data: bytes, appearances: Vectors | None = None, /) -> None:
        """See ``Flow``."""
        self._flow.restore(data, appearances)

    def take_over(self, data: bytes, before: StoreLayout, appearances: Vectors | None = None, /) -> None:
        """See ``Flow``."""
        self._flow.take_over(data, before, appearances)

    def under_way(self) -> UnderWay:
        """See ``Flow``."""
        return self._flow.under_way()

    def scale_levels(self) -> tuple[ScaleLevel, ...]:
        """See ``Flow``."""
        return self._flow.scale_levels()

    def misplaced(self) -> tuple[Misplaced, ...]:
        """See ``Flow``."""
        return self._flow.misplaced()

    def cards_inside(self) -> tuple[CardInside, ...]:
        """See ``Flow``."""
        return self._flow.cards_inside()


def hearing(make_flow: FlowMaker, on_entry: OnEntry, declined: DeclinedCards) -> FlowMaker:
    """The same flows, heard. ``declined`` is for all of them: the next one tells what the last did not."""

    def make(layout: StoreLayout, salt: str) -> Flow:
        return HearingFlow(make_flow(layout, salt), on_entry, declined)

    return make
