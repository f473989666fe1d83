"""What the Devices page does: cameras in the store's file, printers, and detectors with their speed here."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from console.back_office import audit
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.operators import OperatorError, SignInError, sign_in
from console.back_office.permissions import NotAllowedError
from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.camera_drafts import CameraDraft, with_camera
from console.operations.camera_preview import CameraPreview
from console.operations.device_listening import DeviceListening
from console.operations.disputes import SignIn
from console.operations.model_rows import model_rows, speed_words
from console.operations.model_speed import CancelledError, ModelSpeed, measure
from console.operations.operator_session import SCREEN, OperatorSession
from console.operations.printer_book import PrinterBook
from console.operations.printer_rows import print_test, printer_rows
from console.operations.shelving_work import Rebuilt, put_back, rebuild
from console.operations.store_edits import EditError, StoreEdit, edit_store, take_back
from console.printing.document import UnprintableError
from console.printing.jobs import Job
from console.printing.printers import PrintersError
from console.printing.queue import QueueError
from console.printing.stationery import StationeryError
from inference.capture import KeyringSecrets, Secrets, SecretsUnavailableError, camera_key
from inference.detection import ModelError, model_folders
from inference.detection.threads import CORES
from inference.messages.wire import DeviceStatus
from store_layout.change_files import ChangeError
from store_layout.model import Camera, StoreFile, StoreLayout
from store_layout.problems import StoreProblems
from store_layout.reader import read_store

PRINTERS_MS = 5000
"""How often the printers' state is read while somebody looks."""
FIRST_MS, UNSEEN_MS = 2500, 60_000
"""The first time, and while nobody looks."""
USUAL_SIZE, USUAL_FPS = (1280, 720), 10.0
"""Of a store without cameras."""
ERRORS = (
    ChangeError,
    EditError,
    LedgerError,
    ModelError,
    NotAllowedError,
    OSError,
    OperatorError,
    PrintersError,
    QueueError,
    SecretsUnavailableError,
    SignInError,
    StationeryError,
    StoreProblems,
    UnprintableError,
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


class DeviceDesk(QObject):
    """Works off the GUI thread; ``changed`` follows, and ``said`` or ``refused``."""

    changed = Signal()
    said = Signal(str)
    refused = Signal(str)
    saved = Signal()
    """Something is in the file."""
    filed = Signal(str, str)
    """The store's file was changed: what of it, and in words. The engine does not know yet."""
    progressed = Signal(float)
    """Of a measurement, 0 to 1."""

    def __init__(
        self,
        layout: StoreLayout,
        state: Path,
        folder: Path | None,
        parent: QObject | None = None,
        *,
        session: OperatorSession,
        secrets: Secrets | None = None,
    ) -> None:
        """``state``: this computer's state folder. ``folder``: what the layout was read from.

        ``session``: who changes the store's file is written into its ledger.
        """
        super().__init__(parent)
        self.layout, self.folder = layout, folder
        self.printers: tuple[DeviceStatus, ...] = ()
        self.models: tuple[DeviceStatus, ...] = ()
        self.speeds: dict[str, ModelSpeed] = {}
        self.measuring = ""
        """The model that is being measured."""
        self.undoable: SavedChange | None = None
        self._state, self._session = state, session
        self._secrets: Secrets = secrets or KeyringSecrets()
        self._detector = layout.file.rules.default_detector
        self._background = Background(self, workers=2)
        self._cancelled = False
        self._reading = self._reads_again = False
        self.preview = CameraPreview(self)
        self.listening = DeviceListening(self)
        self.printer_book = PrinterBook(state, self)
        self.printer_book.saved.connect(self.refresh)
        self._timer = QTimer(self)
        self._timer.setInterval(PRINTERS_MS)
        self._timer.timeout.connect(self.refresh)

    @property
    def busy(self) -> bool:
        """Whether something asked for is still to come."""
        return self._background.busy or self.listening.busy

    def follow(self, looked_at: bool) -> None:
        """Read printers and models often while somebody looks, else for the status line alone."""
        self._timer.start(PRINTERS_MS if looked_at else UNSEEN_MS)
        if looked_at:
            self.refresh()

    def start(self) -> None:
        """Begin to read them: when the window is there, not while it is built."""
        self._timer.start(FIRST_MS)

    def close(self) -> None:
        """Break off a measurement, wait for what runs."""
        self._timer.stop()
        self._cancelled = True
        self.preview.close()
        self.listening.close()
        self._background.close()

    def refresh(self) -> None:
        """Read printers and models; asked for while that is being done, it is done once more after it.

        Never twice at once: msgspec prepares a type when it is first used, and two threads that do so crash.
        """
        if self._timer.interval() == FIRST_MS:
            self._timer.start(UNSEEN_MS)
        self._reads_again = self._reading
        if self._reading:
            return
        self._reading = True
        self._background.run(
            lambda: (printer_rows(self._state), self._model_rows()), self._read, self._not_read
        )

    # -- cameras -------------------------------------------------------------------------------------

    def cameras(self) -> dict[str, Camera]:
        """As they stand in the file: edits of this window too, which the engine does not know yet."""
        return self.layout.cameras

    def password_of(self, camera: str) -> str:
        """What the keyring has for it; empty when it has none or cannot say. For a test picture only."""
        try:
            return self._secrets.get(camera_key(self.layout.file.store.id, camera)) or ""
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
            before = self._secrets.get(key) if key else None
            if key:
                self._secrets.set(key, password)
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

    @property
    def secrets(self) -> Secrets:
        """Where passwords are."""
        return self._secrets

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

    # -- printers ------------------------------------------------------------------------------------

    def print_test(self, printer: str) -> None:
        """Print a test receipt."""
        store = self.layout.file.store.name
        self._run(lambda: print_test(self._state, printer, self.folder, store), self._printed)

    def _printed(self, job: Job) -> None:
        match job.state:
            case "printed":
                self.said.emit(tr("The test receipt for {printer} is printed.", printer=job.printer))
            case "unknown":
                self.refused.emit(
                    tr(
                        "Did the test receipt come out on {printer}? {why}",
                        printer=job.printer,
                        why=job.reason,
                    )
                )
            case _:
                why = job.reason or tr("another program is printing to it")
                self.refused.emit(
                    tr("The test receipt waits for {printer}: {why}", printer=job.printer, why=why)
                )
        self.refresh()

    # -- models --------------------------------------------------------------------------------------

    @property
    def wanted_fps(self) -> float:
        """Pictures a second of this store's fastest camera."""
        return max((camera.fps for camera in self.layout.file.camera), default=USUAL_FPS)

    def measure(self, model: str) -> None:
        """Measure a model's speed on this computer; ``progressed`` tells how far it is."""
        if self.measuring:
            return
        self.measuring, self._cancelled = model, False
        cameras = self.layout.file.camera
        size = max(((c.width, c.height) for c in cameras), default=USUAL_SIZE)
        self.changed.emit()
        self._background.run(
            lambda: measure(
                model,
                self._folders(),
                size,
                CORES,
                tell=self.progressed.emit,
                stop=lambda: self._cancelled,
            ),
            self._measured,
            self._not_measured,
        )

    def cancel(self) -> None:
        """Break the measurement off."""
        self._cancelled = True

    def use_model(self, model: str) -> None:
        """Name this detector in the store's file."""

        def renamed(layout: StoreLayout) -> StoreFile:
            rules = msgspec.structs.replace(layout.file.rules, default_detector=model)
            return msgspec.structs.replace(layout.file, rules=rules)

        self.edit(renamed, about=model, what="chose a detector", said=tr("{model} is chosen.", model=model))

    def _measured(self, speed: ModelSpeed) -> None:
        self.measuring = ""
        self.speeds[speed.model] = speed
        self.said.emit(f"{speed.model}: {speed_words(speed, self.wanted_fps)}.")
        self.changed.emit()
        self.refresh()

    def _not_measured(self, error: Exception) -> None:
        self.measuring = ""
        self.changed.emit()
        if not isinstance(error, CancelledError):
            self._failed(error)

    def _folders(self) -> tuple[Path, ...]:
        return model_folders(self.folder or Path())

    def _model_rows(self) -> tuple[DeviceStatus, ...]:
        return model_rows(self._folders(), self._detector, self.speeds, self.wanted_fps)

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
            self._secrets.delete(key)
        else:
            self._secrets.set(key, password)

    def _now(self, layout: StoreLayout) -> None:
        """The store as it is in the folder."""
        detector, self.layout = layout.file.rules.default_detector, layout
        other, self._detector = detector != self._detector, detector
        self.changed.emit()
        if other:
            self.refresh()

    def _run(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._background.run(work, done, self._failed)

    def _read(self, found: tuple[tuple[DeviceStatus, ...], tuple[DeviceStatus, ...]]) -> None:
        self._reading = False
        if found != (self.printers, self.models):
            self.printers, self.models = found
            self.changed.emit()
        if self._reads_again:
            self.refresh()

    def _not_read(self, error: Exception) -> None:
        self._reading = False
        self._failed(error)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, ERRORS):
            raise error
        self.refused.emit(in_words(error))
