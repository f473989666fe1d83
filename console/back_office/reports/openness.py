"""How openly it was decided: how often a person saw a visit, what that took, and which way it was wrong.

A visit counts on the day on which it closed, and so does all work on it. Refunds and supplements count on
the day on which they were issued. When visits are purged, their numbers go with them; what a day's close kept
of them stays.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from console.back_office.bodies import ReviewBody
from console.back_office.corrections import Reason
from console.back_office.ledger_file import LedgerFile
from console.back_office.price_list import PriceList
from console.back_office.receipts import UnknownProductError, price_lines
from inference.messages.results import ClosedVisit

TIMES = (0, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400)
"""Seconds: upper ends of the classes in which times to a receipt are counted; the last class is open."""


class TimeClasses(msgspec.Struct, frozen=True):
    """Times from exit to receipt, counted in :data:`TIMES`, so that those of several days add up."""

    counts: tuple[int, ...] = (0,) * (len(TIMES) + 1)

    @classmethod
    def of(cls, seconds: Iterable[float]) -> TimeClasses:
        """Count these."""
        found = Counter(next((i for i, end in enumerate(TIMES) if s <= end), len(TIMES)) for s in seconds)
        return cls(tuple(found[i] for i in range(len(TIMES) + 1)))

    @property
    def total(self) -> int:
        """How many times were counted."""
        return sum(self.counts)

    def __add__(self, other: TimeClasses) -> TimeClasses:
        return TimeClasses(tuple(a + b for a, b in zip(self.counts, other.counts, strict=True)))


class CorrectionSum(msgspec.Struct, frozen=True):
    """Refunds or supplements for one reason."""

    kind: str
    reason: Reason
    count: int
    amount: int
    """Minor units; refunds below 0."""

    def __add__(self, other: CorrectionSum) -> CorrectionSum:
        return CorrectionSum(self.kind, self.reason, self.count + other.count, self.amount + other.amount)


class Openness(msgspec.Struct, frozen=True):
    """Counts of a stretch of time; those of two stretches add up. Minor units, seconds."""

    visits: int = 0
    """All that closed, also of staff and with nothing taken."""
    staff: int = 0
    nothing: int = 0
    """Decided without a person that nothing was taken."""
    seen: int = 0
    """Decided by a person who looked at them."""
    followed: int = 0
    """Decided by a person's answer about somebody else's visit."""
    waiting: int = 0
    """For a person to decide."""
    work_s: float = 0.0
    """Between claiming a card and letting go of it, all people together."""
    unsure: int = 0
    skipped: int = 0
    for_shopper: int = 0
    """Answers that made the visit cheaper than it had been counted."""
    for_shop: int = 0
    """Answers that made it dearer."""
    same_money: int = 0
    """Answers that changed what was taken, and not what it costs."""
    corrections: tuple[CorrectionSum, ...] = ()
    """Documents, by kind and reason."""
    declined: int = 0
    """Disputes that were declined."""
    times: TimeClasses = TimeClasses()
    """From exit to receipt, all receipts."""
    p50_s: float | None = None
    """Median of these; None: there was no receipt, or these are sums of several days."""
    p95_s: float | None = None
    known_shown: int = 0
    """Cards with a known answer that reviewers answered, all together: nobody's own score is told."""
    known_right: int = 0
    reviewers: int = 0
    """Most who worked on one day."""

    @property
    def share_seen(self) -> float:
        """Share of the visits that a person looked at or has to look at."""
        return (self.seen + self.waiting) / self.visits if self.visits else 0.0

    @property
    def refunds(self) -> CorrectionSum:
        """All refunds: the shopper had paid too much."""
        return self._all("refund")

    @property
    def supplements(self) -> CorrectionSum:
        """All supplements: the shopper had paid too little."""
        return self._all("supplement")

    def quantile(self, share: float) -> float | None:
        """Time to a receipt that this share of them did not exceed.

        Exact where it was kept (a day's median and 95 %); else the upper end of its class, infinite for the
        open one. None without receipts.
        """
        exact = {0.5: self.p50_s, 0.95: self.p95_s}.get(share)
        if exact is not None:
            return exact
        total, seen = self.times.total, 0
        for count, end in zip(self.times.counts, (*TIMES, math.inf), strict=True):
            seen += count
            if total and seen >= share * total:
                return float(end)
        return None

    def __add__(self, other: Openness) -> Openness:
        summed: dict[str, Any] = {name: getattr(self, name) + getattr(other, name) for name in _SUMMED}
        # Quantiles do not add up: those of one side stand where the other has no receipts.
        timed = self if not other.times.total else other if not self.times.total else Openness()
        return Openness(
            **summed,
            corrections=_merged((*self.corrections, *other.corrections)),
            reviewers=max(self.reviewers, other.reviewers),
            p50_s=timed.p50_s,
            p95_s=timed.p95_s,
        )

    def _all(self, kind: str) -> CorrectionSum:
        found = [c for c in self.corrections if c.kind == kind]
        return CorrectionSum(kind, "other", sum(c.count for c in found), sum(c.amount for c in found))


