"""How a camera is doing, in states and in words for staff."""

from __future__ import annotations

import random
import threading
import zlib

from inference.capture.rates import Clock, RateMeter
from inference.capture.sources import Image
from inference.messages.said import Said, Words, said
from inference.messages.wire import DeviceState, DeviceStatus

SILENT_LATE_S = 1.5
SILENT_LOST_S = 4.0
FROZEN_LATE_S = 3.5
"""A still scene may be coded as "nothing changed" from one key frame to the next: leave it that time."""
FROZEN_LOST_S = 4.5


class Backoff:
    """Waiting times between attempts: doubling, with jitter, so that cameras do not knock all at once.

    The longest wait leaves room for one attempt that times out, within the 10 s in which a camera that came
    back is used again.
    """

    def __init__(self, first_s: float = 0.5, longest_s: float = 4.0) -> None:
        self._first, self._longest = first_s, longest_s
        self._failures = 0

    def next(self) -> float:
        """How long to wait now, seconds."""
        full = min(self._longest, self._first * 2.0 ** min(self._failures, 16))
        self._failures += 1
        return full * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """It worked: the next failure waits shortly again."""
        self._failures = 0


class FreezeWatch:
    """Tells a new picture from one shown again and again. Sensor noise changes every real picture."""

    def __init__(self) -> None:
        self._hash: int | None = None

    def is_new(self, image: Image) -> bool:
        """Whether ``image`` differs from the one before, judged by every fourth row."""
        found = zlib.crc32(image[::4].tobytes())
        new, self._hash = found != self._hash, found
        return new


class CameraHealth:
    """Counts and states of one camera. The camera's thread writes, any thread reads."""

    def __init__(self, camera: str, fps: float, wall: Clock, monotonic: Clock) -> None:
        self._camera, self._wall, self._monotonic = camera, wall, monotonic
        period = 1.0 / fps if fps > 0 else 0.0
        self._slack = max(0.0, 3 * period - SILENT_LATE_S)
        self._lock = threading.Lock()
        self._state: DeviceState = "connecting"
        self._since = wall()
        self._fixed: DeviceState | None = None
        self._error: Words = ""
        self._retry_at: float | None = None
        self._last_error: Words = ""
        self._damaged = 0
        self._received = 0
        self._connections = 0
        self._latency: float | None = None
        self._meter = RateMeter()
        self._came: float | None = None
        self._changed: float | None = None
        self._begun = monotonic()
        self._changed_t: float | None = None

    # -- the camera's thread says ---------------------------------------------------------------------

    def connecting(self) -> None:
        """A connection is being made."""
        with self._lock:
            self._fixed, self._retry_at = None, None

    def connected(self) -> None:
        """The source is open; pictures may come."""
        with self._lock:
            self._connections += 1

    def arrived(self) -> None:
        """A picture came; whether it shows anything new is not known yet."""
        with self._lock:
            self._received += 1
            self._came = self._monotonic()

    def used(self, t: float, new: bool, latency_s: float) -> None:
        """A picture was looked at; ``new`` when it differs from the one before."""
        with self._lock:
            now = self._monotonic()
            self._meter.add(now)
            self._latency = latency_s if self._latency is None else 0.9 * self._latency + 0.1 * latency_s
            if new or self._changed is None:
                self._changed, self._changed_t = now, t
                self._error = ""

    def damaged(self, text: Words) -> None:
        """One picture was unusable."""
        with self._lock:
            self._damaged += 1
            self._last_error = said("{text} ({count} damaged so far)", text=text, count=self._damaged)

    def failed(self, text: Words, retry_in_s: float) -> None:
        """The connection is gone, or was not made."""
        with self._lock:
            self._error = self._last_error = text
            self._retry_at = self._monotonic() + retry_in_s

    def fix(self, state: DeviceState, why: Words = "") -> None:
        """It has ended, or is off."""
        with self._lock:
            self._fixed, self._error = state, why

    # -- anybody asks ---------------------------------------------------------------------------------

    def frozen_for(self) -> float:
        """Seconds since the picture last changed."""
        with self._lock:
            return 0.0 if self._changed is None else self._monotonic() - self._changed

    @property
    def last_change_t(self) -> float | None:
        """Frame time of the last picture that showed something new."""
        with self._lock:
            return self._changed_t

    def status(self, dropped: int = 0) -> DeviceStatus:
        """The state now. It follows from what came when, so a blocked thread cannot hide a silent camera."""
        with self._lock:
            now = self._monotonic()
            state, why = self._judge(now)
            if state != self._state:
                self._state, self._since = state, self._wall()
            return DeviceStatus(
                self._camera,
                "camera",
                state,
                self._since,
                why=why,
                rate_hz=round(self._meter.rate(now), 2),
                dropped=dropped,
                received=self._received,
                latency_s=self._latency,
                last_error=self._last_error,
                reconnects=max(0, self._connections - 1),
            )

    def _judge(self, now: float) -> tuple[DeviceState, Words]:
        if self._fixed is not None:
            return self._fixed, self._error
        if self._came is None or self._changed is None:
            return self._judge_never_seen(now)
        silent, frozen = now - self._came - self._slack, now - self._changed - self._slack
        if silent >= SILENT_LOST_S or frozen >= FROZEN_LOST_S:
            return "lost", self._words(now)
        if self._error or silent >= SILENT_LATE_S or frozen >= FROZEN_LATE_S:
            return "late", self._words(now)
        return "live", ""

    def _judge_never_seen(self, now: float) -> tuple[DeviceState, Words]:
        if self._error:
            return "lost", self._words(now)
        if now - self._begun >= SILENT_LOST_S + self._slack:
            return "lost", said("no picture yet; still trying to connect")
        return "connecting", said("waiting for the first picture")

    def _words(self, now: float) -> Said:
        wait = 0.0 if self._retry_at is None else self._retry_at - now
        doing = (
            said("trying again in {seconds} s", seconds=f"{wait:.0f}")
            if wait >= 0.5
            else said("connecting again")
        )
        if self._error:
            return said("{error}; {doing}", error=self._error, doing=doing)
        if self._came is not None and now - self._came >= SILENT_LATE_S:
            seconds = f"{now - self._came:.0f}"
            return said(
                "no picture for {seconds} s; {doing} if it stays silent", seconds=seconds, doing=doing
            )
        still = f"{now - (self._changed or now):.0f}"
        return said(
            "the picture has not changed at all for {seconds} s: it is frozen; {doing} if it stays so",
            seconds=still,
            doing=doing,
        )
