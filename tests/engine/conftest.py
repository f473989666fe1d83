"""Parts of an engine on a temporary folder."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inference.engine.appearance_memory import AppearanceMemory
from inference.engine.belonging import begin_journal, new_header
from inference.engine.engine import Engine, EngineOptions
from inference.engine.shared_block import remove_block
from inference.engine.source import RecordingSource
from inference.messages import Observation
from tests.support.fake_pipeline import STARTED_AT, STEP_S, FakeFlow, MemorySink, fake_layout, play_from

SHM = Path("/dev/shm")  # noqa: S108  # where Linux shows shared memory


@pytest.fixture
def block_name() -> Iterator[str]:
    """A name of the test's own; what it made under it is taken away, and nothing else may be left."""
    name = f"oat{secrets.token_hex(5)}"
    yield name
    remove_block(name)
    if SHM.is_dir():
        assert not list(SHM.glob(f"{name}*"))


@pytest.fixture
def memory(block_name: str) -> Iterator[AppearanceMemory]:
    memory = AppearanceMemory(block_name, half_bytes=1_000_000)
    yield memory
    memory.close()


def recording_source(observations: list[Observation], speed: float | None = None) -> RecordingSource:
    return RecordingSource(
        lambda position, on_frame: play_from(observations, position),
        "fake-recording",
        STARTED_AT,
        len(observations) * STEP_S,
        speed=speed,
    )


MakeEngine = Callable[..., Engine]


@pytest.fixture
def make_engine(tmp_path: Path) -> MakeEngine:
    folder = tmp_path / "journal"
    layout = fake_layout()

    def make(
        observations: list[Observation],
        sink: MemorySink,
        memory: AppearanceMemory | None = None,
        **options: object,
    ) -> Engine:
        if not folder.exists():
            begin_journal(folder, new_header(layout, "fake-recording"), layout)
        return Engine(
            layout,
            "salt",
            make_flow=FakeFlow,
            sink=sink,
            source=recording_source(observations),
            journal_folder=folder,
            memory=memory,
            options=EngineOptions(**{"exit_at_end": True, **options}),  # type: ignore[arg-type]  # of any test
        )

    return make
