"""The window: rail, pages, status line. It arranges, and decides nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QByteArray, QEvent, QObject, QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.back_office.permissions import Actor
from console.engine_process.link import EngineLink
from console.item_models.review_words import since_when
from console.item_models.words import ShopWords
from console.language import choose, language, tr
from console.operations.background import Background
from console.operations.decision import Decision
from console.operations.device_desk import DeviceDesk, SavedChange
from console.operations.engine_commands import EngineCommands
from console.operations.first_start import FirstStart
from console.operations.gate_holds import GateHolds
from console.operations.identity_edits import IdentityEdits
from console.operations.learning_desk import LearningPlaces
from console.operations.live_state import LiveState
from console.operations.operator_session import OperatorSession
from console.operations.receipt_printer import ReceiptPrinter
from console.operations.replay import Replay
from console.operations.reports import Reports
from console.operations.review_evidence import ReviewEvidence
from console.operations.reviews import Reviews
from console.operations.shelf_desk import ShelfDesk
from console.operations.simulated_shoppers import SimulatedShoppers
from console.operations.spoken import wanted_language
from console.operations.store_edits import StoreEdit
from console.operations.store_switch import StoreSwitch
from console.operations.store_takeover import StoreTakeover
from console.operations.visit_history import VisitHistory
from console.operations.visit_work import VisitWork
from console.pages.devices import DevicesPage
from console.pages.live import LivePage
from console.pages.reports import ReportsPage
from console.pages.review import ReviewPage
from console.pages.settings import SettingsPage
from console.pages.shelves import ShelvesPage
from console.pages.visits import VisitsPage
from console.printing.places import PrintPlaces
from console.theme.appearance import Appearance, TextSize, ThemeChoice
from console.theme.icons import Icon
from console.widgets.action_book import ActionBook
from console.widgets.application import application, speak
from console.widgets.banner import EngineBanner
from console.widgets.command_palette import CommandPalette
from console.widgets.connect_dialog import ConnectDialog
from console.widgets.decision_dialog import DecisionDialog
from console.widgets.key_sheet import KeySheet
from console.widgets.notice import Notice
from console.widgets.operator_button import OperatorButton
from console.widgets.page import Page
from console.widgets.product_pictures import ProductPictures
from console.widgets.rail import Rail
from console.widgets.sign_in import SignInDialog, SignInPanel
from console.widgets.status_line import StatusLine
from console.widgets.welcome_dialog import WelcomeDialog
from console.window_actions import fill_book, findables
from console.window_notices import WindowNotices
from store_layout.model import StoreLayout

CRASHES, PRINTERS = "crashes", "printers.toml"
"""In this computer's state folder."""
READING_S = 3.0
"""How long a picture waits for the ledger to be read."""


@dataclass(frozen=True)
class HandedOver:
    """What a window leaves to the one that takes its place, beside what the settings keep."""

    actor: Actor | None
    selected: int | None
    """Track of the shopper selected."""
    changed: Literal["language", "text size", "store", ""] = ""
    """Why: it can be undone."""
    before: str = ""
    """What was chosen until then."""
    undoable: SavedChange | None = None
    """The last change of the store's file that can be taken back."""
    decided: StoreEdit | None = None
    """The same of when a person is asked."""


