"""The floor's corners as a list, the chosen one in metres, each step back; drawn beside it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPushButton, QVBoxLayout, QWidget

from console.language import tr
from console.language.writing import decimal
from console.operations.floor_drafts import LEAST, Outline, moved_corner, with_corner, without_corner
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_1
from console.widgets.corner_board import CornerBoard
from console.widgets.labels import label
from console.widgets.number_fields import number_field
from store_layout.model import Point2, StoreLayout

FARTHEST_M = 200.0
ROWS_SHOWN = 6


class _Corners(QListWidget):
    """A list whose keys add and remove."""

    added = Signal()
    removed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Insert and Delete."""
        if event.key() == Qt.Key.Key_Insert:
            self.added.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class CornerFields(QWidget):
    """``changed`` comes with each corner that is another; :attr:`board` shows the same."""

    changed = Signal()

    def __init__(self, layout: StoreLayout, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.outline: Outline = layout.file.floor.outline
        self._steps: list[tuple[Outline, int]] = []
        self._one_step = ""
        """What goes on: more of the same is no step of its own."""
        self.list = _Corners()
        self.list.setAccessibleName(tr("Corners of the floor"))
        self.x_field = number_field(tr("Corner, x"), -FARTHEST_M, FARTHEST_M, 0.0, digits=2, step=0.1)
        self.y_field = number_field(tr("Corner, y"), -FARTHEST_M, FARTHEST_M, 0.0, digits=2, step=0.1)
        self.add_button, self.remove_button = QPushButton(tr("Add after it")), QPushButton(tr("Remove"))
        self.back_button = QPushButton(tr("Step back"))
        self.board = CornerBoard(layout, appearance)
        self._lay_out()
        self.list.currentRowChanged.connect(self._choose)
        for field in (self.x_field, self.y_field):
            field.valueChanged.connect(self._type)
        self.add_button.clicked.connect(self.add)
        self.remove_button.clicked.connect(self.remove)
        self.back_button.clicked.connect(self.step_back)
        self.list.added.connect(self.add)
        self.list.removed.connect(self.remove)
        self.board.chosen.connect(self.list.setCurrentRow)
        self.board.grasped.connect(self._grasp)
        self.board.moved.connect(self._move)
        self.board.split.connect(self._split)
        self.board.added.connect(self.add)
        self.board.removed.connect(self.remove)
        self._show(0)

    @property
    def corner(self) -> int:
        """The one that is chosen."""
        return max(0, self.list.currentRow())

    @property
    def keys(self) -> tuple[QWidget, ...]:
        """In the order in which Tab goes."""
        return (self.list, self.x_field, self.y_field, self.add_button, self.remove_button, self.back_button)

    def show_outline(self, outline: Outline) -> None:
        """Another one as a whole, which is a step."""
        if outline != self.outline:
            self._take(outline, min(self.corner, len(outline) - 1), "whole")

    def add(self) -> None:
        """One more, in the middle of the wall after the chosen one; it is chosen then."""
        self._split(self.corner)

    def remove(self) -> None:
        """The chosen one, unless there are three."""
        if len(self.outline) > LEAST:
            self._take(without_corner(self.outline, self.corner), max(0, self.corner - 1))

    def step_back(self) -> None:
        """As before the last step."""
        if self._steps:
            self.outline, corner = self._steps.pop()
            self._one_step = ""
            self._show(corner)
            self.changed.emit()

    # -- inside --------------------------------------------------------------------------------------

    def _split(self, after: int) -> None:
        self._take(with_corner(self.outline, after), after + 1)

    def _grasp(self) -> None:
        self._one_step = ""

    def _move(self, to: Point2) -> None:
        self._take(moved_corner(self.outline, self.corner, to), self.corner, f"corner {self.corner}")

    def _type(self) -> None:
        self._move((self.x_field.value(), self.y_field.value()))

    def _choose(self, _row: int) -> None:
        self._one_step = ""
        self._show_chosen()

    def _take(self, outline: Outline, corner: int, what: str = "") -> None:
        """``what``: a step that goes on while it is the same."""
        if outline == self.outline:
            return
        if not what or what != self._one_step:
            self._steps.append((self.outline, self.corner))
        self.outline, self._one_step = outline, what
        self._show(corner)
        self.changed.emit()

    def _show(self, corner: int) -> None:
        """The list, and which is chosen."""
        with QSignalBlocker(self.list):
            while self.list.count() > len(self.outline):
                self.list.takeItem(self.list.count() - 1)
            for i, (x, y) in enumerate(self.outline):
                said = tr("{n}:  {x} m, {y} m", n=i + 1, x=decimal(x, 2), y=decimal(y, 2))
                if i == self.list.count():
                    self.list.addItem(said)
                else:
                    self.list.item(i).setText(said)
            self.list.setCurrentRow(corner)
        self._show_chosen()

    def _show_chosen(self) -> None:
        x, y = self.outline[self.corner]
        for field, value in ((self.x_field, x), (self.y_field, y)):
            if abs(field.value() - value) > 1e-9:
                with QSignalBlocker(field):
                    field.setValue(value)
        self.remove_button.setEnabled(len(self.outline) > LEAST)
        self.back_button.setEnabled(bool(self._steps))
        self.board.show_outline(self.outline, self.corner)

    def _lay_out(self) -> None:
        row = self.list.fontMetrics().height() + 6
        self.list.setMinimumHeight(ROWS_SHOWN * row)
        place, buttons = QHBoxLayout(), QHBoxLayout()
        for part in (label("x", "secondary"), self.x_field, label("y", "secondary"), self.y_field):
            place.addWidget(part, 1 if part in (self.x_field, self.y_field) else 0)
        for button in (self.add_button, self.remove_button, self.back_button):
            button.setAutoDefault(False)
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.remove_button)
        self.add_button.setToolTip(tr("Insert"))
        self.remove_button.setToolTip(tr("Delete"))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_1)
        box.addWidget(self.list, 1)
        box.addLayout(place)
        box.addLayout(buttons)
        box.addWidget(self.back_button)
