"""What was seen of an event, on its card: clips, weights and floor under one time cursor."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from argon2 import PasswordHasher
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.back_office import operators
from console.back_office import reviews as desk
from console.back_office.clip_files import purge_clips
from console.back_office.ledger import Ledger
from console.back_office.permissions import Actor
from console.window import MainWindow
from inference.evidence.kept import event_folder
from inference.evidence.manifest import (
    FILE,
    FORMAT,
    Clip,
    Evidence,
    FloorMoment,
    Seen,
    Sighting,
    Standing,
    Trace,
)
from inference.messages import Explanation, Felt, ItemMove, KeyPoint, Question
from inference.recording.video import VideoFile
from store_layout.model import StoreLayout
from tests.back_office.people import crew
from tests.support.fake_engine import EPOCH, FakeEngine
from tests.ui.conftest import visit
from tests.ui.reviewing import card_shown, enter, page_of, press, seen, state_of
from tests.ui.test_review import CTRL, post_doubtful

T = EPOCH - 500
TRACK = 102
WIDTH, HEIGHT = 160, 90


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)


@pytest.fixture
def people(ledger_path: Path) -> dict[str, Actor]:
    with Ledger.open(ledger_path) as ledger:
        return crew(ledger, "Noor", "Sam", "Kim")


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    return tmp_path / "clips"


@pytest.fixture
def window(qtbot: QtBot, engine: FakeEngine, clips: Path, people: dict[str, Actor]) -> Iterator[MainWindow]:
    made = MainWindow(
        engine.layout, engine, clips.parent / "ledger.db", clips.parent / "settings", clips=clips
    )
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: made.session.operators is not None and not made.busy)
    press(made, Qt.Key.Key_2, CTRL)
    yield made
    made.close()
    made.deleteLater()


def keep(
    clips: Path, layout: StoreLayout, visit_id: str, event: str, *, cameras: int = 2, met: bool = False
) -> Evidence:
    """What an engine would have kept: each clip gets brighter from picture to picture.

    ``met``: of hands that met, at no shelf.
    """
    folder = event_folder(clips, visit_id, event)
    folder.mkdir(parents=True)
    times = tuple(round(T - 3 + n / 5, 3) for n in range(31))
    found = []
    for number, camera in enumerate(layout.file.camera[:cameras], start=1):
        video = VideoFile(folder / f"{number}.mp4", WIDTH, HEIGHT, 5.0)
        for n in range(len(times)):
            video.write(np.full((HEIGHT, WIDTH, 3), 8 * n, np.uint8))
        video.close()
        hand = Sighting(TRACK, (60.0, 20.0, 90.0, 80.0), right=KeyPoint(70.0, 50.0, 0.9))
        found.append(
            Clip(
                camera=camera.id,
                file=f"{number}.mp4",
                width=WIDTH,
                height=HEIGHT,
                times=times,
                slots=(((65.0, 45.0), (85.0, 45.0), (85.0, 60.0), (65.0, 60.0)),),
                seen=tuple(Seen(t, WIDTH, HEIGHT, (hand,)) for t in times),
            )
        )
    at = tuple(round(T - 4 + n / 20, 3) for n in range(180))
    kept = Evidence(
        format=FORMAT,
        visit=visit_id,
        event=event,
        fixture="g1",
        t=T,
        begin=T - 3,
        end=T + 3,
        slots=(layout.file.slot[0].id,),
        clips=tuple(found),
        traces=(Trace("scale", at, tuple(900.0 if t < T else 796.0 for t in at)),),
        floor=tuple(
            FloorMoment(t, (Standing(TRACK, 2.0 + (t - T) / 10, 2.0, 0.1, 1.7, False),)) for t in times
        ),
    )
    if met:
        kept = msgspec.structs.replace(kept, fixture="", slots=(), traces=())
    (folder / FILE).write_bytes(msgspec.json.encode(kept))
    return kept


def shown_number(window: MainWindow, clip: int = 0) -> int:
    """Which of a clip's pictures is on the screen, by its brightness."""
    view = page_of(window).card.clips.views[clip]
    image = view.grab().toImage()
    grey = image.pixelColor(image.width() // 8, image.height() // 4).lightness()
    return round(grey / 8)


def wait_for_clips(qtbot: QtBot, window: MainWindow, count: int = 2) -> None:
    card = page_of(window).card
    qtbot.waitUntil(lambda: card.watched is not None and len(card.watched.clips) == count)


def test_everything_follows_one_cursor_by_keys(
    qtbot: QtBot, window: MainWindow, layout: StoreLayout, clips: Path
) -> None:
    keep(clips, layout, "v2", "e1")
    enter(qtbot, window)
    wait_for_clips(qtbot, window)
    card, cursor = page_of(window).card, page_of(window).card.cursor_of_time
    assert plays(window)
    assert cursor.loop == (T - 2, T + 2)
    started = cursor.t
    qtbot.waitUntil(lambda: cursor.t != started)
    press(window, Qt.Key.Key_Space)
    assert not plays(window)
    assert not [r for r in engine_requests(window) if "Pause" in r], "the recording is not meant here"
    stood = cursor.t
    QTest.qWait(120)
    assert cursor.t == stood
    cursor.scrub(T + 0.01)
    press(window, Qt.Key.Key_Period)
    assert cursor.t == pytest.approx(T + 0.21)
    assert [shown_number(window, clip) for clip in (0, 1)] == [16, 16]
    assert card.map._moment is not None
    assert card.map._moment.t == pytest.approx(T + 0.2)
    press(window, Qt.Key.Key_Comma)
    press(window, Qt.Key.Key_Comma)
    assert cursor.t == pytest.approx(T - 0.19)
    assert shown_number(window) == 14
    for _ in range(40):
        press(window, Qt.Key.Key_Comma)
    assert cursor.t == T - 3
    assert shown_number(window) == 0
    assert state_of(window.reviews.path, "v2") == "open", "none of these keys answers"


def plays(window: MainWindow) -> bool:
    return page_of(window).card.cursor_of_time.playing


def engine_requests(window: MainWindow) -> list[str]:
    link = window.state.link
    assert isinstance(link, FakeEngine)
    return [type(command).__name__ for command in link.asked]


def test_the_mouse_scrubs_on_the_weights(
    qtbot: QtBot, window: MainWindow, layout: StoreLayout, clips: Path
) -> None:
    keep(clips, layout, "v2", "e1")
    enter(qtbot, window)
    wait_for_clips(qtbot, window)
    card, cursor = page_of(window).card, page_of(window).card.cursor_of_time
    room = card.trace._room()
    at = QPoint(round(room.left() + room.width() * 2 / 3), round(room.center().y()))
    QTest.mouseClick(card.trace, Qt.MouseButton.LeftButton, pos=at)
    assert cursor.t == pytest.approx(T + 1.0, abs=0.05)
    assert not cursor.playing
    assert shown_number(window) in (19, 20)
    assert "answer 1, 3 expects −190 g, answer 2 expects −355 g" in card.trace.accessibleDescription()
    card.trace.grab()


def test_hands_that_met_are_shown_first_and_the_taking_after_them(
    qtbot: QtBot, window: MainWindow, layout: StoreLayout, clips: Path, ledger_path: Path
) -> None:
    asks = visit(7, layout, "review", 1)
    (line,) = asks.lines
    taken = ItemMove(line.sku, line.quantity, layout.file.slot[0].id)
    given = msgspec.structs.replace(taken, track=102)
    question = msgspec.structs.replace(
        asks.questions[0],
        event="e7",
        alternatives=(
            Explanation(0.55, asks.track, (taken,)),
            Explanation(0.45, asks.track, (given,), handed=True),
        ),
        moments=("hands:107-102@1.000",),
        felt=Felt("g1", T - 40, -189.0, 2.1),
    )
    asks = msgspec.structs.replace(
        asks, lines=(msgspec.structs.replace(line, events=("e7",)),), questions=(question,)
    )
    with Ledger.open(ledger_path) as ledger:
        ledger.post_visit(asks, layout)
    keep(clips, layout, "v7", "hands:107-102@1.000", met=True)
    keep(clips, layout, "v7", "e7")
    enter(qtbot, window)
    while card_shown(window) != asks.code:
        press(window, Qt.Key.Key_S)
        qtbot.waitUntil(lambda: not window.reviews.busy)
    wait_for_clips(qtbot, window)
    card = page_of(window).card
    assert card.event_shown == "hands:107-102@1.000"
    assert not card.trace.isVisible(), "there no scale felt anything"
    assert card.chart.isVisible()
    assert "event 1 of 2" in seen(page_of(window))
    assert "handed to Q2-102" in card.answers[1].accessibleName()
    press(window, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: card.event_shown == "e7" and card.trace.isVisible())
    press(window, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: not window.reviews.busy)
    with Ledger.open(ledger_path, read_only=True) as ledger:
        answer = desk.card(ledger, "v7").row.answer
    assert answer is not None
    assert answer.lines == (), "they handed all of it on"


def test_a_stay_at_a_silent_scale_is_asked_with_its_clip_and_answered_by_key(
    qtbot: QtBot, window: MainWindow, layout: StoreLayout, clips: Path, ledger_path: Path
) -> None:
    asks = visit(7, layout, "review", 1)
    scale = layout.file.scale[0].id
    slot = layout.slots_of_scale[scale][0]
    name = f"silent:{scale}@{T - 4:.3f}-107"
    taken = ItemMove(layout.skus_of_slot[slot.id][0], 1, slot.id)
    text = f"Scale {scale} at Gondola 1 was silent: what did the shopper with code Q7-107 take there?"
    ways = (Explanation(0.0, None), Explanation(0.0, 107, (taken,)), Explanation(0.0, 107))
    question = Question(name, text, ways, 99, Felt(slot.fixture, T, 0.0, 0.0, ("silent",)))
    with Ledger.open(ledger_path) as ledger:
        ledger.post_visit(msgspec.structs.replace(asks, questions=(question,)), layout)
    kept = msgspec.structs.replace(keep(clips, layout, "v7", name), fixture=slot.fixture, traces=())
    (event_folder(clips, "v7", name) / FILE).write_bytes(msgspec.json.encode(kept))
    enter(qtbot, window)
    while card_shown(window) != asks.code:
        press(window, Qt.Key.Key_S)
        qtbot.waitUntil(lambda: not window.reviews.busy)
    wait_for_clips(qtbot, window)
    card, said = page_of(window).card, seen(page_of(window))
    assert f"Scale {scale} at Gondola 1 was silent" in said
    assert "Doubts" not in said
    assert not card.trace.isVisible()
    assert not card.chart.isVisible(), "nothing was felt, and no line or 0 g is drawn for it"
    assert card.map.isVisible()
    assert card.map._slots == {s.id for s in layout.slots_of_scale[scale]}
    answers = [button.accessibleName() for button in card.answers[:3]]
    assert answers[0].startswith("1: Nobody took anything, receipt €")
    assert answers[1].startswith(f"2: 1 {layout.products[taken.sku].name}, receipt €")
    assert answers[2].startswith("3: Something not sold here, receipt €")
    assert card.none.text().startswith("N  Nothing was taken: receipt €")
    press(window, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: state_of(ledger_path, "v7") == "answered" and not window.reviews.busy)
    with Ledger.open(ledger_path, read_only=True) as ledger:
        answer = desk.card(ledger, "v7").row.answer
    assert answer is not None
    before = {line.sku: line.quantity for line in asks.lines}
    after = {line.sku: line.quantity for line in answer.lines}
    assert after == before | {taken.sku: before.get(taken.sku, 0) + 1}
    qtbot.waitUntil(lambda: card_shown(window) not in ("", asks.code))
    assert card.chart.isVisible() or card.trace.isVisible(), "of the next card something was felt"


def test_a_clip_is_enlarged_by_key_and_by_click(
    qtbot: QtBot, window: MainWindow, layout: StoreLayout, clips: Path
) -> None:
    keep(clips, layout, "v2", "e1")
    enter(qtbot, window)
    wait_for_clips(qtbot, window)
    large = page_of(window).card.clips.large_view
    names = [camera.name for camera in layout.file.camera]
    assert not large.isVisible()
    for name in names[:2]:
        press(window, Qt.Key.Key_V)
        assert large.isVisible()
        assert large.accessibleName() == f"Clip from {name}"
        assert large.width() > 1.8 * page_of(window).card.clips.views[0].width()
    press(window, Qt.Key.Key_V)
    assert not large.isVisible()
    QTest.mouseClick(page_of(window).card.clips.views[1], Qt.MouseButton.LeftButton)
    assert large.isVisible()
    press(window, Qt.Key.Key_Escape)
    assert not large.isVisible()
    press(window, Qt.Key.Key_V)
    press(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: state_of(window.reviews.path, "v2") == "answered")
    assert not large.isVisible(), "an answer is an answer, whatever is large"


def test_a_card_without_pictures_says_so_and_is_answered(
    qtbot: QtBot, window: MainWindow, layout: StoreLayout, clips: Path
) -> None:
    enter(qtbot, window)
    qtbot.waitUntil(lambda: "No pictures of it" in seen(page_of(window)))
    assert "Nothing was kept of this event" in seen(page_of(window))
    card = page_of(window).card
    assert not card.cursor_of_time.is_set
    assert card.chart.isVisible()
    keep(clips, layout, "v2", "e1", cameras=0)  # the engine writes beside the ledger, and may be later
    qtbot.waitUntil(lambda: card.cursor_of_time.is_set, timeout=10_000)
    assert card.trace.isVisible(), "scales alone still show when it happened"
    assert "No camera saw the place well" in seen(page_of(window))
    press(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: state_of(window.reviews.path, "v2") == "answered")


def test_damaged_pictures_are_said_and_the_rest_is_shown(
    qtbot: QtBot, window: MainWindow, layout: StoreLayout, clips: Path
) -> None:
    keep(clips, layout, "v2", "e1")
    (event_folder(clips, "v2", "e1") / "2.mp4").write_bytes(b"no video")
    enter(qtbot, window)
    wait_for_clips(qtbot, window, count=1)
    assert "The pictures cannot be shown" in seen(page_of(window))
    assert page_of(window).card.clips.views[0].isVisible()
    page_of(window).grab()


def test_the_next_cards_pictures_are_there_before_it(
    qtbot: QtBot, window: MainWindow, layout: StoreLayout, clips: Path, ledger_path: Path
) -> None:
    post_doubtful(ledger_path, layout, 5)
    for visit_id, event in (("v2", "e1"), ("v5", "e5")):
        keep(clips, layout, visit_id, event)
    enter(qtbot, window)
    wait_for_clips(qtbot, window)
    qtbot.waitUntil(lambda: len(page_of(window)._evidence._held) == 2 and not window.busy)
    purge_clips(clips, visits={"v2", "v5"})
    first = card_shown(window)
    press(window, Qt.Key.Key_1)
    assert card_shown(window) not in ("", first)
    watched = page_of(window).card.watched
    assert watched is not None
    assert len(watched.clips) == 2, "at once, and from memory: nothing is on the disk any more"


def test_a_visit_that_asks_nothing_shows_each_of_its_events(
    qtbot: QtBot, window: MainWindow, layout: StoreLayout, clips: Path, ledger_path: Path
) -> None:
    plain = msgspec.structs.replace(visit(8, layout, "review"), questions=())
    with Ledger.open(ledger_path) as ledger:
        ledger.post_visit(plain, layout)
    keep(clips, layout, "v8", "e1")
    keep(clips, layout, "v8", "e2", cameras=1)
    enter(qtbot, window)
    if card_shown(window) != "Q8-108":
        press(window, Qt.Key.Key_1)
        qtbot.waitUntil(lambda: card_shown(window) == "Q8-108" and not window.reviews.busy)
    wait_for_clips(qtbot, window)
    assert "event 1 of 2" in seen(page_of(window))
    press(window, Qt.Key.Key_W)
    wait_for_clips(qtbot, window, count=1)
    assert "event 2 of 2" in seen(page_of(window))


def test_nothing_moves_by_itself_where_motion_is_reduced(
    qtbot: QtBot, window: MainWindow, layout: StoreLayout, clips: Path
) -> None:
    keep(clips, layout, "v2", "e1")
    window.appearance.reduce_motion(True)
    enter(qtbot, window)
    wait_for_clips(qtbot, window)
    cursor = page_of(window).card.cursor_of_time
    assert (cursor.playing, cursor.t) == (False, T)
    press(window, Qt.Key.Key_Space)
    assert cursor.playing
    window.show_page("live")
    assert not cursor._timer.isActive(), "nobody sees it"


# -- something else ------------------------------------------------------------------------------------


def test_lines_are_told_by_keys_alone(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, layout: StoreLayout
) -> None:
    enter(qtbot, window)
    press(window, Qt.Key.Key_E)
    editor = page_of(window).card.lines
    assert editor.isVisible()
    qtbot.waitUntil(lambda: "€" in editor.keep.text())
    for key in (Qt.Key.Key_1, Qt.Key.Key_N, Qt.Key.Key_S):
        press(window, key)
    assert card_shown(window) == "Q2-102", "letters and digits answer nothing here"
    counted = dict(editor.lines)
    first, second = counted
    press(window, Qt.Key.Key_Home)
    press(window, Qt.Key.Key_Plus)
    press(window, Qt.Key.Key_Down)
    for _ in range(counted[second]):
        press(window, Qt.Key.Key_Minus)
    added = next(p for p in layout.catalog if p.sku not in counted)
    press(window, Qt.Key.Key_Tab)
    QTest.keyClicks(window.focusWidget(), "no such thing")
    press(window, Qt.Key.Key_Return)
    assert "No product is called" in seen(editor)
    editor.search.clear()
    QTest.keyClicks(window.focusWidget(), added.name)
    press(window, Qt.Key.Key_Return)
    assert window.focusWidget() is editor.list
    assert editor.lines == {first: counted[first] + 1, added.sku: 1}
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: state_of(ledger_path, "v2") == "answered")
    with Ledger.open(ledger_path, read_only=True) as ledger:
        answer = desk.card(ledger, "v2").row.answer
    assert answer is not None
    assert answer.given
    assert {line.sku: line.quantity for line in answer.lines} == editor.lines


