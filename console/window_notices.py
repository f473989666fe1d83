"""What the window says in its corner, and what can be undone from there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from console.back_office.disputes import Decided
from console.item_models.dispute_drafting import done_words
from console.language import language, own_name, tr
from console.operations.card_watch import CardWatch
from console.printing.printers import PrinterSettings
from console.theme.appearance import size_of
from console.widgets.messages_dialog import message_words
from console.window_handover import Changed, HandedOver
from inference.messages import Alarm

if TYPE_CHECKING:
    from console.window import MainWindow


class WindowNotices(QObject):
    """Listens to what is worth saying wherever somebody is in the window."""

    def __init__(self, window: MainWindow, crashes: Path) -> None:
        """``crashes``: the folder of the crash reports."""
        super().__init__(window)
        self._window, self._notice, self._crashes = window, window.notice, crashes
        window.switch.refused.connect(window.notice.say)
        window.switch.switched.connect(self._switched)
        window.switch.came_in.connect(self._came_in)
        window.commands.refused.connect(window.notice.say)
        window.commands.accepted.connect(window.notice.say)
        for said in (
            window.shelf_desk.tared,
            window.shelf_desk.refused,
            window.device_desk.said,
            window.device_desk.refused,
            window.store_desk.refused,
            window.device_desk.printer_book.said,
            window.device_desk.printer_book.refused,
            window.gates.said,
            window.gates.refused,
            window.catalogue.said,
            window.catalogue.trouble,
        ):
            said.connect(window.notice.say)
        window.takeover.said.connect(lambda words: window.notice.say(words, *self._undo()))
        window.takeover.refused.connect(lambda words: window.notice.say(words, *self._undo()))
        window.store_desk.filed.connect(self._filed)
        window.device_desk.printer_book.removed.connect(self._forgot)
        window.decision.saved.connect(lambda *_: self._changed("rules"))
        window.catalogue.filed.connect(lambda *_: self._changed("catalogue"))
        self.last: Changed = ""
        for reads in (window.history, window.visits.search, window.visits.desk):
            reads.trouble.connect(window.notice.say)
        window.visits.prints.said.connect(window.notice.say)
        window.visits.desk.done.connect(self._decided)
        window.reports.done.connect(window.notice.say)
        window.reports.refused.connect(window.notice.say)
        window.messages.urgent.connect(self._urgent)
        window.crashed.connect(self._crashed)
        CardWatch(window.state, self).said.connect(window.notice.say)

    def taken_over(self, handed: HandedOver) -> None:
        """This window took the place of another: what it was changed for can be undone."""
        if handed.changed == "language":
            said = tr("The console speaks {language} now.", language=own_name(language()))
            self._notice.say(said, tr("Undo"), lambda: self._window.choose_language(handed.before))
        elif handed.changed == "text size":
            said, before = tr("Texts have another size now."), size_of(handed.before)
            self._notice.say(said, tr("Undo"), lambda: self._window.choose_text_size(before))
        elif handed.changed == "store":
            self.last = handed.last
            said = tr("The engine works with the changed store, and so does this window.")
            self._notice.say(said, *self._undo())

    def _changed(self, what: Changed) -> None:
        self.last = what

    def _filed(self, _about: str, words: str) -> None:
        """At once, not only when the engine has taken it over: whoever removed the wrong thing undoes it."""
        self._changed("file")
        if words:
            self._notice.say(words, *self._undo())

    def _forgot(self, printer: PrinterSettings) -> None:
        said = tr("{device} is removed.", device=printer.name)
        self._notice.say(said, tr("Undo"), lambda: self._window.device_desk.printer_book.save(printer))

    def _undo(self) -> tuple[str, Callable[[], object] | None]:
        """What takes the last change of the store back, as long as it can be."""
        window = self._window
        match self.last:
            case "file" if window.store_desk.undoable is not None:
                return tr("Undo"), window.store_desk.undo
            case "rules" if window.decision.undoable is not None:
                return tr("Undo"), window.decision.undo
            case "catalogue" if window.catalogue.undoable is not None:
                return tr("Take it back …"), lambda: window.show_page("shelves", "changes")
            case _:
                return "", None

    def _decided(self, result: object) -> None:
        said = done_words(result, self._window.words)
        if not said:
            return
        papers = isinstance(result, Decided) and result.documents
        shown = partial(self._window.show_page, "visits", "papers")
        self._notice.say(said, *((tr("Show the paper"), shown) if papers else ()))

    def _switched(self, is_open: bool) -> None:
        said = tr("The store is open.") if is_open else tr("The store is paused.")
        self._notice.say(said, tr("Undo"), lambda: self._window.switch.switch(not is_open))

    def _came_in(self, code: str) -> None:
        self._notice.say(tr("{code} came in while the store is paused.", code=code))

    def _urgent(self, message: Alarm) -> None:
        self._notice.say(message_words(message), tr("Messages"), self._window.show_messages)

    def _crashed(self, said: str) -> None:
        folder = QUrl.fromLocalFile(str(self._crashes))
        self._notice.say(said, tr("Open folder"), lambda: QDesktopServices.openUrl(folder))
