from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.back_office import Ledger, LedgerError, verify
from console.back_office.database import Database
from tests.back_office.visits import closed, layout


def test_a_visit_becomes_a_receipt_once(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        first = ledger.post_visit(closed(), layout())
        again = ledger.post_visit(closed(), layout())
        assert first.new
        assert not again.new
        assert first.document is not None
        assert first.document == again.document == ledger.document(1)
        assert first.document.label == "R-000001"
        assert len(ledger.documents()) == len(ledger.visits()) == 1
        assert verify(ledger).sound


def test_only_issued_visits_take_a_number(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "l.sqlite") as ledger:
        ledger.post_visit(closed("v1"), layout())
        ledger.post_visit(closed("v2", ()), layout())
        ledger.post_visit(closed("v3", decision="review"), layout())
        ledger.post_visit(closed("v4", decision="staff"), layout())
        last = ledger.post_visit(closed("v5"), layout())
        assert last.document is not None
        assert last.document.number == 2
        assert ledger.counts() == {"issue": 2, "nothing": 1, "review": 1, "staff": 1}
        assert [row.state for row in ledger.visits()] == ["receipt", "staff", "review", "nothing", "receipt"]
        assert verify(ledger).sound


def test_what_cannot_be_priced_goes_to_a_person(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "l.sqlite") as ledger:
        posted = ledger.post_visit(closed(lines=(("mystery", 1),)), layout())
        assert posted.document is None
        row = ledger.visit("v1")
        assert row is not None
        assert row.visit.decision == "review"
        assert "mystery is not in the catalogue" in row.visit.notes[-1]
        assert verify(ledger).sound


def test_documents_are_found_by_code_number_and_product(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "l.sqlite") as ledger:
        for i in range(1, 13):
            ledger.post_visit(closed(f"v{i}", (("gum", 1),) if i == 7 else (("cola", 1),)), layout())
        assert [d.number for d in ledger.documents(limit=3)] == [12, 11, 10]
        assert [d.number for d in ledger.documents(search="Gum")] == [7]
        assert [d.number for d in ledger.documents(search="100%")] == [7]
        assert [d.number for d in ledger.documents(search="K7-")] == [7]
        assert [d.number for d in ledger.documents(search="R-000011")] == [11]
        assert ledger.documents(search="nothing like it") == []
        assert [d.number for d in ledger.documents(total=99)] == [7]
        assert [d.number for d in ledger.documents(issued=(1104.0, 1106.0))] == [4, 3]
        assert ledger.documents(search="Gum", total=149) == []


def test_issued_rows_cannot_be_edited(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        ledger.post_visit(closed(), layout())
    conn = sqlite3.connect(path)
    for sql in (
        "UPDATE document SET total = 1",
        "DELETE FROM document_line",
        "UPDATE entry SET body = '{}'",
        "DELETE FROM entry",
        "UPDATE visit SET code = 'X'",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="immutable"):
            conn.execute(sql)
    conn.close()


def test_a_reader_needs_no_write_access_and_a_wrong_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        ledger.post_visit(closed(), layout())
        with Ledger.open(path, read_only=True) as reader:
            assert len(reader.documents()) == 1
            with pytest.raises(LedgerError, match="not written"):
                reader.post_visit(closed("v2"), layout())
    (tmp_path / "text").write_text("this is not a database, it is a letter")
    with pytest.raises(LedgerError, match="cannot be opened as a ledger"):
        Ledger.open(tmp_path / "text")
    with pytest.raises(LedgerError, match="there is no ledger here"):
        Ledger.open(tmp_path / "none.sqlite", read_only=True)
    conn = sqlite3.connect(path)
    conn.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('openaisle', 'm999_future')")
    conn.commit()
    conn.close()
    for read_only in (False, True):
        with pytest.raises(LedgerError, match="newer version"):
            Ledger.open(path, read_only=read_only)


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "l.sqlite") as ledger:
        pages = ledger.scalar("PRAGMA page_count")
        ledger.scalar(f"PRAGMA max_page_count = {pages + 3}")
        written = 0

        def post_on() -> None:
            nonlocal written
            while written < 1000:
                ledger.post_visit(closed(f"v{written}"), layout())
                written += 1

        with pytest.raises(LedgerError, match=r"was not written: .*full"):
            post_on()
        assert written > 0
        assert len(ledger.visits(1000)) == len(ledger.documents(1000)) == written
        assert verify(ledger).sound
        ledger.scalar("PRAGMA max_page_count = 100000")
        assert ledger.post_visit(closed(f"v{written}"), layout()).new
        assert [d.number for d in ledger.documents(1)] == [written + 1]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 6), max_size=20))
def test_any_order_with_repeats_gives_gapless_numbers(order: list[int]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "l.sqlite") as ledger:
        for n in order:
            lines = (("cola", n),) if n % 3 else ()
            ledger.post_visit(closed(f"v{n}", lines), layout())
        issued = {n for n in order if n % 3}
        assert sorted(d.number for d in ledger.documents()) == list(range(1, len(issued) + 1))
        assert len(ledger.visits()) == len(set(order))
        assert verify(ledger).sound


WRITER = """
import sys
from pathlib import Path
from typing import Any
from console.back_office import Ledger
from tests.back_office.visits import closed, layout
with Ledger.open(Path(sys.argv[1])) as ledger:
    for i in range(int(sys.argv[2]), int(sys.argv[3])):
        ledger.post_visit(closed(f"v{i}"), layout())
"""


def test_who_opens_a_new_file_beside_another_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite refuses one of two that go over to writing ahead, without a wait."""
    refused: list[str] = []
    real = Database.execute

    def execute(db: Database, sql: str, *args: Any) -> Any:
        if "journal_mode" in sql and len(refused) < 3:
            refused.append(sql)
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error
        return real(db, sql, *args)

    monkeypatch.setattr(Database, "execute", execute)
    with Ledger.open(tmp_path / "l.sqlite") as ledger:
        assert ledger.documents() == []
    assert len(refused) == 3


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    ranges = (("1", "81"), ("41", "121"))
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), *r]) for r in ranges]
    assert [w.wait(60) for w in writers] == [0, 0]
    with Ledger.open(path) as ledger:
        assert sorted(d.number for d in ledger.documents()) == list(range(1, 121))
        assert verify(ledger).sound
