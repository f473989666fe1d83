"""Who took what: a posterior over (person, product, count) for every shelf event.

    P(k, m | e)  ~  P(k) P(m) p(weight, arrangement | m) p(hand of k | slot of m) p(body of k | slot of m)
                    p(what k's hand was seen to hold | m)

with "nobody" (no product moved) and "somebody unseen" beside the people inside. One event may be the work of
two people whose hands were in the same shelf, or a take and a return whose difference was felt. Events of one
scene share one joint posterior over their doers. A track that may be somebody else hands its share on to whom
it may be.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import partial

import msgspec
from shapely import Polygon

from inference.messages import Attribution, Detections, FloorUpdate, HandsMet, ShelfEvent, Stir
from inference.takes import course, handed, people, products, stirs
from inference.takes import settings as s
from inference.takes.contents import Contents, looks_between, moved
from inference.takes.fronts import Front, fronts
from inference.takes.identities import Charged, explanations, identities
from inference.takes.joint import NOBODY, Doer, again, assign, overlap
from inference.takes.options import options_of
from inference.takes.people import SIDES, BodyScorer, HandScorer, Side
from inference.takes.products import Hypothesis, Shared
from inference.takes.reach import Cells, cells
from inference.takes.scoring import (
    Evidence,
    Moves,
    Order,
    Scored,
    Seen,
    once_each,
    pruned,
    put,
    put_ordered,
    weighed,
)
from inference.takes.state import Place, Recent, TakesState
from inference.takes.stock import Stock
from inference.takes.strayed import remember_strayed
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
        fresh = [event for event in events if event.id not in known and self._matters(event, held)]
        new = [Recent(event, held) for event in fresh]
        self.state.recent = [r for r in self.state.recent if now - r.event.t_settled <= s.JOINT_S] + new
        found = self._explained({r.event.id for r in new})
        for attribution in found:
            self._plan(attribution, now)
        return self._told(found)

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
        seen = {r.event.id for r in self.state.recent if r.event.id in due and self._seen(r)}
        return self._told(self._explained(seen))

    def handed(self, t: float) -> bool:
        """Whether it is time to ask :meth:`met` who was seen with what another took."""
        return handed.due(self.state, t)

    def met(self, t: float, holdings: Holdings) -> list[HandsMet]:
        """Who was seen to hold what another had taken a moment before."""
        return handed.handed(self.state, t, holdings)

    def _matters(self, event: ShelfEvent, holdings: Holdings) -> bool:
        """False: hands that changed nothing, where nobody could have made up for what another took."""
        if event.stir is None:
            return True
        everybody = tuple(self.state.places)
        options = stirs.exchanges(event, self._stock, self.state.strayed, everybody, holdings)
        return bool(options.by_two or any(options.by_one.values()))

    def _told(self, found: list[Attribution]) -> list[Attribution]:
        """Without hands that most probably only touched something, unless they were told of before."""
        told = self.state.told
        kept = [
            a
            for a in found
            if a.event.stir is None
            or a.event.id in told
            or sum(e.probability for e in a.explanations if e.moves) >= s.TOLD_FROM
        ]
        recent = {r.event.id for r in self.state.recent}
        self.state.told = [name for name in told if name in recent] + [
            a.event.id for a in kept if a.event.stir is not None and a.event.id not in told
        ]
        return kept

    def _plan(self, attribution: Attribution, now: float) -> None:
        """Look again at what was taken, where hands are looked into at all, unless all is clear."""
        event, due = attribution.event, attribution.event.t_peak + s.LOOK_AGAIN_S
        clear = attribution.explanations[0].probability >= s.SURE
        taken = any(move.count > 0 for e in attribution.explanations for move in e.moves)
        if taken and not clear and self.state.looks and due > now:
            self.state.again[event.id] = due
        else:
            self.state.again.pop(event.id, None)

    def _seen(self, recent: Recent) -> bool:
        """Whether anybody's hands were looked into when they would have shown what was taken."""
        start, end = looks_between(recent.event.t_peak, taken=True)
        return any(start < look.t <= end for looks in self.state.looks.values() for look in looks)

    def _explained(self, names: set[str]) -> list[Attribution]:
        """The scenes of these recent events."""
        return [attribution for scene in self._scenes(names) for attribution in self._explain_scene(scene)]

    def _scenes(self, fresh: set[str]) -> list[list[int]]:
        """Indices of recent events that belong together; only scenes with something new."""
        recent = self.state.recent
        scenes: list[list[int]] = []
        for i, item in enumerate(recent):
            near = [c for c in scenes if any(_one_scene(item.event, recent[j].event) for j in c)]
            scenes = [c for c in scenes if c not in near] + [[*(j for c in near for j in c), i]]
        return [c for c in scenes if any(recent[i].event.id in fresh for i in c)]

    def _explain_scene(self, scene: list[int]) -> list[Attribution]:
        recent = [self.state.recent[i] for i in scene]
        scored = [self._score(item) for item in recent]
        slots = [x.slots() for x in scored] if len(scene) > 1 else ()
        doers = assign([r.event for r in recent], [x.totals for x in scored], slots)
        found: list[Attribution] = []
        for i, item, score, posterior in zip(scene, recent, scored, doers, strict=True):
            shares: dict[Charged, float] = {}
            place_of = partial(self._place_at, t=item.event.t_peak)
            for doer, probability in posterior.items():
                for moves, given in score.moves[doer].items():
                    for key, part in identities(doer, moves, place_of):
                        shares[key] = shares.get(key, 0.0) + probability * given * part
            attribution = Attribution(item.event, explanations(shares))
            strayed = remember_strayed(self.state, self._stock, item, attribution)
            now = moved(attribution)
            self.state.recent[i] = msgspec.structs.replace(strayed, moved=now)
            handed.note(self.state, item.event, now)
            found.append(attribution)
        return found

    def _place_at(self, track: int, t: float) -> Place | None:
        places = self.state.places.get(track)
        return min(places, key=lambda p: (abs(p.t - t), p.t)) if places else None

    # -- scores --------------------------------------------------------------------------------------

    def _score(self, item: Recent) -> Scored:
        event = item.event
        near = self._people(event, *people.window(event))
        if event.stir is not None:
            return self._score_stir(item, event.stir, near)
        log_each = math.log((1 - s.NOBODY - s.UNSEEN) / max(1, len(near)))
        options = options_of(event, self._stock, self.state.strayed, tuple(near), item.holdings)
        slots = options.slots()
        seen = self._hands(event, near, slots)
        held = self._contents(item, near)
        scored = Scored({}, {})
        unknown = math.log(s.UNKNOWN) + products.unknown(event)
        for (track, side), evidence in seen.items():
            prior = log_each + math.log(s.ANY_HAND)
            found = weighed(options.by_one[track], evidence, held[track], side)
            found[()] = unknown + max(evidence.values(), default=0.0)
            put(scored, Doer(((track, side),)), found, prior)
            if options.brought:
                found = weighed(options.brought, evidence, held[track], side)
                put(scored, Doer(((track, side),), charged=False), found, prior + math.log(s.RESTOCKED))
        if options.by_two:
            of_two = {track: places for track, places in near.items() if track in options.two_of}
            ways = once_each(options.by_two)
            orders = self._orders_of_two(event, of_two, slots, seen, ways)
            prior = log_each - math.log(len(near) - 1) + math.log(s.TWO_PEOPLE) + products.in_twice(event)
            put_ordered(scored, ways, orders, held, log_prior=prior, carts=item.holdings)
        self._score_nobody(scored, event, options.by_nobody)
        return pruned(scored)

    def _score_stir(self, item: Recent, stir: Stir, near: Mapping[int, list[Place]]) -> Scored:
        """Of hands that changed nothing."""
        event, carts = item.event, item.holdings
        options = stirs.exchanges(event, self._stock, self.state.strayed, tuple(near), carts)
        slots = options.slots() or self._stock.slots_of(event)
        seen = self._hands(event, near, slots)
        moments = [self._hands(at, near, slots) for at in people.first_and_second(event)]
        first, second = moments or (seen, seen)
        return pruned(
            stirs.score(
                event,
                stir,
                options,
                seen=seen,
                by_moment=(first, second),
                held=self._contents(item, near),
                carts=carts,
                catalogue=self._layout.products,
            )
        )

    def _contents(self, item: Recent, near: Iterable[int]) -> dict[int, Contents]:
        """What the hands of those who are near were seen to hold."""
        others = [m for r in self.state.recent if r.event.id != item.event.id for m in r.moved]
        return {
            track: Contents(
                item.event,
                self.state.looks.get(track, ()),
                item.holdings.get(track, {}),
                [m for m in others if m.track == track],
            )
            for track in near
        }

    def _hands(self, event: ShelfEvent, near: Mapping[int, Sequence[Place]], slots: Sequence[str]) -> Seen:
        """What speaks for every hand of those who are near."""
        return {
            (track, side): evidence
            for track in near
            for side, evidence in self._evidence(event, track, near, slots)
        }

    def _orders_of_two(
        self,
        event: ShelfEvent,
        near: Mapping[int, Sequence[Place]],
        slots: Sequence[str],
        seen: Seen,
        ways: Sequence[Shared],
    ) -> list[Order]:
        """The same if two hands were in: one when the plate was shaken most, the other before or after.

        Where one took and the other gave back, and that lasted, what lay there meanwhile tells who was first.
        """
        moments = [(at, self._hands(at, near, slots)) for at in people.first_and_second(event)]
        others = [hands for at, hands in moments if abs(at.t_peak - event.t_peak) > s.PEAK_S]
        whenever = self._whenever(near, seen, others)
        if event.course is None or not moments:
            return [Order(whenever, whenever, [way.score for way in ways])]
        (_, first), (_, second) = moments
        weighed = [course.orders(event, way.mine, way.other, self._layout.products) for way in ways]
        return [
            Order(whenever, whenever, [way.score + some[0] for way, some in zip(ways, weighed, strict=True)]),
            Order(first, second, [way.score + some[1] for way, some in zip(ways, weighed, strict=True)]),
            Order(second, first, [way.score + some[2] for way, some in zip(ways, weighed, strict=True)]),
        ]

    @staticmethod
    def _whenever(near: Container[int], seen: Seen, others: Sequence[Seen]) -> Seen:
        """Either hand was in when the plate was shaken most, or at one of the ``others``' moments."""
        if not others:
            return {hand: evidence for hand, evidence in seen.items() if hand[0] in near}
        share = (1.0 - s.BOTH_AT_PEAK) / len(others)
        return {
            hand: {
                slot: math.log(
                    s.BOTH_AT_PEAK * math.exp(at_peak)
                    + share * sum(math.exp(other[hand][slot]) for other in others)
                )
                for slot, at_peak in evidence.items()
            }
            for hand, evidence in seen.items()
            if hand[0] in near
        }

    def _evidence(
        self, event: ShelfEvent, track: int, near: Mapping[int, Sequence[Place]], slots: Sequence[str]
    ) -> list[tuple[Side, Evidence]]:
        """What speaks for each of a person's hands, slot by slot."""
        places = near[track]
        others = [theirs for other, theirs in near.items() if other != track]
        stood = BodyScorer(event, places, self._area, others)
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

    def _score_nobody(self, scored: Scored, event: ShelfEvent, options: Sequence[Hypothesis]) -> None:
        prior = max((s.DOUBTED_NOBODY.get(doubt, 0.0) for doubt in event.doubts), default=0.0)
        found: dict[Moves, float] = {(): math.log(max(s.NOBODY, prior)) + products.nothing(event)}
        for option in options:
            found[option.moves] = option.score + math.log(s.UNSEEN)
        put(scored, NOBODY, found)


def _one_scene(a: ShelfEvent, b: ShelfEvent) -> bool:
    return overlap(a, b) or again(a, b)
