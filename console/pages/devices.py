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

from console.item_models.devices import (
    KIND_WORDS,
    STATE_WORDS,
    DeviceGroup,
    DevicesFound,
    DevicesModel,
    in_trouble,
    why_of,
)
from console.item_models.keyed_rows import ROW_ROLE
from console.item_models.words import ShopWords
from console.language import tr, tr_n, tr_noop
from console.language.writing import decimal
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
WIDEST = 1 / 6
"""Share of the table's width that a name may take for itself."""
RESTARTABLE = ("camera", "scale", "gate", "broker")


class DevicesPage(Page):
    """One table in groups, those in trouble first; the chosen one explained below it."""

    name = "devices"
    word = tr_noop("Devices")
    icon = Icon.DEVICES
    tip = tr_noop("Cameras, scales and gates: their state, and why")

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
        self._found = DevicesFound(self._model, self)
        widths = (116, 130, 190, 92, 96, 84, 96, 72, 0)
        self.table = DataTable(self._found, tr("Devices"), widths, appearance)
        self.table.sort_by(0, Qt.SortOrder.AscendingOrder)
        self._reconnect = QAction(tr("Reconnect the chosen device"), self)
        self._reconnect.setShortcut(QKeySequence("Ctrl+R"))
        self._reconnect.triggered.connect(self.reconnect)
        self._find = QAction(tr("Search devices"), self)
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

    # -- inside --------------------------------------------------------------------------------------

    def _to_device(self, device: str) -> None:
        """This one among all of them."""
        self.search.clear()
        self.trouble_only.setChecked(False)
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
        first = self._model.rowCount() == 0
        self._model.refresh(now)
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
        self._follow()

    def _show_counts(self) -> None:
        snapshot = self._state.snapshot
        devices = snapshot.devices if snapshot else ()
        total, bad, found = len(devices), len(unwell(devices)), self._found.rowCount()
        words = tr_n("{n} in trouble", "{n} in trouble", bad) if bad else tr("all well")
        counted = tr_n("{n} device", "{n} devices", total)
        self._count.setText(f"{counted}, {words}" if total else "")
        self._stack.setCurrentIndex(1 if found else 0)
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
        chosen = self._chosen()
        device = chosen if isinstance(chosen, DeviceStatus) else None
        can = device is not None and device.kind in RESTARTABLE
        self.button.setEnabled(can)
        self._reconnect.setEnabled(can)
        self.button.setText(
            tr("Reconnect {device}", device=device.device) if device is not None and can else tr("Reconnect")
        )
        if isinstance(chosen, DeviceGroup):
            heading, tone, text = f"{tr(chosen.title)}: {chosen.counts}", chosen.tone, ""
        elif chosen is None:
            heading, tone, text = tr("Choose a device to see why it is as it is"), "neutral", ""
        else:
            heading, tone = (
                f"{chosen.device}: {tr(STATE_WORDS[chosen.state]).lower()}",
                TONE_OF_STATE[chosen.state],
            )
            text = _details(chosen)
        self._heading.setText(heading)
        self._why.setText(text)
        set_tone(self._heading, tone)

    def _lay_out(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search devices"))
        self.search.setAccessibleName(tr("Search devices"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(320)
        glass = self.search.addAction(
            icon(Icon.SEARCH, self._appearance.theme), QLineEdit.ActionPosition.LeadingPosition
        )
        self._appearance.changed.connect(lambda: glass.setIcon(icon(Icon.SEARCH, self._appearance.theme)))
        self.trouble_only = QPushButton(tr("Only those in trouble"))
        self.trouble_only.setCheckable(True)
        self.trouble_only.setAccessibleName(tr("Show only devices in trouble"))
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
        self.button = QPushButton(tr("Reconnect"))
        self.button.setToolTip(tr("Drop the connection to the chosen device and make a new one now (Ctrl+R)"))
        self.button.setAccessibleName(tr("Reconnect the chosen device"))
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


def _details(device: DeviceStatus) -> str:
    """Why it is as it is, and what it has done."""
    told = why_of(device)
    why = f"{told}. " if told else ""
    error = f" {tr('Last error: {error}', error=device.last_error)}" if device.last_error else ""
    counted = tr(
        "{received} received, {dropped} dropped, {reconnects} reconnects.",
        received=decimal(device.received),
        dropped=decimal(device.dropped),
        reconnects=decimal(device.reconnects),
    )
    return f"{why}{counted}{error}"
