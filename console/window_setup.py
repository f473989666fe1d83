"""Setting a store of one's own up: what is missing, and the form for each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtWidgets import QDialog, QWidget

from console.language import tr
from console.operations.store_setup import StoreSetup, is_unfinished
from console.widgets.device_forms import open_form
from console.widgets.fixture_form import FixtureForm
from console.widgets.import_dialog import ImportDialog
from console.widgets.setup_dialog import SetupDialog
from console.widgets.store_form import StoreForm

if TYPE_CHECKING:
    from console.window import MainWindow

KEY = "set_up"
DETECTOR = "persons_medium"
"""The one that is offered first."""


class WindowSetup(QObject):
    """Opens by itself when a live store is not finished, once for each store; later from the menu."""

    def __init__(self, window: MainWindow, setup: StoreSetup, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._setup, self._settings = window, setup, settings
        window.store_desk.changed.connect(self._look)
        window.catalogue.changed.connect(self._look)

    def watch(self) -> None:
        """Open it with the first snapshot of a live store in which nothing could be sold yet."""
        store = self._window.state.layout.file.store.id
        if self._setup.folder is not None and str(self._settings.value(f"{KEY}/{store}", "")) != "true":
            self._window.state.snapshot_changed.connect(self._first)
            self._first()

    @property
    def is_open(self) -> bool:
        """Whether somebody looks at what is missing."""
        return any(dialog.isVisible() for dialog in self._window.findChildren(SetupDialog))

    def show(self) -> None:
        """What is missing; of a recording nothing can be."""
        window = self._window
        if self._setup.folder is None:
            window.notice.say(tr("A recording is complete: connect a store of your own first."))
            return
        dialog = SetupDialog(self._setup, window.session, window.appearance, window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.asked.connect(lambda kind, about: self._lead(dialog, kind, about))
        dialog.finished.connect(self._seen)
        dialog.open()

    def change_store(self, over: QWidget | None = None) -> None:
        """Name, floor and currency; of a recording and a simulated store they are part of it."""
        window = self._window
        snapshot = window.state.snapshot
        if self._setup.folder is None or snapshot is None or snapshot.source.kind != "live":
            window.notice.say(tr("This store is part of what is played: connect a store of your own first."))
            return
        _open(StoreForm(window.store_desk, window.state, window.session, window.appearance, over or window))

    # -- inside --------------------------------------------------------------------------------------

    def _first(self) -> None:
        snapshot = self._window.state.snapshot
        if snapshot is None:
            return
        self._window.state.snapshot_changed.disconnect(self._first)
        if snapshot.source.kind == "live" and is_unfinished(self._window.state.layout):
            self.show()

    def _seen(self) -> None:
        self._settings.setValue(f"{KEY}/{self._window.state.layout.file.store.id}", "true")

    def _look(self) -> None:
        """Only for who looks."""
        if self.is_open:
            self._setup.look()

    def _lead(self, dialog: SetupDialog, kind: str, about: str) -> None:
        """To the form of a step, over the dialog; or to the page where it is done."""
        window = self._window
        desk, look = window.device_desk, window.appearance
        match kind:
            case "camera" | "gate" | "scale" | "broker":
                open_form(kind, "", desk, look, dialog)
            case "calibration":
                open_form("camera", about, desk, look, dialog)
            case "store":
                self.change_store(dialog)
            case "shelf":
                _open(FixtureForm(window.store_desk, look, None, dialog))
            case "products":
                _open(
                    ImportDialog(
                        window.catalogue, window.session, window.words, appearance=look, parent=dialog
                    )
                )
            case "operator":
                window.switch_operator()
            case "planogram":
                dialog.accept()
                window.show_page("shelves", f"fill {about}")
            case "detector":
                dialog.accept()
                window.show_page("devices", f"device {DETECTOR}")
            case _:
                self._setup.look()


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
