"""Files that are replaced whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from store_layout.said import Words, said


def replace_whole(path: Path, content: bytes) -> None:
    """Let ``content`` take the file's place in one go, and reach the disk first. Raises ``OSError``."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_asked_for(path: Path, content: bytes) -> None:
    """A file of somebody's choice, with its folder: whole or not at all. Raises ``OSError`` naming it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():  # a pipe, a device: nothing can take its place
            path.write_bytes(content)
        else:
            replace_whole(path, content)
    except FileExistsError as error:  # in the place of its folder
        raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from error
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def with_remedy(
    folder: Path, write: Callable[[], None], error_of: Callable[[Words], Exception], unchanged: Words
) -> None:
    """Do it; what the system says against it comes with place and remedy."""
    try:
        write()
    except OSError as error:
        raise error_of(
            said(
                "{path}: cannot be written ({error}). Check who may write in {folder} and that its disk "
                "is not "
                "full; {unchanged}",
                path=error.filename or folder,
                error=error.strerror or error,
                folder=folder,
                unchanged=unchanged,
            )
        ) from error
