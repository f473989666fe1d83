"""What the window opens over itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDialog, QMainWindow

from console.widgets.command_palette import CommandPalette
from console.widgets.connect_dialog import ConnectDialog
from console.widgets.decision_dialog import DecisionDialog
from console.widgets.key_sheet import KeySheet
from console.widgets.messages_dialog import MessagesDialog
from console.widgets.sign_in import SignInDialog, SignInPanel
from console.widgets.welcome_dialog import WelcomeDialog

if TYPE_CHECKING:
    from console.item_models.words import ShopWords
    from console.operations.decision import Decision
    from console.operations.engine_messages import EngineMessages
    from console.operations.first_start import FirstStart
    from console.operations.live_state import LiveState
    from console.operations.operator_session import OperatorSession
    from console.theme.appearance import Appearance
    from console.widgets.action_book import ActionBook
    from console.widgets.page import Page
    from console.window_actions import Finds


class OpensDialogs(QMainWindow):
    """One at a time, gone when it is closed."""

    state: LiveState
    session: OperatorSession
    appearance: Appearance
    decision: Decision
    messages: EngineMessages
    first_start: FirstStart
    book: ActionBook
    words: ShopWords
    finds: Finds

    @property
    def page(self) -> Page:
        """The page shown."""
        raise NotImplementedError

    def show_page(self, name: str, what: str = "") -> None:
        """Go to a page by its name, and to a part of it."""
        raise NotImplementedError

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def switch_operator(self) -> None:
        """Sign out whoever is signed in; the next one types their PIN."""
        self.session.lock()
        asks = self.page.findChild(SignInPanel)
        if asks is not None and asks.isVisible():
            asks.take_focus()
            return
        self._open(SignInDialog(self.session, self))

    def find_anything(self) -> None:
        """Type a few letters of anything."""
        palette = CommandPalette(self.finds(), self.appearance, self)
        top = self.mapToGlobal(QPoint((self.width() - palette.width()) // 2, self.height() // 8))
        palette.move(top)
        self._open(palette)

    def show_welcome(self) -> None:
        """Three things to try."""
        dialog = WelcomeDialog(self.state.layout.file.store.name, self)
        dialog.led_to.connect(self.show_page)
        dialog.connect_asked.connect(self.connect_store)
        dialog.finished.connect(self.first_start.keep)
        self._open(dialog)

    def connect_store(self) -> None:
        """A form that writes the folder of a new store."""
        self._open(ConnectDialog(self))

    def change_decision(self) -> None:
        """When a person is asked about a receipt: a manager's word."""
        self._open(DecisionDialog(self.decision, self.session, self.words, self))

    def show_keys(self) -> None:
        """All keys."""
        self._open(KeySheet(self.book.groups, self))

    def show_messages(self) -> None:
        """What the engine has said."""
        self._open(MessagesDialog(self.messages, self.words, self.appearance, self))
