"""The kiosk's own process: ``python -m console.kiosk.screen``, its order on stdin, beats on stdout."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QSettings, QTimer

from console.engine_process.client import EngineClient
from console.engine_process.spec import EngineSpec, SpecError
from console.engine_process.supervisor import Supervisor
from console.kiosk.order import BEAT, BEAT_S, EXIT_CRASH, EXIT_LEFT, EXIT_REFUSED, KioskOrder, read_order
from console.kiosk.window import KioskWindow
from console.language import choose
from console.operations.spoken import wanted_language
from console.operations.steady_memory import steady_memory
from console.widgets.application import application
from inference.recording import Recording, RecordingError
from store_layout.model import StoreLayout
from store_layout.problems import StoreProblems
from store_layout.product_pictures import product_pictures
from store_layout.reader import read_store

log = logging.getLogger(__name__)


def main() -> int:
    """Show the kiosk until a manager ends it; the exit status says how it ended."""
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    line = sys.stdin.buffer.readline()
    if not line:  # it was loaded to be there in time, and was not needed
        return EXIT_LEFT
    try:
        order = read_order(line)
        layout, folder = store_of(order.spec)
    except (SpecError, StoreProblems, RecordingError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_REFUSED
    return run(order, layout, folder)


def store_of(spec: EngineSpec) -> tuple[StoreLayout, Path]:
    """The store that is shown, and the folder in which its pictures of products lie."""
    if spec.recording is not None:
        return Recording.open(Path(spec.recording)).layout, Path(spec.recording) / "store"
    folder = Path(spec.store or "")
    return read_store(folder), folder


def run(order: KioskOrder, layout: StoreLayout, folder: Path) -> int:
    """The window over the engine, which goes on however this process ends."""
    app = application()
    choose(wanted_language(QSettings(str(Path(order.settings) / "window.ini"), QSettings.Format.IniFormat)))
    link = EngineClient(Supervisor(order.spec), keep_running=True)
    try:
        window = KioskWindow(
            layout,
            link,
            order.spec.ledger_path,
            Path(order.settings),
            pictures=product_pictures(folder, layout.catalog),
            size=app.primaryScreen().size(),
        )
        window.ended.connect(lambda: app.exit(EXIT_LEFT))
        # The engine works with another layout: whoever watches begins anew, with the folder as it is now.
        window.state.relaid.connect(lambda: app.exit(EXIT_CRASH))
        app.setQuitOnLastWindowClosed(False)
        beats = QTimer(window)
        beats.timeout.connect(lambda: _beat(app.exit))
        beats.start(round(BEAT_S * 1000))

        def failed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            """What fails unforeseen may have left anything half done: begin anew."""
            traceback.print_exception(kind, error, trace)
            app.exit(EXIT_CRASH)

        sys.excepthook = failed
        if order.full_screen:
            window.showFullScreen()
        else:
            window.show()
        with steady_memory():
            return app.exec()
    finally:
        link.close()


def _beat(leave: Callable[[int], object]) -> None:
    """The window answers. Nobody listens any more: whoever started this has gone, and so does this."""
    try:
        os.write(sys.stdout.fileno(), BEAT)
    except OSError:
        log.warning("the process that watches the kiosk has gone")
        leave(EXIT_CRASH)


if __name__ == "__main__":
    sys.exit(main())
