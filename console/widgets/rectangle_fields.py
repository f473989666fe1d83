"""Two opposite corners of a rectangle on the floor, typed in metres."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QWidget

from console.language import tr
from console.theme.tokens import SPACE_1
from console.widgets.floor_view import bounds_of
from console.widgets.number_fields import number_field
from store_layout.model import Point2


class RectangleFields(QObject):
    """Makes two rows of two fields each; ``changed`` comes when somebody types."""

    changed = Signal()

    def __init__(self, floor: tuple[Point2, ...], parent: QObject | None = None) -> None:
        """``floor``: the outline within which it lies."""
        super().__init__(parent)
        box = bounds_of(floor)

        def field(name: str, low: float, high: float) -> QDoubleSpinBox:
            made = number_field(name, low, high, low, digits=2, step=0.1)
            made.valueChanged.connect(lambda _: self.changed.emit())
            return made

        x, y = (box.left(), box.right()), (box.top(), box.bottom())
        self.spins = (
            field(tr("First corner, x"), *x),
            field(tr("First corner, y"), *y),
            field(tr("Opposite corner, x"), *x),
            field(tr("Opposite corner, y"), *y),
        )
        self.low, self.high = _row(self.spins[:2]), _row(self.spins[2:])

    @property
    def corners(self) -> tuple[Point2, Point2]:
        """As typed."""
        a, b, c, d = (spin.value() for spin in self.spins)
        return (a, b), (c, d)

    def show_outline(self, outline: tuple[Point2, ...]) -> None:
        """The smallest rectangle around it; nobody has typed that."""
        box = bounds_of(outline)
        for spin, value in zip(self.spins, (box.left(), box.top(), box.right(), box.bottom()), strict=True):
            spin.blockSignals(True)
            spin.setValue(value)
            spin.blockSignals(False)


def _row(spins: tuple[QDoubleSpinBox, ...]) -> QWidget:
    made = QWidget()
    box = QHBoxLayout(made)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(SPACE_1)
    for spin in spins:
        box.addWidget(spin)
    return made
