"""The Visits page over a real ledger and print queue: a complaint answered by keyboard alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from argon2 import PasswordHasher
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from console.back_office import operators, reviews
from console.back_office.audit import log, record
from console.back_office.dispute_rows import disputes_of
from console.back_office.disputes import decide
from console.back_office.evidence_files import EvidenceFiles
from console.back_office.holds import note_entry
from console.back_office.ledger import Ledger
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payment_rows import PaymentTask, of_receipt
from console.back_office.payments import send_due
from console.back_office.permissions import Actor
from console.back_office.records import CorrectionRow
from console.back_office.verify import verify
from console.back_office.visit_search import Shop, Sought
from console.item_models.closed_visits import ITEMS, STAY
from console.operations import visit_search
from console.pages.visits import VisitsPage
from console.printing.jobs import Job
from console.printing.places import PrintPlaces
from console.printing.preview import preview
from console.printing.printers import PrinterSettings, write_printers
from console.printing.profiles import PrinterProfile
from console.printing.queue import PrintQueue
from console.theme.appearance import Appearance
from console.widgets.dispute_form import DisputeForm
from console.widgets.visit_pane import DISPUTE, HISTORY, PAPERS
from console.widgets.visit_path import MOST as MOST_HIGH
from console.widgets.visit_path import VisitPath
from console.window import MainWindow
from inference.messages.results import Explanation, Felt, Ground, ItemMove, Question, ScaleChange, VisitTrace
from inference.messages.wire import KeepEvidence
from store_layout.model import Rules, StoreLayout
from tests.back_office.people import PIN, crew
from tests.support.fake_engine import EPOCH, FakeEngine
from tests.support.layouts import aisles
from tests.ui.conftest import OpenWindow, visit

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)


@pytest.fixture
def layout(request: pytest.FixtureRequest) -> StoreLayout:
    """With the refund limit that a test asks for."""
    made, limit = aisles(gondolas=3, cameras=4), getattr(request, "param", None)
    if limit is None:
        return made
    return msgspec.structs.replace(
        made, file=msgspec.structs.replace(made.file, rules=Rules(refund_limit=limit))
    )


@pytest.fixture
def ledger_path(tmp_path: Path, layout: StoreLayout) -> Path:
    """Four visits: paid by card 4242, in review, with nothing, and without a card."""
    path = tmp_path / "ledger.db"
    with Ledger.open(path) as ledger:
        for number, decision in enumerate(("issue", "review", "nothing", "issue"), start=1):
            made = visit(number, layout, decision, 0 if decision == "nothing" else 2)
            token = None if number == 4 else "card-4242"
            ledger.post_visit(msgspec.structs.replace(made, token=token), layout)
        provider = SimulatedProvider(tmp_path / "books.sqlite")
        send_due(ledger, provider, EPOCH)
        provider.close()
    return path


@pytest.fixture
def places(tmp_path: Path) -> PrintPlaces:
    found = PrintPlaces(tmp_path)
    address = f"file:{tmp_path / 'paper.bin'}"
    write_printers(found.printers, (PrinterSettings(name="till", address=address),))
    return found


@pytest.fixture
def window(
    open_window: OpenWindow, engine: FakeEngine, ledger_path: Path, places: PrintPlaces, qtbot: QtBot
) -> MainWindow:
    assert places.printers.exists()
    with Ledger.open(ledger_path) as ledger:
        crew(ledger, "Noor", "Sam")
    made = open_window(engine, ledger_path)
    wait(qtbot, lambda: made.session.operators is not None and len(made.history.entries) == 4)
    press(made, Key.Key_3, CTRL)
    return made


def page_of(window: MainWindow) -> VisitsPage:
    assert isinstance(window.page, VisitsPage)
    return window.page


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    """A worker's answer may take its time where many tests run at once."""
    qtbot.waitUntil(condition, timeout=30_000)


presses: list[int] = [0]
"""Keys pressed since a test began to count."""


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    presses[0] += 1
    QTest.keyClick(window.focusWidget() or window, key, modifier or Qt.KeyboardModifier.NoModifier)


