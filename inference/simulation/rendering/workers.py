"""Rendering on several cores: processes that each keep to one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from inference.simulation.spawned import QuietContext

J = TypeVar("J")
R = TypeVar("R")


def spread(
    work: Callable[[J], R],
    jobs: Sequence[J],
    processes: int,
    *,
    in_a_row: int = 1,
    rows_a_process: int | None = None,
) -> Iterator[R]:
    """What ``work``, a function of a module, makes of the jobs, in their order.

    A process takes up to ``in_a_row`` neighbours at once, where what one needs serves the next too.
    ``rows_a_process``: it is replaced after so many, because drivers keep some memory of every scene.
    """
    if not jobs:
        return
    row = max(1, min(in_a_row, -(-len(jobs) // processes)))
    # Spawned, not forked: a forked process would share the parent's graphics context.
    with QuietContext().Pool(processes, initializer=_one_core, maxtasksperchild=rows_a_process) as pool:
        yield from pool.imap(work, jobs, row)


def _one_core() -> None:
    """The rasteriser and the numbers library would otherwise take all cores each."""
    os.environ["LP_NUM_THREADS"] = "1"
    os.environ["OMP_NUM_THREADS"] = "1"
