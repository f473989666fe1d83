"""What went wrong in this program, written down on this computer and sent nowhere.

An error that nobody caught becomes a file with the place in the code and the versions of what it ran on: no
names, no pictures, no receipts. When the process itself dies, ``faulthandler`` leaves the same in a file that
stays open for it; at the next start that file, if anything is in it, is the newest report.
"""

from __future__ import annotations

import faulthandler
import platform
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import TextIO

KEPT = 20
"""Reports kept; older ones are deleted."""
FAULT = "fault.log"
TOLD_OF = ("openaisle", "PySide6-Essentials", "numpy", "onnxruntime", "av")


class CrashReports:
    """The reports of one folder. :meth:`watch` begins to write, and :meth:`close` ends it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._fault: TextIO | None = None
        self._last = ""
        self._hooks = (sys.excepthook, threading.excepthook)
        self.told: Callable[[Path], object] = lambda _report: None
        """Called when a report was written, in the thread in which the error was."""

    def watch(self) -> Path | None:
        """Write down from now on whatever nobody catches. Gives the report of a death since the last start.

        Raises ``OSError`` where the folder cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        found = self._take_fault()
        self._fault = (self.folder / FAULT).open("w", encoding="utf-8")
        faulthandler.enable(self._fault)
        sys.excepthook = self._caught
        threading.excepthook = lambda args: self._caught(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )
        self._thin_out()
        return found

    def close(self) -> None:
        """As it was before."""
        sys.excepthook, threading.excepthook = self._hooks
        if self._fault is not None:
            faulthandler.disable()
            self._fault.close()
            self._fault = None
            (self.folder / FAULT).unlink(missing_ok=True)

    def _take_fault(self) -> Path | None:
        """What the last process left when it died; none where it ended as it should."""
        left = self.folder / FAULT
        text = left.read_text(encoding="utf-8", errors="replace") if left.exists() else ""
        if not text.strip():
            return None
        return self._write(f"The process died.\n\n{text}", left.stat().st_mtime)

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            self._tell("".join(traceback.format_exception(kind, error, trace)))
        self._hooks[0](kind, error, trace)

    def _tell(self, text: str) -> None:
        """Once for the same error: what fails twelve times a second is one report."""
        if text == self._last:
            return
        self._last = text
        with suppress(OSError):  # the terminal has it all the same
            self.told(self._write(text, time.time()))

    def _write(self, what: str, at: float) -> Path:
        moment = time.strftime("%Y%m%d-%H%M%S", time.localtime(at))
        number = 1
        while (path := self.folder / f"crash-{moment}-{number}.txt").exists():
            number += 1
        path.write_text(f"{_about()}\n{what}", encoding="utf-8")
        return path

    def _thin_out(self) -> None:
        for old in sorted(self.folder.glob("crash-*.txt"))[:-KEPT]:
            old.unlink(missing_ok=True)


def _about() -> str:
    lines = [f"{platform.system()} {platform.release()}, Python {platform.python_version()}"]
    for name in TOLD_OF:
        try:
            lines.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            lines.append(f"{name} not installed")
    return "\n".join(lines) + "\n"
