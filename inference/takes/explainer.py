"""Who took what: a posterior over (person, product, count) for every shelf event.

    P(k, m | e)  ~  P(k) P(m) p(weight, arrangement | m) p(hand of k | slot of m) p(body of k | slot of m)
                    p(what k's hand was seen to hold | m)

with "nobody" (no product moved) and "somebody unseen" beside the people inside. One event may be the work of
two people whose hands were in the same shelf. Events of one scene share one joint posterior over their doers.
A track that may be somebody else hands its share on to whom it may be.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from shapely import Polygon

from inference.messages import (
    Attribution,
    Detections,
    Explanation,
    FloorUpdate,
    ItemMove,
    ShelfEvent,
)
from inference.takes import people, products
from inference.takes import settings as s
from inference.takes.contents import Contents, looks_between
from inference.takes.fronts import Front, fronts
from inference.takes.joint import NOBODY, Doer, assign, overlap
from inference.takes.people import SIDES, BodyScorer, HandScorer, Side
from inference.takes.products import Hypothesis
from inference.takes.reach import Cells, cells
from inference.takes.scoring import (
    Evidence,
    Moves,
    Scored,
    Shared,
    likely,
    pruned,
    put,
    put_two,
    shared_out,
    weighed,
)
from inference.takes.state import Place, Recent, TakesState
from inference.takes.stock import Stock
from inference.takes.watching import remember
from store_layout.learned import trust_in_who
from store_layout.model import StoreLayout

Holdings = Mapping[int, Mapping[str, float]]


class TakeExplainer:
    """Explains shelf events by the people on the floor."""

    def __init__(self, layout: StoreLayout) -> None:
        self.state = TakesState()
        self._layout = layout
        self._stock = Stock(layout)
        self._fronts: dict[str, tuple[Front, ...]] = fronts(layout)
        self._cells: dict[str, Cells] = {slot.id: cells(slot) for slot in layout.file.slot}
        free = Polygon(layout.file.floor.outline).area - sum(
            Polygon(f.outline).area for f in layout.file.fixture
        )
        self._area = min(60.0, max(8.0, free))
        self._trust = trust_in_who(layout)

    # -- people --------------------------------------------------------------------------------------

    def see(self, update: FloorUpdate, seen: Detections | None = None) -> None:
        """Remember where everybody is, and their hands; ``seen``: the picture behind the update, if any."""
        remember(self.state, update, seen)

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
        found = self._explained({r.event.id for r in new})
        for attribution in found:
            self._plan(attribution, now)
        return found

    def look_again(self, t: float) -> list[Attribution]:
        """Time has come to ``t``: explain anew what was in doubt, if hands were looked into after it."""
        again = self.state.again
        if not again:
            return []
        due = {name for name, at in again.items() if at <= t}
        if not due:
            return []
        for name in due:
            del again[name]
        return self._explained({r.event.id for r in self.state.recent if r.event.id in due and self._seen(r)})

    def _plan(self, attribution: Attribution, now: float) -> None:
        """Look again at what was taken, where hands are looked into at all, unless all is clear."""
        event, due = attribution.event, attribution.event.t_peak + s.LOOK_AGAIN_S
        clear = attribution.explanations[0].probability >= s.SURE
        if event.delta_g < 0 and not clear and self.state.looks and due > now:
            self.state.again[event.id] = due
        else:
            self.state.again.pop(event.id, None)

    def _seen(self, recent: Recent) -> bool:
        """Whether anybody's hands were looked into when they would have shown what was taken."""
        start, end = looks_between(recent.event)
        return any(start < look.t <= end for looks in self.state.looks.values() for look in looks)

    def _explained(self, names: set[str]) -> list[Attribution]:
        """The scenes of these recent events."""
        return [attribution for scene in self._scenes(names) for attribution in self._explain_scene(scene)]

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
                    for key, part in self._identities(doer, moves, item.event):
                        shares[key] = shares.get(key, 0.0) + probability * given * part
            attribution = Attribution(item.event, _explanations(shares))
            self.state.recent[i] = self._remember_strayed(item, attribution)
            found.append(attribution)
        return found

    def _identities(
        self, doer: Doer, moves: Moves, event: ShelfEvent
    ) -> list[tuple[tuple[int | None, Moves], float]]:
        """Whom the doer's tracks may be, with probabilities that sum to 1."""
        if not doer.hands or not doer.charged:
            return [((None, moves), 1.0)]
        first, *rest = (track for track, _ in doer.hands)
        if not rest:
            return [((track, moves), p) for track, p in self._identity(first, event)]
        found: dict[tuple[int | None, Moves], float] = {}
        for a, p in self._identity(first, event):
            for b, q in self._identity(rest[0], event):
                key = _between(a, b, rest[0], moves)
                found[key] = found.get(key, 0.0) + p * q
        return list(found.items())

    def _identity(self, track: int, event: ShelfEvent) -> list[tuple[int | None, float]]:
        """Whom a track may be. What the tracker gives to nobody goes to those it names, all but a little."""
        place = self._place_at(track, event.t_peak)
        if place is None:
            return [(track, 1.0)]
        known: dict[int | None, float] = {track: place.identity}
        for other, p in place.could_be:
            known[other] = known.get(other, 0.0) + p
        total = sum(known.values())
        lost = s.LOST_IDENTITY * max(0.0, 1.0 - total)
        if total <= 0.0:
            return [(None, 1.0)]
        found = [(who, p / total * (1.0 - lost)) for who, p in known.items() if p > 0.0]
        return [*found, (None, lost)] if lost > 0.0 else found

    def _place_at(self, track: int, t: float) -> Place | None:
        places = self.state.places.get(track)
        return min(places, key=lambda p: (abs(p.t - t), p.t)) if places else None

    # -- scores --------------------------------------------------------------------------------------

    def _score(self, item: Recent) -> Scored:
        event = item.event
        taken = self._taken(event) if event.delta_g < 0 else None
        near = self._people(event, *people.window(event))
        log_each = math.log((1 - s.NOBODY - s.UNSEEN) / max(1, len(near)))
        options = {
            track: self._returned(event, item.holdings.get(track, {})) if taken is None else taken
            for track in near
        }
        brought = [] if taken is not None else self._brought(event)
        carts = None if taken is not None else _givers(near, item.holdings)
        ways = self._by_two(event, taken, carts) if len(near) > 1 else []
        every: tuple[Sequence[Hypothesis | Shared], ...] = (*options.values(), brought, ways)
        slots = tuple(dict.fromkeys(slot for some in every for h in some for slot in h.slots))
        scored = Scored({}, {})
        seen = {
            (track, side): e for track in near for side, e in self._evidence(event, track, near[track], slots)
        }
        held = {
            track: Contents(event, self.state.looks.get(track, ()), item.holdings.get(track, {}))
            for track in near
        }
        for (track, side), evidence in seen.items():
            prior = log_each + math.log(s.ANY_HAND)
            put(scored, Doer(((track, side),)), weighed(options[track], evidence, held[track], side), prior)
            if brought:
                found = weighed(brought, evidence, held[track], side)
                put(scored, Doer(((track, side),), charged=False), found, prior + math.log(s.RESTOCKED))
        if ways:
            hands = {hand: e for hand, e in seen.items() if carts is None or hand[0] in carts}
            put_two(scored, ways, hands, held, log_each - math.log(len(near) - 1), carts=carts)
        if taken is None:
            taken = self._returned(event, _all_held(item.holdings))
        self._score_nobody(scored, event, taken)
        return pruned(scored)

    def _by_two(
        self, event: ShelfEvent, taken: Sequence[Hypothesis] | None, carts: Holdings | None
    ) -> list[Shared]:
        """Ways in which two people may have done it: taken it, or each given back of what they hold."""
        if taken is not None or not carts:
            return shared_out(taken or ())
        return shared_out(likely(self._returnable(event, _all_held(carts))))

    def _evidence(
        self, event: ShelfEvent, track: int, places: Sequence[Place], slots: Sequence[str]
    ) -> list[tuple[Side, Evidence]]:
        """What speaks for each of a person's hands, slot by slot."""
        stood = BodyScorer(event, places, self._area)
        body = {slot: stood.score(self._layout.slots[slot], self._fronts[slot]) for slot in slots}
        scorer = HandScorer(event, self.state.hands.get(track, ()), places)
        hands = {slot: scorer.scores(self._cells[slot]) for slot in slots}
        return [
            (side, {slot: self._trust * (body[slot] + hands[slot][side]) for slot in slots}) for side in SIDES
        ]

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
        return likely(products.single(event, candidates, 1) + products.pairs(event, candidates, 1))

    def _returned(self, event: ShelfEvent, held: Mapping[str, float]) -> list[Hypothesis]:
        """What one cart may have given back."""
        found = self._returnable(event, held)
        return likely(
            [Hypothesis(h.moves, h.slots, h.score + products.held_factor(h.moves, held)) for h in found]
        )

    def _returnable(self, event: ShelfEvent, held: Mapping[str, float]) -> list[Hypothesis]:
        """What may have been given back of what is held, whatever it is likely to hold."""
        candidates = self._stock.returnable(event, held)
        return products.single(event, candidates, -1) + products.pairs(event, candidates, -1)

    def _brought(self, event: ShelfEvent) -> list[Hypothesis]:
        """Goods from outside: what belongs on these scales."""
        own = self._stock.returnable(event, {})
        return likely([products.brought(h) for h in products.single(event, own, -1)])

    def _score_nobody(self, scored: Scored, event: ShelfEvent, options: Sequence[Hypothesis]) -> None:
        prior = max((s.DOUBTED_NOBODY.get(doubt, 0.0) for doubt in event.doubts), default=0.0)
        found: dict[Moves, float] = {(): math.log(max(s.NOBODY, prior)) + products.nothing(event)}
        for option in options:
            found[option.moves] = option.score + math.log(s.UNSEEN)
        put(scored, NOBODY, found)

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


