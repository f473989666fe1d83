"""A table model over frozen rows that have a key: a refresh moves, adds and removes only what changed.

Selections and scroll positions therefore survive a refresh, which a model reset would lose.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from console.theme.icons import Icon

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
MOST_APART = 24
"""Rows told of one by one, each of which costs the sorting a search; of more, all between them are."""

SORT_ROLE = int(Qt.ItemDataRole.UserRole) + 1
ROW_ROLE = SORT_ROLE + 1
TONE_ROLE = SORT_ROLE + 2
"""``Tone`` of a cell: a word's colour, never its only sign."""
SIGN_ROLE = SORT_ROLE + 3
"""``Icon`` beside a cell's text."""
IDENTITY_ROLE = SORT_ROLE + 4
"""Number of a shopper's look, drawn before the text."""
HEADING_ROLE = SORT_ROLE + 5
"""True in a row that is a heading over those that follow."""
CELL_ROLE = SORT_ROLE + 6
"""All that is painted of a cell, as a :class:`Cell`: one question through the proxies instead of six."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell looks like."""

    text: str
    alignment: Qt.AlignmentFlag
    tone: str | None = None
    sign: Icon | None = None
    identity: int | None = None
    heading: bool = False


def cell_of(index: Index) -> Cell:
    """The cell of any model, asked for part by part where it does not know :data:`CELL_ROLE`."""
    found = index.data(CELL_ROLE)
    if isinstance(found, Cell):
        return found
    return Cell(
        index.data() or "",
        index.data(Qt.ItemDataRole.TextAlignmentRole),
        index.data(TONE_ROLE),
        index.data(SIGN_ROLE),
        index.data(IDENTITY_ROLE),
        bool(index.data(HEADING_ROLE)),
    )


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: what it says of a row, and how it sorts."""

    title: str
    text: Callable[[Row], str]
    sort: Callable[[Row], Any] | None = None
    number: bool = False
    """Right-aligned."""
    tone: Callable[[Row], str] | None = None
    sign: Callable[[Row], Icon | None] | None = None
    tip: Callable[[Row], str] | None = None
    identity: Callable[[Row], int] | None = None


class KeyedRows(QAbstractTableModel, Generic[Row]):
    """Rows with a key in a fixed set of columns. The order of :meth:`replace` is the order shown."""

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], Hashable],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._key = key
        self._rows: list[Row] = []

    # -- rows ----------------------------------------------------------------------------------------

    def row(self, number: int) -> Row:
        """The row at a place."""
        return self._rows[number]

    def sort_key(self, number: int, column: int) -> Any:
        """What a row is sorted by in a column."""
        row, of = self._rows[number], self._columns[column]
        return of.sort(row) if of.sort else of.text(row).casefold()

    def place_of(self, key: Hashable) -> int | None:
        """Where the row with this key is."""
        return next((i for i, row in enumerate(self._rows) if self._key(row) == key), None)

    def replace(self, rows: Sequence[Row]) -> None:
        """Show these rows. Keys must differ from each other."""
        if len(rows) == len(self._rows) and all(a is b for a, b in zip(rows, self._rows, strict=True)):
            return
        self._arrange(rows)
        changed = [i for i, row in enumerate(rows) if self._rows[i] != row]
        for i in changed:
            self._rows[i] = rows[i]
        self._tell([(i, 0, len(self._columns) - 1) for i in changed])

    def _tell(self, changed: Sequence[tuple[int, int, int]]) -> None:
        """Rows that say something else, with the first and last column of each: the rest is not painted."""
        if len(changed) > MOST_APART:
            last = len(self._columns) - 1
            self.dataChanged.emit(self.index(changed[0][0], 0), self.index(changed[-1][0], last))
            return
        for row, first, last in changed:
            self.dataChanged.emit(self.index(row, first), self.index(row, last))

    def _arrange(self, rows: Sequence[Row]) -> None:
        """The keys of these rows in their order; what a row says stays as it was."""
        wanted = {self._key(row): row for row in rows}
        if list(wanted) != [self._key(row) for row in self._rows]:
            self._remove_all_but(wanted)
            self._append_missing(rows)
            self._reorder(list(wanted))

    def _remove_all_but(self, wanted: dict[Hashable, Row]) -> None:
        for i in range(len(self._rows) - 1, -1, -1):
            if self._key(self._rows[i]) not in wanted:
                self.beginRemoveRows(QModelIndex(), i, i)
                del self._rows[i]
                self.endRemoveRows()

    def _append_missing(self, rows: Sequence[Row]) -> None:
        have = {self._key(row) for row in self._rows}
        new = [row for row in rows if self._key(row) not in have]
        if new:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(new) - 1)
            self._rows += new
            self.endInsertRows()

    def _reorder(self, keys: list[Hashable]) -> None:
        if [self._key(row) for row in self._rows] == keys:
            return
        self.layoutAboutToBeChanged.emit()
        place = {key: i for i, key in enumerate(keys)}
        before = self.persistentIndexList()
        after = [self.index(place[self._key(self._rows[i.row()])], i.column()) for i in before]
        self._rows.sort(key=lambda row: place[self._key(row)])
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    # -- Qt ------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802
        """Rows; a row has no children."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802
        """Columns."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles over the columns."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        return _alignment(column) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows and sorts by."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row, column = self._rows[index.row()], self._columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ToolTipRole:
                return column.tip(row) if column.tip else None
            case _ if role == CELL_ROLE:
                return Cell(
                    column.text(row),
                    _alignment(column),
                    column.tone(row) if column.tone else None,
                    column.sign(row) if column.sign else None,
                    column.identity(row) if column.identity else None,
                )
            case _ if role == SORT_ROLE:
                return self.sort_key(index.row(), index.column())
            case _ if role == ROW_ROLE:
                return row
            case _ if role == TONE_ROLE:
                return column.tone(row) if column.tone else None
            case _ if role == SIGN_ROLE:
                return column.sign(row) if column.sign else None
            case _ if role == IDENTITY_ROLE:
                return column.identity(row) if column.identity else None
        return None


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _alignment(column: Column[Any]) -> Qt.AlignmentFlag:
    return _RIGHT if column.number else _LEFT
