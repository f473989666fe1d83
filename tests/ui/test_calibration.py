"""A camera calibrated by showing points of the floor, by keys alone and by the mouse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSettings, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.operations.calibration_pairs import CalibrationPairs
from console.operations.camera_drafts import CameraDraft, camera_of, problems_of
from console.theme.appearance import Appearance
from console.widgets.calibration_dialog import CalibrationDialog
from store_layout.camera_geometry import camera_model
from store_layout.model import PointPair, StoreLayout
from store_layout.pair_fit import PairFit
from tests.support.stores import small_store

PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def seen_pairs(layout: StoreLayout, count: int) -> tuple[PointPair, ...]:
    """Corners of the store as its first camera sees them."""
    camera = layout.file.camera[0]
    model = camera_model(camera)
    corners = [*layout.file.floor.outline, *(c for f in layout.file.fixture for c in f.outline)]
    pixels, front = model.project(np.array([[*corner, 0.0] for corner in corners]))
    found = [
        PointPair(floor=corner, pixel=(float(u), float(v)))
        for corner, (u, v), before in zip(corners, pixels, front, strict=True)
        if before and 0 < u < camera.width and 0 < v < camera.height
    ]
    assert len(found) >= count
    return tuple(found[:count])


@pytest.fixture
def layout() -> StoreLayout:
    return small_store()


def dialog_of(
    qtbot: QtBot, layout: StoreLayout, tmp_path: Path, pairs: tuple[PointPair, ...]
) -> CalibrationDialog:
    settings = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    camera = layout.file.camera[0]
    image = QImage(camera.width // 2, camera.height // 2, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.gray)
    made = CalibrationDialog(
        CalibrationPairs((camera.width, camera.height), 80.0, pairs), layout, image, Appearance(settings)
    )
    qtbot.addWidget(made)
    made.show()
    return made


def test_points_shown_make_a_camera_and_the_worst_is_named(
    qtbot: QtBot, layout: StoreLayout, tmp_path: Path
) -> None:
    pairs = list(seen_pairs(layout, 7))
    wrong = pairs[2]
    pairs[2] = PointPair(floor=wrong.floor, pixel=(wrong.pixel[0] + 40, wrong.pixel[1] + 25))
    dialog = dialog_of(qtbot, layout, tmp_path, tuple(pairs))
    item = dialog.table.item(2, 4)
    assert item is not None
    assert "worst" in item.text()
    before = dialog.pairs.fit
    assert before is not None
    dialog.table.setCurrentCell(-1, -1)
    QTest.keyClick(dialog.remove_button, Qt.Key.Key_Space)
    assert [pair.floor for pair in dialog.pairs.pairs] == [p.floor for i, p in enumerate(pairs) if i != 2]
    assert dialog.pairs.fit is not None
    assert dialog.pairs.fit.rms_px < 1.0 < before.rms_px
    dialog.pairs.undo()
    assert dialog.pairs.pairs == tuple(pairs)


def test_a_pair_by_keys_alone(qtbot: QtBot, layout: StoreLayout, tmp_path: Path) -> None:
    dialog = dialog_of(qtbot, layout, tmp_path, seen_pairs(layout, 4))
    dialog.picture.setFocus()
    QTest.keyClick(dialog.picture, Qt.Key.Key_Right, SHIFT)
    QTest.keyClick(dialog.picture, Qt.Key.Key_Return)
    assert dialog.pairs.pixel is not None
    assert "on the floor" in dialog._next.text()
    QTest.keyClick(dialog.picture, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog.floor
    QTest.keyClick(dialog.floor, Qt.Key.Key_Down)
    QTest.keyClick(dialog.floor, Qt.Key.Key_Return)
    assert len(dialog.pairs.pairs) == 5
    dialog.undo_button.setFocus()
    QTest.keyClick(dialog.undo_button, Qt.Key.Key_Space)
    assert len(dialog.pairs.pairs) == 4


def test_a_click_near_a_corner_means_the_corner(qtbot: QtBot, layout: StoreLayout, tmp_path: Path) -> None:
    dialog = dialog_of(qtbot, layout, tmp_path, ())
    corner = layout.file.fixture[0].outline[0]
    at = dialog.floor.to_pixel(corner) + QPointF(3, -2)
    QTest.mouseClick(dialog.floor, Qt.MouseButton.LeftButton, PLAIN, at.toPoint())
    assert dialog.pairs.floor == corner
    assert not dialog.use_button.isEnabled()


def test_points_on_one_line_are_refused_with_the_reason(
    qtbot: QtBot, layout: StoreLayout, tmp_path: Path
) -> None:
    line = tuple(PointPair(floor=(i, 1.0), pixel=(40.0 * i, 100.0)) for i in range(5))
    dialog = dialog_of(qtbot, layout, tmp_path, line)
    assert "lie on one line" in dialog._words.text()
    assert not dialog.use_button.isEnabled()


def test_what_was_found_is_the_cameras_calibration(qtbot: QtBot, layout: StoreLayout, tmp_path: Path) -> None:
    dialog = dialog_of(qtbot, layout, tmp_path, seen_pairs(layout, 8))
    found: list[PairFit] = []
    dialog.chosen.connect(found.append)
    QTest.keyClick(dialog.use_button, Qt.Key.Key_Space)
    (fit,) = found
    old = layout.file.camera[0]
    draft = CameraDraft(
        id=old.id,
        name="Over the door",
        url="rtsp://10.0.0.1/s",
        size=(old.width, old.height),
        measured=fit.calibration,
    )
    assert problems_of(draft, layout, old, None) == {}
    camera = camera_of(draft, old)
    assert camera.calibration == fit.calibration
    assert fit.calibration.pairs == dialog.pairs.pairs
