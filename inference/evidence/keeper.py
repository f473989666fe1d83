"""Gathers what belongs to shelf events, and to what no scale felt, when it is over. Of the state thread.

Hands that met away from the shelves, and stays at scales that said nothing, have pictures but no weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from inference.evidence.cutter import Cutter, Explained
from inference.evidence.film import Film
from inference.evidence.piece import Piece
from inference.evidence.recent import Recent
from inference.messages import (
    Attribution,
    ClosedVisit,
    HandsMet,
    Observation,
    Result,
    ShelfEvent,
    SilentStay,
    VisitClosed,
)
from store_layout.model import StoreLayout

AROUND_S = 3.0
"""Pictures from so long before to so long after the hand was most likely in ..."""
MOST_AROUND_S = 6.0
"""... and longer where it was at it for longer, but not longer than this."""
MARGIN_S = 1.0
TRACE_MARGIN_S = 1.5
"""Weights are kept a little longer: the levels before and after."""

Noticed = ShelfEvent | HandsMet | SilentStay
"""What pictures are kept of."""


class EvidenceKeeper:
    """Takes every observation with its results; everything slow is done by the cutter's thread."""

    def __init__(self, layout: StoreLayout, folder: Path, film: Film) -> None:
        """``folder``: where evidence is written, see ``inference.evidence.kept``."""
        self.film = film
        self.cutter = Cutter(layout, folder)
        self._recent = Recent()
        self._pending: dict[str, Noticed] = {}
        self._explained: dict[str, Explained] = {}

    def saw(self, observation: Observation, results: Sequence[Result]) -> None:
        """Take note; gather what is over by now."""
        self._recent.saw(observation, results)
        self.take(results)
        if self._pending:
            for event in [e for e in self._pending.values() if _due(e) <= observation.t]:
                self._gather(event)

    def take(self, results: Sequence[Result]) -> None:
        """Results that no observation caused: those of the end."""
        for result in results:
            match result:
                case ShelfEvent(id=event) | HandsMet(id=event) | SilentStay(id=event):
                    self._pending[event] = result
                case Attribution():
                    self._explain(result)
                case VisitClosed(closed=closed):
                    self._close(closed)
                case _:
                    pass

    def relay(self, layout: StoreLayout) -> None:
        """The store is laid out otherwise from now on."""
        self.cutter.relay(layout)

    def keep(self, visit: str) -> int:
        """Write what is still in memory of a closed visit; of how many events that is."""
        return self.cutter.keep(visit)

    def wait(self, timeout: float) -> bool:
        """Until all that was asked for is written; false if it is not after so many seconds."""
        return self.cutter.wait(timeout)

    @property
    def trouble(self) -> str:
        """Why evidence could not be written last; empty when all is well."""
        return self.cutter.trouble

    def close(self) -> None:
        """Write what was asked for, and end."""
        self.cutter.close()

    def _explain(self, attribution: Attribution) -> None:
        likely = attribution.explanations
        slots = tuple(dict.fromkeys(move.slot for e in likely for move in e.moves))
        said = Explained(attribution.event.id, slots, max((e.probability for e in likely), default=0.0))
        if attribution.event.id in self._pending:
            self._explained[said.event] = said
        else:
            self.cutter.put(said)

    def _close(self, closed: ClosedVisit) -> None:
        """What somebody is asked about now cannot wait for its last pictures."""
        if closed.decision == "review":
            asked = {name for question in closed.questions for name in (*question.moments, question.event)}
            asked |= {event for line in closed.lines for event in line.events}
            for event in [e for e in self._pending.values() if e.id in asked]:
                self._gather(event)
        self.cutter.closed(closed)

    def _gather(self, event: Noticed) -> None:
        del self._pending[event.id]
        begin, end = _window(event)
        piece = Piece(
            event=event.id,
            fixture="",
            t=_span(event)[1],
            begin=begin,
            end=end,
            scales=(),
            traces=(),
            floor=self._recent.floor(begin - MARGIN_S, end + MARGIN_S),
            seen=self._recent.seen(begin - MARGIN_S, end + MARGIN_S),
            shots=self.film.between(begin, end),
        )
        match event:
            case ShelfEvent():
                piece = self._weighed(piece, event)
            case HandsMet(at=at):
                piece = replace(piece, at=at)
            case SilentStay(fixture=fixture, scale=scale):
                piece = replace(piece, fixture=fixture, scales=(scale,))
        self.cutter.put(piece)

    def _weighed(self, piece: Piece, event: ShelfEvent) -> Piece:
        """With what the scales said."""
        said = self._explained.pop(event.id, None)
        scales = tuple(change.scale for change in event.changes)
        first = min(piece.begin, event.t_start - MARGIN_S) - TRACE_MARGIN_S
        last = max(piece.end, event.t_end + MARGIN_S) + TRACE_MARGIN_S
        return replace(
            piece,
            fixture=event.fixture,
            scales=scales,
            traces=self._recent.traces(scales, first, last),
            sureness=0.0 if said is None else said.sureness,
            slots=() if said is None else said.slots,
        )


def _span(event: Noticed) -> tuple[float, float, float]:
    """When it began, when the hand was most likely in, and when it was over."""
    match event:
        case ShelfEvent():
            return event.t_start, event.t_peak, event.t_end
        case SilentStay():
            return event.begin, event.t, event.end
        case HandsMet():
            return event.t, event.t, event.t


def _window(event: Noticed) -> tuple[float, float]:
    """Begin and end of the pictures."""
    first, peak, last = _span(event)
    begin = max(peak - MOST_AROUND_S, min(peak - AROUND_S, first - MARGIN_S))
    end = min(peak + MOST_AROUND_S, max(peak + AROUND_S, last + MARGIN_S))
    return begin, end


def _due(event: Noticed) -> float:
    """When all that belongs to it has come, late devices included."""
    return max(_window(event)[1], _span(event)[2] + MARGIN_S) + TRACE_MARGIN_S + 0.3
