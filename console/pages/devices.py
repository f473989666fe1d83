"""Devices: what state everything is in, since when, and why; and what can be done about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QSettings, Qt
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from console.item_models.device_readings import all_devices, reading_words
from console.item_models.devices import KIND_WORDS, DeviceGroup, DevicesFound, DevicesModel, in_trouble
from console.item_models.keyed_rows import ROW_ROLE
from console.item_models.words import ShopWords
from console.language import tr, tr_n, tr_noop
from console.operations.device_desk import DeviceDesk
from console.operations.engine_commands import EngineCommands
from console.operations.gate_holds import GateHolds
from console.operations.health import TONE_OF_STATE, Tone, unwell
from console.operations.live_state import LiveState
from console.operations.store_takeover import StoreTakeover
from console.theme.appearance import Appearance
from console.theme.icons import Icon
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3
from console.widgets.data_table import DataTable
from console.widgets.device_foot import RESTARTABLE, DeviceFoot
from console.widgets.device_forms import open_form, remove_device
from console.widgets.devices_head import DevicesHead
from console.widgets.labels import EmptyState, panel, rule
from console.widgets.page import Page
from inference.messages.wire import DeviceKind, DeviceStatus, Hold

NUMBERS_S = 1.0
WIDEST = 1 / 6
"""Share of the table's width that a name may take for itself."""


