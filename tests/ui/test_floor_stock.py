"""Stock on the floor map: how full, what is amiss, and in words."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from console.item_models.words import ShopWords
from console.theme.icons import Icon
from console.theme.tokens import LIGHT
from console.widgets.floor_stock import FloorStock, Place
from console.widgets.floor_view import FloorView
from inference.messages.shelves import Misplaced
from inference.messages.wire import Snapshot
from store_layout.model import Facing, StoreLayout
from tests.support.fake_engine import FakeEngine
from tests.support.layouts import aisles


@pytest.fixture
def layout() -> StoreLayout:
    """Ten units lie in each slot, and fit in."""
    plain = aisles(gondolas=2, cameras=1)
    planogram = tuple(msgspec.structs.replace(facing, stock=10, capacity=10) for facing in plain.planogram)
    return msgspec.structs.replace(plain, planogram=planogram)


@pytest.fixture
def stock(qapp: QApplication, layout: StoreLayout) -> FloorStock:
    return FloorStock(layout, ShopWords(layout))


def with_level(snapshot: Snapshot, facing: Facing, layout: StoreLayout, units: int, later: float) -> Snapshot:
    scale = layout.slots[facing.slot].scale
    level = units * layout.products[facing.sku].weight_g
    scales = tuple(
        msgspec.structs.replace(one, level_g=level, first_g=None) if one.scale == scale else one
        for one in snapshot.scales
    )
    return msgspec.structs.replace(snapshot, t=snapshot.t + later, scales=scales)


def place_of(stock: FloorStock, slot: str) -> Place:
    return next(place for place in stock.places if any(one.id == slot for one in place.slots))


def test_a_shelf_that_empties_is_low_then_empty_and_is_looked_at_once_a_second(
    stock: FloorStock, layout: StoreLayout
) -> None:
    snapshot, facing = FakeEngine(layout, 1).advance(1.0), layout.planogram[0]
    stock.follow(snapshot)
    full = place_of(stock, facing.slot)
    assert (full.full, full.sign) == (1.0, None)
    assert not stock.follow(with_level(snapshot, facing, layout, 2, 0.1))
    looks = [stock.follow(with_level(snapshot, facing, layout, 2, 0.2 * n)) for n in range(1, 7)]
    assert looks.count(True) == 1  # the others look at other places
    low = place_of(stock, facing.slot)
    assert (low.sign, low.tone) == (Icon.LOW, "waiting")
    assert low.full == pytest.approx(0.2)
    assert "Low" in (stock.said(facing.slot) or "")
    assert stock.follow(with_level(snapshot, facing, layout, 0, 4.0))
    assert place_of(stock, facing.slot).tone == "wrong"


def test_what_does_not_belong_there_has_a_sign(stock: FloorStock, layout: StoreLayout) -> None:
    facing, other = layout.planogram[0], layout.catalog[-1]
    engine = FakeEngine(layout, 1)
    engine.misplaced = (Misplaced(facing.slot, other.sku, 1.0),)
    stock.follow(engine.advance(1.0))
    found = place_of(stock, facing.slot)
    assert (found.sign, found.tone) == (Icon.MISPLACED, "waiting")
    assert "does not belong here" in (stock.said(facing.slot) or "")


def test_a_fuller_bar_is_longer(stock: FloorStock, layout: StoreLayout) -> None:
    snapshot, facing = FakeEngine(layout, 1).advance(1.0), layout.planogram[0]

    def painted(units: int, later: float) -> int:
        stock.follow(with_level(snapshot, facing, layout, units, later))
        picture = QImage(900, 700, QImage.Format.Format_RGB32)
        picture.fill(QColor(LIGHT.line))
        view = FloorView(layout)
        view.resize(QSizeF(900, 700))
        painter = QPainter(picture)
        stock.paint(painter, view, LIGHT, 1.0)
        painter.end()
        ground = QColor(LIGHT.line).rgb()
        return sum(picture.pixel(x, y) != ground for x in range(900) for y in range(700))

    assert painted(10, 2.0) > painted(6, 4.0)
