"""Orders to the provider: each carried out once, however the program ends in between."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.back_office import Ledger, verify
from console.back_office.corrections import Change
from console.back_office.disputes import decide, open_dispute
from console.back_office.payment_provider import Answer, Declined, Held, SimulatedProvider
from console.back_office.payment_rows import of_receipt
from console.back_office.payments import (
    PaymentError,
    Sent,
    keep_answer,
    owed,
    send_due,
    settle,
    try_again,
    unpaid,
)
from console.back_office.permissions import Actor, NotAllowedError
from store_layout.model import Rules
from tests.back_office.orders import WHOSE, key_like, plain
from tests.back_office.people import crew
from tests.back_office.test_verify import plant
from tests.back_office.visits import closed, layout

NOW = 2000.0
T = TypeVar("T")


@pytest.fixture(name="bank")
def _bank(tmp_path: Path) -> Iterator[SimulatedProvider]:
    provider = SimulatedProvider(tmp_path / "bank.sqlite")
    yield provider
    provider.close()


@pytest.fixture(name="people")
def _people(ledger: Ledger) -> dict[str, Actor]:
    return crew(ledger, "Noor", "Sam")


def shop(ledger: Ledger, token: str | None, *lines: tuple[str, int]) -> None:
    n = len(ledger.visits(10_000)) + 1
    ledger.post_visit(closed(f"v{n}", lines or (("cola", 3),), token=token), layout())


def give_back(ledger: Ledger, people: dict[str, Actor], *changes: Change, number: int = 1) -> None:
    found = open_dispute(ledger, people["Sam"], number, changes, "other", at=NOW)
    decide(ledger, people["Mara"], found.id, "accepted", at=NOW, approver=people["Noor"])


ONE = Change(kind="remove", line=1, count=1)


def test_a_receipt_is_charged_once_and_only_token_and_last_four_are_kept(
    ledger: Ledger, bank: SimulatedProvider
) -> None:
    shop(ledger, "tok-4242")
    assert send_due(ledger, bank, NOW) == Sent(done=1)
    assert send_due(ledger, bank, NOW + 9999) == Sent()
    assert plain(bank.moved("capture")) == {"capture:R-000001:1": 447}
    assert owed(ledger, 1) == 0
    assert unpaid(ledger) == []
    assert [d.number for d in ledger.documents(search="4242")] == [1]
    assert ledger.documents(search="424") == []
    assert verify(ledger).sound


def test_no_answer_is_asked_again_later_with_the_same_key(ledger: Ledger, bank: SimulatedProvider) -> None:
    shop(ledger, "tok-times-out-1")
    shop(ledger, "tok-answers-late-2")
    assert send_due(ledger, bank, NOW) == Sent(unanswered=2)
    assert plain(bank.moved("capture")) == {"capture:R-000002:1": 447}
    assert send_due(ledger, bank, NOW + 1) == Sent()
    assert send_due(ledger, bank, NOW + 5) == Sent(done=1, unanswered=1)
    assert send_due(ledger, bank, NOW + 5 + 10) == Sent(done=1)
    assert plain(bank.moved("capture")) == {"capture:R-000001:1": 447, "capture:R-000002:1": 447}
    assert verify(ledger).sound


def test_an_answer_that_comes_twice_is_written_once(ledger: Ledger, bank: SimulatedProvider) -> None:
    shop(ledger, "tok-1")
    answer = bank.capture(key_like(ledger, "capture:R-000001:1"), "tok-1", 447, "EUR")
    assert keep_answer(ledger, key_like(ledger, "capture:R-000001:1"), answer, NOW)
    assert not keep_answer(ledger, key_like(ledger, "capture:R-000001:1"), answer, NOW)
    assert not keep_answer(ledger, key_like(ledger, "capture:R-000001:1"), Declined("late"), NOW)
    assert owed(ledger, 1) == 0
    assert verify(ledger).sound


def test_a_declined_card_makes_an_unpaid_visit_with_next_steps(
    ledger: Ledger, bank: SimulatedProvider, people: dict[str, Actor]
) -> None:
    shop(ledger, "tok-declines")
    shop(ledger, None)
    assert send_due(ledger, bank, NOW) == Sent(declined=1)
    found = unpaid(ledger)
    assert [(u.receipt, u.owed, u.next_steps[0]) for u in found] == [
        (1, 447, "try the card again"),
        (2, 447, "charge a card"),
    ]
    again = try_again(ledger, people["Sam"], 1, NOW)
    assert WHOSE.sub("", again.key) == "capture:R-000001:2"
    assert [u.receipt for u in unpaid(ledger)] == [2]
    assert send_due(ledger, bank, NOW) == Sent(declined=1)
    with pytest.raises(NotAllowedError):
        settle(ledger, people["Sam"], 1, "written_off", at=NOW)
    for kwargs, what in (
        ({}, "say why"),
        ({"why": " "}, "say why"),
        ({"why": "a", "cash": True}, "not paid in"),
    ):
        with pytest.raises(PaymentError, match=what):
            settle(ledger, people["Mara"], 1, "written_off", at=NOW, **kwargs)
    assert settle(ledger, people["Mara"], 1, "written_off", at=NOW, why="lost") == 447
    assert settle(ledger, people["Sam"], 2, "counter", at=NOW) == 447
    assert unpaid(ledger) == []
    for act in (lambda: try_again(ledger, people["Sam"], 1, NOW), lambda: _settle(ledger, people)):
        with pytest.raises(PaymentError, match="nothing of R-000001 is unpaid"):
            act()
    assert bank.moved("capture") == {}
    assert verify(ledger).sound


def _settle(ledger: Ledger, people: dict[str, Actor]) -> int:
    return settle(ledger, people["Sam"], 1, "counter", at=NOW)


def test_a_refund_waits_for_its_capture_and_goes_back_to_the_same_card(
    ledger: Ledger, bank: SimulatedProvider, people: dict[str, Actor]
) -> None:
    shop(ledger, "tok-times-out-1")
    give_back(ledger, people, ONE)
    assert send_due(ledger, bank, NOW) == Sent(unanswered=1)
    assert bank.moved("refund") == {}
    send_due(ledger, bank, NOW + 10)
    send_due(ledger, bank, NOW + 100)
    for wait in (200, 300, 400):
        send_due(ledger, bank, NOW + wait)
    assert plain(bank.moved("refund")) == {"refund:C-000001:1": 149}
    assert owed(ledger, 1) == 0
    assert verify(ledger).sound


def test_what_was_never_paid_is_not_given_back_but_owed_less(
    ledger: Ledger, bank: SimulatedProvider, people: dict[str, Actor]
) -> None:
    shop(ledger, "tok-declines")
    send_due(ledger, bank, NOW)
    give_back(ledger, people, ONE)
    assert send_due(ledger, bank, NOW) == Sent()
    assert [u.owed for u in unpaid(ledger)] == [298]
    assert try_again(ledger, people["Sam"], 1, NOW).amount == 298


def test_what_was_written_off_is_not_given_back(
    ledger: Ledger, bank: SimulatedProvider, people: dict[str, Actor]
) -> None:
    shop(ledger, "tok-declines")
    send_due(ledger, bank, NOW)
    settle(ledger, people["Mara"], 1, "written_off", at=NOW, why="gone")
    give_back(ledger, people, ONE)
    assert send_due(ledger, bank, NOW) == Sent()
    assert owed(ledger, 1) == 0
    assert unpaid(ledger) == []
    assert verify(ledger).sound


def test_a_refund_over_a_receipt_and_its_supplement_goes_back_to_both_captures(
    ledger: Ledger, bank: SimulatedProvider, people: dict[str, Actor]
) -> None:
    shop(ledger, "tok-1", ("cola", 1))
    give_back(ledger, people, Change(kind="add", sku="gum", count=1))
    assert send_due(ledger, bank, NOW) == Sent(done=2)
    give_back(ledger, people, Change(kind="remove", line=1, count=1), Change(kind="remove", line=2, count=1))
    send_due(ledger, bank, NOW)
    send_due(ledger, bank, NOW)
    assert plain(bank.moved("refund")) == {"refund:C-000001:1": 149, "refund:C-000001:1+2": 99}
    assert owed(ledger, 1) == 0
    assert verify(ledger).sound


def test_what_was_paid_at_the_counter_is_given_back_there(
    ledger: Ledger, bank: SimulatedProvider, people: dict[str, Actor]
) -> None:
    shop(ledger, None)
    settle(ledger, people["Sam"], 1, "counter", at=NOW)
    give_back(ledger, people, ONE)
    assert send_due(ledger, bank, NOW) == Sent()
    (found,) = unpaid(ledger)
    assert (found.owed, found.next_steps) == (-149, ("give it back at the counter",))
    with pytest.raises(NotAllowedError):
        settle(ledger, people["Sam"], 1, "counter", at=NOW)
    with pytest.raises(PaymentError, match="not written off"):
        settle(ledger, people["Mara"], 1, "written_off", at=NOW, why="gone")
    assert settle(ledger, people["Mara"], 1, "counter", at=NOW) == -149
    assert owed(ledger, 1) == 0
    assert unpaid(ledger) == []
    assert verify(ledger).sound


def test_an_order_that_cannot_be_sent_does_not_hold_up_the_others(
    ledger: Ledger, bank: SimulatedProvider, people: dict[str, Actor]
) -> None:
    shop(ledger, "tok-1")
    send_due(ledger, bank, NOW)
    give_back(ledger, people, ONE)
    ledger.database.execute("UPDATE payment_task SET capture = 'gone' WHERE kind = 'refund'")
    shop(ledger, "tok-2")
    assert send_due(ledger, bank, NOW) == Sent(done=1, unanswered=1)
    (refund,) = (task for task in of_receipt(ledger, 1) if task.kind == "refund")
    assert refund.said == f"{refund.key} gives back the capture gone, which is not there"


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_cash_is_what_coins_can_pay(ledger: Ledger, people: dict[str, Actor], currency: str) -> None:
    store = layout(currency=currency, rules=Rules(cash_rounding=5))
    ledger.post_visit(closed("v1", (("cola", 3),)), store)
    assert settle(ledger, people["Sam"], 1, "counter", at=NOW, cash=True) == 445  # of 447
    assert owed(ledger, 1) == 0
    give_back(ledger, people, ONE, ONE)
    send_due(ledger, SimulatedProvider(ledger.path.with_name("b.sqlite")), NOW)
    assert settle(ledger, people["Mara"], 1, "counter", at=NOW, cash=True) == -300  # of 298
    assert verify(ledger).sound


def test_a_planted_payment_is_found(tmp_path: Path, bank: SimulatedProvider) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        shop(ledger, "tok-1")
        send_due(ledger, bank, NOW)
        assert verify(ledger).sound
    plant(path, "UPDATE payment_task SET amount = 1")
    with Ledger.open(path) as ledger:
        assert [f.what for f in verify(ledger).findings] == ["the table differs from the chain"]


# -- crashes -----------------------------------------------------------------------------------------


class PulledOutError(BaseException):
    """The process is gone."""


class Fragile:
    """A provider whose asking process dies, before or after the order was carried out."""

    def __init__(self, bank: SimulatedProvider, dies: Callable[[], bool]) -> None:
        self._bank, self._dies = bank, dies

    def authorise(self, key: str, token: str, amount: int, currency: str) -> Held | Declined:
        return self._around(lambda: self._bank.authorise(key, token, amount, currency))

    def capture(self, key: str, token: str, amount: int, currency: str, hold: str = "") -> Answer:
        return self._around(lambda: self._bank.capture(key, token, amount, currency, hold))

    def release(self, key: str, hold: str) -> Answer:
        return self._around(lambda: self._bank.release(key, hold))

    def refund(self, key: str, capture: str, amount: int, currency: str) -> Answer:
        return self._around(lambda: self._bank.refund(key, capture, amount, currency))

    def _around(self, ask: Callable[[], T]) -> T:
        if self._dies():
            raise PulledOutError
        answer = ask()
        if self._dies():
            raise PulledOutError
        return answer


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from(["tok-1", "tok-times-out-2", "tok-answers-late-3"]), min_size=1, max_size=4),
    st.lists(st.booleans(), max_size=30),
)
def test_nothing_is_moved_twice_or_never_in_whatever_step_it_ends(
    tokens: list[str], deaths: list[bool]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bank = SimulatedProvider(Path(folder) / "bank.sqlite")
        ledger = Ledger.open(Path(folder) / "l.sqlite")
        ledger.database.execute("PRAGMA synchronous = OFF")
        people = crew(ledger, "Noor", "Sam")
        for token in tokens:
            shop(ledger, token)
        give_back(ledger, people, ONE)
        left = list(deaths)
        fragile = Fragile(bank, lambda: bool(left) and left.pop())
        now = NOW
        for _ in range(60):
            now += 5000.0
            try:
                send_due(ledger, fragile, now)
            except PulledOutError:
                ledger.close()
                ledger = Ledger.open(Path(folder) / "l.sqlite")
                ledger.database.execute("PRAGMA synchronous = OFF")
        assert sum(bank.moved("capture").values()) == 447 * len(tokens)
        assert sum(bank.moved("refund").values()) == 149
        assert all(owed(ledger, n) == 0 for n in range(1, len(tokens) + 1))
        assert verify(ledger).sound
        bank.close()
        ledger.close()


WORKER = """
import sys, time
from pathlib import Path
from console.back_office import Ledger
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payments import send_due
folder = Path(sys.argv[1])
bank = SimulatedProvider(folder / "bank.sqlite")
with Ledger.open(folder / "l.sqlite") as ledger:
    print("ready", flush=True)
    now = float(sys.argv[2])
    while True:
        send_due(ledger, bank, now)
        now += 5000.0
