"""A table of a report as rows, its total at the end."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from console.back_office.reports.sheets import Table, cell_text
from console.item_models.keyed_rows import HEADING_ROLE, NOWHERE, Index


class ReportRows(QAbstractTableModel):
    """One table at a time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table: Table | None = None
        self._cells: list[list[str]] = []
        self._currency = ""

    def show(self, table: Table | None, currency: str) -> None:
        """Another table, or the same one with other numbers."""
        self.beginResetModel()
        self.table, self._currency = table, currency
        self._cells = (
            []
            if table is None
            else [
                [cell_text(value, c.kind, currency) for value, c in zip(row, table.columns, strict=True)]
                for row in table.all_rows
            ]
        )
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802
        """Rows; a row has no children."""
        return 0 if parent.isValid() else len(self._cells)

    def columnCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802
        """Columns."""
        return 0 if parent.isValid() or self.table is None else len(self.table.columns)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles, with the currency over money."""
        if orientation != Qt.Orientation.Horizontal or self.table is None:
            return None
        if not 0 <= section < len(self.table.columns):
            return None
        column = self.table.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{column.title} {self._currency}" if column.kind == "money" else column.title
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        if not index.isValid() or self.table is None or index.row() >= len(self._cells):
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return self._cells[index.row()][index.column()]
            case Qt.ItemDataRole.TextAlignmentRole:
                return self._alignment(index.column())
            case _ if role == HEADING_ROLE:
                return bool(self.table.total) and index.row() == len(self._cells) - 1
            case _:
                return None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        number = self.table is not None and self.table.columns[column].is_number
        side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter
