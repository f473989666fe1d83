"""From a spec to the parts of an engine: which store, which source, which ledger."""

from __future__ import annotations

import logging
import math
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from console.engine_process.spec import EngineSpec, SpecError
from inference.engine.flow import FlowMaker, SinkMaker, VisitSink, real_flow
from inference.engine.heard import HeardDevices
from inference.engine.pictures import MAX_HEIGHT, MAX_WIDTH
from inference.engine.relaying import Premises
from inference.engine.source import RecordingSource, Source
from inference.messages import Frame, Observation, VisitClosed
from inference.messages.said import said
from store_layout.change_files import ChangeError, LayoutsByTime, apply_due
from store_layout.model import Camera, StoreLayout

if TYPE_CHECKING:
    from console.back_office.ledger import Ledger
    from inference.detection.eyes import Eyes
    from inference.detection.session import Detector
    from inference.recording import Recording

Show = Callable[[Frame], None]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    """What :class:`inference.engine.engine.Engine` is made of."""

    layout: StoreLayout
    source: Source
    make_flow: FlowMaker
    make_sink: SinkMaker
    premises: Premises | None = None
    """The store folder, to be read again; None for a recording."""


Compose = Callable[[EngineSpec, Show], Parts]


def compose(spec: EngineSpec, show: Show) -> Parts:
    """The real parts. Raises :class:`SpecError` for a folder, model or ledger that cannot be used."""
    from inference.detection.manifest import ModelError
    from store_layout.problems import StoreProblems

    try:
        make = _recorded if spec.recording is not None else _simulated if spec.simulated else _live
        layout, source = make(spec, show)
    except (StoreProblems, ModelError, ChangeError, OSError) as error:
        raise SpecError(str(error)) from error

    def make_sink(priced_by: StoreLayout) -> LedgerSink:
        # Of an earlier journal: which changes its layout has is not known; to have one twice does no harm.
        included = None if priced_by is layout else frozenset[int]()
        times = None if spec.store is None else _layouts(Path(spec.store), priced_by, included)
        return LedgerSink(spec.ledger_path, priced_by, times)

    premises = None if spec.store is None else StoreFolder(Path(spec.store), spec.ledger_path)
    return Parts(layout, source, real_flow, make_sink, premises)


class StoreFolder:
    """A store's folder, as often as the engine wants it."""

    def __init__(self, folder: Path, ledger: Path) -> None:
        self._folder, self._ledger = folder, ledger

    def read(self) -> StoreLayout:
        """With the changes of the catalogue whose time has come. Raises ``StoreProblems``, ``OSError``."""
        return _layout_now(self._folder)

    def sink(self, layout: StoreLayout) -> VisitSink:
        """Prices by this layout, which was just read and has all changes whose time has come."""
        return LedgerSink(self._ledger, layout, _layouts(self._folder, layout, None))


def _live(spec: EngineSpec, show: Show) -> tuple[StoreLayout, Source]:
    from inference.capture import KeyringSecrets, LiveDevices
    from inference.engine.live import LiveSource

    folder = Path(spec.store or "")
    layout = _layout_now(folder)
    eyes = _eyes(spec, layout, folder)
    sizes = {camera.id: _size(camera, eyes) for camera in layout.file.camera}
    devices = LiveDevices(layout, KeyringSecrets(), folder=folder, picture_sizes=sizes)
    return layout, LiveSource(
        layout.file.store.name,
        devices,
        None if eyes is None else eyes.maker,
        threads=spec.detection_threads,
        show=show,
        gate=None if eyes is None else eyes.gate,
        size_of=lambda camera: _size(camera, eyes),
    )


def _layout_now(folder: Path) -> StoreLayout:
    """The store folder, with the changes whose time has come; where it cannot be written, as it is."""
    from store_layout.reader import read_store

    try:
        apply_due(folder, time.time())
    except ChangeError as error:
        log.warning("a change of the catalogue waits: %s", error)
    return read_store(folder)


def _layouts(folder: Path, layout: StoreLayout, included: frozenset[int] | None) -> LayoutsByTime | None:
    try:
        return LayoutsByTime(folder, layout, included)
    except (ChangeError, OSError) as error:
        log.warning("changes of the catalogue are not looked at: %s", error)
        return None


