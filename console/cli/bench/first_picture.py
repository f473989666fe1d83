"""A console that ends as soon as it has painted a live camera picture, and says when that was."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.engine_process.client import EngineClient


def main(recording: str, work: str) -> int:
    """Print the value of ``time.perf_counter`` (one clock for all processes here) at the first picture."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from console.cli.bench.running import spec_in
    from console.engine_process.client import EngineClient
    from console.engine_process.supervisor import Supervisor
    from console.widgets.application import application
    from console.window import MainWindow
    from inference.recording import Recording

    state = Path(work)
    spec = spec_in(Path(recording), state)
    link = EngineClient(Supervisor(spec))
    app = application()
    window = MainWindow(Recording.open(Path(recording)).layout, link, spec.ledger_path, state / "window")
    window.show()
    while not _has_picture(link):
        app.processEvents()
        time.sleep(0.005)
    window.state.poll()
    app.processEvents()
    window.grab()
    painted = time.perf_counter()
    window.close()
    window.deleteLater()
    app.processEvents()
    link.close()
    sys.stdout.write(f"{painted}\n")
    return 0


def _has_picture(link: EngineClient) -> bool:
    snapshot = link.latest()
    names = [] if snapshot is None else [c.picture for c in snapshot.cameras if c.picture is not None]
    return any(link.picture(name) is not None for name in names)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
