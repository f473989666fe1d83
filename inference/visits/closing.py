"""The last word on a visit: what it holds, how sure that is, and whether a person must look."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from inference.messages import CartLine, ClosedVisit, Question
from inference.visits import money
from inference.visits import settings as s
from inference.visits.evidence import Evidence
from inference.visits.hypotheses import Hypothesis, Joint
from inference.visits.presence import Presence
from inference.visits.questions import Interviewer
from inference.visits.state import Fact, Visit, VisitsState
from store_layout.model import StoreLayout

Decision = Literal["issue", "review", "nothing", "staff"]


@dataclass(frozen=True, slots=True)
class _Verdict:
    decision: Decision
    probability: float
    cart: Mapping[str, int]
    notes: tuple[str, ...]


class Closing:
    """Closes visits of one store."""

    def __init__(self, layout: StoreLayout, presence: Presence) -> None:
        self._layout = layout
        self._presence = presence

    def close(self, state: VisitsState, visit: Visit, t: float) -> ClosedVisit:
        """Decide. Where a receipt is issued, what it settles is remembered for visits that shared events."""
        evidence = Evidence(state)
        group = evidence.group_of(visit.track)
        carts = evidence.carts(group, s.BEAM_CLOSE)
        verdict = self._verdict(state, visit, carts, t)
        hypothesis = carts.best_with(visit.track, dict(verdict.cart)) if verdict.decision != "staff" else None
        lines: tuple[CartLine, ...] = ()
        questions: tuple[Question, ...] = ()
        if hypothesis is not None:
            lines = cart_lines(carts, hypothesis, visit.track)
            if verdict.decision == "review":
                questions = self._questions(state, visit.track, carts, hypothesis)
            else:
                _settle(state, carts, hypothesis, visit.track)
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
        )

    def _verdict(self, state: VisitsState, visit: Visit, joint: Joint, t: float) -> _Verdict:
        until = visit.left_at if visit.left_at is not None else t
        notes, serious = self._presence.outage_notes(visit, state.outages, until)
        if visit.staff:
            return _Verdict("staff", 1.0, {}, tuple(notes))
        carts = joint.carts(visit.track)
        best, probability = carts[0]
        holds = sum(p for cart, p in carts if cart)
        odd = _oddities(visit)
        must_look = serious or (bool(odd) and holds >= s.ASK_FROM)
        wrong = money.expected_wrong(best, carts, self._layout.products)
        if must_look or probability < s.SURE_ENOUGH or money.worth_asking(wrong, self._layout.file.rules):
            decision: Decision = "review"
        else:
            decision = "issue" if best else "nothing"
        return _Verdict(decision, probability, best, (*odd, *notes))

    def _questions(
        self, state: VisitsState, track: int, carts: Joint, hypothesis: Hypothesis
    ) -> tuple[Question, ...]:
        evidence = Evidence(state)
        group = evidence.group_of(track)

        def refit(event: str, indices: frozenset[int]) -> float:
            attribution = state.attributions[event]
            if not any(evidence.allowed(attribution, attribution.explanations[i]) for i in indices):
                return -math.inf
            return evidence.carts(group, s.BEAM_ASK, (event, indices)).log_mass

        codes = {member: visit.code for member, visit in state.visits.items()}
        return Interviewer(self._layout, codes).questions(track, carts, hypothesis.path, refit)


def cart_lines(joint: Joint, hypothesis: Hypothesis, track: int) -> tuple[CartLine, ...]:
    """The cart of one track under one hypothesis, with the probability of each quantity."""
    carts = joint.carts(track)
    events: dict[str, list[str]] = {}
    for n, attribution in enumerate(joint.events):
        explanation = joint.explanation(hypothesis, n)
        if explanation.track == track:
            for move in explanation.moves:
                events.setdefault(move.sku, []).append(attribution.event.id)
    return tuple(
        CartLine(
            sku=sku,
            quantity=quantity,
            probability=min(1.0, sum(p for cart, p in carts if cart.get(sku, 0) == quantity)),
            events=tuple(dict.fromkeys(events.get(sku, ()))),
        )
        for sku, quantity in sorted(joint.cart_of(hypothesis, track).items())
    )


def _oddities(visit: Visit) -> list[str]:
    """What is strange about how a visit began or ended."""
    odd = []
    if visit.gate_in is None:
        odd.append("The shopper appeared inside without coming through a gate.")
    if visit.given_up:
        odd.append("The shopper was lost from sight inside and was not seen to leave.")
    elif visit.left_at is None:
        odd.append("The shopper was still inside when the store was closed.")
    return odd


def _settle(state: VisitsState, carts: Joint, hypothesis: Hypothesis, track: int) -> None:
    """Remember which shared events this visit paid for, and which it did not."""
    for n, attribution in enumerate(carts.events):
        if any(e.track == track for e in attribution.explanations):
            did = carts.explanation(hypothesis, n).track == track
            state.facts.setdefault(attribution.event.id, []).append(Fact(track, did))
