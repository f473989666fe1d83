"""What every card was charged, against what its holders took home."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from inference.messages import ClosedVisit
from inference.recording.truth import TrueVisit, Truth
from inference.visits import Verdict
from store_layout.model import Product

Decision = Literal["issue", "review", "nothing"]


class Line(msgspec.Struct, frozen=True, array_like=True):
    """A line that was proposed, and whether it is exactly right."""

    probability: float
    right: bool


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One card: a shopper, or a party that came in on it."""

    token: str
    people: int
    decision: Decision
    """``review`` if any of the party's visits was given to a person."""
    right: bool
    """What would be charged is exactly what was taken."""
    probability: float
    """That it is, as stated: the product over the party's visits."""
    wrong_money: float
    """Expected, as stated; minor units."""
    must_look: bool
    over: int
    """Minor units charged for what was not taken."""
    under: int
    """Minor units not charged for what was taken."""
    true_units: int
    found_units: int
    hit_units: int
    lines: tuple[Line, ...] = ()
    waited_s: float | None = None
    """From the last exit to the decision."""
    tricky: tuple[str, ...] = ()
    seen: bool = True
    """False: no visit was followed for this card."""
    least_line: float = 1.0
    """Probability of the least sure line of all its visits; 1 where there is none."""


def token_of(person: str, group: str | None) -> str:
    """The token that the simulated gate reads."""
    return f"card-{group or person}"


def payments(
    truth: Truth,
    closed: Iterable[ClosedVisit],
    verdicts: Mapping[str, Verdict],
    products: Mapping[str, Product],
) -> tuple[Payment, ...]:
    """Compare, card by card. Who of a party took something is no matter: it is paid together."""
    parties: dict[str, list[TrueVisit]] = {}
    for true in truth.visits:
        if not true.staff:
            parties.setdefault(token_of(true.person, true.group), []).append(true)
    visits: dict[str, list[ClosedVisit]] = {}
    for visit in closed:
        if visit.token is not None and visit.decision != "staff":
            visits.setdefault(visit.token, []).append(visit)
    return tuple(
        _payment(token, party, visits.get(token, []), verdicts, products) for token, party in parties.items()
    )


def _payment(
    token: str,
    party: list[TrueVisit],
    visits: list[ClosedVisit],
    verdicts: Mapping[str, Verdict],
    products: Mapping[str, Product],
) -> Payment:
    true: Counter[str] = Counter()
    for member in party:
        true.update({line.sku: line.quantity for line in member.lines})
    charged: Counter[str] = Counter()
    probability, wrong, must_look = 1.0, 0.0, False
    least = min((line.probability for visit in visits for line in visit.lines), default=1.0)
    for visit in visits:
        charged.update({line.sku: line.quantity for line in visit.lines})
        probability *= visit.probability
        verdict = verdicts.get(visit.visit)
        if verdict is not None:
            wrong += verdict.wrong
            must_look = must_look or verdict.must_look
    decisions = {visit.decision for visit in visits}
    lines = (
        tuple(Line(line.probability, true[line.sku] == line.quantity) for line in visits[0].lines)
        if len(visits) == 1
        else ()
    )
    left = [v.left_at for v in visits if v.left_at is not None]
    return Payment(
        token=token,
        people=len(party),
        decision="review" if "review" in decisions else "issue" if charged else "nothing",
        right=charged == true,
        probability=probability,
        least_line=least,
        wrong_money=wrong,
        must_look=must_look,
        over=sum(
            (charged[sku] - true[sku]) * products[sku].price for sku in charged if charged[sku] > true[sku]
        ),
        under=sum(
            (true[sku] - charged[sku]) * products[sku].price for sku in true if true[sku] > charged[sku]
        ),
        true_units=true.total(),
        found_units=charged.total(),
        hit_units=(charged & true).total(),
        lines=lines,
        waited_s=max(v.closed_at for v in visits) - max(left) if left else None,
        tricky=tuple(dict.fromkeys(trick for member in party for trick in member.tricky)),
        seen=bool(visits),
    )
