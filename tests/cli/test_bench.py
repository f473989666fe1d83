from __future__ import annotations

from pathlib import Path

import av
import msgspec
import pytest

from console.cli.bench.detectors import compare_detectors
from console.cli.bench.live_share import (
    CAMERAS,
    FPS,
    LiveShare,
    cast_lots,
    eight_cameras,
    measure_live_share,
)
from console.cli.bench.material import write_material
from console.cli.bench.report import Comparison, Results, render
from console.cli.bench.running import measure_latency, measure_memory, measure_start
from console.cli.bench.throughput import measure_throughput
from console.cli.bench.window_command import WindowBench
from console.cli.bench.window_restart import EngineAgain, Restarts
from console.cli.recordings import replay_into
from inference.detection import load_detector, write_manifest
from inference.evaluation.report import evaluate
from inference.messages.wire import DeviceStatus
from inference.recording import Recording, RecordingError
from inference.recording.streams import frame_slots
from inference.simulation import SimulationSettings, simulate
from store_layout.model import StoreLayout
from tests.detection.networks import centre_points
from tests.support.stores import small_store

SIZE = (320, 180)


def _two_cameras() -> StoreLayout:
    layout = small_store()
    file = msgspec.structs.replace(layout.file, camera=layout.file.camera[:2])
    return msgspec.structs.replace(layout, file=file)


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of a store with two cameras, rendered."""
    pytest.importorskip("moderngl", reason="needs the extra simulate")
    from inference.simulation.rendering.renderer import RendererError
    from inference.simulation.rendering.video import Filming

    folder = tmp_path_factory.mktemp("filmed") / "recording"
    settings = SimulationSettings(visits=2, arrivals_per_min=60.0, duration_s=4.0)
    try:
        simulate(_two_cameras(), settings, 5, folder, film=Filming(moments=1))
    except RendererError as error:
        pytest.skip(str(error))
    return folder


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_manifest(centre_points(tmp_path_factory.mktemp("m") / "tiny.onnx"), "centre_points"))


def test_material_is_a_part_of_the_recording_at_another_size(filmed: Path, tmp_path: Path) -> None:
    part = Recording.open(write_material(filmed, tmp_path / "part", seconds=2.0, skip=1.0, size=SIZE))
    whole = Recording.open(filmed)
    counts = [sum(1 for _ in frame_slots(r, r.cameras[0])) for r in (part, whole)]
    assert 0.4 * counts[1] < counts[0] < 0.6 * counts[1]
    assert part.started_at == whole.started_at + 1.0


def test_detectors_are_scored_by_both_rules_with_and_without_gate(filmed: Path, network: str) -> None:
    scores = compare_detectors(filmed, [network, network])
    assert [(s.rule, s.gate) for s in scores] == [
        (rule, gate) for rule in ("ignore", "literal") for gate in (False, True) for _ in range(2)
    ]
    assert scores[0].f1 == scores[1].f1
    assert all(s.ms > 0 and s.threshold == 0.25 for s in scores)


def test_detectors_need_pictures(simulated: Path, network: str) -> None:
    with pytest.raises(RecordingError, match="no pictures"):
        compare_detectors(simulated, [network])


def test_eight_cameras_play_what_there_is(filmed: Path, simulated: Path, tmp_path: Path) -> None:
    layout = eight_cameras(Recording.open(filmed), tmp_path)
    assert len(layout.cameras) == CAMERAS == 8
    urls = [camera.url or "" for camera in layout.file.camera]
    assert all(url.endswith(".mp4?loop") for url in urls)
    with av.open(urls[0].removeprefix("file://").removesuffix("?loop")) as video:
        assert float(video.streams.video[0].average_rate or 0.0) == pytest.approx(FPS, rel=0.05)
    with pytest.raises(ValueError, match="no videos"):
        eight_cameras(Recording.open(simulated), tmp_path)


def test_a_picture_counts_when_its_lot_is_cast_for_both_numbers_alike() -> None:
    def eyes(came: int, dropped: int, looked_at: int, failed: int) -> tuple[DeviceStatus, ...]:
        return (
            DeviceStatus("a", "camera", "live", 0.0, received=came, dropped=dropped),
            DeviceStatus("b", "camera", "live", 0.0, received=came, dropped=dropped),
            DeviceStatus("s", "scale", "live", 0.0, received=999, dropped=7),
            DeviceStatus("m", "detector", "live", 0.0, received=looked_at, dropped=failed),
        )

    # two wait in their slots and one is at work when it begins; all are looked at before it ends
    before, after = cast_lots(eyes(100, 5, 187, 0)), cast_lots(eyes(200, 5, 390, 0))
    assert (after[0] - before[0], after[1] - before[1]) == (203, 0)
    assert cast_lots(eyes(300, 7, 580, 3)) == (580, 17)


@pytest.mark.slow
def test_every_measurement_runs_and_the_report_holds_it(
    simulated: Path, filmed: Path, network: str, tmp_path: Path
) -> None:
    throughput = measure_throughput(filmed, load_detector(network), tmp_path / "t", SIZE, rounds=1)
    assert throughput.frames > 50
    assert throughput.ratio == pytest.approx(throughput.end_to_end / throughput.decode_and_network)
    live = measure_live_share(filmed, network, tmp_path / "live", seconds=2.0)
    assert 0 < live.looked_at <= live.sent
    latency = measure_latency(filmed, tmp_path / "latency")
    assert latency.machine_p95 < latency.settled_p95 or latency.events == 0
    results = Results(
        throughput=(throughput,),
        live=LiveShare(network, 8, 640, 360, 2, 2400, 2388),
        compared=(Comparison("filmed", compare_detectors(filmed, [network])),),
        start_s=measure_start(filmed, tmp_path / "start"),
        latency=latency,
        window=WindowBench(restarts=Restarts((), (EngineAgain(0.1, 1.25, 7, ()),))),
        memory=measure_memory(filmed, tmp_path / "memory"),
        replays=(replay_into(simulated, tmp_path / "replay", quiet=True, keep_detections=True),),
        reports=(evaluate(simulated, tmp_path / "replay"),),
    )
    assert 0.2 < results.start_s < 60
    text = render(results)
    assert f"| {throughput.ratio:.2f} | 0.85 |" in text
    assert "| HOTA / DetA / AssA / LocA (similarity 1 - distance / 1 m) | 0." in text
    assert "2400 pictures looked at | 0.995 |" in text
    assert "| tiny | 96x64 |" in text
    assert "carts lost of 7" in text
    assert "| receipts issued / exactly right |" in text