def type_text(window: MainWindow, text: str) -> None:
    presses[0] += len(text)
    focused = window.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, text)


def seen(widget: QWidget) -> str:
    return " | ".join(x.text() for x in widget.findChildren(QLabel) if x.isVisible() and x.text())


def find(qtbot: QtBot, window: MainWindow, text: str, code: str) -> None:
    """By keys: search, and the first that is found is chosen."""
    press(window, Key.Key_F, CTRL)
    type_text(window, text)
    press(window, Key.Key_Return)
    page = page_of(window)
    wait(qtbot, lambda: not window.visits.search.busy)
    wait(qtbot, lambda: page.closed.currentIndex().siblingAtColumn(1).data() == code)
    desk = window.visits.desk
    wait(qtbot, lambda: desk.dossier is not None and desk.dossier.visit.code == code)


def jobs(places: PrintPlaces) -> list[Job]:
    with PrintQueue.open(places.queue) as queue:
        return queue.jobs()


def corrections(path: Path, number: int) -> list[CorrectionRow]:
    with Ledger.open(path, read_only=True) as ledger:
        return ledger.corrections_of(number)


def orders(path: Path, number: int) -> list[PaymentTask]:
    with Ledger.open(path, read_only=True) as ledger:
        return of_receipt(ledger, number)


def states(path: Path, number: int) -> list[str]:
    with Ledger.open(path, read_only=True) as ledger:
        return [dispute.state for dispute in disputes_of(ledger, number)]


# -- papers --------------------------------------------------------------------------------------------


def test_find_a_receipt_and_reprint_it(
    qtbot: QtBot, window: MainWindow, places: PrintPlaces, ledger_path: Path
) -> None:
    find(qtbot, window, "R-000002", "Q4-104")
    press(window, Key.Key_P, CTRL)
    papers = page_of(window).pane.papers
    assert page_of(window).pane.tabs.currentIndex() == PAPERS
    wait(qtbot, lambda: window.visits.prints.shown is not None)
    shown = window.visits.prints.shown
    assert shown is not None
    assert any("R-000002" in line for line in shown.text)
    press(window, Key.Key_P, CTRL)
    assert window.focusWidget() is papers.print_button
    assert papers.print_button.text() == "Print"
    press(window, Key.Key_Space)
    wait(qtbot, lambda: [job.state for job in jobs(places)] == ["printed"])
    wait(qtbot, lambda: papers.print_button.text() == "Print a copy")
    press(window, Key.Key_Space)
    wait(qtbot, lambda: [job.what for job in jobs(places)] == ["R-000002 copy 1", "R-000002"])
    wait(qtbot, lambda: "R-000002, copy 1 on till: handed over" in seen(papers))
    with PrintQueue.open(places.queue) as queue:
        bodies = [preview(queue.body(job.id), window_profile()) for job in queue.jobs()]
    assert ["COPY" in " ".join(body.text) for body in bodies] == [True, False]
    assert bodies[1].text == shown.text, "the preview was of the very bytes"
    with Ledger.open(ledger_path, read_only=True) as ledger:
        assert [line.what for line in log(ledger, about="R-000002")] == ["made copy 1"]
    wait(qtbot, lambda: not window.visits.busy)


def window_profile() -> PrinterProfile:
    return PrinterSettings(name="till", address="file:x").model


def test_whether_it_printed_is_answered_in_the_window(
    qtbot: QtBot, window: MainWindow, places: PrintPlaces
) -> None:
    find(qtbot, window, "Q1", "Q1-101")
    dossier = window.visits.desk.dossier
    assert dossier is not None
    paper = dossier.papers[0]
    with PrintQueue.open(places.queue) as queue:
        queue.add_document("till", paper.key, lambda _: b"\x1b@hello\n", what=paper.label)
        job = queue.claim("till")
        assert job is not None
        queue.sending(job)
        queue.not_known(job, "the power went")
    window.visits.prints.refresh()
    press(window, Key.Key_P, CTRL)
    papers = page_of(window).pane.papers
    wait(qtbot, lambda: "did it print? the power went." in seen(papers))
    no = next(b for b in papers.findChildren(QPushButton) if b.text() == "No, print again")
    for _ in range(12):
        if window.focusWidget() is no:
            break
        press(window, Key.Key_Tab)
    assert window.focusWidget() is no
    press(window, Key.Key_Space)
    wait(qtbot, lambda: [job.state for job in jobs(places)] == ["printed"])
    wait(qtbot, lambda: "did it print?" not in seen(papers) and not window.visits.busy)


