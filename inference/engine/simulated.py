"""A source that is a store of its own: people who do not exist, and devices that tell of them."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from inference.capture import ReadingQueue
from inference.detection.live import LiveDetection
from inference.detection.pool import Gate, SessionMaker
from inference.engine.belonging import simulated_source
from inference.engine.live import FrameBox, Show, ShowingBox, Viewer
from inference.engine.rendered_pictures import RenderedPictures
from inference.engine.source import SourceError
from inference.messages import Detections, GateSignal, Observation, Tick, WeightReading
from inference.messages.said import Said, Words, said
from inference.messages.wire import (
    DeviceStatus,
    Hold,
    Refused,
    SentShopper,
    SourceStatus,
    Wanted,
)
from inference.simulation import SimulationSettings
from inference.simulation.live import LiveEyes, LiveWorld, NotSentError
from inference.simulation.live.pictures import Moment
from inference.simulation.live.world import STEP_S
from store_layout.layout_changes import LayoutChange
from store_layout.model import StoreLayout

log = logging.getLogger(__name__)

TICK_S = 0.2
BEHIND_S = 2.0
"""Whoever is further behind (the computer slept) goes on from where it was instead of rushing."""


class SimulatedSource:
    """The world moves in a thread of its own, with the wall clock.

    Cameras speak as detectors would (``inference.simulation.sight``). With a ``maker`` their pictures are
    rendered, and with a detector too it is the detector that looks at them; where pictures do not come, or
    too seldom to follow people by them, the cameras speak for themselves again.
    """

    def __init__(
        self,
        layout: StoreLayout,
        *,
        seed: int,
        settings: SimulationSettings | None = None,
        maker: str | None = None,
        detector: SessionMaker | None = None,
        threads: int = 1,
        show: Show | None = None,
        gate: Gate | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``settings.started_at`` is not looked at: the store opens now.

        Raises ``ValueError`` for a store in which nobody can shop, ``ModelError`` for a bad model.
        """
        self._name = layout.file.store.name
        self._layout = layout
        self._clock = clock
        started_at = round(time.time(), 3)
        settings = msgspec.structs.replace(settings or SimulationSettings(), started_at=started_at)
        if detector is not None:  # a model's appearance vectors cannot be compared with simulated ones
            settings = msgspec.structs.replace(settings, appearance_size=0)
        self._started_at = started_at
        self._world = LiveWorld(layout, settings, seed)
        self._eyes = LiveEyes(layout, settings, seed)
        self._id = simulated_source(layout.file.store.id, started_at)
        self._lock = threading.Lock()
        self._sent: tuple[SentShopper, ...] = ()
        self._readings = ReadingQueue()
        self._received: Counter[str] = Counter()
        self._ticked_at = 0.0
        self._now = 0.0
        self._error: Exception | None = None
        self._pictures: RenderedPictures | None = None
        self._detection: LiveDetection | None = None
        self._viewer: Viewer | None = None
        if maker is not None and layout.file.camera:
            self._look_at(
                RenderedPictures(layout, seed, maker, self._moment, started_at), show, detector, threads, gate
            )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._live, name="simulated-store", daemon=True)

    def _look_at(
        self,
        pictures: RenderedPictures,
        show: Show | None,
        detector: SessionMaker | None,
        threads: int,
        gate: Gate | None,
    ) -> None:
        self._pictures = pictures
        boxes: dict[str, FrameBox] = {c: ShowingBox(box, show) for c, box in pictures.mailboxes.items()}
        if detector is None:
            self._viewer = Viewer(boxes)
        else:
            self._detection = LiveDetection(boxes, detector, threads, self._on_detections, gate=gate)

    # -- for the engine --------------------------------------------------------------------------------

    @property
    def recording_id(self) -> str:
        """Another one for each start: nobody who was inside before is inside now."""
        return self._id

    def prepare(self) -> None:
        """Begin to start the renderer, which takes a second or two."""
        if self._pictures is not None:
            self._pictures.start()

    def start(self, position: int) -> None:
        """Open the store. ``position`` says nothing: no earlier run had this one's visitors."""
        del position
        if self._detection is not None:
            self._detection.start()
        if self._viewer is not None:
            self._viewer.start()
        self._thread.start()

    def finished_before(self) -> None:
        """A simulated store has no end. Raises ``SourceError``."""
        raise SourceError(said("the journal of a simulated store says that it is finished: put it aside"))

    def take(self, limit: int, timeout: float) -> list[Observation]:
        """What the devices have said."""
        now = self._now  # all that was said until then is drained now; the world goes on meanwhile
        batch = self._readings.drain(limit, timeout)
        if not batch and self._error is not None:
            raise SourceError(said("the simulated store failed: {error}", error=self._error)) from self._error
        for seen in batch:
            match seen:
                case WeightReading(scale=device) | GateSignal(gate=device) | Detections(camera=device):
                    self._received[device] += 1
                case _:
                    pass
        if len(batch) < limit and now - self._ticked_at >= TICK_S:
            self._ticked_at = now
            said_until = batch[-1].t if batch else 0.0
            batch.append(Tick(max(said_until, round(self._started_at + now, 4))))
        return batch

    @property
    def ended(self) -> bool:
        """Never."""
        return False

    def status(self) -> SourceStatus:
        """Since when the store is open, in whole seconds, and how those who were sent in are getting on."""
        return SourceStatus(kind="simulated", name=self._name, position_s=self._now // 1, sent=self._sent)

    def devices(self) -> tuple[DeviceStatus, ...]:
        """Every device of the store, then the detector."""
        file, since = self._layout.file, self._started_at
        if self._pictures is not None and self._is_looked_at():
            cameras = self._pictures.statuses()
        else:
            shown = {} if self._pictures is None else {s.device: s for s in self._pictures.statuses()}
            cameras = tuple(self._camera(camera.id, shown.get(camera.id)) for camera in file.camera)
        scales = [
            DeviceStatus(s.id, "scale", "live", since, rate_hz=s.rate_hz, received=self._received[s.id])
            for s in file.scale
        ]
        gates = [
            DeviceStatus(
                g.id,
                "gate",
                "live",
                since,
                received=self._received[g.id],
                held=self._world.holds.get(g.id, "free"),
            )
            for g in file.gate
        ]
        detector = () if self._detection is None else (self._detection.status(),)
        return (*cameras, *scales, *gates, *detector)

    def pause(self, paused: bool) -> Words | None:
        """It goes by the clock."""
        return said("a simulated store goes on by the clock and cannot be paused") if paused else None

    def set_speed(self, speed: float | None) -> Words | None:
        """As fast as the clock."""
        return None if speed == 1.0 else said("a simulated store goes on as fast as the clock")

    def restart_device(self, device: str) -> Words | None:
        """There is nothing to connect to."""
        return said("{device} is simulated: there is no connection to make anew", device=device)

    def hold_gate(self, gate: str, hold: Hold) -> Words | None:
        """The simulated gate obeys at the world's next step."""
        with self._lock:
            self._world.hold(gate, hold)
        return None

    def why_not_relay(self, changes: Sequence[LayoutChange]) -> Said | None:
        """Its shelves and goods are part of the world that it was started with, and its pictures too."""
        for change in changes:
            if change.needs in ("quiet", "empty"):
                return said(
                    "the shelves of a simulated store are those that it was started with: "
                    "end it, start it again"
                )
            if change.part == "camera" and self._pictures is not None:
                return said(
                    "the pictures of a simulated store are rendered from its start: end it, start it again"
                )
        return None

    def relay(self, layout: StoreLayout) -> None:
        """Other cameras look; the world goes on as it is."""
        with self._lock:
            self._layout = layout
            self._eyes.relay(layout, self._world.now)

    def set_open(self, is_open: bool) -> None:
        """While paused nobody comes in, by chance or sent; those inside finish and leave."""
        with self._lock:
            self._world.is_open = is_open

    def send_shopper(self, wanted: tuple[Wanted, ...]) -> SentShopper | Refused:
        """Have somebody come in and take these."""
        with self._lock:
            try:
                sent = self._world.send(wanted)
            except NotSentError as error:
                return Refused(error.why)
            self._sent = self._world.sent
        return sent

    def close(self) -> None:
        """End the world, the detection and the renderer."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._detection is not None:
            self._detection.stop()
        if self._viewer is not None:
            self._viewer.stop()
        if self._pictures is not None:
            self._pictures.stop()
        self._readings.close()

    # -- inside ----------------------------------------------------------------------------------------

    def _camera(self, camera: str, shown: DeviceStatus | None) -> DeviceStatus:
        """A camera that speaks for itself; ``shown``: how its pictures are doing, where it has some."""
        about = self._layout.cameras[camera]
        blind = self._eyes.blind.get(camera)
        if blind is not None:
            return DeviceStatus(camera, "camera", "off", self._started_at, blind)
        missing = "" if self._pictures is None else self._pictures.why_not
        return DeviceStatus(
            camera,
            "camera",
            "live",
            self._started_at,
            said("simulated without pictures: {why}", why=missing) if missing else "",
            shown.rate_hz if shown is not None and shown.received else about.fps,
            dropped=0 if shown is None else shown.dropped,
            received=self._received[camera],
        )

    def _moment(self) -> Moment:
        with self._lock:
            now = self._world.now
            return Moment(now, tuple(self._world.bodies(now)), self._world.stock)

    def _on_detections(self, seen: Detections) -> None:
        if self._is_looked_at():
            self._readings.put(seen)

    def _live(self) -> None:
        began = self._clock()
        try:
            while not self._stop.is_set():
                passed = self._clock() - began
                if passed > self._now + BEHIND_S:
                    began += passed - self._now
                    passed = self._now
                self._go_on(passed)
                self._stop.wait(max(0.0, began + self._now + STEP_S - self._clock()))
        except Exception as error:  # whatever it is, the state thread must hear of it
            log.exception("the simulated store failed")
            self._error = error

    def _go_on(self, until: float) -> None:
        """A step at a time, so that nobody waits long for the world."""
        while self._world.now + STEP_S <= until and not self._stop.is_set():
            with self._lock:
                said: list[Observation] = [*self._world.advance(self._world.now + STEP_S)]
                seen = self._eyes.look(self._world)
                self._sent = self._world.sent
            if not self._is_looked_at():
                said += seen
                said.sort(key=lambda one: one.t)
            self._readings.put_many(said)
            self._now = self._world.now

    def _is_looked_at(self) -> bool:
        """Whether the detector sees pictures: then the cameras do not speak for themselves."""
        return self._detection is not None and self._pictures is not None and self._pictures.delivers
