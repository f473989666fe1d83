"""Whose journal this is: header, layout, salt; and putting an old one aside."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

import msgspec

from inference.engine.entries import FORMAT, Header, layout_hash, recording_salt
from inference.engine.files import DamagedFileError, read_whole, replace_file, write_whole
from inference.messages.codec import CodecError, from_msgpack, to_msgpack
from store_layout.model import StoreLayout

ENGINE_VERSION = "1"
"""Counts up when a stage's state can no longer be read from an older checkpoint."""
ARCHIVES_KEPT = 3

_LAYOUT_MAGIC = b"openaisle layout 1\n"


def new_header(layout: StoreLayout, recording_id: str | None) -> Header:
    """For a journal that begins now; ``recording_id`` is None for live devices."""
    salt = secrets.token_hex(16) if recording_id is None else recording_salt(recording_id)
    source = "live" if recording_id is None else recording_id
    return Header(FORMAT, layout_hash(layout), source, ENGINE_VERSION, salt)


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


def read_layout(folder: Path) -> StoreLayout:
    """The layout that the journal was written with. Raises ``DamagedFileError`` or ``OSError``."""
    try:
        return from_msgpack(read_whole(folder / "layout.msgpack", _LAYOUT_MAGIC), StoreLayout)
    except CodecError as error:
        raise DamagedFileError(f"layout.msgpack: {error}") from error


def why_not_ours(found: Header, wanted: Header) -> str | None:
    """Why the engine cannot go on with this journal, in words for staff; None when it can."""
    if found.format != wanted.format or found.engine != wanted.engine:
        return "it was written by another version of the program"
    if found.source != wanted.source:
        return "it belongs to another source"
    if found.layout != wanted.layout:
        return "the store folder was changed"
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
