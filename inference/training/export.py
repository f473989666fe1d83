"""From a checkpoint to a model that the engine runs: ONNX, with a manifest that says how good it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from inference.detection.boxes import suppress
from inference.detection.centre_points import KEY_POINTS
from inference.detection.manifest import (
    Manifest,
    Measured,
    ModelInput,
    Thresholds,
    read_manifest,
    save_manifest,
)
from inference.training.checkpoints import averaged_network
from inference.training.example_types import Example
from inference.training.graph import Calibration, DetectionGraph, Platt, onnx_bytes
from inference.training.half_weights import halved
from inference.training.matching import counted, curve, platt
from inference.training.measure import (
    Measures,
    Sighting,
    detector_at,
    found_people,
    held_out_examples,
    matches_of_clear,
    measure,
    sighted,
    trust_of,
)
from inference.training.trial import NMS
from inference.training.twins import Twins, doubtful, fit_twins

Floats = NDArray[np.float64]

LICENCE = "Apache-2.0"
SOURCE = "Trained by openaisle on rendered pictures only: no photograph, no third party's weights."
MAX_BYTES = 8_000_000
NMS_CHOICES = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
LEAST_CALIBRATED = 0.03
"""Scores below this do not take part in the calibration: there are many, and no one looks at them."""
TRUSTED_FROM = 0.2
"""Points of people found with at least this score, as yet uncalibrated, take part in that of points."""


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What the exported model is like."""

    width: int = 448
    """Input that the manifest asks for, pixels. The graph takes any multiples of 16."""
    height: int = 336
    peaks: int = 16
    """Places looked at closely, several for some people; each takes time."""
    held_out_pictures: int = 600
    """At most so many are used for calibration and threshold."""


def export(
    checkpoint: Path, out: Path, held_out: Path | None, settings: ExportSettings | None = None
) -> Path:
    """Write the ``.onnx`` and its manifest ``out`` (a ``.toml``); the manifest's path.

    Calibration of the scores, the thresholds and what the manifest says was measured come from the held-out
    pictures, looked at as the manifest says; without them scores stay as learned and nothing is said.
    Raises ``ValueError`` when the network is larger than is shipped.
    """
    settings = settings or ExportSettings()
    graph = DetectionGraph(averaged_network(checkpoint), settings.peaks)
    _write(graph, out, settings, Thresholds(score=0.25, nms=NMS), ())
    if held_out is None:
        return out
    examples = held_out_examples(held_out, settings.held_out_pictures)
    everything = _as_used(out, examples, nms=None)
    suppressed = best_nms(everything)
    calibration = calibration_of([thinned(s, suppressed) for s in everything])
    score, twins = doubting(everything)
    if twins is not None:
        calibration = replace(calibration, score=score, twins=twins)
    nms = suppressed if twins is None else None  # what is doubted has a low score instead
    graph.calibration = calibration
    _write(graph, out, settings, Thresholds(score=0.25, nms=nms), ())
    found = measure(_as_used(out, examples, nms=nms))
    note = f"AP50 {found.ap50:.3f}, calibration error {found.calibration_error:.3f}, {found.people} people"
    measured = Measured(
        data="held-out rendered pictures",
        score=round(found.threshold, 3),
        precision=round(found.precision, 3),
        recall=round(found.recall, 3),
        note=note,
    )
    _write(graph, out, settings, Thresholds(score=round(found.threshold, 3), nms=nms), (measured,))
    return out


def best_nms(sightings: list[Sighting]) -> float:
    """The threshold of suppression with the highest F1 on these: two boxes on one body make two people."""

    def worth(nms: float) -> float:
        return curve(matches_of_clear([thinned(s, nms) for s in sightings])).best()[3]

    return max(NMS_CHOICES, key=worth)


def thinned(sighting: Sighting, nms: float) -> Sighting:
    """Without the detections that a better one overlaps by more."""
    boxes = np.array([d.box for d in sighting.found], np.float64).reshape(-1, 4)
    kept = suppress(boxes, np.array([d.score for d in sighting.found]), nms)
    return replace(sighting, found=tuple(sighting.found[k] for k in kept))


