"""The reports page over a real ledger file: read, closed by keyboard alone, exported."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from argon2 import PasswordHasher
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from console.back_office import operators
from console.back_office.ledger import Ledger
from console.back_office.reports.business_days import BusinessDays
from console.back_office.reports.closing import close_of, closes
from console.operations import reports as operations
from console.operations.reviews import Reviews
from console.pages.reports import ReportsPage
from console.window import MainWindow
from inference.messages.results import ClosedVisit
from store_layout.model import StoreLayout
from tests.back_office.people import PIN, crew
from tests.support.fake_engine import FakeEngine
from tests.ui.conftest import OpenWindow, visit

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
MON, TUE, WED = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)


@pytest.fixture(autouse=True)
def _wednesday(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the reports only; PINs and engines go by other clocks."""
    monkeypatch.setattr(Reviews, "store_time", property(lambda _: NOON))

    monkeypatch.setattr(operations, "time", SimpleNamespace(time=lambda: NOON))


def sold(number: int, layout: StoreLayout, at: float, decision: str = "issue") -> ClosedVisit:
    made = visit(number, layout, decision)
    return msgspec.structs.replace(made, entered_at=at - 300, left_at=at - 2, closed_at=at)


@pytest.fixture
def ledger_path(tmp_path: Path, layout: StoreLayout) -> Path:
    """Two receipts on Monday, one on Tuesday and on Wednesday, and a visit that waits."""
    path = tmp_path / "ledger.db"
    days = BusinessDays.of(layout)
    with Ledger.open(path) as ledger:
        crew(ledger, "Sam")
        for number, (day, hour) in enumerate(((MON, 9), (MON, 17), (TUE, 10), (WED, 11)), start=1):
            ledger.post_visit(sold(number, layout, days.begins(day) + hour * 3600), layout)
        ledger.post_visit(sold(5, layout, days.begins(TUE) + 11 * 3600, "review"), layout)
    return path


def test_tables_fit_with_larger_texts_in_german(
    tmp_path: Path, layout: StoreLayout, engine: FakeEngine, ledger_path: Path, qtbot: QtBot
) -> None:
    settings = QSettings(str(tmp_path / "window" / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue("language", "de")
    settings.setValue("text_size", "larger")
    settings.sync()
    made = MainWindow(layout, engine, ledger_path, tmp_path / "window")
    try:
        made.resize(1366, 768)
        made.show()
        made.show_page("reports")
        page = made.page
        assert isinstance(page, ReportsPage)
        qtbot.waitUntil(lambda: page.tables.names.count() >= 5, timeout=15_000)

        def fits() -> bool:
            return page.tables.table.horizontalScrollBar().maximum() == 0

        for row in range(page.tables.names.count()):
            page.tables.names.setCurrentRow(row)
            qtbot.waitUntil(fits, timeout=5_000)
    finally:
        made.close()
        made.deleteLater()


@pytest.fixture
def window(open_window: OpenWindow, engine: FakeEngine, ledger_path: Path, qtbot: QtBot) -> MainWindow:
    made = open_window(engine, ledger_path)
    qtbot.waitUntil(lambda: made.session.operators is not None and not made.busy)
    made.show_page("reports")
    settled(qtbot, made)
    return made


def settled(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.busy)


def page_of(window: MainWindow) -> ReportsPage:
    assert isinstance(window.page, ReportsPage)
    return window.page


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifier or Qt.KeyboardModifier.NoModifier)
    settled(qtbot, window)


def type_text(window: MainWindow, text: str) -> None:
    focused = window.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, text)


def seen(widget: QWidget) -> str:
    return " | ".join(x.text() for x in widget.findChildren(QLabel) if x.isVisible() and x.text())


def enter(qtbot: QtBot, window: MainWindow, name: str) -> None:
    window.session.sign_in(name, PIN[name])
    qtbot.waitUntil(lambda: window.session.actor is not None and not window.busy)


def cells(page: ReportsPage) -> list[list[str]]:
    model = page.tables.rows
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


# -- flows by keyboard alone -----------------------------------------------------------------------------


def test_close_the_day_by_keyboard_alone(qtbot: QtBot, window: MainWindow, ledger_path: Path) -> None:
    page = page_of(window)
    assert page.badge == ("2", "waiting")
    press(qtbot, window, Qt.Key.Key_End, ALT)  # the first day that is not closed
    assert cells(page)[0][:4] == ["Receipts", "2", "R-000001", "R-000002"]
    press(qtbot, window, Qt.Key.Key_Return, CTRL)
    assert window.focusWidget() is page.closing.sign_in.pin
    type_text(window, PIN["Mara"])
    press(qtbot, window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.actor is not None and not window.busy)
    assert "Close Mon, 23 Nov 2026?" in seen(page)
    assert "2 receipts, €11.24 with tax after 0 refunds" in seen(page)
    assert "2 payments are open: €11.24" in seen(page)
    assert "1 visit waits for a person" in seen(page)
    assert window.focusWidget() is page.closing.go
    press(qtbot, window, Qt.Key.Key_Return)
    with Ledger.open(ledger_path, read_only=True) as ledger:
        row = close_of(ledger, MON)
        assert row is not None
        assert (row.close.label, row.close.closed_by, row.close.figures.gross) == ("Z-000001", "Mara", 1124)
    assert window.notice.words.text() == "2026-11-23 is closed as Z-000001."
    assert "Closed as Z-000001 by Mara, 25 Nov 2026, 13:00:00" in seen(page)
    assert page.badge == ("1", "waiting")
    assert not page.close_button.isEnabled()
    assert window.focusWidget() is page.tables.names


