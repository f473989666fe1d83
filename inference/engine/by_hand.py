"""What an operator puts right: a command becomes an observation of the journal, or is refused."""

from __future__ import annotations

from inference.engine.view import View
from inference.messages import (
    AnotherShopper,
    LineMark,
    OperatorMark,
    Person,
    SameShopper,
    ShopperMark,
    StaffMark,
)
from inference.messages.wire import CorrectLine, JoinVisits, MakeShopper, SetStaff, SplitVisit
from store_layout.model import StoreLayout

MOST_UNITS = 99
Edit = SetStaff | JoinVisits | SplitVisit | MakeShopper | CorrectLine


def mark_of(edit: Edit, view: View, layout: StoreLayout, t: float) -> tuple[OperatorMark, str] | str:
    """The observation at store time ``t`` and what is to be told of it; a text alone: why it cannot be."""
    codes = (edit.code, edit.other) if isinstance(edit, JoinVisits) else (edit.code,)
    for code in codes:
        if not view.knows(code):
            return f"no open visit goes by the code {code!r}"
    match edit:
        case SetStaff(code=code, staff=staff):
            return StaffMark(code, t, staff), f"{code} is {'staff' if staff else 'a shopper'}"
        case JoinVisits():
            return _join(edit, view, t)
        case MakeShopper(code=code):
            if not view.is_unexplained(code):
                return f"{code} is a visit already"
            return ShopperMark(code, t, edit.by), f"{code} is a shopper"
        case SplitVisit(code=code):
            if view.is_unexplained(code):
                return f"{code} is nobody's visit: say who it is, or that it is a shopper"
            person = view.person(code)
            if person is None or person.hidden:
                return f"nobody is seen as {code} now: there is nobody to part from it"
            return AnotherShopper(code, t, edit.by), f"whoever was followed as {code} is somebody else"
        case CorrectLine():
            return _line(edit, view, layout, t)


def _join(edit: JoinVisits, view: View, t: float) -> tuple[OperatorMark, str] | str:
    code, other = edit.code, edit.other
    if code == other:
        return f"{code} is one visit already"
    camera = _sees_both(view.person(code), view.person(other))
    if camera:
        return f"camera {camera} sees {code} and {other} side by side: they are two people"
    return SameShopper(code, other, t, edit.by), f"{other} is the same shopper as {code}"


def _line(edit: CorrectLine, view: View, layout: StoreLayout, t: float) -> tuple[OperatorMark, str] | str:
    code, sku, count = edit.code, edit.sku, edit.count
    if sku not in layout.products:
        return f"there is no product {sku!r} in the catalogue"
    if count is not None and not 0 <= count <= MOST_UNITS:
        return f"{count} is not between 0 and {MOST_UNITS}"
    if view.is_unexplained(code):
        return f"{code} has no visit that could be charged: make a shopper of them first"
    if view.state.staff.get(code):
        return f"{code} is staff, who have no cart"
    name = layout.products[sku].name
    said = f"as counted: {name}" if count is None else f"{count} x {name}"
    return LineMark(code, sku, count, t, edit.by), f"{code}: {said}"


def _sees_both(a: Person | None, b: Person | None) -> str:
    """A camera that has them as two in its latest picture; empty where none has."""
    if a is None or b is None:
        return ""
    seen = dict(a.seen_in)
    return next((camera for camera, item in b.seen_in if camera in seen and seen[camera] != item), "")
