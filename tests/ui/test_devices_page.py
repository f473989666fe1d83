from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from console.back_office import audit
from console.back_office.ledger import Ledger
from console.operations.camera_drafts import CameraDraft, problems_of, without_login
from console.operations.model_speed import ModelSpeed
from console.pages.devices import DevicesPage
from console.printing.printers import PrinterSettings, write_printers
from console.widgets.camera_form import CameraForm
from console.widgets.printer_form import PrinterForm
from console.window import MainWindow
from inference.capture import MemorySecrets, camera_key
from store_layout.model import StoreLayout
from store_layout.reader import read_store
from store_layout.writer import write_store
from tests.support.fake_engine import FakeEngine
from tests.support.live_window import shown

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier
TYPED = "a b/c:d"


@pytest.fixture
def folder(tmp_path: Path, layout: StoreLayout) -> Path:
    """A store folder with pictures for a camera to show."""
    made = tmp_path / "store"
    named = tuple(msgspec.structs.replace(f, name=f.name or f.id) for f in layout.file.fixture)
    file = msgspec.structs.replace(layout.file, fixture=named)
    write_store(msgspec.structs.replace(layout, file=file), made)
    read_store(made)  # msgspec prepares its types now: two threads that do so at once crash
    (made / "pics").mkdir()
    for number in range(4):
        picture = np.full((90, 160, 3), 60 * number, np.uint8)
        cv2.imwrite(str(made / "pics" / f"{number}.png"), picture)
    return made


@pytest.fixture
def secrets() -> MemorySecrets:
    return MemorySecrets()


@pytest.fixture
def live(
    qtbot: QtBot, layout: StoreLayout, ledger_path: Path, folder: Path, secrets: MemorySecrets
) -> Iterator[MainWindow]:
    """A window over a live store whose folder may be changed."""
    engine = FakeEngine(layout, 2, recording=False)
    state = ledger_path.parent / "state"
    made = MainWindow(layout, engine, ledger_path, state / "window", layout_folder=folder)
    made.store_desk.secrets = secrets
    made.show()
    made.activateWindow()
    made.show_page("devices")
    yield made
    made.close()
    made.deleteLater()


def page_of(window: MainWindow) -> DevicesPage:
    page = window.page
    assert isinstance(page, DevicesPage)
    return page


