"""What the window sees of the shelves: levels from the zero that was set, faults, books, each scale's past.

Nothing here goes back into the pipeline: events hang on changes alone, whatever zero is set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from inference.engine.traces import Traces
from inference.messages import (
    Attribution,
    Explanation,
    Observation,
    Result,
    ScaleTare,
    ShelfEvent,
    WeightReading,
)
from inference.messages.said import Said, said
from inference.messages.shelves import (
    Misplaced,
    ScaleDetail,
    ScaleEvent,
    ScaleFault,
    ScaleLevel,
    ScaleView,
    SlotMove,
)
from store_layout.layout_changes import reset_scales
from store_layout.model import StoreLayout

_FAULTS: dict[ScaleFault, Said] = {
    "silent": said("silent"),
    "stuck": said("it repeats one value"),
    "impossible": said("its weights are impossible"),
    "over_capacity": said("over capacity"),
    "unsettled": said("it does not come to rest"),
    "re_zeroed": said("it took another zero by itself"),
    "drifting": said("its level drifts"),
}
LATEST_EVENTS = 20
"""Of each scale, for its history."""
REVISED = 500
"""Events whose explanation may still change the books; older ones stand."""
SILENT_S = 5.0
DRIFT_G = 15.0
"""A level this far from what the events explain has crept. Load cells creep by a few grams in an hour."""

CodeOf = Callable[[int], str]
"""Track to the code of its visit; empty where it has none."""


class ShelfViewState(msgspec.Struct):
    """What is remembered; part of a checkpoint."""

    zeros: dict[str, tuple[float, float]] = {}
    """By scale: the zero that an operator set, as the device says it, and when."""
    first: dict[str, float] = {}
    """By scale: its first level."""
    explained: dict[str, float] = {}
    """By scale: its first level (or that at its tare) and all events' changes since."""
    re_zeroed: list[str] = []
    events: dict[str, list[ScaleEvent]] = {}
    moves: dict[str, tuple[SlotMove, ...]] = {}
    """By event, oldest first: what it did to the books."""
    moved: dict[str, dict[str, int]] = {}
    """Slot -> sku -> units that left it."""


