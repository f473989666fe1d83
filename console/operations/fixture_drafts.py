"""A shelf as somebody measures it on the spot: where it stands, its boards and columns, scales under them.

Its slots follow from that: a column of a board is a slot, numbered as one stands before it, from the bottom
up and from the left.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from console.language import tr
from console.operations.camera_drafts import ID
from console.operations.draft_checks import new_errors
from store_layout.model import (
    Fixture,
    FixtureKind,
    Point2,
    Point3,
    Scale,
    Slot,
    StoreFile,
    StoreLayout,
)

Field = Literal["id", "name", "place", "shelves", ""]
"""Where a problem is; empty: of the whole."""
Side = Literal["s", "n", "w", "e"]
"""Towards which edge of the plan the front looks: its lower, upper, left or right one."""
Under = Literal["slot", "shelf", "none"]
"""A scale under each slot, one under each board, or none."""
KINDS: tuple[FixtureKind, ...] = get_args(FixtureKind)
LEAST_M, SAME_M = 0.1, 1e-3
OVER_BOARD_M = 0.04
"""Between the top of a slot and the board above it."""
MOST = 9
"""Boards and columns: slots are numbered by a digit each."""


class FixtureDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the form. Metres."""

    id: str
    name: str
    kind: FixtureKind = "gondola"
    outline: tuple[Point2, ...] = ()
    """Empty: not drawn yet."""
    height: float = 1.6
    sides: tuple[Side, ...] = ("s",)
    """Two that face each other: each has half of the depth."""
    shelves: int = 3
    """Boards with goods; none: a column or a counter."""
    columns: int = 2
    lowest: float = 0.3
    """Of the lowest board over the floor."""
    under: Under = "slot"


def problems_of(draft: FixtureDraft, layout: StoreLayout, old: Fixture | None) -> dict[Field, str]:
    """What keeps it from being saved: nothing when it can be. ``old``: the fixture that is edited."""
    found: dict[Field, str] = {}
    if not ID.fullmatch(draft.id):
        found["id"] = tr("Letters, digits, - and _, without spaces")
    elif draft.id in layout.fixtures and (old is None or draft.id != old.id):
        found["id"] = tr("There is a shelf {id} already", id=draft.id)
    if not draft.name.strip():
        found["name"] = tr("Say what people call it")
    if not draft.outline:
        found["place"] = tr("Show two opposite corners of it on the plan")
    elif min(_size(draft.outline)) < LEAST_M:
        found["place"] = tr("At least 0.1 m each way")
    elif old is not None and _resized(draft, old) and any(s.fixture == old.id for s in layout.file.slot):
        found["place"] = tr("With slots in it, it can be moved, not made larger or smaller: add another one")
    if old is None and draft.shelves:
        if not draft.sides:
            found["shelves"] = tr("Choose the side that people reach in from")
        elif draft.lowest + LEAST_M > draft.height:
            found["shelves"] = tr("The lowest board lies above its top")
    if not found:
        words = new_errors(layout, with_fixture(layout, draft, old))
        if words:
            found["place"] = words
    return found


def slots_of(draft: FixtureDraft) -> tuple[Slot, ...]:
    """Its slots, as :func:`with_fixture` adds them."""
    if not draft.outline:
        return ()
    found = []
    step = (draft.height - draft.lowest) / max(1, draft.shelves)
    for side in draft.sides:
        letter = side if len(draft.sides) > 1 else ""
        for shelf in range(draft.shelves):
            bottom = draft.lowest + step * shelf
            top = bottom + max(LEAST_M / 2, step - OVER_BOARD_M)
            for column in range(draft.columns):
                low, high = _column(draft, side, column)
                name = f"{draft.id}{letter}{shelf + 1}{column + 1}"
                scale = {
                    "slot": f"scale-{name}",
                    "shelf": f"scale-{draft.id}{letter}{shelf + 1}",
                    "none": None,
                }[draft.under]
                found.append(
                    Slot(
                        id=name,
                        fixture=draft.id,
                        shelf=shelf,
                        low=_rounded(*low, bottom),
                        high=_rounded(*high, top),
                        scale=scale,
                    )
                )
    return tuple(found)


