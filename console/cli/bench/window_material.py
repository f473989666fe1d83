"""What the window is measured on: eight live cameras, a hundred shoppers, hours of a small store."""

from __future__ import annotations

from pathlib import Path

import msgspec

from console.cli.bench.live_share import CAMERAS, FPS, eight_cameras
from console.cli.places import DEMO_STORE
from console.engine_process.spec import EngineSpec
from inference.detection.threads import CORES
from inference.recording import Recording
from inference.simulation import SimulationSettings, simulate
from inference.simulation.formats import store_of
from store_layout.model import StoreLayout
from store_layout.reader import read_store
from store_layout.writer import write_store

CROWD = 100
"""People at a time."""
ENTER_EACH_S = 1.25
"""They come in one after the other, through one gate."""
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


def crowd(work: Path, seconds: float, people: int = CROWD) -> tuple[EngineSpec, float]:
    """A recording of so many people in a supermarket, seen by eight cameras ten times a second.

    Gives what plays it, and from which second on all of them are inside.
    """
    entered_s = people * ENTER_EACH_S
    layout = _with_cameras(store_of("supermarket", "shelf", 1, fps=FPS))
    settings = SimulationSettings(
        visits=people,
        arrivals_per_min=60.0 / ENTER_EACH_S,
        browse_s=(entered_s + seconds, entered_s + 2 * seconds),  # nobody leaves before the end
        nothing=0.0,
        duration_s=entered_s + seconds,
    )
    simulate(layout, settings, 3, work / "recording")
    spec = EngineSpec(
        recording=str(work / "recording"),
        state_dir=str(work / "engine"),
        ledger=str(work / "ledger.sqlite"),
        fresh=True,
    ).check()
    return spec, entered_s


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


def _with_cameras(layout: StoreLayout) -> StoreLayout:
    """As many as are measured: the store's own, some of them twice."""
    own = layout.file.camera
    wanted = tuple(
        msgspec.structs.replace(own[n % len(own)], id=f"cam{n + 1}", name=f"Camera {n + 1}")
        for n in range(CAMERAS)
    )
    return msgspec.structs.replace(layout, file=msgspec.structs.replace(layout.file, camera=wanted))
