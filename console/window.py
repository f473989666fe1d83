"""The window: rail, pages, status line. It arranges, and decides nothing."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.engine_process.link import EngineLink
from console.item_models.review_words import since_when
from console.item_models.words import ShopWords
from console.language import choose, language, tr
from console.operations.desks import Desks, StorePlaces
from console.operations.engine_messages import EngineMessages
from console.operations.first_start import FirstStart
from console.operations.learning_desk import LearningPlaces
from console.operations.receipt_printer import ReceiptPrinter
from console.operations.spoken import wanted_language
from console.pages.devices import DevicesPage
from console.pages.live import LivePage
from console.pages.reports import ReportsPage
from console.pages.review import ReviewPage
from console.pages.settings import SettingsPage
from console.pages.shelves import ShelvesPage
from console.pages.visits import VisitsPage
from console.theme.appearance import Appearance, TextSize
from console.theme.icons import Icon
from console.widgets.action_book import ActionBook
from console.widgets.application import application, speak
from console.widgets.banner import EngineBanner
from console.widgets.focus_ring import FocusRing
from console.widgets.notice import Notice
from console.widgets.operator_button import OperatorButton
from console.widgets.page import Page
from console.widgets.product_pictures import ProductPictures
from console.widgets.rail import Rail
from console.widgets.setup_dialog import SetupDialog
from console.widgets.status_line import StatusLine
from console.window_actions import fill_book, findables
from console.window_dialogs import OpensDialogs
from console.window_handover import HandedOver
from console.window_memory import WindowMemory, settings_in
from console.window_notices import WindowNotices
from console.window_setup import WindowSetup
from store_layout.model import StoreLayout

CRASHES, PRINTERS = "crashes", "printers.toml"
"""In this computer's state folder."""


