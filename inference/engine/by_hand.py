"""What an operator puts right: a command becomes an observation of the journal, or is refused."""

from __future__ import annotations

from inference.engine.view import View
from inference.messages import AnotherShopper, LineMark, OperatorMark, Person, SameShopper, StaffMark
from inference.messages.said import Said, said
from inference.messages.wire import CorrectLine, JoinVisits, SetStaff, SplitVisit
from store_layout.model import StoreLayout

MOST_UNITS = 99
Edit = SetStaff | JoinVisits | SplitVisit | CorrectLine


def mark_of(edit: Edit, view: View, layout: StoreLayout, t: float) -> tuple[OperatorMark, Said] | Said:
    """The observation at store time ``t`` and what is to be told of it; a sentence alone: why not."""
    codes = (edit.code, edit.other) if isinstance(edit, JoinVisits) else (edit.code,)
    for code in codes:
        if not view.knows(code):
            return said("no open visit goes by the code {code}", code=repr(code))
    match edit:
        case SetStaff(code=code, staff=staff):
            told = said("{code} is staff", code=code) if staff else said("{code} is a shopper", code=code)
            return StaffMark(code, t, staff), told
        case JoinVisits(code=code, other=other):
            if code == other:
                return said("{code} is one visit already", code=code)
            camera = _sees_both(view.person(code), view.person(other))
            if camera:
                return said(
                    "camera {camera} sees {code} and {other} side by side: they are two people",
                    camera=camera,
                    code=code,
                    other=other,
                )
            return SameShopper(code, other, t, edit.by), said(
                "{other} is the same shopper as {code}", other=other, code=code
            )
        case SplitVisit(code=code):
            person = view.person(code)
            if person is None or person.hidden:
                return said("nobody is seen as {code} now: there is nobody to part from it", code=code)
            return AnotherShopper(code, t, edit.by), said(
                "whoever was followed as {code} is somebody else", code=code
            )
        case CorrectLine():
            return _line_mark(edit, view, layout, t)


def _line_mark(edit: CorrectLine, view: View, layout: StoreLayout, t: float) -> tuple[LineMark, Said] | Said:
    code, sku, count = edit.code, edit.sku, edit.count
    if sku not in layout.products:
        return said("there is no product {sku} in the catalogue", sku=repr(sku))
    if count is not None and not 0 <= count <= MOST_UNITS:
        return said("{count} is not between 0 and {most}", count=count, most=MOST_UNITS)
    if view.state.staff.get(code):
        return said("{code} is staff, who have no cart", code=code)
    name = layout.products[sku].name
    if count is None:
        told = said("{code}: as counted: {name}", code=code, name=name)
    else:
        told = said("{code}: {count} x {name}", code=code, count=count, name=name)
    return LineMark(code, sku, count, t, edit.by), told


def _sees_both(a: Person | None, b: Person | None) -> str:
    """A camera that has them as two in its latest picture; empty where none has."""
    if a is None or b is None:
        return ""
    seen = dict(a.seen_in)
    return next((camera for camera, item in b.seen_in if camera in seen and seen[camera] != item), "")
