"""A whole engine with its ledger, on people who look like nobody else: nothing of their looks is written.

Pictures reach the window through shared memory. Clips, which do reach the disk, have tests of their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from console.back_office import Ledger
from console.engine_process.compose import LedgerSink, Parts
from console.engine_process.headless import run_headless
from console.engine_process.spec import EngineSpec
from inference.engine.appearance_memory import AppearanceMemory
from inference.engine.flow import real_flow
from inference.engine.source import RecordingSource
from inference.messages import Appearance, Detections, Frame, Observation
from inference.recording import Recording, RecordingPlayer
from inference.simulation import Errand, Plan, SimulationSettings, simulate
from tests.support.stores import small_store

LOOKS = [
    (look / np.linalg.norm(look)).astype(np.float32)
    for look in np.random.default_rng(20).normal(0, 1, (3, 24))
]
FACE = np.random.default_rng(21).integers(0, 256, (48, 64, 3), dtype=np.uint8)
"""Noise: any row of it is found in no other file."""
PICTURE_MAGICS = (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n", b"ftypisom", b"RIFF")
PLANS = (
    Plan(person="first", arrive_s=1.0, errands=(Errand(act="take", slot="A2", wait_s=1.0),)),
    Plan(person="second", arrive_s=5.0, errands=(Errand(act="take", slot="B1", wait_s=2.0),)),
)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("looks") / "two-shoppers"
    simulate(small_store(), SimulationSettings(), 4, folder, plans=PLANS)
    return folder


def parts(spec: EngineSpec, show: Callable[[Frame], None]) -> Parts:
    played = Recording.open(Path(spec.recording or ""))

    def play(position: int, on_frame: Callable[[Frame], None]) -> Iterator[Observation]:
        for seen in RecordingPlayer(played).observations(position):
            if not isinstance(seen, Detections):
                yield seen
                continue
            on_frame(Frame(seen.camera, seen.seq, seen.t, FACE))
            people = [
                msgspec.structs.replace(person, appearance=Appearance(LOOKS[n % len(LOOKS)]))
                for n, person in enumerate(seen.items)
            ]
            yield msgspec.structs.replace(seen, items=tuple(people))

    source = RecordingSource(play, "looks", played.started_at, played.duration, speed=spec.speed, show=show)
    ledger = spec.ledger_path
    return Parts(played.layout, source, real_flow, lambda layout: LedgerSink(ledger, layout))


def forms(look: NDArray[np.float32]) -> Iterator[bytes]:
    """How three numbers in a row of a vector could stand in a file, as bytes or as text."""
    for start in range(0, len(look) - 3, 3):
        part = look[start : start + 3]
        for kind in ("<f4", ">f4", "<f8", ">f8", "<f2", ">f2"):
            yield part.astype(kind).tobytes()
    for number in look:
        texts = (str(float(number)), f"{float(number):.6f}", json.dumps(round(float(number), 5)))
        # Shorter ones are other numbers too: "0.077" is found in any file of coordinates.
        yield from (text.encode() for text in texts if len(text.lstrip("-")) >= 7)


def traces_in(folder: Path) -> list[str]:
    """Files that hold something of a look or of a picture."""
    rows = [FACE[row].tobytes()[:48] for row in range(0, len(FACE), 8)]
    rows += [FACE[::-1, :, ::-1][0].tobytes()[:48]]
    wanted = [form for look in LOOKS for form in forms(look)] + rows + list(PICTURE_MAGICS)
    found = []
    for path in folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        found += [path.name for form in wanted if form in data]
    return found


@pytest.mark.parametrize("what", ["<f4", "<f2", "text", "picture"])
def test_what_is_looked_for_would_be_found(tmp_path: Path, what: str) -> None:
    planted = {
        "text": json.dumps([float(x) for x in LOOKS[1]]).encode(),
        "picture": FACE[8:].tobytes(),
    }
    content = planted.get(what) or b"x" + LOOKS[1].astype(what).tobytes()
    (tmp_path / "file").write_bytes(b"before" + content)
    assert traces_in(tmp_path)


def test_no_look_and_no_picture_reaches_the_disk(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = EngineSpec(
        recording=str(recording),
        state_dir=str(tmp_path / "engine"),
        ledger=str(tmp_path / "ledger.sqlite"),
        speed=None,
        exit_at_end=True,
        checkpoint_observations=600,
    )
    seen: list[int] = []
    held: list[int] = []
    during: list[str] = []
    keep = AppearanceMemory.checkpoint

    def looked(memory: AppearanceMemory, count: int, vectors: list[NDArray[np.float32]]) -> None:
        if len(held) in {3, 7}:  # what is on the disk now may be replaced before the end
            during.extend(traces_in(tmp_path))
        held.append(len(vectors))
        keep(memory, count, vectors)

    monkeypatch.setattr(AppearanceMemory, "checkpoint", looked)
    summary = run_headless(spec, lambda closed: seen.append(closed.closed.track), parts=parts)
    assert summary.finished
    assert len(seen) == 2
    with Ledger.open(spec.ledger_path, read_only=True) as ledger:
        assert len(ledger.visits()) == 2
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {".checkpoint", ".journal", ".sqlite"} <= {path.suffix for path in files}
    assert sum(path.stat().st_size for path in files) > 100_000
    assert len(held) > 7
    assert max(held) > 0  # they were in use
    assert during == []
    assert traces_in(tmp_path) == []
