"""Where observations come from: the interface, and a recording."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Protocol

from inference.engine.heard import HeardDevices
from inference.engine.pacing import Pacer
from inference.messages import Frame, Observation
from inference.messages.said import Said, Words, said
from inference.messages.wire import (
    DeviceKind,
    DeviceState,
    DeviceStatus,
    Hold,
    Refused,
    SentShopper,
    SourceStatus,
    Wanted,
)
from store_layout.layout_changes import LayoutChange
from store_layout.model import StoreLayout

AHEAD = 4096
"""Observations read ahead of the state thread; then the reader waits."""


class SourceError(RuntimeError):
    """The source cannot go on; the text says why and what to do."""


class Source(Protocol):
    """Live devices, a recording, or a simulated store. Every method but ``take`` returns at once."""

    @property
    def recording_id(self) -> str | None:
        """Names what is played; None for live devices."""

    def prepare(self) -> None:
        """Begin to open what takes time to open; :meth:`start` follows when the engine has recovered."""

    def start(self, position: int) -> None:
        """Begin to deliver, after the first ``position`` observations where they can be counted."""

    def finished_before(self) -> None:
        """In place of ``start``: an earlier run of the engine came to the end."""

    def take(self, limit: int, timeout: float) -> list[Observation]:
        """The next observations in order; waits up to ``timeout`` s for the first. Raises ``SourceError``."""

    @property
    def ended(self) -> bool:
        """Everything was taken, and no more will come."""

    def status(self) -> SourceStatus:
        """For the window."""

    def devices(self) -> tuple[DeviceStatus, ...]:
        """For the window."""

    def pause(self, paused: bool) -> Words | None:
        """Hold or go on; a text is why not."""

    def set_speed(self, speed: float | None) -> Words | None:
        """Change the pace; a text is why not."""

    def restart_device(self, device: str) -> Words | None:
        """Connect anew; a text is why not."""

    def hold_gate(self, gate: str, hold: Hold) -> Words | None:
        """Tell a gate of the store what to do; its status says whether it does. A text is why not."""

    def set_open(self, is_open: bool) -> None:
        """Open or paused, as staff have switched it: whom the source makes up stays outside while paused."""

    def send_shopper(self, wanted: tuple[Wanted, ...]) -> SentShopper | Refused:
        """Have somebody come into a simulated store."""

    def why_not_relay(self, changes: Sequence[LayoutChange]) -> Said | None:
        """Why the source cannot go on with the store changed like this; None: it can."""

    def relay(self, layout: StoreLayout) -> None:
        """Go on with another layout of the store. Devices that are the same in both are not disturbed."""

    def close(self) -> None:
        """End all threads."""


class RecordingSource:
    """Plays a recording in a thread of its own, at a pace."""

    def __init__(
        self,
        play: Callable[[int, Callable[[Frame], None]], Iterator[Observation]],
        recording_id: str,
        started_at: float,
        duration: float,
        *,
        speed: float | None = 1.0,
        show: Callable[[Frame], None] | None = None,
        paused: bool = False,
        heard: HeardDevices | None = None,
    ) -> None:
        """``play(position, on_frame)`` gives the observations from ``position`` on; see RecordingPlayer.

        ``heard`` judges the recorded devices; without it the recording is the only device that is shown.
        """
        self._heard = heard
        self._play = play
        self._id = recording_id
        self._started_at = started_at
        self._duration = duration
        self._show = show
        self._pacer = Pacer(speed, paused)
        self._change = threading.Condition()
        self._ahead: deque[Observation] = deque()
        self._done = False
        self._closed = False
        self._error: Exception | None = None
        self._position = started_at
        self._taken = 0
        self._since = time.time()
        self._thread: threading.Thread | None = None

    @property
    def recording_id(self) -> str:
        """Names the recording; visit codes follow from it."""
        return self._id

    def prepare(self) -> None:
        """A recording is open."""

    def start(self, position: int) -> None:
        """Read in the background from observation ``position`` on."""
        self._thread = threading.Thread(target=self._read, args=(position,), name="recording", daemon=True)
        self._thread.start()

    def finished_before(self) -> None:
        """Nothing is left to play: an earlier run of the engine came to the end."""
        self._done = True
        self._position = self._started_at + self._duration

    def take(self, limit: int, timeout: float) -> list[Observation]:
        """What is due, in order."""
        with self._change:
            self._change.wait_for(lambda: self._ahead or self._done, timeout)
            batch = [self._ahead.popleft() for _ in range(min(limit, len(self._ahead)))]
            self._change.notify_all()
        if batch:
            self._position = max(self._position, batch[-1].t)
            self._taken += len(batch)
            if self._heard is not None:
                self._heard.hear(batch)
        elif self._error is not None:
            raise SourceError(
                said("recording {id}: {error}", id=self._id, error=self._error)
            ) from self._error
        return batch

    @property
    def ended(self) -> bool:
        """The recording is over, and all of it was taken."""
        return self._done and not self._ahead and self._error is None

    def status(self) -> SourceStatus:
        """Position within the recording, and its pace."""
        return SourceStatus(
            kind="recording",
            name=self._id,
            position_s=self._position - self._started_at,
            duration_s=self._duration,
            speed=self._pacer.speed,
            paused=self._pacer.paused,
            ended=self.ended,
        )

    def devices(self) -> tuple[DeviceStatus, ...]:
        """The recording, then the devices that it was made of."""
        kind: DeviceKind = "recording"
        ended = self.ended
        state: DeviceState = "ended" if ended else "off" if self._pacer.paused else "live"
        itself = DeviceStatus(self._id, kind, state, self._since, received=self._taken)
        return (itself,) if self._heard is None else (itself, *self._heard.statuses(ended=ended))

    def pause(self, paused: bool) -> Words | None:
        """Hold or go on."""
        self._pacer.pause(paused)
        return None

    def set_speed(self, speed: float | None) -> Words | None:
        """Play at another pace from here."""
        if speed is not None and not 0.01 <= speed <= 1000:
            return said("a speed of {speed} is outside 0.01 to 1000", speed=f"{speed:g}")
        self._pacer.set_speed(speed)
        return None

    def restart_device(self, device: str) -> Words | None:
        """There is nothing to connect to."""
        return said("{device} is played from a recording", device=device)

    def hold_gate(self, gate: str, hold: Hold) -> Words | None:  # noqa: ARG002
        """Who came in came in."""
        return said("{device} is played from a recording", device=gate)

    def why_not_relay(self, changes: Sequence[LayoutChange]) -> Said | None:  # noqa: ARG002
        """What was recorded was recorded in the store as it was."""
        return said("this is a recording: its store is part of it")

    def relay(self, layout: StoreLayout) -> None:
        """Never asked for."""

    def set_open(self, is_open: bool) -> None:
        """Whoever was recorded has come in long ago."""

    def send_shopper(self, wanted: tuple[Wanted, ...]) -> SentShopper | Refused:  # noqa: ARG002
        """What was recorded is over."""
        return Refused(said("this is a recording: nobody can be sent in"))

    def close(self) -> None:
        """End the reader."""
        self._pacer.close()
        with self._change:
            self._closed = True
            self._change.notify_all()
        if self._thread is not None:
            self._thread.join()

    # -- in the reader's thread ------------------------------------------------------------------------

    def _read(self, position: int) -> None:
        try:
            played = self._play(position, self._on_frame)
            with closing(played):  # type: ignore[type-var]  # players are generators
                for seen in played:
                    if not self._pacer.wait(seen.t) or not self._put(seen):
                        break
        except Exception as error:  # whatever it is, the state thread must hear of it
            self._error = error
        with self._change:
            self._done = True
            self._change.notify_all()

    def _on_frame(self, frame: Frame) -> None:
        if self._show is not None and self._pacer.wait(frame.t):
            self._show(frame)

    def _put(self, seen: Observation) -> bool:
        with self._change:
            self._change.wait_for(lambda: len(self._ahead) < AHEAD or self._closed)
            self._ahead.append(seen)
            if len(self._ahead) == 1:
                self._change.notify_all()
        return not self._closed
