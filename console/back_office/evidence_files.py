"""Files attached to disputes, kept beside the ledger by the hash of their bytes.

``ledger.sqlite`` has them in ``ledger.evidence/ab/abcd…``. A file is there before the ledger names it, and
gone after the ledger has forgotten it; what a crash leaves between is swept away by the next purge.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from console.back_office.dispute_rows import DisputeRow
from console.back_office.disputes import attach, attachable
from console.back_office.ledger import Ledger
from console.back_office.ledger_file import LedgerFile
from console.back_office.permissions import Actor
from console.language import tr

LARGEST = 64 * 2**20
"""Bytes of one piece: a minute of a phone's video."""
FRESH_S = 3600.0
"""A file that nobody names may be about to be named; after this it was left by a crash."""
_CHUNK = 2**20


class EvidenceFileError(RuntimeError):
    """A piece of evidence cannot be kept or read; the text says why and what to do."""


class Swept(msgspec.Struct, frozen=True):
    """Files that went, or would go."""

    files: int = 0
    size: int = 0
    """Bytes."""


class EvidenceFiles:
    """The folder of files of one ledger."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, ledger: LedgerFile) -> EvidenceFiles:
        """Those beside this ledger."""
        return cls(ledger.path.with_name(f"{ledger.path.stem}.evidence"))

    def path(self, sha256: str) -> Path:
        """Where the file with this hash is, if it is there."""
        return self.folder / sha256[:2] / sha256

    def keep(self, source: Path) -> str:
        """Copy a file in; gives its SHA-256. Kept already, nothing is written.

        Raises :class:`EvidenceFileError` for one that cannot be read, is too large, or does not fit on the
        disk; nothing is left of it then.
        """
        making = self.folder / f".{secrets.token_hex(8)}"
        try:
            if source.stat().st_size > LARGEST:
                raise EvidenceFileError(
                    tr(
                        "{source} is larger than {size} MiB: attach the part that matters",
                        source=source,
                        size=LARGEST // 2**20,
                    )
                )
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sha256 = _copy(source, making)
            target = self.path(sha256)
            if target.exists():
                os.utime(target)  # in use again: not to be swept
            else:
                target.parent.mkdir(mode=0o700, exist_ok=True)
                making.replace(target)
        except OSError as error:
            raise EvidenceFileError(
                tr(
                    "{source} was not kept in {folder} ({error}): check that both can be "
                    "used and the disk is not full; nothing was attached",
                    source=source,
                    folder=self.folder,
                    error=error.strerror or error,
                )
            ) from error
        finally:
            _forget(making)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes, checked. Raises :class:`EvidenceFileError` where they are gone or are others."""
        path = self.path(sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise EvidenceFileError(
                tr(
                    "{path} is not there: it was purged when its time was over, or only its hash was noted",
                    path=path,
                )
            ) from None
        except OSError as error:
            raise EvidenceFileError(
                tr("{path} cannot be read ({error}): check who may", path=path, error=error.strerror)
            ) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise EvidenceFileError(
                tr(
                    "{path} is not what was attached: its hash is another one. Fetch it from a backup",
                    path=path,
                )
            )
        return data

    def sweep(self, named: Collection[str], *, now: float, dry_run: bool = False) -> Swept:
        """Remove the files whose hashes the ledger does not name, but for fresh ones."""
        if not self.folder.is_dir():
            return Swept()
        before, files, size = now - FRESH_S, 0, 0
        for path in self._files():
            found = path.stat()
            if path.name in named or found.st_mtime >= before:
                continue
            files, size = files + 1, size + found.st_size
            if not dry_run:
                path.unlink(missing_ok=True)
        return Swept(files, size)

    def discard(self, ledger: LedgerFile, sha256: str) -> bool:
        """Remove a file now, unless the ledger names it. False: it was not there, or is named."""
        named = ledger.scalar("SELECT 1 FROM dispute_evidence WHERE sha256 = ?", sha256) is not None
        path = self.path(sha256)
        if named or not path.exists():
            return False
        path.unlink()
        return True

    def _files(self) -> Iterator[Path]:
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                yield path


def attach_file(ledger: Ledger, actor: Actor, dispute: str, source: Path, *, at: float) -> DisputeRow:
    """Keep a file, and note it as evidence of an open dispute. Said again, nothing is written twice.

    Raises :class:`EvidenceFileError`, ``DisputeError``, ``NotAllowedError``.
    """
    attachable(ledger, actor, dispute)
    sha256 = EvidenceFiles.of(ledger).keep(source)
    return attach(ledger, actor, dispute, source.name, sha256, at=at)


def _copy(source: Path, target: Path) -> str:
    """Bytes through to the disk; gives their SHA-256."""
    hashed = hashlib.sha256()
    with source.open("rb") as read, os.fdopen(os.open(target, _NEW, 0o600), "wb") as write:
        while chunk := read.read(_CHUNK):
            hashed.update(chunk)
            write.write(chunk)
        write.flush()
        os.fsync(write.fileno())
    return hashed.hexdigest()


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def _forget(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # the folder cannot be used: the error that matters has been raised
        return
