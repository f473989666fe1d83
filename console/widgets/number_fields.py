"""Fields for numbers, and for points in metres, with the names that screen readers say."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSpinBox, QWidget

from console.theme.tokens import FIELD, SPACE_1
from store_layout.model import Point3

FARTHEST_M = 500.0
Spins = tuple[QDoubleSpinBox, QDoubleSpinBox, QDoubleSpinBox]


def number_field(
    name: str, low: float, high: float, value: float, *, digits: int = 1, step: float = 1.0
) -> QDoubleSpinBox:
    """One number."""
    made = QDoubleSpinBox()
    made.setAlignment(Qt.AlignmentFlag.AlignRight)
    made.setRange(low, high)
    made.setMinimumHeight(FIELD)
    made.setDecimals(digits)
    made.setSingleStep(step)
    made.setValue(value)
    for part in (made, made.lineEdit()):
        part.setAccessibleName(name)
    return made


def count_field(name: str, least: int, most: int, value: int = 0) -> QSpinBox:
    """A whole number; outside of its bounds, the nearest."""
    made = QSpinBox()
    made.setAlignment(Qt.AlignmentFlag.AlignRight)
    made.setRange(least, most)
    made.setMinimumHeight(FIELD)
    made.setValue(value)
    for part in (made, made.lineEdit()):
        part.setAccessibleName(name)
    return made


def point_fields(name: str, point: Point3) -> Spins:
    """A place, metres."""
    x, y, z = (
        number_field(f"{name}, {axis}", -FARTHEST_M, FARTHEST_M, value, digits=2, step=0.1)
        for axis, value in zip("xyz", point, strict=True)
    )
    return x, y, z


def point_of(spins: Spins) -> Point3:
    """What stands in them."""
    x, y, z = (spin.value() for spin in spins)
    return x, y, z


def in_a_row(spins: Spins) -> QWidget:
    """Side by side."""
    made = QWidget()
    box = QHBoxLayout(made)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(SPACE_1)
    for spin in spins:
        box.addWidget(spin)
    return made