def test_saved_as_pdf_and_copied_for_a_mail(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find(qtbot, window, "Q1", "Q1-101")
    to = tmp_path / "receipt.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(to), ""))
    press(window, Key.Key_S, CTRL)
    wait(qtbot, lambda: to.exists() and to.read_bytes().startswith(b"%PDF"))
    press(window, Key.Key_C, CTRL | SHIFT)
    wait(qtbot, lambda: QApplication.clipboard().text().startswith("<!DOCTYPE html>"))
    assert "Q1-101" in QApplication.clipboard().text()
    wait(qtbot, lambda: not window.visits.busy)


def test_without_a_printer_it_is_said_where_one_is_added(
    qtbot: QtBot, window: MainWindow, places: PrintPlaces
) -> None:
    places.printers.unlink()
    find(qtbot, window, "Q1", "Q1-101")
    press(window, Key.Key_P, CTRL)
    papers = page_of(window).pane.papers
    wait(qtbot, lambda: window.visits.prints.shown is not None and not window.visits.busy)
    papers.print_it()
    assert papers.problem.text() == "There is no printer yet: add one on the Devices page."
    assert jobs(places) == []


# -- complaints ----------------------------------------------------------------------------------------


def open_complaint(window: MainWindow) -> None:
    press(window, Key.Key_R, CTRL)
    assert page_of(window).pane.tabs.currentIndex() == DISPUTE
    assert window.focusWidget() is page_of(window).pane.dispute.lines.units[0]


def test_a_complaint_is_answered_in_few_keys(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, layout: StoreLayout
) -> None:
    """Search, find, open the dispute, one unit off, PIN: refunded."""
    presses[0] = 0
    find(qtbot, window, "Q1-1", "Q1-101")
    open_complaint(window)
    form = page_of(window).pane.dispute
    price = layout.catalog[1].price
    press(window, Key.Key_Down)
    money = f"€{price / 100:.2f}"
    assert form.outlook.said.text().startswith(f"The customer gets back {money} to card 4242.")
    assert form.go.text() == f"Refund {money} to card 4242"
    press(window, Key.Key_Return)
    assert window.focusWidget() is form.who.pin
    type_text(window, PIN["Mara"])
    press(window, Key.Key_Return)
    wait(qtbot, lambda: len(corrections(ledger_path, 1)) == 1)
    assert presses[0] == 16
    (refund,) = corrections(ledger_path, 1)
    correction = refund.correction
    assert (correction.kind, correction.total, correction.reason) == ("refund", -price, "not_taken")
    assert correction.decided_by == "Mara"
    wait(qtbot, lambda: page_of(window).closed.currentIndex().siblingAtColumn(5).data() == "Corrected")
    assert form.who.pin.text() == ""
    assert window.notice.isVisible()
    assert window.notice.words.text() == f"C-000001: the customer gets back {money}."
    press(window, Key.Key_H, CTRL)
    wait(qtbot, lambda: "Refund C-000001" in seen(page_of(window).pane.history))
    assert "Accepted the dispute" in seen(page_of(window).pane.history)
    press(window, Key.Key_P, CTRL)
    wait(qtbot, lambda: page_of(window).pane.papers.choice.currentText() == "Refund C-000001")
    page_of(window).pane.show_view(HISTORY)
    window.notice.button.click()
    assert page_of(window).pane.tabs.currentIndex() == PAPERS, "from the notice to the paper"
    with Ledger.open(ledger_path, read_only=True) as ledger:
        assert verify(ledger).sound
    wait(qtbot, lambda: not window.busy)


def test_a_staff_pin_and_a_wrong_pin_are_refused_under_the_pin(
    qtbot: QtBot, window: MainWindow, ledger_path: Path
) -> None:
    find(qtbot, window, "Q1", "Q1-101")
    open_complaint(window)
    form = page_of(window).pane.dispute
    press(window, Key.Key_Down)
    press(window, Key.Key_Return)
    type_text(window, "999999")
    press(window, Key.Key_Return)
    wait(qtbot, form.who.refusal.isVisible)
    assert form.who.pin.text() == ""
    assert window.focusWidget() is form.who.pin
    press(window, Key.Key_Backtab)
    assert window.focusWidget() is form.who.names
    press(window, Key.Key_End)
    assert form.who.names.currentText() == "Sam"
    press(window, Key.Key_Tab)
    type_text(window, PIN["Sam"])
    press(window, Key.Key_Return)
    said = "Sam is staff and may not decide a dispute: ask manager."
    wait(qtbot, lambda: form.who.refusal.text() == said)
    assert corrections(ledger_path, 1) == []
    assert states(ledger_path, 1) == [], "nothing is left half done"
    assert form.lines.units[0].value() == 0, "what was filled in stays"


def open_by_sam(qtbot: QtBot, window: MainWindow, message: str = "") -> DisputeForm:
    """Staff open a dispute about the first receipt: one unit less."""
    find(qtbot, window, "Q1", "Q1-101")
    open_complaint(window)
    form = page_of(window).pane.dispute
    press(window, Key.Key_Down)
    form.message.setText(message)
    form.who.choose("Sam")
    form.who.pin.setText(PIN["Sam"])
    form.open_only.click()
    return form


def test_staff_open_a_dispute_and_a_manager_declines_it(
    qtbot: QtBot, window: MainWindow, ledger_path: Path
) -> None:
    form = open_by_sam(qtbot, window, "I put it back")
    card = "Sam opened a dispute: 1 Sparkling Water 0.5 l off. “I put it back”"
    wait(qtbot, lambda: card in seen(form))
    wait(qtbot, lambda: page_of(window).closed.currentIndex().siblingAtColumn(5).data() == "Disputed")
    next(b for b in form.findChildren(QPushButton) if b.text() == "Decide it").click()
    assert form.decline.isVisible()
    assert not form.open_only.isVisible()
    form.who.choose("Mara")
    form.who.pin.setText(PIN["Mara"])
    form.decline.click()
    wait(qtbot, lambda: states(ledger_path, 1) == ["declined"])
    wait(qtbot, lambda: card not in seen(form))
    assert corrections(ledger_path, 1) == []
    wait(qtbot, lambda: not window.busy)


def test_a_dispute_that_another_pc_decides_is_no_longer_asked_about(
    qtbot: QtBot, window: MainWindow, ledger_path: Path
) -> None:
    form = open_by_sam(qtbot, window)
    wait(qtbot, lambda: "Sam opened a dispute" in seen(form))
    decide_it = next(b for b in form.findChildren(QPushButton) if b.text() == "Decide it")
    decide_it.setFocus()
    desk, mara = window.visits.desk, Actor("Mara", "manager", "another PC")
    before = desk.dossier
    assert before is not None
    with Ledger.open(ledger_path) as ledger, ledger.writing("a note"):
        record(ledger, mara, "looked at it", at=time.time(), about=before.papers[0].label)
    desk.refresh()
    wait(qtbot, lambda: desk.dossier != before)
    assert window.focusWidget() is decide_it, "the visit is new, the card stays, and the focus on it"
    decide_it.click()
    assert form.decline.isVisible()
    with Ledger.open(ledger_path) as ledger:
        (dispute,) = disputes_of(ledger, 1)
        decide(ledger, mara, dispute.id, "declined", at=time.time())
    desk.refresh()
    wait(qtbot, form.open_only.isVisible)
    assert not form.decline.isVisible()
    assert "opened a dispute" not in seen(form)
    wait(qtbot, lambda: not window.busy)


@pytest.mark.parametrize("layout", [50], indirect=True)
def test_above_the_limit_a_second_person_agrees(qtbot: QtBot, window: MainWindow, ledger_path: Path) -> None:
    find(qtbot, window, "Q1", "Q1-101")
    open_complaint(window)
    form = page_of(window).pane.dispute
    assert not form.second.isVisible()
    press(window, Key.Key_Down)
    assert form.second.isVisible()
    assert "above the limit of €0.50 for one receipt" in seen(form)
    press(window, Key.Key_Return)
    type_text(window, PIN["Mara"])
    press(window, Key.Key_Return)
    assert window.focusWidget() is form.second.pin
    assert form.second.names.currentText() == "Noor"
    type_text(window, PIN["Sam"])
    press(window, Key.Key_Return)
    wait(qtbot, form.second.refusal.isVisible)
    assert corrections(ledger_path, 1) == []
    type_text(window, PIN["Noor"])
    form.who.pin.setText(PIN["Mara"])
    press(window, Key.Key_Return)
    wait(qtbot, lambda: len(corrections(ledger_path, 1)) == 1)
    assert corrections(ledger_path, 1)[0].correction.approved_by == "Noor"
    wait(qtbot, lambda: not window.busy)


def test_what_cannot_be_is_said_before_anybody_types_a_pin(qtbot: QtBot, window: MainWindow) -> None:
    find(qtbot, window, "Q1", "Q1-101")
    open_complaint(window)
    form = page_of(window).pane.dispute
    assert not form.go.isEnabled()
    form.lines.goodwill.setFocus()
    type_text(window, "9999")
    assert "cannot be taken off" in form.outlook.problem.text()
    assert not form.go.isEnabled()
    form.lines.goodwill.clear()
    type_text(window, "1.x")
    assert "is not an amount" in form.outlook.problem.text()
    form.lines.goodwill.clear()
    form.lines.add.setFocus()
    type_text(window, "cola zero")
    press(window, Key.Key_Return)
    form.lines.add.setText("cola zero")
    form.lines.add_button.click()
    assert form.outlook.said.text().startswith("The customer pays €")
    assert form.reason.currentText() == "Was taken and not charged"


def test_evidence_goes_with_the_dispute(
    qtbot: QtBot,
    window: MainWindow,
    engine: FakeEngine,
    ledger_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    photo = ledger_path.with_name("photo.jpg")
    photo.write_bytes(b"a picture")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(photo)], ""))
    find(qtbot, window, "Q1", "Q1-101")
    open_complaint(window)
    form = page_of(window).pane.dispute
    press(window, Key.Key_Down)
    form.claim.attach.click()
    assert "Evidence: photo.jpg" in seen(form)
    form.who.pin.setText(PIN["Mara"])
    form.go.click()
    wait(qtbot, lambda: len(corrections(ledger_path, 1)) == 1)
    with Ledger.open(ledger_path, read_only=True) as ledger:
        (piece,) = disputes_of(ledger, 1)[0].evidence
        assert EvidenceFiles.of(ledger).path(piece.sha256).read_bytes() == b"a picture"
    assert (piece.name, piece.operator, len(piece.sha256)) == ("photo.jpg", "Mara", 64)
    wait(qtbot, lambda: not window.busy)
    dossier = window.visits.desk.dossier
    assert dossier is not None
    # What the engine still has in memory of the visit is kept with it.
    assert KeepEvidence(dossier.row.visit.visit) in engine.asked