def _simulated(spec: EngineSpec, show: Show) -> tuple[StoreLayout, Source]:
    from inference.engine.simulated import SimulatedSource
    from inference.simulation import SimulationSettings
    from inference.simulation.live.pictures import STORE_PICTURES, can_render

    folder = Path(spec.store or "")
    layout = _layout_now(folder)
    rendered = spec.rendered and can_render()
    if spec.detector is not None and not rendered:
        raise SpecError(
            said(
                "a detector looks at rendered pictures: install the extra simulate, and do not turn them off"
            )
        )
    eyes = _eyes(spec, layout, folder) if rendered else None
    try:
        source = SimulatedSource(
            layout,
            seed=secrets.randbelow(2**31) if spec.seed is None else spec.seed,
            settings=SimulationSettings(arrivals_per_min=spec.arrivals_per_min),
            maker=STORE_PICTURES if rendered else None,
            detector=None if eyes is None else eyes.maker,
            threads=spec.detection_threads,
            show=show,
            gate=None if eyes is None else eyes.gate,
        )
    except ValueError as error:
        raise SpecError(said("nobody can shop in {store}: {error}", store=spec.store, error=error)) from error
    return layout, source


def _size(camera: Camera, eyes: Eyes | None) -> tuple[int, int]:
    if eyes is not None and eyes.reads_hands:  # goods in hands are small: nothing is given away
        return camera.width, camera.height
    return needed_size(camera, None if eyes is None else eyes.detector)


def needed_size(camera: Camera, detector: Detector | None) -> tuple[int, int]:
    """Width and height beyond which a picture holds nothing that the detector or a tile could show."""
    wanted = [(MAX_WIDTH, MAX_HEIGHT)]
    if detector is not None:
        wanted.append((detector.manifest.input.width, detector.manifest.input.height))
    scale = max(min(width / camera.width, height / camera.height) for width, height in wanted)
    scale = min(1.0, scale)
    return math.ceil(camera.width * scale), math.ceil(camera.height * scale)


def _recorded(spec: EngineSpec, show: Show) -> tuple[StoreLayout, Source]:
    from inference.recording import Recording, RecordingError
    from inference.recording.format import STORE

    try:
        recording = Recording.open(Path(spec.recording or ""))
    except RecordingError as error:
        raise SpecError(str(error)) from error
    pictures = any(camera.times is not None for camera in recording.cameras)
    named = spec.detector is not None
    eyes = _eyes(spec, recording.layout, recording.folder / STORE) if pictures or named else None

    def play(position: int, on_frame: Show) -> Iterator[Observation]:
        return _observations(recording, eyes, spec.detection_threads, position, on_frame)

    source = RecordingSource(
        play,
        recording.about.id,
        recording.started_at,
        recording.duration,
        speed=spec.speed,
        show=show,
        paused=spec.paused,
        heard=HeardDevices(recording.layout),
    )
    return recording.layout, source


def _observations(
    recording: Recording, eyes: Eyes | None, threads: int, position: int, on_frame: Show
) -> Iterator[Observation]:
    from inference.detection.pool import DetectorPool
    from inference.recording import RecordingPlayer

    if eyes is None:
        yield from RecordingPlayer(recording, None, on_frame).observations(position)
        return
    with DetectorPool(eyes.maker, threads, gate=eyes.gate) as pool:
        yield from RecordingPlayer(recording, pool.ordered, on_frame).observations(position)


def _eyes(spec: EngineSpec, layout: StoreLayout, folder: Path) -> Eyes | None:
    from inference.detection.eyes import open_eyes

    return open_eyes(layout, folder, spec.detector, spec.state_path)


class LedgerSink(VisitSink):
    """Posts into the ledger, priced by what is valid when a visit closes.

    Opened at the first visit, by the thread that posts.
    """

    def __init__(self, path: Path, layout: StoreLayout, times: LayoutsByTime | None = None) -> None:
        """``times``: what the layout is at a time; None: it is ``layout`` always."""
        self._path = path
        self._layout = layout
        self._times = times
        self._ledger: Ledger | None = None

    def post(self, closed: VisitClosed) -> None:
        """Durable when this returns."""
        if self._ledger is None:
            from console.back_office.ledger import Ledger

            self._ledger = Ledger.open(self._path)
        self._ledger.post_visit(closed.closed, self._valid(closed.closed.closed_at))

    def _valid(self, t: float) -> StoreLayout:
        if self._times is None:
            return self._layout
        try:
            return self._times.at(t)
        except (ChangeError, OSError) as error:  # a receipt at yesterday's price is better than none
            log.warning("changes of the catalogue cannot be read: %s", error)
            return self._layout

    def close(self) -> None:
        """Close the file."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None