class MainWindow(QMainWindow):
    """The console over one engine and one ledger. It does not own ``link``: the engine outlives it."""

    outdated = Signal()
    """What is shown was made for another language, text size or store: a window made now would be another."""
    crashed = Signal(str)
    """Something went wrong and was written down: what to say. May be emitted in any thread."""

    def __init__(
        self,
        layout: StoreLayout,
        link: EngineLink,
        ledger_path: Path,
        settings_dir: Path,
        handed: HandedOver | None = None,
        *,
        store_folder: Path | None = None,
        clips: Path | None = None,
        layout_folder: Path | None = None,
    ) -> None:
        """``settings_dir``: in this computer's state folder. ``store_folder``: None of a recording.

        ``clips``: where the engine keeps what it saw of events that somebody is asked about.
        ``layout_folder``: what the layout was read from, a recording's too: there are its pictures.
        """
        super().__init__()
        self.setWindowTitle(f"{layout.file.store.name} \N{EN DASH} openaisle")
        self._settings = QSettings(str(settings_dir / "window.ini"), QSettings.Format.IniFormat)
        self._state_dir = settings_dir.parent
        choose(wanted_language(self._settings))
        speak(language())
        self.appearance = Appearance(self._settings, self)
        self._background = Background(self)
        self.state = LiveState(layout, link, self)
        self.commands = EngineCommands(link, self._background, self)
        self.replay = Replay(self.state, self.commands, self)
        self.history = VisitHistory(ledger_path, self._background, self)
        self.shoppers = SimulatedShoppers(self.state, self.history, link, self._background, self)
        self.session = OperatorSession(ledger_path, self._background, self)
        self.device_desk = DeviceDesk(layout, settings_dir.parent, layout_folder, self, session=self.session)
        self.takeover = StoreTakeover(ledger_path, link, self.state, self.session)
        self.device_desk.filed.connect(self.takeover.ask)
        self.state.relaid.connect(self._relaid)
        self.shelf_desk = ShelfDesk(link, ledger_path, self._background, self)
        self.decision = Decision(ledger_path, layout, store_folder, self)
        self.decision.saved.connect(self.takeover.ask)
        self.gates = GateHolds(ledger_path, link, self.state, self.session, self._background)
        self.switch = StoreSwitch(
            ledger_path, link, self.state, self.session, self._background, gates=self.gates
        )
        self.reviews = Reviews(ledger_path, self.session, self.state, self)
        self.reports = Reports(ledger_path, layout, self.session, lambda: self.reviews.store_time, self)
        self.visits = VisitWork(
            ledger_path,
            layout,
            self.history,
            self.session,
            self,
            places=PrintPlaces(self._state_dir, store_folder),
            store_time=lambda: self.reviews.store_time,
        )
        evidence = ReviewEvidence(clips, self._background, self)
        self._words = words = ShopWords(layout)
        self.first_start = FirstStart(self.state, self._settings, self)
        self.first_start.begins.connect(self.show_welcome)
        edits = IdentityEdits(link, self.session, self._background, self)
        live = LivePage(self.state, self.shoppers, words, self.appearance, edits=edits)
        live.led_to.connect(self.show_page)
        self.pages: tuple[Page, ...] = (
            live,
            ReviewPage(self.reviews, evidence, self.session, words, self.appearance),
            VisitsPage(self.state, self.visits, words, self.appearance),
            ShelvesPage(
                self.state,
                self.shelf_desk,
                self.session,
                words,
                pictures=ProductPictures(layout, layout_folder),
                appearance=self.appearance,
            ),
            DevicesPage(
                self.state,
                self.commands,
                self.device_desk,
                words,
                takeover=self.takeover,
                gates=self.gates,
                appearance=self.appearance,
            ),
            ReportsPage(self.reports, self.history, self.session, self.appearance),
            self._settings_page(LearningPlaces(ledger_path, store_folder, clips)),
        )
        self.book = ActionBook(self)
        self._outdated_by: tuple[Literal["language", "text size", "store", ""], str] = ("", "")
        self._lay_out()
        self._replay = fill_book(self)
        self._connect()
        self._take_up()
        self.state.start()
        self.history.refresh()
        if handed is not None:
            self._take_over(handed)
        self.session.read()
        self.reviews.start()

    @property
    def page(self) -> Page:
        """The page shown."""
        return self.pages[self._stack.currentIndex()]

    @property
    def busy(self) -> bool:
        """Whether something asked for in the background is still to come."""
        background = (self._background, self.reviews, self.device_desk, self.reports, self.visits)
        return any(one.busy for one in background)

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

    def hand_over(self) -> HandedOver:
        """Keep everything for a window that takes the place of this one, and say what the settings cannot."""
        self._keep()
        return HandedOver(
            self.session.actor,
            self.state.selected,
            *self._outdated_by,
            undoable=self.device_desk.undoable,
            decided=self.decision.undoable,
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002, N802
        """Whoever presses a key or a button is there: the lock waits."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel):
            self.session.touch()
        return False

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Keys and clicks arrive at the system's window first."""
        super().showEvent(event)
        self.windowHandle().installEventFilter(self)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Keep the layout, stop looking, wait for what runs."""
        self._keep()
        self.state.stop()
        self.history.close()
        self.shelf_desk.close()
        self.device_desk.close()
        self.takeover.close()
        self.decision.close()
        self.session.close()
        self.reviews.close()
        self.reports.close()
        self.visits.close()
        self._background.close()
        super().closeEvent(event)

    # -- building ------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.rail = Rail(self.appearance)
        self.status = StatusLine(self.state, self.switch, self.appearance)
        self.banner = EngineBanner(self.state, self.switch, self._words, self.appearance)
        self._stack = QStackedWidget()
        self._stack.setObjectName("pages")
        for number, page in enumerate(self.pages):
            self._stack.addWidget(page)
            self.rail.add_page(page.icon, tr(page.word), f"{tr(page.tip)} (Ctrl+{number + 1})")
        self._operator = OperatorButton(self.session, self.appearance)
        self.rail.add_below(self._operator)
        self._menu_button = self.rail.add_foot(
            Icon.MENU, tr("Menu"), tr("Everything that can be done (Alt+M)")
        )
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

    def _settings_page(self, learning: LearningPlaces) -> SettingsPage:
        folders = (
            (tr("Store"), learning.store),
            (tr("Receipts and state"), learning.ledger.parent),
            (tr("Crash reports"), self._state_dir / CRASHES),
        )
        printer = ReceiptPrinter(self._state_dir / PRINTERS)
        page = SettingsPage(
            self.appearance,
            self.session,
            self._words,
            printer,
            folders,
            learning=learning,
            can_decide=self.decision.can_change,
        )
        page.decision_asked.connect(self.change_decision)
        page.language_chosen.connect(self.choose_language)
        page.text_size_chosen.connect(self.choose_text_size)
        return page

    def _connect(self) -> None:
        self._notices = WindowNotices(self, self._state_dir / CRASHES)
        self.rail.chosen.connect(lambda number: self.show_page(self.pages[number].name))
        self.status.led_to.connect(self.show_page)
        self.status.replay_toggled.connect(self.replay.toggle)
        self._menu_button.clicked.connect(self.open_menu)
        self._operator.clicked.connect(self.switch_operator)
        self.state.visits_closed.connect(self.history.refresh)
        self.state.visits_closed.connect(self.reviews.refresh)
        self.reviews.changed.connect(self._tell_reviews)
        self.reviews.issued.connect(self.history.refresh)
        self.visits.desk.disputed.connect(self.commands.keep_evidence)
        self.state.snapshot_changed.connect(self._offer_replay)
        application().focusChanged.connect(self._leave_space_to)
        for number, page in enumerate(self.pages):
            page.badge_changed.connect(self.rail.button(number).set_badge)
            self.rail.button(number).set_badge(*page.badge)

    # -- doing ---------------------------------------------------------------------------------------

    def toggle_full_screen(self) -> None:
        """Without the desktop's frame, or with it."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def toggle_theme(self) -> None:
        """From light to dark and back, whatever the system says."""
        self.appearance.choose("light" if self.appearance.theme.scheme == "dark" else "dark")

    def choose_text_size(self, size: TextSize) -> None:
        """Read texts of this size from now on, and at the next start."""
        if size != self.appearance.text_size:
            self._outdated_by = ("text size", self.appearance.text_size)
            self.appearance.keep_text_size(size)
            self.outdated.emit()

    def _relaid(self) -> None:
        """The engine works with another layout: whoever shows this window makes it anew from the folder."""
        self._outdated_by = ("store", "")
        self.outdated.emit()

    def switch_operator(self) -> None:
        """Sign out whoever is signed in; the next one types their PIN."""
        self.session.lock()
        asks = self.page.findChild(SignInPanel)
        if asks is not None and asks.isVisible():
            asks.take_focus()
            return
        dialog = SignInDialog(self.session, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def choose_language(self, code: str) -> None:
        """Speak this language from now on, and at the next start."""
        if code != language():
            self._outdated_by = ("language", language())
            self._settings.setValue("language", code)
            self.outdated.emit()

    def find_anything(self) -> None:
        """Type a few letters of anything."""
        palette = CommandPalette(findables(self), self.appearance, self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        top = self.mapToGlobal(QPoint((self.width() - palette.width()) // 2, self.height() // 8))
        palette.move(top)
        palette.open()

    def show_welcome(self) -> None:
        """Three things to try."""
        dialog = WelcomeDialog(self.state.layout.file.store.name, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.led_to.connect(self.show_page)
        dialog.connect_asked.connect(self.connect_store)
        dialog.finished.connect(self.first_start.keep)
        dialog.open()

    def connect_store(self) -> None:
        """A form that writes the folder of a new store."""
        dialog = ConnectDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def change_decision(self) -> None:
        """When a person is asked about a receipt: a manager's word."""
        dialog = DecisionDialog(self.decision, self.session, self._words, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def show_keys(self) -> None:
        """All keys."""
        sheet = KeySheet(self.book.groups, self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def open_menu(self) -> None:
        """Everything that can be done, beside the button for it."""
        corner = self._menu_button.mapToGlobal(self._menu_button.rect().topRight())
        self.book.menu.popup(corner)

    def _tell_reviews(self) -> None:
        oldest = self.reviews.oldest()
        said = "" if oldest is None else since_when(oldest, self.reviews.store_time, self._words)
        self.status.tell_reviews(len(self.reviews.queue.rows), said)

    def _leave_space_to(self, _: QWidget | None, focused: QWidget | None) -> None:
        """A focused button is pressed with Space; the recording is paused with it anywhere else."""
        self._replay[0].setShortcut(
            QKeySequence() if isinstance(focused, QAbstractButton) else QKeySequence("Space")
        )

    def _offer_replay(self) -> None:
        for action in self._replay:
            if action.isEnabled() != self.replay.can:
                action.setEnabled(self.replay.can)

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

    def _take_over(self, handed: HandedOver) -> None:
        """Go on where the window before this one was."""
        self.session.take_over(handed.actor)
        self.state.select(handed.selected)
        self.device_desk.undoable, self.decision.undoable = handed.undoable, handed.decided
        self.device_desk.changed.emit()
        self._notices.taken_over(handed)

    def _keep(self) -> None:
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("page", self.page.name)
        for page in self.pages:
            page.keep(self._settings)
        self._settings.sync()


def render_to(
    path: Path,
    size: tuple[int, int],
    theme: ThemeChoice,
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
