"""Files of a store folder that are replaced whole or not at all."""

from __future__ import annotations

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
