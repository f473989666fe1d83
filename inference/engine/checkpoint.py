"""One moment of the whole engine, on disk: the pipeline's state and what the engine adds to it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from inference.engine.files import DamagedFileError, read_whole, write_whole
from inference.engine.view import ViewState
from inference.messages import VisitClosed
from inference.messages.codec import CodecError, from_msgpack, to_msgpack

MAGIC = b"openaisle checkpoint 1\n"


class Checkpoint(msgspec.Struct, frozen=True):
    """Everything that is needed to go on after ``count`` journaled observations."""

    count: int
    """Journaled observations that the state has seen; the journal goes on with this one."""
    from_source: int
    """How many of them came from the source: where a recording goes on."""
    t: float
    """Store time of the latest observation."""
    flow: bytes
    view: ViewState
    unposted: tuple[VisitClosed, ...] = ()
    """Closed visits that no sink has confirmed yet."""
    finished: bool = False
    """The source ended and every visit is closed."""
    layout: str = ""
    """Hash of the layout that it is of; empty: the one that the journal was begun with."""


def checkpoint_path(folder: Path, count: int) -> Path:
    """Where the checkpoint after ``count`` observations lies."""
    return folder / f"{count:015d}.checkpoint"


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """On disk, whole, when this returns."""
    write_whole(checkpoint_path(folder, checkpoint.count), MAGIC, to_msgpack(checkpoint))


def read_checkpoint(path: Path) -> Checkpoint:
    """Raises ``DamagedFileError`` naming the file."""
    try:
        return from_msgpack(read_whole(path, MAGIC), Checkpoint)
    except CodecError as error:
        raise DamagedFileError(f"{path.name}: {error}") from error


def checkpoints(folder: Path) -> list[tuple[int, Path]]:
    """Checkpoint files and their counts, newest first; nothing is read."""
    found = [(int(p.stem), p) for p in folder.glob("*.checkpoint") if p.stem.isdigit()]
    return sorted(found, reverse=True)
