"""The last word on a visit: what it holds, how sure that is, and whether a person must look."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

import msgspec

from inference.messages import Attribution, CartLine, ClosedVisit, Question, VisitTrace
from inference.messages.said import Words, said
from inference.visits import money
from inference.visits import settings as s
from inference.visits.carts import CartHypothesis, Carts
from inference.visits.evidence import Evidence
from inference.visits.grounds import grounds_of
from inference.visits.hand_overs import changed_hands
from inference.visits.handed_on import hand_on
from inference.visits.presence import Presence
from inference.visits.question_words import Wording
from inference.visits.questions import Interviewer
from inference.visits.restocks import restocked_by
from inference.visits.silent_scales import questions_at_silent_scales, with_stays
from inference.visits.state import Fact, Visit, VisitsState
from inference.visits.unknown_goods import movers, note_of, unknown_goods
from store_layout.model import StoreLayout

Decision = Literal["issue", "review", "nothing", "staff"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is decided of a visit, and by what."""

    decision: Decision
    probability: float
    """That the receipt is exactly right."""
    wrong: float
    """Expected wrong money if it were issued, minor units."""
    must_look: bool
    """A person has to look whatever the probabilities: a scale was silent, somebody was lost, ..."""
    carts: Carts
    """The visit's own."""
    paid: Carts
    """Together with those who pay with it; its own again where it is alone."""
    notes: tuple[Words, ...]
    unknown: tuple[Attribution, ...] = ()
    """Changes that no product explains and for which a person has to look."""


OnVerdict = Callable[[str, Verdict], None]
"""Is told the id of each visit that is closed, and why it was decided so."""


class Closing:
    """Closes visits of one store."""

    def __init__(self, layout: StoreLayout, presence: Presence, on_verdict: OnVerdict | None = None) -> None:
        self._layout = layout
        self._presence = presence
        self._on_verdict = on_verdict

    def is_clear(self, state: VisitsState, visit: Visit, evidence: Evidence, t: float) -> bool:
        """True: closed now, nobody would have to be asked."""
        return self._verdict(state, visit, evidence, t).decision != "review"

    def close(self, state: VisitsState, visit: Visit, evidence: Evidence, t: float) -> ClosedVisit:
        """Decide. Where a receipt is issued, what it settles is remembered for visits that shared events."""
        verdict = self._verdict(state, visit, evidence, t)
        if self._on_verdict is not None:
            self._on_verdict(visit.visit, verdict)
        chosen = verdict.carts.best
        lines: tuple[CartLine, ...] = ()
        questions: tuple[Question, ...] = ()
        if verdict.decision != "staff":
            lines = verdict.carts.lines(verdict.paid)
        if verdict.decision == "review":
            codes = {track: gone.code for track, gone in state.gone.items()}
            codes |= {track: other.code for track, other in state.visits.items()}
            words = Wording(self._layout, codes)
            refit = _doubts(state, visit, evidence).log_mass
            interviewer = Interviewer(self._layout, words, refit, evidence.moments_of)
            questions = interviewer.questions(verdict.paid.tracks, chosen.explanations())
            asked, held = {q.event for q in questions}, evidence.expected(visit.track)
            questions += tuple(
                interviewer.about_unknown(a, list(dict.fromkeys((visit.track, *movers(a))))[:2], held)
                for a in verdict.unknown
                if a.event.id not in asked
            )
            questions = with_stays(questions, state.attributions, visit)
            questions += questions_at_silent_scales(state, visit, self._layout, words)
        if verdict.decision != "staff":
            elsewhere = hand_on(state, chosen, visit)
            if verdict.decision != "review":
                _settle(state, chosen, visit, elsewhere)
        return ClosedVisit(
            visit=visit.visit,
            code=visit.code,
            track=visit.track,
            entered_at=visit.entered_at,
            left_at=visit.left_at,
            gate_in=visit.gate_in,
            gate_out=visit.gate_out,
            closed_at=t,
            lines=lines,
            probability=min(1.0, verdict.probability),
            decision=verdict.decision,
            token=visit.token,
            people=visit.people,
            questions=questions,
            notes=verdict.notes,
            trace=VisitTrace(
                path=tuple(visit.path) if verdict.decision != "staff" else (),
                grounds=grounds_of(chosen, visit.track) if verdict.decision != "staff" else (),
            ),
            restocked=restocked_by(state, visit.track) if verdict.decision == "staff" else msgspec.UNSET,
        )

    def _verdict(self, state: VisitsState, visit: Visit, evidence: Evidence, t: float) -> Verdict:
        carts = evidence.carts(visit.track)
        until = visit.left_at if visit.left_at is not None else t
        notes, serious = self._presence.outage_notes(visit, state.outages, until)
        unknown = [] if visit.staff else unknown_goods(state, visit)
        handed = [] if visit.staff else changed_hands(state, visit)
        notes = [*_company(state, visit), *notes, *(note_of(a, self._layout) for a in unknown), *handed]
        if visit.staff:
            return Verdict("staff", 1.0, 0.0, False, carts, carts, tuple(notes))
        rules = self._layout.file.rules
        paid = _paid(state, visit, evidence, carts)
        doubts = _doubts(state, visit, evidence)
        if doubts is not evidence:
            paid = paid.as_sure_as(doubts.carts(paid.tracks[0], paid.tracks[1:]))
        best, probability = carts.best.cart, paid.best.probability
        holds = sum(p for cart, p in carts.ranked() if cart)
        odd, missing = _oddities(state, visit), _missing(state, visit)
        must_look = serious or bool(unknown or missing) or (bool(odd) and holds >= s.ASK_FROM)
        # what they gave back since may have told already
        must_look = must_look or (bool(handed) and probability < s.MET_SETTLED)
        wrong = money.expected_wrong(paid.best.cart, paid.ranked(), self._layout.products)
        unsure = probability < rules.issue_from or any(
            line.probability < rules.charge_from for line in carts.lines(paid)
        )
        if must_look or unsure or money.worth_asking(wrong, rules):
            decision: Decision = "review"
        else:
            decision = "issue" if best else "nothing"
        said_of_it = (*odd, *missing, *notes)
        return Verdict(decision, probability, wrong, must_look, carts, paid, said_of_it, tuple(unknown))


