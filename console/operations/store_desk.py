"""The store's file, changed from the window: written, logged, taken back. The engine is told by others."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from console.back_office import audit
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.operators import OperatorError, SignInError, sign_in
from console.back_office.permissions import NotAllowedError
from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.camera_drafts import CameraDraft, with_camera
from console.operations.disputes import SignIn
from console.operations.operator_session import SCREEN, OperatorSession
from console.operations.shelving_work import Rebuilt, put_back, rebuild
from console.operations.store_edits import EditError, StoreEdit, edit_store, take_back
from inference.capture import KeyringSecrets, Secrets, SecretsUnavailableError, camera_key
from store_layout.change_files import ChangeError
from store_layout.model import Camera, StoreFile, StoreLayout
from store_layout.problems import StoreProblems
from store_layout.reader import read_store

ERRORS = (
    ChangeError,
    EditError,
    LedgerError,
    NotAllowedError,
    OSError,
    OperatorError,
    SecretsUnavailableError,
    SignInError,
    StoreProblems,
)


class SavedChange(msgspec.Struct, frozen=True):
    """What can be taken back: the file, and the password that the keyring held before."""

    what: str
    edit: StoreEdit
    key: str = ""
    """Empty: no password was kept."""
    password: str | None = None
    change: int | None = None
    """Of the catalogue, which belongs to it."""


class StoreDesk(QObject):
    """Works off the GUI thread; ``saved`` and ``filed`` follow, or ``refused``."""

    changed = Signal()
    """What the file says, or what can be taken back."""
    refused = Signal(str)
    saved = Signal()
    """Something is in the file."""
    filed = Signal(str, str)
    """The store's file was changed: what of it, and in words. The engine does not know yet."""

    def __init__(
        self,
        layout: StoreLayout,
        folder: Path | None,
        parent: QObject | None = None,
        *,
        session: OperatorSession,
        secrets: Secrets | None = None,
    ) -> None:
        """``folder``: what the layout was read from; None: nothing can be changed.

        ``session``: who changes the file is written into its ledger.
        """
        super().__init__(parent)
        self.layout, self.folder = layout, folder
        """As it stands in the file: edits of this window too, which the engine does not know yet."""
        self.undoable: SavedChange | None = None
        self._session = session
        self.secrets: Secrets = secrets or KeyringSecrets()
        """Where passwords are."""
        self._background = Background(self, workers=1)

    @property
    def busy(self) -> bool:
        """Whether something asked for is still to come."""
        return self._background.busy

    def close(self) -> None:
        """Wait for what runs."""
        self._background.close()

    # -- cameras -------------------------------------------------------------------------------------

    def password_of(self, camera: str) -> str:
        """What the keyring has for it; empty when it has none or cannot say. For a test picture only."""
        try:
            return self.secrets.get(camera_key(self.layout.file.store.id, camera)) or ""
        except SecretsUnavailableError:
            return ""

    def save_camera(self, draft: CameraDraft, old: Camera | None, password: str | None) -> None:
        """Write a camera into the store's file, its password (None: as it was) into the keyring."""
        key = camera_key(self.layout.file.store.id, draft.id)
        self.edit(
            lambda layout: with_camera(layout, draft, old),
            about=draft.id,
            what="added a camera" if old is None else "changed a camera",
            said=tr("{camera} is saved.", camera=draft.id),
            secret=(key, password) if password else None,  # a camera without its password is of no use
        )

    def remove_camera(self, camera: str) -> None:
        """Take a camera out of the store's file. Its password stays in the keyring: it may come back."""

        def without(layout: StoreLayout) -> StoreFile:
            kept = tuple(each for each in layout.file.camera if each.id != camera)
            return msgspec.structs.replace(layout.file, camera=kept)

        if camera in self.layout.cameras:
            said = tr("{camera} is removed.", camera=camera)
            self.edit(without, about=camera, what="removed a camera", said=said)

    # -- everything else in the store's file -----------------------------------------------------------

    def edit(
        self,
        change: Callable[[StoreLayout], StoreFile],
        *,
        about: str,
        what: str,
        said: str,
        secret: tuple[str, str] | None = None,
    ) -> None:
        """Write the file that ``change`` makes of the store; ``saved`` and ``filed``, or ``refused``, follow.

        ``what``: for the log, in English; ``said``: in words. ``secret``: a password for the keyring, with
        its key; it is kept first, and put back with the file.
        """
        folder = self.folder
        if folder is None:
            return

        def work() -> tuple[SavedChange, StoreLayout]:
            key, password = secret or ("", "")
            before = self.secrets.get(key) if key else None
            if key:
                self.secrets.set(key, password)
            try:
                edit = edit_store(folder, change)
            except Exception:
                if key:
                    self._put_back(key, before)
                raise
            self._log(what, about)
            return SavedChange(about, edit, key, before), read_store(folder)

        self._run(work, lambda made: self._wrote(made[0], made[1], about, said))

    def rebuild(
        self,
        before: StoreLayout,
        after: StoreLayout,
        carts: tuple[tuple[str, str], ...],
        who: SignIn,
        why: str,
        *,
        about: str,
        said: str,
    ) -> None:
        """Write a shelf's other boards and slots, with what moves between them; else as :meth:`edit`.

        ``carts``: code and sku of what is in open carts. ``who`` may change the catalogue.
        """
        folder = self.folder
        if folder is None:
            return

        def work() -> tuple[SavedChange, StoreLayout]:
            now = time.time()
            with Ledger.open(self._session.path) as ledger:
                actor = sign_in(ledger, who.name, who.pin, at=now, screen=SCREEN)
                made = rebuild(folder, ledger, actor, before, after, carts=carts, now=now, why=why)
                with ledger.writing(tr("the change of {about}", about=about)):
                    audit.record(ledger, actor, "rebuilt a shelf", at=now, about=about, why=why)
            return SavedChange(about, made.edit, change=made.change), read_store(folder)

        self._run(work, lambda made: self._wrote(made[0], made[1], about, said))

    def _wrote(self, change: SavedChange, layout: StoreLayout, about: str, said: str) -> None:
        self.undoable = change
        self._now(layout)
        self.saved.emit()
        self.filed.emit(about, said)

    def undo(self) -> None:
        """Take the last change of the file back."""
        saved, folder = self.undoable, self.folder
        if saved is None or folder is None:
            return

        def work() -> StoreLayout:
            if saved.change is None:
                take_back(folder, saved.edit)
            else:
                with Ledger.open(self._session.path) as ledger:
                    rebuilt = Rebuilt(saved.edit, saved.change)
                    put_back(folder, ledger, self._session.actor, rebuilt, now=time.time())
            self._log("took a change of the store's file back", saved.what)
            if saved.key:
                self._put_back(saved.key, saved.password)
            return read_store(folder)

        def done(layout: StoreLayout) -> None:
            self.undoable = None
            self._now(layout)
            self.filed.emit(saved.what, tr("The change of {what} is taken back.", what=saved.what))

        self._run(work, done)

    # -- inside --------------------------------------------------------------------------------------

    def _log(self, what: str, about: str) -> None:
        """Who did it; called off the GUI thread, when it is done: what is done stays done."""
        try:
            with (
                Ledger.open(self._session.path) as file,
                file.writing(tr("the change of {about}", about=about)),
            ):
                audit.record(file, self._session.actor, what, at=time.time(), about=about, screen=SCREEN)
        except (LedgerError, sqlite3.Error, OSError) as error:
            self.refused.emit(tr("It is done, but it could not be logged: {error}", error=in_words(error)))

    def _put_back(self, key: str, password: str | None) -> None:
        """The keyring as it was."""
        if password is None:
            self.secrets.delete(key)
        else:
            self.secrets.set(key, password)

    def _now(self, layout: StoreLayout) -> None:
        """The store as it is in the folder."""
        self.layout = layout
        self.changed.emit()

    def _run(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._background.run(work, done, self._failed)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, ERRORS):
            raise error
        self.refused.emit(in_words(error))
