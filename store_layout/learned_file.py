"""``learned.toml`` on the disk: applied as a whole, kept in every version, and taken back to the byte.

``learned/000003.toml`` is a copy of the file as the third change made it. Taking that change back puts the
bytes of the version that it followed in place again, or takes the file away where it followed none.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec
import tomli_w

from store_layout.findings import LEARNED
from store_layout.learned import Learned
from store_layout.said import said
from store_layout.whole_files import replace_whole, with_remedy

FOLDER = "learned"
_HEAD = """\
# What reviewed cases have taught; written by this program, number by number (see the folder "learned").
# The engine reads it when it starts. Without this file, everything is as catalog.csv and store.toml say.
"""


class LearnedError(RuntimeError):
    """What was learned cannot be applied or taken back; the text says where, why and what to do."""


def learned_text(learned: Learned) -> str:
    """The file as TOML; reading it gives an equal value."""
    data = {name: value for name, value in msgspec.to_builtins(learned).items() if value not in (None, [])}
    for entry in data.get("scale", ()):
        for name in [name for name, value in entry.items() if value is None]:
            del entry[name]
    return _HEAD + tomli_w.dumps(data)


def versions(folder: Path) -> tuple[Learned, ...]:
    """All that was ever applied to a store, by number. Raises :class:`LearnedError` naming the file."""
    return tuple(_version(path) for path in _version_paths(folder))


def next_number(folder: Path) -> int:
    """Of what is applied next: numbers are never used again."""
    return max((int(path.stem) for path in _version_paths(folder)), default=0) + 1


def apply_learned(folder: Path, learned: Learned, announce: Callable[[], None] = lambda: None) -> None:
    """Put it in force: all of it or nothing.

    ``announce`` is told when all is written but not yet in force, and whatever it raises takes it back.
    Raises :class:`LearnedError` where it cannot be written, or where its number was taken meanwhile.
    """
    content, kept = learned_text(learned).encode("utf-8"), _kept(folder, learned.number)

    def write() -> None:
        kept.parent.mkdir(exist_ok=True)
        try:
            with kept.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            raise LearnedError(
                said("{kept}: somebody else applied something at this moment: look again", kept=kept)
            ) from None
        try:
            announce()
            replace_whole(folder / LEARNED, content)
        except BaseException:
            kept.unlink()
            raise

    _with_remedy(folder, write)


def undo_learned(folder: Path, announce: Callable[[Learned], None] = lambda _: None) -> Learned:
    """Take back what was applied last, to the byte. Gives what was taken back.

    ``announce`` is told before anything changes. Raises :class:`LearnedError` where nothing is in force, or
    the file is not as it was written.
    """
    path = folder / LEARNED
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise LearnedError(said("{folder}: nothing that was learned is in force", folder=folder)) from None
    except OSError as error:
        raise LearnedError(
            said(
                "{path}: cannot be read ({strerror}). Check who may read it",
                path=path,
                strerror=error.strerror,
            )
        ) from error
    written = next((p for p in reversed(_version_paths(folder)) if p.read_bytes() == content), None)
    if written is None:
        raise LearnedError(
            said(
                "{path} was changed by hand, or its copy in {folder} is gone: put back the version you "
                "want from {place}, or remove {learned} to go back to the catalogue's weights",
                path=path,
                folder=FOLDER,
                place=folder / FOLDER,
                learned=LEARNED,
            )
        )
    learned = _version(written)
    before: bytes | None = None
    if learned.follows:
        try:
            before = _kept(folder, learned.follows).read_bytes()
        except OSError as error:
            raise LearnedError(
                said(
                    "{folder}: cannot be read ({strerror}). Restore it from a backup, or remove "
                    "{learned} to go back to the catalogue's weights",
                    folder=_kept(folder, learned.follows),
                    strerror=error.strerror,
                    learned=LEARNED,
                )
            ) from error

    def write() -> None:
        announce(learned)
        if before is None:
            path.unlink()
        else:
            replace_whole(path, before)

    _with_remedy(folder, write)
    return learned


def _version_paths(folder: Path) -> list[Path]:
    return sorted(p for p in (folder / FOLDER).glob("*.toml") if p.stem.isdecimal())


def _kept(folder: Path, number: int) -> Path:
    return folder / FOLDER / f"{number:06d}.toml"


def _version(path: Path) -> Learned:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Learned)
    except (OSError, ValueError) as error:
        raise LearnedError(
            said("{path}: {error}. Restore it from a backup, or move it away", path=path, error=error)
        ) from error


def _with_remedy(folder: Path, write: Callable[[], None]) -> None:
    with_remedy(folder, write, LearnedError, said("what is in force is as it was"))
