"""The report as Markdown: figures beside their aims, and how to get them again."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from console.cli.bench.detectors import DetectorScore
from console.cli.bench.live_share import LiveShare
from console.cli.bench.running import Latency, Memory
from console.cli.bench.throughput import Throughput
from console.cli.bench.window_command import WindowBench, rows
from inference.evaluation.detections import BoxScore
from inference.evaluation.rates import f1, ratio
from inference.evaluation.report import Report
from inference.recording.replay import ReplaySummary

PACKAGES = ("onnxruntime", "av", "opencv-python-headless", "numpy", "PySide6-Essentials")


class Comparison(msgspec.Struct, frozen=True):
    """Detectors on one recording."""

    recording: str
    scores: tuple[DetectorScore, ...]


class Results(msgspec.Struct, frozen=True):
    """Everything that was measured in one run."""

    throughput: tuple[Throughput, ...]
    """One per size of the pictures."""
    live: LiveShare
    compared: tuple[Comparison, ...]
    """Detectors beside each other, by recording."""
    start_s: float
    """Median of three."""
    latency: Latency
    window: WindowBench
    memory: Memory | None
    replays: tuple[ReplaySummary, ...]
    reports: tuple[Report | None, ...]
    """Beside each replay; None where the recording has no truth."""


def render(results: Results) -> str:
    """The whole file."""
    return "\n".join([*_head(), *_speed(results), *_detectors(results), *_accuracy(results), ""])


def _head() -> Iterator[str]:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    yield "# Benchmarks"
    yield ""
    yield "Written by `make bench` (`main.py bench`); every figure comes from one run on one machine."
    yield "Ratios travel between machines, seconds do not."
    yield ""
    yield f"- {datetime.now(UTC):%Y-%m-%d}, {_machine()}"
    yield f"- Python {platform.python_version()}, {packages}"
    yield ""


def _speed(results: Results) -> Iterator[str]:
    latency, memory = results.latency, results.memory
    at_rest = f"{latency.settled_p50:.2f} / {latency.settled_p95:.2f}"
    receipt = f"{latency.receipt_p50:.2f} / {latency.receipt_p95:.2f}"
    yield "## Speed"
    yield ""
    yield "| what | measured | aim |"
    yield "|---|---:|---:|"
    for t in results.throughput:
        what = f"{t.detector}, {t.cameras} cameras of {t.width}x{t.height}, {t.cores} cores"
        yield f"| {what}: end-to-end frames/s against decode + ONNX alone | {t.ratio:.2f} | 0.85 |"
        yield (
            f"| frames/s end to end / decode + ONNX alone / delivered "
            f"| {t.end_to_end:.0f} / {t.decode_and_network:.0f} / {t.real_time:.0f} | |"
        )
    share = results.live
    yield (
        f"| live store, {share.detector}, {share.cameras} cameras of {share.width}x{share.height}, "
        f"{share.cores} cores: share of {share.sent} pictures looked at | {share.share:.3f} | |"
    )
    yield f"| scale at rest to cart line at the window, p50 / p95, s | {at_rest} | |"
    yield f"| change known to cart line at the window, p95, s | {latency.machine_p95:.2f} | 0.5 |"
    yield f"| exit to receipt, nothing open, p50 / p95, s | {receipt} | 2 |"
    yield f"| start of the console to the first live picture, s | {results.start_s:.1f} | |"
    yield from rows(results.window)
    if memory is not None:
        yield (
            f"| memory of the engine, a quarter / the whole of the demo played, MB | {memory.quarter:.0f} / "
            f"{memory.end:.0f} | flat |"
        )
    yield ""
    yield (
        "On the demo recording's videos; latency and memory with the detector that "
        "its store names watching them. The window, without a display: rounds of its events without a key or "
        "click, and 14 kinds of keys and clicks in turn. Frames/s are medians of three "
        f"rounds, each pair run in turn. Latency: {latency.events} shelf events and "
        f"{latency.exits} exits at real-time speed; a change counts as known when the scale has been calm "
        "for half a second."
    )
    yield ""


def _detectors(results: Results) -> Iterator[str]:
    if not results.compared:
        return
    yield "## Detectors beside each other"
    yield ""
    yield (
        "In one run, a picture each in turn, on one thread. The threshold is the manifest's, chosen without "
        "these pictures; *best F1* is at the threshold that is best on them, which nobody could know. "
        "*ignore*: boxes that the truth marks so count neither way; *literal*: a find there is false. "
        "*gate*: scores after the motion gate, learned in one pass from a cold start."
    )
    yield ""
    for compared in results.compared:
        yield f"### {compared.recording}"
        yield ""
        yield "| detector | input | ms | rule | gate | threshold | precision | recall | F1 | best F1 |"
        yield "|---|---|---:|---|---|---:|---:|---:|---:|---:|"
        for s in compared.scores:
            yield (
                f"| {s.detector} | {s.width}x{s.height} | {s.ms:.1f} | {s.rule} | {'yes' if s.gate else ''} "
                f"| {s.threshold:.2f} | {_number(s.precision)} | {_number(s.recall)} | {_number(s.f1)} "
                f"| {s.best_f1:.3f} |"
            )
        yield ""


def _accuracy(results: Results) -> Iterator[str]:
    yield "## Accuracy"
    yield ""
    for replay, report in zip(results.replays, results.reports, strict=True):
        yield f"### {replay.recording}"
        yield ""
        yield (
            f"{replay.duration_s:.0f} s, replayed {replay.times_real_time:.1f} x as fast as it happened; "
            f"{replay.shelf_events} shelf events; {replay.visits} visits: {_decisions(replay)}."
        )
        yield ""
        if report is not None:
            yield from _report(report)


def _report(report: Report) -> Iterator[str]:
    yield "| what | measured |"
    yield "|---|---:|"
    if (r := report.receipts) is not None:
        yield f"| visits of shoppers | {r.true_visits} |"
        yield f"| of these missed / visits invented | {r.missed} / {r.invented} |"
        yield f"| receipts issued / exactly right | {r.issued} / {r.issued_right} |"
        yield f"| reviews, per 1,000 visits | {_number(r.reviews_per_1000, 0)} |"
        i = r.items
        yield (
            "| item precision / recall / F1 "
            f"| {_number(i.precision)} / {_number(i.recall)} / {_number(i.f1)} |"
        )
    if (t := report.tracks) is not None:
        yield f"| MOTA / IDF1 (1 m gate on the floor) | {_number(t.mota)} / {_number(t.idf1)} |"
        if (h := t.hota) is not None:
            parts = " / ".join(map(_number, (h.hota, h.deta, h.assa, h.loca)))
            yield f"| HOTA / DetA / AssA / LocA (similarity 1 - distance / 1 m) | {parts} |"
        swaps = _number(t.swaps_per_100_visits, 1)
        yield f"| identity switches / swaps per 100 visits | {t.switches} / {swaps} |"
        yield (
            "| position error, median / p90 / mean, m "
            f"| {_number(t.error_median_m)} / {_number(t.error_p90_m)} / {_number(t.error_mean_m)} |"
        )
        if (c := t.calibration) is not None:
            inside = (c.seen.inside_50, c.seen.inside_90, c.seen.inside_95)
            shares = " / ".join(_number(share) for share in inside)
            yield f"| truths inside the 50 / 90 / 95 % ellipse | {shares} |"
            yield f"| mean NEES (2 is right) | {_number(c.seen.mean_nees, 2)} |"
            promised, kept = c.identity.promised, c.identity.kept
            yield f"| identity promised / kept | {_number(promised)} / {_number(kept)} |"
    yield ""
    if any(score.rule == "literal" for score in report.detections):
        yield from _boxes(report.detections)


def _boxes(scores: tuple[BoxScore, ...]) -> Iterator[str]:
    yield "Detections of all cameras together, IoU 0.5. *ignore*: boxes that the truth marks so count neither"
    yield "way; *literal*: a find there is false."
    yield ""
    yield "| score | rule | precision | recall | F1 |"
    yield "|---:|---|---:|---:|---:|"
    for threshold, rule in dict.fromkeys((s.threshold, s.rule) for s in scores):
        row = [s for s in scores if (s.threshold, s.rule) == (threshold, rule)]
        true, found, hits = (sum(getattr(s, name) for s in row) for name in ("true", "found", "hits"))
        p, r = ratio(hits, found), ratio(hits, true)
        yield f"| {threshold:.2f} | {rule} | {_number(p)} | {_number(r)} | {_number(f1(p, r))} |"
    yield ""


def _decisions(replay: ReplaySummary) -> str:
    return ", ".join(f"{n} {decision}" for decision, n in sorted(replay.decisions.items())) or "none"


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _machine() -> str:
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.machine()
    return f"{os.cpu_count()} cores ({name}), {platform.system()}, no GPU used"