def test_a_day_that_goes_on_needs_a_reason(qtbot: QtBot, window: MainWindow, ledger_path: Path) -> None:
    page = page_of(window)
    enter(qtbot, window, "Mara")
    press(qtbot, window, Qt.Key.Key_Home, ALT)
    press(qtbot, window, Qt.Key.Key_Return, CTRL)
    assert "The day is not over" in seen(page)
    assert window.focusWidget() is page.closing.reason
    press(qtbot, window, Qt.Key.Key_Return)
    assert not page.closing.go.isEnabled(), "nothing is closed without a reason"
    type_text(window, "We rebuild")
    press(qtbot, window, Qt.Key.Key_Return)
    with Ledger.open(ledger_path, read_only=True) as ledger:
        (row,) = closes(ledger)
    assert (row.close.day, row.close.why) == (WED, "We rebuild")


def test_escape_closes_nothing(qtbot: QtBot, window: MainWindow, ledger_path: Path) -> None:
    page = page_of(window)
    enter(qtbot, window, "Mara")
    press(qtbot, window, Qt.Key.Key_End, ALT)
    press(qtbot, window, Qt.Key.Key_Return, CTRL)
    press(qtbot, window, Qt.Key.Key_Escape)
    assert window.focusWidget() is page.tables.names
    press(qtbot, window, Qt.Key.Key_Return, CTRL)
    press(qtbot, window, Qt.Key.Key_Tab)
    assert window.focusWidget() is page.closing.cancel
    press(qtbot, window, Qt.Key.Key_Return)
    with Ledger.open(ledger_path, read_only=True) as ledger:
        assert closes(ledger) == []


def test_staff_cannot_close_a_day(qtbot: QtBot, window: MainWindow, ledger_path: Path) -> None:
    page = page_of(window)
    enter(qtbot, window, "Sam")
    press(qtbot, window, Qt.Key.Key_End, ALT)
    press(qtbot, window, Qt.Key.Key_Return, CTRL)
    assert "Sam may not close a day: a manager may" in seen(page)
    assert not page.closing.go.isEnabled()
    press(qtbot, window, Qt.Key.Key_Return)
    with Ledger.open(ledger_path, read_only=True) as ledger:
        assert closes(ledger) == []


def test_days_are_closed_in_their_order(qtbot: QtBot, window: MainWindow, ledger_path: Path) -> None:
    page = page_of(window)
    enter(qtbot, window, "Mara")
    page.range.show_day(MON)
    settled(qtbot, window)
    for _ in range(2):
        press(qtbot, window, Qt.Key.Key_Return, CTRL)
        press(qtbot, window, Qt.Key.Key_Return)
        press(qtbot, window, Qt.Key.Key_Right, ALT)
    with Ledger.open(ledger_path, read_only=True) as ledger:
        assert [row.close.day for row in closes(ledger)] == [MON, TUE]


