"""From weight readings to shelf events."""

from __future__ import annotations

from inference.messages import Alarm, Doubt, Outage, ScaleChange, ShelfEvent, Tick, WeightReading
from inference.messages.said import said
from inference.shelf_events import settings as s
from inference.shelf_events.neighbours import Place, mended, overlap, places
from inference.shelf_events.scale_watch import ScaleWatch
from inference.shelf_events.state import ScaleState, Settled, ShelfEventsState
from store_layout.learned import change_sds
from store_layout.model import StoreLayout

Found = list[ShelfEvent | Alarm | Outage]
"""An outage is one of a scale that speaks, but says nothing: it repeats one value."""

UNKNOWN_KEPT = 100
"""Most names of unknown scales remembered; more are not worth reporting one by one."""


class ShelfEventDetector:
    """Finds lasting changes of weight, scale by scale, and joins those that are one action.

    An event is given out as soon as its scale has been quiet for half a second; only a change that may be
    part of a neighbour's (a product across two plates) waits for that neighbour, at most ``JOIN_WAIT_S``, and
    one that no product explains for its own scale: a hand that rests while it carries what it lifts makes two
    changes of one.
    Hands that changed nothing are given out too (``stir``): two of them may have made up for each other.
    """

    def __init__(self, layout: StoreLayout) -> None:
        self._places: dict[str, Place] = places(layout)
        self._watches: dict[str, ScaleWatch] = {}
        learned = change_sds(layout)
        for scale in layout.file.scale:
            slots = layout.slots_of_scale[scale.id]
            skus = {sku for slot in slots for sku in layout.skus_of_slot[slot.id]}
            weights = tuple(sorted({layout.products[sku].weight_g for sku in skus}))
            self._watches[scale.id] = ScaleWatch(scale, weights, change_sd_g=learned.get(scale.id, s.DRIFT_G))
        self._state = ShelfEventsState(scales={k: w.state for k, w in self._watches.items()})

    @property
    def state(self) -> ShelfEventsState:
        """All that the detector remembers; may be set to go on from a checkpoint."""
        return self._state

    @state.setter
    def state(self, state: ShelfEventsState) -> None:
        self._state = state
        for scale, watch in self._watches.items():
            fresh = ScaleWatch(watch.scale, watch.weights).state
            watch.state = state.scales.setdefault(scale, fresh)

    def observe(self, seen: WeightReading | Outage | Tick) -> Found:
        """Take one observation; return what it settles."""
        if isinstance(seen, WeightReading):
            watch = self._watches.get(seen.scale)
            if watch is None:
                return self._unknown(seen)
            found = watch.observe(seen.t, seen.grams)
            if not found and not self._state.pending:
                return []
            return self._sort(found, seen.t)
        if isinstance(seen, Outage):
            self._outage(seen)
        return self._release(seen.t) if self._state.pending else []

    def finish(self, t: float) -> Found:
        """No more readings will come: judge what is under way, and give out what waits."""
        for watch in self._watches.values():
            self._state.pending += watch.flush(t)
        return self._release(t, everything=True)

    # -- joining -------------------------------------------------------------------------------------

    def _sort(self, found: tuple[Settled | Alarm | Outage, ...], t: float) -> Found:
        out: Found = []
        for item in found:
            if not isinstance(item, Settled):
                out.append(item)
            elif item.stir is not None and abs(item.delta_g) < 2 * item.sd_g:
                out.append(self._stirred(item, t))
            else:
                self._state.pending.append(self._mended(item))
        return out + self._release(t)

    def _mended(self, change: Settled) -> Settled:
        """With the half before it that waits, if no product explains either and one does both together."""
        for half in self._state.pending:
            if half.scale != change.scale or not (self._is_half(half) and self._is_half(change)):
                continue
            whole = mended(half, change)
            if change.t_start - half.t_end <= s.HALVES_APART_S and self._alone(whole):
                self._state.pending.remove(half)
                return whole
        return change

    def _is_half(self, change: Settled) -> bool:
        """Whether it may be: nothing else is known to be odd about it, and no product explains it."""
        return change.stir is None and not (change.minor or change.doubts or self._alone(change))

    def _may_go_on(self, half: Settled, t: float) -> bool:
        """Whether a hand may still be, or is again, at the scale."""
        waited, state = t - half.t_settled, self._watches[half.scale].state
        again = state.active and state.t_start <= half.t_settled + s.HALF_WAIT_S
        return waited < s.HALF_WAIT_S or (again and waited < s.HALVES_WAIT_S)

    def _release(self, t: float, *, everything: bool = False) -> Found:
        """Give out the pending changes that nothing can join any more."""
        pending = self._state.pending
        if not everything and any(self._must_wait(change, t) for change in pending):
            ready = [c for c in pending if not self._held(c, t)]
        else:
            ready = pending
        if not ready:
            return []
        self._state.pending = [c for c in pending if c not in ready]
        groups = self._groups(sorted(ready, key=lambda c: (c.t_start, c.scale)))
        out: Found = [self._event(group, t) for group in groups if not all(c.minor for c in group)]
        touched = [group[0] for group in groups if len(group) == 1 and group[0].stir is not None]
        return out + [self._stirred(change, t) for change in touched]

    def _held(self, change: Settled, t: float) -> bool:
        """True: it waits itself, or something that waits may take it in."""
        if self._must_wait(change, t):
            return True
        return any(
            self._must_wait(other, t) and overlap(change, other) and self._may_join(change, other)
            for other in self._state.pending
        )

    def _must_wait(self, change: Settled, t: float) -> bool:
        if self._is_half(change) and self._may_go_on(change, t):
            return True
        if t - change.t_settled >= s.JOIN_WAIT_S:
            return False
        place = self._places.get(change.scale)
        if place is None:
            return False
        alone = self._alone(change)
        for other in sorted(place.sharing if alone else place.beside):
            state: ScaleState = self._watches[other].state
            if state.active and state.t_start <= change.t_end + s.JOIN_OVERLAP_S:
                return True
        return False

    def _alone(self, change: Settled) -> bool:
        return not change.minor and self._watches[change.scale].explains(change.delta_g, change.sd_g)

    def _may_join(self, a: Settled, b: Settled) -> bool:
        """Beside each other, and one action: a common product, or one of them makes no sense by itself."""
        place = self._places.get(a.scale)
        if place is None or b.scale not in place.beside or a.delta_g * b.delta_g < 0:
            return False
        if b.scale in place.sharing:
            return True
        return not a.minor and not b.minor and not (self._alone(a) and self._alone(b))

    def _groups(self, changes: list[Settled]) -> list[list[Settled]]:
        groups: list[list[Settled]] = []
        for change in changes:
            near = [g for g in groups if any(overlap(change, o) and self._may_join(change, o) for o in g)]
            joined = [*(c for g in near for c in g), change]
            groups = [g for g in groups if g not in near] + [joined]
        return groups

    def _stirred(self, change: Settled, t: float) -> ShelfEvent:
        """Hands that changed nothing: nobody's change waits for it, and it is part of nobody's."""
        place = self._places.get(change.scale)
        # beside a change it may begin when that does, and is another event
        beside = "~" if change.stir is not None and change.stir.beside else ""
        return ShelfEvent(
            id=f"{change.scale}@{change.t_start:.3f}{beside}",
            fixture=place.fixture if place is not None else "",
            t_start=change.t_start,
            t_peak=change.t_peak,
            t_end=change.t_end,
            t_settled=max(t, change.t_settled),
            delta_g=change.delta_g,
            sd_g=change.sd_g,
            changes=(ScaleChange(change.scale, change.delta_g, change.sd_g),),
            stir=change.stir,
        )

    def _event(self, group: list[Settled], t: float) -> ShelfEvent:
        group = sorted(group, key=lambda c: (-abs(c.delta_g), c.scale))
        main = group[0]
        place = self._places.get(main.scale)
        fixture = place.fixture if place is not None else ""
        start, end = min(c.t_start for c in group), max(c.t_end for c in group)
        doubts: list[Doubt] = [doubt for c in group for doubt in c.doubts]
        last = self._state.last.get(fixture)
        if last is not None and start <= last[1] + s.JOIN_OVERLAP_S and last[0] <= end:
            doubts.append("overlap")
        self._state.last[fixture] = (start, end)
        return ShelfEvent(
            id=f"{main.scale}@{main.t_start:.3f}",
            fixture=fixture,
            t_start=start,
            t_peak=main.t_peak,
            t_end=end,
            t_settled=max(t, main.t_settled),
            delta_g=sum(c.delta_g for c in group),
            sd_g=sum(c.sd_g**2 for c in group) ** 0.5,
            changes=tuple(ScaleChange(c.scale, c.delta_g, c.sd_g) for c in group),
            doubts=tuple(dict.fromkeys(doubts)),
            course=main.course if len(group) == 1 else None,
        )

    # -- faults --------------------------------------------------------------------------------------

    def _outage(self, outage: Outage) -> None:
        """Readings that come back are compared with those before by the watch itself (a gap in time)."""
        if outage.kind == "scale" and outage.device in self._watches:
            self._watches[outage.device].doubt("outage")
        elif outage.kind == "broker":
            for watch in self._watches.values():
                watch.doubt("outage")

    def _unknown(self, reading: WeightReading) -> Found:
        known = self._state.unknown
        if reading.scale in known or len(known) >= UNKNOWN_KEPT:
            return []
        known.append(reading.scale)
        text = said(
            "A scale called {scale} sends weights, but the store folder does not have it.",
            scale=repr(reading.scale),
        )
        return [Alarm(t=reading.t, kind="scale_unknown", about=reading.scale, text=text)]