class MainWindow(OpensDialogs):
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
        self._settings = settings_in(settings_dir)
        self._state_dir = settings_dir.parent
        choose(wanted_language(self._settings))
        speak(language())
        self.appearance = Appearance(self._settings, self, later=True)
        places = StorePlaces(ledger_path, self._state_dir, store_folder, clips, layout_folder)
        self.desks = desks = Desks(layout, link, places, self)
        self.state, self.session, self.history = desks.state, desks.session, desks.history
        self.reviews, self.reports, self.visits = desks.reviews, desks.reports, desks.visits
        self.commands, self.replay, self.switch = desks.commands, desks.replay, desks.switch
        self.device_desk, self.shelf_desk, self.shoppers = desks.devices, desks.shelves, desks.shoppers
        self.store_desk = desks.store
        self.takeover, self.decision, self.gates = desks.takeover, desks.decision, desks.gates
        self.catalogue = desks.catalogue
        self.state.relaid.connect(self._relaid)
        self.messages = EngineMessages(self.state, self)
        self.finds = partial(findables, self)
        self.words = words = ShopWords(layout)
        self.first_start = FirstStart(self.state, self._settings, self)
        self.first_start.begins.connect(self.show_welcome)
        self.setup = WindowSetup(self, desks.setup, self._settings)
        live = LivePage(self.state, self.shoppers, words, self.appearance, edits=desks.edits)
        pictures = ProductPictures(layout, layout_folder)
        visits = VisitsPage(self.state, self.visits, words, self.appearance)
        for leads in (live.led_to, visits.led_to):
            leads.connect(self.show_page)
        self.pages: tuple[Page, ...] = (
            live,
            ReviewPage(
                self.reviews,
                desks.evidence,
                self.session,
                words,
                pictures=pictures,
                appearance=self.appearance,
            ),
            visits,
            ShelvesPage(
                self.state,
                self.shelf_desk,
                self.session,
                words,
                catalogue=desks.catalogue,
                store=desks.store,
                takeover=self.takeover,
                pictures=pictures,
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
        self.focus_ring = FocusRing(self.appearance, self)
        self.book = ActionBook(self)
        self._outdated_by: tuple[Literal["language", "text size", "store", ""], str] = ("", "")
        self._lay_out()
        self._replay = fill_book(self)
        self._connect()
        self.appearance.dress()
        self._memory = WindowMemory(self, self._settings)
        self._memory.take_up()
        desks.start()
        if handed is not None:
            self._take_over(handed)
        self.session.read()
        self.reviews.start()

    @property
    def page(self) -> Page:
        """The page shown."""
        return self.pages[self._stack.currentIndex()]

    @property
    def is_first(self) -> bool:
        """Whether nobody has arranged a window here before."""
        return self._memory.is_first

    @property
    def busy(self) -> bool:
        """Whether something asked for in the background is still to come."""
        return self.desks.busy

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
        # What was just shown is laid out and marked to be painted by events that may come after the first
        # painting of it, which would then be the first of two.
        for due in (QEvent.Type.LayoutRequest, QEvent.Type.UpdateLater):
            QCoreApplication.sendPostedEvents(None, due)
        self._memory.keep_soon()

    def hand_over(self) -> HandedOver:
        """Keep everything for a window that takes the place of this one, and say what the settings cannot."""
        self._memory.keep()
        return HandedOver(
            self.session.actor,
            self.state.selected,
            *self._outdated_by,
            undoable=self.store_desk.undoable,
            decided=self.decision.undoable,
            catalogued=self.catalogue.undoable,
            last=self._notices.last,
            setting_up=self.setup.is_open,
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002, N802
        """Whoever presses a key or a button is there: the lock waits, and what they leave is kept."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel):
            self.session.touch()
            self._memory.keep_soon()
            self.focus_ring.hand(event.type())
        return False

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Keys and clicks arrive at the system's window first."""
        super().showEvent(event)
        self.windowHandle().installEventFilter(self)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Keep the layout, stop looking, wait for what runs."""
        self._memory.keep()
        self.desks.close()
        self._memory.wait()
        super().closeEvent(event)

    # -- building ------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.rail = Rail(self.appearance)
        self.status = StatusLine(self.state, self.switch, self.appearance, self.device_desk, self.messages)
        self.banner = EngineBanner(self.state, self.switch, self.words, self.appearance)
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
            self.words,
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
        self.status.messages_asked.connect(self.show_messages)
        self.status.replay_toggled.connect(self.replay.toggle)
        self._menu_button.clicked.connect(self.open_menu)
        self._operator.clicked.connect(self.switch_operator)
        self.reviews.changed.connect(self._tell_reviews)
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
        self._make_way()

    def _make_way(self) -> None:
        """Whoever types into a form goes on with it; until it is closed nothing is shown of the new store."""
        forms = (form for form in self.findChildren(QDialog) if form.isVisible())
        form = next((form for form in forms if not isinstance(form, SetupDialog)), None)
        if form is None:
            self.outdated.emit()
        else:
            self.state.stop()
            form.finished.connect(self._make_way, Qt.ConnectionType.QueuedConnection)

    def choose_language(self, code: str) -> None:
        """Speak this language from now on, and at the next start."""
        if code != language():
            self._outdated_by = ("language", language())
            self._settings.setValue("language", code)
            self.outdated.emit()

    def open_menu(self) -> None:
        """Everything that can be done, beside the button for it."""
        corner = self._menu_button.mapToGlobal(self._menu_button.rect().topRight())
        self.book.menu.popup(corner)

    def _tell_reviews(self) -> None:
        oldest = self.reviews.oldest()
        said = "" if oldest is None else since_when(oldest, self.reviews.store_time, self.words)
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

    def _take_over(self, handed: HandedOver) -> None:
        """Go on where the window before this one was."""
        self.session.take_over(handed.actor)
        self.state.select(handed.selected)
        self.store_desk.undoable, self.decision.undoable = handed.undoable, handed.decided
        self.catalogue.undoable = handed.catalogued
        self.store_desk.changed.emit()
        if handed.setting_up:
            self.setup.show()
        self._notices.taken_over(handed)