def calibration_of(sightings: list[Sighting]) -> Calibration:
    """What makes the scores of these detections, of their points and sides chances."""
    scores = _high(*counted(matches_of_clear(sightings)))
    trust = trust_of(found_people(sightings, TRUSTED_FROM))
    head, foot, wrist = (Platt(*platt(*promises)) for promises in trust.points)
    return Calibration(Platt(*platt(*scores)), (head, foot, wrist), Platt(*platt(*trust.sides)))


def doubting(sightings: list[Sighting]) -> tuple[Platt, Twins | None]:
    """What makes chances of the scores of boxes by themselves, and of those that lie on better ones.

    Of detections none of which is suppressed or calibrated.
    """
    alone = [
        replace(s, found=tuple(d for d, on in zip(s.found, doubtful(s.found), strict=True) if not on))
        for s in map(_best_first, sightings)
    ]
    score = Platt(*platt(*_high(*counted(matches_of_clear(alone)))))
    chances = [_rescored(s, score) for s in sightings]
    return score, fit_twins([(s.found, m) for s, m in zip(chances, matches_of_clear(chances), strict=True)])


def _high(scores: Floats, hit: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
    """Without those that hardly say that somebody is there."""
    high = scores >= LEAST_CALIBRATED
    return scores[high], hit[high]


def _best_first(sighting: Sighting) -> Sighting:
    return replace(sighting, found=tuple(sorted(sighting.found, key=lambda d: -d.score)))


def _rescored(sighting: Sighting, score: Platt) -> Sighting:
    """With calibrated scores, best first."""
    scores = torch.tensor([d.score for d in sighting.found], dtype=torch.float64).clamp(1e-6, 1 - 1e-6)
    chances = score(torch.logit(scores)).tolist()
    found = [msgspec.structs.replace(d, score=c) for d, c in zip(sighting.found, chances, strict=True)]
    return _best_first(replace(sighting, found=tuple(found)))


def measures_by_scale(
    manifest: Path, examples: list[Example], scales: tuple[float, ...] = (0.75, 1.0, 1.25, 1.5)
) -> list[Measures]:
    """What a model is worth at several input scales of the same pictures."""
    nms = read_manifest(manifest).thresholds.nms
    return [measure(_seen(manifest, examples, scale, nms), scale=scale) for scale in scales]


def _as_used(manifest: Path, examples: list[Example], nms: float | None) -> list[Sighting]:
    """Detections in the pictures, each in the input that the manifest asks for."""
    return sighted(detector_at(manifest, None, nms).detect, examples)


def _seen(
    manifest: Path, examples: list[Example], scale: float = 1.0, nms: float | None = None
) -> list[Sighting]:
    """Detections in the pictures, each at this scale of its own size."""
    by_size: dict[tuple[int, int], list[Example]] = {}
    for example in examples:
        size = _input_size(example.width * scale), _input_size(example.height * scale)
        by_size.setdefault(size, []).append(example)
    seen = {
        id(s.example): s
        for size, group in by_size.items()
        for s in sighted(detector_at(manifest, size, nms).detect, group)
    }
    return [seen[id(e)] for e in examples]


def _input_size(pixels: float) -> int:
    return max(32, int(-(-pixels // 16)) * 16)


def _write(
    graph: DetectionGraph,
    path: Path,
    settings: ExportSettings,
    thresholds: Thresholds,
    measured: tuple[Measured, ...],
) -> None:
    data = halved(onnx_bytes(graph, settings.width, settings.height, dynamic=True))
    if len(data) > MAX_BYTES:
        raise ValueError(
            f"the network takes {len(data) / 1e6:.1f} MB, {MAX_BYTES / 1e6:.0f} are shipped at most"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".onnx").write_bytes(data)
    manifest = Manifest(
        name=path.stem,
        family="centre_points",
        sha256=hashlib.sha256(data).hexdigest(),
        licence=LICENCE,
        source=SOURCE,
        input=ModelInput(
            name="image",
            width=settings.width,
            height=settings.height,
            layout="nhwc",
            type="uint8",
            resize="fit",
        ),
        thresholds=thresholds,
        key_points=KEY_POINTS,
        measured=measured,
    )
    save_manifest(manifest, path)
