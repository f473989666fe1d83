"""Settings: what is chosen holds at once and at the next start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from pytestqt.qtbot import QtBot

from console.operations.about import parts
from console.operations.receipt_printer import ReceiptPrinter
from console.pages.settings import SettingsPage
from console.printing.printers import PrinterSettings, read_printers, write_printers
from console.theme.tokens import CONTRAST_DARK
from console.widgets.licences import LicencesDialog
from console.window import MainWindow
from tests.support.fake_engine import FakeEngine
from tests.ui.conftest import OpenWindow


def page_of(window: MainWindow) -> SettingsPage:
    window.show_page("settings")
    assert isinstance(window.page, SettingsPage)
    return window.page


def pick(combo: QComboBox, value: object) -> None:
    """As somebody would, with the keys."""
    combo.setFocus()
    steps = combo.findData(value) - combo.currentIndex()
    for _ in range(abs(steps)):
        QTest.keyClick(combo, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
    assert combo.currentData() == value


def seen(page: SettingsPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel))


def test_it_is_last_on_the_rail(window: MainWindow) -> None:
    assert window.pages[-1].name == "settings"


def test_a_theme_is_worn_at_once(qtbot: QtBot, window: MainWindow, qapp: QApplication) -> None:
    page = page_of(window)
    pick(page.theme, "contrast-dark")
    assert qapp.palette().window().color() == QColor(CONTRAST_DARK.ground)
    window.appearance.choose("light")
    assert page.theme.currentData() == "light", "changed elsewhere, shown here"


def test_the_lock_waits_as_chosen_and_is_kept(
    qtbot: QtBot, window: MainWindow, open_window: OpenWindow, engine: FakeEngine, ledger_path: Path
) -> None:
    page = page_of(window)
    pick(page.lock, 15)
    assert window.session.idle_minutes == 15
    window.close()
    again = open_window(engine, ledger_path)
    assert again.session.idle_minutes == 15
    assert page_of(again).lock.currentData() == 15


def test_what_the_shop_decided_is_said_with_its_place(window: MainWindow) -> None:
    said = seen(page_of(window))
    assert "Asking a person costs\n€3.00" in said
    assert "times 10, comes to more than €3.00" in said
    assert "Clips are kept\nfor 7 days" in said
    assert "Receipts are kept\nat least for 10 years" in said
    assert "store.toml" in said


def test_no_printer_says_how_to_add_one(window: MainWindow) -> None:
    assert "add one on the page Devices" in seen(page_of(window))


def test_the_printer_chosen_comes_first_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "printers.toml"
    write_printers(
        file, tuple(PrinterSettings(name=n, address=f"file:/dev/{n}") for n in ("door", "desk", "spare"))
    )
    printer = ReceiptPrinter(file)
    assert printer.names() == ["door", "desk", "spare"]
    assert printer.choose("desk") == ""
    assert [p.name for p in read_printers(file)] == ["desk", "door", "spare"]
    assert printer.names()[0] == "desk"


def test_a_broken_printers_file_is_said(tmp_path: Path) -> None:
    file = tmp_path / "printers.toml"
    file.write_text("printer = 3", "utf-8")
    printer = ReceiptPrinter(file)
    assert printer.names() == []
    assert "printers.toml" in printer.trouble
    assert "printers.toml" in printer.choose("desk")


def test_licences_name_what_it_is_made_of(qtbot: QtBot, window: MainWindow) -> None:
    page = page_of(window)
    page.show_licences()
    dialog = page.findChild(LicencesDialog)
    assert dialog is not None
    text = dialog.text.toPlainText()
    assert "PySide6" in text
    assert "LGPL" in text
    assert "DejaVu" in text
    dialog.reject()
    assert all(part.licence for part in parts()), [part.name for part in parts() if not part.licence]
