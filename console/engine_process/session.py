"""How an engine is found: one lock, one address file, one set of shared memory per state folder."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

import msgspec

from inference.engine.files import replace_file
from inference.engine.pictures import remove_pictures
from inference.engine.shared_block import remove_block
from inference.messages.said import said


class AlreadyRunningError(RuntimeError):
    """Another engine has this state folder."""


class Session(msgspec.Struct, frozen=True):
    """What outlives a crashed engine and is handed to the next one."""

    token: str
    """Every request must carry it."""
    memory: str
    """Name of the appearance memory."""
    pictures: str
    """What names of shared pictures start with."""
    run_dir: str
    """Folder of the socket, this user's only."""


class Address(msgspec.Struct, frozen=True):
    """``engine.json``: a running engine, or one that ended without saying so."""

    pid: int
    endpoint: str
    session: Session


def new_session() -> Session:
    """Fresh names that nobody else has."""
    name = f"oa{secrets.token_hex(5)}"
    return Session(secrets.token_urlsafe(24), f"{name}m", name, tempfile.mkdtemp(prefix="openaisle-"))


def usable(session: Session) -> Session:
    """The session with its folder in place (a restart of the machine clears it)."""
    Path(session.run_dir).mkdir(mode=0o700, parents=True, exist_ok=True)
    return session


def end_session(session: Session) -> None:
    """Take everything away that the session held outside the state folder."""
    remove_block(session.memory)
    remove_pictures(session.pictures)
    shutil.rmtree(session.run_dir, ignore_errors=True)


# -- the address ---------------------------------------------------------------------------------------


def address_file(state: Path) -> Path:
    """Readable by this user only: it holds the token."""
    return state / "engine.json"


def write_address(state: Path, address: Address) -> None:
    """Say where the engine is."""
    replace_file(address_file(state), msgspec.json.encode(address))


def read_address(state: Path) -> Address | None:
    """The latest engine of this folder; None where none is (or it cannot be read)."""
    try:
        return msgspec.json.decode(address_file(state).read_bytes(), type=Address)
    except (OSError, msgspec.MsgspecError):
        return None


def forget_address(state: Path) -> None:
    """No engine is here any more."""
    address_file(state).unlink(missing_ok=True)


# -- the lock ------------------------------------------------------------------------------------------


class StateLock:
    """Held by a running engine; the operating system lets go of it however the process ends."""

    def __init__(self, state: Path) -> None:
        """Take it. Raises :class:`AlreadyRunningError`."""
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._handle = os.open(state / "engine.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._handle)
        except OSError as error:
            os.close(self._handle)
            raise AlreadyRunningError(
                said("an engine is already running on {state}: main.py stop ends it", state=state)
            ) from error

    def release(self) -> None:
        """Let go."""
        os.close(self._handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_running(state: Path) -> bool:
    """Whether an engine holds the lock now."""
    try:
        StateLock(state).release()
    except AlreadyRunningError:
        return True
    return False
