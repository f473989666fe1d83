"""What the chain says of stock beside documents: what staff put in, and what somebody counted."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from console.back_office.bodies import RestockBody, StockCountBody
from console.back_office.ledger_file import LedgerFile
from console.back_office.permissions import Actor, require
from console.back_office.reports.figures import ReportError
from console.language import tr, tr_noop
from store_layout.model import StoreLayout

Key = tuple[str, str]
"""Slot and product."""


class StockCount(msgspec.Struct, frozen=True):
    """So many lay there."""

    at: float
    slot: str
    sku: str
    units: int
    who: str


def count_slots(
    file: LedgerFile,
    actor: Actor,
    layout: StoreLayout,
    units: Mapping[Key, int],
    *,
    at: float,
    why: str = "",
) -> list[StockCount]:
    """Keep what somebody counted, all of it or nothing. Raises :class:`ReportError`, ``NotAllowedError``."""
    require(actor, "count the stock")
    for (slot, sku), count in units.items():
        if slot not in layout.slots or sku not in layout.skus_of_slot[slot]:
            raise ReportError(
                tr("slot {slot} has no product {sku}: look into the planogram", slot=slot, sku=sku)
            )
        if count < 0:
            raise ReportError(tr("slot {slot}: {count} cannot be counted", slot=slot, count=count))
    with file.writing(tr_noop("the count")):
        for (slot, sku), count in units.items():
            body = StockCountBody(
                kind="stock_count",
                at=at,
                who=actor.name,
                role=actor.role,
                what="counted the stock",
                about=slot,
                sku=sku,
                units=count,
                screen=actor.screen,
                why=why,
            )
            file.append(f"stock_count:{file.head()[0] + 1}", "stock_count", body)
    return [StockCount(at, slot, sku, count, actor.name) for (slot, sku), count in units.items()]


def restocks(file: LedgerFile, since: float, until: float) -> list[RestockBody]:
    """What staff put in, in the order of the chain."""
    found = [msgspec.json.decode(body, type=RestockBody) for body in _bodies(file, "restock")]
    return [restock for restock in found if since <= restock.at < until]


def counts(file: LedgerFile, until: float) -> list[StockCount]:
    """What was counted before then, oldest first."""
    found = [msgspec.json.decode(body, type=StockCountBody) for body in _bodies(file, "stock_count")]
    made = [StockCount(c.at, c.about, c.sku, c.units, c.who) for c in found if c.at < until]
    return sorted(made, key=lambda count: count.at)


def _bodies(file: LedgerFile, kind: str) -> list[str]:
    rows = file.database.execute("SELECT body FROM entry WHERE kind = ? ORDER BY seq", (kind,))
    return [body for (body,) in rows.fetchall()]