def press(where: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    QTest.keyClick(where.focusWidget() or where, key, modifier)


def write(where: QWidget, text: str) -> None:
    QTest.keyClicks(where.focusWidget() or where, text)


def form_of(window: MainWindow) -> CameraForm:
    found = [form for form in window.findChildren(CameraForm) if form.isVisible()]
    assert len(found) == 1
    return found[0]


def said(pane: QWidget) -> str:
    return " | ".join(
        found.text() for found in pane.findChildren(QLabel) if found.isVisible() and found.text()
    )


def test_add_a_camera_by_keys_alone_and_take_it_back(
    live: MainWindow, qtbot: QtBot, folder: Path, secrets: MemorySecrets
) -> None:
    before = (folder / "store.toml").read_bytes()
    press(live, Qt.Key.Key_N, CTRL | SHIFT)
    form = form_of(live)
    assert form.focusWidget() is form.id
    write(form, "door")
    press(form, Qt.Key.Key_Tab)
    write(form, "Over the door")
    press(form, Qt.Key.Key_Tab)
    write(form, "file:pics?loop")
    press(form, Qt.Key.Key_Tab)
    write(form, "viewer")
    press(form, Qt.Key.Key_Tab)
    write(form, TYPED)
    while form.focusWidget() is not form.test_button:
        press(form, Qt.Key.Key_Tab)
    press(form, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: form.picture.has_picture, timeout=15_000)
    assert live.device_desk.preview.size == (160, 90)
    assert "160 × 90 pixels" in said(form)
    while form.focusWidget() is not form.save_button:
        press(form, Qt.Key.Key_Tab)
    press(form, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "door" in read_store(folder).cameras, timeout=15_000)
    qtbot.waitUntil(lambda: "door is saved" in live.notice.words.text())
    camera = read_store(folder).cameras["door"]
    assert (camera.name, camera.url, camera.user) == ("Over the door", "file:pics?loop", "viewer")
    assert (camera.width, camera.height) == (160, 90)
    text = (folder / "store.toml").read_text()
    assert TYPED not in text
    assert secrets.get(camera_key("demo", "door")) == TYPED
    with Ledger.open(live.session.path, read_only=True) as ledger:
        told = [line.what for line in audit.log(ledger, about="door")]
        assert told == ["had the changed store folder taken over", "added a camera"]
    live.activateWindow()  # without a display nobody gives it back the keys when a dialog closes
    qtbot.waitUntil(live.isActiveWindow)
    page = page_of(live)
    page._to_device("door")
    assert "door: off | It is in the store's file; the engine has not taken it over yet" in said(page.foot)
    press(live, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: "door is taken back" in live.notice.words.text(), timeout=15_000)
    assert (folder / "store.toml").read_bytes() == before
    assert secrets.get(camera_key("demo", "door")) is None
    assert not page.undo.isVisible()


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(
    live: MainWindow, folder: Path, layout: StoreLayout
) -> None:
    before = (folder / "store.toml").read_bytes()
    press(live, Qt.Key.Key_N, CTRL | SHIFT)
    form = form_of(live)
    write(form, layout.file.camera[0].id)
    press(form, Qt.Key.Key_Return)
    told = said(form)
    assert f"There is a camera {layout.file.camera[0].id} already" in told
    assert "Say where it hangs" in told
    assert "a camera's address starts with rtsp://" in told
    assert "Test its picture first" in told
    assert form.focusWidget() is form.id
    press(form, Qt.Key.Key_Escape)
    assert not form.isVisible()
    assert (folder / "store.toml").read_bytes() == before


def test_a_password_in_the_address_goes_to_its_own_field(live: MainWindow, qtbot: QtBot) -> None:
    press(live, Qt.Key.Key_N, CTRL | SHIFT)
    form = form_of(live)
    form.url.setText("http://eve:s%40fe@127.0.0.1:1/stream")
    form.test()
    assert form.url.text() == "http://127.0.0.1:1/stream"
    assert (form.user.text(), form.password.text()) == ("eve", "s@fe")
    qtbot.waitUntil(lambda: not live.device_desk.preview._background.busy, timeout=15_000)
    qtbot.waitUntil(lambda: form._told.property("tone") == "wrong")
    assert form._told.text()
    assert "s@fe" not in said(form)
    assert "s%40fe" not in said(form)
    assert not form.picture.has_picture
    form.reject()


def test_change_a_camera_and_keep_its_calibration(
    live: MainWindow, qtbot: QtBot, folder: Path, layout: StoreLayout
) -> None:
    old = layout.file.camera[1]
    page_of(live)._to_device(old.id)
    press(live, Qt.Key.Key_E, CTRL)
    form = form_of(live)
    assert form.id.isReadOnly()
    form.name.setText("Moved a little")
    form.url.setText("usb:0")
    press(form, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: read_store(folder).cameras[old.id].name == "Moved a little", timeout=15_000)
    camera = read_store(folder).cameras[old.id]
    assert camera.url == "usb:0"
    assert camera.calibration == old.calibration
    assert [c.id for c in read_store(folder).file.camera] == [c.id for c in layout.file.camera]
    qtbot.waitUntil(lambda: not live.busy, timeout=15_000)


def test_cameras_of_a_recording_are_part_of_it(window: MainWindow) -> None:
    window.show_page("devices")
    page = page_of(window)
    press(window, Qt.Key.Key_N, CTRL | SHIFT)
    assert window.findChildren(CameraForm) == []
    assert "connect a store of your own first" in window.notice.words.text()
    assert not page.foot.edit.isEnabled()


def test_a_printer_is_added_changed_and_forgotten_whatever_is_shown(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.show_page("devices")
    page, paper = page_of(window), tmp_path / "paper.bin"
    press(window, Qt.Key.Key_P, CTRL | SHIFT)
    form = shown(window, PrinterForm)
    assert isinstance(form, PrinterForm)
    form.save()
    assert form.problems["where"].text() == "Say where it is"
    QTest.keyClicks(form.name, "Counter")
    QTest.keyClicks(form.where, "no host/at all")
    form.save()
    assert "is no address of a printer" in form.problems["where"].text()
    form.where.setText(f"file:{paper}")  # a whole address is as good
    form.profile.setCurrentText("nonsense")
    form.save()
    assert "no printer profile" in form.problems["profile"].text()
    form.profile.setCurrentText("58mm")
    form.save()
    assert not form.isVisible()
    book = window.device_desk.printer_book
    made = PrinterSettings(name="counter", address=f"file:{paper}", profile="58mm")
    assert book.printers() == (made,)

    def chosen() -> bool:
        page._to_device("counter")
        return page._chosen_name("printer") == "counter"

    qtbot.waitUntil(chosen, timeout=15_000)
    page.edit()
    form = shown(window, PrinterForm)
    assert isinstance(form, PrinterForm)
    assert form.draft().settings == made
    form.profile.setCurrentText("80mm")
    form.save()
    assert [printer.profile for printer in book.printers()] == ["80mm"]
    page.add("printer")
    form = shown(window, PrinterForm)
    assert isinstance(form, PrinterForm)
    form.name.setText("counter")
    form.where.setText("10.0.0.9")
    form.save()
    assert "There is a printer counter already" in form.problems["name"].text()
    form.reject()
    qtbot.waitUntil(lambda: not window.busy, timeout=15_000)
    qtbot.waitUntil(chosen, timeout=15_000)
    page.remove()
    assert book.printers() == ()
    assert window.notice.words.text() == "counter is removed."
    window.notice.button.click()
    assert [printer.name for printer in book.printers()] == ["counter"]
    qtbot.waitUntil(lambda: not window.busy, timeout=15_000)


def test_a_test_receipt_by_key(live: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    paper = tmp_path / "paper.bin"
    printers = (
        PrinterSettings(name="counter", address=f"file:{paper}"),
        PrinterSettings(name="far", address="tcp://127.0.0.1:1"),
    )
    write_printers(tmp_path / "state" / "printers.toml", printers)
    live.device_desk.refresh()
    qtbot.waitUntil(lambda: len(live.device_desk.printers) == 2, timeout=15_000)
    page = page_of(live)
    page._to_device("counter")
    assert "counter: unused | Nothing was printed on it yet" in said(page.foot)
    press(live, Qt.Key.Key_P, CTRL)
    qtbot.waitUntil(lambda: "test receipt for counter is printed" in live.notice.words.text(), timeout=15_000)
    assert len(paper.read_bytes()) > 500
    qtbot.waitUntil(lambda: "A test receipt was handed over" in said(page.foot), timeout=15_000)
    page._to_device("far")
    press(live, Qt.Key.Key_P, CTRL)
    qtbot.waitUntil(lambda: "test receipt waits for far" in live.notice.words.text(), timeout=15_000)
    qtbot.waitUntil(lambda: "far: late | 1 job waits" in said(page.foot), timeout=15_000)


def test_choose_a_model_and_take_it_back(live: MainWindow, qtbot: QtBot, folder: Path) -> None:
    page = page_of(live)
    qtbot.waitUntil(lambda: len(live.device_desk.models) >= 2, timeout=15_000)
    page._to_device("persons_small")
    press(live, Qt.Key.Key_U, CTRL)
    qtbot.waitUntil(lambda: read_store(folder).file.rules.default_detector == "persons_small", timeout=15_000)
    qtbot.waitUntil(lambda: "persons_small: in use" in said(page.foot), timeout=15_000)
    press(live, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: read_store(folder).file.rules.default_detector is None, timeout=15_000)
    qtbot.waitUntil(lambda: "persons_small: not used" in said(page.foot), timeout=15_000)


def test_a_model_is_measured_or_that_is_broken_off(
    live: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(live)
    qtbot.waitUntil(lambda: len(live.device_desk.models) >= 2, timeout=15_000)
    page._to_device("persons_small")
    monkeypatch.setattr("console.operations.model_speed.measure.__kwdefaults__", _taking(600.0))
    with qtbot.waitSignal(live.device_desk.progressed, timeout=20_000):
        press(live, Qt.Key.Key_M, CTRL)
        assert live.device_desk.measuring == "persons_small"
        assert page.foot.measure.text() == "Cancel"
    press(live, Qt.Key.Key_M, CTRL)
    qtbot.waitUntil(lambda: live.device_desk.measuring == "", timeout=20_000)
    assert live.device_desk.speeds == {}
    monkeypatch.setattr("console.operations.model_speed.measure.__kwdefaults__", _taking(0.3))
    press(live, Qt.Key.Key_M, CTRL)
    qtbot.waitUntil(lambda: "persons_small" in live.device_desk.speeds, timeout=30_000)
    assert live.device_desk.speeds["persons_small"].per_s > 0
    qtbot.waitUntil(lambda: "This PC can run" in said(page.foot), timeout=15_000)


def _taking(seconds: float) -> dict[str, object]:
    from console.operations.model_speed import measure

    return {**(measure.__kwdefaults__ or {}), "seconds": seconds}


# -- without a window ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per_s", "fps", "cameras"),
    [(53.0, 8.0, 5), (50.0, 8.0, 5), (49.9, 8.0, 4), (9.9, 8.0, 0), (10.0, 8.0, 1)],
)
def test_cameras_have_room_left(per_s: float, fps: float, cameras: int) -> None:
    assert ModelSpeed("m", per_s, 2).cameras(fps) == cameras


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("rtsp://u:p@h:554/s", ("rtsp://h:554/s", "u", "p")),
        ("rtsp://u@h/s", ("rtsp://h/s", "u", "")),
        (" usb:0 ", ("usb:0", "", "")),
        ("rtsp://[::1]/s", ("rtsp://[::1]/s", "", "")),
        ("http://[bad", ("http://[bad", "", "")),
    ],
)
def test_logins_leave_addresses(url: str, parts: tuple[str, str, str]) -> None:
    assert without_login(url) == parts


def test_a_secret_in_the_query_is_refused_by_the_stores_own_checks(layout: StoreLayout) -> None:
    draft = CameraDraft(id="door", name="Door", url="http://h/s?password=x", size=(640, 360))
    (problem,) = problems_of(draft, layout, None, None).values()
    assert "password" in problem


def test_where_nothing_is_found_all_devices_are_a_click_away(live: MainWindow) -> None:
    page = live.page
    assert isinstance(page, DevicesPage)
    page.search.setText("no such thing")
    page.trouble_only.setChecked(True)
    assert page._stack.currentIndex() == 0
    page._all_again.click()
    assert (page.search.text(), page.trouble_only.isChecked(), page._stack.currentIndex()) == ("", False, 1)


def test_a_window_closed_on_this_page_looks_at_nothing_any_more(live: MainWindow) -> None:
    assert isinstance(live.page, DevicesPage)
    assert live.device_desk._timer.isActive()
    live.close()
    assert not live.device_desk._timer.isActive()
