"""The kiosk's window: full screen, and with no way out of it but a manager's PIN."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from console.engine_process.link import EngineLink
from console.item_models.kiosk_story import KioskStory
from console.item_models.recorded_words import recorded_facts
from console.item_models.words import ShopWords
from console.language import tr
from console.operations.background import Background
from console.operations.kiosk_exit import KioskExit
from console.operations.live_state import LiveState
from console.operations.operator_session import OperatorSession
from console.operations.simulated_shoppers import SimulatedShoppers
from console.operations.visit_history import VisitHistory
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_6, SPACE_8
from console.widgets.kiosk_facts import KioskFacts
from console.widgets.kiosk_floor import KioskFloor
from console.widgets.kiosk_pin import KioskPin
from console.widgets.kiosk_shop import KioskShop
from console.widgets.kiosk_type import kiosk_stylesheet, touch_button, unit_for
from console.widgets.sign_in import SignInPanel
from store_layout.model import StoreLayout

IDLE_MS = 45_000
"""After so long without a touch the visitor has gone."""
WATCHED_MS = 6 * 60_000
"""Whoever sent a shopper in may watch them for so long without touching anything."""
HARMLESS = frozenset(
    {
        Qt.Key.Key_Tab,
        Qt.Key.Key_Backtab,
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_Space,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Escape,
        Qt.Key.Key_Minus,
        Qt.Key.Key_Backspace,
    }
)
"""Keys that reach a widget; all others end here, but for digits where a PIN is typed."""
_HANDS = frozenset(
    {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.TouchBegin, QEvent.Type.Wheel}
)


class KioskWindow(QWidget):
    """Over one engine and one ledger, neither of which it owns."""

    ended = Signal()
    """A manager ended it; the window has closed."""

    def __init__(
        self,
        layout: StoreLayout,
        link: EngineLink,
        ledger_path: Path,
        settings_dir: Path,
        *,
        pictures: Mapping[str, tuple[Path, ...]] | None = None,
        size: QSize | None = None,
    ) -> None:
        """``pictures``: of products, by sku; ``size``: of the screen that it will fill."""
        super().__init__()
        self.setObjectName("kiosk")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowFlags(Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
        self.setWindowTitle(layout.file.store.name)
        settings = QSettings(str(settings_dir / "kiosk.ini"), QSettings.Format.IniFormat)
        self.appearance = Appearance(settings, self)
        self._unit = unit_for((size or QSize(1920, 1080)).height())
        self._background = Background(self)
        self.state = LiveState(layout, link, self)
        self.history = VisitHistory(ledger_path, self._background, self)
        self.shoppers = SimulatedShoppers(self.state, self.history, link, self._background, self)
        self.session = OperatorSession(ledger_path, self._background, self)
        self.exit = KioskExit(ledger_path, self._background, self)
        words = ShopWords(layout)
        self.story = KioskStory(self.state, self.history, self.shoppers, words, self)
        facts = recorded_facts(layout)
        self.floor = KioskFloor(
            self.state, self.story, self.shoppers, words, self.appearance, facts=facts, unit=self._unit
        )
        self.shop = KioskShop(self.shoppers, words, pictures or {}, self.appearance)
        self.facts = KioskFacts(facts, 3)
        self.pin = KioskPin(self.exit)
        self.sign_in = SignInPanel(self.session)
        self._may_close = False
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self._idle_for_long)
        self._watched = QTimer(self)
        self._watched.setSingleShot(True)
        self._watched.setInterval(WATCHED_MS)
        self._lay_out()
        self._connect()
        self._wear()
        self.attract()
        self.state.start()
        self.history.refresh()
        self.exit.read()
        self.session.read()
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]  # a widget needs one

    @property
    def busy(self) -> bool:
        """Whether something asked for in the background is still to come."""
        return self._background.busy

    @property
    def shown(self) -> QWidget | None:
        """The page that is shown."""
        return self._stack.currentWidget()

    # -- what may happen -----------------------------------------------------------------------------

    def attract(self) -> None:
        """Nobody is here (any more)."""
        self._idle.stop()
        self._watched.stop()
        self.pin.forget()
        self.floor.attract()
        self._stack.setCurrentWidget(self.floor)
        self.floor.map.setFocus()

    def wake(self) -> None:
        """Somebody touched it."""
        self.floor.be_looked_at()
        self._idle.start()

    def show_shop(self) -> None:
        """The shelves, for a visitor to choose from."""
        self.shop.begin()
        self._stack.setCurrentWidget(self.shop)

    def show_facts(self) -> None:
        """What is recorded."""
        self._stack.setCurrentWidget(self._facts_page)
        self.read_it.setFocus()

    def show_pin(self) -> None:
        """Where a manager ends it."""
        self.exit.read()
        self.pin.forget()
        self._stack.setCurrentWidget(self.pin)
        self.pin.setFocus()

    def show_floor(self) -> None:
        """Back to the main picture."""
        self.pin.forget()
        self._stack.setCurrentWidget(self.floor)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Every key and touch comes by here first."""
        kind = event.type()
        if kind in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) and isinstance(event, QKeyEvent):
            return self._key(event)
        if kind == QEvent.Type.ContextMenu:
            return True
        if kind in _HANDS and isinstance(watched, QWidget) and watched.window() is self:
            return self._hand()
        return False

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Only when a manager has said so, or while nobody is there who could."""
        if not self._may_close and not self._is_unguarded:
            event.ignore()
            return
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        self._idle.stop()
        self._watched.stop()
        self.state.stop()
        self.history.close()
        self.session.close()
        self._background.close()
        super().closeEvent(event)
        self.ended.emit()

    # -- inside --------------------------------------------------------------------------------------

    @property
    def _is_unguarded(self) -> bool:
        """There is no manager yet whose PIN could be asked for: it has not begun to be a kiosk."""
        return self.shown is self._setup

    def _key(self, event: QKeyEvent) -> bool:
        """True: it goes no further."""
        plain = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if self._is_unguarded:
            return plain != Qt.KeyboardModifier.NoModifier
        if event.type() == QEvent.Type.KeyPress and self._hand():
            return True
        if plain != Qt.KeyboardModifier.NoModifier:
            return True
        digit = self.shown is self.pin and event.text().isdecimal()
        if event.key() == Qt.Key.Key_Escape and event.type() == QEvent.Type.KeyPress:
            if self.shown is self.floor:
                self.attract()
            else:
                self.show_floor()
            return True
        return event.key() not in HARMLESS and not digit

    def _hand(self) -> bool:
        """Somebody is here. The touch that wakes it does nothing else."""
        if self._is_unguarded:
            return False
        if self.floor.attracting and self.shown is self.floor:
            self.wake()
            return True
        self._idle.start()
        return False

    def _idle_for_long(self) -> None:
        if self.story.goes_on and self._watched.isActive() and self.shown is self.floor:
            self._idle.start()
        else:
            self.attract()

    def _was_sent(self, person: str) -> None:
        self.story.follow_sent(person)
        self._watched.start()
        self._idle.start()

    def _managers_read(self) -> None:
        if self.exit.managers == ():
            self._stack.setCurrentWidget(self._setup)
            self.sign_in.take_focus()
        elif self._is_unguarded and self.exit.managers:
            self.attract()

    def _manager_made(self) -> None:
        """Whoever set it up signs in by that, and is signed out at once: the screen is for visitors."""
        if self.session.actor is not None:
            self.session.lock()
            self.exit.read()

    def leave(self) -> None:
        """End it; whoever calls has made sure that it may."""
        self._may_close = True
        self.close()

    def _lay_out(self) -> None:
        margins = (2 * SPACE_8, SPACE_8, 2 * SPACE_8, SPACE_8)
        self.shop.setContentsMargins(*margins)
        self.pin.setContentsMargins(*margins)
        self._facts_page = QWidget()
        box = QVBoxLayout(self._facts_page)
        box.setContentsMargins(*margins)
        box.setSpacing(SPACE_6)
        box.addWidget(self.facts, 1)
        self.read_it = touch_button(tr("Back"))
        box.addWidget(self.read_it, 0, Qt.AlignmentFlag.AlignLeft)
        self._setup = QWidget()
        box = QVBoxLayout(self._setup)
        box.addWidget(self.sign_in, 1)
        self.not_now = touch_button(tr("Not now: close the kiosk"))
        box.addWidget(self.not_now, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addSpacing(SPACE_8)
        for field in self.sign_in.findChildren(QLineEdit):
            field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._stack = QStackedWidget()
        for page in (self.floor, self.shop, self._facts_page, self.pin, self._setup):
            self._stack.addWidget(page)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._stack)

    def _connect(self) -> None:
        self.floor.shop_asked.connect(self.show_shop)
        self.floor.facts_asked.connect(self.show_facts)
        self.floor.out_asked.connect(self.show_pin)
        self.floor.done.connect(self.attract)
        self.read_it.clicked.connect(self.show_floor)
        self.shop.left.connect(self.show_floor)
        self.shoppers.sent.connect(self._was_sent)
        self.pin.given_up.connect(self.show_floor)
        self.exit.changed.connect(self._managers_read)
        self.exit.left.connect(self.leave)
        self.session.changed.connect(self._manager_made)
        self.not_now.clicked.connect(self.close)
        self.state.visits_closed.connect(self.history.refresh)
        self.appearance.changed.connect(self._wear)

    def _wear(self) -> None:
        self.setStyleSheet(kiosk_stylesheet(self.appearance.theme, self._unit))
