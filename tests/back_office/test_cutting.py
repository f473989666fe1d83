"""Documents whose time is over are cut off the beginning of the chain, and what is left proves as much."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.back_office import Ledger, LedgerError, verify
from console.back_office.audit import log, record
from console.back_office.corrections import Change
from console.back_office.cut_rows import latest_cut
from console.back_office.cutting import Cut, documents_before
from console.back_office.disputes import decide, open_dispute
from console.back_office.operators import retire
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payments import send_due, settle
from console.back_office.permissions import Actor
from console.back_office.reports.business_days import BusinessDays
from console.back_office.reports.closing import close_day, closes, open_days
from console.back_office.retention import Purged, purge
from console.back_office.reviews import answer, claim, issue_due
from inference.messages.results import CartLine
from store_layout.model import Product, Retention
from tests.back_office.people import crew
from tests.back_office.questions import asked, doubtful, took
from tests.back_office.test_migrations import DUMP
from tests.back_office.test_retention import bytes_of
from tests.back_office.test_verify import plant
from tests.back_office.visits import closed, layout

PERIODS = Retention(clips_days=7, visits_days=90, documents_years=10)
DAYS = BusinessDays("Europe/Berlin")
ONE_COLA = (Change(kind="remove", line=1, count=1),)
DAY = 86_400.0
DECLINES = "tok-declines"


def at(year: int, month: int = 3, day: int = 2, hour: int = 12) -> float:
    return datetime(year, month, day, hour, tzinfo=UTC).timestamp()


def sold(ledger: Ledger, name: str, when: float, **changes: object) -> None:
    times = {"entered_at": when - 300, "left_at": when - 5, "closed_at": when}
    ledger.post_visit(closed(name, **{"token": f"tok-{name}", **times, **changes}), layout())  # type: ignore[arg-type]


def close_all(ledger: Ledger, who: Actor, now: float) -> None:
    """Every day with something in it, up to now."""
    while (waiting := open_days(ledger, DAYS, limit=1)) and DAYS.bounds(waiting[0])[1] <= now:
        close_day(ledger, who, waiting[0], DAYS, at=now)


def purged(ledger: Ledger, now: float, **how: object) -> Purged:
    return purge(ledger, PERIODS, None, now=now, time_zone="Europe/Berlin", **how)  # type: ignore[arg-type]


def two_years(ledger: Ledger, folder: Path) -> dict[str, Actor]:
    """2020 with all that can be in a year, and some of 2021; all days closed."""
    ledger.database.execute("PRAGMA synchronous = OFF")
    people = crew(ledger, "Sam", "Tess")
    bank = SimulatedProvider(folder / "bank.sqlite")
    for n in range(1, 5):
        sold(ledger, f"v{n}", at(2020, 3, n), token=DECLINES if n == 2 else f"tok-{n}")
    question = asked("e5", took(5, ("cola", 1)), took(None))
    ledger.post_visit(doubtful("v5", question, closed_at=at(2020, 3, 5), token=f"tok-{5}"), layout())
    claim(ledger, people["Tess"], at(2020, 3, 5), "v5")
    answer(ledger, people["Tess"], "v5", {"e5": 0}, at(2020, 3, 5), note="asked Jo Doe at the door")
    issue_due(ledger, at(2020, 3, 5), "v5")
    send_due(ledger, bank, at(2020, 3, 6))
    settle(ledger, people["Sam"], 2, "counter", at=at(2020, 3, 7), why="Jo Doe came back")
    opened = open_dispute(
        ledger, people["Mara"], 1, ONE_COLA, "not_taken", at=at(2020, 3, 3), message="I am Jo Doe"
    )
    decide(ledger, people["Mara"], opened.id, "accepted", at=at(2020, 3, 8), why="Jo Doe is right")
    for n in range(4):
        send_due(ledger, bank, at(2020, 3, 9 + n))
    retire(ledger, people["Mara"], "Tess", at=at(2020, 6), why="moved to Ulm")
    close_all(ledger, people["Mara"], at(2020, 12, 20))
    for n in range(6, 9):
        sold(ledger, f"v{n}", at(2021, 3, n))
    send_due(ledger, bank, at(2021, 4))
    close_all(ledger, people["Mara"], at(2021, 5))
    bank.close()
    return people


def test_the_year_counts_by_the_shops_clock() -> None:
    midnight = datetime(2030, 12, 31, 23, 0, tzinfo=UTC).timestamp()  # in Berlin
    assert documents_before(midnight, 10, "Europe/Berlin") == at(2020, 12, 31, 23)
    assert documents_before(midnight - 1, 10, "Europe/Berlin") == at(2019, 12, 31, 23)
    assert documents_before(midnight, 8, "UTC") == at(2022, 1, 1, 0)


def test_they_go_when_the_year_has_ended_and_not_before(ledger: Ledger, tmp_path: Path) -> None:
    two_years(ledger, tmp_path)
    head = ledger.head()
    assert purged(ledger, at(2030, 12, 31, 20)).documents.documents == 0
    assert [d.number for d in ledger.documents()] == [8, 7, 6, 5, 4, 3, 2, 1]
    planned = purged(ledger, at(2031, 1, 2), dry_run=True).documents
    done = purged(ledger, at(2031, 1, 2)).documents
    assert (done, done.documents) == (planned, 6)  # five receipts, one refund
    found = verify(ledger, head[1])
    assert found.findings == ()
    assert [d.number for d in ledger.documents()] == [8, 7, 6]
    assert ledger.corrections_of(1) == []
    cut = latest_cut(ledger.database)
    assert cut is not None
    assert [(s.series, s.last, s.count, s.total) for s in cut.series] == [
        ("C", 1, 1, -149),
        ("R", 5, 5, 4 * 298 + 149),
    ]
    assert purged(ledger, at(2031, 1, 3)).documents == Cut()  # there is nothing more


def test_no_byte_of_them_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    with Ledger.open(folder / "l.sqlite") as ledger:
        two_years(ledger, tmp_path)
        assert b"Jo Doe" in bytes_of(folder)
        purged(ledger, at(2021, 8), compact=False)  # visits and messages go after 90 days
        left = bytes_of(folder)
        for kept in (b"Jo Doe is right", b"asked Jo Doe at the door", b"moved to Ulm", b"Tess", b"K3-204"):
            assert kept in left  # in the chain
        purged(ledger, at(2031, 1, 2), compact=False)
        left = bytes_of(folder)
        for gone in (b"Jo Doe", b"moved to Ulm", b"Tess", b"K3-204", b"capture:R-000003"):
            assert gone not in left
        assert b"K7-204" in left
        assert verify(ledger).findings == ()


def test_numbers_go_on_after_all_of_a_series_was_cut_off(ledger: Ledger, tmp_path: Path) -> None:
    people = two_years(ledger, tmp_path)
    sold(ledger, "v20", at(2033))
    close_all(ledger, people["Mara"], at(2034))
    assert purged(ledger, at(2035)).documents.documents == 9
    opened = open_dispute(ledger, people["Mara"], 9, ONE_COLA, "other", at=at(2033))
    made = decide(ledger, people["Mara"], opened.id, "accepted", at=at(2035)).documents
    sold(ledger, "v30", at(2035))
    assert [d.label for d in made] == ["C-000002"]
    assert [d.label for d in ledger.documents()] == ["R-000010", "R-000009"]
    assert verify(ledger).findings == ()


def test_the_engine_may_say_an_old_visit_again(ledger: Ledger, tmp_path: Path) -> None:
    two_years(ledger, tmp_path)
    purged(ledger, at(2031, 1, 2))
    head = ledger.head()
    again = closed("v1", closed_at=at(2020, 3, 1))
    assert not ledger.post_visit(again, layout()).new
    assert ledger.head() == head


def test_the_log_says_so_and_who_is_here_stays(ledger: Ledger, tmp_path: Path) -> None:
    people = two_years(ledger, tmp_path)
    record(ledger, people["Mara"], "looked", at=at(2030))
    purged(ledger, at(2031, 1, 2), actor=people["Mara"], why="the year is over")
    (line,) = (row for row in log(ledger) if row.what.startswith("cut off"))
    assert (line.who, line.why) == ("Mara", "the year is over")
    names = [name for (name,) in ledger.database.execute("SELECT name FROM operator ORDER BY name")]
    assert names == ["Mara", "Sam"]  # Tess left in 2020: nothing that is kept names her
    assert verify(ledger).sound


HELD: dict[str, tuple[Callable[[Ledger, dict[str, Actor]], object], str, str]] = {
    "disputed": (
        lambda ledger, who: open_dispute(ledger, who["Mara"], 3, ONE_COLA, "other", at=at(2030)),
        "R-000003",
        "its receipt is disputed",
    ),
    "decided lately": (
        lambda ledger, who: decide(
            ledger,
            who["Mara"],
            open_dispute(ledger, who["Mara"], 3, ONE_COLA, "other", at=at(2030)).id,
            "declined",
            at=at(2030),
        ),
        "R-000003",
        "its receipt is disputed",
    ),
    "corrected lately": (
        lambda ledger, who: decide(
            ledger,
            who["Mara"],
            open_dispute(ledger, who["Mara"], 4, (Change(kind="goodwill", amount=1),), "goodwill", at=1.0).id,
            "accepted",
            at=at(2030),
        ),
        "R-000004",
        "its receipt is disputed",
    ),
}


@pytest.mark.parametrize("why", HELD)
def test_what_is_still_needed_stays_with_all_after_it(ledger: Ledger, tmp_path: Path, why: str) -> None:
    people = two_years(ledger, tmp_path)
    purged(ledger, at(2021, 8))
    happen, label, reason = HELD[why]
    happen(ledger, people)
    found = purged(ledger, at(2031, 1, 2)).documents
    assert (found.held_at, found.held_by) == (label, reason)
    assert min(d.number for d in ledger.documents()) == int(label[-1])
    assert verify(ledger).findings == ()


def test_what_is_unpaid_or_in_no_close_stays(ledger: Ledger, tmp_path: Path) -> None:
    people = crew(ledger, "Sam")
    bank = SimulatedProvider(tmp_path / "bank.sqlite")
    sold(ledger, "v1", at(2020))
    sold(ledger, "v2", at(2020), token=DECLINES)
    send_due(ledger, bank, at(2020))
    assert purged(ledger, at(2031)).documents.held_by == "its day is not closed"
    close_all(ledger, people["Mara"], at(2031))
    sold(ledger, "v3", at(2031))
    found = purged(ledger, at(2031, 4)).documents
    assert (found.documents, found.held_at, found.held_by) == (1, "visit K2-204", "its receipt is not paid")
    settle(ledger, people["Mara"], 2, "written_off", at=at(2031, 5), why="gone for good")
    close_all(ledger, people["Mara"], at(2031, 6))
    assert purged(ledger, at(2031, 7)).documents.documents == 1
    assert [d.label for d in ledger.documents()] == ["R-000003"]
    assert verify(ledger).findings == ()


def test_a_refund_may_stay_though_its_receipt_went(ledger: Ledger, tmp_path: Path) -> None:
    """Something between them is held; what is left of the close in which it was is not counted again."""
    people = crew(ledger)
    bank = SimulatedProvider(tmp_path / "bank.sqlite")
    chips = Product(sku="chips", name="Chips", price=199, weight_g=150, category="snacks")
    lines = (CartLine("chips", 2, 0.99),)
    one = msgspec.structs.replace(closed("v1", closed_at=at(2020, 3, 1), token=f"tok-{1}"), lines=lines)
    ledger.post_visit(one, layout(more=(chips,)))
    sold(ledger, "v2", at(2020, 3, 2), token=DECLINES)
    send_due(ledger, bank, at(2020, 3, 2))
    opened = open_dispute(ledger, people["Mara"], 1, ONE_COLA, "not_taken", at=at(2020, 3, 3))
    decide(ledger, people["Mara"], opened.id, "accepted", at=at(2020, 3, 3))
    send_due(ledger, bank, at(2020, 3, 4))
    close_all(ledger, people["Mara"], at(2020, 6))
    purged(ledger, at(2021, 8))
    found = purged(ledger, at(2031, 1, 2)).documents
    assert (found.documents, found.held_by) == (1, "its receipt is not paid")
    assert ledger.document(1) is None
    assert ledger.correction("C", 1) is not None
    assert verify(ledger).findings == ()
    settle(ledger, people["Mara"], 2, "written_off", at=at(2031, 2), why="gone")
    sold(ledger, "v3", at(2031, 3))
    close_all(ledger, people["Mara"], at(2031, 5))
    assert verify(ledger).findings == ()
    assert purged(ledger, at(2031, 9)).documents.documents == 2
    assert verify(ledger).findings == ()


PLANTED = {
    "a sum": (
        "UPDATE cut_entry SET total = 1 WHERE series = 'R' AND number = 3",
        "what is left of it is not what was left of it",
    ),
    "a day": ("UPDATE cut_entry SET day = '2019-01-01' WHERE series = 'R' AND number = 3", "is not what was"),
    "a row": ("DELETE FROM cut_entry WHERE series = 'R' AND number = 3", "nothing is left"),
    "the last row": (
        "DELETE FROM cut_entry WHERE seq = (SELECT max(seq) FROM cut_entry)",
        "which it cut off",
    ),
    "more was cut": (
        "INSERT INTO cut_entry SELECT seq, kind, '', '', 0, '', 0, hash, hash FROM entry "
        "WHERE seq = (SELECT min(seq) FROM entry)",
        "no entry says so",
    ),
    "the anchor": (
        "UPDATE entry SET body = replace(body, '\"count\":5', '\"count\":4') WHERE kind = 'cut'",
        "the sums that it carries forward are not those",
    ),
    "the anchor's link": (
        "UPDATE entry SET body = replace(body, '\"count\":5', '\"count\":4') WHERE kind = 'cut'",
        "its content is not what its hash was made of",
    ),
    "no cut said": ("UPDATE entry SET kind = 'other' WHERE kind = 'cut'", "no entry says so"),
    "the first that is left": (
        "UPDATE entry SET previous = hash WHERE seq = (SELECT min(seq) FROM entry)",
        "does not follow what was cut off",
    ),
    "a document after it": ("DELETE FROM document WHERE number = 6", "numbers 6 to 6 are missing"),
    "an operator": ("UPDATE operator SET role = 'manager' WHERE name = 'Sam'", "not what the chain says"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_change_is_found_across_the_cut(tmp_path: Path, name: str) -> None:
    sql, what = PLANTED[name]
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        two_years(ledger, tmp_path)
        purged(ledger, at(2031, 1, 2))
        assert verify(ledger).sound
    plant(path, sql)
    with Ledger.open(path, read_only=True) as ledger:
        findings = verify(ledger).findings
    assert any(what in finding.what for finding in findings), findings


def test_the_first_broken_link_is_named_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        two_years(ledger, tmp_path)
        purged(ledger, at(2031, 1, 2))
        seq = ledger.scalar("SELECT seq FROM cut_entry WHERE series = 'R' AND number = 2")
    plant(path, f"UPDATE cut_entry SET hash = link WHERE seq BETWEEN {seq} AND {seq + 4}")  # noqa: S608 - a number
    with Ledger.open(path, read_only=True) as ledger:
        first = verify(ledger).findings[0]
    assert first.place == f"entry {seq}"


def test_what_was_changed_before_is_not_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        two_years(ledger, tmp_path)
        purged(ledger, at(2021, 8))
    plant(path, "UPDATE document SET total = 1 WHERE number = 4 AND series = 'R'")
    with Ledger.open(path) as ledger:
        before = ledger.head()
        with pytest.raises(LedgerError, match=r"entry \d+: the table differs .* say ledger verify"):
            purged(ledger, at(2031, 1, 2))
        assert ledger.head() == before


def test_rows_go_only_where_something_is_left_of_them(ledger: Ledger, tmp_path: Path) -> None:
    two_years(ledger, tmp_path)
    purged(ledger, at(2031, 1, 2))
    for sql in (
        "DELETE FROM entry WHERE seq = (SELECT min(seq) FROM entry)",
        "DELETE FROM document_line WHERE number = 6",
        "DELETE FROM receipt_visit WHERE number = 6",
        "DELETE FROM document WHERE number = 6",
        "DELETE FROM cut_entry",
        "UPDATE cut_entry SET day = ''",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="immutable"):
            ledger.database.execute(sql)


def test_killed_between_two_steps_it_goes_on(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_years(ledger, tmp_path)
    purged(ledger, at(2021, 8))
    monkeypatch.setattr("console.back_office.cutting.BATCH", 4)

    class _KilledError(BaseException):
        pass

    steps: list[float] = []

    def die(seconds: float) -> None:
        steps.append(seconds)
        if len(steps) == 3:
            raise _KilledError

    monkeypatch.setattr("console.back_office.retention.time.sleep", die)
    with pytest.raises(_KilledError):
        purged(ledger, at(2031, 1, 2))
    assert verify(ledger).findings == ()
    monkeypatch.setattr("console.back_office.retention.time.sleep", lambda _: None)
    assert purged(ledger, at(2031, 1, 2)).documents.entries > 0
    assert [d.number for d in ledger.documents()] == [8, 7, 6]
    assert verify(ledger).findings == ()


def test_a_ledger_of_the_first_version_is_cut_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    conn = sqlite3.connect(path)
    conn.executescript(DUMP.read_text(encoding="utf-8"))
    conn.close()
    with Ledger.open(path) as ledger:  # its visits are of 1970
        mara = crew(ledger)["Mara"]
        claim(ledger, mara, 2000.0)
        answer(ledger, mara, "v3", {}, 2001.0, lines={"cola": 2}, layout=layout())
        issue_due(ledger, 2001.0, "v3")
        close_day(ledger, mara, date(1970, 1, 1), DAYS, at=2 * DAY)
        sold(ledger, "v9", at(2020))
        close_all(ledger, mara, at(2021))
        assert purged(ledger, at(2022)).documents.documents == 3
        assert [d.label for d in ledger.documents()] == ["R-000004"]
        assert len(closes(ledger)) == 1
        assert verify(ledger).findings == ()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["sell", "sell", "nothing", "refund", "dispute", "decline", "close", "purge"]),
            st.integers(0, 500),  # days until then
        ),
        max_size=40,
    ),
    batch=st.integers(1, 6),
)
def test_in_any_order_numbers_and_sums_go_on(
    steps: list[tuple[str, int]], batch: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Years of selling, correcting, closing and purging: every document is there or carried forward, once."""
    periods = Retention(visits_days=90, documents_years=1)
    total, issued, now, opened = 0, {"R": 0, "C": 0}, at(2020), ""
    with (
        Ledger.open(tmp_path_factory.mktemp("any") / "l.sqlite") as ledger,
        pytest.MonkeyPatch.context() as m,
    ):
        m.setattr("console.back_office.cutting.BATCH", batch)
        m.setattr("console.back_office.retention.PAUSE_S", 0.0)
        ledger.database.execute("PRAGMA synchronous = OFF")
        people = crew(ledger, "Noor")
        mara, noor = people["Mara"], people["Noor"]
        for n, (what, days) in enumerate(steps, start=1):
            now += days * DAY
            latest = [d.number for d in ledger.documents(1)]
            match what:
                case "sell" | "nothing":
                    sold(
                        ledger,
                        f"v{n}",
                        now,
                        **({"lines": (), "decision": "nothing"} if what == "nothing" else {}),
                    )
                    issued["R"] += what == "sell"
                    total += 298 if what == "sell" else 0
                case "refund" | "dispute" if latest and not opened:
                    change = (Change(kind="goodwill", amount=1),)
                    opened = open_dispute(ledger, mara, latest[0], change, "goodwill", at=now).id
                    if what == "refund":
                        decide(ledger, mara, opened, "accepted", at=now, approver=noor)
                        opened, total = "", total - 1
                        issued["C"] += 1
                case "decline" if opened:
                    decide(ledger, mara, opened, "declined", at=now)
                    opened = ""
                case "close":
                    close_all(ledger, mara, now)
                case "purge":
                    purge(ledger, periods, None, now=now, time_zone="UTC", compact=False)
            assert verify(ledger).findings == ()
        cut = latest_cut(ledger.database)
        carried = cut.series if cut else ()
        rows = ledger.database.execute("SELECT series, total FROM document").fetchall()
        assert sum(row.total for row in carried) + sum(t for _, t in rows) == total
        for series, count in issued.items():
            carried_count = sum(row.count for row in carried if row.series == series)
            assert carried_count + sum(s == series for s, _ in rows) == count
