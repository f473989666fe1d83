"""Work that is spread over processes comes back in order."""

from __future__ import annotations

import os
from multiprocessing import resource_tracker

import pytest

from inference.simulation.rendering.workers import spread


@pytest.fixture(scope="module", autouse=True)
def the_tracker_of_spawned_processes_runs() -> None:
    """The library starts it once and keeps it."""
    resource_tracker.ensure_running()


def job(n: int) -> tuple[int, int]:
    return n, os.getpid()


@pytest.mark.parametrize("count", [1, 5, 7])
def test_results_come_in_order_and_neighbours_share_a_process(count: int) -> None:
    found = list(spread(job, range(count), 2, in_a_row=3, rows_a_process=1))
    assert [n for n, _ in found] == list(range(count))
    row = min(3, -(-count // 2))
    makers = [{pid for _, pid in found[k : k + row]} for k in range(0, count, row)]
    assert all(len(pids) == 1 for pids in makers)
    assert len({pid for pids in makers for pid in pids}) == len(makers)  # each was replaced after a row


def test_nothing_to_do_starts_nobody() -> None:
    assert list(spread(job, [], 2)) == []
