"""What the window is measured on: eight live cameras, a hundred shoppers, hours of a small store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from console.cli.bench.live_share import FPS, eight_cameras
from console.cli.bench.window_crowd import full_hall
from console.cli.places import DEMO_STORE
from console.engine_process.spec import EngineSpec
from inference.detection.threads import CORES
from inference.recording import Recording
from inference.simulation import SimulationSettings, simulate
from store_layout.reader import read_store
from store_layout.writer import write_store

CROWD = 100
"""People at a time."""
LONG_ARRIVALS_PER_MIN = 4.0
LONG_CAMERAS, LONG_FPS, LONG_SCALE_HZ = 3, 3.0, 2.0
"""So little that a core replays it many times as fast; as many people, carts and receipts as always."""


def live_cameras(demo: Path, detector: str, work: Path) -> EngineSpec:
    """A live store whose eight cameras play a recording's videos over and over, ten pictures a second."""
    work.mkdir(parents=True, exist_ok=True)
    write_store(eight_cameras(Recording.open(demo), work), work / "store")
    return EngineSpec(
        store=str(work / "store"),
        state_dir=str(work / "engine"),
        ledger=str(work / "ledger.sqlite"),
        detector=detector,
        detection_threads=CORES,
    ).check()


def crowd(
    work: Path, seconds: float, people: int = CROWD, progress: Callable[[str], None] = lambda _: None
) -> tuple[EngineSpec, float]:
    """A recording of so many people in a wide hall, seen by eight cameras ten times a second.

    Gives what plays it, and from which second on all of them are inside.
    """
    ready_s = full_hall(work / "recording", seconds, people, FPS, progress)
    spec = EngineSpec(
        recording=str(work / "recording"),
        state_dir=str(work / "engine"),
        ledger=str(work / "ledger.sqlite"),
        fresh=True,
    ).check()
    return spec, ready_s


def write_long(target: Path, seconds: float) -> None:
    """A simulated recording of the demo store, of fewer cameras and slower devices."""
    layout = read_store(DEMO_STORE)
    file = layout.file
    cameras = tuple(msgspec.structs.replace(c, fps=LONG_FPS) for c in file.camera[:LONG_CAMERAS])
    scales = tuple(msgspec.structs.replace(s, rate_hz=LONG_SCALE_HZ) for s in file.scale)
    thinned = msgspec.structs.replace(
        layout, file=msgspec.structs.replace(file, camera=cameras, scale=scales)
    )
    visits = max(2, round(seconds / 60.0 * LONG_ARRIVALS_PER_MIN))
    settings = SimulationSettings(visits=visits, arrivals_per_min=LONG_ARRIVALS_PER_MIN)
    simulate(thinned, settings, 7, target)
