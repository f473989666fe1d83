"""What the window would have shown, for a run without one."""

from __future__ import annotations

import os
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from console.cli.picture_traces import later_than, telling_slot, traces_of
from console.engine_process.client import Pictures
from console.engine_process.link import EngineState
from console.operations.steady_memory import steady_memory
from inference.messages.said import Words, said
from inference.messages.shelves import ScaleDetail
from inference.messages.wire import Answer, Command, GetScale, Refused, Snapshot
from store_layout.model import StoreLayout

if TYPE_CHECKING:
    from console.theme.appearance import ThemeChoice
    from inference.engine.engine import Engine

SHOWN_S = 3.0
"""At least as long as the map shows an event."""
SETTLED_S = 0.5
"""What moves into its place has come to rest."""
MOST_BEFORE = 400
"""Snapshots kept of what led to a moment."""
ANSWER_S = 5.0
"""An engine that has not answered by then has ended."""


class Render(Protocol):
    """Writes a page of the window as PNG."""

    def __call__(
        self, file: Path, size: tuple[int, int], theme: ThemeChoice, page: str, what: str = ""
    ) -> None:
        """``what``: a part of the page."""

    @property
    def pages(self) -> tuple[str, ...]:
        """The names of the pages that there are, as on the rail."""


class Witness:
    """Keeps the fullest moment of a run, what led to it, and the cameras' pictures of it."""

    def __init__(self) -> None:
        self._before: deque[Snapshot] = deque(maxlen=MOST_BEFORE)
        self._best: Snapshot | None = None
        self._story: tuple[Snapshot, ...] = ()
        self._pictures: dict[str, NDArray[np.uint8]] = {}
        self._engine: Engine | None = None
        self._traces: dict[str, ScaleDetail] = {}

    def attend(self, engine: Engine) -> None:
        """Ask this engine for what snapshots do not hold: the weights of the last minutes."""
        self._engine = engine

    def see(self, snapshot: Snapshot) -> None:
        """Look at a snapshot; it is kept when no fuller one has been seen."""
        self._before.append(snapshot)
        if self._best is not None and _fullness(snapshot) < _fullness(self._best):
            return
        self._best, self._story = snapshot, tuple(self._before)
        reader = Pictures()
        shown = {c.picture: reader.read(c.picture) for c in snapshot.cameras if c.picture is not None}
        reader.close()
        self._pictures = {name: picture for name, picture in shown.items() if picture is not None}
        if self._engine is not None:
            self._traces = traces_of(snapshot, self._ask)

    def _ask(self, command: Command) -> Answer:
        assert self._engine is not None  # noqa: S101 - the caller looked
        try:
            return self._engine.submit(command).result(ANSWER_S)
        except TimeoutError:
            return Refused(said("the engine does not answer"))

    def telling_slot(self, layout: StoreLayout) -> str:
        """The slot whose weights have most to show at the moment; empty: none was asked for."""
        return telling_slot(self._traces, layout)

    def _chapters(self) -> tuple[list[Snapshot], list[Snapshot]]:
        """What led to the moment: long before it, and in its last seconds."""
        since = (self._best.t if self._best else 0.0) - SHOWN_S
        return [s for s in self._story if s.t < since], [s for s in self._story if s.t >= since]

    @property
    def saw_something(self) -> bool:
        """Whether there was a moment at all."""
        return self._best is not None

    @contextmanager
    def window(
        self,
        layout: StoreLayout,
        ledger: Path,
        operator: tuple[str, str] | None = None,
        *,
        clips: Path | None = None,
        layout_folder: Path | None = None,
    ) -> Iterator[Render]:
        """A window, offscreen, that shows the moment; gives a function that writes a page of it as PNG.

        ``operator``: name and PIN of who is signed in. ``clips``: what the engine kept of events.
        """
        with self._moment() as (link, settings), steady_memory():
            from console.window import MainWindow
            from console.window_picture import render_to

            window = MainWindow(layout, link, ledger, settings, clips=clips, layout_folder=layout_folder)
            window.show()
            if operator is not None:
                window.session.sign_in(*operator)
            self._live_through(link, window.state.poll)

            class OfWindow:
                pages = tuple(page.name for page in window.pages)

                def __call__(
                    self, file: Path, size: tuple[int, int], theme: ThemeChoice, page: str, what: str = ""
                ) -> None:
                    file.parent.mkdir(parents=True, exist_ok=True)
                    render_to(file, size, theme, page, window, what=what)

            try:
                yield OfWindow()
            finally:
                window.close()
                window.deleteLater()

    @contextmanager
    def _moment(self) -> Iterator[tuple[StillLink, Path]]:
        """What a window is shown, offscreen, and a folder for its settings; after it the window is gone.

        Raises ``OSError`` where there was no moment.
        """
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from console.widgets.application import application

        if self._best is None:
            raise OSError("there is nothing to show: the engine ended before its first snapshot")
        app = application()
        with tempfile.TemporaryDirectory(prefix="openaisle-") as settings:
            try:
                yield StillLink(self._best, self._pictures, self._traces), Path(settings)
            finally:
                app.processEvents()

    def _live_through(self, link: StillLink, poll: Callable[[], object]) -> None:
        """Show what led to the moment: trails and the last minutes are the window's own memory.

        What lights up for a while is let go out before the last seconds.
        """
        for moments in self._chapters():
            process_for(SHOWN_S)
            for link.snapshot in moments:
                poll()

    def kiosk(
        self,
        layout: StoreLayout,
        ledger: Path,
        pictures: Mapping[str, tuple[Path, ...]],
        size: tuple[int, int],
        files: Mapping[ThemeChoice, tuple[Path, Path]],
    ) -> None:
        """Write the kiosk at the moment, offscreen, as PNG: when nobody is here, and to who has touched it.

        The ledger has a manager. ``files``: both pictures, by theme. Raises ``OSError``.
        """
        with self._moment() as (link, settings), steady_memory():
            from PySide6.QtCore import QSize

            from console.kiosk.window import KioskWindow
            from console.window_picture import grab_to

            window = KioskWindow(layout, link, ledger, settings, pictures=pictures, size=QSize(*size))
            try:
                window.resize(*size)
                window.show()
                self._live_through(link, window.state.poll)
                for theme, (idle, touched) in files.items():
                    window.appearance.choose(theme)
                    for step, file in ((window.attract, idle), (window.wake, touched)):
                        step()
                        process_for(SETTLED_S)
                        grab_to(file, window)
            finally:
                window.leave()
                window.deleteLater()