def test_a_refusal_is_said_where_the_day_is_closed(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(window)
    enter(qtbot, window, "Mara")
    page.range.show_day(MON)
    settled(qtbot, window)
    press(qtbot, window, Qt.Key.Key_Return, CTRL)
    early = BusinessDays("Europe/Berlin").begins(MON) + 60
    monkeypatch.setattr(operations, "time", SimpleNamespace(time=lambda: early))
    press(qtbot, window, Qt.Key.Key_Return)
    assert "2026-11-23 is not over" in seen(page.closing)


# -- reading ---------------------------------------------------------------------------------------------


def test_kinds_by_key_with_picture_and_tables(qtbot: QtBot, window: MainWindow) -> None:
    page = page_of(window)
    press(qtbot, window, Qt.Key.Key_2, ALT)
    assert "Not final: 2026-11-23, 2026-11-24, 2026-11-25 not closed" in seen(page)
    assert page.chart.accessibleDescription().endswith("23: €11.24; 24: €5.87; 25: €12.97")
    page.look_at("table days")
    assert [row[0] for row in cells(page)] == [
        "Mon, 23 Nov 2026",
        "Tue, 24 Nov 2026",
        "Wed, 25 Nov 2026",
        "Together",
    ]
    press(qtbot, window, Qt.Key.Key_3, ALT)
    assert "Seen by a person, per 1,000 visits" in seen(page)
    assert "200 per 1,000" in seen(page)
    press(qtbot, window, Qt.Key.Key_4, ALT)
    assert "Most taken, units" in seen(page)
    press(qtbot, window, Qt.Key.Key_2, ALT)
    assert page.tables.names.currentItem().text() == "Days", "the table that was chosen for this kind"
    press(qtbot, window, Qt.Key.Key_Left, ALT)
    assert page.range.wanted.last == date(2026, 11, 18)
    assert "Nothing happened in this time" in seen(page)
    assert "Alt+Left" in seen(page)


def test_what_is_sold_meanwhile_comes_by_itself(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, layout: StoreLayout
) -> None:
    page = page_of(window)
    page._wait.setInterval(50)
    assert cells(page)[0][1] == "1"
    with Ledger.open(ledger_path) as ledger:
        ledger.post_visit(sold(6, layout, NOON), layout)
    window.history.refresh()
    qtbot.waitUntil(lambda: cells(page)[0][1] == "2")


def test_who_looks_at_today_looks_at_the_new_day(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(window)
    window.show_page("live")
    monkeypatch.setattr(Reviews, "store_time", property(lambda _: NOON + 86_400))
    window.show_page("reports")
    assert page.range.wanted.last == date(2026, 11, 26)
    page.range.show_day(MON)
    window.show_page("live")
    monkeypatch.setattr(Reviews, "store_time", property(lambda _: NOON + 2 * 86_400))
    window.show_page("reports")
    assert page.range.wanted.last == MON, "who looks at another day stays there"


def test_a_period_the_wrong_way_round_cannot_be_asked_for(qtbot: QtBot, window: MainWindow) -> None:
    page = page_of(window)
    press(qtbot, window, Qt.Key.Key_2, ALT)
    page.range.first.setDate(page.range.last.date().addDays(3))
    assert page.range.wanted.first == page.range.wanted.last
    page.range.last.setDate(page.range.last.date().addDays(-9))
    assert page.range.wanted.first == page.range.wanted.last


@pytest.mark.parametrize("kind", ["period", "openness", "stock"])
def test_days_follow_the_day_that_was_looked_at(qtbot: QtBot, window: MainWindow, kind: str) -> None:
    """Also where it lies long ago, as a recording's does: a week that ends with it."""
    page = page_of(window)
    page.range.show_day(date(2026, 3, 2))
    page.range.choose_kind(kind)
    wanted = page.range.wanted
    assert (wanted.first, wanted.last) == (date(2026, 2, 24), date(2026, 3, 2))
    qtbot.waitUntil(lambda: not window.busy)
    assert "cannot be shown" not in seen(page)


def test_without_a_ledger_it_says_what_will_be_here(
    qtbot: QtBot, open_window: OpenWindow, engine: FakeEngine, tmp_path: Path
) -> None:
    made = open_window(engine, tmp_path / "none.db")
    made.show_page("reports")
    settled(qtbot, made)
    assert "begins with the first visit that closes" in seen(page_of(made))
    assert not page_of(made).csv_button.isEnabled()


def test_a_ledger_that_cannot_be_read(
    qtbot: QtBot, open_window: OpenWindow, engine: FakeEngine, tmp_path: Path
) -> None:
    (tmp_path / "bad.db").write_bytes(b"no ledger at all")
    made = open_window(engine, tmp_path / "bad.db")
    made.show_page("reports")
    settled(qtbot, made)
    assert "The ledger could not be read" in seen(page_of(made))


# -- files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "begins"), [("csv", b"\xef\xbb\xbfDay report"), ("pdf", b"%PDF-")])
def test_export(qtbot: QtBot, window: MainWindow, tmp_path: Path, key: str, begins: bytes) -> None:
    page = page_of(window)
    asked: list[str] = []

    def answer(name: str) -> str:
        asked.append(name)
        return str(tmp_path / name)

    page.ask_path = answer
    shift = Qt.KeyboardModifier.ShiftModifier
    press(qtbot, window, Qt.Key.Key_E, CTRL if key == "csv" else CTRL | shift)
    assert asked == [f"day-2026-11-25.{key}"]
    assert (tmp_path / asked[0]).read_bytes().startswith(begins)
    assert window.notice.words.text().endswith(asked[0])
    page.ask_path = lambda _: ""
    page.csv_button.click()
    (tmp_path / "a file").touch()
    page.ask_path = lambda name: str(tmp_path / "a file" / name)
    page.csv_button.click()
    settled(qtbot, window)
    assert "Nothing was written" in window.notice.words.text()


def test_every_control_has_a_name(qtbot: QtBot, window: MainWindow) -> None:
    page = page_of(window)
    for kind in ("day", "period", "openness", "stock"):
        page.range.choose_kind(kind)
        settled(qtbot, window)
        for button in page.findChildren(QAbstractButton):
            assert button.accessibleName() or button.text() or not button.isVisible(), button
    assert page.range.first.accessibleName() == "First day"
    assert page.chart.accessibleName()


def test_it_opens_as_it_was_left(
    qtbot: QtBot, open_window: OpenWindow, engine: FakeEngine, ledger_path: Path
) -> None:
    first = open_window(engine, ledger_path)
    first.show_page("reports")
    settled(qtbot, first)
    press(qtbot, first, Qt.Key.Key_3, ALT)
    first.close()
    again = open_window(engine, ledger_path)
    settled(qtbot, again)
    assert page_of(again).range.wanted.kind == "openness"
