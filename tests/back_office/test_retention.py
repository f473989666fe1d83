from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.back_office import Ledger, verify
from console.back_office.audit import log
from console.back_office.clip_files import purge_clips
from console.back_office.corrections import Change
from console.back_office.dispute_rows import disputes
from console.back_office.disputes import decide, open_dispute
from console.back_office.evidence_files import EvidenceFiles, attach_file
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payments import send_due
from console.back_office.permissions import Actor, NotAllowedError
from console.back_office.purge_rows import Gone
from console.back_office.retention import DAY_S, Purged, due_day, purge
from console.back_office.reviews import answer, claim, issue_due
from store_layout.model import Retention
from tests.back_office.people import crew
from tests.back_office.questions import asked, doubtful, took
from tests.back_office.test_verify import plant
from tests.back_office.visits import closed, layout

PERIODS = Retention(clips_days=7, visits_days=90)
LATER = 2000.0 + 90 * DAY_S
"""All of a test's visits are old enough by then."""
CARD = "tok-1"
ONE_COLA = (Change(kind="remove", line=1, count=1),)


def bytes_of(folder: Path) -> bytes:
    """Of all files but SQLite's index of the write-ahead log, which has page numbers only."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"".join(path.read_bytes() for path in files if not path.name.endswith("-shm"))


def purged(ledger: Ledger, now: float = LATER, **how: object) -> Purged:
    return purge(ledger, PERIODS, None, now=now, **how)  # type: ignore[arg-type]  # of any test


@pytest.mark.parametrize("compact", [None, False])
def test_what_is_purged_is_in_no_byte_of_the_folder(tmp_path: Path, compact: bool | None) -> None:
    """Also of the write-ahead log, and also without the file being written anew."""
    mine_only = "tok-4711-very-own-secret"
    note = "a note that only this visit has"
    with Ledger.open(tmp_path / "l.sqlite") as ledger, Ledger.open(tmp_path / "l.sqlite") as another:
        for n in range(1, 201):
            mine = n % 4 == 1
            token = f"{mine_only}-{n}" if mine else f"tok-other-{n}"
            notes = (f"{note} {n}" * 30,) if mine else ()
            closed_at = 1200.0 + n if mine else LATER
            visit = closed(f"v{n}", token=token, notes=notes, closed_at=closed_at)
            ledger.post_visit(visit, layout())
        people = crew(ledger, "Sam")
        about = open_dispute(
            ledger, people["Sam"], 1, ONE_COLA, "not_taken", at=1500.0, message="I am Jo Doe"
        )
        decide(ledger, people["Mara"], about.id, "declined", at=1600.0)
        assert another.visit("v1") is not None
        for wanted in (mine_only, note, "Jo Doe"):
            assert wanted.encode() in bytes_of(tmp_path)
        found = purged(ledger, compact=compact)
        assert found.rows == Gone(visits=50, cards=50, messages=1)
        assert (found.traces, found.compacted) == (False, compact is None)
        assert verify(ledger).findings == ()
        assert len(ledger.visits(1000)) == 150
        for wanted in (mine_only, note, "Jo Doe"):
            assert wanted.encode() not in bytes_of(tmp_path)
        assert b"tok-other-2" in bytes_of(tmp_path)


def test_the_log_says_how_much_went_and_verify_counts_it(ledger: Ledger) -> None:
    for n in range(1, 4):
        ledger.post_visit(closed(f"v{n}"), layout())
    ledger.post_visit(closed("v4", closed_at=LATER - DAY_S), layout())
    before = ledger.documents()
    found = purged(ledger)
    assert found.rows.visits == 3
    assert [row.visit.visit for row in ledger.visits()] == ["v4"]
    assert ledger.documents() == before
    assert verify(ledger).sound
    lines = [row for row in log(ledger) if row.what == "purged"]
    assert [(row.who, row.role, row.why) for row in lines] == [("", "", "visits 90 days, clips 7 days")] * 2
    assert ledger.post_visit(closed("v1"), layout()).new is False  # the engine may say it again
    assert len(ledger.visits()) == 1
    assert purged(ledger).rows == Gone()


def test_a_visit_that_is_gone_without_a_purge_is_found(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        for n in (1, 2):
            ledger.post_visit(closed(f"v{n}"), layout())
        ledger.post_visit(closed("v3", closed_at=LATER), layout())
        purged(ledger)
        assert verify(ledger).sound
    plant(path, "DELETE FROM visit WHERE id = 'v3'")
    with Ledger.open(path, read_only=True) as ledger:
        (finding,) = (f for f in verify(ledger).findings if f.place == "visits")
    assert finding.what == "3 of 3 are gone, and 2 were purged"


def test_what_is_disputed_or_under_review_or_unpaid_stays(ledger: Ledger, tmp_path: Path) -> None:
    people = crew(ledger, "Sam")
    store = layout()
    for n in (1, 2, 3):
        ledger.post_visit(closed(f"v{n}", token=f"tok-{n}" if n < 3 else None), store)
    ledger.post_visit(doubtful("v4", asked("e4", took(4, ("cola", 1)), took(None))), store)
    ledger.post_visit(closed("v5", token=CARD, people=2), store)  # the other one never came out
    bank = SimulatedProvider(tmp_path / "bank.sqlite")
    send_due(ledger, bank, 2000.0)
    dispute = open_dispute(ledger, people["Sam"], 1, ONE_COLA, "not_taken", at=2000.0)
    found = purged(ledger)
    assert found.held == {
        "its review is open": 1,
        "it waits for those who pay with it": 1,
        "its receipt is disputed": 1,
        "its receipt is not paid": 1,
    }
    assert {row.visit.visit for row in ledger.visits()} == {"v1", "v3", "v4", "v5"}
    decide(ledger, people["Mara"], dispute.id, "accepted", at=LATER)
    ledger.settle_groups()
    claim(ledger, people["Sam"], LATER, "v4")
    answer(ledger, people["Sam"], "v4", {"e4": 0}, LATER)
    issue_due(ledger, LATER, "v4")
    for n in range(6):
        send_due(ledger, bank, LATER + n)
    assert purged(ledger).rows.visits == 1  # v5; what was decided now is kept for another 90 days
    assert "v1" in {row.visit.visit for row in ledger.visits()}
    assert purged(ledger, LATER + 91 * DAY_S).rows.visits == 1
    assert {row.visit.visit for row in ledger.visits()} == {"v3", "v4"}  # both without a card: unpaid
    assert verify(ledger).sound


def test_where_payments_are_made_elsewhere_nothing_waits_for_them(ledger: Ledger) -> None:
    ledger.post_visit(closed("v1", token=None), layout())
    assert purged(ledger).held == {}
    assert ledger.visits() == []


def test_a_purged_visit_can_still_be_refunded_by_its_receipt(ledger: Ledger, tmp_path: Path) -> None:
    people = crew(ledger, "Sam", "Noor")
    ledger.post_visit(closed("v1", token=CARD), layout())
    bank = SimulatedProvider(tmp_path / "bank.sqlite")
    send_due(ledger, bank, 2000.0)
    assert purged(ledger).rows == Gone(visits=1, cards=1)
    found = open_dispute(ledger, people["Mara"], 1, ONE_COLA, "not_taken", at=LATER)
    decide(ledger, people["Mara"], found.id, "accepted", at=LATER, approver=people["Noor"])
    for n in range(3):
        send_due(ledger, bank, LATER + n)
    assert [c.label for c in ledger.corrections_of(1)] == ["C-000001"]
    assert verify(ledger).sound


def test_only_what_the_purge_may_take_can_be_taken(ledger: Ledger, tmp_path: Path) -> None:
    people = crew(ledger, "Sam")
    ledger.post_visit(closed("v1", token=CARD), layout())
    send_due(ledger, SimulatedProvider(tmp_path / "bank.sqlite"), 2000.0)
    found = open_dispute(ledger, people["Sam"], 1, ONE_COLA, "not_taken", at=2000.0, message="Jo")
    decide(ledger, people["Mara"], found.id, "declined", at=2000.0)
    db = ledger.database
    for sql in (
        "UPDATE payment_task SET token = 'other'",
        "UPDATE payment_task SET token = '', amount = 1",
        "UPDATE payment_task SET last_four = '0000'",
        "UPDATE dispute SET message = 'another one'",
        "UPDATE dispute SET message = '', state = 'open'",
        "UPDATE document SET total = 0",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="immutable"):
            db.execute(sql)
    assert db.execute("UPDATE payment_task SET token = '', last_four = ''").rowcount == 1
    assert db.execute("UPDATE dispute SET message = ''").rowcount == 1
    assert verify(ledger).sound


def test_a_dry_run_says_the_same_and_changes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    people = crew(ledger, "Sam")
    for n in range(1, 6):
        ledger.post_visit(closed(f"v{n}"), layout())
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"picture")
    decided = open_dispute(ledger, people["Sam"], 1, ONE_COLA, "not_taken", at=2000.0, message="hello")
    attach_file(ledger, people["Sam"], decided.id, photo, at=2000.0)
    decide(ledger, people["Mara"], decided.id, "declined", at=2001.0)
    open_dispute(ledger, people["Sam"], 2, ONE_COLA, "not_taken", at=2000.0, message="hello")
    state = tmp_path / "state"
    make_clip(state / "clips", "v1", "e1", at=1000.0)
    make_clip(state / "clips", "v2", "e1", at=1000.0)
    (kept,) = (p for p in EvidenceFiles.of(ledger).folder.rglob("*") if p.is_file())
    os.utime(kept, (2000.0, 2000.0))
    before, head = bytes_of(tmp_path), ledger.head()
    now = LATER + 10
    planned = purge(ledger, PERIODS, state, now=now, dry_run=True)
    assert (bytes_of(tmp_path), ledger.head()) == (before, head)
    assert planned.rows == Gone(visits=4, messages=1, evidence=1)
    assert (planned.files.clips, planned.files.evidence, planned.files.clips_kept) == (2, 1, 2)
    done = purge(ledger, PERIODS, state, now=now)
    assert (done.rows, done.files, done.held) == (planned.rows, planned.files, planned.held)
    assert not kept.exists()
    assert {d.receipt: d.message for d in disputes(ledger)} == {1: "", 2: "hello"}


def make_clip(clips: Path, visit: str, event: str, *, at: float) -> Path:
    """Two files, as an engine lays them down."""
    folder = clips / visit / event
    folder.mkdir(parents=True)
    for name in ("evidence.json", "door.mp4"):
        (folder / name).write_bytes(b"x" * 10)
        os.utime(folder / name, (at, at))
    return folder


def test_clips_go_by_their_age_unless_their_visit_is_kept(tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    old = make_clip(clips, "s1%3Adoor%3A1000%3A0", "A1@1.000", at=1000.0)
    young = make_clip(clips, "s1%3Adoor%3A1000%3A0", "A1@2.000", at=9000.0)
    kept = make_clip(clips, "s1%3Adoor%3A1001%3A0", "A1@1.500", at=1000.0)
    half = clips / ".making" / "x"
    half.mkdir(parents=True)
    gone = purge_clips(clips, before=5000.0, keep={"s1:door:1001:0"}, dry_run=True)
    assert (gone.files, gone.size, gone.kept) == (2, 20, 2)
    assert old.exists()
    assert purge_clips(clips, before=5000.0, keep={"s1:door:1001:0"}) == gone
    assert [path.exists() for path in (old, young, kept, half)] == [False, True, True, True]
    assert purge_clips(clips, visits={"s1:door:1000:0", "s1:door:1001:0"}).files == 4
    assert [path.name for path in clips.iterdir()] == [".making"]
    assert purge_clips(tmp_path / "nowhere", before=1.0).files == 0
    with pytest.raises(ValueError, match="everything would be removed"):
        purge_clips(clips)


def test_journals_that_were_put_aside_go_with_the_clips(ledger: Ledger, tmp_path: Path) -> None:
    state = tmp_path / "engine"
    for name, at in (("journal.old-000001", 1000.0), ("journal.old-000002", LATER), ("journal", 1000.0)):
        (state / name).mkdir(parents=True)
        (state / name / "1.journal").write_bytes(b"where people were")
        os.utime(state / name, (at, at))
    assert purge(ledger, PERIODS, state, now=LATER).files.journals == 1
    assert sorted(path.name for path in state.iterdir()) == ["journal", "journal.old-000002"]


def test_staff_may_not_purge(ledger: Ledger) -> None:
    people: dict[str, Actor] = crew(ledger, "Sam")
    with pytest.raises(NotAllowedError, match="may not purge old data"):
        purged(ledger, actor=people["Sam"])
    purged(ledger, actor=people["Mara"], why="the shop moves out")
    assert log(ledger)[0].who == "Mara"
    assert log(ledger)[0].why == "the shop moves out"


def test_once_a_day_after_the_quiet_hour(ledger: Ledger) -> None:
    night = 1_700_000_000.0  # 2023-11-14 23:13:20 in Berlin
    assert due_day(ledger, PERIODS, "Europe/Berlin", night) == "purge:2023-11-14"
    assert due_day(ledger, PERIODS, "Europe/Berlin", night + 3600) is None  # 00:13
    cause = due_day(ledger, PERIODS, "Europe/Berlin", night + 4 * 3600)
    assert cause == "purge:2023-11-15"
    for _ in range(2):
        purged(ledger, now=night, cause=cause)
    assert due_day(ledger, PERIODS, "Europe/Berlin", night + 5 * 3600) is None
    bodies = ledger.database.execute("SELECT count(*) FROM entry WHERE kind = 'purge'").fetchone()
    assert bodies == (1,)


def test_a_purge_that_was_killed_is_counted_as_far_as_it_came(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(1, 11):
        ledger.post_visit(closed(f"v{n}"), layout())
    monkeypatch.setattr("console.back_office.retention.BATCH", 3)

    class _KilledError(BaseException):
        pass

    steps: list[float] = []

    def die(seconds: float) -> None:
        steps.append(seconds)
        if len(steps) == 2:
            raise _KilledError

    monkeypatch.setattr("console.back_office.retention.time.sleep", die)
    with pytest.raises(_KilledError):
        purged(ledger)
    assert len(ledger.visits()) == 4
    assert verify(ledger).sound
    assert purged(ledger).rows.visits == 4
    assert verify(ledger).sound


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    visits=st.lists(
        st.tuples(
            st.integers(0, 6),  # closed so many periods of 45 days ago
            st.sampled_from(["sold", "nothing", "review", "reviewed", "disputed", "decided"]),
        ),
        min_size=1,
        max_size=12,
    ),
    again=st.integers(0, 4),
)
def test_whatever_is_kept_has_a_reason_and_whatever_went_had_none(
    visits: list[tuple[int, str]], again: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Visits of every kind and age: after each purge, those are left that the periods and holds say."""
    period, now = 45 * DAY_S, 6 * 45 * DAY_S + 1000.0
    with Ledger.open(tmp_path_factory.mktemp("any") / "l.sqlite") as ledger:
        ledger.database.execute("PRAGMA synchronous = OFF")
        people = crew(ledger, "Sam")
        store, ages, held = layout(), {}, {}
        for n, (age, kind) in enumerate(visits, start=1):
            at = now - age * period
            name = f"v{n}"
            ages[name], held[name] = at, kind in {"review", "disputed"}
            if kind in {"review", "reviewed"}:
                question = asked(f"e{n}", took(n, ("cola", 1)), took(None))
                ledger.post_visit(doubtful(name, question, closed_at=at), store)
            else:
                lines = () if kind == "nothing" else (("cola", 2),)
                ledger.post_visit(closed(name, lines, closed_at=at), store)
            if kind == "reviewed":
                claim(ledger, people["Sam"], at, name)
                answer(ledger, people["Sam"], name, {f"e{n}": 0}, at)
                issue_due(ledger, at, name)
            document = ledger.document_of(name)
            if kind in {"disputed", "decided"} and document is not None:
                found = open_dispute(ledger, people["Mara"], document.number, ONE_COLA, "other", at=at)
                if kind == "decided":
                    decide(ledger, people["Mara"], found.id, "declined", at=at)
        documents = ledger.documents()
        for later in (0.0, again * period):
            purged(ledger, now + later, compact=False)
            expected = {v for v, at in ages.items() if held[v] or at >= now + later - 90 * DAY_S}
            assert {row.visit.visit for row in ledger.visits()} == expected
            assert ledger.documents() == documents
            assert verify(ledger).findings == ()
