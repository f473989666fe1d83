from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from console.item_models.keyed_rows import MOST_APART, Column, KeyedRows
from console.item_models.search import SearchProxy

Row = tuple[int, str]
rows_of = st.dictionaries(st.integers(0, 9), st.sampled_from("abc"), max_size=8).flatmap(
    lambda d: st.permutations(list(d.items()))
)


def model() -> KeyedRows[Row]:
    return KeyedRows(
        (
            Column[Row]("Key", lambda r: str(r[0]), lambda r: r[0], number=True),
            Column[Row]("Text", lambda r: r[1]),
        ),
        key=lambda r: r[0],
    )


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(states=st.lists(rows_of, min_size=1, max_size=5))
def test_any_rows_may_follow_any_rows(qapp: QApplication, states: list[list[Row]]) -> None:
    made = model()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for rows in states:
        marks = {made.row(i)[0]: QPersistentModelIndex(made.index(i, 0)) for i in range(made.rowCount())}
        made.replace(rows)
        assert [made.row(i) for i in range(made.rowCount())] == rows
        for key, mark in marks.items():
            kept = key in dict(rows)
            assert mark.isValid() == kept
            assert not kept or made.row(mark.row())[0] == key, "a selection stays with its row"
    del tester


def test_unchanged_rows_are_not_announced(qapp: QApplication) -> None:
    made, told = model(), []
    made.replace([(1, "a"), (2, "b"), (3, "c")])
    made.dataChanged.connect(lambda a, b: told.append((a.row(), b.row())))
    made.replace([(1, "a"), (2, "b"), (3, "c")])
    assert told == []
    made.replace([(1, "a"), (2, "x"), (3, "c")])
    assert told == [(1, 1)]
    made.replace([(1, "y"), (2, "x"), (3, "z")])
    assert told == [(1, 1), (0, 0), (2, 2)], "what is between them is not painted anew"
    many = [(n, "a") for n in range(2 * MOST_APART)]
    made.replace(many)
    told.clear()
    made.replace([(n, "b") for n, _ in many])
    assert told == [(0, len(many) - 1)]


def test_selection_survives_a_refresh_through_the_search(qapp: QApplication) -> None:
    made = model()
    found = SearchProxy(made, lambda r: f"{r[0]} {r[1]}")
    found.sort(0, Qt.SortOrder.DescendingOrder)
    made.replace([(1, "a"), (2, "b"), (3, "c")])
    selection = QItemSelectionModel(found)
    selection.setCurrentIndex(found.index(1, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    assert selection.currentIndex().data() == "2"
    made.replace([(4, "d"), (2, "z"), (9, "c")])
    assert selection.currentIndex().data() == "2"
    found.search("z 2")
    assert found.rowCount() == 1
    found.search("z 3")
    assert found.rowCount() == 0
    found.search("")
    found.only(lambda r: r[0] > 3)
    assert [found.index(i, 0).data() for i in range(found.rowCount())] == ["9", "4"]


def test_headings_and_alignment(qapp: QApplication) -> None:
    made = model()
    made.replace([(7, "a")])
    assert made.headerData(0, Qt.Orientation.Horizontal) == "Key"
    right = made.index(0, 0).data(Qt.ItemDataRole.TextAlignmentRole)
    assert right & Qt.AlignmentFlag.AlignRight
    assert made.headerData(0, Qt.Orientation.Vertical) is None
    assert made.headerData(5, Qt.Orientation.Horizontal) is None
