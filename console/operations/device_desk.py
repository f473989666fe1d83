"""What the Devices page does beside the store's file: printers, and detectors with their speed here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.camera_preview import CameraPreview
from console.operations.device_listening import DeviceListening
from console.operations.model_rows import model_rows, speed_words
from console.operations.model_speed import CancelledError, ModelSpeed, measure
from console.operations.printer_book import PrinterBook
from console.operations.printer_rows import print_test, printer_rows
from console.operations.store_desk import StoreDesk
from console.printing.document import UnprintableError
from console.printing.jobs import Job
from console.printing.printers import PrintersError
from console.printing.queue import QueueError
from console.printing.stationery import StationeryError
from inference.detection import ModelError, model_folders
from inference.detection.threads import CORES
from inference.messages.wire import DeviceStatus
from store_layout.model import StoreFile, StoreLayout

PRINTERS_MS = 5000
"""How often the printers' state is read while somebody looks."""
FIRST_MS, UNSEEN_MS = 2500, 60_000
"""The first time, and while nobody looks."""
USUAL_SIZE, USUAL_FPS = (1280, 720), 10.0
"""Of a store without cameras."""
ERRORS = (
    ModelError,
    OSError,
    PrintersError,
    QueueError,
    StationeryError,
    UnprintableError,
)


class DeviceDesk(QObject):
    """Works off the GUI thread; ``changed`` follows, and ``said`` or ``refused``."""

    changed = Signal()
    said = Signal(str)
    refused = Signal(str)
    progressed = Signal(float)
    """Of a measurement, 0 to 1."""

    def __init__(
        self,
        store: StoreDesk,
        state: Path,
        parent: QObject | None = None,
    ) -> None:
        """``store``: cameras, scales and gates are in its file. ``state``: this computer's state folder."""
        super().__init__(parent)
        self.store = store
        self.printers: tuple[DeviceStatus, ...] = ()
        self.models: tuple[DeviceStatus, ...] = ()
        self.speeds: dict[str, ModelSpeed] = {}
        self.measuring = ""
        """The model that is being measured."""
        self._state = state
        self._detector = store.layout.file.rules.default_detector
        self._background = Background(self, workers=2)
        self._cancelled = self._closed = False
        self._reading = self._reads_again = False
        self.preview = CameraPreview(self)
        self.listening = DeviceListening(self)
        self.printer_book = PrinterBook(state, self)
        self.printer_book.saved.connect(self.refresh)
        store.changed.connect(self._follow_store)
        self._timer = QTimer(self)
        self._timer.setInterval(PRINTERS_MS)
        self._timer.timeout.connect(self.refresh)

    @property
    def busy(self) -> bool:
        """Whether something asked for is still to come."""
        return self._background.busy or self.listening.busy

    def follow(self, looked_at: bool) -> None:
        """Read printers and models often while somebody looks, else for the status line alone."""
        if self._closed:  # a window that was closed on the page of the devices hides it last
            return
        self._timer.start(PRINTERS_MS if looked_at else UNSEEN_MS)
        if looked_at:
            self.refresh()

    def start(self) -> None:
        """Begin to read them: when the window is there, not while it is built."""
        self._timer.start(FIRST_MS)

    def close(self) -> None:
        """Break off a measurement, wait for what runs."""
        self._timer.stop()
        self._cancelled = self._closed = True
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

    # -- printers ------------------------------------------------------------------------------------

    def print_test(self, printer: str) -> None:
        """Print a test receipt."""
        store, folder = self.store.layout.file.store.name, self.store.folder
        self._run(lambda: print_test(self._state, printer, folder, store), self._printed)

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
        return max((camera.fps for camera in self.store.layout.file.camera), default=USUAL_FPS)

    def measure(self, model: str) -> None:
        """Measure a model's speed on this computer; ``progressed`` tells how far it is."""
        if self.measuring:
            return
        self.measuring, self._cancelled = model, False
        cameras = self.store.layout.file.camera
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

        said = tr("{model} is chosen.", model=model)
        self.store.edit(renamed, about=model, what="chose a detector", said=said)

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
        return model_folders(self.store.folder or Path())

    def _model_rows(self) -> tuple[DeviceStatus, ...]:
        return model_rows(self._folders(), self._detector, self.speeds, self.wanted_fps)

    # -- inside --------------------------------------------------------------------------------------

    def _follow_store(self) -> None:
        """Something else is in the store's file, perhaps another detector."""
        detector = self.store.layout.file.rules.default_detector
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
