"""What each stage of a pipeline costs: processor time of its thread, so that other work does not count."""

from __future__ import annotations

import time
from typing import Any

from inference.pipeline import Pipeline

STAGES = ("floor", "shelves", "takes", "visits")
"""Floor tracks, shelf events, takes, visits."""


class _Timed:
    """A stage whose calls are timed. Stages do not call each other, so nothing is counted twice."""

    def __init__(self, stage: object, name: str, spent: dict[str, float]) -> None:
        self._stage, self._name, self._spent = stage, name, spent

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._stage, name)
        if not callable(found):
            return found
        spent, stage, clock = self._spent, self._name, time.thread_time

        def timed(*args: Any, **kwargs: Any) -> Any:
            start = clock()
            try:
                return found(*args, **kwargs)
            finally:
                spent[stage] += clock() - start

        setattr(self, name, timed)  # asked for once, then found without this
        return timed


def timed_stages(pipeline: Pipeline) -> dict[str, float]:
    """Seconds of processor time by stage, growing while the pipeline steps; begin before its first step."""
    spent = dict.fromkeys(STAGES, 0.0)
    for name in STAGES:
        attribute = f"_{name}"
        setattr(pipeline, attribute, _Timed(getattr(pipeline, attribute), name, spent))
    return spent
