"""What somebody at the console sees: the pixels of its window, and the words on its Devices page."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from console.engine_process.client import EngineClient
from console.widgets.camera_wall import CameraWall
from console.window import MainWindow

TURN_S = 0.15
"""From one look at the window to the next, on a computer that is not busy, at most."""
CAPTION = 18
"""Height of the line under a tile's picture."""


@dataclass
class Desk:
    """An open console."""

    qtbot: QtBot
    window: MainWindow
    link: EngineClient
    began: float
    """When the console was started, monotonic."""

    def wait(self, condition: Callable[[], bool], within_s: float, what: str) -> float:
        """Let the window work until ``condition``; seconds since the call. Fails the test when time is up."""
        took, last = 0.0, time.monotonic()
        while not condition():
            if took > within_s:
                pytest.fail(
                    f"not within {within_s} s: {what}; {self.link.state} {self.link.why} {self.rows()}"
                )
            self.qtbot.wait(15)
            now = time.monotonic()
            took, last = took + min(now - last, TURN_S), now  # what a busy machine makes of it does not count
        return took

    def tile(self, camera: str) -> NDArray[np.uint8]:
        """The pixels of a camera's tile, ``[h, w, 3]`` BGR, as the window has painted them by itself."""
        (wall,) = self.window.findChildren(CameraWall)
        number = [c.id for c in self.window.state.layout.file.camera].index(camera)
        box = wall.boxes()[number].toRect().adjusted(3, 3, -3, -3 - CAPTION)
        corner = wall.mapTo(self.window, QPoint(box.left(), box.top()))
        screen = self.window.screen()
        shot = screen.grabWindow(
            self.window.winId(), corner.x(), corner.y(), box.width(), box.height()
        ).toImage()
        image = shot.convertToFormat(QImage.Format.Format_RGB32)
        pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return pixels[:, : image.width() * 4].reshape(image.height(), image.width(), 4)[:, :, :3].copy()

    def is_veiled(self, camera: str) -> bool:
        """In the light theme trouble puts a light veil over whatever was last seen."""
        return bool(np.median(self.tile(camera)) > 150)

    def look_at_tiles(self) -> None:
        """Go to the Live page, and let the window paint it."""
        self.window.show_page("live")
        self.qtbot.wait(200)

    def rows(self) -> dict[str, dict[str, str]]:
        """Goes to the Devices page; by device, what each column says."""
        if self.window.page.name != "devices":
            self.window.show_page("devices")
        table = self.window.page.findChild(QTableView)
        assert isinstance(table, QTableView)
        model = table.model()
        titles = [str(model.headerData(i, Qt.Orientation.Horizontal)) for i in range(model.columnCount())]
        found = [
            {title: str(model.index(row, i).data() or "") for i, title in enumerate(titles)}
            for row in range(model.rowCount())
        ]
        return {row["Device"]: row for row in found}

    def row(self, device: str) -> dict[str, str]:
        """What the Devices page says of one device; empty words while it knows none."""
        return self.rows().get(device, defaultdict(str))
