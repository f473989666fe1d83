"""Filtering and sorting for the tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
)

from console.item_models.keyed_rows import ROW_ROLE, SORT_ROLE


class SearchProxy(QSortFilterProxyModel):
    """Keeps rows in which every word of the search occurs somewhere."""

    def __init__(
        self, source: QAbstractItemModel, text_of: Callable[[Any], str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._text_of = text_of
        self._words: list[str] = []
        self._also: Callable[[Any], bool] | None = None
        self.setSortRole(SORT_ROLE)
        self.setSourceModel(source)

    def search(self, text: str) -> None:
        """Show rows that match."""
        self.beginFilterChange()
        self._words = text.casefold().split()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def only(self, condition: Callable[[Any], bool] | None) -> None:
        """Show only rows for which this holds, besides the search."""
        self.beginFilterChange()
        self._also = condition
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: QModelIndex | QPersistentModelIndex) -> bool:  # noqa: N802
        """Whether a row matches; where nothing is searched for, none is looked at."""
        if not self._words and self._also is None:
            return True
        row = self.sourceModel().index(source_row, 0, source_parent).data(ROW_ROLE)
        return self.accepts(row)

    def accepts(self, row: Any) -> bool:
        """Whether this one is shown."""
        if self._also is not None and not self._also(row):
            return False
        text = self._text_of(row).casefold()
        return all(word in text for word in self._words)
