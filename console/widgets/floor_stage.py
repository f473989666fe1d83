"""The large part of the Live page: the floor, or one camera in its place, with its buttons and the time."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from console.item_models.words import ShopWords
from console.language import tr
from console.operations.live_state import LiveState
from console.operations.time_travel import TimeTravel
from console.theme.appearance import Appearance
from console.theme.icons import Icon
from console.theme.tokens import SPACE_1, SPACE_2
from console.widgets.camera_paint import CameraPainter
from console.widgets.camera_wall import LargeCamera
from console.widgets.floor_map import FloorMap
from console.widgets.labels import titled, tool_button
from console.widgets.time_travel_bar import LONG_S, SHORT_S, TimeTravelBar


class FloorStage(QWidget):
    """Shows one of the two, and says which, and whether it is now."""

    picked = Signal(object)
    """Track of the shopper clicked on; None: nobody."""
    large_changed = Signal(object)
    """Id of the camera that is large now, or None: the map is shown."""

    def __init__(
        self,
        shown: TimeTravel,
        live: LiveState,
        words: ShopWords,
        appearance: Appearance,
        parent: QWidget | None = None,
        *,
        painter: CameraPainter,
    ) -> None:
        super().__init__(parent)
        self._shown, self._appearance = shown, appearance
        self.map = FloorMap(shown, words, appearance, with_stock=True)
        self.large = LargeCamera(shown, painter, appearance)
        self.bar = TimeTravelBar(shown, live, appearance)
        self.actions_here = self._make_actions()
        self._lay_out()
        for part in (self.map, self.large):
            part.picked.connect(self.picked)
        self.large.left.connect(self.show_map)
        shown.moved.connect(self._say_what)
        self.setFocusProxy(self.map)

    @property
    def large_camera(self) -> str | None:
        """Id of the camera that is shown in place of the map."""
        shown = self._stack.currentWidget() is self.large and self.large.camera is not None
        return self.large.camera.id if shown and self.large.camera is not None else None

    def toggle_large(self, camera: str) -> None:
        """Show a camera large in place of the map; once more goes back."""
        if self.large_camera == camera:
            self.show_map()
            return
        self.large.show_camera(self._shown.layout.cameras[camera])
        self._show(self.large)

    def show_map(self) -> None:
        """Back to the floor."""
        self._show(self.map)

    def follow_selected(self, following: bool) -> None:
        """Keep the selected shopper in the middle of the map, or no longer."""
        self.map.follow(following)
        self._follow_action.setChecked(following)

    def show_cones(self, shown: bool) -> None:
        """Show what each camera sees of the floor, or no longer."""
        self.map.show_cones(shown)
        self._cones_action.setChecked(shown)

    def keep(self, settings: QSettings) -> None:
        """What part of the floor is shown, with what, or which camera."""
        place = self.map.view.place
        settings.setValue("live/place", "" if place is None else " ".join(f"{n:.3f}" for n in place))
        settings.setValue("live/large", self.large_camera or "")
        settings.setValue("live/cones", str(self.map.cones))
        settings.setValue("live/follow", str(self.map.following))

    def take_up(self, settings: QSettings) -> None:
        """As it was left."""
        place = _numbers(str(settings.value("live/place", "")))
        if len(place) == 3:
            self.map.view.take_up((place[0], place[1], place[2]))
        large = str(settings.value("live/large", ""))
        if large in self._shown.layout.cameras:
            self.toggle_large(large)
        if settings.value("live/cones") == "True":
            self.show_cones(True)
        if settings.value("live/follow") == "True":
            self.follow_selected(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Escape goes back to the map, also from the slider."""
        if event.key() == Qt.Key.Key_Escape and self.large_camera is not None:
            self.show_map()
        else:
            super().keyPressEvent(event)

    # -- inside --------------------------------------------------------------------------------------

    def _show(self, part: QWidget) -> None:
        self._stack.setCurrentWidget(part)
        large = part is self.large
        self._tools.setVisible(not large)
        self._back.setVisible(large)
        self.setFocusProxy(part)
        self.large_changed.emit(self.large_camera)
        self._say_what()
        part.setFocus()

    def _say_what(self) -> None:
        large = self._stack.currentWidget() is self.large
        camera = self.large.camera if large else None
        self._title.setText(tr("Floor") if camera is None else camera.name)
        self.map.set_past(not self._shown.is_now)

    def _make_actions(self) -> list[QAction]:
        def action(text: str, keys: str, call: Callable[[bool], object]) -> QAction:
            made = QAction(text, self)
            made.setShortcut(QKeySequence(keys))
            made.triggered.connect(call)
            return made

        travel = self._shown
        self._follow_action = action(tr("Follow the selected shopper"), "Ctrl+Shift+F", self.follow_selected)
        self._cones_action = action(tr("Show what cameras see of the floor"), "Ctrl+Shift+C", self.show_cones)
        for toggle in (self._follow_action, self._cones_action):
            toggle.setCheckable(True)
        return [
            action(tr("Zoom in"), "Ctrl+=", lambda _: self.map.zoom(1)),
            action(tr("Zoom out"), "Ctrl+-", lambda _: self.map.zoom(-1)),
            action(tr("Show the whole floor"), "Ctrl+0", lambda _: self.map.fit()),
            self._follow_action,
            self._cones_action,
            action(tr("Earlier"), "Ctrl+Left", lambda _: travel.step(-SHORT_S)),
            action(tr("Later"), "Ctrl+Right", lambda _: travel.step(SHORT_S)),
            action(tr("Half a minute earlier"), "Ctrl+Shift+Left", lambda _: travel.step(-LONG_S)),
            action(tr("Half a minute later"), "Ctrl+Shift+Right", lambda _: travel.step(LONG_S)),
            action(tr("Back to now"), "Ctrl+End", lambda _: travel.go_to_now()),
        ]

    def _lay_out(self) -> None:
        self._tools = QWidget()
        tools = QHBoxLayout(self._tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(SPACE_1)
        for what, action in ((Icon.DEVICES, self._cones_action), (Icon.FOLLOW, self._follow_action)):
            name, keys = action.text(), action.shortcut().toString()
            button = tool_button(what, name, f"{name} ({keys})", self._appearance, action.trigger)
            button.setCheckable(True)
            action.toggled.connect(button.setChecked)
            tools.addWidget(button)
        for what, name, keys, call in (
            (Icon.ZOOM_OUT, tr("Zoom out"), "Ctrl+-", lambda: self.map.zoom(-1)),
            (Icon.ZOOM_IN, tr("Zoom in"), "Ctrl+=", lambda: self.map.zoom(1)),
            (Icon.FIT, tr("Show the whole floor"), "Ctrl+0", self.map.fit),
        ):
            tools.addWidget(tool_button(what, name, f"{name} ({keys})", self._appearance, call))
        self._back = tool_button(
            Icon.CLOSE, tr("Back to the map"), tr("Back to the map (Esc)"), self._appearance, self.show_map
        )
        self._back.hide()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.map)
        self._stack.addWidget(self.large)
        holder = QWidget()
        held = QVBoxLayout(holder)
        held.setContentsMargins(0, 0, 0, 0)
        held.setSpacing(SPACE_2)
        held.addWidget(self._stack, 1)
        held.addWidget(self.bar)
        frame, self._title = titled(tr("Floor"), holder, self._tools, self._back, margins=SPACE_2)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(frame)


def _numbers(text: str) -> tuple[float, ...]:
    """Those that a text holds, none where one of them is none: settings may be of another version."""
    try:
        found = tuple(map(float, text.split()))
    except ValueError:
        return ()
    return found if all(map(math.isfinite, found)) else ()
