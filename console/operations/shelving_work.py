"""Rebuilt shelves written into the store folder: the planogram first, then the store's file; and taken back.

What stood in a slot that is joined to another one moves by a change of the catalogue, with its history. Only
then does the slot go: after a crash in between, the store is sound, with an empty slot more.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from console.back_office.ledger import Ledger
from console.back_office.permissions import Actor, require
from console.language import tr
from console.operations.catalogue import read_settled, recorded
from console.operations.shelving_drafts import gone_slots, held_from
from console.operations.store_edits import EditError, StoreEdit, edit_store, put_file_back
from store_layout.change_files import ChangeError, apply_due, change_now, read_changes, undo
from store_layout.changes import rows_between
from store_layout.model import StoreLayout
from store_layout.rebuilt import rebuild_between

MOVED, BACK = "rebuilt a shelf in the catalogue", "took a rebuilt shelf back"


class Rebuilt(msgspec.Struct, frozen=True):
    """What was written, so that it can be taken back."""

    edit: StoreEdit
    change: int
    """Its number in the list of changes: by it, too, it can be taken back (``change_undo``)."""


def used_names(folder: Path) -> frozenset[str]:
    """Slots that some change of the planogram names: a new slot by such a name would inherit its history.

    Raises ``ChangeError``.
    """
    found: set[str] = set()
    for change in read_changes(folder):
        for rows in (change.rows, change.before):
            if rows is not None:
                found |= {row.slot for row in rows.facings} | {slot for slot, _ in rows.gone_facings}
    return frozenset(found)


def rebuild(
    folder: Path,
    ledger: Ledger,
    actor: Actor,
    before: StoreLayout,
    after: StoreLayout,
    *,
    carts: Iterable[tuple[str, str]],
    now: float,
    why: str,
) -> Rebuilt:
    """Write what was drawn, if the folder still is what it was drawn from.

    ``carts``: shopper's code and sku of each line in an open cart. Raises ``NotAllowedError``,
    ``ChangeError``, ``StoreProblems``, ``LedgerError``, ``OSError``; then nothing is written.
    """
    require(actor, "change the catalogue")
    apply_due(folder, now)
    found = read_settled(folder)
    if (found.file, found.planogram) != (before.file, before.planogram):
        raise ChangeError(tr("The store was changed meanwhile: close this, and open it again"))
    gone = gone_slots(before, after)
    if held := held_from(before, gone, carts):
        raise ChangeError(held)
    for change in read_changes(folder):
        named = {row.slot for row in change.rows.facings}.intersection(gone)
        if change.state == "scheduled" and named:
            raise ChangeError(
                tr(
                    "The planned change {number} puts something into {slot}: cancel it first (Ctrl+H)",
                    number=change.number,
                    slot=min(named),
                )
            )
    rows = rows_between(found, msgspec.structs.replace(found, planogram=after.planogram))
    parts = rebuild_between(before.file, after.file)
    with recorded(ledger, actor, MOVED, why) as announce:
        made = change_now(folder, rows, now=now, who=actor.name, why=why, rebuild=parts, announce=announce)
    try:
        edit = edit_store(folder, lambda _: after.file)
    except Exception:
        with suppress(ChangeError):
            undo(folder, made.number, now=now, who=actor.name, why=why)
        raise
    return Rebuilt(edit, made.number)


def put_back(folder: Path, ledger: Ledger, actor: Actor | None, rebuilt: Rebuilt, *, now: float) -> None:
    """The shelf as it was, and what stood in it. Raises as :func:`rebuild`, and :class:`EditError`."""
    if actor is None:
        raise EditError(
            tr("A manager takes a rebuilt shelf back: sign in (Ctrl+L), or take it back by its PIN (Ctrl+H)")
        )
    require(actor, "change the catalogue")
    put_file_back(folder, rebuilt.edit)
    try:
        with recorded(ledger, actor, BACK, "") as announce:
            undo(folder, rebuilt.change, now=now, who=actor.name, why="", announce=announce)
    except Exception:
        put_file_back(folder, StoreEdit(before=rebuilt.edit.after, after=rebuilt.edit.before))
        raise
