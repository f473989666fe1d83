"""On a screen with more pixels to each one drawn, pictures that are kept have as many."""

from __future__ import annotations

import pytest
from PIL import Image
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.item_models.words import ShopWords
from console.operations.live_state import LiveState
from console.theme.appearance import Appearance
from console.theme.icons import Icon, icon_pixmap
from console.theme.tokens import DARK
from console.widgets.document_pane import PaperPicture
from console.widgets.floor_map import FloorMap
from console.widgets.identity_paint import label_picture, shopper_picture, token_picture


class _Screen:
    """Stands in for the one that a widget is on."""

    ratio = 1.0


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> _Screen:
    made = _Screen()
    monkeypatch.setattr(QWidget, "devicePixelRatioF", lambda _: made.ratio)
    return made


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_pictures_of_people_and_icons_are_as_sharp_as_the_screen(qapp: object, ratio: float) -> None:
    pictures = (
        token_picture(3, "12", False, DARK, ratio),
        shopper_picture(3, "12", DARK, ratio, hidden=False, step=5).picture,
        label_picture("K7-204", False, DARK, ratio),
        icon_pixmap(Icon.GOOD, "#ffffff", 16, ratio),
    )
    alike = (
        token_picture(3, "12", False, DARK, 1.0),
        shopper_picture(3, "12", DARK, 1.0, hidden=False, step=5).picture,
        label_picture("K7-204", False, DARK, 1.0),
        icon_pixmap(Icon.GOOD, "#ffffff", 16, 1.0),
    )
    for picture, plain in zip(pictures, alike, strict=True):
        assert picture.devicePixelRatio() == ratio
        assert picture.width() == pytest.approx(plain.width() * ratio, abs=ratio), "not half the size"


def test_the_floor_is_drawn_anew_on_another_screen(
    qtbot: QtBot, screen: _Screen, state: LiveState, words: ShopWords, appearance: Appearance
) -> None:
    floor = FloorMap(state, words, appearance)
    qtbot.addWidget(floor)
    floor.resize(400, 300)
    floor.grab()
    first = floor._painted_ground()
    assert floor._painted_ground() is first, "kept while the screen is the same"
    screen.ratio = 2.0
    second = floor._painted_ground()
    assert (second.width(), second.devicePixelRatio()) == (2 * first.width(), 2.0)


def test_a_paper_keeps_its_width_on_another_screen(qtbot: QtBot, screen: _Screen) -> None:
    paper = PaperPicture()
    qtbot.addWidget(paper)
    paper.show_paper(Image.new("L", (576, 300), 255), ("Receipt",))
    screen.ratio = 1.5
    paper.resize(300, 400)
    paper.grab()
    screen.ratio = 1.0
    paper.resize(450, 400)
    paper.grab()
    assert (paper._scaled.width(), paper._scaled.devicePixelRatio()) == (450, 1.0)
