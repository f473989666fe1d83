"""The boards and slots of a shelf that stands already: added, moved, taken out; divided and joined. Pure.

Whatever stays keeps its name, and so its product, its scale and its history: of a slot that is divided the
left part goes on as the slot, and the right one is new and empty; of two that are joined the left one stays,
and what stood in the other stands in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from console.language import tr
from console.language.sentences import in_words
from console.language.writing import decimal
from console.operations.fixture_drafts import LEAST_M, OVER_BOARD_M
from console.operations.gondolas import Face, face_with
from store_layout.model import Facing, Point3, Scale, Slot, StoreLayout
from store_layout.problems import errors_among
from store_layout.writer import check_layout

SLOT_M = LEAST_M / 2
"""Nothing stands in a slot that is lower or narrower."""
SAME_M = 0.02
"""So near, two edges are meant to be one."""


class ShelvingError(ValueError):
    """It cannot be done; says why, in words."""


class Board(msgspec.Struct, frozen=True):
    """A board of one side: metres over the floor, its slots from left to right."""

    shelf: int
    bottom: float
    top: float
    slots: tuple[Slot, ...]


def followed(face: Face, before: StoreLayout, after: StoreLayout) -> Face:
    """The same side after a step, with the slots that are new on it.

    A narrow slot at the end of a row may be open to another side too: it is still of this one here.
    """
    mine = {placed.slot.id for placed in face.slots} | (after.slots.keys() - before.slots.keys())
    slots = [s for s in after.file.slot if s.id in mine and s.fixture == face.fixture.id]
    return face_with(after.fixtures[face.fixture.id], face.out, slots, is_only=face.is_only)


def boards_of(face: Face) -> tuple[Board, ...]:
    """From the bottom up."""
    found: dict[int, list[Slot]] = {}
    for placed in sorted(face.slots, key=lambda p: p.left):
        found.setdefault(placed.slot.shelf, []).append(placed.slot)
    made = [
        Board(shelf, min(s.low[2] for s in slots), max(s.high[2] for s in slots), tuple(slots))
        for shelf, slots in found.items()
    ]
    return tuple(sorted(made, key=lambda board: board.bottom))


def neighbour_of(face: Face, slot: str) -> Slot | None:
    """The slot to its right on the same board."""
    for board in boards_of(face):
        names = [one.id for one in board.slots]
        if slot in names[:-1]:
            return board.slots[names.index(slot) + 1]
    return None


def divided(
    layout: StoreLayout, face: Face, slot: str, share: float, *, own_scale: bool, used: Collection[str] = ()
) -> tuple[StoreLayout, str]:
    """The slot with ``share`` of its width on the left, and a new one beside it.

    ``own_scale``: the new one gets a scale; else both lie on the one that is there. ``used``: names that
    slots once had. Gives the sentence that says so. Raises :class:`ShelvingError`.
    """
    old = layout.slots[slot]
    axis, up = _along(face)
    low, high = old.low[axis], old.high[axis]
    cut = low + share * (high - low) if up else high - share * (high - low)
    if min(cut - low, high - cut) < SLOT_M:
        raise ShelvingError(tr("At least {m} m have to be left of each part", m=decimal(SLOT_M, 2)))
    lower = msgspec.structs.replace(old, high=_with(old.high, axis, cut))
    upper = msgspec.structs.replace(old, low=_with(old.low, axis, cut))
    kept, new = (lower, upper) if up else (upper, lower)
    name = _free(slot, {*layout.slots, *used})
    scale = f"scale-{name}" if own_scale else old.scale
    if own_scale and scale in layout.scales:
        raise ShelvingError(tr("There is a scale {id} already", id=scale))
    new = msgspec.structs.replace(new, id=name, scale=scale)
    slots = [kept if one.id == slot else one for one in layout.file.slot]
    slots.insert(next(i for i, one in enumerate(slots) if one.id == slot) + 1, new)
    more = (Scale(id=f"scale-{name}"),) if own_scale else ()
    after = _with_file(layout, slot=tuple(slots), scale=(*layout.file.scale, *more))
    told = tr("{slot} is divided: it keeps what stands in it; {new}, on its right, is new and empty.",
              slot=slot, new=name)  # fmt: skip
    return _checked(layout, after), told


def joined(layout: StoreLayout, face: Face, slot: str) -> tuple[StoreLayout, str]:
    """The slot with the one on its right. Raises :class:`ShelvingError`."""
    left, right = layout.slots[slot], neighbour_of(face, slot)
    if right is None:
        raise ShelvingError(tr("There is no slot on its right on this board"))
    if left.scale != right.scale:
        raise ShelvingError(
            tr(
                "{slot} lies on {scale}, and {other} on {another}: a slot cannot lie on two scales. Put one "
                "scale under both first (Devices)",
                slot=left.id,
                scale=left.scale or tr("no scale"),
                other=right.id,
                another=right.scale or tr("no scale"),
            )
        )
    low = tuple(min(a, b) for a, b in zip(left.low, right.low, strict=True))
    high = tuple(max(a, b) for a, b in zip(left.high, right.high, strict=True))
    wide = msgspec.structs.replace(left, low=low, high=high)
    slots = tuple(wide if one.id == slot else one for one in layout.file.slot if one.id != right.id)
    after = _with_file(layout, slot=slots)
    after = msgspec.structs.replace(after, planogram=_moved_rows(layout.planogram, right.id, slot))
    moved = [row.sku for row in layout.planogram if row.slot == right.id]
    names = ", ".join(layout.products[sku].name for sku in moved if sku in layout.products)
    if moved:
        told = tr("{other} is joined to {slot}, with what stood in it: {products}.",
                  other=right.id, slot=slot, products=names)  # fmt: skip
    else:
        told = tr("{other}, which was empty, is joined to {slot}.", other=right.id, slot=slot)
    return _checked(layout, after), told


def with_board(
    layout: StoreLayout, face: Face, height: float, columns: int, *, scales: bool, used: Collection[str] = ()
) -> tuple[StoreLayout, str]:
    """Another board with so many empty slots, each with a scale or on none. Raises :class:`ShelvingError`."""
    boards = boards_of(face)
    below = [board for board in boards if board.bottom < height]
    above = [board for board in boards if board.bottom >= height]
    top = (above[0].bottom - OVER_BOARD_M) if above else max(face.fixture.height, height + 3 * SLOT_M)
    _fits(below[-1] if below else None, height, top)
    axis, up = _along(face)
    like = [slot for board in boards for slot in board.slots]
    start, end = min(s.low[axis] for s in like), max(s.high[axis] for s in like)
    step = (end - start) / columns
    if step < SLOT_M:
        raise ShelvingError(tr("At least {m} m have to be left of each part", m=decimal(SLOT_M, 2)))
    taken = {*layout.slots, *used}
    letter = "" if face.is_only else _letter(face)
    new: list[Slot] = []
    for column in range(columns):
        place = column if up else columns - 1 - column
        name = _free(f"{face.fixture.id}{letter}{len(below) + 1}{column + 1}", taken)
        taken.add(name)
        new.append(
            Slot(
                id=name,
                fixture=face.fixture.id,
                shelf=len(below),
                low=_rounded(_with(_with(like[0].low, 2, height), axis, start + step * place)),
                high=_rounded(_with(_with(like[0].high, 2, top), axis, start + step * (place + 1))),
                scale=f"scale-{name}" if scales else None,
            )
        )
    slots = _renumbered(layout, above, 1)
    if below:
        slots = _with_tops(slots, below[-1], height - OVER_BOARD_M)
    more = tuple(Scale(id=s.scale) for s in new if s.scale is not None)
    if clash := [scale.id for scale in more if scale.id in layout.scales]:
        raise ShelvingError(tr("There is a scale {id} already", id=clash[0]))
    after = _with_file(layout, slot=(*slots, *new), scale=(*layout.file.scale, *more))
    told = tr("A board at {m} m is added, with {first} to {last}, which are empty.",
              m=decimal(height, 2), first=new[0].id, last=new[-1].id)  # fmt: skip
    return _checked(layout, after), told


def moved_board(layout: StoreLayout, face: Face, shelf: int, height: float) -> tuple[StoreLayout, str]:
    """The board at another height, between the ones below and above it. Raises :class:`ShelvingError`."""
    boards = boards_of(face)
    number = next(i for i, board in enumerate(boards) if board.shelf == shelf)
    board, below = boards[number], boards[number - 1] if number else None
    if number + 1 < len(boards) and height >= boards[number + 1].bottom:
        raise ShelvingError(tr("That is above the next board: move that one first"))
    if below is not None and height <= below.bottom:
        raise ShelvingError(tr("That is below the next board: move that one first"))
    _fits(below, height, board.top)
    names = {slot.id for slot in board.slots}
    slots = tuple(
        msgspec.structs.replace(s, low=_rounded(_with(s.low, 2, height))) if s.id in names else s
        for s in layout.file.slot
    )
    if below is not None:
        slots = _with_tops(slots, below, height - OVER_BOARD_M)
    told = tr("The board with {slots} is at {m} m instead of {before}.",
              slots=_named(board), m=decimal(height, 2), before=decimal(board.bottom, 2))  # fmt: skip
    return _checked(layout, _with_file(layout, slot=slots)), told


def without_board(layout: StoreLayout, face: Face, shelf: int) -> tuple[StoreLayout, str]:
    """Without the board, its slots, and scales under nothing else. Raises :class:`ShelvingError`."""
    boards = boards_of(face)
    number = next(i for i, board in enumerate(boards) if board.shelf == shelf)
    board = boards[number]
    full = [slot.id for slot in board.slots if layout.skus_of_slot[slot.id]]
    if full:
        raise ShelvingError(
            tr("By the planogram something stands in {slots}: take it out first", slots=", ".join(full[:4]))
        )
    if len(boards) == 1:
        raise ShelvingError(tr("It is the last board of this side: remove the shelf instead"))
    names = {slot.id for slot in board.slots}
    slots = tuple(s for s in _renumbered(layout, boards[number + 1 :], -1) if s.id not in names)
    if number:
        slots = _with_tops(slots, boards[number - 1], board.top)
    left = {slot.scale for slot in slots}
    gone = {slot.scale for slot in board.slots} - left
    scales = tuple(scale for scale in layout.file.scale if scale.id not in gone)
    after = _with_file(layout, slot=slots, scale=scales)
    told = tr("The board with {slots} is taken out; its room goes to the one below.", slots=_named(board))
    return _checked(layout, after), told


def gone_slots(before: StoreLayout, after: StoreLayout) -> tuple[str, ...]:
    """Slots that there are no more."""
    return tuple(slot for slot in before.slots if slot not in after.slots)


def held_from(layout: StoreLayout, slots: Iterable[str], carts: Iterable[tuple[str, str]]) -> str:
    """Why these slots cannot go now: somebody may put something back there. Empty: nothing is in the way.

    ``carts``: shopper's code and sku of each line in an open cart.
    """
    gone = set(slots)
    where = {row.sku: row.slot for row in layout.planogram if row.slot in gone}
    for code, sku in carts:
        if sku in where:
            return tr("{code} has {product} from {slot} in the cart: wait until they have left",
                      code=code, product=layout.products[sku].name, slot=where[sku])  # fmt: skip
    return ""


# -- parts -------------------------------------------------------------------------------------------


def _along(face: Face) -> tuple[int, bool]:
    """The axis that the boards lie along, and whether it grows to the right for who stands before them."""
    x, y = face.out
    return (0, -y > 0) if abs(y) >= abs(x) else (1, x > 0)


def _letter(face: Face) -> str:
    x, y = face.out
    return ("s" if y < 0 else "n") if abs(y) >= abs(x) else ("w" if x < 0 else "e")


def _fits(below: Board | None, height: float, top: float) -> None:
    if top - height < SLOT_M:
        raise ShelvingError(
            tr(
                "Only {m} m would be left over it: choose another height",
                m=decimal(max(0.0, top - height), 2),
            )
        )
    room = height - OVER_BOARD_M - (below.bottom if below else -OVER_BOARD_M)
    if below is not None and room < SLOT_M:
        raise ShelvingError(
            tr("Only {m} m would be left under it: choose another height", m=decimal(max(0.0, room), 2))
        )


def _with_tops(slots: Iterable[Slot], board: Board, top: float) -> tuple[Slot, ...]:
    """The slots of a board up to another height: those that reach up to its top, or beyond the new one."""
    names = {s.id for s in board.slots if s.high[2] >= board.top - SAME_M or s.high[2] > top}
    return tuple(
        msgspec.structs.replace(s, high=_rounded(_with(s.high, 2, top))) if s.id in names else s
        for s in slots
    )


def _renumbered(layout: StoreLayout, boards: Iterable[Board], by: int) -> tuple[Slot, ...]:
    names = {slot.id for board in boards for slot in board.slots}
    return tuple(
        msgspec.structs.replace(slot, shelf=slot.shelf + by) if slot.id in names else slot
        for slot in layout.file.slot
    )


def _moved_rows(rows: tuple[Facing, ...], old: str, new: str) -> tuple[Facing, ...]:
    """What stood in ``old`` stands in ``new``, added to the same product that is there."""
    moving = {row.sku: row for row in rows if row.slot == old}
    found = []
    for row in rows:
        if row.slot == new and row.sku in moving:
            found.append(_added(row, moving.pop(row.sku)))
        elif row.slot != old:
            found.append(row)
    return (*found, *(msgspec.structs.replace(row, slot=new) for row in moving.values()))


def _added(row: Facing, more: Facing) -> Facing:
    def both(a: int | None, b: int | None) -> int | None:
        return None if a is None or b is None else a + b

    return msgspec.structs.replace(
        row,
        facings=row.facings + more.facings,
        capacity=both(row.capacity, more.capacity),
        stock=both(row.stock, more.stock),
    )


def _with_file(layout: StoreLayout, **changed: object) -> StoreLayout:
    return msgspec.structs.replace(layout, file=msgspec.structs.replace(layout.file, **changed))


def _checked(before: StoreLayout, after: StoreLayout) -> StoreLayout:
    known = {str(problem) for problem in errors_among(check_layout(before))}
    for problem in errors_among(check_layout(after)):
        if str(problem) not in known:
            raise ShelvingError(f"{in_words(problem.what)}. {in_words(problem.remedy)}")
    return after


def _named(board: Board) -> str:
    names = [slot.id for slot in board.slots]
    return names[0] if len(names) == 1 else tr("{first} to {last}", first=names[0], last=names[-1])


def _free(name: str, used: Collection[str]) -> str:
    """The name, or with a letter behind it that makes it another one."""
    if name not in used:
        return name
    letters = (f"{name}{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")
    return next(one for one in letters if one not in used)


def _with(point: Point3, axis: int, value: float) -> Point3:
    x, y, z = (value if k == axis else point[k] for k in range(3))
    return _rounded((x, y, z))


def _rounded(point: Point3) -> Point3:
    x, y, z = point
    return round(x, 3), round(y, 3), round(z, 3)
