from __future__ import annotations

from itertools import product

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPaintEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.operations.live_state import LiveState
from console.theme.appearance import Appearance
from console.theme.tokens import DARK
from console.widgets.camera_paint import CameraPainter, as_image
from console.widgets.camera_wall import CameraWall, good_height, tile_boxes
from console.widgets.wire_frame import wire_frame
from inference.messages.wire import DeviceStatus
from store_layout.camera_geometry import camera_model
from store_layout.model import PointPair, PointsCalibration, StoreLayout
from tests.support.fake_engine import EPOCH, FakeEngine


@pytest.fixture
def wall(qtbot: QtBot, state: LiveState, appearance: Appearance) -> CameraWall:
    appearance.choose("dark")
    made = CameraWall(state, CameraPainter(state), appearance)
    qtbot.addWidget(made)
    made.resize(900, 200)
    made.show()
    return made


@given(st.integers(0, 16), st.integers(50, 2000), st.integers(50, 800))
def test_tiles_stay_inside_and_apart(count: int, width: int, height: int) -> None:
    boxes = tile_boxes(QSize(width, height), count)
    assert len(boxes) == count
    for i, box in enumerate(boxes):
        assert box.left() >= 0
        assert box.right() <= width + 1
        assert box.bottom() <= height + 1
        assert not any(box.intersects(other) for other in boxes[i + 1 :])


def test_the_walls_height_suits_its_tiles() -> None:
    assert good_height(1400, 8) < 120, "one row of eight"
    assert 200 < good_height(900, 8) < 300, "two rows of four"


