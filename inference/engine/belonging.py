"""Whose journal this is: header, layout, salt; and putting an old one aside."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

import msgspec

from inference.engine.entries import FORMAT, Header, layout_hash, recording_salt
from inference.engine.files import DamagedFileError, read_whole, replace_file, write_whole
from inference.messages.codec import CodecError, from_msgpack, to_msgpack
from inference.messages.said import Said, said
from store_layout.model import StoreLayout

ENGINE_VERSION = "1"
"""Counts up when a stage's state can no longer be read from an older checkpoint."""
ARCHIVES_KEPT = 3
LIVE = "live"
"""Source of a journal of live devices."""
_SIMULATED = "simulated:"

_LAYOUT_MAGIC = b"openaisle layout 1\n"


def new_header(layout: StoreLayout, recording_id: str | None) -> Header:
    """For a journal that begins now; ``recording_id`` is None for live devices."""
    salt = secrets.token_hex(16) if recording_id is None else recording_salt(recording_id)
    source = LIVE if recording_id is None else recording_id
    return Header(FORMAT, layout_hash(layout), source, ENGINE_VERSION, salt)


def simulated_source(store: str, started_at: float) -> str:
    """Source of a journal of a store that is simulated as it goes: another one for each start."""
    return f"{_SIMULATED}{store}:{started_at:.3f}"


def is_same_place(one: str, other: str) -> bool:
    """Whether two sources are the same store, so that it is found as it was left: open, or paused.

    A recording that is played anew is not: it begins as it began.
    """
    if one == LIVE:
        return other == LIVE
    store, _, _ = one.rpartition(":")
    return one.startswith(_SIMULATED) and store == other.rpartition(":")[0]


def begin_journal(folder: Path, header: Header, layout: StoreLayout) -> None:
    """Make the folder, for this user only. The header is written last: without it there is no journal."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(folder / "layout.msgpack", _LAYOUT_MAGIC, to_msgpack(layout))
    replace_file(folder / "header.json", msgspec.json.encode(header))


def read_header(folder: Path) -> Header | None:
    """The header; None where no journal is. Raises ``DamagedFileError``."""
    try:
        return msgspec.json.decode((folder / "header.json").read_bytes(), type=Header)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise DamagedFileError(f"header.json: {error}") from error


def read_layout(folder: Path, layout: str = "") -> StoreLayout:
    """The layout with this hash; empty: that the journal was begun with.

    Raises ``DamagedFileError`` or ``OSError``.
    """
    path = _layout_path(folder, layout)
    try:
        return from_msgpack(read_whole(path, _LAYOUT_MAGIC), StoreLayout)
    except CodecError as error:
        raise DamagedFileError(f"{path.name}: {error}") from error


class Layouts:
    """The layouts of one journal by their hash. The one at hand is not read again from the disk."""

    def __init__(self, folder: Path, at_hand: StoreLayout | None = None) -> None:
        """``at_hand``: what the store is like now, most probably."""
        self._folder = folder
        self._at_hand = at_hand
        self._known = "" if at_hand is None else layout_hash(at_hand)

    def __call__(self, name: str) -> StoreLayout:
        """By its hash; empty: that the journal was begun with. Raises ``DamagedFileError`` or ``OSError``."""
        header = None if name else read_header(self._folder)
        wanted = name if header is None else header.layout
        if self._at_hand is not None and wanted == self._known:
            return self._at_hand
        return read_layout(self._folder, name)


def keep_layout(folder: Path, layout: StoreLayout, before: str) -> str:
    """Have a later layout on the disk before the journal speaks of it; its hash.

    ``before``: hash of the one that it takes the place of, which older checkpoints are of. What came before
    that is removed: no checkpoint is of it any more.
    """
    name = layout_hash(layout)
    kept = {_layout_path(folder, each) for each in ("", before, name)}
    write_whole(_layout_path(folder, name), _LAYOUT_MAGIC, to_msgpack(layout))
    for path in folder.glob("layout-*.msgpack"):
        if path not in kept:
            path.unlink()
    return name


def _layout_path(folder: Path, layout: str) -> Path:
    return folder / (f"layout-{layout[:24]}.msgpack" if layout else "layout.msgpack")


def why_not_ours(found: Header, wanted: Header) -> Said | None:
    """Why the engine cannot go on with this journal whatever the store's layout; None when it can.

    What was played or simulated belongs to the layout that it began with.
    """
    if found.format != wanted.format or found.engine != wanted.engine:
        return said("it was written by another version of the program")
    if found.source != wanted.source:
        return said("it belongs to another source")
    if wanted.source != LIVE and found.layout != wanted.layout:
        return said("the store folder was changed")
    return None


def put_aside(folder: Path) -> Path | None:
    """Rename the journal's folder to the next free archive name; the oldest archives are removed."""
    if not folder.exists():
        return None
    archives = sorted(folder.parent.glob(f"{folder.name}.old-*"))
    number = int(archives[-1].name.rsplit("-", 1)[1]) + 1 if archives else 1
    target = folder.with_name(f"{folder.name}.old-{number:06d}")
    folder.rename(target)
    for old in [*archives, target][:-ARCHIVES_KEPT]:
        shutil.rmtree(old)
    return target
