"""Live: the floor, the carts and the cameras, as they are now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from console.item_models.carts import CartsModel
from console.item_models.words import ShopWords, span
from console.language import tr, tr_n, tr_noop
from console.operations.identity_edits import IdentityEdits
from console.operations.live_state import LiveState
from console.operations.simulated_shoppers import SimulatedShoppers
from console.operations.time_travel import TimeTravel
from console.theme.appearance import Appearance
from console.theme.icons import Icon
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3
from console.widgets.activity_strip import ActivityStrip
from console.widgets.camera_paint import CameraPainter
from console.widgets.camera_wall import CameraWall, LargeCamera, good_height
from console.widgets.cart_list import CartList
from console.widgets.floor_map import FloorMap
from console.widgets.labels import EmptyState, label, set_tone, titled, tool_button
from console.widgets.page import Page
from console.widgets.send_shopper import SendShopper
from console.widgets.shopper_actions import ShopperActions
from console.widgets.time_travel_bar import LONG_S, SHORT_S, TimeTravelBar

NOBODY = (
    tr_noop("Nobody inside"),
    tr_noop("A cart appears here for everybody who comes in through a gate, and fills as they take things."),
)
MOST_FOR_WALL = 0.4
"""Share of the height that the cameras may take before anybody arranged it."""
WAITING = (
    tr_noop("Waiting for the engine"),
    tr_noop("The floor and the carts appear with its first snapshot."),
)


class LivePage(Page):
    """The first page: what a shop assistant looks at."""

    name = "live"
    word = tr_noop("Live")
    icon = Icon.LIVE
    tip = tr_noop("The floor, the carts and the cameras, as they are now")

    led_to = Signal(str, str)
    """Another page, and what to look at there."""

    def __init__(
        self,
        state: LiveState,
        shoppers: SimulatedShoppers,
        words: ShopWords,
        appearance: Appearance,
        *,
        edits: IdentityEdits,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._appearance = state, appearance
        self._shoppers = shoppers
        self.send = SendShopper(shoppers, words, appearance)
        self.travel = shown = TimeTravel(state, self)
        painter = CameraPainter(shown)
        self.map = FloorMap(shown, words, appearance)
        self.large = LargeCamera(shown, painter, appearance)
        self.wall = CameraWall(shown, painter, appearance)
        self._carts = CartsModel(shown, words, self)
        self.carts = CartList(self._carts, shown, appearance)
        self.bar = TimeTravelBar(shown, state, appearance)
        self._nobody = EmptyState(tr(WAITING[0]), tr(WAITING[1]))
        self.put_right = ShopperActions(shown, edits, words)
        self._arranged = False
        self._actions = self._make_actions()
        self._lay_out()
        for part in (self.map, self.large, self.wall, self.carts):
            part.picked.connect(shown.select)
        self.wall.opened.connect(self.toggle_large)
        self.large.left.connect(self.show_map)
        shown.snapshot_changed.connect(self._follow)
        shown.moved.connect(self._say_when)
        shoppers.changed.connect(self._offer_sending)
        self.send.led_to.connect(lambda visit: self.led_to.emit("visits", f"visit {visit}"))
        self.setFocusProxy(self.map)
        self._follow()
        self._offer_sending()

    def page_actions(self) -> Sequence[QAction]:
        """Zoom, fit, and from shopper to shopper."""
        return self._actions

    def keep(self, settings: QSettings) -> None:
        """Where the splitters stand."""
        settings.setValue("live/columns", self._columns.saveState())
        if self._arranged:
            settings.setValue("live/rows", self._rows.saveState())

    def take_up(self, settings: QSettings) -> None:
        """Put the splitters there."""
        for key, splitter in (("live/columns", self._columns), ("live/rows", self._rows)):
            stored = settings.value(key)
            if isinstance(stored, QByteArray):
                splitter.restoreState(stored)
                self._arranged |= splitter is self._rows

    def toggle_large(self, camera: str) -> None:
        """Show a camera large in place of the map; once more goes back."""
        if self.wall.large == camera:
            self.show_map()
            return
        self.large.show_camera(self._state.layout.cameras[camera])
        self._stage.setCurrentWidget(self.large)
        self.wall.mark_large(camera)
        self._say_when()
        self._tools.hide()
        self._back.show()
        self.large.setFocus()

    def show_map(self) -> None:
        """Back to the floor."""
        self._stage.setCurrentWidget(self.map)
        self.wall.mark_large(None)
        self._say_when()
        self._tools.show()
        self._back.hide()
        self.map.setFocus()

    def select_neighbour(self, step: int) -> None:
        """Select the next or previous cart of the list."""
        count = self._carts.rowCount()
        if count == 0:
            return
        place = self._carts.place_of(self.travel.selected)
        beyond = 0 if step > 0 else count - 1
        self.travel.select(self._carts.row(beyond if place is None else (place + step) % count).track)

    def follow_selected(self, following: bool) -> None:
        """Keep the selected shopper in the middle of the map, or no longer."""
        self.map.follow(following)
        self._follow_action.setChecked(following)

    def show_cones(self, shown: bool) -> None:
        """Show what each camera sees of the floor, or no longer."""
        self.map.show_cones(shown)
        self._cones_action.setChecked(shown)

    # -- inside --------------------------------------------------------------------------------------

    def _follow(self) -> None:
        self._carts.refresh()
        inside = len(self.travel.visitors)
        if self.travel.snapshot is not None:
            self._nobody.heading.setText(tr(NOBODY[0]))
            self._nobody.text.setText(tr(NOBODY[1]))
        self._cart_stack.setCurrentIndex(1 if inside else 0)
        if self.travel.is_now:
            self._count.setText(tr_n("{n} inside", "{n} inside", inside) if inside else "")
            self._badge(str(inside) if inside else "")

    def _say_when(self) -> None:
        """Titles and frames say it where what is shown is not now."""
        camera = self.large.camera if self._stage.currentWidget() is self.large else None
        self._title.setText(tr("Floor") if camera is None else camera.name)
        past = not self.travel.is_now
        self.map.set_past(past)
        if past:
            self._count.setText(tr("{age} ago", age=span(self.travel.age)))
        set_tone(self._count, "waiting" if past else "neutral")
        self._follow()

    def _offer_sending(self) -> None:
        """Only into a simulated store somebody can be sent."""
        self._sending.setVisible(self._shoppers.is_simulated)

    def _arrange(self) -> None:
        """Until somebody moves the splitter, the wall is as high as its tiles need."""
        height = self._rows.height() - self._rows.handleWidth()
        if self._arranged or height <= 0:
            return
        wanted = good_height(self.wall.width(), len(self._state.layout.file.camera))
        wall = min(wanted, int(height * MOST_FOR_WALL))
        if self._rows.sizes()[1] != wall:
            self._rows.setSizes([height - wall, wall])

    def _moved(self) -> None:
        self._arranged = True

    def _make_actions(self) -> list[QAction]:
        def action(text: str, keys: str | QKeySequence.StandardKey, call: object) -> QAction:
            made = QAction(text, self)
            made.setShortcut(QKeySequence(keys))
            made.triggered.connect(call)
            return made

        self._follow_action = action(tr("Follow the selected shopper"), "Ctrl+Shift+F", self.follow_selected)
        self._cones_action = action(tr("Show what cameras see of the floor"), "Ctrl+Shift+C", self.show_cones)
        for toggle in (self._follow_action, self._cones_action):
            toggle.setCheckable(True)
        return [
            action(tr("Zoom in"), "Ctrl+=", lambda: self.map.zoom(1)),
            action(tr("Zoom out"), "Ctrl+-", lambda: self.map.zoom(-1)),
            action(tr("Show the whole floor"), "Ctrl+0", self.map.fit),
            action(tr("Next shopper"), "Ctrl+Down", lambda: self.select_neighbour(1)),
            action(tr("Previous shopper"), "Ctrl+Up", lambda: self.select_neighbour(-1)),
            action(tr("Select nobody"), "Ctrl+Shift+A", lambda: self.travel.select(None)),
            self._follow_action,
            self._cones_action,
            action(
                tr("Mark the selected shopper as staff, or not"), "Ctrl+Shift+S", self.put_right.toggle_staff
            ),
            action(tr("Correct a line of the selected cart"), "Ctrl+Shift+L", self.put_right.ask_line),
            action(tr("Earlier"), "Ctrl+Left", lambda: self.travel.step(-SHORT_S)),
            action(tr("Later"), "Ctrl+Right", lambda: self.travel.step(SHORT_S)),
            action(tr("Half a minute earlier"), "Ctrl+Shift+Left", lambda: self.travel.step(-LONG_S)),
            action(tr("Half a minute later"), "Ctrl+Shift+Right", lambda: self.travel.step(LONG_S)),
            action(tr("Back to now"), "Ctrl+End", self.travel.go_to_now),
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
        self._stage = QStackedWidget()
        self._stage.addWidget(self.map)
        self._stage.addWidget(self.large)
        holder = QWidget()
        held = QVBoxLayout(holder)
        held.setContentsMargins(0, 0, 0, 0)
        held.setSpacing(SPACE_2)
        held.addWidget(self._stage, 1)
        held.addWidget(self.bar)
        stage, self._title = titled(tr("Floor"), holder, self._tools, self._back, margins=SPACE_2)
        self._rows = QSplitter(Qt.Orientation.Vertical)
        self._rows.addWidget(stage)
        self._rows.addWidget(self.wall)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.addWidget(self._rows)
        self._columns.addWidget(self._side())
        for splitter, sizes, stretch in (
            (self._rows, [560, 180], (1, 0)),
            (self._columns, [900, 330], (1, 0)),
        ):
            splitter.setHandleWidth(SPACE_3)
            splitter.setChildrenCollapsible(False)
            splitter.setSizes(sizes)
            for i, factor in enumerate(stretch):
                splitter.setStretchFactor(i, factor)
        self._rows.splitterMoved.connect(self._moved)
        self.wall.resized.connect(self._arrange)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, SPACE_3, SPACE_3, SPACE_3)
        box.addWidget(self._columns)

    def _side(self) -> QWidget:
        self._cart_stack = QStackedWidget()
        self._cart_stack.addWidget(self._nobody)
        listed = QWidget()
        inner = QVBoxLayout(listed)
        inner.setContentsMargins(SPACE_2, 0, SPACE_2, 0)
        inner.addWidget(self.carts)
        self._cart_stack.addWidget(listed)
        self._count = label("", "secondary")
        holder = QWidget()
        held = QVBoxLayout(holder)
        held.setContentsMargins(0, 0, 0, 0)
        held.addWidget(self._cart_stack, 1)
        held.addWidget(self.put_right)
        carts, _ = titled(tr("Carts"), holder, self._count)
        self.strip = ActivityStrip(self._state, self._appearance)
        self.strip.setFixedHeight(110)
        strip, _ = titled(
            tr("Last 5 minutes"),
            self.strip,
            label(
                tr(
                    "{down} taken {up} put back",
                    down="\N{BLACK DOWN-POINTING TRIANGLE}",
                    up="\N{BLACK UP-POINTING TRIANGLE}",
                ),
                "secondary",
            ),
            margins=SPACE_2,
        )
        self._sending, _ = titled(
            tr("Send a shopper in"), self.send, label(tr("simulated store"), "secondary")
        )
        side = QWidget()
        box = QVBoxLayout(side)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_3)
        box.addWidget(self._sending)
        box.addWidget(carts, 1)
        box.addWidget(strip)
        side.setMinimumWidth(280)
        return side
