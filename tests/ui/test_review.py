"""The review page over a real ledger file: cards settled by keyboard alone, and what stands in the way."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from argon2 import PasswordHasher
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from console.back_office import known_answers, ledger_file, operators
from console.back_office import reviews as desk
from console.back_office.ledger import Ledger
from console.back_office.permissions import Actor
from console.operations import reviews
from console.window import MainWindow
from inference.messages.results import Explanation, Felt, ItemMove, Question
from inference.messages.wire import DeviceStatus
from store_layout.model import StoreLayout
from tests.back_office.people import FIRST, PIN, crew
from tests.support.fake_engine import EPOCH, FakeEngine
from tests.ui.conftest import OpenWindow, visit
from tests.ui.reviewing import card_shown, enter, page_of, press, seen, state_of, type_text

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)


@pytest.fixture
def people(ledger_path: Path) -> Iterator[dict[str, Actor]]:
    with Ledger.open(ledger_path) as ledger:
        yield crew(ledger, "Noor", "Sam", "Kim")


@pytest.fixture
def window(
    open_window: OpenWindow, engine: FakeEngine, ledger_path: Path, people: dict[str, Actor], qtbot: QtBot
) -> MainWindow:
    return opened(open_window, engine, ledger_path, qtbot)


def opened(open_window: OpenWindow, engine: FakeEngine, ledger_path: Path, qtbot: QtBot) -> MainWindow:
    made = open_window(engine, ledger_path)
    qtbot.waitUntil(lambda: made.session.operators is not None and not made.busy)
    press(made, Qt.Key.Key_2, CTRL)
    return made


def post_doubtful(path: Path, layout: StoreLayout, *numbers: int) -> None:
    with Ledger.open(path) as ledger:
        for number in numbers:
            asks = visit(number, layout, "review")
            question = msgspec.structs.replace(
                asks.questions[0], event=f"e{number}", felt=Felt("g1", EPOCH - 500, -189.0, 2.1)
            )
            lines = (msgspec.structs.replace(asks.lines[0], events=(f"e{number}",)), *asks.lines[1:])
            ledger.post_visit(msgspec.structs.replace(asks, questions=(question,), lines=lines), layout)


# -- flows ---------------------------------------------------------------------------------------------


def test_a_card_is_settled_by_keys_and_its_receipt_issued(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "UNDO_S", 0.3)
    enter(qtbot, window)
    said = seen(page_of(window))
    assert page_of(window).card.question.accessibleName() == (
        "What is right: 1 Salted Crisps 175 g or 1 Cola Zero 0.33 l?"
    )
    assert "Card 1 of 1" in said
    assert "€0.40 at stake" in said
    first = page_of(window).card.answers[0].accessibleName()
    assert first.startswith("1: 1 Salted Crisps 175 g, Q2-102 (this shopper), 62%, receipt €")
    assert "the same total" in first
    press(window, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: not window.reviews.busy)
    time.sleep(0.35)
    window.reviews.refresh()  # what its timer does
    qtbot.waitUntil(lambda: state_of(ledger_path, "v2") == "issued")
    with Ledger.open(ledger_path, read_only=True) as ledger:
        document = ledger.document_of("v2")
    assert document is not None
    assert {line.sku: line.quantity for line in document.receipt.lines} == {"4001": 1, "4004": 2}
    qtbot.waitUntil(lambda: any(e.row.visit.visit == "v2" and e.document for e in window.history.entries))
    qtbot.waitUntil(lambda: "Nothing waits" in seen(page_of(window)))
    assert "asked about 1 of 4 visits: 250 per 1,000" in seen(page_of(window))
    assert window.rail.button(1).accessibleDescription() == ""


def test_from_a_visit_to_its_card(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, layout: StoreLayout, people: dict[str, Actor]
) -> None:
    """The one in hand goes back; with nobody signed in, who signs in next gets the card."""
    post_doubtful(ledger_path, layout, 7, 8)
    window.history.refresh()
    window.reviews.refresh()
    qtbot.waitUntil(lambda: not window.busy and len(window.reviews.queue.rows) == 3)

    def ask_for(visit_id: str) -> None:
        window.show_page("visits", f"visit {visit_id}")
        page = window.page
        qtbot.waitUntil(lambda: not window.busy)
        (button,) = (b for b in page.findChildren(QPushButton) if b.text() == "Answer it on the Review page")
        button.click()
        assert window.page.name == "review"

    ask_for("v8")
    enter(qtbot, window)
    assert window.reviews.card is not None
    assert window.reviews.card.visit == "v8"
    ask_for("v7")
    qtbot.waitUntil(lambda: window.reviews.card is not None and not window.reviews.busy)
    assert window.reviews.card.visit == "v7"
    with Ledger.open(ledger_path, read_only=True) as ledger:
        assert desk.card(ledger, "v8").row.held_by(time.time()) is None, "given back"
    ask_for("v7")
    assert window.reviews.card.visit == "v7", "in hand already"
    with Ledger.open(ledger_path) as ledger:
        desk.claim(ledger, people["Sam"], time.time(), "v8")
    window.reviews.done = 3
    ask_for("v8")
    qtbot.waitUntil(lambda: window.reviews.card is not None and not window.reviews.busy)
    assert window.reviews.card.visit != "v8", "another one, as Sam has it"
    assert "Sam" in window.reviews.said
    assert window.reviews.done == 3, "nothing was taken back of what was answered"


def test_the_issuing_timer_runs_by_itself(
    qtbot: QtBot,
    window: MainWindow,
    ledger_path: Path,
    people: dict[str, Actor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desk, "UNDO_S", 0.2)
    window.reviews._look.setInterval(100)
    with Ledger.open(ledger_path) as ledger:
        desk.claim(ledger, people["Sam"], time.time(), "v2")
        desk.answer(ledger, people["Sam"], "v2", {"e1": 0}, time.time())
    qtbot.waitUntil(lambda: state_of(ledger_path, "v2") == "issued")
    assert 0 < reviews.LOOK_MS <= 10_000


def test_undo_by_key_brings_the_card_back(qtbot: QtBot, window: MainWindow, ledger_path: Path) -> None:
    enter(qtbot, window)
    press(window, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: state_of(ledger_path, "v2") == "answered" and not window.reviews.busy)
    assert "Q2-102 is settled; its receipt is issued in" in seen(page_of(window))
    press(window, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: card_shown(window) == "Q2-102")
    assert state_of(ledger_path, "v2") == "open"
    press(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: state_of(ledger_path, "v2") == "answered")


def test_the_next_card_is_there_at_once(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, layout: StoreLayout
) -> None:
    post_doubtful(ledger_path, layout, 5, 6)
    enter(qtbot, window)
    first = card_shown(window)
    press(window, Qt.Key.Key_1)
    second = card_shown(window)
    assert second
    assert second != first
    press(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: not window.reviews.busy)
    third = card_shown(window)
    assert len({first, second, third, ""}) == 4
    assert "Card 3 of 3" in seen(page_of(window))
    press(window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: not window.reviews.busy)
    assert card_shown(window) == third, "the only one that is left comes again"
    press(window, Qt.Key.Key_U)
    qtbot.waitUntil(lambda: "cards wait for somebody else" in seen(page_of(window)) or not card_shown(window))
    qtbot.waitUntil(lambda: "1 card waits for somebody else" in seen(page_of(window)))


def test_a_card_that_somebody_else_holds(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, people: dict[str, Actor], layout: StoreLayout
) -> None:
    with Ledger.open(ledger_path) as ledger:
        desk.claim(ledger, people["Sam"], time.time(), "v2")
    enter(qtbot, window)
    qtbot.waitUntil(lambda: "with Sam" in seen(page_of(window)))
    assert not card_shown(window)
    for key in (Qt.Key.Key_1, Qt.Key.Key_N, Qt.Key.Key_U):
        press(window, key)
    assert not window.reviews.busy
    assert state_of(ledger_path, "v2") == "open"


def test_a_card_that_was_taken_over_meanwhile_is_said(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, people: dict[str, Actor]
) -> None:
    enter(qtbot, window)
    later = time.time() + desk.LEASE_S  # when the claim made before is over
    with Ledger.open(ledger_path) as ledger:
        desk.claim(ledger, people["Sam"], later, "v2")
    press(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: "Not kept: Q2-102 is with Sam." in seen(page_of(window)))
    assert state_of(ledger_path, "v2") == "open"


def test_a_locked_ledger_is_said_and_the_card_stays(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(qtbot, window)
    with closing(sqlite3.connect(ledger_path, isolation_level=None)) as other, monkeypatch.context() as hasty:
        hasty.setattr(ledger_file, "BUSY_TIMEOUT_MS", 50)
        other.execute("BEGIN IMMEDIATE")
        press(window, Qt.Key.Key_1)
        qtbot.waitUntil(lambda: "Nothing was kept" in seen(page_of(window)) and not window.busy)
        other.execute("ROLLBACK")
    assert card_shown(window) == "Q2-102"
    press(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: state_of(ledger_path, "v2") == "answered")


def test_a_visit_that_asks_nothing_is_confirmed_or_emptied(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, layout: StoreLayout
) -> None:
    plain = msgspec.structs.replace(visit(8, layout, "review"), questions=(), notes=("Camera 3 was lost",))
    with Ledger.open(ledger_path) as ledger:
        ledger.post_visit(plain, layout)
    enter(qtbot, window)
    if card_shown(window) != "Q8-108":
        press(window, Qt.Key.Key_1)
        qtbot.waitUntil(lambda: card_shown(window) == "Q8-108" and not window.reviews.busy)
    assert "Camera 3 was lost" in seen(page_of(window))
    assert "Nothing was taken" in page_of(window).card.none.text()
    press(window, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: state_of(ledger_path, "v8") == "answered")
    with Ledger.open(ledger_path, read_only=True) as ledger:
        answer = desk.card(ledger, "v8").row.answer
    assert answer is not None
    assert answer.lines == ()


def test_answers_to_whose_hand_it_was_name_everybody_in_their_colour(
    qtbot: QtBot, open_window: OpenWindow, engine: FakeEngine, tmp_path: Path, layout: StoreLayout
) -> None:
    path = tmp_path / "who.db"
    asks = visit(2, layout, "review")
    sku = asks.lines[0].sku
    ways = tuple(Explanation(p, track, (ItemMove(sku, 1, "a"),)) for p, track in ((0.6, 102), (0.4, 103)))
    question = Question("e9", "Whose?", (*ways, Explanation(0.0, None)), 149, None)
    with Ledger.open(path) as ledger:
        crew(ledger, "Noor", "Sam", "Kim")
        ledger.post_visit(visit(3, layout, "issue"), layout)
        ledger.post_visit(msgspec.structs.replace(asks, questions=(question,)), layout)
    window = opened(open_window, engine, path, qtbot)
    enter(qtbot, window)
    card = page_of(window).card
    assert card.question.accessibleName() == f"Who took {layout.products[sku].name}?"
    assert [button.accessibleName().split(",")[0] for button in card.answers[:3]] == [
        "1: Q2-102 (this shopper)",
        "2: Q3-103",
        "3: Nobody took anything",
    ]
    shown = card.shown
    assert shown is not None
    assert [choice.look for choice in shown.choices] == [0, 1, None], "as in clips and on the plan"
    assert [choice.sku for choice in shown.choices] == [sku, sku, ""]


def test_goods_that_no_product_explains_are_asked_about_and_a_guess_is_taken_by_key(
    qtbot: QtBot, open_window: OpenWindow, engine: FakeEngine, tmp_path: Path, layout: StoreLayout
) -> None:
    path = tmp_path / "unknown.db"
    asks = visit(2, layout, "review")
    crisps = ItemMove("4003", 1, asks.questions[0].alternatives[0].moves[0].slot)
    ways = (Explanation(0.93, 102), Explanation(0.07, None), Explanation(0.0, 102, (crisps,)))
    text = "201 g taken from Gondola 1, which no product weighs: what did the shopper with code Q2-102 take?"
    question = Question("e9", text, ways, 149, Felt("g1", EPOCH - 500, -201.0, 2.1))
    asks = msgspec.structs.replace(asks, questions=(question,))
    with Ledger.open(path) as ledger:
        crew(ledger, "Noor", "Sam", "Kim")
        ledger.post_visit(asks, layout)
    window = opened(open_window, engine, path, qtbot)
    enter(qtbot, window)
    assert "201 g that no product weighs: what was it?" in seen(page_of(window))
    answers = [button.accessibleName() for button in page_of(window).card.answers]
    assert answers[0].startswith("1: Something not sold here, 93%, receipt ")
    assert answers[1].startswith("2: Nobody took anything, 7%, receipt ")
    assert answers[2].startswith("3: 1 Salted Crisps 175 g, receipt "), "a guess has no probability"
    press(window, Qt.Key.Key_3)
    qtbot.waitUntil(lambda: not window.reviews.busy and state_of(path, "v2") == "answered")
    with Ledger.open(path, read_only=True) as ledger:
        answer = desk.card(ledger, "v2").row.answer
    assert answer is not None
    before = {line.sku: line.quantity for line in asks.lines}
    after = {line.sku: line.quantity for line in answer.lines}
    assert after == before | {"4003": before.get("4003", 0) + 1}


def test_two_questions_of_one_visit_are_asked_one_by_one(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, layout: StoreLayout
) -> None:
    asks = visit(9, layout, "review")
    sku = asks.lines[1].sku
    second = msgspec.structs.replace(
        asks.questions[0],
        event="e2",
        text="One more?",
        at_stake=9000,
        alternatives=(
            Explanation(0.7, asks.track, (ItemMove(sku, 2, "a"),)),
            Explanation(0.3, asks.track, (ItemMove(sku, 1, "a"),)),
        ),
    )
    with Ledger.open(ledger_path) as ledger:
        first = msgspec.structs.replace(asks.questions[0], event="e1x")
        lines = (msgspec.structs.replace(asks.lines[0], events=("e1x",)), asks.lines[1])
        ledger.post_visit(msgspec.structs.replace(asks, lines=lines, questions=(first, second)), layout)
    enter(qtbot, window)
    assert card_shown(window) == "Q9-109"
    assert "question 1 of 2" in seen(page_of(window))
    press(window, Qt.Key.Key_1)
    assert "question 2 of 2" in seen(page_of(window))
    press(window, Qt.Key.Key_Z)
    assert "question 1 of 2" in seen(page_of(window))
    press(window, Qt.Key.Key_1)
    press(window, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: state_of(ledger_path, "v9") == "answered")
    with Ledger.open(ledger_path, read_only=True) as ledger:
        answer = desk.card(ledger, "v9").row.answer
    assert answer is not None
    assert {line.sku: line.quantity for line in answer.lines} == {asks.lines[0].sku: 1, sku: 1}


def test_a_known_card_looks_like_any_other_and_can_be_undone(
    qtbot: QtBot,
    window: MainWindow,
    ledger_path: Path,
    people: dict[str, Actor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Ledger.open(ledger_path) as ledger:
        desk.claim(ledger, people["Sam"], time.time(), "v2")
        desk.answer(ledger, people["Sam"], "v2", {"e1": 1}, time.time())
        desk.issue_due(ledger, time.time(), "v2")
        head = ledger.head()
    monkeypatch.setattr(known_answers, "EVERY", 1)
    with Ledger.open(ledger_path) as ledger:
        ledger.database.execute("DELETE FROM review_work")
    enter(qtbot, window)
    assert card_shown(window) == "Q2-102"
    press(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: not window.reviews.busy)
    assert "Q2-102 is settled; its receipt is issued in" in seen(page_of(window))
    with Ledger.open(ledger_path) as ledger:
        assert (known_answers.score(ledger, "Mara").shown, known_answers.score(ledger, "Mara").right) == (
            1,
            0,
        )
    press(window, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: card_shown(window) == "Q2-102")
    press(window, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: not window.reviews.busy)
    with Ledger.open(ledger_path) as ledger:
        assert (known_answers.score(ledger, "Mara").shown, known_answers.score(ledger, "Mara").right) == (
            1,
            1,
        )
        assert ledger.head()[0] == head[0], "nothing was written to the chain"


# -- who answers ---------------------------------------------------------------------------------------


def test_a_wrong_pin_is_said_and_nothing_is_shown(qtbot: QtBot, window: MainWindow) -> None:
    page = page_of(window)
    assert "Who answers?" in seen(page)
    assert [page.sign_in.names.itemText(i) for i in range(page.sign_in.names.count())] == [
        "Mara",
        "Noor",
        "Sam",
    ]
    assert window.focusWidget() is page.sign_in.pin
    type_text(window, "999123")
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Name or PIN is wrong" in seen(page))
    assert page.sign_in.pin.text() == ""
    assert window.session.actor is None
    assert not card_shown(window)
    assert page.sign_in.button.isEnabled()


def test_digits_of_a_pin_answer_nothing(qtbot: QtBot, window: MainWindow, ledger_path: Path) -> None:
    type_text(window, "123")
    assert page_of(window).sign_in.pin.text() == "123"
    assert state_of(ledger_path, "v2") == "open"


def test_locked_by_key_and_when_nothing_is_done(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(qtbot, window)
    assert "Mara, manager" in seen(page_of(window))
    press(window, Qt.Key.Key_L, CTRL)
    assert window.session.actor is None
    assert "Who answers?" in seen(page_of(window))
    assert "What is right" not in seen(page_of(window))
    enter(qtbot, window)
    window.session._idle.start(150)
    qtbot.waitUntil(lambda: window.session.actor is None)


def test_the_first_manager_is_made_here(
    qtbot: QtBot, open_window: OpenWindow, engine: FakeEngine, ledger_path: Path
) -> None:
    made = opened(open_window, engine, ledger_path, qtbot)
    page = page_of(made)
    assert "The first operator is a manager" in seen(page)
    page.sign_in.take_focus()
    assert made.focusWidget() is page.sign_in.name
    type_text(made, "Mara")
    press(made, Qt.Key.Key_Tab)
    type_text(made, PIN["Mara"])
    press(made, Qt.Key.Key_Tab)
    type_text(made, "000000")
    press(made, Qt.Key.Key_Return)
    assert "not the same" in seen(page)
    page.sign_in.new.setFocus()
    type_text(made, PIN["Mara"])
    press(made, Qt.Key.Key_Tab)
    type_text(made, PIN["Mara"])
    press(made, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: made.session.actor is not None)
    assert made.session.actor == Actor("Mara", "manager", "window")
    qtbot.waitUntil(lambda: card_shown(made) == "Q2-102")


def test_a_first_pin_is_changed_before_anything_else(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, people: dict[str, Actor]
) -> None:
    with Ledger.open(ledger_path) as ledger:
        operators.reset_pin(ledger, people["Mara"], "Sam", FIRST, at=time.time())
    page = page_of(window)
    page.sign_in.names.setCurrentText("Sam")
    page.sign_in.take_focus()
    type_text(window, FIRST)
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Choose a PIN of your own" in seen(page))
    type_text(window, PIN["Sam"])
    press(window, Qt.Key.Key_Tab)
    type_text(window, PIN["Sam"])
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.actor == Actor("Sam", "staff", "window"))


# -- what is shown -------------------------------------------------------------------------------------


def test_empty_states(
    qtbot: QtBot, open_window: OpenWindow, engine: FakeEngine, tmp_path: Path, layout: StoreLayout
) -> None:
    path = tmp_path / "quiet.db"
    with Ledger.open(path) as ledger:
        crew(ledger)
        ledger.post_visit(visit(1, layout), layout)
    made = opened(open_window, engine, path, qtbot)
    enter(qtbot, made)
    qtbot.waitUntil(lambda: "Nothing waits" in seen(page_of(made)))
    assert "asked about 0 of 1 visit: 0 per 1,000" in seen(page_of(made))


def test_the_weights_and_the_place_are_said(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, layout: StoreLayout
) -> None:
    post_doubtful(ledger_path, layout, 3 + 10 * 10)
    enter(qtbot, window)
    while card_shown(window) == "Q2-102":
        press(window, Qt.Key.Key_S)
        qtbot.waitUntil(lambda: not window.reviews.busy)
    page = page_of(window)
    assert page.card.chart.accessibleDescription() == (
        "felt −189 g; answer 1 expects −104 g, answer 2 expects −355 g, answer 3 expects −104 g"
    )
    said = seen(page)
    for part in (
        "Place: <b>Gondola 1</b>",
        "Time: <b>16:05:00</b>",
        "Who was there: ",
        "Counted now: <b>Dark Choc",
    ):
        assert part in said, said
    page.grab()


def test_names_counts_and_keys(qtbot: QtBot, window: MainWindow) -> None:
    assert window.rail.button(1).accessibleDescription() == "1"
    assert window.status.review.text() == "1 to review, oldest 7:58"
    press(window, Qt.Key.Key_1, CTRL)
    QTest.mouseClick(window.status.review, Qt.MouseButton.LeftButton)
    assert window.page.name == "review"
    enter(qtbot, window)
    page = page_of(window)
    listed = {a.shortcut().toString(): a.text() for a in page.page_actions()}
    assert list(listed) == ["1", "2", "3", "4", "N", "E", "U", "S", "Z", "Space", ",", ".", "V", "W"]
    enabled = {a.shortcut().toString() for a in page.page_actions() if a.isEnabled()}
    assert enabled == {"1", "2", "3", "N", "E", "U", "S"}, "there are no clips to look at"
    assert all(w.accessibleName() or w.text() for w in (*page.card.answers, page.card.none, page.undo))
    press(window, Qt.Key.Key_1, CTRL)
    live = {a for a in window.findChildren(QAction) if a.isEnabled() and a.shortcut().toString() == "N"}
    assert not live


def test_a_small_screen_is_enough(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> None:
    enter(qtbot, window)
    window.resize(1366, 768)
    engine.down["door"] = DeviceStatus("door", "gate", "lost", EPOCH, why="Silent since 12 s")
    for _ in range(3):
        engine.advance(1.0)
        window.state.poll()
    assert window.status.others.isVisible()
    assert window.status.review.isVisible()
    assert window.minimumSizeHint().width() <= 1366
    assert window.width() == 1366
