"""Whoever runs the store also charges."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.back_office import Ledger
from console.back_office.hold_rows import latest
from console.back_office.payment_provider import SimulatedProvider, embedded_provider
from console.back_office.payment_rows import of_receipt
from console.back_office.payment_worker import PaymentWorker
from tests.back_office.orders import plain
from tests.back_office.visits import closed, layout

PATIENCE_S = 60.0
Start = Callable[[], PaymentWorker]


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture(name="start")
def _start(path: Path) -> Iterator[Start]:
    made: list[PaymentWorker] = []

    def start() -> PaymentWorker:
        worker = PaymentWorker(path, lambda: embedded_provider(path), hold=1000, currency="EUR", every_s=0.02)
        made.append(worker)
        return worker

    yield start
    for worker in made:
        worker.close()


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def state_of(path: Path, receipt: int) -> str:
    with Ledger.open(path, read_only=True) as ledger:
        return of_receipt(ledger, receipt)[-1].state


def holds(path: Path) -> list[str]:
    if not path.exists():
        return []
    with Ledger.open(path, read_only=True) as ledger:
        return [hold.state for hold in latest(ledger)]


def test_from_the_entry_to_the_charge(path: Path, start: Start) -> None:
    with Ledger.open(path):
        worker = start()
    worker.entered("tok-1", 1001.0)
    worker.entered("tok-1", 1001.0)
    until(lambda: holds(path) == ["held"])
    with Ledger.open(path) as ledger:
        ledger.post_visit(closed("v1", (("cola", 2),), token="tok-1"), layout())  # noqa: S106 - no password
    until(lambda: state_of(path, 1) == "done")
    assert holds(path) == ["captured"]
    assert worker.trouble == ""


def test_two_of_them_charge_once(path: Path, start: Start) -> None:
    with Ledger.open(path) as ledger:
        for n in range(1, 21):
            ledger.post_visit(closed(f"v{n}", (("cola", 2),), token=f"tok-{n}"), layout())
    start()
    start()
    until(lambda: all(state_of(path, n) == "done" for n in range(1, 21)))
    bank = embedded_provider(path)
    assert plain(bank.moved("capture")) == {f"capture:R-{n:06d}:1": 298 for n in range(1, 21)}
    bank.close()


def test_it_makes_no_ledger_where_there_is_none_yet(path: Path, start: Start) -> None:
    worker = start()
    time.sleep(0.1)
    worker.close()
    assert not path.exists()


def test_who_came_in_last_is_not_forgotten_at_the_end(path: Path) -> None:
    worker = PaymentWorker(path, lambda: embedded_provider(path), hold=1000, currency="EUR", every_s=60.0)
    worker.entered("tok-1", 1001.0)
    worker.close()
    assert holds(path) in (["due"], ["held"])


def test_nothing_is_held_where_the_shop_holds_nothing(path: Path) -> None:
    worker = PaymentWorker(path, lambda: embedded_provider(path), hold=0, currency="EUR", every_s=0.02)
    worker.entered("tok-1", 1001.0)
    worker.close()
    assert holds(path) == []


def test_a_card_that_is_declined_is_told_of_while_its_owner_is_inside(path: Path) -> None:
    told: list[tuple[str, float]] = []

    def work() -> PaymentWorker:
        return PaymentWorker(
            path,
            lambda: embedded_provider(path),
            hold=1000,
            currency="EUR",
            on_declined=lambda token, at: told.append((token, at)),
            every_s=0.02,
            clock=lambda: 1010.0,
        )

    with Ledger.open(path):
        worker = work()
    worker.entered("tok-declines", 1001.0)
    worker.entered("tok-2", 1002.0)
    until(lambda: sorted(holds(path)) == ["declined", "held"])
    until(lambda: told)
    worker.close()
    assert told == [("tok-declines", 1001.0)]  # however many rounds went by
    worker = work()  # after a crash it is told again
    until(lambda: len(told) >= 2)
    with Ledger.open(path) as ledger:
        ledger.post_visit(closed("v1", (("cola", 2),), token="tok-declines"), layout())  # noqa: S106 - no password
    worker.close()
    told.clear()
    worker = work()
    until(lambda: state_of(path, 1) == "declined")
    worker.close()
    assert told == []  # they have left: it is an unpaid visit now


def test_it_goes_on_when_the_provider_is_there_again(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    there: list[bool] = []

    def provider() -> SimulatedProvider:
        if not there:
            raise OSError("the provider cannot be reached")
        return embedded_provider(path)

    with Ledger.open(path) as ledger:
        ledger.post_visit(closed("v1", (("cola", 2),), token="tok-1"), layout())  # noqa: S106 - no password
    with caplog.at_level(logging.ERROR):
        worker = PaymentWorker(path, provider, hold=0, currency="EUR", every_s=0.02)
        until(lambda: worker.trouble)
    assert worker.trouble == "the provider cannot be reached"
    there.append(True)
    until(lambda: state_of(path, 1) == "done")
    until(lambda: not worker.trouble)
    worker.close()
