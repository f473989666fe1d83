"""What the engine needs of the pipeline and of whoever keeps closed visits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from inference.messages import Observation, Result, VisitClosed
from inference.messages.codec import Vectors
from inference.messages.results import CardInside
from inference.messages.shelves import Misplaced, ScaleLevel, UnderWay
from store_layout.model import StoreLayout


class Flow(Protocol):
    """``inference.pipeline.Pipeline``, or a stand-in of it."""

    def step(self, seen: Observation, /) -> list[Result]:
        """Take one observation; return what changed."""

    def finish(self, t: float, /) -> list[Result]:
        """Close every visit."""

    def checkpoint(self, appearances: Vectors | None = None, /) -> bytes:
        """The state as bytes; appearances go to the list."""

    def restore(self, data: bytes, appearances: Vectors | None = None, /) -> None:
        """Go on from a checkpoint."""

    def take_over(self, data: bytes, before: StoreLayout, appearances: Vectors | None = None, /) -> None:
        """Go on from a checkpoint of the same store when it was laid out as ``before``."""

    def under_way(self) -> UnderWay:
        """What must not be changed under it just now."""

    def scale_levels(self) -> tuple[ScaleLevel, ...]:
        """What each scale shows now."""

    def misplaced(self) -> tuple[Misplaced, ...]:
        """Goods that lie where they do not belong."""

    def cards_inside(self) -> tuple[CardInside, ...]:
        """The cards of those who are inside."""


class VisitSink(Protocol):
    """Keeps closed visits for good."""

    def post(self, closed: VisitClosed, /) -> None:
        """Durable when this returns; a visit that was posted before changes nothing. Raises to be retried."""

    def close(self) -> None:
        """Nothing more will be posted; called by the thread that posts."""


FlowMaker = Callable[[StoreLayout, str], Flow]
"""Layout and salt to a fresh flow."""
SinkMaker = Callable[[StoreLayout], VisitSink]
"""A sink that prices visits by this layout."""


def real_flow(layout: StoreLayout, salt: str) -> Flow:
    """The pipeline."""
    from inference.pipeline import Pipeline

    return Pipeline(layout, salt)
