"""What is still open of a day at a moment: payments by state, what is unpaid, what waits for a person."""

from __future__ import annotations

from typing import Literal

import msgspec

from console.back_office.ledger_file import LedgerFile
from console.back_office.payment_rows import Kind
from console.back_office.reports.stretches import DOCUMENTS, Stretch

Held = Literal["due", "done", "declined", "no_card", "settled"]
"""States of an order to the payment provider that count: others were replaced or are not needed."""
FAILED = ("declined", "no_card")


class OrderSum(msgspec.Struct, frozen=True):
    """Orders of the day's documents in one state."""

    kind: Kind
    state: Held
    count: int
    amount: int
    """Minor units, 0 or above."""


class Standing(msgspec.Struct, frozen=True):
    """As it is now, or was when the day was closed."""

    orders: tuple[OrderSum, ...] = ()
    """Of the day's documents, whenever they were carried out."""
    waiting_reviews: int = 0
    """Of all days."""
    waiting_money: int = 0
    """Expected wrong money of these, minor units."""
    waiting_groups: int = 0
    """Visits that wait for others on their payment, of all days."""

    @property
    def unpaid(self) -> OrderSum:
        """To be collected: what no card was there for, and what cards refused."""
        return self._failed("capture")

    @property
    def owed(self) -> OrderSum:
        """To be given back at the counter."""
        return self._failed("refund")

    def _failed(self, kind: Kind) -> OrderSum:
        found = [order for order in self.orders if order.kind == kind and order.state in FAILED]
        return OrderSum(kind, "declined", sum(x.count for x in found), sum(x.amount for x in found))


def standing(file: LedgerFile, stretch: Stretch) -> Standing:
    """What is open of the documents of a stretch, and in the queues."""
    orders = file.database.execute(
        f"SELECT t.kind, t.state, count(*), sum(t.amount) FROM ({DOCUMENTS}) d "  # noqa: S608 - our own text
        "JOIN payment_task t ON t.receipt = coalesce(d.of_number, d.number) "
        "AND t.document = printf('%s-%06d', d.series, d.number) "
        "WHERE t.state NOT IN ('superseded', 'not_needed') GROUP BY t.kind, t.state ORDER BY t.kind, t.state",
        msgspec.structs.asdict(stretch),
    ).fetchall()
    reviews, money = file.database.execute(
        "SELECT count(*), coalesce(sum(at_stake), 0) FROM review WHERE state IN ('open', 'second', 'manager')"
    ).fetchone()
    groups = file.scalar("SELECT count(*) FROM visit_group WHERE settled = 0")
    return Standing(
        orders=tuple(OrderSum(*row) for row in orders),
        waiting_reviews=reviews,
        waiting_money=money,
        waiting_groups=groups,
    )