def with_fixture(layout: StoreLayout, draft: FixtureDraft, old: Fixture | None) -> StoreFile:
    """The store's file with it: a new one with its slots and scales; an old one moved with its slots."""
    fixture = Fixture(
        id=draft.id, name=draft.name.strip(), outline=draft.outline, kind=draft.kind, height=draft.height
    )
    file = layout.file
    if old is not None and old.id in layout.fixtures:
        (x, y), (x0, y0) = _corner(draft.outline), _corner(old.outline)
        by = x - x0, y - y0
        return msgspec.structs.replace(
            file,
            fixture=tuple(fixture if each.id == old.id else each for each in file.fixture),
            slot=tuple(_moved(slot, by) if slot.fixture == old.id else slot for slot in file.slot),
        )
    slots = slots_of(draft)
    names = dict.fromkeys(slot.scale for slot in slots if slot.scale is not None)
    scales = tuple(Scale(id=name) for name in names if name not in layout.scales)
    return msgspec.structs.replace(
        file, fixture=(*file.fixture, fixture), slot=(*file.slot, *slots), scale=(*file.scale, *scales)
    )


def full_slots(layout: StoreLayout, fixture: str) -> tuple[str, ...]:
    """Its slots that the planogram puts something in: it cannot be taken out before they are empty."""
    return tuple(s.id for s in layout.file.slot if s.fixture == fixture and layout.skus_of_slot[s.id])


def without_fixture(layout: StoreLayout, fixture: str) -> StoreFile:
    """The store's file without it, its slots, and the scales that stand under nothing else."""
    file = layout.file
    slots = tuple(slot for slot in file.slot if slot.fixture != fixture)
    left = {slot.scale for slot in slots}
    gone = {s.scale for s in file.slot if s.fixture == fixture and s.scale not in left}
    return msgspec.structs.replace(
        file,
        fixture=tuple(each for each in file.fixture if each.id != fixture),
        slot=slots,
        scale=tuple(scale for scale in file.scale if scale.id not in gone),
    )


# -- parts -------------------------------------------------------------------------------------------


def _corner(outline: tuple[Point2, ...]) -> Point2:
    return min(x for x, _ in outline), min(y for _, y in outline)


def _size(outline: tuple[Point2, ...]) -> Point2:
    (x, y), xs, ys = _corner(outline), [p[0] for p in outline], [p[1] for p in outline]
    return max(xs) - x, max(ys) - y


def _resized(draft: FixtureDraft, old: Fixture) -> bool:
    before, after = _size(old.outline), _size(draft.outline)
    return max(abs(a - b) for a, b in zip(before, after, strict=True)) > SAME_M


def _column(draft: FixtureDraft, side: Side, column: int) -> tuple[Point2, Point2]:
    """Low and high corner of a column, from the left as one stands before that side."""
    (x, y), (wide, deep) = _corner(draft.outline), _size(draft.outline)
    share = 0.5 if len(draft.sides) > 1 else 1.0
    along = wide if side in "sn" else deep
    # Who looks north (from the south) or west (from the east) has the low end on the left.
    place = column if side in "se" else draft.columns - 1 - column
    a, b = along * place / draft.columns, along * (place + 1) / draft.columns
    if side in "sn":
        y0 = y if side == "s" else y + deep * (1 - share)
        return (x + a, y0), (x + b, y0 + deep * share)
    x0 = x if side == "w" else x + wide * (1 - share)
    return (x0, y + a), (x0 + wide * share, y + b)


def _moved(slot: Slot, by: Point2) -> Slot:
    return msgspec.structs.replace(
        slot,
        low=_rounded(slot.low[0] + by[0], slot.low[1] + by[1], slot.low[2]),
        high=_rounded(slot.high[0] + by[0], slot.high[1] + by[1], slot.high[2]),
    )


def _rounded(x: float, y: float, z: float) -> Point3:
    return round(x, 3), round(y, 3), round(z, 3)
