"""Goods that moved, and nobody was followed there."""

from __future__ import annotations

from inference.messages import Alarm, Attribution
from inference.messages.said import said
from store_layout.model import StoreLayout


def unattributed(attribution: Attribution, layout: StoreLayout) -> list[Alarm]:
    """Goods moved, most probably, and nobody was followed there: nobody will be charged."""
    unseen = [e for e in attribution.explanations if e.track is None and e.moves]
    if sum(e.probability for e in unseen) <= 0.5:
        return []
    event, move = attribution.event, unseen[0].moves[0]
    product = layout.products.get(move.sku)
    fixture = layout.fixtures.get(event.fixture)
    name = product.name if product is not None else move.sku
    where = fixture.name if fixture is not None else event.fixture
    goods = {"count": abs(move.count), "name": name, "where": where}
    if move.count < 0:
        text = said(
            "{count} x {name} came to {where} out of nobody's cart. Mark whoever fills the shelf as staff.",
            **goods,
        )
        return [Alarm(t=event.t_settled, kind="restocked", about=event.fixture, text=text)]
    text = said("{count} x {name} was taken from {where}, and nobody was seen to do it.", **goods)
    return [Alarm(t=event.t_settled, kind="unattributed", about=event.fixture, text=text)]
