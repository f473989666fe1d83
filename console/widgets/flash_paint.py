"""What lights up on the map, painted: under the names of the fixtures that it is on, its grams above all."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.item_models.words import grams
from console.theme.tokens import Theme
from console.widgets.floor_ground import paint_names, polygon, slot_rect
from console.widgets.floor_view import FloorView
from console.widgets.identity_paint import label_picture
from console.widgets.shelf_flashes import Flash
from store_layout.model import Fixture, Slot, StoreLayout


def paint_flashes(
    painter: QPainter,
    flashes: Sequence[Flash],
    layout: StoreLayout,
    view: FloorView,
    theme: Theme,
    *,
    ratio: float,
    reduced_motion: bool,
) -> None:
    """``ratio``: device pixels to one of the map."""
    now = time.monotonic()
    lit = [(f, strength) for f in flashes if (strength := f.strength(now, reduced_motion=reduced_motion)) > 0]
    painter.save()
    # Rectangles along the axes: smoothing their edges would cost ten times as much, and there may be dozens.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setPen(QPen(QColor(theme.accent), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for flash, strength in lit:
        fill = QColor(theme.accent)
        fill.setAlphaF(0.7 * strength)
        for slot in flash.slots:
            rect = slot_rect(slot.low, slot.high, view)
            painter.fillRect(rect, fill)
            painter.drawRect(rect)
    painter.restore()
    touched = dict.fromkeys(slot.fixture for flash, _ in lit for slot in flash.slots)
    paint_names(painter, [layout.fixtures[name] for name in touched if name in layout.fixtures], view, theme)
    for flash, _ in lit:
        label = label_picture(grams(flash.delta_g), False, theme, ratio)
        slot = flash.slots[0]
        fixture = layout.fixtures.get(slot.fixture)
        painter.drawPixmap(_beside(slot, fixture, label.deviceIndependentSize(), view), label)


def _beside(slot: Slot, fixture: Fixture | None, label: QSizeF, view: FloorView) -> QPointF:
    """Where a label goes: out of the fixture on the slot's side, as its name runs through the middle."""
    box = slot_rect(slot.low, slot.high, view)
    around = box if fixture is None else polygon(fixture.outline, view).boundingRect()
    upright = around.height() > around.width()
    middle = box.center() - QPointF(label.width() / 2, label.height() / 2)
    if upright and box.center().x() < around.center().x():
        return QPointF(min(box.left(), around.left()) - label.width() - 2, middle.y())
    if upright:
        return QPointF(max(box.right(), around.right()) + 2, middle.y())
    if box.center().y() > around.center().y() + 1:
        return QPointF(middle.x(), max(box.bottom(), around.bottom()) + 2)
    return QPointF(middle.x(), min(box.top(), around.top()) - label.height() - 2)