def _paid(state: VisitsState, visit: Visit, evidence: Evidence, carts: Carts) -> Carts:
    """What all hold who pay with this visit and are not closed, of all that concerns it.

    Who of them took something makes no difference to what is paid. Alone it is the visit's own ``carts``.
    """
    if visit.token is None or visit.people < 2:
        return carts
    company = [
        track
        for track, other in state.visits.items()
        if other is not visit and other.token == visit.token and not other.staff
    ]
    if not company:
        return carts
    together = evidence.carts(visit.track, company)
    return together if together.covers(carts.best.cart) else carts


def _doubts(state: VisitsState, visit: Visit, evidence: Evidence) -> Evidence:
    """With what others' receipts settled as sure as it was. Who of one payment took it costs nobody."""
    company = (t for t, gone in state.gone.items() if gone.token is not None and gone.token == visit.token)
    return evidence.doubts(frozenset(company))


def _company(state: VisitsState, visit: Visit) -> list[Words]:
    """Who came in on the same payment."""
    if visit.token is None or visit.people < 2:
        return []
    codes = [gone.code for gone in state.gone.values() if gone.token == visit.token]
    codes += [v.code for v in state.visits.values() if v.token == visit.token and v is not visit]
    if not codes:
        return []
    return [said("Shares one payment with {codes}.", codes=", ".join(sorted(codes)))]


def _missing(state: VisitsState, visit: Visit) -> list[Words]:
    """Of those whom the card let in not all were seen, and somebody whom no gate explains has goods."""
    missing = visit.people - visit.followed
    if visit.token is None or missing <= 0:
        return []
    since = [v.entered_at for v in state.visits.values() if v.unexplained and not v.staff and v.lines]
    if all(t < visit.entered_at - s.STRANGER_S for t in (*since, *state.strangers)):
        return []
    return [
        said(
            "The card let in {people}, of whom {missing} not seen to come in, "
            "and somebody whom no gate explains took goods.",
            people=visit.people,
            missing=missing,
        )
    ]


def _oddities(state: VisitsState, visit: Visit) -> list[Words]:
    """What is strange about how a visit began or ended."""
    odd: list[Words] = []
    if visit.gate_in in state.carded and visit.token is None:
        odd.append(said("No card let the shopper in: who pays is not known."))
    if visit.gate_in is None:
        odd.append(said("The shopper appeared inside without coming through a gate."))
    if visit.given_up:
        odd.append(said("The shopper was lost from sight inside and was not seen to leave."))
    elif visit.left_at is None:
        odd.append(said("The shopper was still inside when the store was closed."))
    return odd


def _settle(state: VisitsState, chosen: CartHypothesis, visit: Visit, elsewhere: Collection[str]) -> None:
    """Remember what this visit paid for of each event, what it did not, and how sure that was.

    ``elsewhere``: events that are others' from now on.
    """
    facts: dict[str, Fact] = {}
    # by itself: what others' carts say counts for them once more
    alone: Evidence | None = None
    for attribution, explanation in chosen.explanations():
        name, track = attribution.event.id, visit.track
        if not any(track in e.tracks() for e in attribution.explanations):
            continue
        if name in elsewhere:
            facts[name] = Fact(track, {})
            continue
        units, sure = explanation.units(track), 1.0
        others = {other for e in attribution.explanations for other in e.tracks() if other != track}
        if others & state.visits.keys():
            alone = alone or Evidence(state, doubtful=True, only=(track,))
            sure = alone.sure(name, track, units)
        facts[name] = Fact(track, units, sure)
    for name, fact in facts.items():
        state.facts.setdefault(name, []).append(fact)
