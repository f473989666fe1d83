"""Live: the floor, the carts and the cameras, as they are now."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from console.item_models.carts import CartsModel
from console.item_models.words import ShopWords, span
from console.language import tr, tr_n, tr_noop
from console.operations.identity_edits import IdentityEdits
from console.operations.live_state import LiveState
from console.operations.simulated_shoppers import SimulatedShoppers
from console.operations.time_travel import TimeTravel
from console.theme.appearance import Appearance
from console.theme.icons import Icon
from console.theme.tokens import SPACE_2, SPACE_3
from console.widgets.activity_strip import ActivityStrip
from console.widgets.camera_paint import CameraPainter
from console.widgets.camera_wall import CameraWall, good_height
from console.widgets.cart_list import CartList
from console.widgets.floor_stage import FloorStage
from console.widgets.labels import EmptyState, label, set_tone, titled
from console.widgets.page import Page
from console.widgets.send_shopper import SendShopper
from console.widgets.shopper_actions import ShopperActions
from console.widgets.splitters import restore, split

NOBODY = (
    tr_noop("Nobody inside"),
    tr_noop("A cart appears here for everybody who comes in through a gate, and fills as they take things."),
)
MOST_FOR_WALL = 0.4
"""Share of the height that the cameras may take before anybody arranged it."""
LEAST_SIDE = 280
"""Pixels for the carts; more where what can be done about them says it in longer or larger words."""
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
        self.stage = FloorStage(shown, state, words, appearance, painter=painter)
        self.map, self.large, self.bar = self.stage.map, self.stage.large, self.stage.bar
        self.wall = CameraWall(shown, painter, appearance)
        self._carts = CartsModel(shown, words, self)
        self.carts = CartList(self._carts, shown, appearance)
        self._nobody = EmptyState(tr(WAITING[0]), tr(WAITING[1]))
        self.put_right = ShopperActions(shown, edits, words)
        self._arranged = False
        self._awaited = ""
        """Code of who is to be selected with the first snapshot."""
        self._actions = self._make_actions()
        self._lay_out()
        for part in (self.stage, self.wall, self.carts):
            part.picked.connect(shown.select)
        self.put_right.left.connect(self.take_focus)
        self.wall.opened.connect(self.stage.toggle_large)
        self.stage.large_changed.connect(self.wall.mark_large)
        shown.snapshot_changed.connect(self._follow)
        shown.moved.connect(self._say_when)
        shoppers.changed.connect(self._offer_sending)
        self.send.led_to.connect(lambda visit: self.led_to.emit("visits", f"visit {visit}"))
        self.setFocusProxy(self.stage)
        self._follow()
        self._offer_sending()

    def page_actions(self) -> Sequence[QAction]:
        """Zoom, fit, and from shopper to shopper."""
        return self._actions

    def complete(self) -> None:
        """All cameras."""
        self.wall.complete()

    def keep(self, settings: QSettings) -> None:
        """Splitters, what the stage shows, and who is selected."""
        settings.setValue("live/columns", self._columns.saveState())
        if self._arranged:
            settings.setValue("live/rows", self._rows.saveState())
        self.stage.keep(settings)
        selected = None if self._state.selected is None else self._state.inside(self._state.selected)
        settings.setValue("live/selected", self._awaited if selected is None else selected.code)

    def take_up(self, settings: QSettings) -> None:
        """As they were left. Who was selected is so again once the engine tells of them."""
        restore(self._columns, settings, "live/columns")
        self._arranged = restore(self._rows, settings, "live/rows")
        self.stage.take_up(settings)
        self._awaited = str(settings.value("live/selected", ""))
        self._follow()

    def select_neighbour(self, step: int) -> None:
        """Select the next or previous cart of the list."""
        count = self._carts.rowCount()
        if count == 0:
            return
        place = self._carts.place_of(self.travel.selected)
        beyond = 0 if step > 0 else count - 1
        self.travel.select(self._carts.row(beyond if place is None else (place + step) % count).track)

    # -- inside --------------------------------------------------------------------------------------

    def _select_awaited(self) -> None:
        """Who was selected when the window was closed, or killed; nobody's newer choice is overruled."""
        if self._state.snapshot is None:
            return
        found = next((inside for inside in self._state.visitors if inside.code == self._awaited), None)
        self._awaited = ""
        if found is not None and self._state.selected is None:
            self._state.select(found.person.track)

    def _follow(self) -> None:
        if self._awaited:
            self._select_awaited()
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
        """The carts say it where what is shown is not now."""
        past = not self.travel.is_now
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
        def action(text: str, keys: str, call: Callable[[], object]) -> QAction:
            made = QAction(text, self)
            made.setShortcut(QKeySequence(keys))
            made.triggered.connect(lambda *_: call())
            return made

        put_right = self.put_right
        return [
            *self.stage.actions_here,
            action(tr("Next shopper"), "Ctrl+Down", lambda: self.select_neighbour(1)),
            action(tr("Previous shopper"), "Ctrl+Up", lambda: self.select_neighbour(-1)),
            action(tr("Select nobody"), "Ctrl+Shift+A", lambda: self.travel.select(None)),
            action(tr("Mark the selected shopper as staff, or not"), "Ctrl+Shift+S", put_right.toggle_staff),
            action(tr("Correct a line of the selected cart"), "Ctrl+Shift+L", put_right.ask_line),
        ]

    def _lay_out(self) -> None:
        self._rows = split(Qt.Orientation.Vertical, (self.stage, 560, 1), (self.wall, 180, 0))
        self._columns = split(Qt.Orientation.Horizontal, (self._rows, 900, 1), (self._side(), 330, 0))
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
        side.setMinimumWidth(max(LEAST_SIDE, self.put_right.minimumSizeHint().width() + 2))
        return side