class ShelfView:
    """Owned by the state thread."""

    def __init__(self, state: ShelfViewState) -> None:
        self.state = state
        self._traces = Traces()
        self._levels: dict[str, ScaleLevel] = {}
        self._begun: float | None = None
        """Store time of the first look: whoever never spoke is not silent at once."""
        self.scales: tuple[ScaleView, ...] = ()
        self.moved: tuple[SlotMove, ...] = self._books()
        self.misplaced: tuple[Misplaced, ...] = ()

    # -- what happens --------------------------------------------------------------------------------

    def saw(self, seen: Observation) -> None:
        """Take one observation."""
        if isinstance(seen, WeightReading):
            trace = self._traces.feed(seen)
            if seen.scale not in self.state.first:
                level = trace.first_level(seen.t, seen.grams)
                if level is not None:
                    self.state.first[seen.scale] = level
                    self.state.explained.setdefault(seen.scale, level)
        elif isinstance(seen, ScaleTare):
            self.state.zeros[seen.scale] = (seen.zero_g, seen.t)
            self.state.explained[seen.scale] = seen.zero_g + seen.load_g
            if seen.scale in self.state.re_zeroed:
                self.state.re_zeroed.remove(seen.scale)

    def take(self, result: Result, code_of: CodeOf) -> None:
        """Take one result."""
        if isinstance(result, ShelfEvent):
            self._happened(result)
        elif isinstance(result, Attribution):
            self._explained(result, code_of)

    def _happened(self, event: ShelfEvent) -> None:
        state = self.state
        for change in event.changes:
            if change.scale in state.explained:
                state.explained[change.scale] += change.delta_g
            found = ScaleEvent(event.id, event.t_peak, change.delta_g, doubts=event.doubts)
            state.events[change.scale] = [*state.events.get(change.scale, []), found][-LATEST_EVENTS:]
            if "re_zeroed" in event.doubts and change.scale not in state.re_zeroed:
                state.re_zeroed.append(change.scale)

    def _explained(self, attribution: Attribution, code_of: CodeOf) -> None:
        state, event = self.state, attribution.event
        best = attribution.explanations[0] if attribution.explanations else Explanation(0.0, None)
        moves = tuple(SlotMove(move.slot, move.sku, move.count) for move in best.moves)
        self._book(state.moves.pop(event.id, ()), -1)
        self._book(moves, 1)
        state.moves[event.id] = moves
        while len(state.moves) > REVISED:
            del state.moves[next(iter(state.moves))]
        self.moved = self._books()
        who = "" if best.track is None else code_of(best.track)
        for change in event.changes:
            state.events[change.scale] = [
                msgspec.structs.replace(e, moves=moves, who=who, probability=best.probability)
                if e.id == event.id
                else e
                for e in state.events.get(change.scale, [])
            ]

    def _book(self, moves: Iterable[SlotMove], sign: int) -> None:
        for move in moves:
            of_slot = self.state.moved.setdefault(move.slot, {})
            of_slot[move.sku] = of_slot.get(move.sku, 0) + sign * move.units

    def _books(self) -> tuple[SlotMove, ...]:
        return tuple(
            SlotMove(slot, sku, units)
            for slot, goods in self.state.moved.items()
            for sku, units in goods.items()
            if units
        )

    def relaid(self, before: StoreLayout, after: StoreLayout) -> None:
        """Books and zeros go with their slots and scales; a scale that is read otherwise begins anew."""
        state, anew = self.state, reset_scales(before, after)
        stay = {scale for scale in after.scales if scale not in anew}
        state.zeros = {scale: zero for scale, zero in state.zeros.items() if scale in stay}
        state.first = {scale: level for scale, level in state.first.items() if scale in stay}
        state.explained = {scale: level for scale, level in state.explained.items() if scale in stay}
        state.re_zeroed = [scale for scale in state.re_zeroed if scale in stay]
        state.events = {scale: events for scale, events in state.events.items() if scale in after.scales}
        state.moved = {slot: goods for slot, goods in state.moved.items() if slot in after.slots}
        state.moves = {
            event: tuple(move for move in moves if move.slot in after.slots)
            for event, moves in state.moves.items()
        }
        self._levels = {scale: level for scale, level in self._levels.items() if scale in stay}
        self._traces.forget(set(before.scales) - stay)
        self.moved = self._books()

    # -- what is seen --------------------------------------------------------------------------------

    def look(self, levels: Iterable[ScaleLevel], strayed: tuple[Misplaced, ...], now: float) -> None:
        """Take what the stages show now; ``now`` is store time. A few times a second is enough."""
        self._levels = {level.scale: level for level in levels}
        if self._begun is None and now > 0.0:
            self._begun = now
        self.scales = tuple(self._scale(level, now) for level in self._levels.values())
        self.misplaced = strayed

    def detail(self, scale: str, after: float) -> ScaleDetail:
        """The past of one scale, samples later than ``after``."""
        times, grams = self._traces.since(scale, after)
        zero, _ = self.state.zeros.get(scale, (0.0, None))
        events = tuple(self.state.events.get(scale, ()))
        return ScaleDetail(scale, times, tuple(round(g - zero, 2) for g in grams), zero, events)

    def tare(self, scale: str, load_g: float, t: float) -> ScaleTare | Said:
        """What an operator's word makes of the scale's level; a sentence is why it makes nothing."""
        level = self._levels.get(scale)
        if level is None or level.t < 0:
            return said("{scale} has said nothing yet", scale=scale)
        if t - level.t > SILENT_S:
            return said("{scale} is silent: its weight is not known", scale=scale)
        if level.active:
            return said("something moves on {scale}: wait until it is at rest", scale=scale)
        if level.faults:
            fault = _FAULTS[level.faults[0]]
            return said("{scale} is at fault ({fault}): mend it first", scale=scale, fault=fault)
        return ScaleTare(scale, t, level.level_g - load_g, load_g)

    def _scale(self, level: ScaleLevel, now: float) -> ScaleView:
        state = self.state
        zero, zeroed_at = state.zeros.get(level.scale, (0.0, None))
        events = state.events.get(level.scale)
        return ScaleView(
            level.scale,
            level.t,
            round(level.level_g - zero, 1),
            round(level.sd_g, 2),
            level.active,
            self._faults(level, now),
            zero,
            zeroed_at,
            events[-1].t if events else None,
            events[-1].delta_g if events else 0.0,
            state.first.get(level.scale),
        )

    def _faults(self, level: ScaleLevel, now: float) -> tuple[ScaleFault, ...]:
        found: list[ScaleFault] = []
        heard = level.t if level.t >= 0.0 else now if self._begun is None else self._begun
        if now - heard > SILENT_S:
            found.append("silent")
        found += level.faults
        if level.scale in self.state.re_zeroed:
            found.append("re_zeroed")
        explained = self.state.explained.get(level.scale)
        if explained is not None and not level.active and abs(level.level_g - explained) > DRIFT_G:
            found.append("drifting")
        return tuple(found)
