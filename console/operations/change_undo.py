"""A change taken back by its number: the tables, and the shelf where one was rebuilt with them.

Whatever later change is in the way is named, so that it can be taken back first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from console.back_office.ledger import Ledger
from console.back_office.permissions import Actor, require
from console.language import tr
from console.operations import catalogue
from console.operations.catalogue import read_settled, recorded
from console.operations.shelving_work import BACK
from console.operations.store_edits import StoreEdit, put_file_back
from store_layout.change_files import ChangeError, apply_due, read_changes, standing, undo
from store_layout.changes import Change, with_rows
from store_layout.findings import TOML
from store_layout.model import StoreLayout
from store_layout.problems import StoreProblems, errors_among
from store_layout.rebuilt import Rebuild, changed_since, without_rebuild
from store_layout.toml_text import toml_text
from store_layout.whole_files import replace_whole
from store_layout.writer import check_layout


def take_back(
    folder: Path, ledger: Ledger, actor: Actor, number: int | None, *, now: float, why: str
) -> Change:
    """Undo a change, or cancel one that waits; ``number`` None: the last one that holds.

    Raises ``NotAllowedError``, ``ChangeError``, ``StoreProblems``, ``LedgerError``, ``OSError``; then nothing
    is written.
    """
    require(actor, "change the catalogue")
    apply_due(folder, now)
    able = standing(read_changes(folder))
    change = next((c for c in reversed(able) if number in (None, c.number)), None)
    if change is None:  # it waits and is cancelled, or the reason is said why it cannot be taken back
        return catalogue.take_back(folder, ledger, actor, number, now=now, why=why)
    later = [c for c in able if _order(c) > _order(change)]
    layout = read_settled(folder)
    if change.rebuild is None:
        _check_slots(change, later, layout)
        return catalogue.take_back(folder, ledger, actor, change.number, now=now, why=why)
    after = _without(change, change.rebuild, later, layout)
    path = folder / TOML
    edit = StoreEdit(path.read_bytes(), toml_text(after.file).encode("utf-8"))
    replace_whole(path, edit.after)
    try:
        with recorded(ledger, actor, BACK, why) as announce:
            return undo(folder, change.number, now=now, who=actor.name, why=why, announce=announce)
    except BaseException:
        put_file_back(folder, edit)
        raise


def _check_slots(change: Change, later: Sequence[Change], layout: StoreLayout) -> None:
    """Whether what comes back still has its slots."""
    for row in () if change.before is None else change.before.facings:
        if row.slot in layout.slots:
            continue
        by = [c for c in later if c.rebuild is not None and row.slot in c.rebuild.gone_slots]
        if by:
            raise ChangeError(
                tr(
                    "Change {number} cannot be taken back before {later}: since then slot {slot} is no more",
                    number=change.number,
                    later=_numbers(by),
                    slot=row.slot,
                )
            )
        raise ChangeError(
            tr(
                "Change {number} put something into slot {slot} otherwise, and that slot is no more: its "
                "shelf was changed or removed. Say what stands in another slot instead (Ctrl+E)",
                number=change.number,
                slot=row.slot,
            )
        )


def _without(change: Change, rebuild: Rebuild, later: Sequence[Change], layout: StoreLayout) -> StoreLayout:
    """The store as it is when the rebuilt shelf is as it was. Raises :class:`ChangeError`."""
    if other := changed_since(layout.file, rebuild):
        by = [c for c in later if c.rebuild is not None and c.rebuild.names.intersection(other)]
        if by:
            raise ChangeError(
                tr(
                    "Change {number} cannot be taken back before {later}: the same shelf was rebuilt again",
                    number=change.number,
                    later=_numbers(by),
                )
            )
        raise ChangeError(
            tr(
                "Change {number} cannot be taken back: {parts} of {shelf} was changed in the store's file "
                "since. Rebuild the shelf as it is to be (Ctrl+B)",
                number=change.number,
                parts=", ".join(name for _, name in other),
                shelf=rebuild.shelf,
            )
        )
    after = layout if change.before is None else with_rows(layout, change.before)
    for row in after.planogram:
        if row.slot not in rebuild.new_slots:
            continue
        by = [c for c in later if (row.slot, row.sku) in c.rows.touched]
        product = layout.products[row.sku].name if row.sku in layout.products else row.sku
        raise ChangeError(
            tr(
                "Change {number} cannot be taken back before {later}: {product} stands in slot {slot} since "
                "then, which goes with it",
                number=change.number,
                later=_numbers(by),
                product=product,
                slot=row.slot,
            )
            if by
            else tr(
                "{product} stands in slot {slot}, which goes when change {number} is taken back: take it out "
                "first (Ctrl+E)",
                product=product,
                slot=row.slot,
                number=change.number,
            )
        )
    after = msgspec.structs.replace(after, file=without_rebuild(layout.file, rebuild))
    if errors := errors_among(check_layout(after)):
        raise ChangeError(
            tr(
                "Change {number} does not fit the store any more: {errors}",
                number=change.number,
                errors=StoreProblems(errors),
            )
        )
    return after


def _order(change: Change) -> tuple[float, int]:
    return change.applied_at or 0.0, change.number


def _numbers(changes: Iterable[Change]) -> str:
    """The latest first: in this order they can be taken back."""
    return ", ".join(str(c.number) for c in sorted(changes, key=_order, reverse=True))
