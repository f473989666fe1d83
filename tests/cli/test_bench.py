from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx
import pytest

from console.cli.bench.material import SUBSTREAM, write_material
from console.cli.bench.network import write_timing_network
from console.cli.bench.report import Results, render
from console.cli.bench.running import measure_latency, measure_memory, measure_start
from console.cli.bench.throughput import measure_throughput
from console.cli.bench.window_frames import WindowFrames
from console.cli.recordings import replay_into
from inference.detection import load_detector
from inference.evaluation.report import evaluate
from inference.messages import Detections
from inference.recording import Recording, RecordingPlayer


def test_the_timing_network_has_the_size_that_is_said(tmp_path: Path) -> None:
    manifest = write_timing_network(tmp_path)
    weights = onnx.load(str(manifest.with_suffix(".onnx"))).graph.initializer
    assert sum(math.prod(w.dims) for w in weights) == pytest.approx(270_000, rel=0.02)
    load_detector(manifest).detect(np.zeros((360, 640, 3), np.uint8))


@pytest.mark.slow
def test_every_measurement_runs_and_the_report_holds_it(simulated: Path, tmp_path: Path) -> None:
    material = write_material(simulated, tmp_path / "material", seconds=4.0, skip=1.0)
    seen = [o for o in RecordingPlayer(Recording.open(material)).observations() if isinstance(o, Detections)]
    throughput = measure_throughput(
        material, load_detector(write_timing_network(tmp_path)), tmp_path / "t", SUBSTREAM, rounds=1
    )
    assert throughput.frames == len(seen) > 50
    assert throughput.ratio == pytest.approx(throughput.end_to_end / throughput.decode_and_network)
    latency = measure_latency(material, tmp_path / "latency")
    assert latency.machine_p95 < latency.settled_p95 or latency.events == 0
    results = Results(
        throughput=(throughput,),
        start_s=measure_start(material, tmp_path / "start"),
        latency=latency,
        window=WindowFrames(p50_ms=1.25, p95_ms=2, p99_ms=3, worst_ms=4, shoppers=1),
        memory=measure_memory(material, tmp_path / "memory"),
        replays=(replay_into(simulated, tmp_path / "replay", quiet=True, keep_detections=True),),
        reports=(evaluate(simulated, tmp_path / "replay"),),
    )
    assert 0.2 < results.start_s < 60
    text = render(results)
    assert f"| {throughput.ratio:.2f} | 0.85 |" in text
    assert "1.2 / 2.0 / 3.0" in text
    assert "| receipts issued / exactly right |" in text
