"""Evidence beside the engine: it changes nothing of what is decided, and it can be asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from inference.engine.belonging import begin_journal, new_header
from inference.engine.engine import Engine, EngineOptions
from inference.evidence.film import Film
from inference.evidence.keeper import EvidenceKeeper
from inference.evidence.kept import read_evidence
from inference.messages import Frame, Observation, Result, VisitClosed
from inference.messages.wire import Done, KeepEvidence, Refused
from tests.engine.conftest import recording_source
from tests.evidence.scenes import LAYOUT, Store, T, closed, event
from tests.support.fake_pipeline import FakeFlow, MemorySink, fake_layout, fake_observations, undisturbed

OBSERVATIONS = fake_observations(600)


class Listening(EvidenceKeeper):
    """Notes what it was told."""

    def __init__(self, folder: Path) -> None:
        super().__init__(fake_layout(), folder, Film())
        self.heard: list[Observation] = []
        self.visits: list[VisitClosed] = []
        self.said = ""

    def saw(self, observation: Observation, results: Sequence[Result]) -> None:
        self.heard.append(observation)
        super().saw(observation, results)

    def take(self, results: Sequence[Result]) -> None:
        self.visits += [r for r in results if isinstance(r, VisitClosed)]
        super().take(results)

    @property
    def trouble(self) -> str:
        return self.said


def engine_with(keeper: EvidenceKeeper, folder: Path, sink: MemorySink, *, stay: bool = False) -> Engine:
    layout = fake_layout()
    begin_journal(folder, new_header(layout, "fake-recording"), layout)
    return Engine(
        layout,
        "salt",
        make_flow=FakeFlow,
        sink=sink,
        source=recording_source(OBSERVATIONS),
        journal_folder=folder,
        evidence=keeper,
        options=EngineOptions(exit_at_end=not stay),
    )


def test_visits_are_the_same_with_it_and_it_hears_all(tmp_path: Path) -> None:
    keeper, sink = Listening(tmp_path / "clips"), MemorySink()
    engine_with(keeper, tmp_path / "journal", sink).run()
    keeper.close()
    assert sink.visits == undisturbed(OBSERVATIONS, "salt")
    assert len(keeper.heard) == len(OBSERVATIONS)
    assert [v.closed.visit for v in keeper.visits] == list(sink.visits)


def test_it_is_asked_for_by_command_and_trouble_is_told(tmp_path: Path) -> None:
    keeper = Listening(tmp_path / "clips")
    engine = engine_with(keeper, tmp_path / "journal", MemorySink(), stay=True)
    thread = threading.Thread(target=engine.run)
    thread.start()
    try:
        answer = engine.submit(KeepEvidence("nobody")).result(60)
        assert answer == Refused("nothing of this visit is in the engine's memory any more")
        store = Store(tmp_path / "clips")
        took = event()
        store.pass_time(T - 4, T + 5.4, took)
        store.tell(closed(took, "issue"))
        keeper.cutter.close()
        keeper.cutter = store.keeper.cutter
        assert isinstance(engine.submit(KeepEvidence("visit 1")).result(60), Done)
        assert keeper.cutter.wait(60)
        assert read_evidence(tmp_path / "clips", "visit 1", took.id) is not None
        keeper.said = "No space left on device"
        until = time.monotonic() + 60
        while time.monotonic() < until and not alarms_of(engine):
            time.sleep(0.02)
        assert alarms_of(engine) == [
            "pictures of a visit in review could not be kept: No space left on device"
        ]
    finally:
        engine.stop()
        thread.join(60)
        keeper.close()


def alarms_of(engine: Engine) -> list[str]:
    newest = engine.newest()
    return [] if newest is None else [str(alarm.text) for alarm in newest.alarms if alarm.about == "evidence"]


def test_a_camera_that_the_store_does_not_know_is_never_shown(tmp_path: Path) -> None:
    store = Store(tmp_path, cameras=())
    for n in range(40):
        store.keeper.film.take(Frame("another", n, T - 4 + n / 5, np.zeros((36, 64, 3), np.uint8)))
    took = event()
    store.pass_time(T - 4, T + 5.4, took)
    store.tell(closed(took))
    store.close()
    kept = read_evidence(tmp_path, "visit 1", took.id)
    assert kept is not None
    assert (kept.clips, kept.why_no_clips) == ((), "no camera has pictures of the place")
    assert LAYOUT.cameras.keys().isdisjoint({"another"})