# -- the rest of a visit -------------------------------------------------------------------------------


def test_what_is_unpaid_is_settled_by_keys(qtbot: QtBot, window: MainWindow, ledger_path: Path) -> None:
    find(qtbot, window, "Q4", "Q4-104")
    press(window, Key.Key_N, CTRL)
    unpaid = page_of(window).pane.unpaid
    assert "is unpaid: no card was shown at the entry." in seen(unpaid)
    assert window.focusWidget() is unpaid.steps[0]
    assert unpaid.steps[0].text() == "Paid at the counter"
    press(window, Key.Key_Space)
    assert window.focusWidget() is unpaid.who.pin
    type_text(window, "111111")
    press(window, Key.Key_Return)
    wait(qtbot, unpaid.who.refusal.isVisible)
    type_text(window, PIN["Mara"])
    press(window, Key.Key_Return)
    wait(qtbot, lambda: [task.state for task in orders(ledger_path, 2)] == ["superseded", "settled"])
    wait(qtbot, lambda: not unpaid.isVisible())
    wait(qtbot, lambda: not window.busy)


def test_what_was_kept_back_on_the_card_is_said(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, layout: StoreLayout
) -> None:
    pane = page_of(window).pane
    cards = {8: "card-1234", 9: "card-declines-77"}
    with Ledger.open(ledger_path) as ledger:
        provider = SimulatedProvider(ledger_path.with_name("books.sqlite"), clock=lambda: EPOCH)
        for number, token in cards.items():
            made = msgspec.structs.replace(visit(number, layout, items=1), token=token)
            note_entry(ledger, token, made.entered_at, 5000, "EUR")
            send_due(ledger, provider, EPOCH)
            ledger.post_visit(made, layout)
            send_due(ledger, provider, EPOCH)
        provider.close()
    window.history.refresh()
    find(qtbot, window, "Q8", "Q8-108")
    wait(qtbot, lambda: "€50.00 was kept back on card 1234: the receipt was taken from it" in seen(pane))
    find(qtbot, window, "Q9", "Q9-109")
    wait(qtbot, lambda: "At the entry their card refused to keep €50.00 back" in seen(pane))
    assert "The gate does not wait for it" in seen(pane)
    find(qtbot, window, "Q1", "Q1-101")
    wait(qtbot, lambda: not pane.hold.isVisible())


