"""Who took what: a posterior over (person, product, count) for every shelf event.

    P(k, m | e)  ~  P(k) P(m) p(weight, arrangement | m) p(hand of k | slot of m) p(body of k | slot of m)

with "nobody" (no product moved) and "somebody unseen" beside the people inside. Events of one scene share one
joint posterior over their doers. A track that may be somebody else hands its share on to whom it may be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from shapely import Polygon

from inference.messages import Attribution, Explanation, FloorUpdate, ItemMove, Person, ShelfEvent
from inference.takes import people, products
from inference.takes import settings as s
from inference.takes.fronts import Front, fronts
from inference.takes.joint import Doer, assign, overlap
from inference.takes.people import SIDES, FusedHand
from inference.takes.products import Hypothesis
from inference.takes.state import Place, Recent, TakesState
from inference.takes.stock import Stock
from store_layout.model import StoreLayout

Holdings = Mapping[int, Mapping[str, float]]
Moves = tuple[ItemMove, ...]


@dataclass(slots=True)
class _Scored:
    """One event's hypotheses, by doer: log scores and the moves they belong to."""

    totals: dict[Doer, float]
    moves: dict[Doer, dict[Moves, float]]
    """Given the doer, the probability of each set of moves."""


class TakeExplainer:
    """Explains shelf events by the people on the floor."""

    def __init__(self, layout: StoreLayout) -> None:
        self.state = TakesState()
        self._layout = layout
        self._stock = Stock(layout)
        self._fronts: dict[str, tuple[Front, ...]] = fronts(layout)
        free = Polygon(layout.file.floor.outline).area - sum(
            Polygon(f.outline).area for f in layout.file.fixture
        )
        self._area = min(60.0, max(8.0, free))

    # -- people --------------------------------------------------------------------------------------

    def see(self, update: FloorUpdate) -> None:
        """Remember where everybody is, and their hands."""
        for person in update.people:
            self._remember(person)
        if update.t - self.state.pruned_at > s.KEPT_S / 4:
            self._forget(update.t)

    def _remember(self, person: Person) -> None:
        places = self.state.places.setdefault(person.track, [])
        if not places or person.t - places[-1].t >= s.SAMPLE_S:
            x, y = person.position
            places.append(Place(person.t, x, y, person.covariance, person.identity, person.could_be))
        if person.hands:
            self.state.hands.setdefault(person.track, []).extend(person.hands)

    def _forget(self, t: float) -> None:
        self.state.pruned_at = t
        since = t - s.KEPT_S
        for track, places in list(self.state.places.items()):
            kept = [p for p in places if p.t >= since]
            if kept:
                self.state.places[track] = kept
            else:
                del self.state.places[track]
        for track, hands in list(self.state.hands.items()):
            seen = [h for h in hands if h.t >= since]
            if seen:
                self.state.hands[track] = seen
            else:
                del self.state.hands[track]

    # -- events --------------------------------------------------------------------------------------

    def explain(self, events: list[ShelfEvent], holdings: Holdings) -> list[Attribution]:
        """Explain new events; earlier ones of the same scene come again, explained together with them.

        ``holdings``: track -> sku -> expected count that the cart may give back.
        """
        if not events:
            return []
        now = max(event.t_settled for event in events)
        held = {track: dict(cart) for track, cart in holdings.items()}
        known = {r.event.id for r in self.state.recent}
        new = [Recent(event, held) for event in events if event.id not in known]
        self.state.recent = [r for r in self.state.recent if now - r.event.t_settled <= s.JOINT_S] + new
        found: list[Attribution] = []
        for scene in self._scenes({r.event.id for r in new}):
            found += self._explain_scene(scene)
        return found

    def _scenes(self, fresh: set[str]) -> list[list[int]]:
        """Indices of recent events that belong together; only scenes with something new."""
        recent = self.state.recent
        scenes: list[list[int]] = []
        for i, item in enumerate(recent):
            near = [c for c in scenes if any(overlap(item.event, recent[j].event) for j in c)]
            scenes = [c for c in scenes if c not in near] + [[*(j for c in near for j in c), i]]
        return [c for c in scenes if any(recent[i].event.id in fresh for i in c)]

    def _explain_scene(self, scene: list[int]) -> list[Attribution]:
        recent = [self.state.recent[i] for i in scene]
        scored = [self._score(item) for item in recent]
        doers = assign([r.event for r in recent], [x.totals for x in scored])
        found: list[Attribution] = []
        for i, item, score, posterior in zip(scene, recent, scored, doers, strict=True):
            shares: dict[tuple[int | None, Moves], float] = {}
            for doer, probability in posterior.items():
                for moves, given in score.moves[doer].items():
                    for track, part in self._identities(doer, item.event):
                        key = (track, moves)
                        shares[key] = shares.get(key, 0.0) + probability * given * part
            attribution = Attribution(item.event, _explanations(shares))
            self.state.recent[i] = self._remember_strayed(item, attribution)
            found.append(attribution)
        return found

    def _identities(self, doer: Doer, event: ShelfEvent) -> list[tuple[int | None, float]]:
        """Whom the doer's track may be, with probabilities that sum to 1."""
        if doer is None:
            return [(None, 1.0)]
        place = self._place_at(doer[0], event.t_peak)
        if place is None:
            return [(doer[0], 1.0)]
        known: list[tuple[int | None, float]] = [(doer[0], place.identity), *place.could_be]
        total = sum(p for _, p in known)
        if total > 1.0:
            return [(track, p / total) for track, p in known]
        return [*known, (None, 1.0 - total)] if total < 1.0 else known

    def _place_at(self, track: int, t: float) -> Place | None:
        places = self.state.places.get(track)
        return min(places, key=lambda p: (abs(p.t - t), p.t)) if places else None

    # -- scores --------------------------------------------------------------------------------------

    def _score(self, item: Recent) -> _Scored:
        event = item.event
        sign = 1 if event.delta_g < 0 else -1
        taken = self._taken(event) if sign > 0 else []
        start, end = people.window(event)
        near = self._people(event, start, end)
        log_each = math.log((1 - s.NOBODY - s.UNSEEN) / max(1, len(near)))
        scored = _Scored({}, {})
        for track, places in near.items():
            held = item.holdings.get(track, {})
            options = taken if sign > 0 else self._returned(event, held)
            hands = people.fuse(self.state.hands.get(track, ()), start, end)
            for side in SIDES:
                found = self._weigh(event, options, places, hands[side])
                _put(scored, (track, side), found, log_each + math.log(s.ANY_HAND))
        self._score_nobody(
            scored, event, taken if sign > 0 else self._returned(event, _all_held(item.holdings))
        )
        return _pruned(scored)

    def _people(self, event: ShelfEvent, start: float, end: float) -> dict[int, list[Place]]:
        """Where everybody was around the moment; only who came near enough."""
        slots = [self._layout.slots[slot] for slot in self._stock.slots_of(event)]
        found: dict[int, list[Place]] = {}
        for track, places in sorted(self.state.places.items()):
            around = [p for p in places if start <= p.t <= end]
            if not around:
                place = self._place_at(track, event.t_peak)
                around = [place] if place is not None and abs(place.t - event.t_peak) < 2 * s.AROUND_S else []
            far = s.FAR_M + 3 * math.sqrt(
                max((max(p.covariance[0], p.covariance[2]) for p in around), default=0)
            )
            if any(people.distance(p, slot.centre) <= far for p in around for slot in slots):
                found[track] = around
        return found

    def _taken(self, event: ShelfEvent) -> list[Hypothesis]:
        candidates = self._stock.takeable(event, self.state.strayed)
        return _best(products.single(event, candidates, 1) + products.pairs(event, candidates, 1))

    def _returned(self, event: ShelfEvent, held: Mapping[str, float]) -> list[Hypothesis]:
        candidates = self._stock.returnable(event, held)
        found = products.single(event, candidates, -1) + products.pairs(event, candidates, -1)
        return _best([Hypothesis(h.moves, h.slots, h.score + products.held_factor(h, held)) for h in found])

    def _weigh(
        self,
        event: ShelfEvent,
        options: Sequence[Hypothesis],
        places: Sequence[Place],
        hands: Sequence[FusedHand],
    ) -> dict[Moves, float]:
        """Log score of each set of moves for one person with one hand."""
        evidence: dict[str, float] = {}
        for slot in {slot: None for h in options for slot in h.slots}:
            box = self._layout.slots[slot]
            evidence[slot] = people.hand_score(event, box, hands) + people.body_score(
                event, box, self._fronts[slot], places, self._area
            )
        return {h.moves: h.score + max(evidence[slot] for slot in h.slots) for h in options}

    def _score_nobody(self, scored: _Scored, event: ShelfEvent, options: Sequence[Hypothesis]) -> None:
        prior = max((s.DOUBTED_NOBODY.get(doubt, 0.0) for doubt in event.doubts), default=0.0)
        found: dict[Moves, float] = {(): math.log(max(s.NOBODY, prior)) + products.nothing(event)}
        for option in options:
            found[option.moves] = option.score + math.log(s.UNSEEN)
        _put(scored, None, found)

    # -- planogram -----------------------------------------------------------------------------------

    def _remember_strayed(self, item: Recent, attribution: Attribution) -> Recent:
        """Products put back where they do not belong become candidates there; taken again, they go."""
        for slot, sku, units in item.strayed:
            self._stray(slot, sku, -units)
        changes: dict[tuple[str, str], float] = {}
        for explanation in attribution.explanations:
            for move in explanation.moves:
                if not self._stock.belongs(move.slot, move.sku):
                    key = (move.slot, move.sku)
                    changes[key] = changes.get(key, 0.0) - move.count * explanation.probability
        strayed = tuple(
            (slot, sku, units)
            for (slot, sku), units in sorted(changes.items())
            if abs(units) >= s.RETURNED_AT_LEAST
        )
        for slot, sku, units in strayed:
            self._stray(slot, sku, units)
        return msgspec.structs.replace(item, strayed=strayed)

    def _stray(self, slot: str, sku: str, units: float) -> None:
        there = self.state.strayed.setdefault(slot, {})
        there[sku] = there.get(sku, 0.0) + units
        if there[sku] < 1e-6:
            del there[sku]
        if not there:
            del self.state.strayed[slot]


