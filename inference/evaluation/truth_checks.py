"""What a truth must satisfy beyond its types before anything is compared with it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain, pairwise

from inference.evaluation.problems import EvaluationError
from inference.recording.truth import TruePath, Truth


def check_truth(truth: Truth) -> None:
    """Raise :class:`EvaluationError` that lists every place at fault."""
    problems = list(_problems(truth))
    if problems:
        raise EvaluationError("truth.json cannot be compared with: " + "; ".join(problems))


def _problems(truth: Truth) -> Iterator[str]:
    period = truth.frame_period_s
    if period is not None and not (math.isfinite(period) and period > 0):
        yield f"frame_period_s: {period!r} is not above 0"
    for i, path in enumerate(truth.paths):
        reason = _problem_of_path(path)
        if reason is not None:
            yield f"paths[{i}] ({path.person}): {reason}"
    for camera, boxes in truth.boxes.items():
        for i, box in enumerate(boxes):
            if not all(map(math.isfinite, (box.t, *box.box))):
                yield f"boxes.{camera}[{i}]: a number is not finite"
            elif box.box[2] < box.box[0] or box.box[3] < box.box[1]:
                yield f"boxes.{camera}[{i}]: its corners are exchanged"
    for i, visit in enumerate(truth.visits):
        if visit.left_at is not None and visit.left_at < visit.entered_at:
            yield f"visits[{i}] ({visit.person}): left before it began"
        if any(line.quantity < 0 for line in visit.lines):
            yield f"visits[{i}] ({visit.person}): a quantity below 0"


def _problem_of_path(path: TruePath) -> str | None:
    if len(path.t) != len(path.xy):
        return f"{len(path.t)} times and {len(path.xy)} places"
    if not all(map(math.isfinite, chain(path.t, *path.xy))):
        return "a number is not finite"
    if any(b <= a for a, b in pairwise(path.t)):
        return "its times do not rise"
    return None
