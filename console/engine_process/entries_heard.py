"""Hears who comes in with a card, on the way of the observations to the pipeline."""

from __future__ import annotations

from collections.abc import Callable

from inference.engine.flow import Flow, FlowMaker
from inference.messages import GateSignal, Observation, Result
from inference.messages.codec import Vectors
from inference.messages.shelves import Misplaced, ScaleLevel, UnderWay
from store_layout.model import StoreLayout

OnEntry = Callable[[str, float], None]
"""Told the provider's token and the store time; after a crash again of those in the journal's tail."""


class HearingFlow:
    """A flow that tells of entries before it takes its steps."""

    def __init__(self, flow: Flow, on_entry: OnEntry) -> None:
        self._flow, self._on_entry = flow, on_entry

    def step(self, seen: Observation, /) -> list[Result]:
        """See ``Flow``."""
        if isinstance(seen, GateSignal) and seen.kind == "entry" and seen.token:
            self._on_entry(seen.token, seen.t)
        return self._flow.step(seen)

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


def hearing(make_flow: FlowMaker, on_entry: OnEntry) -> FlowMaker:
    """The same flows, heard."""

    def make(layout: StoreLayout, salt: str) -> Flow:
        return HearingFlow(make_flow(layout, salt), on_entry)

    return make
