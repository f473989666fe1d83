"""What a window keeps of itself in a file, written by a thread of its own: the window waits for no disk."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QSettings, QTimer

log = logging.getLogger(__name__)


class KeptSettings(QSettings):
    """Settings in memory, and in a file that is put in place whole, on the disk, or not at all.

    Qt's own writes when the event loop is idle, and waits there until the disk has it: for as long as a tenth
    of a second, when somebody has just pressed a key.
    """

    _writing: ClassVar[dict[Path, threading.Thread]] = {}
    """By file: what the same process reads next, it reads when that is written."""

    def __init__(self, path: Path) -> None:
        """Raises nothing: a file that cannot be read is like none."""
        self.flush(path)
        super().__init__(str(path), QSettings.Format.IniFormat)
        self.path = path
        self._known: dict[str, object] = {key: super(KeptSettings, self).value(key) for key in self.allKeys()}
        self._changed = False
        self._soon = QTimer()  # not the settings' child: Qt's have none that are asked
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.sync)

    def value(self, key: str, default: object = None) -> object:  # type: ignore[override]  # no type is asked for
        """What is kept under a key."""
        return self._known.get(key, default)

    def setValue(self, key: str, value: object) -> None:  # noqa: N802
        """Keep a value under a key. It is on the disk soon; see :meth:`flush`."""
        if key in self._known and self._known[key] == value:
            return
        self._known[key] = value
        self._changed = True
        self._soon.start()

    def sync(self) -> None:
        """Begin to write what has changed, after what is being written."""
        self._soon.stop()
        if not self._changed:
            return
        self._changed = False
        before = self._writing.get(self.path)
        thread = threading.Thread(
            target=_write, args=(self.path, dict(self._known), before), name="window-settings"
        )
        self._writing[self.path] = thread
        thread.start()

    @classmethod
    def flush(cls, path: Path) -> None:
        """Wait until what was begun is written."""
        thread = cls._writing.pop(path, None)
        if thread is not None:
            thread.join()


def _write(path: Path, values: dict[str, object], before: threading.Thread | None) -> None:
    """In the thread. A disk that cannot be written costs where the window was, and nothing else."""
    if before is not None:
        before.join()
    beside = path.with_name(f".{path.name}.next")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        made = QSettings(str(beside), QSettings.Format.IniFormat)
        made.setAtomicSyncRequired(False)  # that would be another file beside this one
        for key, value in values.items():
            made.setValue(key, value)
        made.sync()
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        log.warning("how the window is cannot be kept in %s: %s", path, error)