def process_for(seconds: float) -> None:
    """Let a window live for so long."""
    from console.widgets.application import application

    app, until = application(), time.monotonic() + seconds
    while time.monotonic() < until:
        app.processEvents()
        time.sleep(0.02)


class StillLink:
    """An engine link that always shows one moment."""

    def __init__(
        self,
        snapshot: Snapshot,
        pictures: Mapping[str, NDArray[np.uint8]],
        traces: Mapping[str, ScaleDetail],
    ) -> None:
        """``traces``: the last minutes of scales; of others nothing is known."""
        self.snapshot, self._pictures, self._traces = snapshot, pictures, traces

    @property
    def state(self) -> EngineState:
        """As it was."""
        return "running"

    @property
    def why(self) -> str:
        """Nothing is wrong with a picture."""
        return ""

    def latest(self) -> Snapshot | None:
        """The moment."""
        return self.snapshot

    def request(self, command: Command) -> Answer:
        """Nothing can be asked of a moment that is over, but what its scales showed."""
        if isinstance(command, GetScale) and command.scale in self._traces:
            return later_than(self._traces[command.scale], command.after)
        return Refused(said("this is a picture of a run that is over"))

    def renew(self) -> Words | None:
        """There is no engine."""
        return said("this is a picture of a run that is over")

    def picture(self, name: str) -> NDArray[np.uint8] | None:
        """What the camera showed then."""
        return self._pictures.get(name)

    def close(self) -> None:
        """Nothing to let go of."""


def _fullness(snapshot: Snapshot) -> tuple[int, int]:
    return len(snapshot.inside), sum(len(cart.lines) for cart in snapshot.carts)