def openness(file: LedgerFile, since: float, until: float) -> Openness:
    """Counted from the ledger as it is now."""
    decisions = dict(
        file.database.execute(
            "SELECT decision, count(*) FROM visit WHERE closed_at >= ? AND closed_at < ? GROUP BY decision",
            (since, until),
        ).fetchall()
    )
    work = file.database.execute(
        "SELECT w.outcome, count(*), sum(w.seconds) FROM visit v CROSS JOIN review_work w ON w.visit = v.id "
        "WHERE v.decision = 'review' AND v.closed_at >= ? AND v.closed_at < ? GROUP BY w.outcome",
        (since, until),
    ).fetchall()
    outcomes = {outcome: int(count) for outcome, count, _ in work}
    known = file.database.execute(
        "SELECT count(*), coalesce(sum(right), 0) FROM review_known "
        "WHERE right IS NOT NULL AND shown_at >= ? AND shown_at < ?",
        (since, until),
    ).fetchone()
    times = sorted(_times(file, since, until))
    return Openness(
        visits=sum(decisions.values()),
        staff=decisions.get("staff", 0),
        nothing=decisions.get("nothing", 0),
        work_s=float(sum(seconds for _, _, seconds in work)),
        unsure=outcomes.get("unsure", 0),
        skipped=outcomes.get("skipped", 0),
        corrections=_corrections(file, since, until),
        declined=file.scalar(
            "SELECT count(*) FROM dispute WHERE state = 'declined' AND decided_at >= ? AND decided_at < ?",
            since,
            until,
        ),
        times=TimeClasses.of(times),
        p50_s=_nearest(times, 0.5),
        p95_s=_nearest(times, 0.95),
        known_shown=known[0],
        known_right=known[1],
        reviewers=_reviewers(file, since, until),
        **_answers(file, since, until),
    )


_SUMMED = tuple(
    name for name in Openness.__struct_fields__ if name not in {"corrections", "reviewers", "p50_s", "p95_s"}
)
"""Fields that add up."""


# -- parts -------------------------------------------------------------------------------------------


def _nearest(ordered: Sequence[float], share: float) -> float | None:
    """Quantile by the nearest rank: a time that occurred."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _times(file: LedgerFile, since: float, until: float) -> list[float]:
    """Seconds from exit to issue, of each receipt; those whose shopper nobody saw leave are left out."""
    rows = file.database.execute(
        "SELECT d.issued_at - max(v.left_at) FROM document d "
        "JOIN receipt_visit p ON p.series = d.series AND p.number = d.number JOIN visit v ON v.id = p.visit "
        "WHERE d.kind = 'receipt' AND d.issued_at >= ? AND d.issued_at < ? AND v.left_at IS NOT NULL "
        "GROUP BY d.number",
        (since, until),
    )
    return [seconds for (seconds,) in rows]


def _reviewers(file: LedgerFile, since: float, until: float) -> int:
    return int(
        file.scalar(
            "SELECT count(DISTINCT w.operator) FROM visit v CROSS JOIN review_work w ON w.visit = v.id "
            "WHERE v.decision = 'review' AND v.closed_at >= ? AND v.closed_at < ?",
            since,
            until,
        )
    )


def _corrections(file: LedgerFile, since: float, until: float) -> tuple[CorrectionSum, ...]:
    rows = file.database.execute(
        "SELECT d.kind, json_extract(e.body, '$.document.reason'), count(*), sum(d.total) FROM document d "
        "JOIN entry e ON e.seq = d.entry WHERE d.kind <> 'receipt' AND d.issued_at >= ? AND d.issued_at < ? "
        "GROUP BY 1, 2",
        (since, until),
    )
    return _merged(CorrectionSum(*row) for row in rows.fetchall())


def _merged(sums: Iterable[CorrectionSum]) -> tuple[CorrectionSum, ...]:
    found: dict[tuple[str, str], CorrectionSum] = {}
    for one in sums:
        before = found.get((one.kind, one.reason))
        found[one.kind, one.reason] = one if before is None else before + one
    return tuple(found[key] for key in sorted(found))


def _answers(file: LedgerFile, since: float, until: float) -> dict[str, int]:
    """What people said of the visits that they were asked about, and which way it went."""
    found: Counter[str] = Counter(seen=0, followed=0, waiting=0, for_shopper=0, for_shop=0, same_money=0)
    prices = _Prices(file)
    rows = file.database.execute(
        "SELECT r.state, r.answer, v.body, p.price_list FROM visit v CROSS JOIN review r ON r.visit = v.id "
        "LEFT JOIN visit_price p ON p.visit = v.id "
        "WHERE v.decision = 'review' AND v.closed_at >= ? AND v.closed_at < ?",
        (since, until),
    )
    for state, answer, body, price_list in rows:
        if state not in {"answered", "issued"}:
            found["waiting"] += 1
            continue
        said = msgspec.json.decode(answer, type=ReviewBody)
        found["followed" if said.follows else "seen"] += 1
        if not said.follows:
            way = _direction(said, msgspec.json.decode(body, type=ClosedVisit), prices.of(price_list))
            if way:
                found[way] += 1
    return dict(found)


def _direction(said: ReviewBody, visit: ClosedVisit, prices: PriceList | None) -> str:
    """Which way the answer differs from what had been counted; empty: it does not."""
    after = {line.sku: line.quantity for line in said.lines}
    before = {line.sku: line.quantity for line in visit.lines}
    if after == before:
        return ""
    change = _worth(after, prices, visit.closed_at) - _worth(before, prices, visit.closed_at)
    return "for_shop" if change > 0 else "for_shopper" if change < 0 else "same_money"


def _worth(units: Mapping[str, int], prices: PriceList | None, at: float) -> int:
    """What it costs, promotions taken off; what has no price costs nothing."""
    if prices is None:
        return 0
    try:
        return sum(line.amount for line in price_lines(units, prices, at))
    except UnknownProductError:
        known = {sku: count for sku, count in units.items() if sku in prices.products}
        return sum(line.amount for line in price_lines(known, prices, at))


class _Prices:
    """Price lists, each read once."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file
        self._known: dict[str | None, PriceList | None] = {None: None}

    def of(self, sha256: str | None) -> PriceList | None:
        if sha256 not in self._known:
            body = self._file.scalar("SELECT body FROM price_list WHERE sha256 = ?", sha256)
            self._known[sha256] = None if body is None else msgspec.json.decode(body, type=PriceList)
        return self._known[sha256]