def test_another_card_is_charged_with_what_the_terminal_gives(
    qtbot: QtBot, window: MainWindow, ledger_path: Path
) -> None:
    find(qtbot, window, "Q4", "Q4-104")
    press(window, Key.Key_N, CTRL)
    unpaid = page_of(window).pane.unpaid
    (card,) = [step for step in unpaid.steps if step.text() == "Charge another card"]
    card.click()
    assert window.focusWidget() is unpaid.token
    unpaid.who.pin.setText(PIN["Mara"])
    unpaid.go.click()
    wait(qtbot, unpaid.who.refusal.isVisible)
    assert "Show the card to the terminal" in unpaid.who.refusal.text()
    unpaid.token.setText("tok_other")
    unpaid.who.pin.setText(PIN["Mara"])
    unpaid.go.click()
    wait(qtbot, lambda: [(o.state, o.token) for o in orders(ledger_path, 2)][-1] == ("due", "tok_other"))
    wait(qtbot, lambda: not unpaid.isVisible())
    wait(qtbot, lambda: not window.busy)


def test_the_path_and_why_each_line_is_there(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, layout: StoreLayout
) -> None:
    plain = visit(8, layout, items=1)
    sku, slot = plain.lines[0].sku, layout.file.slot[0]
    ground = Ground(
        event="e1",
        felt=Felt(slot.fixture, EPOCH - 300, -331.0, 2.4, ("overlap",)),
        changes=(ScaleChange("s1", -330.0, 1.0), ScaleChange("s2", -1.0, 1.0)),
        explanations=(
            Explanation(0.91, plain.track, (ItemMove(sku, 1, slot.id),)),
            Explanation(0.09, 104, (ItemMove(sku, 1, slot.id),)),
        ),
        counted=0,
    )
    trace = VisitTrace(((0.0, 1.0, 0.5), (4.0, 2.0, 2.5), (60.0, 1.0, 0.5)), (ground,))
    with Ledger.open(ledger_path) as ledger:
        ledger.post_visit(msgspec.structs.replace(plain, trace=trace), layout)
    window.history.refresh()
    find(qtbot, window, "Q8", "Q8-108")
    press(window, Key.Key_I, CTRL)
    wait(qtbot, lambda: "1 counted, 97% sure." in seen(page_of(window).detail))
    said = seen(page_of(window).detail)
    assert "The scales felt −331 g (give or take 2 g); s1: −330 g; s2: −1 g" in said
    assert "Less sure: something else moved on this shelf at the same time" in said
    assert "– Q4-104" in said, "who else it may have been, by the code of their visit"
    assert "91%" in said
    path = page_of(window).detail.findChild(QWidget, "visitPath")
    assert path is not None
    assert path.accessibleDescription() == "4 m, 1 stop at a shelf"
    assert isinstance(path, VisitPath)
    press(window, Key.Key_I, CTRL)
    heights = []
    for size in ((1366, 768), (1920, 1080)):
        window.resize(*size)
        for _ in range(5):  # one layout asks for another
            QApplication.processEvents()
        heights.append(path.height())
    assert heights[0] < heights[1] <= MOST_HIGH, "the plan takes the room that is left"
    press(window, Key.Key_I, CTRL)
    press(window, Key.Key_I, CTRL)
    assert "The scales felt" not in seen(page_of(window).detail)


