from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.item_models.words import ShopWords
from console.operations.live_state import LiveState
from console.theme.appearance import Appearance
from console.theme.tokens import DARK, NO_IDENTITY
from console.widgets.floor_map import FloorMap
from console.widgets.floor_view import FloorView
from console.widgets.shelf_flashes import SHOWN_S, STEP_S, Flashes
from console.widgets.trails import PIECES, Trails
from store_layout.model import StoreLayout
from tests.support.fake_engine import FakeEngine, code_of
from tests.support.layouts import aisles


@pytest.fixture
def floor(qtbot: QtBot, state: LiveState, words: ShopWords, appearance: Appearance) -> FloorMap:
    appearance.choose("dark")
    made = FloorMap(state, words, appearance)
    qtbot.addWidget(made)
    made.picked.connect(state.select)
    made.resize(800, 600)
    made.show()
    return made


def pixel_of(floor: FloorMap, state: LiveState, track: int) -> QPointF:
    shopper = state.inside(track)
    assert shopper is not None
    return floor.view.to_pixel(shopper.person.position)


@given(
    at=st.tuples(st.floats(0, 800), st.floats(0, 600)),
    zooms=st.lists(st.tuples(st.floats(0.5, 2.0), st.floats(0, 800), st.floats(0, 600)), max_size=5),
)
def test_pixels_and_metres_are_inverse(
    at: tuple[float, float], zooms: list[tuple[float, float, float]]
) -> None:
    view = FloorView(aisles(2, 1))
    view.resize(QSizeF(800, 600))
    for factor, x, y in zooms:
        view.zoom(factor, QPointF(x, y))
    back = view.to_pixel(view.to_floor(QPointF(*at)).toTuple())
    assert (back.x(), back.y()) == pytest.approx(at, abs=1e-6)
    mapped = view.transform().map(view.to_floor(QPointF(*at)))
    assert (mapped.x(), mapped.y()) == pytest.approx(at, abs=1e-6), "the painter's transform agrees"


def test_zoom_keeps_what_is_under_the_pointer(layout: StoreLayout) -> None:
    view = FloorView(layout)
    view.resize(QSizeF(800, 600))
    under = view.to_floor(QPointF(420, 310))
    view.zoom(1.5, QPointF(420, 310))
    there = view.to_pixel((under.x(), under.y()))
    assert (there.x(), there.y()) == pytest.approx((420, 310), abs=1e-6)
    assert not view.fitted
    view.fit()
    assert view.fitted


def test_fit_shows_the_whole_floor_upright(layout: StoreLayout) -> None:
    view = FloorView(layout)
    for size in ((800, 600), (300, 900)):
        view.resize(QSizeF(*size))
        corners = [view.to_pixel(p) for p in layout.file.floor.outline]
        assert all(0 <= c.x() <= size[0] and 0 <= c.y() <= size[1] for c in corners)
    assert view.to_pixel((0, 1)).y() < view.to_pixel((0, 0)).y(), "y grows upwards"


def test_a_click_selects_and_bare_floor_selects_nobody(
    qtbot: QtBot, floor: FloorMap, state: LiveState
) -> None:
    QTest.mouseClick(floor, Qt.MouseButton.LeftButton, pos=pixel_of(floor, state, 2).toPoint())
    assert state.selected == 2
    assert code_of(2) in floor.accessibleDescription()
    QTest.mouseClick(floor, Qt.MouseButton.LeftButton, pos=QPointF(4, 4).toPoint())
    assert state.selected is None


def test_tokens_wear_their_identity(floor: FloorMap, state: LiveState) -> None:
    picture = floor.grab().toImage()
    for track in (1, 2, 3):
        at = pixel_of(floor, state, track)
        wanted = QColor(DARK.identities[state.identity(track)])
        assert picture.pixelColor(round(at.x()) - 7, round(at.y())) == wanted


def test_hidden_shoppers_are_hollow(floor: FloorMap, state: LiveState) -> None:
    at = pixel_of(floor, state, 4)
    seen = floor.grab().toImage().pixelColor(round(at.x()) - 6, round(at.y()))
    assert seen == QColor(DARK.panel)


def test_words_under_the_pointer(floor: FloorMap, state: LiveState, layout: StoreLayout) -> None:
    assert code_of(1) in floor.text_at(pixel_of(floor, state, 1))
    slot = layout.file.slot[9]
    middle = floor.view.to_pixel((slot.centre[0], slot.centre[1]))
    assert "Rye Bread" in floor.text_at(middle)
    assert floor.text_at(QPointF(1, 1)) == ""


def test_keys_pan_and_escape_clears(qtbot: QtBot, floor: FloorMap, state: LiveState) -> None:
    state.select(1)
    before = floor.view.centre
    QTest.keyClick(floor, Qt.Key.Key_Right)
    assert floor.view.centre.x() > before.x()
    QTest.keyClick(floor, Qt.Key.Key_Escape)
    assert state.selected is None