def _givers(near: Iterable[int], holdings: Holdings) -> Holdings:
    """What those who are near may give back, but for staff: they may put anything on a shelf.

    Among all that they could bring, what the others hold would be lost.
    """
    held = {track: holdings.get(track, {}) for track in near}
    return {track: cart for track, cart in held.items() if len(cart) <= s.PAIR_CANDIDATES}


def _all_held(holdings: Holdings) -> dict[str, float]:
    """What anybody holds: somebody unseen may give back what we believe another has."""
    held: dict[str, float] = {}
    for cart in holdings.values():
        for sku, count in cart.items():
            held[sku] = max(held.get(sku, 0.0), count)
    return held


def _between(a: int | None, b: int | None, second: int, moves: Moves) -> tuple[int | None, Moves]:
    """The key of moves that two tracks made, when these are ``a`` and ``b``.

    One of them unknown: only what the other did can be charged, and that is what is kept.
    """
    mine = tuple(m for m in moves if m.track != second)
    others = tuple(msgspec.structs.replace(m, track=None) for m in moves if m.track == second)
    if a is None or b is None:
        return (b, others) if a is None else (a, mine)
    if a == b:
        return a, _together((*mine, *others))
    if b < a:
        a, b, mine, others = b, a, others, mine
    return a, (*mine, *(msgspec.structs.replace(m, track=b) for m in others))


def _together(moves: Moves) -> Moves:
    """Moves of one person, those of one product from one slot in one."""
    counts: dict[tuple[str, str], int] = {}
    for move in moves:
        counts[(move.sku, move.slot)] = counts.get((move.sku, move.slot), 0) + move.count
    return tuple(ItemMove(sku, count, slot) for (sku, slot), count in counts.items())


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


def _words(moves: Moves) -> tuple[tuple[str, int, str, int], ...]:
    return tuple((m.sku, m.count, m.slot, -1 if m.track is None else m.track) for m in moves)
