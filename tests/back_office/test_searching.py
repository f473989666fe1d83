"""Receipts found by any key, and by index: what is found is what looking through all of them finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.back_office import Ledger, searching, verify
from console.back_office.audit import log
from console.back_office.payment_rows import of_receipt
from console.back_office.records import DocumentRow
from console.cli.bench.big_ledger import write_big_ledger
from console.cli.places import DEMO_STORE
from store_layout.reader import read_store

VISITS = 400
BIG = ("document ", "document_line", "receipt_visit", "payment_task", "entry", "visit ")


@pytest.fixture(scope="module", name="shop")
def _shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    path: Path = tmp_path_factory.mktemp("big") / "ledger.sqlite"
    write_big_ledger(path, read_store(DEMO_STORE), VISITS)
    with Ledger.open(path) as ledger:
        yield ledger


def every(ledger: Ledger) -> list[DocumentRow]:
    return ledger.documents(10 * VISITS)


def meant(ledger: Ledger, words: str) -> Callable[[DocumentRow], bool]:
    """What :func:`searching.receipts_meant` says, by looking at the receipt itself."""
    wanted = words.casefold()

    def is_meant(document: DocumentRow) -> bool:
        receipt = document.receipt
        codes = receipt.codes or (receipt.code,)
        cards = [task.last_four for task in of_receipt(ledger, document.number)]
        return (
            (wanted.isdecimal() and document.number == int(wanted))
            or wanted == document.label.casefold()
            or any(code.casefold().startswith(wanted) for code in codes)
            or (len(wanted) == 4 and wanted in cards)
            or any(wanted in line.name.casefold() or wanted in line.sku for line in receipt.lines)
        )

    return is_meant


def test_a_big_ledger_is_a_real_one(shop: Ledger) -> None:
    found = verify(shop)
    assert found.sound, found.findings
    assert found.visits == VISITS
    kinds = dict(shop.database.execute("SELECT kind, count(*) FROM entry GROUP BY kind").fetchall())
    assert {"visit", "receipt", "review", "payment", "audit"} <= kinds.keys()


@pytest.mark.parametrize("few", [0, 5, 5_000])
def test_what_is_found_is_what_is_there(shop: Ledger, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """Whether what the words mean is collected, or asked for one by one."""
    monkeypatch.setattr(searching, "FEW", few)
    receipts = every(shop)
    assert len(receipts) > VISITS * 0.9
    one = receipts[len(receipts) // 3]
    code, total, at = one.receipt.code, one.receipt.total, one.receipt.issued_at
    card = of_receipt(shop, one.number)[0].last_four
    for words in (
        one.label,
        str(one.number),
        code,
        code.lower(),
        code[:2],
        card,
        "cola",
        "MILK",
        "200001",
        "zz",
    ):
        is_meant = meant(shop, words)
        for paid, issued in (
            (None, None),
            (total, None),
            (None, (at - 3600, at + 3600)),
            (total, (at - 9 * 3600, at + 9 * 3600)),
        ):
            expected = [
                d.number
                for d in receipts
                if is_meant(d)
                and (paid is None or d.receipt.total == paid)
                and (issued is None or issued[0] <= d.receipt.issued_at <= issued[1])
            ]
            found = [d.number for d in shop.documents(10 * VISITS, words, total=paid, issued=issued)]
            assert sorted(found) == sorted(expected), (words, paid, issued)
            few_of_them = shop.documents(3, words, total=paid, issued=issued)
            assert [d.number for d in few_of_them] == found[:3]


def test_newest_first(shop: Ledger) -> None:
    numbers = [d.number for d in shop.documents(50)]
    assert numbers == list(range(numbers[0], numbers[0] - 50, -1))
    times = [d.receipt.issued_at for d in shop.documents(50, issued=(0.0, 1e12))]
    assert times == sorted(times, reverse=True)


LOOKED_FOR: dict[str, Callable[[Ledger], object]] = {
    "number": lambda ledger: ledger.documents(5, "R-000017"),
    "code": lambda ledger: ledger.documents(5, "K7-2"),
    "last four": lambda ledger: ledger.documents(5, "4242"),
    "product": lambda ledger: ledger.documents(5, "cola"),
    "amount": lambda ledger: ledger.documents(5, total=298),
    "time": lambda ledger: ledger.documents(5, issued=(0.0, 1.0)),
    "amount and time": lambda ledger: ledger.documents(5, total=298, issued=(0.0, 1.0)),
    "product and time": lambda ledger: ledger.documents(5, "cola", issued=(0.0, 1.0)),
    "latest": lambda ledger: ledger.documents(5),
    "visits in review": lambda ledger: ledger.visits(5, "review"),
    "what was done about something": lambda ledger: log(ledger, 5, "R-000001"),
    "what was done": lambda ledger: log(ledger, 5),
}


@pytest.mark.parametrize("key", LOOKED_FOR)
def test_no_table_is_read_from_end_to_end_or_sorted(shop: Ledger, key: str) -> None:
    said: list[str] = []
    shop.database.conn.set_trace_callback(said.append)
    try:
        LOOKED_FOR[key](shop)
    finally:
        shop.database.conn.set_trace_callback(None)
    assert said
    for statement in said:
        plan = [row[3] for row in shop.database.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()]
        for step in plan:
            scan = step.startswith("SCAN") and not step.startswith(("SCAN json_each", "SCAN sold_product"))
            # In the order of an index, newest first, until there are enough.
            assert not scan or " USING " in step, (statement, plan)
