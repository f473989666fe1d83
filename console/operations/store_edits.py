"""Changes of ``store.toml`` from the window: checked before they are written, and taken back to the byte.

Only that file is written: catalogue and planogram change otherwise (``catalogue``). A running engine goes on
with the layout that it has until it is asked to take the changed one over (``store_takeover``).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from console.language import tr
from console.language.sentences import in_words
from store_layout.findings import TOML
from store_layout.model import StoreFile, StoreLayout
from store_layout.problems import StoreProblems, errors_among
from store_layout.reader import read_store
from store_layout.toml_text import toml_text
from store_layout.whole_files import replace_whole
from store_layout.writer import check_layout


class StoreEdit(msgspec.Struct, frozen=True):
    """A change that was written, so that it can be taken back."""

    before: bytes
    after: bytes


class EditError(Exception):
    """A change cannot be taken back; says why."""


def edit_store(folder: Path, change: Callable[[StoreLayout], StoreFile]) -> StoreEdit:
    """Read the store folder as it is now, change it, check the whole, write it.

    Raises ``StoreProblems`` when the folder cannot be read or would not be one afterwards, ``OSError``.
    """
    path = folder / TOML
    layout = read_store(folder)
    changed = msgspec.structs.replace(layout, file=change(layout))
    problems = check_layout(changed)
    if errors_among(problems):
        raise StoreProblems(problems)
    edit = StoreEdit(path.read_bytes(), toml_text(changed.file).encode("utf-8"))
    replace_whole(path, edit.after)
    return edit


def take_back(folder: Path, edit: StoreEdit) -> None:
    """Put the file back as it was, if the store is sound with it.

    Raises :class:`EditError` when it was changed since, or when catalogue and planogram do not fit it any
    more, ``OSError``; then it stays as it is.
    """
    put_file_back(folder, edit)
    try:
        read_store(folder)
    except StoreProblems as problems:
        put_file_back(folder, StoreEdit(before=edit.after, after=edit.before))
        raise EditError(
            tr("This cannot be taken back any more, as the store would not be sound: {problems}",
               problems=in_words(problems))
        ) from problems  # fmt: skip


def put_file_back(folder: Path, edit: StoreEdit) -> None:
    """The file alone. Raises :class:`EditError` when it was changed since, ``OSError``."""
    path = folder / TOML
    if path.read_bytes() != edit.after:
        raise EditError(
            tr("{file} was changed meanwhile, so the change before it cannot be taken back", file=TOML)
        )
    replace_whole(path, edit.before)
