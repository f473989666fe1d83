"""Live: the floor, the carts and the cameras, as they are now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from console.item_models.carts import CartsModel
from console.item_models.words import ShopWords
from console.language import tr, tr_n, tr_noop
from console.operations.live_state import LiveState
from console.operations.simulated_shoppers import SimulatedShoppers
from console.theme.appearance import Appearance
from console.theme.icons import Icon
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3
from console.widgets.activity_strip import ActivityStrip
from console.widgets.camera_paint import CameraPainter
from console.widgets.camera_wall import CameraWall, LargeCamera, good_height
from console.widgets.cart_list import CartList
from console.widgets.floor_map import FloorMap
from console.widgets.labels import EmptyState, label, titled, tool_button
from console.widgets.page import Page
from console.widgets.send_shopper import SendShopper

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
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._appearance = state, appearance
        self._shoppers = shoppers
        self.send = SendShopper(shoppers, words, appearance)
        painter = CameraPainter(state)
        self.map = FloorMap(state, words, appearance)
        self.large = LargeCamera(state, painter, appearance)
        self.wall = CameraWall(state, painter, appearance)
        self._carts = CartsModel(state, words, self)
        self.carts = CartList(self._carts, state, appearance)
        self._nobody = EmptyState(tr(WAITING[0]), tr(WAITING[1]))
        self._arranged = False
        self._actions = self._make_actions()
        self._lay_out()
        for part in (self.map, self.large, self.wall, self.carts):
            part.picked.connect(state.select)
        self.wall.opened.connect(self.toggle_large)
        self.large.left.connect(self.show_map)
        state.snapshot_changed.connect(self._follow)
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
        self._title.setText(self._state.layout.cameras[camera].name)
        self._tools.hide()
        self._back.show()
        self.large.setFocus()

    def show_map(self) -> None:
        """Back to the floor."""
        self._stage.setCurrentWidget(self.map)
        self.wall.mark_large(None)
        self._title.setText(tr("Floor"))
        self._tools.show()
        self._back.hide()
        self.map.setFocus()

    def select_neighbour(self, step: int) -> None:
        """Select the next or previous cart of the list."""
        count = self._carts.rowCount()
        if count == 0:
            return
        place = self._carts.place_of(self._state.selected)
        beyond = 0 if step > 0 else count - 1
        self._state.select(self._carts.row(beyond if place is None else (place + step) % count).track)

    # -- inside --------------------------------------------------------------------------------------

    def _follow(self) -> None:
        self._carts.refresh()
        snapshot = self._state.snapshot
        inside = len(self._state.visitors)
        if snapshot is not None:
            self._nobody.heading.setText(tr(NOBODY[0]))
            self._nobody.text.setText(tr(NOBODY[1]))
        self._cart_stack.setCurrentIndex(1 if inside else 0)
        self._count.setText(tr_n("{n} inside", "{n} inside", inside) if inside else "")
        self._badge(str(inside) if inside else "")

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

        return [
            action(tr("Zoom in"), "Ctrl+=", lambda: self.map.zoom(1)),
            action(tr("Zoom out"), "Ctrl+-", lambda: self.map.zoom(-1)),
            action(tr("Show the whole floor"), "Ctrl+0", self.map.fit),
            action(tr("Next shopper"), "Ctrl+Down", lambda: self.select_neighbour(1)),
            action(tr("Previous shopper"), "Ctrl+Up", lambda: self.select_neighbour(-1)),
            action(tr("Select nobody"), "Ctrl+Shift+A", lambda: self._state.select(None)),
        ]

    def _lay_out(self) -> None:
        self._tools = QWidget()
        tools = QHBoxLayout(self._tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(SPACE_1)
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
        stage, self._title = titled(tr("Floor"), self._stage, self._tools, self._back, margins=SPACE_2)
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
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(SPACE_2, 0, SPACE_2, 0)
        inner.addWidget(self.carts)
        self._cart_stack.addWidget(holder)
        self._count = label("", "secondary")
        carts, _ = titled(tr("Carts"), self._cart_stack, self._count)
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