def test_wire_frame_draws_what_the_camera_would_see(qapp: QApplication, layout: StoreLayout) -> None:
    camera = layout.file.camera[0]
    picture = wire_frame(layout, camera, (640, 360), DARK, 1.0).toImage()
    gate = layout.file.gate[0].outline
    middle = ((gate[0][0] + gate[1][0]) / 2, gate[0][1], 0.0)
    pixel, front = camera_model(camera).project(np.array([middle]))
    assert front[0]
    x, y = pixel[0] * 640 / camera.width
    near = [picture.pixelColor(round(x) + dx, round(y) + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    assert QColor(DARK.raised) not in near or any(c != QColor(DARK.raised) for c in near)
    assert any(c.green() > c.red() + 30 for c in near), "the gate's edge is there, in the accent"


def test_a_floor_only_camera_shows_the_floor(qapp: QApplication, layout: StoreLayout) -> None:
    corners = ((0.0, 0.0), (6.0, 0.0), (6.0, 6.0), (0.0, 6.0))
    pixels = ((100.0, 600.0), (1100.0, 620.0), (800.0, 150.0), (300.0, 160.0))
    pairs = tuple(PointPair(floor=f, pixel=p) for f, p in zip(corners, pixels, strict=True))
    camera = msgspec.structs.replace(layout.file.camera[0], calibration=PointsCalibration(pairs=pairs))
    picture = wire_frame(layout, camera, (320, 180), DARK, 1.0).toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(0, 320, 2) for y in range(0, 180, 2)}
    assert len(colours) > 3


def test_shared_pixels_are_drawn_as_they_are(qapp: QApplication) -> None:
    pixels = np.zeros((2, 3, 4), np.uint8)
    pixels[0, 1] = (10, 20, 30, 255)
    colour = as_image(pixels).pixelColor(1, 0)
    assert (colour.blue(), colour.green(), colour.red()) == (10, 20, 30)


def test_a_click_on_a_person_selects_and_elsewhere_enlarges(
    qtbot: QtBot, wall: CameraWall, state: LiveState
) -> None:
    picked: list[object] = []
    opened: list[str] = []
    wall.picked.connect(picked.append)
    wall.opened.connect(opened.append)
    snapshot, camera, box = state.snapshot, state.layout.file.camera[1], wall.boxes()[1]
    assert snapshot is not None
    view = snapshot.cameras[1]
    x1, y1, x2, y2 = view.items[0].box
    at = CameraPainter(state).picture_box(camera, box)
    pixel = QPointF(
        at.left() + (x1 + x2) / 2 * at.width() / view.width,
        at.top() + (y1 + y2) / 2 * at.height() / view.height,
    )
    QTest.mouseClick(wall, Qt.MouseButton.LeftButton, pos=pixel.toPoint())
    assert len(picked) == 1
    assert picked[0] in view.tracks
    QTest.mouseClick(
        wall, Qt.MouseButton.LeftButton, pos=QRectF(at).topLeft().toPoint() + QPointF(3, 3).toPoint()
    )
    assert opened == ["cam2"]


def test_a_new_moment_is_painted_in_parts_that_come_to_all_tiles(
    qtbot: QtBot, wall: CameraWall, state: LiveState, engine: FakeEngine
) -> None:
    wall.complete()
    qtbot.waitUntil(lambda: not wall._parts and not wall._later.isActive())
    QApplication.processEvents()
    painted: list[QRegion] = []

    class Painted(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if isinstance(event, QPaintEvent):
                painted.append(QRegion(event.region()))
            return False

    watcher = Painted()
    wall.installEventFilter(watcher)
    engine.advance(0.1)
    state.poll()
    qtbot.waitUntil(lambda: not wall._parts and not wall._later.isActive() and len(painted) >= 2)
    tiles = [box.toRect() for box in wall.boxes()]
    assert all(any(region.contains(tile.center()) for region in painted) for tile in tiles)
    assert not any(all(region.contains(tile.center()) for tile in tiles) for region in painted)


def test_the_wall_is_usable_by_keyboard(qtbot: QtBot, wall: CameraWall) -> None:
    opened: list[str] = []
    wall.opened.connect(opened.append)
    QTest.keyClick(wall, Qt.Key.Key_Right)
    QTest.keyClick(wall, Qt.Key.Key_Right)
    QTest.keyClick(wall, Qt.Key.Key_Return)
    assert opened == ["cam3"]
    assert wall.accessibleDescription().startswith("West 2: Live, 10 per second")


def test_a_lost_camera_says_why(wall: CameraWall, state: LiveState, engine: FakeEngine) -> None:
    live = wall.grab().toImage()
    engine.down["cam2"] = DeviceStatus("cam2", "camera", "lost", EPOCH, why="No picture for 6 s")
    engine.advance(0.0)
    state.poll()
    assert "Lost, No picture for 6 s" in CameraPainter(state).spoken(state.layout.file.camera[1])
    lost = wall.grab().toImage()
    middle = wall.boxes()[1].center().toPoint()
    patch = [middle + QPointF(dx, dy).toPoint() for dx in range(-10, 10) for dy in range(-30, 0)]
    reds = [p for p in patch if lost.pixelColor(p).red() > lost.pixelColor(p).blue() + 60]
    assert reds
    assert live.pixelColor(wall.boxes()[0].center().toPoint()) == lost.pixelColor(
        wall.boxes()[0].center().toPoint()
    )


def test_wire_frames_are_drawn_one_a_paint_unless_a_picture_is_taken(
    qtbot: QtBot, state: LiveState, appearance: Appearance
) -> None:
    def colours(picture: QImage, box: QRect) -> int:
        points = product(range(box.left(), box.right(), 3), range(box.top(), box.bottom(), 3))
        return len({picture.pixel(x, y) for x, y in points})

    painter = CameraPainter(state)
    wall = CameraWall(state, painter, appearance)
    qtbot.addWidget(wall)
    wall.resize(900, 200)
    wall.grab()
    owed = painter.owes
    wall.complete()
    assert (owed, painter.owes) == (True, False)
    picture = wall.grab().toImage()
    tops = [box.adjusted(4, 4, -4, -24).toRect() for box in wall.boxes()]
    assert all(colours(picture, box) > 8 for box in tops), "more than a plain ground"
