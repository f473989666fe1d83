"""A source of live devices: cameras through the detector, scales and gates through the broker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from inference.capture import LiveDevices
from inference.detection.live import LiveDetection
from inference.detection.pool import Gate, SessionMaker
from inference.engine.source import SourceError
from inference.messages import Detections, Frame, Observation
from inference.messages.said import Said, Words, said
from inference.messages.wire import DeviceStatus, Hold, Refused, SentShopper, SourceStatus, Wanted
from store_layout.layout_changes import LayoutChange
from store_layout.model import Camera, StoreLayout

Show = Callable[[Frame], None]


class FrameBox(Protocol):
    """A camera's mailbox."""

    def take(self, timeout: float | None = None) -> Frame | None:
        """The newest frame."""

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener``, which returns at once, whenever there is a frame to take."""


class LiveSource:
    """Owns the devices and the detection threads; everything meets in one bounded queue."""

    def __init__(
        self,
        name: str,
        devices: LiveDevices,
        detector: SessionMaker | None,
        threads: int = 1,
        show: Show | None = None,
        *,
        gate: Gate | None = None,
        size_of: Callable[[Camera], tuple[int, int]] | None = None,
    ) -> None:
        """Without a detector pictures are shown, and people are known from elsewhere (or not at all).

        ``size_of``: width and height that a camera's pictures are wanted in; None: as they come.
        """
        self._name = name
        self._devices = devices
        self._detector, self._threads, self._show, self._gate = detector, threads, show, gate
        self._size_of = size_of
        self._running = False
        self._started = time.time()
        boxes = {camera: ShowingBox(box, show) for camera, box in devices.mailboxes.items()}
        self._detection: LiveDetection | None = None
        self._viewer: Viewer | None = None
        if detector is not None and boxes:
            self._detection = LiveDetection(boxes, detector, threads, self._on_detections, gate=gate)
        elif boxes:
            self._viewer = Viewer(boxes)

    @property
    def recording_id(self) -> None:
        """Live devices are no recording."""
        return

    def prepare(self) -> None:
        """Begin to connect to the cameras: that takes a second, which recovering takes too."""
        self._devices.start_cameras()

    def start(self, position: int) -> None:
        """Open everything. What came before cannot be had again, so ``position`` says nothing here."""
        del position
        self._running = True
        self._devices.start()
        if self._detection is not None:
            self._detection.start()
        if self._viewer is not None:
            self._viewer.start()

    def finished_before(self) -> None:
        """A live store is never finished. Raises ``SourceError``."""
        raise SourceError(said("the journal of a live store says that it is finished: put it aside"))

    def take(self, limit: int, timeout: float) -> list[Observation]:
        """What has arrived."""
        return self._devices.readings.drain(limit, timeout)

    @property
    def ended(self) -> bool:
        """Never."""
        return False

    def status(self) -> SourceStatus:
        """Live, and since when; whole seconds, so that an idle store has nothing new to show in between."""
        return SourceStatus(kind="live", name=self._name, position_s=time.time() // 1 - self._started // 1)

    def devices(self) -> tuple[DeviceStatus, ...]:
        """Every device of the store, then the detector."""
        found = self._devices.statuses()
        return found if self._detection is None else (*found, self._detection.status())

    def pause(self, paused: bool) -> Words | None:
        """The store cannot be paused."""
        return said("this is the live store, not a recording") if paused else None

    def set_speed(self, speed: float | None) -> Words | None:
        """Nor hurried."""
        return None if speed == 1.0 else said("this is the live store, not a recording")

    def restart_device(self, device: str) -> Words | None:
        """Connect anew."""
        if self._devices.restart(device):
            return None
        return said(
            "{device} has no connection of its own: a scale or gate is reached through the broker",
            device=repr(device),
        )

    def hold_gate(self, gate: str, hold: Hold) -> Words | None:
        """Through the broker."""
        return self._devices.hold_gate(gate, hold)

    def set_open(self, is_open: bool) -> None:
        """Real people are kept out by gates, which are told one by one."""

    def send_shopper(self, wanted: tuple[Wanted, ...]) -> SentShopper | Refused:  # noqa: ARG002
        """People come by themselves."""
        return Refused(said("this is a real store: nobody can be sent in"))

    def why_not_relay(self, changes: Sequence[LayoutChange]) -> Said | None:  # noqa: ARG002
        """Whatever can be changed while the engine runs can be here."""
        return None

    def relay(self, layout: StoreLayout) -> None:
        """Cameras and devices that are new begin, those that are gone end; the others never notice."""
        size_of = self._size_of
        sizes = {} if size_of is None else {c.id: size_of(c) for c in layout.file.camera}
        gone, new = self._devices.relay(layout, sizes)
        boxes = {camera: ShowingBox(self._devices.mailboxes[camera], self._show) for camera in new}
        if self._detection is None and self._detector is not None and boxes:
            self._detection = LiveDetection(
                boxes, self._detector, self._threads, self._on_detections, gate=self._gate
            )
            if self._running:
                self._detection.start()
            return
        if self._detection is None and self._viewer is None and boxes:
            self._viewer = Viewer(boxes)
            if self._running:
                self._viewer.start()
            return
        served = self._detection or self._viewer
        if served is not None:
            for camera in gone - new:
                served.drop(camera)
            for camera, box in boxes.items():
                served.add(camera, box)

    def close(self) -> None:
        """End the detection, then the devices."""
        if self._detection is not None:
            self._detection.stop()
        if self._viewer is not None:
            self._viewer.stop()
        self._devices.stop()

    def _on_detections(self, seen: Detections) -> None:
        self._devices.readings.put(seen)


class ShowingBox:
    """Shows what is taken out of a mailbox."""

    def __init__(self, box: FrameBox, show: Show | None) -> None:
        self._box, self._show = box, show

    def take(self, timeout: float | None = None) -> Frame | None:
        """The newest frame, shown."""
        frame = self._box.take(timeout)
        if frame is not None and self._show is not None:
            self._show(frame)
        return frame

    def listen(self, listener: Callable[[], None]) -> None:
        """As the mailbox does."""
        self._box.listen(listener)


class Viewer:
    """Empties the mailboxes where no detector does."""

    def __init__(self, boxes: Mapping[str, FrameBox]) -> None:
        self._boxes = dict(boxes)
        self._stop = threading.Event()
        self._news = threading.Event()
        self._thread = threading.Thread(target=self._work, name="viewer", daemon=True)

    def start(self) -> None:
        """Begin."""
        for box in self._boxes.values():
            box.listen(self._news.set)
        self._thread.start()

    def add(self, camera: str, box: FrameBox) -> None:
        """One more camera, or another box of one that is known."""
        self._boxes = {**self._boxes, camera: box}
        box.listen(self._news.set)

    def drop(self, camera: str) -> None:
        """This camera is gone."""
        self._boxes = {name: box for name, box in self._boxes.items() if name != camera}

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._news.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            self._news.wait()
            self._news.clear()
            for box in self._boxes.values():
                box.take(0)