class DevicesPage(Page):
    """One table in groups, those in trouble first; below it the chosen one, and what can be done with it."""

    name = "devices"
    word = tr_noop("Devices")
    icon = Icon.DEVICES
    tip = tr_noop("Cameras, scales, gates, printers and models: their state, and why")

    def __init__(
        self,
        state: LiveState,
        commands: EngineCommands,
        desk: DeviceDesk,
        words: ShopWords,
        *,
        takeover: StoreTakeover,
        gates: GateHolds,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._commands, self._desk, self._appearance = state, commands, desk, appearance
        self._takeover, self._gates = takeover, gates
        self._model = DevicesModel(words, self)
        self._found = DevicesFound(self._model, self)
        widths = (116, 130, 190, 92, 96, 84, 96, 72, 0)
        self.table = DataTable(self._found, tr("Devices"), widths, appearance)
        self.table.sort_by(0, Qt.SortOrder.AscendingOrder)
        self._states: list[tuple[object, ...]] = []
        self._refreshed = 0.0
        self.foot = DeviceFoot()
        self._lay_out()
        self._make_actions()
        self._connect()
        self.setFocusProxy(self.table)
        self._follow()
        self._show_counts()
        self._show_chosen()

    def page_actions(self) -> Sequence[QAction]:
        """Search, cameras, printers, models."""
        return self._actions

    def look_at(self, what: str) -> None:
        """The status line asks for cameras, scales, or what is in trouble; the palette for ``device ID``."""
        if what.startswith("device "):
            self._to_device(what.removeprefix("device "))
            return
        snapshot = self._state.snapshot
        bad = unwell(snapshot.devices) if snapshot else ()
        word = tr(KIND_WORDS[what]).casefold() if what in KIND_WORDS else ""
        self.search.setText(word)
        self.trouble_only.setChecked(what == "trouble" or any(d.kind == what for d in bad))
        self._select_first()
        self.table.setFocus()

    def keep(self, settings: QSettings) -> None:
        """Columns."""
        self.table.store_columns(settings, "devices")

    def take_up(self, settings: QSettings) -> None:
        """As they were left."""
        self.table.keep_columns(settings, "devices")

    def reconnect(self) -> None:
        """Drop the connection to the chosen device and make a new one."""
        chosen = self._chosen()
        if isinstance(chosen, DeviceStatus) and chosen.kind in RESTARTABLE:
            self._commands.restart_device(chosen.device)

    def add(self, kind: DeviceKind) -> None:
        """Type a new device in."""
        if self._can_change(kind):
            open_form(kind, "", self._desk, self._appearance, self)
        else:
            self._desk.refused.emit(
                tr("This store is part of what is played: connect a store of your own first.")
            )

    def edit(self) -> None:
        """Change the chosen device."""
        chosen = self._chosen()
        if isinstance(chosen, DeviceStatus) and self._can_change(chosen.kind):
            open_form(chosen.kind, chosen.device, self._desk, self._appearance, self)

    def remove(self) -> None:
        """Take the chosen device out of the store; that can be taken back."""
        chosen = self._chosen()
        if isinstance(chosen, DeviceStatus) and self._can_change(chosen.kind):
            remove_device(chosen.kind, chosen.device, self._desk)

    def take_over(self) -> None:
        """Have the engine read the store folder again."""
        if self._desk.store.folder is not None:
            self._takeover.ask()

    def hold_gate(self, hold: Hold) -> None:
        """Have the chosen gate stand open, let nobody in, or do its work again."""
        gate = self._chosen_name("gate")
        if gate:
            self._gates.hold((gate,), hold)

    def print_test(self) -> None:
        """Print a test receipt on the chosen printer."""
        printer = self._chosen_name("printer")
        if printer:
            self._desk.print_test(printer)

    def measure(self) -> None:
        """Measure the chosen model, or break that off."""
        model = self._chosen_name("model")
        if self._desk.measuring:
            self._desk.cancel()
        elif model:
            self._desk.measure(model)

    def use_model(self) -> None:
        """Let the chosen model look at the pictures."""
        model = self._chosen_name("model")
        if model and self._can_edit():
            self._desk.use_model(model)

    # -- inside --------------------------------------------------------------------------------------

    def _chosen_name(self, kind: DeviceKind) -> str:
        """The chosen device, if it is of this kind."""
        chosen = self._chosen()
        return chosen.device if isinstance(chosen, DeviceStatus) and chosen.kind == kind else ""

    def _can_edit(self) -> bool:
        """A recording's and a simulated store's cameras are part of it."""
        snapshot = self._state.snapshot
        return self._desk.store.folder is not None and snapshot is not None and snapshot.source.kind == "live"

    def _can_change(self, kind: DeviceKind) -> bool:
        """Printers are this computer's, whatever store it shows."""
        return kind == "printer" or self._can_edit()

    def _devices(self) -> tuple[DeviceStatus, ...]:
        return all_devices(self._state.snapshot, self._desk, can_edit=self._can_edit())

    def _show_desk(self) -> None:
        """Printers, models, or what can be taken back are others."""
        self.head.show_change()
        self._states = []
        if self.isVisible():
            self._refresh()

    def _to_device(self, device: str) -> None:
        """This one among all of them."""
        self._show_all()
        rows = (self._found.index(i, 0).data(ROW_ROLE) for i in range(self._found.rowCount()))
        at = next((i for i, r in enumerate(rows) if isinstance(r, DeviceStatus) and r.device == device), None)
        if at is not None:
            self.table.select_row(at)
        self.table.setFocus()

    def _select_first(self) -> None:
        """The first device, not the heading over it."""
        rows = (self._found.index(i, 0).data(ROW_ROLE) for i in range(self._found.rowCount()))
        first = next((i for i, row in enumerate(rows) if isinstance(row, DeviceStatus)), None)
        if first is not None:
            self.table.select_row(first)
            self.table.scrollToTop()

    def _chosen(self) -> DeviceStatus | DeviceGroup | None:
        index = self.table.currentIndex()
        return index.data(ROW_ROLE) if index.isValid() else None

    def _search(self, text: str) -> None:
        self._found.search(text)
        self._show_counts()

    def _filter(self, trouble: bool) -> None:
        self._found.only(in_trouble if trouble else None)
        self._show_counts()

    def _show_all(self) -> None:
        self.search.clear()
        self.trouble_only.setChecked(False)
        self.table.setFocus()

    def _follow(self) -> None:
        snapshot = self._state.snapshot
        bad = unwell(snapshot.devices) if snapshot else ()
        worst: Tone = "wrong" if any(TONE_OF_STATE[d.state] == "wrong" for d in bad) else "waiting"
        self._badge(str(len(bad)) if bad else "", worst if bad else "neutral")
        if self.isVisible():
            self._refresh()

    def _refresh(self) -> None:
        """States at once; the numbers, which change all the time, once a second.

        Those of a hall would all be painted in one frame, so they are taken up in turn; not where they decide
        the order, which shall not change all the time.
        """
        first, devices = self._model.rowCount() == 0, self._devices()
        states: list[tuple[object, ...]] = [(d.device, d.state, str(d.why), d.held, d.asked) for d in devices]
        now = time.time()
        in_turn = not self._model.wavers(self.table.horizontalHeader().sortIndicatorSection())
        if states == self._states and in_turn:
            self._model.refresh_in_turn(devices, now)
        if states == self._states and 0 <= now - self._refreshed < NUMBERS_S:
            return
        if states != self._states or not in_turn:
            self._model.refresh(devices, now)
        self._states, self._refreshed = states, now
        if first:
            self.table.widen_to_contents((1, 2), int(WIDEST * self.table.width()))
        if first and not self.table.currentIndex().isValid():
            self._select_first()
        self._show_counts()
        self._show_chosen()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """While hidden, only the badge was kept up."""
        super().showEvent(event)
        self._refreshed = 0.0
        self._desk.follow(True)
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Nobody looks."""
        self._desk.follow(False)
        super().hideEvent(event)

    def _show_counts(self) -> None:
        devices = self._devices()
        total, bad, found = len(devices), len(unwell(devices)), self._found.rowCount()
        words = tr_n("{n} in trouble", "{n} in trouble", bad) if bad else tr("all well")
        counted = tr_n("{n} device", "{n} devices", total)
        self._count.setText(f"{counted}, {words}" if total else "")
        self._stack.setCurrentIndex(1 if found else 0)
        self._all_again.setVisible(total > 0)
        if total == 0:
            self._empty.heading.setText(tr("No devices yet"))
            self._empty.text.setText(
                tr("Cameras, scales and gates of the store folder appear when the engine runs.")
            )
        else:
            self._empty.heading.setText(tr("Nothing to show"))
            self._empty.text.setText(
                tr("No device matches the search and the filter; clear them to see all.")
            )

    def _show_chosen(self, *_: QModelIndex) -> None:
        chosen, desk = self._chosen(), self._desk
        reading = (
            reading_words(chosen, self._state.snapshot, desk.store.layout)
            if isinstance(chosen, DeviceStatus)
            else ""
        )
        can_edit = self._can_change(chosen.kind) if isinstance(chosen, DeviceStatus) else False
        self.foot.show_chosen(chosen, can_edit=can_edit, measuring=desk.measuring, reading=reading)

    def _make_actions(self) -> None:
        def action(text: str, keys: str, call: Callable[[], object]) -> QAction:
            made = QAction(text, self)
            made.setShortcut(QKeySequence(keys))
            made.triggered.connect(call)
            return made

        adds = (
            action(tr("Add a camera"), "Ctrl+Shift+N", lambda: self.add("camera")),
            action(tr("Add a scale"), "Ctrl+Shift+L", lambda: self.add("scale")),
            action(tr("Add a gate"), "Ctrl+Shift+G", lambda: self.add("gate")),
            action(tr("Set up the broker"), "Ctrl+Shift+B", lambda: self.add("broker")),
            action(tr("Add a printer"), "Ctrl+Shift+P", lambda: self.add("printer")),
        )
        self.head.menu.addActions(adds)
        find = action(tr("Search devices"), "", self.search.setFocus)
        find.setShortcut(QKeySequence(QKeySequence.StandardKey.Find))
        self._actions = (
            find,
            action(tr("Reconnect the chosen device"), "Ctrl+R", self.reconnect),
            *adds,
            action(tr("Change the chosen device"), "Ctrl+E", self.edit),
            action(tr("Remove the chosen device"), "Ctrl+Del", self.remove),
            action(tr("Read the store folder again"), "Ctrl+Shift+R", self.take_over),
            action(tr("Let nobody in at the chosen gate"), "Ctrl+Shift+S", lambda: self.hold_gate("shut")),
            action(tr("Keep the chosen gate open"), "Ctrl+Shift+O", lambda: self.hold_gate("open")),
            action(tr("Let the chosen gate do its work"), "Ctrl+Shift+F", lambda: self.hold_gate("free")),
            action(tr("Print a test receipt"), "Ctrl+P", self.print_test),
            action(tr("Measure the chosen model's speed, or break that off"), "Ctrl+M", self.measure),
            action(tr("Use the chosen model"), "Ctrl+U", self.use_model),
            action(tr("Take the last change back"), "Ctrl+Z", self._desk.store.undo),
        )

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search)
        self.trouble_only.toggled.connect(self._filter)
        self.undo.clicked.connect(self._desk.store.undo)
        self.table.selectionModel().currentRowChanged.connect(self._show_chosen)
        self.foot.reconnect_asked.connect(self.reconnect)
        self.foot.edit_asked.connect(self.edit)
        self.head.reload.clicked.connect(self.take_over)
        self.foot.remove_asked.connect(self.remove)
        self.foot.hold_asked.connect(self.hold_gate)
        self.foot.print_asked.connect(self.print_test)
        self.foot.measure_asked.connect(self.measure)
        self.foot.cancel_asked.connect(self._desk.cancel)
        self.foot.use_asked.connect(self.use_model)
        self._desk.changed.connect(self._show_desk)
        self._desk.progressed.connect(self.foot.show_progress)
        self._state.snapshot_changed.connect(self._follow)

    def _lay_out(self) -> None:
        self.head = DevicesHead(self._desk, self._takeover, self._appearance)
        self.search, self.trouble_only, self._count = (
            self.head.search,
            self.head.trouble_only,
            self.head.count,
        )
        self.undo = self.head.undo
        self._empty = EmptyState("", "")
        self._all_again = self._empty.offer(tr("Show all devices again"), self._show_all)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.table)
        frame = panel()
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(1, SPACE_1, 1, 1)
        inner.setSpacing(0)
        inner.addWidget(self._stack, 1)
        inner.addWidget(rule())
        inner.addWidget(self.foot)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, SPACE_3, SPACE_3, SPACE_3)
        box.setSpacing(SPACE_2)
        box.addWidget(self.head)
        box.addWidget(frame, 1)