def test_each_event_flashes_once_at_its_slots(engine: FakeEngine, layout: StoreLayout) -> None:
    flashes = Flashes(layout)
    engine.advance(9.0)
    assert not flashes.follow(engine.advance(0.1)), "what was before the window opened does not flash"
    assert flashes.follow(engine.advance(2.0))
    newest = flashes.shown[-1]
    event = engine.advance(0.1).events[-1]
    assert newest.slots == layout.slots_of_scale[event.changes[0].scale]
    assert not flashes.follow(engine.advance(0.1))


def test_a_flash_fades_in_steps_and_is_steady_with_reduced_motion(
    engine: FakeEngine, layout: StoreLayout
) -> None:
    flashes = Flashes(layout)
    flashes.follow(engine.advance(4.0))
    flashes.follow(engine.advance(2.0))
    flash = flashes.shown[0]
    times = [flash.began + t for t in (0.0, STEP_S * 1.5, STEP_S * 3, SHOWN_S + 0.01)]
    assert [flash.strength(t, reduced_motion=False) for t in times] == [1.0, 0.7, 0.45, 0.0]
    assert [flash.strength(t, reduced_motion=True) for t in times] == [0.45, 0.45, 0.45, 0.0]


def test_trails_are_short_and_start_anew_when_time_goes_back(engine: FakeEngine) -> None:
    trails = Trails()
    for _ in range(200):
        trails.follow(engine.advance(0.1))
    trail = trails.of(1)
    assert trail is not None
    assert len(trail.pieces) == PIECES
    assert sum(piece.size() for piece in trail.pieces) < 100
    trails.follow(engine.advance(-15.0))
    trail = trails.of(1)
    assert trail is not None
    assert sum(piece.size() for piece in trail.pieces) == 1
    engine.shoppers = 0
    trails.follow(engine.advance(0.1))
    assert trails.of(1) is None


def inked(floor: FloorMap, state: LiveState, engine: FakeEngine, **changes: object) -> int:
    """Pixels that differ when the only shopper is drawn as they are and with ``changes``."""
    snapshot = engine.latest()
    assert snapshot is not None
    shopper = snapshot.inside[0]
    pictures: list[QImage] = []
    for person in (shopper.person, msgspec.structs.replace(shopper.person, **changes)):
        shown = (msgspec.structs.replace(shopper, person=person),)
        engine.play(msgspec.structs.replace(snapshot, inside=shown, seq=snapshot.seq + 1 + len(pictures)))
        state.poll()
        pictures.append(floor.grab().toImage())
    before, after = pictures
    return sum(
        before.pixelColor(x, y) != after.pixelColor(x, y) for x in range(0, 800, 2) for y in range(0, 600, 2)
    )


def test_somebody_hidden_for_long_does_not_cover_the_map(
    floor: FloorMap, state: LiveState, engine: FakeEngine
) -> None:
    near = inked(floor, state, engine, hidden=True, covariance=(0.05, 0.0, 0.05))
    far = inked(floor, state, engine, hidden=True, covariance=(4.0, 0.0, 4.0))
    assert near > 0
    assert far < 0.02 * 400 * 300


def test_doubt_stays_on_the_floor(floor: FloorMap, state: LiveState, engine: FakeEngine) -> None:
    outline = [floor.view.to_pixel(p) for p in state.layout.file.floor.outline]
    beyond = QPointF(min(p.x() for p in outline) - 3, floor.height() / 2).toPoint()
    before = floor.grab().toImage().pixelColor(beyond)
    for spread in (1.0, 4.0, 9.0):
        inked(floor, state, engine, hidden=True, covariance=(spread, 0.0, spread))
        assert floor.grab().toImage().pixelColor(beyond) == before


def test_who_is_not_a_visit_is_grey_and_has_words(
    floor: FloorMap, state: LiveState, engine: FakeEngine
) -> None:
    stranger(engine)
    state.poll()
    at = pixel_of(floor, state, 1)
    assert state.identity(1) == NO_IDENTITY
    assert [i.person.track for i in state.visitors] == [2, 3, 4, 5]
    seen = floor.grab().toImage().pixelColor(round(at.x()) - 7, round(at.y()))
    assert seen == QColor(DARK.secondary)
    assert "not a visit" in floor.text_at(at)


def stranger(engine: FakeEngine, *, ended: bool = False) -> None:
    """The first shopper loses their visit."""
    snapshot = engine.latest()
    assert snapshot is not None
    first = msgspec.structs.replace(snapshot.inside[0], code="")
    engine.play(
        msgspec.structs.replace(
            snapshot,
            seq=snapshot.seq + 1,
            inside=(first, *snapshot.inside[1:]),
            source=msgspec.structs.replace(snapshot.source, ended=ended),
        )
    )


def test_nobody_without_a_visit_is_left_when_a_recording_has_ended(
    state: LiveState, engine: FakeEngine
) -> None:
    stranger(engine, ended=True)
    state.poll()
    assert state.inside(1) is None
    assert state.inside(2) is not None
