"""The review card on every screen: evidence takes the room there is, and words less than they would like."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.item_models.answer_words import Choice
from console.item_models.review_words import Shown
from console.item_models.words import ShopWords
from console.theme.appearance import Appearance
from console.theme.tokens import Theme
from console.widgets.answer_button import HEIGHT, LEAST, AnswerButton
from console.widgets.evidence_panes import EvidencePanes
from console.widgets.labels import SOFT_HYPHEN, breakable
from console.widgets.product_pictures import ProductPictures
from console.widgets.question_label import CUT, QuestionLabel
from console.widgets.review_card import MOST_ANSWERS, ReviewCardView
from console.widgets.review_trace import spread
from store_layout.model import StoreLayout

LONG = "Hand-picked blueberries from the region, extra large, in a basket of one and a quarter kilograms"


class _Part(QWidget):
    """Takes what it is given."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(160, 80)


@pytest.mark.parametrize(
    ("size", "beside"), [((750, 270), True), ((1000, 630), False), ((1350, 990), False), ((400, 500), False)]
)
def test_the_floor_stands_where_it_is_largest(qtbot: QtBot, size: tuple[int, int], beside: bool) -> None:
    weights, floor = _Part(), _Part()
    panes = EvidencePanes(weights, floor, floor, 1.5)
    qtbot.addWidget(panes)
    panes.resize(*size)
    panes.show()
    assert (floor.y() == weights.y()) == beside
    for part in (weights, floor):
        assert panes.rect().contains(part.geometry())
    assert not floor.geometry().intersects(weights.geometry())
    assert panes.minimumSizeHint().height() == 80, "the window can be made small again"


def test_where_nothing_was_felt_the_floor_has_all_the_room(qtbot: QtBot) -> None:
    weights, floor = _Part(), _Part()
    panes = EvidencePanes(weights, floor, floor, 1.5)
    qtbot.addWidget(panes)
    panes.resize(750, 270)
    panes.show()
    beside = floor.geometry()
    panes.show_weights(False)
    assert not weights.isVisible()
    assert floor.geometry() == panes.rect()
    panes.resize(800, 300)
    assert floor.geometry() == panes.rect()
    panes.resize(750, 270)
    panes.show_weights(True)
    assert weights.isVisible()
    assert floor.geometry() == beside


def shown(answers: int) -> Shown:
    choices = tuple(
        Choice(i, f"2 {LONG}", "", "receipt €12,345.67 (+€9,876.54)", 0.25, None, sku="s1")
        for i in range(answers)
    )
    said = " or ".join(choice.words for choice in choices)
    facts = (("Place", LONG), ("Counted now", ", ".join([LONG] * 20)))
    return Shown(
        visit="v1",
        event="e1",
        text=f"{said}?",
        choices=choices,
        none_words="None of these",
        none_effect="receipt €0.00",
        delta_g=-190.0,
        sd_g=2.0,
        facts=facts,
        fixture=None,
        slots=(),
        part=1,
        parts=1,
    )


@pytest.mark.parametrize("answers", [1, MOST_ANSWERS])
def test_nothing_covers_anything_where_all_is_long(
    qtbot: QtBot, words: ShopWords, appearance: Appearance, answers: int
) -> None:
    card = ReviewCardView(words, ProductPictures(words.layout, None), appearance)
    qtbot.addWidget(card)
    card.resize(1240, 640)
    card.show()
    card.show_question(shown(answers), "Card 1 of 1")

    def all_fits() -> None:
        buttons = [b for b in (*card.answers, card.none, card.skip_button) if b.isVisible()]
        for button in buttons:
            assert button.height() >= button.minimumSizeHint().height(), button.text()
            assert button.mapTo(card, button.rect().bottomLeft()).y() < card.height()
        assert card.map.height() >= card.map.minimumSizeHint().height()

    qtbot.waitUntil(all_fits)
    assert LONG in card.question.accessibleName()
    assert card.facts.toolTip().count(LONG) == 21, "all of it can still be read"


class _Painted(ProductPictures):
    """Notes what was painted where."""

    def __init__(self, layout: StoreLayout) -> None:
        super().__init__(layout, None)
        self.painted: list[tuple[str, QRectF]] = []

    def paint(self, painter: QPainter, box: QRectF, sku: str, theme: Theme) -> None:
        self.painted.append((sku, box))
        super().paint(painter, box, sku, theme)


@pytest.mark.parametrize("high", [HEIGHT, LEAST])
def test_an_answer_shows_its_goods(qtbot: QtBot, words: ShopWords, appearance: Appearance, high: int) -> None:
    pictures = _Painted(words.layout)
    button = AnswerButton("1", pictures, appearance)
    qtbot.addWidget(button)
    button.resize(500, high)
    button.show_choice(Choice(0, "1 Cola", "", "receipt €1.49", 0.6, None, sku="cola"))
    button.grab()
    ((sku, box),) = pictures.painted
    assert sku == "cola"
    assert QRectF(button.rect()).contains(box)
    assert box.height() >= LEAST - 12
    button.show_choice(Choice(0, "Nobody took anything", "", "receipt €0.00", 0.4, None))
    button.grab()
    assert len(pictures.painted) == 1, "of nothing there is no picture"


def test_a_question_is_smaller_before_it_is_cut(qtbot: QtBot, appearance: Appearance) -> None:
    appearance.dress()
    question = QuestionLabel()
    qtbot.addWidget(question)
    question.resize(600, 80)
    roles = []
    for times in (1, 2, 12):
        question.ask(f"{LONG[: 60 * times]}{LONG * (times - 1)}?")
        roles.append(question.property("role"))
    assert roles[0] == "question"
    assert roles[-1] == "heading"
    assert question.text().endswith(CUT)
    assert question.toolTip() == question.accessibleName()
    question.ask("Cola or water?")
    assert (question.text(), question.property("role"), question.toolTip()) == (
        "Cola or water?",
        "question",
        "",
    )


@given(st.lists(st.floats(-50, 300), max_size=6))
def test_levels_names_never_lie_on_each_other(wanted: list[float]) -> None:
    wanted.sort()
    places = spread(wanted, 18.0, 9.0, 191.0)
    assert all(9.0 <= place <= 191.0 for place in places)
    assert all(b - a >= 18.0 - 1e-9 for a, b in pairwise(places))


@given(st.text(max_size=80))
def test_a_name_that_may_break_says_the_same(name: str) -> None:
    plain = name.replace(SOFT_HYPHEN, "")
    assert breakable(plain).replace(SOFT_HYPHEN, "") == plain
    assert max((len(part) for part in breakable("x" * 40).split(SOFT_HYPHEN)), default=0) <= 12
