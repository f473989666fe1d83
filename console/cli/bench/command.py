"""The command itself: runs the measurements one after another and writes what came of them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.places import DEMO_RECORDING, HOME
from console.cli.recordings import DetectorOption, input_errors, replay_into
from console.cli.say import JsonOption, err, errors_in_words, out, print_json
from inference.detection.threads import tune_process
from inference.recording import Recording

if TYPE_CHECKING:
    from console.cli.bench.report import Results

OWN = ("persons_small", "persons_medium")
"""The project's detectors, beside which another is measured."""
KEPT = "<!-- from here on: measured by the commands that each part names -->"
LATENCY_S = 120.0
"""How much of the demo is played at real-time speed."""
WINDOW_S, CROWD = 40.0, 100
"""For how long the window is looked at, and how many simulated shoppers it shows then."""


def bench(
    target: Annotated[Path, typer.Option("--out", help="Where the report is written.")] = HOME
    / "BENCHMARKS.md",
    recordings: Annotated[
        list[Path] | None,
        typer.Option("--with", help="Also evaluate this recording (with a truth.json). May be repeated."),
    ] = None,
    detector: DetectorOption = None,
    demo: Annotated[Path, typer.Option(help="The recording that speed is measured on.")] = DEMO_RECORDING,
    as_json: JsonOption = False,
) -> None:
    """Measure speed and accuracy on this machine and write the report. Takes some minutes; leave it alone."""
    from console.cli.bench.report import render

    tune_process()
    with errors_in_words(*input_errors()), tempfile.TemporaryDirectory(prefix="openaisle-bench-") as scratch:
        results = measure(demo, recordings or [], detector, Path(scratch))
        target.write_text(render(results) + _kept(target), encoding="utf-8")
    if as_json:
        print_json(results)
    else:
        out.print(render(results), markup=False, highlight=False)
        out.print(f"Written: {target}", markup=False, highlight=False)


def measure(demo: Path, others: list[Path], detector: str | None, scratch: Path) -> Results:
    """All measurements, in an order that does not let one disturb the next."""
    from console.cli.bench.detectors import compare_detectors
    from console.cli.bench.live_share import measure_live_share
    from console.cli.bench.material import FULL, SUBSTREAM, write_material
    from console.cli.bench.report import Comparison, Results
    from console.cli.bench.running import measure_latency, measure_memory, measure_start
    from console.cli.bench.throughput import measure_throughput
    from console.cli.bench.window_command import measure as measure_the_window
    from inference.detection import load_detector
    from inference.evaluation.beliefs import BeliefLog
    from inference.evaluation.report import examine

    _say("pictures for the cameras")
    short = write_material(demo, scratch / "short", seconds=20.0, skip=20.0)
    long = write_material(demo, scratch / "long", seconds=LATENCY_S, skip=0.0)
    network = load_detector(OWN[0])
    _say("frames per second")
    full = write_material(demo, scratch / "full", seconds=10.0, skip=20.0, size=FULL)
    throughput = (
        measure_throughput(short, network, scratch / "throughput", SUBSTREAM),
        measure_throughput(full, network, scratch / "throughput-full", FULL),
    )
    _say("a live store of eight cameras")
    live = measure_live_share(demo, OWN[0], scratch / "live")
    _say("start to the first picture")
    starts = sorted(measure_start(short, scratch / f"start{i}") for i in range(3))
    _say(f"latency, {LATENCY_S:.0f} s at real-time speed")
    latency = measure_latency(long, scratch / "latency")
    _say("the window")
    window = measure_the_window(scratch / "window", demo, seconds=WINDOW_S, people=CROWD, kills=2, soak=0.0)
    _say("memory")
    memory = measure_memory(demo, scratch / "memory")
    reports, replays = [], []
    for recording in (demo, *others):
        _say(f"replay and evaluation of {recording.name}")
        wanted = None if recording == demo else detector
        folder = scratch / "replay" / recording.name
        log = BeliefLog()
        replays.append(
            replay_into(recording, folder, wanted, keep_detections=True, quiet=True, on_result=log)
        )
        known = (recording / "truth.json").exists()
        reports.append(examine(recording, folder, log.beliefs()).report if known else None)
    compared = []
    for recording in _with_true_boxes(others):
        _say(f"detectors on {recording.name}")
        models = tuple(dict.fromkeys((*OWN, *(() if detector is None else (detector,)))))
        compared.append(Comparison(recording.name, compare_detectors(recording, models)))
    return Results(
        throughput=throughput,
        live=live,
        compared=tuple(compared),
        start_s=starts[len(starts) // 2],
        latency=latency,
        window=window,
        memory=memory,
        replays=tuple(replays),
        reports=tuple(reports),
    )


def _kept(report: Path) -> str:
    """The part of an earlier report that other commands measured."""
    earlier = report.read_text(encoding="utf-8") if report.is_file() else ""
    _, marker, rest = earlier.partition(KEPT)
    return marker + rest


def _with_true_boxes(others: list[Path]) -> list[Path]:
    """Those with pictures and true boxes."""
    found = []
    for folder in others:
        recording = Recording.open(folder)
        truth = recording.truth
        pictures = any(camera.times is not None for camera in recording.cameras)
        if pictures and truth is not None and any(truth.boxes.values()):
            found.append(folder)
    return found


def _say(what: str) -> None:
    err.print(f"bench: {what}", style="dim", highlight=False)