def test_escape_goes_back_to_the_answers(qtbot: QtBot, window: MainWindow, ledger_path: Path) -> None:
    enter(qtbot, window)
    press(window, Qt.Key.Key_E)
    press(window, Qt.Key.Key_Escape)
    assert not page_of(window).card.lines_open
    press(window, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: state_of(ledger_path, "v2") == "answered")


# -- others --------------------------------------------------------------------------------------------


def test_a_lock_lets_go_of_the_card(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, people: dict[str, Actor]
) -> None:
    enter(qtbot, window)
    assert card_shown(window) == "Q2-102"
    press(window, Qt.Key.Key_L, CTRL)
    qtbot.waitUntil(lambda: not window.reviews.busy)
    with Ledger.open(ledger_path) as ledger:
        assert desk.card(ledger, "v2").row.held_by(time.time()) is None
        assert desk.claim(ledger, people["Sam"], time.time(), "v2") is not None, "at once"


def test_a_card_that_came_after_the_lock_is_let_go_of_too(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, layout: StoreLayout
) -> None:
    post_doubtful(ledger_path, layout, 5, 6)
    enter(qtbot, window)
    press(window, Qt.Key.Key_1)
    press(window, Qt.Key.Key_L, CTRL)  # while the next card is being claimed
    qtbot.waitUntil(lambda: not window.reviews.busy)
    with Ledger.open(ledger_path, read_only=True) as ledger:
        assert {row.held_by(time.time()) for row in desk.queue(ledger, time.time())} == {None}


def test_a_lock_leaves_nothing_open(
    qtbot: QtBot, window: MainWindow, layout: StoreLayout, clips: Path
) -> None:
    keep(clips, layout, "v2", "e1")
    enter(qtbot, window)
    wait_for_clips(qtbot, window)
    cursor = page_of(window).card.cursor_of_time
    assert cursor._timer.isActive()
    press(window, Qt.Key.Key_E)
    press(window, Qt.Key.Key_L, CTRL)
    qtbot.waitUntil(lambda: not window.reviews.busy)
    assert not cursor._timer.isActive()
    assert not page_of(window).card.lines_open


def test_who_else_reviews_is_said(
    qtbot: QtBot, window: MainWindow, ledger_path: Path, people: dict[str, Actor], layout: StoreLayout
) -> None:
    post_doubtful(ledger_path, layout, 5, 6)
    with Ledger.open(ledger_path) as ledger:
        desk.claim(ledger, people["Sam"], time.time(), "v5")
    enter(qtbot, window)
    window.reviews.refresh()
    qtbot.waitUntil(lambda: "Sam reviews too" in seen(page_of(window)))
