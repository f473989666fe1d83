"""The visitors' screen, and its engine, from the command line."""

from __future__ import annotations

import signal

from console.cli.places import state_dir
from console.cli.say import err
from console.engine_process.session import is_running
from console.engine_process.spec import EngineSpec
from console.engine_process.supervisor import Supervisor
from console.kiosk.order import KioskOrder
from console.kiosk.watch import KioskWatch


def watch_kiosk(spec: EngineSpec, *, keep_running: bool) -> int:
    """Show it until a manager ends it: a process of its own, started again whenever it ends otherwise."""
    watch = KioskWatch(KioskOrder(spec, str(state_dir() / "window")), say=err.print)
    before = signal.signal(signal.SIGTERM, lambda *_: watch.stop())
    try:
        return watch.run()
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGTERM, before)
        if not keep_running and is_running(spec.state_path):
            Supervisor(spec).stop()
