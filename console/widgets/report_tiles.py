"""The few numbers that one asks for first, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from console.item_models.report_words import Tile
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3
from console.widgets.labels import label, panel, set_tone

MOST = 6


class ReportTiles(QWidget):
    """As many tiles as there are numbers, all of one width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_2)
        self._tiles = [_TileView() for _ in range(MOST)]
        for tile in self._tiles:
            row.addWidget(tile, 1)

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """These numbers."""
        for number, view in enumerate(self._tiles):
            view.setVisible(number < len(tiles))
            if number < len(tiles):
                view.wear(tiles[number])


class _TileView(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._name, self._value = label("", "secondary"), label("", "total")
        self._beside = label("", "secondary")
        frame = panel()
        box = QVBoxLayout(frame)
        box.setContentsMargins(SPACE_3, SPACE_2, SPACE_3, SPACE_2)
        box.setSpacing(SPACE_1)
        self._name_said = ""
        for part in (self._name, self._value, self._beside):
            # A narrow window cuts words, which the tool tips have whole, and does not grow.
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            box.addWidget(part)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        """Names are the longest, and differ at their beginning."""
        room = self.width() - 2 * SPACE_3 - 2
        metrics = self._name.fontMetrics()
        self._name.setText(metrics.elidedText(self._name_said, Qt.TextElideMode.ElideRight, room))

    def wear(self, tile: Tile) -> None:
        self._name_said = tile.name
        self._cut()
        self._value.setText(tile.value)
        self._beside.setText(tile.beside)
        set_tone(self._value, tile.tone)
        for part in (self._name, self._value, self._beside):
            part.setToolTip(tile.name if part is self._name else part.text())
        self.setAccessibleName(" ".join(filter(None, (f"{tile.name}: {tile.value}", tile.beside))))
