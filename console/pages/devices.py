"""Devices: what state everything is in, since when, and why."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSettings, Qt
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.item_models.devices import KIND_WORDS, STATE_WORDS, DevicesModel
from console.item_models.keyed_rows import ROW_ROLE
from console.item_models.search import SearchProxy
from console.item_models.words import ShopWords, count_of
from console.operations.engine_commands import EngineCommands
from console.operations.health import TONE_OF_STATE, Tone, unwell
from console.operations.live_state import LiveState
from console.theme.appearance import Appearance
from console.theme.icons import Icon, icon
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from console.widgets.data_table import DataTable
from console.widgets.labels import EmptyState, label, panel, rule, set_tone
from console.widgets.page import Page
from inference.messages.wire import DeviceState, DeviceStatus

NUMBERS_S = 1.0
RESTARTABLE = ("camera", "scale", "gate", "broker")


def searchable(device: DeviceStatus) -> str:
    """What the search looks through."""
    kind, state = KIND_WORDS[device.kind], STATE_WORDS[device.state]
    return f"{device.device} {kind} {state} {device.why} {device.last_error}"


class DevicesPage(Page):
    """One table, those in trouble first; the chosen one explained below it."""

    name = "devices"
    word = "Devices"
    icon = Icon.DEVICES
    tip = "Cameras, scales and gates: their state, and why"

    def __init__(
        self,
        state: LiveState,
        commands: EngineCommands,
        words: ShopWords,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._commands, self._appearance = state, commands, appearance
        self._model = DevicesModel(state, words, self)
        self._found = SearchProxy(self._model, searchable, self)
        widths = (120, 110, 170, 110, 96, 100, 84, 96, 72, 0)
        self.table = DataTable(self._found, "Devices", widths, appearance)
        self.table.sort_by(0, Qt.SortOrder.AscendingOrder)
        self._reconnect = QAction("Reconnect the chosen device", self)
        self._reconnect.setShortcut(QKeySequence("Ctrl+R"))
        self._reconnect.triggered.connect(self.reconnect)
        self._find = QAction("Search devices", self)
        self._find.setShortcut(QKeySequence(QKeySequence.StandardKey.Find))
        self._states: list[tuple[str, DeviceState, str]] = []
        self._refreshed = 0.0
        self._lay_out()
        self._find.triggered.connect(self.search.setFocus)
        self.search.textChanged.connect(self._search)
        self.trouble_only.toggled.connect(self._filter)
        self.table.selectionModel().currentRowChanged.connect(self._show_chosen)
        state.snapshot_changed.connect(self._follow)
        self.setFocusProxy(self.table)
        self._follow()
        self._show_counts()
        self._show_chosen()

    def page_actions(self) -> Sequence[QAction]:
        """Search and reconnect."""
        return (self._find, self._reconnect)

    def look_at(self, what: str) -> None:
        """The status line asks for cameras, scales, or what is in trouble."""
        snapshot = self._state.snapshot
        bad = unwell(snapshot.devices) if snapshot else ()
        word = KIND_WORDS[what].casefold() if what in KIND_WORDS else ""
        self.search.setText(word)
        self.trouble_only.setChecked(what == "trouble" or any(d.kind == what for d in bad))
        if self._found.rowCount():
            self.table.select_row(0)
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
        if chosen is not None and chosen.kind in RESTARTABLE:
            self._commands.restart_device(chosen.device)

    # -- inside --------------------------------------------------------------------------------------

    def _chosen(self) -> DeviceStatus | None:
        index = self.table.currentIndex()
        return index.data(ROW_ROLE) if index.isValid() else None

    def _search(self, text: str) -> None:
        self._found.search(text)
        self._show_counts()

    def _filter(self, trouble: bool) -> None:
        self._found.only((lambda d: TONE_OF_STATE[d.state] in ("waiting", "wrong")) if trouble else None)
        self._show_counts()

    def _follow(self) -> None:
        snapshot = self._state.snapshot
        bad = unwell(snapshot.devices) if snapshot else ()
        worst: Tone = "wrong" if any(TONE_OF_STATE[d.state] == "wrong" for d in bad) else "waiting"
        self._badge(str(len(bad)) if bad else "", worst if bad else "neutral")
        if self.isVisible():
            self._refresh(snapshot.devices if snapshot else ())

    def _refresh(self, devices: tuple[DeviceStatus, ...]) -> None:
        """States at once; the numbers, which change all the time, once a second."""
        states = [(d.device, d.state, d.why) for d in devices]
        now = time.time()
        if states == self._states and 0 <= now - self._refreshed < NUMBERS_S:
            return
        self._states, self._refreshed = states, now
        self._model.refresh(now)
        self._show_counts()
        self._show_chosen()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """While hidden, only the badge was kept up."""
        super().showEvent(event)
        self._refreshed = 0.0
        self._follow()

    def _show_counts(self) -> None:
        total, found = self._model.rowCount(), self._found.rowCount()
        snapshot = self._state.snapshot
        bad = len(unwell(snapshot.devices)) if snapshot else 0
        words = "all well" if bad == 0 else f"{bad} in trouble"
        self._count.setText(f"{count_of(total, 'device', 'devices')}, {words}" if total else "")
        self._stack.setCurrentIndex(1 if found else 0)
        if total == 0:
            self._empty.heading.setText("No devices yet")
            self._empty.text.setText(
                "Cameras, scales and gates of the store folder appear when the engine runs."
            )
        else:
            self._empty.heading.setText("Nothing to show")
            self._empty.text.setText("No device matches the search and the filter; clear them to see all.")

    def _show_chosen(self, *_: QModelIndex) -> None:
        chosen = self._chosen()
        can = chosen is not None and chosen.kind in RESTARTABLE
        self.button.setEnabled(can)
        self._reconnect.setEnabled(can)
        self.button.setText(f"Reconnect {chosen.device}" if chosen is not None and can else "Reconnect")
        if chosen is None:
            self._heading.setText("Choose a device to see why it is as it is")
            self._why.setText("")
            set_tone(self._heading, "neutral")
            return
        self._heading.setText(f"{chosen.device}: {STATE_WORDS[chosen.state].lower()}")
        set_tone(self._heading, TONE_OF_STATE[chosen.state])
        error = f" Last error: {chosen.last_error}" if chosen.last_error else ""
        counts = f"{chosen.received} received, {chosen.dropped} dropped, {chosen.reconnects} reconnects."
        self._why.setText(f"{chosen.why + '. ' if chosen.why else ''}{counts}{error}")

    def _lay_out(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search devices")
        self.search.setAccessibleName("Search devices")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(320)
        glass = self.search.addAction(
            icon(Icon.SEARCH, self._appearance.theme), QLineEdit.ActionPosition.LeadingPosition
        )
        self._appearance.changed.connect(lambda: glass.setIcon(icon(Icon.SEARCH, self._appearance.theme)))
        self.trouble_only = QPushButton("Only those in trouble")
        self.trouble_only.setCheckable(True)
        self.trouble_only.setAccessibleName("Show only devices in trouble")
        self._count = label("", "secondary")
        head = QHBoxLayout()
        head.setSpacing(SPACE_3)
        head.addWidget(self.search)
        head.addWidget(self.trouble_only)
        head.addStretch(1)
        head.addWidget(self._count)
        self._empty = EmptyState("", "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.table)
        frame = panel()
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(1, SPACE_1, 1, 1)
        inner.setSpacing(0)
        inner.addWidget(self._stack, 1)
        inner.addWidget(rule())
        inner.addLayout(self._foot())
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, SPACE_3, SPACE_3, SPACE_3)
        box.setSpacing(SPACE_2)
        box.addLayout(head)
        box.addWidget(frame, 1)

    def _foot(self) -> QHBoxLayout:
        self._heading, self._why = label("", "caption"), label("", "body", wrap=True)
        self.button = QPushButton("Reconnect")
        self.button.setToolTip("Drop the connection to the chosen device and make a new one now (Ctrl+R)")
        self.button.setAccessibleName("Reconnect the chosen device")
        self.button.clicked.connect(self.reconnect)
        words = QVBoxLayout()
        words.setSpacing(SPACE_1)
        words.addWidget(self._heading)
        words.addWidget(self._why)
        foot = QHBoxLayout()
        foot.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        foot.addLayout(words, 1)
        foot.addWidget(self.button)
        return foot
