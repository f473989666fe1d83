"""The whole flow in one screen: an observation goes in, what follows from it comes out.

No threads, no clock, no files. The same observations in the same order give the same results, which is
what makes replays equal and a crashed engine able to go on where it was.
"""

from __future__ import annotations

import math

import msgspec

import inference.floor_tracks.carried as floor_carried
import inference.shelf_events.carried as shelves_carried
import inference.takes.carried as takes_carried
from inference.floor_tracks import FloorTracker, FloorTracksState
from inference.messages import (
    Alarm,
    AnotherShopper,
    Attribution,
    Detections,
    FloorUpdate,
    GateSignal,
    LineMark,
    Observation,
    OperatorMark,
    Outage,
    Result,
    SameShopper,
    ShelfEvent,
    ShopperMark,
    Skeletons,
    StaffMark,
    Tick,
    WeightReading,
)
from inference.messages.codec import Vectors, from_msgpack, to_msgpack
from inference.messages.results import CardInside
from inference.messages.shelves import Misplaced, ScaleLevel, UnderWay
from inference.shelf_events import ShelfEventDetector, ShelfEventsState
from inference.shelf_events.levels import scale_levels
from inference.takes import TakeExplainer, TakesState
from inference.takes.misplaced import misplaced
from inference.visits import OnVerdict, VisitBook, VisitsState
from inference.visits.carried import products_moved
from inference.visits.entries import cards_inside
from store_layout.learned import with_learned
from store_layout.model import StoreLayout


class PipelineState(msgspec.Struct):
    """Everything the stages remember; what a checkpoint holds."""

    floor: FloorTracksState
    shelves: ShelfEventsState
    takes: TakesState
    visits: VisitsState


