"""The window: rail, pages, status line. It arranges, and decides nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.engine_process.link import EngineLink
from console.item_models.review_words import since_when
from console.item_models.words import ShopWords
from console.operations.background import Background
from console.operations.engine_commands import EngineCommands, neighbour_speed
from console.operations.live_state import LiveState
from console.operations.operator_session import OperatorSession
from console.operations.reviews import Reviews
from console.operations.simulated_shoppers import SimulatedShoppers
from console.operations.steady_memory import steady_memory
from console.operations.visit_history import VisitHistory
from console.operations.visit_work import VisitWork
from console.pages.devices import DevicesPage
from console.pages.live import LivePage
from console.pages.review import ReviewPage
from console.pages.visits import VisitsPage
from console.printing.places import PrintPlaces
from console.theme.appearance import CHOICES, Appearance, ThemeChoice
from console.theme.icons import Icon
from console.widgets.banner import EngineBanner
from console.widgets.key_sheet import KeySheet
from console.widgets.notice import Notice
from console.widgets.offscreen import keep_back_size_hints
from console.widgets.page import Page
from console.widgets.rail import Rail
from console.widgets.status_line import StatusLine
from store_layout.model import StoreLayout

READING_S = 3.0
"""How long a picture waits for the ledger to be read."""
THEME_WORDS: dict[ThemeChoice, str] = {"system": "Like the system", "light": "Light", "dark": "Dark"}


class MainWindow(QMainWindow):
    """The console over one engine and one ledger. It does not own ``link``: the engine outlives it."""

    def __init__(
        self,
        layout: StoreLayout,
        link: EngineLink,
        ledger_path: Path,
        settings_dir: Path,
        *,
        prints: PrintPlaces | None = None,
    ) -> None:
        """``prints``: where printers and receipts' stationery are; else printers are beside the settings."""
        super().__init__()
        self.setWindowTitle(f"{layout.file.store.name} \N{EN DASH} openaisle")
        self._settings = QSettings(str(settings_dir / "window.ini"), QSettings.Format.IniFormat)
        self.appearance = Appearance(self._settings, self)
        self._background = Background(self)
        self.state = LiveState(layout, link, self)
        self.commands = EngineCommands(link, self._background, self)
        self.history = VisitHistory(ledger_path, self._background, self)
        self.shoppers = SimulatedShoppers(self.state, self.history, link, self._background, self)
        self.session = OperatorSession(ledger_path, self._background, self)
        self.reviews = Reviews(ledger_path, self.session, self.state, self)
        self.visits = VisitWork(
            ledger_path,
            layout,
            self.history,
            self.session,
            self,
            places=prints or PrintPlaces(settings_dir),
            store_time=lambda: self.reviews.store_time,
        )
        self._words = words = ShopWords(layout)
        live = LivePage(self.state, self.shoppers, words, self.appearance)
        live.led_to.connect(self.show_page)
        self.pages: tuple[Page, ...] = (
            live,
            ReviewPage(self.reviews, self.session, words, self.appearance),
            VisitsPage(self.state, self.visits, words, self.appearance),
            DevicesPage(self.state, self.commands, words, self.appearance),
        )
        self._groups: dict[str, list[QAction]] = {}
        self._lay_out()
        self._make_actions()
        self._connect()
        self._take_up()
        self.state.start()
        self.history.refresh()
        self.session.read()
        self.reviews.start()

    @property
    def page(self) -> Page:
        """The page shown."""
        return self.pages[self._stack.currentIndex()]

    @property
    def busy(self) -> bool:
        """Whether something asked for in the background is still to come."""
        return self._background.busy or self.reviews.busy or self.visits.busy

    def show_page(self, name: str, what: str = "") -> None:
        """Go to a page by its name, and to a part of it."""
        number = next(i for i, page in enumerate(self.pages) if page.name == name)
        self._stack.setCurrentIndex(number)
        self.rail.show_page(number)
        for i, page in enumerate(self.pages):
            for action in page.page_actions():
                action.setVisible(i == number)
                action.setEnabled(i == number)
        self.page.take_focus()
        if what:
            self.page.look_at(what)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Keep the layout, stop looking, wait for what runs."""
        self._keep()
        self.state.stop()
        self.history.close()
        self.session.close()
        self.reviews.close()
        self.visits.close()
        self._background.close()
        super().closeEvent(event)

    # -- building ------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.rail = Rail(self.appearance)
        self.status = StatusLine(self.state, self.appearance)
        self.banner = EngineBanner(self.state, self.appearance)
        self._stack = QStackedWidget()
        self._stack.setObjectName("pages")
        for number, page in enumerate(self.pages):
            self._stack.addWidget(page)
            self.rail.add_page(page.icon, page.word, f"{page.tip} (Ctrl+{number + 1})")
        self._menu_button = self.rail.add_foot(Icon.MENU, "Menu", "Everything that can be done (Alt+M)")
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.banner)
        right.addWidget(self._stack, 1)
        upper = QHBoxLayout()
        upper.setSpacing(0)
        upper.addWidget(self.rail)
        upper.addLayout(right, 1)
        middle = QWidget()
        box = QVBoxLayout(middle)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(upper, 1)
        box.addWidget(self.status)
        self.setCentralWidget(middle)
        self.notice = Notice(self.appearance, middle, self.status.height())

    def _connect(self) -> None:
        self.rail.chosen.connect(lambda number: self.show_page(self.pages[number].name))
        self.status.led_to.connect(self.show_page)
        self.status.replay_toggled.connect(self.toggle_replay)
        self._menu_button.clicked.connect(self._open_menu)
        self.commands.refused.connect(self.notice.say)
        self.commands.accepted.connect(self.notice.say)
        for trouble in (self.history, self.visits.search, self.visits.desk):
            trouble.trouble.connect(self.notice.say)
        self.visits.prints.said.connect(self.notice.say)
        self.state.visits_closed.connect(self.history.refresh)
        self.state.visits_closed.connect(self.reviews.refresh)
        self.reviews.changed.connect(self._tell_reviews)
        self.reviews.issued.connect(self.history.refresh)
        self.state.snapshot_changed.connect(self._offer_replay)
        application().focusChanged.connect(self._leave_space_to)
        for number, page in enumerate(self.pages):
            page.badge_changed.connect(self.rail.button(number).set_badge)
            self.rail.button(number).set_badge(*page.badge)

    def _make_actions(self) -> None:
        self._menu = QMenu(self)
        self._menu.setAccessibleName("Menu")
        go = [
            self._action(page.word, f"Ctrl+{number + 1}", lambda *_, name=page.name: self.show_page(name))
            for number, page in enumerate(self.pages)
        ]
        self._replay = [
            self._action("Pause or go on", "Space", self.toggle_replay),
            self._action("Faster", "+", lambda: self.change_speed(1)),
            self._action("Slower", "-", lambda: self.change_speed(-1)),
        ]
        view = [
            self._action("Full screen", "F11", self.toggle_full_screen),
            self._action("Light or dark", "Ctrl+T", self.toggle_theme),
        ]
        self._groups = {"Go to": go, "Recording": self._replay, "View": view}
        for page in self.pages:
            self._groups[page.word] = list(page.page_actions())
            self.addActions(self._groups[page.word])
        self._groups["Console"] = [
            self._action("Menu", "Alt+M", self._open_menu),
            self._action("Keys", "F1", self.show_keys),
            self._action("Lock: sign the operator out", "Ctrl+L", self.session.lock),
            self._action("Quit", "Ctrl+Q", self.close),
        ]
        for title, actions in self._groups.items():
            self._menu.addSeparator()
            self._menu.addActions(actions)
            if title == "View":
                self._menu.addMenu(self._theme_menu())
                self._menu.addAction(self._motion_action())

    def _action(self, text: str, keys: str, call: Callable[..., object]) -> QAction:
        made = QAction(text, self)
        made.setShortcut(QKeySequence(keys))
        made.triggered.connect(call)
        self.addAction(made)
        return made

    def _theme_menu(self) -> QMenu:
        menu = QMenu("Theme", self._menu)
        group = QActionGroup(menu)
        for choice in CHOICES:
            action = menu.addAction(THEME_WORDS[choice])
            action.setCheckable(True)
            action.setChecked(choice == self.appearance.choice)
            action.triggered.connect(lambda *_, c=choice: self.appearance.choose(c))
            group.addAction(action)
        return menu

    def _motion_action(self) -> QAction:
        action = QAction("Reduced motion", self)
        action.setCheckable(True)
        action.setChecked(self.appearance.reduced_motion)
        action.toggled.connect(self.appearance.reduce_motion)
        return action

    # -- doing ---------------------------------------------------------------------------------------

    def toggle_replay(self) -> None:
        """Pause the recording, or go on."""
        snapshot = self.state.snapshot
        if snapshot is not None and snapshot.source.kind == "recording" and not snapshot.source.ended:
            self.commands.pause_replay(not snapshot.source.paused)

    def change_speed(self, step: int) -> None:
        """Play the recording faster or slower."""
        snapshot = self.state.snapshot
        if snapshot is not None and snapshot.source.kind == "recording":
            wanted = neighbour_speed(snapshot.source.speed, step)
            self.commands.set_replay_speed(wanted)

    def toggle_full_screen(self) -> None:
        """Without the desktop's frame, or with it."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def toggle_theme(self) -> None:
        """From light to dark and back, whatever the system says."""
        self.appearance.choose("light" if self.appearance.theme.scheme == "dark" else "dark")

    def show_keys(self) -> None:
        """All keys."""
        sheet = KeySheet(self._groups, self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def _open_menu(self) -> None:
        corner = self._menu_button.mapToGlobal(self._menu_button.rect().topRight())
        self._menu.popup(corner)

    def _tell_reviews(self) -> None:
        oldest = self.reviews.oldest()
        said = "" if oldest is None else since_when(oldest, self.reviews.store_time, self._words)
        self.status.tell_reviews(len(self.reviews.queue.rows), said)

    def _leave_space_to(self, _: QWidget | None, focused: QWidget | None) -> None:
        """A focused button is pressed with Space; the recording is paused with it anywhere else."""
        pause = self._replay[0]
        pause.setShortcut(QKeySequence() if isinstance(focused, QAbstractButton) else QKeySequence("Space"))

    def _offer_replay(self) -> None:
        snapshot = self.state.snapshot
        can = snapshot is not None and snapshot.source.kind == "recording" and not snapshot.source.ended
        for action in self._replay:
            if action.isEnabled() != can:
                action.setEnabled(can)

    # -- remembering ---------------------------------------------------------------------------------

    def _take_up(self) -> None:
        geometry = self._settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        else:
            self.resize(1366, 768)
        for page in self.pages:
            page.take_up(self._settings)
        wanted = str(self._settings.value("page", "live"))
        self.show_page(wanted if wanted in [page.name for page in self.pages] else "live")

    def _keep(self) -> None:
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("page", self.page.name)
        for page in self.pages:
            page.keep(self._settings)
        self._settings.sync()


def application() -> QApplication:
    """The one application object; made if there is none."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
        app.setApplicationName("openaisle")
        app.setApplicationDisplayName("openaisle")
        if app.platformName() == "offscreen":
            keep_back_size_hints()
    return app


def run_window(
    layout: StoreLayout,
    link: EngineLink,
    ledger_path: Path,
    settings_dir: Path,
    prints: PrintPlaces | None = None,
) -> int:
    """Show the window until it is closed; returns the exit status. The caller closes ``link``."""
    app = application()
    window = MainWindow(layout, link, ledger_path, settings_dir, prints=prints)
    window.show()
    with steady_memory():
        status = app.exec()
    window.deleteLater()
    return status


def render_to(
    path: Path,
    size: tuple[int, int],
    theme: Literal["light", "dark"],
    page: str,
    window: MainWindow,
    *,
    what: str = "",
) -> None:
    """Write a picture (PNG) of a window as it is now, on this page, of this size. Works without a display.

    ``what``: a part of the page, as :meth:`MainWindow.show_page` takes it.

    Raises ``OSError`` when the file cannot be written.
    """
    app = application()
    window.appearance.choose(theme)
    window.resize(*size)
    window.show_page(page)
    window.show()
    deadline = time.monotonic() + READING_S
    while window.busy and time.monotonic() < deadline:
        app.processEvents()
        time.sleep(0.005)
    if what:
        window.show_page(page, what)
    for _ in range(3):
        app.processEvents()
        window.state.poll()
    if not window.grab().save(str(path)):
        raise OSError(f"{path}: the picture could not be written; check that the folder exists and has room")
