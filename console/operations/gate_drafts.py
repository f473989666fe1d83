"""A gate as somebody draws it: what is wrong with it, in words for each field, and what it becomes."""

from __future__ import annotations

from typing import Literal

import msgspec

from console.language import tr
from console.operations.camera_drafts import ID
from console.operations.draft_checks import new_errors
from store_layout.model import Gate, GateKind, Point2, StoreFile, StoreLayout

Field = Literal["id", "name", "place", ""]
"""Where a problem is; empty: of the whole."""
LEAST_M = 0.3
"""Of a gate's sides: people are half a metre wide."""


class GateDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the form."""

    id: str
    name: str
    kind: GateKind = "both"
    outline: tuple[Point2, ...] = ()
    """On the floor, metres; empty: not drawn yet."""


def topic_of(layout: StoreLayout, gate: str) -> str:
    """Where its reader or turnstile publishes who went through."""
    return f"openaisle/{layout.file.store.id}/gate/{gate or '…'}"


def rectangle(a: Point2, b: Point2) -> tuple[Point2, ...]:
    """Between two opposite corners, counter-clockwise."""
    (x0, x1), (y0, y1) = sorted((a[0], b[0])), sorted((a[1], b[1]))
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def problems_of(draft: GateDraft, layout: StoreLayout, old: Gate | None) -> dict[Field, str]:
    """What keeps it from being saved: nothing when it can be. ``old``: the gate that is edited."""
    found: dict[Field, str] = {}
    if not ID.fullmatch(draft.id):
        found["id"] = tr("Letters, digits, - and _, without spaces")
    elif draft.id in layout.gates and (old is None or draft.id != old.id):
        found["id"] = tr("There is a gate {id} already", id=draft.id)
    if not draft.name.strip():
        found["name"] = tr("Say what people call it")
    xs, ys = [x for x, _ in draft.outline], [y for _, y in draft.outline]
    if not draft.outline:
        found["place"] = tr("Show two opposite corners of it on the plan")
    elif min(max(xs) - min(xs), max(ys) - min(ys)) < LEAST_M:
        found["place"] = tr("Nobody fits through: at least 0.3 m each way")
    if not found:
        words = new_errors(layout, with_gate(layout, draft, old))
        if words:
            found["place"] = words
    return found


def with_gate(layout: StoreLayout, draft: GateDraft, old: Gate | None) -> StoreFile:
    """The store's file with the gate in its place, or behind the others."""
    gate = Gate(id=draft.id, name=draft.name.strip(), kind=draft.kind, outline=draft.outline)
    file = layout.file
    if old is not None and old.id in layout.gates:
        gates = tuple(gate if each.id == old.id else each for each in file.gate)
    else:
        gates = (*file.gate, gate)
    return msgspec.structs.replace(file, gate=gates)


def without_gate(layout: StoreLayout, gate: str) -> StoreFile:
    """The store's file without it."""
    return msgspec.structs.replace(layout.file, gate=tuple(g for g in layout.file.gate if g.id != gate))