class Pipeline:
    """The stages, wired. One thread at a time."""

    def __init__(self, layout: StoreLayout, salt: str = "", on_verdict: OnVerdict | None = None) -> None:
        """``salt`` makes visit codes unguessable; the same salt gives the same codes.

        ``on_verdict`` is told why each visit was decided as it was.
        """
        layout = with_learned(layout)
        self._layout = layout
        self._floor = FloorTracker(layout)
        self._shelves = ShelfEventDetector(layout)
        self._takes = TakeExplainer(layout)
        self._visits = VisitBook(layout, salt, on_verdict)

    def step(self, seen: Observation) -> list[Result]:
        """Take one observation; return what changed, in order of cause."""
        results: list[Result] = []
        self._attributed(self._takes.look_again(seen.t), results)
        self._handed(seen.t, results)
        match seen:
            case Detections():
                self._follow(self._floor.observe(seen), results, seen)
            case Skeletons():
                self._follow(self._floor.observe(seen), results)
            case WeightReading():
                self._explain(self._shelves.observe(seen), results)
            case GateSignal():
                self._follow(self._floor.observe(seen), results)
                results += self._visits.gate(seen)
            case Outage() | Tick():
                self._follow(self._floor.observe(seen), results)
                self._explain(self._shelves.observe(seen), results)
                if isinstance(seen, Outage):
                    results += self._visits.outage(seen)
            case _:
                self._put_right(seen, results)
        results += self._visits.tick(seen.t)
        return results

    def finish(self, t: float) -> list[Result]:
        """No more observations will come: settle what is open, and close every visit."""
        results: list[Result] = []
        self._explain(self._shelves.finish(t), results)
        self._attributed(self._takes.look_again(math.inf), results)
        results += self._visits.finish(t)
        return results

    def _put_right(self, seen: OperatorMark, results: list[Result]) -> None:
        """An operator says who somebody is, or what they took."""
        match seen:
            case StaffMark():
                self._known(seen.code, seen.t, results)
                results += self._visits.staff(seen)
            case ShopperMark():
                self._known(seen.code, seen.t, results)
                results += self._visits.shopper(seen)
            case SameShopper():
                pair = self._visits.pair_of(seen)
                if pair is not None:
                    self._follow(self._floor.same(*pair, seen.t), results)
                    results += self._visits.same(seen)
            case AnotherShopper():
                track = self._visits.track_of(seen.code)
                if track is not None:
                    self._follow(self._floor.another(track, seen.t), results)
            case LineMark():
                results += self._visits.line(seen)
            case _:
                pass

    def _known(self, code: str, t: float, results: list[Result]) -> None:
        """Whoever goes by this code is nobody unexplained any more."""
        track = self._visits.unexplained_track(code)
        if track is not None:
            self._follow(self._floor.known(track, t), results)

    def _follow(
        self, update: FloorUpdate | None, results: list[Result], seen: Detections | None = None
    ) -> None:
        if update is None:
            return
        results.append(update)
        self._takes.see(update, seen)
        results += self._visits.floor(update)

    def _explain(self, found: list[ShelfEvent | Alarm | Outage], results: list[Result]) -> None:
        if not found:
            return
        for item in found:
            if isinstance(item, Outage):
                results += self._visits.outage(item)
            elif not isinstance(item, ShelfEvent) or item.stir is None:
                results.append(item)
        events = [event for event in found if isinstance(event, ShelfEvent)]
        if not events:
            return
        self._attributed(self._takes.explain(events, self._visits.holdings()), results)

    def _attributed(self, found: list[Attribution], results: list[Result]) -> None:
        for attribution in found:
            if attribution.event.stir is not None and not self._visits.knows(attribution.event.id):
                results.append(attribution.event)  # hands that changed nothing, but may have exchanged goods
            results.append(attribution)
            results += self._visits.attributed(attribution)

    def _handed(self, t: float, results: list[Result]) -> None:
        if self._takes.handed(t):
            for met in self._takes.met(t, self._visits.holdings()):
                results += self._visits.met(met)

    # -- to be looked at ------------------------------------------------------------------------------

    def scale_levels(self) -> tuple[ScaleLevel, ...]:
        """What each scale shows now."""
        return scale_levels(self._shelves.state)

    def misplaced(self) -> tuple[Misplaced, ...]:
        """Goods that lie where they do not belong."""
        return misplaced(self._takes.state)

    def cards_inside(self) -> tuple[CardInside, ...]:
        """The cards of those who are inside."""
        return cards_inside(self._visits.state)

    def under_way(self) -> UnderWay:
        """What must not be changed under the stages' hands just now."""
        scales = shelves_carried.touched(self._shelves.state)
        scales |= takes_carried.touched(self._takes.state, self._visits.state.now)
        return UnderWay(frozenset(scales), frozenset(products_moved(self._visits.state)))

    # -- checkpoints ---------------------------------------------------------------------------------

    def checkpoint(self, appearances: Vectors | None = None) -> bytes:
        """The state as bytes; appearances go to the caller's list, or nowhere."""
        state = PipelineState(self._floor.state, self._shelves.state, self._takes.state, self._visits.state)
        return to_msgpack(state, appearances)

    def restore(self, data: bytes, appearances: Vectors | None = None) -> None:
        """Go on from a checkpoint of a store with the same layout. Raises ``CodecError``."""
        self._go_on_from(from_msgpack(data, PipelineState, appearances))

    def take_over(self, data: bytes, before: StoreLayout, appearances: Vectors | None = None) -> None:
        """Go on from a checkpoint of the same store when it was laid out as ``before``.

        At a moment at which nothing is under way where the two differ. Raises ``CodecError``.
        """
        state = from_msgpack(data, PipelineState, appearances)
        before = with_learned(before)
        floor_carried.carry(state.floor, before, self._layout)
        shelves_carried.carry(state.shelves, before, self._layout)
        takes_carried.carry(state.takes, self._layout, state.visits.now)
        self._go_on_from(state)

    def _go_on_from(self, state: PipelineState) -> None:
        self._floor.state = state.floor
        self._shelves.state = state.shelves
        self._takes.state = state.takes
        self._visits.state = state.visits
