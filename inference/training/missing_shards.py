"""What of a data set is still to be made: whatever is there already is not made again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

Progress = Callable[[int, int], None]
"""Shards that are there, and shards wanted."""


def make_missing(
    folder: Path,
    numbers: Iterable[int],
    path_of: Callable[[Path, int], Path],
    made: Callable[[list[int]], Iterable[object]],
    progress: Progress | None = None,
) -> None:
    """Make those of the shards ``numbers`` that the folder lacks.

    ``made`` writes the shards of these numbers to where ``path_of`` says, and yields after each.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = list(numbers)
    missing = [n for n in wanted if not path_of(folder, n).is_file()]

    def tell(done: int) -> None:
        if progress is not None:
            progress(len(wanted) - len(missing) + done, len(wanted))

    tell(0)
    for done, _ in enumerate(made(missing), start=1):
        tell(done)
