"""A real mosquitto on a free loopback port, in a process of its own. Debian: ``mosquitto``."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.ports import free_port

__all__ = ["Mosquitto", "find_mosquitto", "free_port"]

READY_S = 60.0


def find_mosquitto() -> str:
    """The broker's program; skips the test where it is not installed."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/opt/homebrew/sbin")
    if program is None:
        pytest.skip("mosquitto is not installed (Debian: apt-get install mosquitto)")
    return program


class Mosquitto:
    """A broker that the test can stop and start again on the same port."""

    def __init__(self, folder: Path, extra: str = "allow_anonymous true") -> None:
        """``extra`` goes into its configuration. Skips the test where mosquitto is missing."""
        self._program = find_mosquitto()
        self.port = free_port()
        self._log = folder / "mosquitto.log"
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\npersistence false\nmax_queued_messages 100000\n"
            f"user {_user()}\nlog_dest stderr\n{extra}\n"
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Serve."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=log
            )
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.stop()
        raise RuntimeError(f"mosquitto did not start: {self._log.read_text()[-500:]}")

    def freeze(self) -> None:
        """The process stops dead; its connections stay open and silent."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after :meth:`freeze`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it at once, as in a power cut."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _user() -> str:
    """Who runs this: mosquitto would otherwise change to a user that cannot read the test's files."""
    import getpass

    return getpass.getuser()
