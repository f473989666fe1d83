from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from console.back_office import Ledger, verify
from console.back_office.verify_streams import MOST_FAULTS
from tests.back_office.visits import closed, layout

PLANTED = {
    "a price in the chain": (
        "UPDATE entry SET body = replace(body, '\"total\":298', '\"total\":98') WHERE seq = 2",
        "entry 2",
        "not what its hash was made of",
    ),
    "a price in the table": (
        "UPDATE document SET total = 1 WHERE number = 2",
        "document R-000002",
        "differs",
    ),
    "a line": ("UPDATE document_line SET quantity = 1 WHERE number = 1", "document R-000001", "lines"),
    "a visit": (
        "UPDATE visit SET body = replace(body, '0.97', '0.10') WHERE id = 'v2'",
        "visit K2-204",
        "committed",
    ),
    "a visit's column": ("UPDATE visit SET left_at = 5 WHERE id = 'v2'", "visit K2-204", "differs"),
    "a visit's line": ("DELETE FROM visit_line WHERE visit = 'v1'", "visit K1-204", "lines"),
    "a missing entry": ("DELETE FROM entry WHERE seq = 3", "entry 4", "3 to 3 are missing"),
    "a cut end": ("DELETE FROM entry WHERE seq >= 5", "entry 5", "cut off the end"),
    "lines of nobody": (
        "INSERT INTO visit_line SELECT 'v1x', line, sku, quantity, probability FROM visit_line "
        "WHERE visit = 'v1'",
        "visit v1x",
        "is not there",
    ),
    "lines of no document": (
        "INSERT INTO document_line SELECT series, 9, line, sku, name, quantity, unit_price, amount "
        "FROM document_line WHERE number = 1",
        "document R-000009",
        "is not there",
    ),
    "a missing document": (
        "DELETE FROM document WHERE number = 1",
        "document R-000002",
        "1 to 1 are missing",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_change_is_found(tmp_path: Path, name: str) -> None:
    sql, place, what = PLANTED[name]
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        for i in (1, 2, 3):
            ledger.post_visit(closed(f"v{i}"), layout())
        assert verify(ledger).sound
    plant(path, sql)
    with Ledger.open(path) as ledger:
        findings = verify(ledger).findings
    assert any(f.place == place and what in f.what for f in findings), findings


def test_it_looks_at_one_state_says_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    path, said = tmp_path / "l.sqlite", []
    with Ledger.open(path) as writer, Ledger.open(path, read_only=True) as reader:
        for i in (1, 2, 3):
            writer.post_visit(closed(f"v{i}"), layout())

        def meanwhile(part: str, done: int, of: int) -> None:
            said.append((part, done, of))
            writer.post_visit(closed(f"v{3 + len(said)}"), layout())

        found = verify(reader, on_progress=meanwhile)
        assert found.sound, found.findings
        assert (found.entries, found.visits) == (6, 3)
        assert [s for s in said if s[1]] == [
            ("chain", 6, 6),
            ("documents", 3, 3),
            ("visits", 3, 3),
            ("payments", 3, 3),
        ]

        def stop(*_: object) -> None:
            raise InterruptedError

        with pytest.raises(InterruptedError):
            verify(reader, on_progress=stop)
        assert verify(reader).visits == 3 + len(said)


def test_of_very_many_findings_the_first_are_told(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger, ledger.writing("visits"):
        for i in range(1, MOST_FAULTS + 2):
            ledger.post_visit(closed(f"v{i}"), layout())
    plant(path, "UPDATE visit SET left_at = 5")
    with Ledger.open(path) as ledger:
        findings = verify(ledger).findings
    assert len(findings) == MOST_FAULTS
    assert findings[0].place == "visit K1-204"


def test_a_chain_made_anew_is_found_by_a_head_written_down(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        ledger.post_visit(closed("v1"), layout())
        _, head = ledger.head()
    with Ledger.open(tmp_path / "forged.sqlite") as forged:
        forged.post_visit(closed("v1", (("gum", 1),)), layout())
        assert verify(forged).sound
        assert "is gone" in verify(forged, expected_head=head).findings[0].what


def plant(path: Path, sql: str) -> None:
    """Change a row as somebody would who has the file and no respect for triggers."""
    conn = sqlite3.connect(path)
    triggers = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for trigger in triggers:
        conn.execute(f"DROP TRIGGER {trigger}")
    assert conn.execute(sql).rowcount > 0
    conn.commit()
    conn.close()
