"""The worker with fake parts: ``spec.recording`` says what to play, ``spec.ledger`` is a SqliteSink's file.

``recording`` is ``COUNT`` or ``COUNT:crash`` (dies at once) or ``COUNT:hang`` (the pipeline never returns) or
``COUNT:refuse``.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from console.engine_process.compose import Parts
from console.engine_process.spec import EngineSpec, SpecError
from console.engine_process.worker import main
from inference.engine.source import RecordingSource
from inference.messages import Frame, Observation, Result
from store_layout.model import StoreLayout
from tests.support.fake_pipeline import (
    STARTED_AT,
    STEP_S,
    FakeFlow,
    SqliteSink,
    fake_layout,
    fake_observations,
    play_from,
)


class HangingFlow(FakeFlow):
    def step(self, seen: Observation) -> list[Result]:
        if self.state.seen == 200:
            time.sleep(3600)
        return super().step(seen)


def parts(spec: EngineSpec, show: Callable[[Frame], None]) -> Parts:
    count, _, how = (spec.recording or "").partition(":")
    if how == "refuse":
        raise SpecError("store.toml: no such file: make one")
    if how == "crash":
        sys.stderr.write("the roof fell in\n")
        sys.stderr.flush()
        os._exit(3)
    observations = fake_observations(int(count))
    show(Frame("c0", 0, STARTED_AT, np.full((48, 64, 3), 77, np.uint8)))
    source = RecordingSource(
        lambda position, on_frame: play_from(observations, position),
        "fake-recording",
        STARTED_AT,
        int(count) * STEP_S,
        speed=spec.speed,
        show=show,
    )
    ledger = Path(spec.ledger or "")

    def flow(layout: StoreLayout, salt: str) -> FakeFlow:
        return HangingFlow(layout, salt) if how == "hang" else FakeFlow(layout, salt)

    return Parts(fake_layout(), source, flow, lambda layout: SqliteSink(ledger))


if __name__ == "__main__":
    status = main(parts=parts)
    assert threading.active_count() <= 2, threading.enumerate()
    sys.exit(status)
