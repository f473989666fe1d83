"""``main.py record``: run a store without a window and keep what the engine saw as a recording."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from console.cli.console import (
    START_ERRORS,
    DetectorOption,
    ThreadsOption,
    layout_of,
    make_spec,
)
from console.cli.headless import VisitPrinter
from console.cli.say import err, errors_in_words, out
from console.engine_process.compose import Compose, Parts, Show, compose
from console.engine_process.headless import run_headless
from console.engine_process.spec import EngineSpec
from inference.detection.threads import CORES
from inference.engine.source import Source
from inference.messages import Frame, Observation
from inference.messages.said import Said, Words, said
from inference.messages.wire import DeviceStatus, Hold, Refused, SentShopper, SourceStatus, Wanted
from inference.recording.record import LiveRecorder
from store_layout.layout_changes import LayoutChange
from store_layout.model import StoreLayout

MOST_MINUTES = 366 * 24 * 60.0


def record(
    store: Annotated[Path, typer.Option("--store", help="Store folder: its devices are recorded.")],
    target: Annotated[Path, typer.Option("--out", help="Folder for the recording; must not hold one.")],
    detector: DetectorOption = None,
    threads: ThreadsOption = CORES,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, max=MOST_MINUTES, help="End by itself after so long.")
    ] = None,
    raw_video: Annotated[
        bool, typer.Option("--raw-video", help="Keep the pictures. Only with people who agreed; it expires.")
    ] = False,
    appearance: Annotated[
        bool,
        typer.Option(
            "--appearance", help="Keep appearance vectors. Only with people who agreed; it expires."
        ),
    ] = False,
) -> None:
    """Run the store without a window, receipts and all, and record what the engine sees, after its drops.

    Without --raw-video and --appearance the recording holds boxes and key points, weights and gate signals:
    nothing by which a person can be known again.
    """
    with errors_in_words(*START_ERRORS):
        spec = make_spec(store, None, detector, 1.0, threads, headless=True)
        layout = layout_of(spec)
        recorder = LiveRecorder(
            target,
            layout,
            started_at=time.time(),
            store_folder=store,
            raw_video=raw_video,
            appearance=appearance,
        )
        printer = VisitPrinter(spec.ledger_path, layout)
        out.print(f"Recording {layout.file.store.name}; end it with Ctrl-C", markup=False, highlight=False)
        try:
            with _ended_after(minutes):
                run_headless(spec, printer.visit, parts=_tapped(recorder))
        finally:
            recorder.close()
    if recorder.why:
        err.print(f"The recording ended early: {recorder.why}", style="yellow", markup=False)
    if recorder.dropped_frames:
        err.print(f"{recorder.dropped_frames} pictures were dropped: the disk was too slow", style="yellow")
    out.print(
        f"Recorded into {target}. Next: main.py replay {target} --out DIR", markup=False, highlight=False
    )


def _tapped(recorder: LiveRecorder) -> Compose:
    def parts(spec: EngineSpec, show: Show) -> Parts:
        def show_and_keep(frame: Frame) -> None:
            show(frame)
            recorder.frame(frame)

        made = compose(spec, show_and_keep)
        return Parts(made.layout, TappedSource(made.source, recorder), made.make_flow, made.make_sink)

    return parts


class TappedSource:
    """A source whose observations a recorder hears too, in the order in which the engine takes them."""

    def __init__(self, source: Source, recorder: LiveRecorder) -> None:
        self._source, self._recorder = source, recorder

    @property
    def recording_id(self) -> str | None:
        """As the source."""
        return self._source.recording_id

    @property
    def ended(self) -> bool:
        """As the source."""
        return self._source.ended

    def take(self, limit: int, timeout: float) -> list[Observation]:
        """What the engine takes, and the recorder keeps."""
        seen = self._source.take(limit, timeout)
        for observation in seen:
            self._recorder.observe(observation)
        return seen

    def prepare(self) -> None:
        """As the source."""
        self._source.prepare()

    def start(self, position: int) -> None:
        """As the source."""
        self._source.start(position)

    def finished_before(self) -> None:
        """As the source."""
        self._source.finished_before()

    def status(self) -> SourceStatus:
        """As the source."""
        return self._source.status()

    def devices(self) -> tuple[DeviceStatus, ...]:
        """As the source."""
        return self._source.devices()

    def pause(self, paused: bool) -> Words | None:
        """As the source."""
        return self._source.pause(paused)

    def set_speed(self, speed: float | None) -> Words | None:
        """As the source."""
        return self._source.set_speed(speed)

    def restart_device(self, device: str) -> Words | None:
        """As the source."""
        return self._source.restart_device(device)

    def hold_gate(self, gate: str, hold: Hold) -> Words | None:
        """As the source."""
        return self._source.hold_gate(gate, hold)

    def why_not_relay(self, changes: Sequence[LayoutChange]) -> Said | None:  # noqa: ARG002
        """A recording is of one store from its beginning to its end."""
        return said("the store is being recorded: it can be changed when the recording has ended")

    def relay(self, layout: StoreLayout) -> None:
        """Never asked for."""

    def set_open(self, is_open: bool) -> None:
        """As the source."""
        self._source.set_open(is_open)

    def send_shopper(self, wanted: tuple[Wanted, ...]) -> SentShopper | Refused:
        """As the source."""
        return self._source.send_shopper(wanted)

    def close(self) -> None:
        """As the source."""
        self._source.close()


@contextmanager
def _ended_after(minutes: float | None) -> Iterator[None]:
    """Ends the run in order, as Ctrl-C would."""
    if minutes is None:
        yield
        return
    timer = threading.Timer(minutes * 60, signal.raise_signal, (signal.SIGINT,))
    timer.daemon = True
    timer.start()
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        timer.cancel()
        timer.join()