def test_a_visit_whose_row_the_keys_came_to_is_seen_to_be_chosen(window: MainWindow) -> None:
    page = page_of(window)
    page.take_focus()
    assert page.shown_visit
    assert [index.row() for index in page.closed.selectionModel().selectedRows()] == [0]


def test_a_narrow_list_leaves_out_what_the_visit_says_before_what_was_taken(
    qtbot: QtBot, window: MainWindow
) -> None:
    table = page_of(window).closed
    left_out = []
    for width in (1100, 705, 640):
        table.setFixedWidth(width)
        for _ in range(3):  # one layout asks for another
            QApplication.processEvents()
        left_out.append([c for c in range(table.model().columnCount()) if table.isColumnHidden(c)])
    assert left_out == [[], [STAY], [STAY, ITEMS]]
    table.setFixedWidth(1100)
    qtbot.waitUntil(lambda: not table.isColumnHidden(STAY) and table.columnWidth(STAY) >= 48)


def test_the_plan_of_a_path_fits_into_a_pane_that_is_higher_than_it(
    qtbot: QtBot, layout: StoreLayout, tmp_path: Path
) -> None:
    """Shown for the first time where there is too much room: Qt tells of the lower size only once."""
    pane = QWidget()
    path = VisitPath(layout, Appearance(QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat), pane))
    QVBoxLayout(pane).addWidget(path)
    qtbot.addWidget(pane)
    pane.resize(700, 1000)
    pane.show()
    assert path.height() == MOST_HIGH
    path.show_path(((0.0, 1.0, 0.5), (4.0, 2.0, 2.5)), ())
    ground = QColor(path.palette().window().color())
    picture = path.grab().toImage()
    lower = {picture.pixelColor(x, MOST_HIGH - 2).name() for x in range(picture.width())}
    assert lower == {ground.name()}, "nothing is cut off at the lower edge"


