"""The store itself, after it was connected: its name, its floor, and its currency while nothing was sold."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Literal

import msgspec

from console.back_office.ledger_file import LedgerError, LedgerFile
from console.language import tr
from console.operations.floor_drafts import Outline, floor_problem
from console.operations.store_edits import EditError
from store_layout.change_files import read_changes
from store_layout.currency import decimals_of, is_currency
from store_layout.model import StoreFile, StoreLayout

Field = Literal["name", "currency", "floor", ""]
"""Where a problem is; empty: of the whole."""
WITHOUT_MONEY = ("audit", "operator", "purge", "stock_count")
"""Kinds of entries of a ledger that say nothing in a currency."""


class StoreDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the form."""

    name: str
    currency: str
    outline: Outline
    """The floor's corners, metres, as one walks around."""


def problems_of(draft: StoreDraft, layout: StoreLayout) -> dict[Field, str]:
    """What keeps it from being saved, as far as the store's file says: nothing when it can be."""
    found: dict[Field, str] = {}
    if not draft.name.strip():
        found["name"] = tr("Say what people call it")
    before = layout.file.store.currency
    if not is_currency(draft.currency):
        found["currency"] = tr("Three letters, as EUR or CHF")
    elif draft.currency != before and layout.catalog and decimals_of(draft.currency) != decimals_of(before):
        found["currency"] = tr(
            "Prices in the catalogue have the decimals of {before}: take the products out first",
            before=before,
        )
    if words := floor_problem(layout, draft.outline):
        found["floor"] = words
    return found


def with_store(layout: StoreLayout, draft: StoreDraft) -> StoreFile:
    """The store's file with it."""
    file = layout.file
    store = msgspec.structs.replace(file.store, name=draft.name.strip(), currency=draft.currency)
    floor = msgspec.structs.replace(file.floor, outline=draft.outline)
    return msgspec.structs.replace(file, store=store, floor=floor)


def check_currency(draft: StoreDraft, layout: StoreLayout, folder: Path, ledger: Path, inside: int) -> None:
    """Whether another currency would make what is written wrong. ``inside``: people in the store now.

    Raises :class:`EditError`, ``ChangeError``.
    """
    if draft.currency == layout.file.store.currency:
        return
    if inside:
        raise EditError(
            tr("Somebody is inside, and pays in {currency}: wait until they have left",
               currency=layout.file.store.currency)
        )  # fmt: skip
    if _has_money(ledger):
        raise EditError(
            tr(
                "Something was sold in {currency} already, and the ledger never changes: another currency "
                "needs another store",
                currency=layout.file.store.currency,
            )
        )
    waiting = [c.number for c in read_changes(folder) if c.state == "scheduled" and c.rows.products]
    if waiting:
        raise EditError(
            tr(
                "The planned change {number} has prices in {currency}: cancel it first",
                number=waiting[0],
                currency=layout.file.store.currency,
            )
        )


def _has_money(ledger: Path) -> bool:
    """Whether the ledger says anything in a currency; of one that cannot be read it is taken for granted."""
    if not ledger.exists():
        return False
    marks = ", ".join("?" * len(WITHOUT_MONEY))
    try:
        with LedgerFile.open(ledger, read_only=True) as file:
            db = file.database
            found = db.execute(
                f"SELECT EXISTS(SELECT 1 FROM entry WHERE kind NOT IN ({marks})) "  # noqa: S608 - ours
                "OR EXISTS(SELECT 1 FROM visit) OR EXISTS(SELECT 1 FROM payment_hold)",
                WITHOUT_MONEY,
            ).fetchone()
    except (LedgerError, sqlite3.Error, OSError):
        return True
    return bool(found[0])
