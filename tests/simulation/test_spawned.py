"""Worker processes say nothing when whoever wanted their work ends before it is done."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

POOL = """
from inference.simulation.spawned import QuietContext
with QuietContext().Pool(2) as pool:
    for n, _ in enumerate(pool.imap(time.sleep, [0.05] * 400)):
        then(n)
"""
EXECUTOR = """
from concurrent.futures import ProcessPoolExecutor, as_completed
from inference.simulation.spawned import QuietContext
with ProcessPoolExecutor(2, mp_context=QuietContext()) as pool:
    work = [pool.submit(time.sleep, 0.05) for _ in range(400)]
    try:
        for n, _ in enumerate(as_completed(work)):
            then(n)
    finally:
        for one in work:
            one.cancel()
"""
PREPARED = """
import os, signal, sys, time
# Whoever runs tests in the background has it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
def then(n):
    if n == 2:
        {end}
try:
    exec(sys.argv[1])
except KeyboardInterrupt:
    raise SystemExit(130)
"""
STARTING = """
from inference.simulation.spawned import QuietContext
with QuietContext().Pool(2) as pool:
    os.killpg(0, 2)
    pool.map(time.sleep, [0.05] * 400)
"""


def ended(work: str, end: str = "pass") -> tuple[int, str]:
    """Status, and what was written to standard error until the last worker had closed it too."""
    command = [sys.executable, "-c", PREPARED.format(end=end), work]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as one:
        _, said = one.communicate(timeout=60)
    return one.returncode, said


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no process groups")


@pytest.mark.parametrize("work", [POOL, EXECUTOR, STARTING], ids=["pool", "executor", "while they start"])
def test_ctrl_c_is_said_by_nobody_but_the_command(work: str) -> None:
    assert ended(work, "os.killpg(0, 2)") == (130, "")


@pytest.mark.parametrize("work", [POOL, EXECUTOR], ids=["pool", "executor"])
def test_they_end_with_whoever_wanted_their_work(work: str) -> None:
    status, said = ended(work, "os.kill(os.getpid(), 9)")
    assert status == -signal.SIGKILL
    assert "Traceback" not in said  # that semaphores were left, the library tells once


def test_what_goes_wrong_in_the_work_is_told() -> None:
    status, said = ended(POOL.replace("[0.05]", "[-0.05]"))
    assert status == 1
    assert "ValueError: sleep length must be non-negative" in said