def test_why_a_line_is_there_that_a_person_saw_taken_from_a_silent_scale(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, layout: StoreLayout
) -> None:
    slot = layout.file.slot[0]
    sku = layout.skus_of_slot[slot.id][0]
    ways = (Explanation(0.0, None), Explanation(0.0, 108, (ItemMove(sku, 1, slot.id),)))
    name = f"silent:{slot.scale}@5.000-108"
    felt = Felt(slot.fixture, EPOCH - 300, 0.0, 0.0, ("silent",))
    asks = msgspec.structs.replace(
        visit(8, layout, "review", 0),
        questions=(Question(name, "Scale s1 was silent?", ways, 99, felt),),
        trace=VisitTrace(((0.0, 1.0, 0.5), (60.0, 2.0, 0.5)), ()),
    )
    mara, now = Actor("Mara", "manager", "window"), time.time()
    with Ledger.open(ledger_path) as ledger:
        ledger.post_visit(asks, layout)
        reviews.claim(ledger, mara, now, "v8")
        reviews.answer(ledger, mara, "v8", {name: 1}, now)
        reviews.issue_due(ledger, now + reviews.UNDO_S + 1.0, "v8")
    window.history.refresh()
    find(qtbot, window, "Q8", "Q8-108")
    press(window, Key.Key_I, CTRL)
    wait(qtbot, lambda: "decided so in a review" in seen(page_of(window).detail))
    said = seen(page_of(window).detail)
    assert "The scale was silent and felt nothing" in said
    assert "Nobody took anything" in said
    assert "0%" not in said, "how likely it was nobody knew"
    assert "Less sure because of" not in said


