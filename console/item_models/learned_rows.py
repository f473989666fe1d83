"""Estimates as rows: what it is, in force, proposed, how sure, on how much it rests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from console.item_models.keyed_rows import NOWHERE, Index
from console.language import tr, tr_noop
from console.language.writing import decimal
from inference.learning.proposal import Estimate
from store_layout.model import StoreLayout

COLUMNS = (
    tr_noop("What"),
    tr_noop("In force"),
    tr_noop("Proposed"),
    tr_noop("With 95% between"),
    tr_noop("Events"),
    tr_noop("Answered"),
)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class LearnedRows(QAbstractTableModel):
    """What is proposed, the most gained first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cells: list[tuple[str, ...]] = []

    def show(self, estimates: Sequence[Estimate], layout: StoreLayout) -> None:
        """Other estimates."""
        self.beginResetModel()
        self._cells = [cells(estimate, layout) for estimate in estimates]
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802
        """Rows; a row has no children."""
        return 0 if parent.isValid() else len(self._cells)

    def columnCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802
        """Columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section])
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        if not index.isValid() or index.row() >= len(self._cells):
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self._cells[index.row()][index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{tr(COLUMNS[index.column()])}: {self._cells[index.row()][index.column()]}"
        return _alignment(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None


def cells(estimate: Estimate, layout: StoreLayout) -> tuple[str, ...]:
    """One row."""
    grams = estimate.what != "who"

    def value(number: float) -> str:
        return f"{decimal(number, 2)}\N{NO-BREAK SPACE}g" if grams else decimal(number, 2)

    between = (
        ""
        if estimate.low == estimate.high
        else f"{decimal(estimate.low, 2)} \N{EN DASH} {value(estimate.high)}"
    )
    return (
        what_words(estimate, layout),
        value(estimate.old),
        value(estimate.new),
        between,
        decimal(estimate.events, 1),
        decimal(estimate.reviewed),
    )


def what_words(estimate: Estimate, layout: StoreLayout) -> str:
    """What an estimate is of."""
    product = layout.products.get(estimate.about)
    about = estimate.about if product is None else product.name
    match estimate.what:
        case "weight":
            return tr("{what}: weight of a unit", what=about)
        case "spread":
            return tr("{what}: spread of units", what=about)
        case "noise":
            return tr("{what}: noise of a reading", what=about)
        case "change":
            return tr("{what}: error of a change", what=about)
        case "who":
            return tr("Who did it: what places and hands count")


def _alignment(column: int) -> Qt.AlignmentFlag:
    return _LEFT if column == 0 else _RIGHT
