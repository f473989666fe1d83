"""A ledger from before anything was added to it: it opens, verifies, and goes on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from console.back_office import Ledger, verify
from console.back_office.reviews import ReviewError, answer, claim, issue_due, queue
from tests.back_office.people import crew
from tests.back_office.test_verify import plant
from tests.back_office.visits import closed, layout

DUMP = Path(__file__).with_name("ledger_0_1.sql")
"""Four visits, two receipts, as the first version wrote them."""


@pytest.fixture(name="old")
def _old(tmp_path: Path) -> Path:
    path = tmp_path / "old.sqlite"
    conn = sqlite3.connect(path)
    conn.executescript(DUMP.read_text(encoding="utf-8"))
    conn.close()
    return path


def hashes(path: Path) -> list[tuple[str, str]]:
    conn = sqlite3.connect(path)
    rows = conn.execute("SELECT body, hash FROM entry ORDER BY seq").fetchall()
    conn.close()
    return rows


@pytest.mark.parametrize("read_only", [False, True])
def test_it_opens_unchanged_and_verifies(old: Path, read_only: bool) -> None:
    before = hashes(old)
    with Ledger.open(old, read_only=read_only) as ledger:
        found = verify(ledger)
        assert found.findings == ()
        assert (found.documents, found.visits) == (2, 4)
        assert [d.label for d in ledger.documents()] == ["R-000002", "R-000001"]
        assert ledger.document_of("v4") == ledger.document(2)
        assert ledger.prices_of("v1") is None
        assert [row.visit for row in queue(ledger, 2000.0)] == ["v3"]
    assert hashes(old) == before


def test_it_goes_on(old: Path) -> None:
    with Ledger.open(old) as ledger:
        assert not ledger.post_visit(closed("v1"), layout()).new
        posted = ledger.post_visit(closed("v9"), layout())
        assert posted.document is not None
        assert posted.document.number == 3
        assert verify(ledger).sound


def test_its_documents_are_still_immutable_and_a_planted_change_is_found(old: Path) -> None:
    Ledger.open(old).close()
    conn = sqlite3.connect(old)
    for sql in ("UPDATE document SET total = 1", "DELETE FROM receipt_visit", "DELETE FROM price_list"):
        if "price_list" not in sql:
            with pytest.raises(sqlite3.IntegrityError, match="immutable"):
                conn.execute(sql)
    conn.close()
    plant(old, "UPDATE receipt_visit SET visit = 'v2' WHERE visit = 'v1'")
    with Ledger.open(old, read_only=True) as ledger:
        assert any("other visits" in f.what for f in verify(ledger).findings)


def test_its_review_is_answered_with_the_prices_of_a_store_folder(old: Path) -> None:
    with Ledger.open(old) as ledger:
        sam = crew(ledger, "Sam")["Sam"]
        claim(ledger, sam, 2000.0)
        with pytest.raises(ReviewError, match="name the store folder"):
            answer(ledger, sam, "v3", {}, 2001.0, lines={"cola": 2})
        answer(ledger, sam, "v3", {}, 2001.0, lines={"cola": 2}, layout=layout())
        assert issue_due(ledger, 2001.0, "v3") == ["v3"]
        document = ledger.document_of("v3")
        assert document is not None
        assert (document.label, document.receipt.total) == ("R-000003", 298)
        assert verify(ledger).sound