def test_the_newest_search_wins(qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, asked, typed = visit_search._find, list[str](), threading.Event()

    def slow(path: Path, sought: Sought, shop: Shop) -> object:
        asked.append(sought.text)
        if sought.text == "Q1":
            assert typed.wait(60)
        return plain(path, sought, shop)

    monkeypatch.setattr(visit_search, "_find", slow)
    search, shown = window.visits.search, list[tuple[str, ...]]()
    search.changed.connect(lambda: shown.append(tuple(e.row.visit.code for e in search.found or ())))
    page_of(window).search.setText("Q1")
    wait(qtbot, lambda: asked == ["Q1"])
    page_of(window).search.setText("Q")
    page_of(window).search.setText("Q4")
    typed.set()
    wait(qtbot, lambda: not search.busy)
    assert asked == ["Q1", "Q4"], "what was typed over was not asked for"
    assert shown == [("Q4-104",)], "a late answer is not shown"
    press(window, Key.Key_F, CTRL | SHIFT)
    assert page_of(window).closed.model().rowCount() == 4


def test_who_goes_on_before_the_search_is_answered_is_not_called_back(
    qtbot: QtBot, window: MainWindow
) -> None:
    press(window, Key.Key_F, CTRL)
    type_text(window, "Q1")
    press(window, Key.Key_Return)
    page = page_of(window)
    page.filters.unpaid.setFocus()
    wait(qtbot, lambda: not window.visits.search.busy)
    assert window.focusWidget() is page.filters.unpaid


def test_filters_narrow_and_are_cleared(qtbot: QtBot, window: MainWindow) -> None:
    page = page_of(window)

    def codes() -> list[str]:
        model = page.closed.model()
        return [model.index(i, 1).data() for i in range(model.rowCount())]

    page.filters.state.setCurrentIndex(3)
    wait(qtbot, lambda: codes() == ["Q2-102"])
    page.filters.state.setCurrentIndex(0)
    page.filters.reviewed.click()
    wait(qtbot, lambda: codes() == [] and "Nothing found" in seen(page))
    page.filters.clear()
    wait(qtbot, lambda: len(codes()) == 4)
    page.filters.day.setCurrentIndex(1)
    wait(qtbot, lambda: len(codes()) == 4 and not window.visits.search.busy)
    page.filters.day.setCurrentIndex(2)
    wait(qtbot, lambda: codes() == [])


def test_a_broken_ledger_is_said_and_the_page_goes_on(
    qtbot: QtBot, window: MainWindow, ledger_path: Path
) -> None:
    wait(qtbot, lambda: not window.busy)
    for part in ledger_path.parent.glob("ledger.db*"):
        part.write_bytes(b"no ledger at all")
    page_of(window).search.setText("Q1")
    wait(qtbot, lambda: "The ledger could not be searched" in window.notice.words.text())


def test_what_cannot_be_chosen_says_why_and_an_empty_cart_says_what_will_come(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    page = page_of(window)
    engine.shoppers = 1
    engine.advance(0.1)
    window.state.poll()
    page.inside.select_row(0)
    tabs = page.pane.tabs
    assert [tabs.isTabEnabled(view) for view in (PAPERS, DISPUTE, HISTORY)] == [False] * 3
    assert tabs.tabToolTip(PAPERS) == tabs.tabToolTip(DISPUTE) == "There is no receipt yet."
    assert "over" in tabs.tabToolTip(HISTORY)
    find(qtbot, window, "R-000002", "Q4-104")
    assert [tabs.tabToolTip(view) for view in (PAPERS, DISPUTE, HISTORY)] == [""] * 3


def test_where_nothing_is_found_all_are_a_click_away(qtbot: QtBot, window: MainWindow) -> None:
    page = page_of(window)
    press(window, Key.Key_F, CTRL)
    type_text(window, "no such thing")
    wait(qtbot, lambda: "Nothing found" in seen(page))
    page._all_again.click()
    wait(qtbot, lambda: page.closed.model().rowCount() == 4)
    assert page.search.text() == ""
