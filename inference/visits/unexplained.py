"""People whom no gate explains: followed like visits, so that nobody else is charged for what they take.

They are none: nothing of them is shown in a cart, asked about or charged. An operator, or the floor, may find
that one of them is somebody who came in; an operator may say that they are a shopper, or work here.
"""

from __future__ import annotations

from collections.abc import Mapping

from inference.messages import Alarm, Result, UnexplainedPerson, VisitOpened
from inference.messages.said import said
from inference.visits.state import Gone, Visit, VisitsState
from store_layout.model import Product


def make_shopper(visit: Visit, now: float) -> list[Result]:
    """They are a visit from now on, that began when they were first seen. What they hold is to be shown."""
    visit.unexplained, visit.staff, visit.lines = False, False, ()
    return [
        UnexplainedPerson(visit.code, visit.track, now, over=True),
        VisitOpened(visit.visit, visit.code, visit.track, visit.entered_at, visit.gate_in),
    ]


def took_away(visit: Visit, products: Mapping[str, Product], t: float) -> Alarm | None:
    """What they most probably took and nobody is charged for."""
    if visit.staff or not visit.lines:
        return None
    goods = ", ".join(
        f"{line.quantity} x {products[line.sku].name if line.sku in products else line.sku}"
        for line in visit.lines
    )
    if visit.given_up or visit.left_at is None:
        text = said(
            "{code}, who came through no gate, is lost and probably took {goods}. Nobody is charged.",
            code=visit.code,
            goods=goods,
        )
    else:
        text = said(
            "{code}, who came through no gate, has left and probably took {goods}. Nobody is charged.",
            code=visit.code,
            goods=goods,
        )
    return Alarm(t=t, kind="unexplained_left", about=visit.code, text=text)


def forget(state: VisitsState, visit: Visit, t: float) -> UnexplainedPerson:
    """They are not followed any more."""
    del state.visits[visit.track]
    state.gone[visit.track] = Gone(t, visit.code, None)
    return UnexplainedPerson(visit.code, visit.track, t, over=True)
