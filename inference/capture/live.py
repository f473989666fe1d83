"""All live devices of a store: opened together, watched together, stopped together."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from inference.capture.camera_thread import CameraThread
from inference.capture.mailbox import Mailbox
from inference.capture.mqtt_link import BROKER, MqttLink
from inference.capture.rates import Clock
from inference.capture.reading_queue import ReadingQueue
from inference.capture.secrets import Secrets
from inference.capture.sources import Size
from inference.messages import Frame, Outage
from inference.messages.said import Said, said
from inference.messages.wire import DeviceStatus, Hold
from store_layout.model import Camera, StoreLayout

log = logging.getLogger(__name__)

WATCH_EVERY_S = 0.5
JOIN_S = 6.0
"""FFmpeg may need both of its opening timeouts before it hears that it should stop."""


class Rewired(NamedTuple):
    """Cameras whose mailbox has gone, and those with a new one; a camera reached otherwise is both."""

    gone: frozenset[str]
    new: frozenset[str]


class LiveDevices:
    """The cameras with an address, and the broker with everything behind it.

    ``mailboxes`` holds the newest frame of each camera; ``readings`` everything else, outages included. The
    engine takes from both and is never waited for.
    """

    def __init__(
        self,
        layout: StoreLayout,
        secrets: Secrets,
        *,
        folder: Path | None = None,
        clock: Clock = time.time,
        picture_sizes: dict[str, Size] | None = None,
        queue_capacity: int = 20_000,
    ) -> None:
        """Prepare; nothing is opened before :meth:`start`.

        ``folder`` is the store folder, where relative ``file:`` addresses and ``ca_file`` start.
        ``picture_sizes`` (width, height) by camera: larger pictures are made smaller while they are decoded.
        """
        self.readings = ReadingQueue(queue_capacity)
        self.mailboxes: dict[str, Mailbox[Frame]] = {}
        self._clock, self._secrets, self._folder = clock, secrets, folder
        self._store = layout.file.store.id
        self._watches: dict[str, _CameraWatch] = {}
        self._leaving: list[_CameraWatch] = []
        sizes = picture_sizes or {}
        for camera in (c for c in layout.file.camera if c.url is not None):
            self._watches[camera.id] = self._watch_of(camera, sizes.get(camera.id))
        broker = layout.file.broker
        self._link = (
            None if broker is None else MqttLink(broker, layout, self.readings, secrets, clock, folder=folder)
        )
        self._unreachable = tuple(_unreachable(layout, clock()))
        self._cameras_started = False
        self._stopping = threading.Event()
        self._restart_link = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="device-watch", daemon=True)

    def _watch_of(self, camera: Camera, size: Size | None) -> _CameraWatch:
        mailbox = self.mailboxes[camera.id] = Mailbox[Frame]()
        thread = CameraThread(
            camera,
            mailbox,
            self._secrets,
            self._clock,
            store=self._store,
            folder=self._folder,
            size=size,
        )
        return _CameraWatch(camera, thread, self._clock())

    def start_cameras(self) -> None:
        """Begin to connect to the cameras, before :meth:`start`; returns at once. Outages wait for that."""
        for watch in self._watches.values():
            watch.thread.start()
        self._cameras_started = True

    def start(self) -> None:
        """Open everything; returns at once. Once."""
        if not self._cameras_started:
            self.start_cameras()
        if self._link is not None:
            self._link.start()
        self._watcher.start()

    def relay(self, layout: StoreLayout, picture_sizes: dict[str, Size]) -> Rewired:
        """Begin with the cameras and devices that are new or reached otherwise, end with those that are gone.

        All others go on undisturbed. Returns at once: a camera that is asked to end does so by itself.
        """
        wanted = {c.id: c for c in layout.file.camera if c.url is not None}
        gone = [name for name, watch in self._watches.items() if not watch.serves(wanted.get(name))]
        kept = {name: watch for name, watch in self._watches.items() if name not in gone}
        for name in gone:
            watch = self._watches[name]
            watch.thread.stop()
            self.mailboxes.pop(name).close()
            self._leaving = [w for w in self._leaving if w.thread.alive] + [watch]
        new = [name for name in wanted if name not in kept]
        made = {name: self._watch_of(wanted[name], picture_sizes.get(name)) for name in new}
        if self._cameras_started:
            for watch in made.values():
                watch.thread.start()
        self._watches = {name: kept.get(name) or made[name] for name in wanted}
        if self._link is not None:
            self._link.relay(layout)
        self._unreachable = tuple(_unreachable(layout, self._clock()))
        return Rewired(frozenset(gone), frozenset(new))

    def hold_gate(self, gate: str, hold: Hold) -> Said | None:
        """Tell a gate what to do; a sentence is why it cannot hear it."""
        if self._link is None:
            return said("store.toml names no broker, through which {gate} would hear it", gate=gate)
        return self._link.hold_gate(gate, hold)

    def stop(self) -> None:
        """Close everything and wait for the threads; mailboxes and the queue can still be emptied."""
        self._stopping.set()
        for watch in self._watches.values():
            watch.thread.stop()
        if self._watcher.ident is not None:
            self._watcher.join()
        if self._link is not None:
            self._link.stop()
        deadline = time.monotonic() + JOIN_S
        for watch in (*self._watches.values(), *self._leaving):
            if not watch.thread.join(max(0.0, deadline - time.monotonic())):
                log.error("the thread of camera %s does not end", watch.camera.id)
        for mailbox in self.mailboxes.values():
            mailbox.close()
        self.readings.close()

    def restart(self, device: str) -> bool:
        """Drop the connection to ``device`` and make a new one soon; False when no such device has its own.

        Scales and gates are reached through the broker: restart :data:`BROKER` for them.
        """
        if device in self._watches:
            self._watches[device].thread.restart()
            return True
        if device == BROKER and self._link is not None:
            self._restart_link.set()  # it takes up to 2 s: not on the caller's thread
            return True
        return False

    def statuses(self) -> tuple[DeviceStatus, ...]:
        """Cameras, then the broker, then what is behind it, in the order of the store file."""
        cameras = tuple(watch.thread.status() for watch in self._watches.values())
        behind = () if self._link is None else self._link.statuses()
        return cameras + behind + self._unreachable

    def _watch(self) -> None:
        while not self._stopping.wait(WATCH_EVERY_S):
            try:
                if self._link is not None:
                    self._watch_link(self._link)
                found = [watch.look(self._clock()) for watch in self._watches.values()]
                self.readings.put_many(outage for outage in found if outage is not None)
            except Exception:  # the watch must outlive whatever it trips over
                log.exception("unexpected error while watching the devices")

    def _watch_link(self, link: MqttLink) -> None:
        if self._restart_link.is_set():
            self._restart_link.clear()
            link.restart()
        link.watch()


def _unreachable(layout: StoreLayout, now: float) -> Iterator[DeviceStatus]:
    """Devices to which the store file names no way."""
    if layout.file.broker is not None:
        return
    why = said("store.toml names no broker, through which it would speak")
    for camera in layout.file.camera:
        if camera.url is None:
            yield DeviceStatus(
                camera.id,
                "camera",
                "off",
                now,
                said("no address is set, and store.toml names no broker, through which it would speak"),
            )
    for scale in layout.file.scale:
        yield DeviceStatus(scale.id, "scale", "off", now, why)
    for gate in layout.file.gate:
        yield DeviceStatus(gate.id, "gate", "off", now, why)


class _CameraWatch:
    """Turns a camera's state into outages: one without an end when it is lost, one with when it is back."""

    def __init__(self, camera: Camera, thread: CameraThread, now: float) -> None:
        self.camera, self.thread = camera, thread
        self._begun = now
        self._since: float | None = None

    def serves(self, camera: Camera | None) -> bool:
        """Whether the pictures of this camera are those that come already."""
        if camera is None:
            return False
        mine, its = ((c.url, c.user, c.fps, c.width, c.height) for c in (self.camera, camera))
        return mine == its

    def look(self, now: float) -> Outage | None:
        """What changed since the last look, if anything."""
        status = self.thread.status()
        last = self.thread.last_change_t
        if status.state == "lost" and self._since is None:
            self._since = min(now, self._begun if last is None else last)
            return Outage(self.camera.id, "camera", self._since, now, False, status.why)
        if status.state == "live" and self._since is not None and last is not None:
            since, self._since = self._since, None
            return Outage(
                self.camera.id, "camera", since, max(since, last), True, said("it sends pictures again")
            )
        return None
