"""A scale as somebody types it in: what is wrong with it, in words for each field, and what it becomes."""

from __future__ import annotations

from typing import Literal

import msgspec

from console.language import tr
from console.operations.camera_drafts import ID
from console.operations.draft_checks import new_errors
from store_layout.model import Scale, Slot, StoreFile, StoreLayout

Field = Literal["id", "slots", "rate", "noise", "resolution", "capacity", ""]
"""Where a problem is; empty: of the whole."""


class ScaleDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the form."""

    id: str
    slots: tuple[str, ...]
    """That stand on it."""
    rate_hz: float = 20.0
    noise_sd_g: float = 2.0
    resolution_g: float = 1.0
    capacity_g: float = 50_000.0


def topic_of(layout: StoreLayout, scale: str) -> str:
    """Where it publishes what it weighs."""
    return f"openaisle/{layout.file.store.id}/scale/{scale or '…'}"


def problems_of(draft: ScaleDraft, layout: StoreLayout, old: Scale | None) -> dict[Field, str]:
    """What keeps it from being saved: nothing when it can be. ``old``: the scale that is edited."""
    found: dict[Field, str] = {}
    if not ID.fullmatch(draft.id):
        found["id"] = tr("Letters, digits, - and _, without spaces")
    elif draft.id in layout.scales and (old is None or draft.id != old.id):
        found["id"] = tr("There is a scale {id} already", id=draft.id)
    fixtures = dict.fromkeys(layout.slots[slot].fixture for slot in draft.slots if slot in layout.slots)
    if not layout.slots:
        found["slots"] = tr("There are no slots yet: add a shelf first, on the Shelves page")
    elif not draft.slots:
        found["slots"] = tr("Choose the slots that stand on it")
    elif len(fixtures) > 1:
        found["slots"] = tr("A scale stands in one fixture, not in {fixtures}", fixtures=", ".join(fixtures))
    numbers: tuple[tuple[Field, float], ...] = (
        ("rate", draft.rate_hz),
        ("noise", draft.noise_sd_g),
        ("resolution", draft.resolution_g),
        ("capacity", draft.capacity_g),
    )
    for field, value in numbers:
        if not value > 0:
            found[field] = tr("More than nothing")
    if not found:
        words = new_errors(layout, with_scale(layout, draft, old))
        if words:
            found[""] = words
    return found


def with_scale(layout: StoreLayout, draft: ScaleDraft, old: Scale | None) -> StoreFile:
    """The store's file with the scale in its place, or behind the others, under just these slots."""
    scale = Scale(
        id=draft.id,
        rate_hz=draft.rate_hz,
        noise_sd_g=draft.noise_sd_g,
        resolution_g=draft.resolution_g,
        capacity_g=draft.capacity_g,
    )
    file = layout.file
    if old is not None and old.id in layout.scales:
        scales = tuple(scale if each.id == old.id else each for each in file.scale)
    else:
        scales = (*file.scale, scale)

    def carried(slot: Slot) -> Slot:
        if slot.id in draft.slots:
            return msgspec.structs.replace(slot, scale=draft.id)
        mine = slot.scale is not None and slot.scale == (draft.id if old is None else old.id)
        return msgspec.structs.replace(slot, scale=None) if mine else slot

    return msgspec.structs.replace(file, scale=scales, slot=tuple(carried(slot) for slot in file.slot))


def without_scale(layout: StoreLayout, scale: str) -> StoreFile:
    """The store's file without it: its slots are seen by cameras only."""
    file = layout.file
    return msgspec.structs.replace(
        file,
        scale=tuple(each for each in file.scale if each.id != scale),
        slot=tuple(
            msgspec.structs.replace(slot, scale=None) if slot.scale == scale else slot for slot in file.slot
        ),
    )