def _all_held(holdings: Holdings) -> dict[str, float]:
    """What anybody holds: somebody unseen may give back what we believe another has."""
    held: dict[str, float] = {}
    for cart in holdings.values():
        for sku, count in cart.items():
            held[sku] = max(held.get(sku, 0.0), count)
    return held


def _best(options: list[Hypothesis]) -> list[Hypothesis]:
    top = max((h.score for h in options), default=-math.inf)
    return [h for h in options if h.score > top - s.KEEP_SCORE]


def _put(scored: _Scored, doer: Doer, found: dict[Moves, float], log_prior: float = 0.0) -> None:
    """Sum the scores of one doer, and normalise what it may have moved."""
    top = max(found.values(), default=-math.inf)
    if top == -math.inf:
        return
    weights = {moves: math.exp(score - top) for moves, score in found.items()}
    total = sum(weights.values())
    scored.totals[doer] = log_prior + top + math.log(total)
    scored.moves[doer] = {moves: weight / total for moves, weight in weights.items()}


def _pruned(scored: _Scored) -> _Scored:
    """Only the doers that may matter; nobody always stays."""
    top = max(scored.totals.values())
    ranked = sorted((d for d in scored.totals if d is not None), key=lambda d: (-scored.totals[d], d))
    kept = [d for d in ranked if scored.totals[d] > top - s.KEEP_SCORE][: 2 * s.KEEP_PEOPLE]
    doers: list[Doer] = [*kept, None]
    return _Scored({d: scored.totals[d] for d in doers}, {d: scored.moves[d] for d in doers})


def _explanations(shares: Mapping[tuple[int | None, Moves], float]) -> tuple[Explanation, ...]:
    """The ones worth keeping, most probable first; what is left out goes to nobody."""
    ranked = sorted(
        shares.items(), key=lambda item: (-item[1], item[0][0] is None, item[0][0] or 0, _words(item[0][1]))
    )
    kept = [(k, p) for k, p in ranked if p >= s.KEEP_PROBABILITY][: s.KEEP_EXPLANATIONS]
    rest = max(0.0, 1.0 - sum(p for _, p in kept))
    found = dict(kept)
    if rest > 0:
        found[(None, ())] = found.get((None, ()), 0.0) + rest
    total = sum(found.values())
    explained = [Explanation(p / total, track, moves) for (track, moves), p in found.items()]
    return tuple(
        sorted(explained, key=lambda e: (-e.probability, e.track is None, e.track or 0, _words(e.moves)))
    )


def _words(moves: Moves) -> tuple[tuple[str, int, str], ...]:
    return tuple((m.sku, m.count, m.slot) for m in moves)
