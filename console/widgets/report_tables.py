"""The tables of a report: their names on the left, the chosen one beside."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QListWidget, QVBoxLayout, QWidget

from console.back_office.reports.sheets import Sheet
from console.item_models.report_rows import ReportRows
from console.language import tr
from console.theme.appearance import Appearance
from console.theme.fonts import sized
from console.theme.tokens import SPACE_2, SPACE_3
from console.widgets.data_table import DataTable
from console.widgets.labels import label, panel

NAMES_WIDTH, NAME_HEIGHT = 184, 28

LEAST = 84
"""Pixels of the longest column that are always there: the rest of its texts is in their tool tips."""


class ReportTables(QWidget):
    """Keeps the chosen table by its name when another report of the kind is shown."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet: Sheet | None = None
        self._wanted: dict[tuple[str, ...], str] = {}
        self.names = QListWidget()
        self.names.setObjectName("names")
        self.names.setAccessibleName(tr("Tables of the report"))
        self.names.setFixedWidth(NAMES_WIDTH)
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.names.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.rows = ReportRows(self)
        self.table = DataTable(self.rows, tr("Table"), (), appearance)
        self._note = label("", "secondary", wrap=True)
        self._lay_out()
        self.names.currentRowChanged.connect(self._choose)

    def show_sheet(self, sheet: Sheet | None) -> None:
        """Another report, or the same one with other numbers; tables without rows are left out."""
        self._sheet = sheet
        tables = [] if sheet is None else [table for table in sheet.tables if table.rows]
        names = [table.name for table in tables]
        wanted = self._wanted.get(self._kind(), names[0] if names else "")
        self.names.blockSignals(True)
        self.names.clear()
        for table in tables:
            self.names.addItem(table.title)
            item = self.names.item(self.names.count() - 1)
            item.setData(Qt.ItemDataRole.UserRole, table.name)
            item.setSizeHint(QSize(0, NAME_HEIGHT))
            item.setToolTip(table.title)
        self.names.setCurrentRow(names.index(wanted) if wanted in names else 0)
        self.names.blockSignals(False)
        self._show()

    def choose(self, name: str) -> None:
        """Show a table by its name, if it has rows."""
        for row in range(self.names.count()):
            if self.names.item(row).data(Qt.ItemDataRole.UserRole) == name:
                self.names.setCurrentRow(row)

    def _kind(self) -> tuple[str, ...]:
        return () if self._sheet is None else tuple(table.name for table in self._sheet.tables)

    def _choose(self, _row: int) -> None:
        item = self.names.currentItem()
        if item is not None:
            self._wanted[self._kind()] = item.data(Qt.ItemDataRole.UserRole)
        self._show()

    def _show(self) -> None:
        item = self.names.currentItem()
        if self._sheet is None or item is None:
            self.rows.show(None, "")
            self._note.clear()
            return
        table = self._sheet.table(item.data(Qt.ItemDataRole.UserRole))
        self.rows.show(table, self._sheet.currency)
        self.table.setAccessibleName(table.title)
        self._note.setText(table.note)
        self._note.setVisible(bool(table.note))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Columns have what they need, and the longest takes what is left."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        item = self.names.currentItem()
        if self._sheet is None or item is None:
            return
        table, header = self._sheet.table(item.data(Qt.ItemDataRole.UserRole)), self.table.horizontalHeader()
        words = [i for i, column in enumerate(table.columns) if column.kind == "text"] or [0]
        longest = max(words, key=lambda i: max((len(str(row[i])) for row in table.all_rows), default=0))
        columns = range(len(table.columns))
        needed = [max(self.table.sizeHintForColumn(i), header.sectionSizeHint(i)) for i in columns]
        # The longest gives way before anybody has to scroll sideways, down to a few letters of it.
        least = sum(needed) - needed[longest] + min(needed[longest], sized(LEAST))
        fits = least <= self.table.viewport().width()
        for i in columns:
            own = QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(i, QHeaderView.ResizeMode.Stretch if i == longest and fits else own)

    def _lay_out(self) -> None:
        frame = panel()
        right = QVBoxLayout()
        right.setSpacing(SPACE_2)
        right.addWidget(self.table, 1)
        right.addWidget(self._note)
        self._note.setContentsMargins(SPACE_2, 0, SPACE_2, SPACE_2)
        row = QHBoxLayout(frame)
        row.setContentsMargins(1, SPACE_2, 1, 1)
        row.setSpacing(SPACE_3)
        row.addWidget(self.names)
        row.addLayout(right, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
