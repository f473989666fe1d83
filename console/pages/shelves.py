"""Shelves: every fixture as it stands, each slot with what lies in it, and what is to be done there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.item_models.shelf_tasks import ShelfTasks
from console.item_models.shelf_words import face_words
from console.item_models.shelves import ShelfBook
from console.item_models.words import ShopWords
from console.language import tr, tr_noop
from console.operations.catalogue_desk import CatalogueDesk
from console.operations.gondolas import Face, faces
from console.operations.live_state import LiveState
from console.operations.operator_session import OperatorSession
from console.operations.shelf_desk import ShelfDesk
from console.operations.store_desk import StoreDesk
from console.operations.store_takeover import StoreTakeover
from console.theme.appearance import Appearance
from console.theme.icons import Icon
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from console.widgets.catalogue_tools import CatalogueTools
from console.widgets.fixture_map import FixtureMap
from console.widgets.gondola_area import GondolaArea
from console.widgets.gondola_view import GondolaView
from console.widgets.labels import EmptyState, panel, titled
from console.widgets.page import Page
from console.widgets.product_pictures import ProductPictures
from console.widgets.shelf_tools import ShelfTools
from console.widgets.slot_pane import SlotPane
from console.widgets.takeover_bar import TakeoverBar
from console.widgets.task_panel import TaskPanel
from inference.messages.wire import Snapshot

LEFT, MOST_LEFT, RIGHT = 236, 320, 364
HIDDEN_S = 1.0
"""Store time between two looks while the page is hidden: only its badge is kept up."""


class ShelvesPage(Page):
    """Plan and list of fixtures on the left, the front of one in the middle, one slot on the right."""

    name = "shelves"
    word = tr_noop("Shelves")
    icon = Icon.SHELVES
    tip = tr_noop("What lies on every shelf, and what is to be done there")

    def __init__(
        self,
        state: LiveState,
        desk: ShelfDesk,
        session: OperatorSession,
        words: ShopWords,
        *,
        catalogue: CatalogueDesk,
        store: StoreDesk,
        takeover: StoreTakeover,
        pictures: ProductPictures,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._desk, self._session, self._words = state, desk, session, words
        self._catalogue = catalogue
        self._book = ShelfBook(state.layout)
        self.tools = CatalogueTools(catalogue, session, words, pictures=pictures, appearance=appearance)
        self.shelf_tools = ShelfTools(store, session, state, appearance)
        self.bar = TakeoverBar(takeover)
        self.tasks = ShelfTasks({sku: p.weight_g for sku, p in state.layout.products.items()})
        self._faces = {face.key: face for face in faces(state.layout)}
        self._seen: tuple[object, ...] = ()
        self._followed = 0.0
        self.map = FixtureMap(state.layout, tuple(self._faces.values()), appearance)
        self.list = QListWidget()
        self.gondola = GondolaView(words, pictures, appearance)
        self.gondola.comes_after = self.list
        self.pane = SlotPane(desk, words, appearance)
        self.to_do = TaskPanel(self.tasks, words, appearance)
        self.table = self.to_do.table
        self._make_actions()
        self._lay_out()
        self._connect()
        self.list.setCurrentRow(0)
        self._offer_changes()
        self._follow()

    def page_actions(self) -> Sequence[QAction]:
        """Sides, tasks, slots."""
        return self._actions

    def look_at(self, what: str) -> None:
        """``tasks``, ``changes``, ``slot ID``, or ``fill ID``: what is to stand there."""
        if what == "tasks":
            self.table.setFocus()
        elif what == "changes":
            self.tools.open_changes()
        elif what.startswith("slot "):
            self.show_slot(what.removeprefix("slot "))
        elif what.startswith("fill "):
            self.show_slot(what.removeprefix("fill "))
            self.change_slot()

    def take_focus(self) -> None:
        """The slot that is chosen."""
        (self.gondola.focusProxy() or self.list).setFocus()

    def keep(self, settings: QSettings) -> None:
        """The side and the slot."""
        item = self.list.currentItem()
        settings.setValue("shelves/face", "" if item is None else item.data(Qt.ItemDataRole.UserRole))
        settings.setValue("shelves/slot", self.gondola.slot)

    def take_up(self, settings: QSettings) -> None:
        """As they were left."""
        self._show_key(str(settings.value("shelves/face", "")))
        slot = str(settings.value("shelves/slot", ""))
        self.gondola.choose(slot)

    def show_slot(self, slot: str) -> None:
        """Go to a slot, on whatever side it is."""
        for key, face in self._faces.items():
            if any(placed.slot.id == slot for placed in face.slots):
                self._show_key(key)
                self.gondola.choose(slot)
                self.take_focus()

    def change_slot(self) -> None:
        """Say what stands in the chosen slot."""
        now = self._book.slots.get(self.gondola.slot)
        if now is not None:
            self.tools.open_slot(now)

    # -- what happens --------------------------------------------------------------------------------

    def _follow(self) -> None:
        snapshot = self._state.snapshot
        if snapshot is None:
            return
        if not self.isVisible():
            self._follow_unseen(snapshot)
            return
        seen = (snapshot.scales, snapshot.moved, snapshot.misplaced)
        self.shelf_tools.follow()
        if seen != self._seen or abs(snapshot.t - self._followed) >= HIDDEN_S:
            self._seen, self._followed = seen, snapshot.t
            self._book.follow(snapshot)
            self.tasks.follow(self._book.slots.values(), snapshot.t)
            self._show()

    def _follow_unseen(self, snapshot: Snapshot) -> None:
        """All slots in ``HIDDEN_S``; then the badge."""
        if self._book.follow_in_turn(snapshot, HIDDEN_S):
            self._followed = snapshot.t
            self.shelf_tools.follow()
            self.tasks.follow(self._book.slots.values(), snapshot.t)
            self._show()

    def _show(self) -> None:
        now = self._followed
        faulty = [one for one in self._book.slots.values() if one.faults]
        waiting = len(self.tasks.tasks) + len(faulty)
        self._badge(
            str(waiting) if waiting else "", "wrong" if faulty else "waiting" if waiting else "neutral"
        )
        if not self.isVisible():
            return
        self.gondola.show_slots(self._book.slots, now)
        if self.gondola.slot in self._book.slots:
            self.pane.show_slot(self._book.slots[self.gondola.slot], now)
        self.to_do.show_tasks(now)
        needy = {task.slot for task in self.tasks.tasks} | {one.slot.id for one in faulty}
        self.map.show_needs(Counter(self._book.slots[slot].slot.fixture for slot in needy))
        for row in range(self.list.count()):
            item = self.list.item(row)
            face = self._faces[item.data(Qt.ItemDataRole.UserRole)]
            need = sum(placed.slot.id in needy for placed in face.slots)
            words = _marked(face_words(face), need)
            if item.text() != words:
                item.setText(words)

    def _offer_changes(self) -> None:
        self.pane.change.setVisible(self._catalogue.can_change)

    def _show_key(self, key: str) -> None:
        for row in range(self.list.count()):
            if self.list.item(row).data(Qt.ItemDataRole.UserRole) == key:
                self.list.setCurrentRow(row)

    def _show_face(self, row: int) -> None:
        face = self._face(row)
        if face is None:
            return
        self.map.show_face(face)
        self._title.setText(face_words(face))
        self.gondola.show_face(face, self._book.slots, self._followed)

    def _face(self, row: int) -> Face | None:
        item = self.list.item(row) if 0 <= row < self.list.count() else None
        return None if item is None else self._faces[item.data(Qt.ItemDataRole.UserRole)]

    def _fixture(self) -> str:
        """The shelf whose side is chosen; empty: there is none."""
        face = self._face(self.list.currentRow())
        return "" if face is None else face.fixture.id

    def _step_face(self, step: int) -> None:
        if self.list.count():
            tile = self.gondola.focusProxy()
            focused = tile is not None and tile.hasFocus()
            self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
            if focused:
                self.take_focus()

    def _chose(self, slot: str) -> None:
        now = self._book.slots.get(slot)
        if self.isVisible():
            self._desk.watch(self._state.layout.slots[slot].scale or "")
        if now is not None:
            self.pane.show_slot(now, self._followed)

    def _set_zero(self, load_g: float, what: str) -> None:
        now = self._book.slots.get(self.gondola.slot)
        if now is not None:
            self._desk.tare(load_g, now.zero_g, self._session.actor, what)

    def _undo_zero(self) -> None:
        now = self._book.slots.get(self.gondola.slot)
        if now is not None:
            self._desk.take_back(now.level_g + now.zero_g, self._session.actor, "undone")

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """While hidden only the badge was kept up, and no trace was asked for."""
        super().showEvent(event)
        self._seen = ()
        self._follow()
        if self.gondola.slot:
            self._chose(self.gondola.slot)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Nobody looks."""
        self._desk.watch("")
        super().hideEvent(event)

    # -- building ------------------------------------------------------------------------------------

    def _make_actions(self) -> None:
        def action(text: str, keys: str, call: object) -> QAction:
            made = QAction(text, self)
            made.setShortcut(QKeySequence(keys))
            made.triggered.connect(call)
            return made

        shelf = (
            action(tr("Add a shelf"), "Ctrl+Shift+N", self.shelf_tools.add),
            action(
                tr("Change the chosen shelf"),
                "Ctrl+Shift+E",
                lambda: self.shelf_tools.change(self._fixture()),
            ),
            action(
                tr("Boards and slots of the chosen shelf"),
                "Ctrl+B",
                lambda: self.shelf_tools.rebuild(self._face(self.list.currentRow()), self.gondola.slot),
            ),
            action(
                tr("Remove the chosen shelf"),
                "Ctrl+Shift+Del",
                lambda: self.shelf_tools.remove(self._fixture()),
            ),
        )
        self.shelf_tools.offer(*shelf)
        self._actions = (
            action(tr("Next side of a shelf"), "PgDown", lambda: self._step_face(1)),
            action(tr("Side before"), "PgUp", lambda: self._step_face(-1)),
            action(tr("To the slots"), "Ctrl+G", self.take_focus),
            action(tr("To what is to be done"), "Ctrl+J", self.table.setFocus),
            action(tr("The chosen task is done"), "Ctrl+D", self.to_do.say_done),
            action(tr("It is not done after all"), "Ctrl+Z", self.to_do.take_back),
            action(tr("Set the zero of the chosen scale"), "Ctrl+0", self.pane.load.setFocus),
            action(tr("Change what stands in the chosen slot"), "Ctrl+E", self.change_slot),
            *shelf,
            action(tr("Import products and planogram"), "Ctrl+I", self.tools.open_import),
            action(tr("Planned and past changes"), "Ctrl+H", self.tools.open_changes),
        )

    def _connect(self) -> None:
        self._state.snapshot_changed.connect(self._follow)
        self.list.currentRowChanged.connect(self._show_face)
        self.map.picked.connect(self._show_key)
        self.gondola.chosen.connect(self._chose)
        self.pane.zero_asked.connect(self._set_zero)
        self.pane.undo_asked.connect(self._undo_zero)
        self.pane.change_asked.connect(self.change_slot)
        self._catalogue.changed.connect(self._offer_changes)
        self.to_do.led_to.connect(self.show_slot)
        self.to_do.changed.connect(self._show)

    def _lay_out(self) -> None:
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSpacing(2)
        self.list.setAccessibleName(tr("Sides of the shelves"))
        for key, face in self._faces.items():
            item = QListWidgetItem(face_words(face))
            item.setData(Qt.ItemDataRole.UserRole, key)
            self.list.addItem(item)
        beside = panel()
        column = QVBoxLayout(beside)
        column.setContentsMargins(SPACE_1, SPACE_2, SPACE_1, SPACE_1)
        column.addWidget(self.map)
        column.addWidget(self.list, 1)
        column.addWidget(self.shelf_tools)
        column.addWidget(self.tools)
        marked = self.list.sizeHintForColumn(0) + self.fontMetrics().horizontalAdvance(_marked("", 9))
        beside.setFixedWidth(min(MOST_LEFT, max(LEFT, marked + 2 * SPACE_4)))
        self._front = QStackedWidget()
        self._front.addWidget(
            EmptyState(
                tr("No shelves yet"),
                tr("Add a shelf where it stands, with its boards and slots (Ctrl+Shift+N)."),
            )
        )
        self._front.addWidget(GondolaArea(self.gondola))
        self._front.setCurrentIndex(1 if self._faces else 0)
        self.pane.setVisible(bool(self._faces))
        front, self._title = titled("", self._front)
        slot = panel()
        inner = QVBoxLayout(slot)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.pane)
        slot.setFixedWidth(RIGHT)
        middle = QVBoxLayout()
        middle.setSpacing(SPACE_2)
        middle.addWidget(front, 1)
        middle.addWidget(self.to_do)
        columns = QHBoxLayout()
        columns.setSpacing(SPACE_2)
        columns.addWidget(beside)
        columns.addLayout(middle, 1)
        columns.addWidget(slot)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, SPACE_3, SPACE_3, SPACE_3)
        box.setSpacing(SPACE_2)
        box.addWidget(self.bar)
        box.addLayout(columns, 1)


def _marked(words: str, need: int) -> str:
    """With how many slots of it need somebody."""
    return f"({need})  {words}" if need else words
