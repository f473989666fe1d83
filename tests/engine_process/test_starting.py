"""The engine's process is its own: a terminal that is closed, or Ctrl-C in it, does not take it along."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WINDOW = """
import subprocess, sys, time
from console.engine_process.starting import _detached
sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
child = subprocess.Popen(sleep, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, **_detached())
print(child.pid, flush=True)
time.sleep(60)
"""


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="terminals and processes are looked at as Linux has them")
@pytest.mark.parametrize("how", ["Ctrl-C", "closed"])
def test_a_terminal_does_not_take_the_engine_along(how: str) -> None:
    import pty

    master, slave = pty.openpty()
    # The terminal's shell: leader of the session, whose foreground group the window's process is.
    shell = subprocess.Popen(
        [sys.executable, "-c", WINDOW],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=ROOT,
        start_new_session=True,
        preexec_fn=_own_terminal,  # noqa: PLW1509 - no threads in it
    )
    os.close(slave)
    engine = int(os.read(master, 64).split()[0])
    try:
        assert is_there(engine)
        if how == "Ctrl-C":
            os.write(master, b"\x03")
        else:
            os.close(master)
        assert shell.wait(20) != 0
        time.sleep(0.2)  # a signal that was sent has come by then
        assert is_there(engine)
    finally:
        if how == "Ctrl-C":
            os.close(master)
        for pid in (engine, shell.pid):
            if is_there(pid):
                os.kill(pid, signal.SIGKILL)
        shell.wait(20)


def _own_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in (signal.SIGINT, signal.SIGHUP):  # whoever runs tests in the background has them ignored
        signal.signal(number, signal.SIG_DFL)
