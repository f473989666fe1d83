"""Every form of the store: names for all that takes keys, and nothing clipped on a small screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from console.pages.devices import DevicesPage
from console.pages.shelves import ShelvesPage
from console.window import MainWindow
from tests.support.live_window import folder_of, live_window
from tests.support.stores import small_store
from tests.ui.test_access import SMALL, clipped, nameless


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """In German with larger texts: what fits so fits always."""
    settings = QSettings(str(tmp_path / "state" / "window" / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue("language", "de")
    settings.setValue("text_size", "larger")
    settings.sync()
    with live_window(folder_of(small_store(), tmp_path / "store"), tmp_path) as made:
        monkeypatch.setattr(made.device_desk.listening, "start", lambda *_: None)
        made.resize(*SMALL)
        qtbot.waitUntil(lambda: bool(made.session.operators))
        yield made


def test_every_form_has_names_and_fits_a_small_screen(window: MainWindow, qtbot: QtBot) -> None:
    pages = {page.name: page for page in window.pages}
    devices, shelves = pages["devices"], pages["shelves"]
    assert isinstance(devices, DevicesPage)
    assert isinstance(shelves, ShelvesPage)
    window.show_page("shelves")
    opens: dict[str, Callable[[], object]] = {
        "slot": shelves.change_slot,
        "import": shelves.tools.open_import,
        "changes": shelves.tools.open_changes,
        "shelf": shelves.shelf_tools.add,
        "old shelf": lambda: shelves.shelf_tools.change("A"),
        "boards": lambda: shelves.shelf_tools.rebuild(shelves._face(0), shelves.gondola.slot),
        "scale": lambda: devices.add("scale"),
        "gate": lambda: devices.add("gate"),
        "broker": lambda: devices.add("broker"),
        "printer": lambda: devices.add("printer"),
        "store": window.setup.change_store,
        "setup": window.setup.show,
    }
    for name, call in opens.items():
        call()
        (dialog,) = (one for one in window.findChildren(QDialog) if one.isVisible())
        assert dialog.accessibleName(), name
        assert nameless(dialog) == [], name
        assert dialog.width() <= SMALL[0], name
        assert dialog.height() <= SMALL[1], name

        def fits(of: QDialog = dialog, what: str = name) -> None:
            assert clipped(of) == [], what

        qtbot.waitUntil(fits)
        dialog.reject()
    for page in (devices, shelves):
        window.show_page(page.name)
        if isinstance(page, DevicesPage):
            page._to_device("door")
        qtbot.waitUntil(lambda: clipped(window) == [])