"""


@pytest.mark.slow
def test_a_sender_killed_for_real_moves_everything_once(tmp_path: Path) -> None:
    receipts, kills, in_the_middle = 120, 12, 0
    with Ledger.open(tmp_path / "l.sqlite") as ledger:
        ledger.database.execute("PRAGMA synchronous = OFF")
        for n in range(receipts):
            shop(ledger, f"tok-{'answers-late' if n % 3 else 'times-out'}-{n}")
    for n in range(kills + 1):
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path), str(NOW + n * 1e7)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        deadline, most_left = time.monotonic() + 90, receipts - 9 * n if n < kills else 0
        with Ledger.open(tmp_path / "l.sqlite", read_only=True) as reader:
            while reader.scalar("SELECT count(*) FROM payment_task WHERE state = 'due'") > most_left:
                assert time.monotonic() < deadline
                time.sleep(0.003)
        worker.kill()
        worker.wait()
        worker.stdout.close()
        with Ledger.open(tmp_path / "l.sqlite", read_only=True) as reader:
            left = reader.scalar("SELECT count(*) FROM payment_task WHERE state = 'due'")
        in_the_middle += n < kills and 0 < left < receipts
    assert in_the_middle > 0
    bank = SimulatedProvider(tmp_path / "bank.sqlite")
    assert set(bank.moved("capture").values()) == {447}
    assert len(bank.moved("capture")) == receipts
    bank.close()
    with Ledger.open(tmp_path / "l.sqlite") as ledger:
        assert all(task.state == "done" for n in range(1, receipts + 1) for task in of_receipt(ledger, n))
        assert verify(ledger).sound


def bought(folder: Path, visit: str, amount: int) -> Ledger:
    """A ledger of its own with one receipt."""
    ledger = Ledger.open(folder / "ledger.sqlite")
    ledger.post_visit(closed(visit, (("cola", amount),), token=f"tok-{visit}"), layout())
    return ledger


def test_two_ledgers_at_one_provider_do_not_take_each_others_orders(
    tmp_path: Path, bank: SimulatedProvider
) -> None:
    with bought(tmp_path / "one", "v1", 1) as one, bought(tmp_path / "two", "v1", 2) as two:
        assert one.document(1) is not None  # both are R-000001 of a visit that goes by the same name
        for ledger in (one, two):
            assert send_due(ledger, bank, NOW) == Sent(done=1)
            assert owed(ledger, 1) == 0
    assert sorted(bank.moved("capture").values()) == [149, 298]


def test_a_copy_that_was_put_back_goes_on_with_orders_of_its_own(
    tmp_path: Path, bank: SimulatedProvider
) -> None:
    """Yesterday's copy gives today's number once more, to somebody else; the same visit is the same order."""
    with bought(tmp_path, "v1", 1) as ledger:
        send_due(ledger, bank, NOW)
        copy = sqlite3.connect(tmp_path / "copy.sqlite")
        ledger.database.conn.backup(copy)
        copy.close()
        for visit in ("v2", "v3"):
            ledger.post_visit(closed(visit, token=f"tok-{visit}"), layout())
        send_due(ledger, bank, NOW)
    with Ledger.open(tmp_path / "copy.sqlite") as ledger:
        ledger.post_visit(closed("v2", token=f"tok-{'v2'}"), layout())  # the engine was not sure of it
        ledger.post_visit(closed("v4", (("cola", 3),), token=f"tok-{'v4'}"), layout())  # R-000003 again
        assert send_due(ledger, bank, NOW) == Sent(done=2)
        assert owed(ledger, 3) == 0
        assert verify(ledger).sound
    assert sorted(bank.moved("capture").values()) == [149, 298, 298, 447]


def test_orders_from_before_keep_their_keys(ledger: Ledger, bank: SimulatedProvider) -> None:
    shop(ledger, "tok-declines")
    ledger.database.execute("UPDATE payment_task SET key = 'capture:R-000001:1'")
    send_due(ledger, bank, NOW)
    (task,) = of_receipt(ledger, 1)
    assert (task.key, task.state) == ("capture:R-000001:1", "declined")
    assert verify(ledger).sound
