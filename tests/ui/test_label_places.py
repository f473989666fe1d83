from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication

from console.theme.fonts import ui_font
from console.theme.tokens import TEXT_SECONDARY
from console.widgets.floor_ground import in_lines
from console.widgets.label_places import Box, Wanted, place_labels

ROOM = (800.0, 600.0)


def apart(a: Box, b: Box) -> bool:
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def wanted(places: list[tuple[float, float]], width: float = 70.0) -> list[Wanted]:
    return [Wanted(i, x, y, width, 16.0, 14.0) for i, (x, y) in enumerate(places)]


def test_two_close_together_do_not_cover_each_other() -> None:
    boxes = [box for box, _ in place_labels(wanted([(400, 300), (404, 303)]), ROOM, {}).values()]
    assert apart(*boxes)


@given(st.lists(st.tuples(st.floats(0, 800), st.floats(0, 600)), max_size=12))
def test_all_labels_are_in_the_room(places: list[tuple[float, float]]) -> None:
    found = place_labels(wanted(places), ROOM, {})
    assert set(found) == set(range(len(places)))
    for box, _ in found.values():
        assert box[0] >= -1e-6
        assert box[1] >= -1e-6
        assert box[2] <= ROOM[0] + 1e-6
        assert box[3] <= ROOM[1] + 1e-6


@given(st.lists(st.tuples(st.floats(150, 650), st.floats(100, 500)), min_size=3, max_size=3))
def test_three_always_find_places_apart(places: list[tuple[float, float]]) -> None:
    boxes = [box for box, _ in place_labels(wanted(places), ROOM, {}).values()]
    assert all(apart(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_a_label_keeps_its_side_while_it_can() -> None:
    alone = wanted([(400, 300)])
    assert place_labels(alone, ROOM, {0: 1})[0][1] == 1
    assert place_labels(alone, ROOM, {})[0][1] == 0


def test_a_label_leaves_a_token_free_where_there_is_another_place() -> None:
    found = place_labels(wanted([(400, 300), (440, 300)]), ROOM, {})
    token = (426.0, 286.0, 454.0, 314.0)
    assert apart(found[0][0], token)


def test_a_name_stands_in_two_lines_where_one_is_too_short_for_it(qapp: QApplication) -> None:
    metrics = QFontMetricsF(ui_font(TEXT_SECONDARY))
    wide = metrics.horizontalAdvance("Offer of the week")
    assert in_lines("Offer of the week", wide + 1, 2, metrics) == ("Offer of the week",)
    assert in_lines("Offer of the week", wide - 1, 2, metrics) == ("Offer of", "the week")
    (cut,) = in_lines("Offer of the week", wide - 1, 1, metrics)
    assert cut.endswith("…"), "no room for a second line"
    assert all(line.endswith("…") for line in in_lines("Household and offers", 30, 2, metrics))
    assert in_lines("Freezer", 1000, 2, metrics) == ("Freezer",)
