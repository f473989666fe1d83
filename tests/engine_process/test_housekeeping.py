from __future__ import annotations

import threading
import time
from pathlib import Path

import msgspec
import pytest

from console.back_office import Ledger, verify
from console.back_office.audit import log
from console.back_office.retention import DAY_S
from console.engine_process import housekeeping
from console.engine_process.housekeeping import Housekeeping
from store_layout.model import Retention, StoreFile
from tests.back_office.visits import closed, layout
from tests.support.stores import small_store

NIGHT = 1_700_014_400.0
"""15 November 2023, 03:13 in Berlin."""


@pytest.fixture(name="store")
def _store() -> StoreFile:
    return msgspec.structs.replace(small_store().file, retention=Retention(visits_days=30))


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path) as ledger:
        for n, days in ((1, 40), (2, 29)):
            ledger.post_visit(closed(f"v{n}", closed_at=NIGHT - days * DAY_S), layout())
    return path


def test_once_a_day_at_the_quiet_hour(store: StoreFile, path: Path, tmp_path: Path) -> None:
    now = [NIGHT - 3600.0]
    keeper = Housekeeping(store, path, tmp_path, clock=lambda: now[0])
    assert keeper.look() is None  # ten past two
    now[0] = NIGHT
    found = keeper.look()
    assert found is not None
    assert (found.rows.visits, found.compacted) == (1, True)
    assert keeper.look() is None
    assert Housekeeping(store, path, tmp_path, clock=lambda: NIGHT + 60).look() is None  # another engine
    now[0] = NIGHT + 2 * DAY_S + 10 * 3600.0  # it was off for a night, and somebody is shopping
    found = keeper.look()
    assert found is not None
    assert (found.rows.visits, found.compacted) == (1, False)
    with Ledger.open(path) as ledger:
        assert ledger.visits() == []
        assert verify(ledger).sound
        assert {row.who for row in log(ledger)} == {""}


def test_without_a_ledger_none_is_made(store: StoreFile, tmp_path: Path) -> None:
    assert Housekeeping(store, tmp_path / "none.sqlite", tmp_path, clock=lambda: NIGHT).look() is None
    assert list(tmp_path.iterdir()) == []


def test_what_fails_is_logged_and_tried_again(
    store: StoreFile,
    path: Path,
    tmp_path: Path,
    expected_logs: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected_logs.append("the day's purge failed")
    now = [NIGHT]
    keeper = Housekeeping(store, path, tmp_path, clock=lambda: now[0])

    def fails(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patched:
        patched.setattr(housekeeping, "purge", fails)
        assert keeper.look() is None
    now[0] += 60.0
    assert keeper.look() is None
    now[0] += 3600.0
    assert keeper.look() is not None


def test_its_thread_purges_while_visits_come_in(store: StoreFile, path: Path, tmp_path: Path) -> None:
    with Ledger.open(path) as ledger:
        for n in range(3, 250):
            ledger.post_visit(closed(f"v{n}", closed_at=NIGHT - 40 * DAY_S), layout())
    keeper = Housekeeping(store, path, tmp_path, look_s=0.01, clock=lambda: NIGHT)
    keeper.start()
    with Ledger.open(path) as ledger:
        for n in range(1000, 1040):
            # It would raise where it had to wait for too long.
            ledger.post_visit(closed(f"v{n}", closed_at=NIGHT), layout())
        until = time.monotonic() + 90.0
        while len(ledger.visits(1000)) > 41 and time.monotonic() < until:
            time.sleep(0.02)
        left = [row.visit.visit for row in ledger.visits(1000)]
    keeper.close()
    assert len(left) == 41
    assert "housekeeping" not in {thread.name for thread in threading.enumerate()}
    with Ledger.open(path) as ledger:
        assert verify(ledger).sound
