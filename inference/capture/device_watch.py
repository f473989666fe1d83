"""One MQTT device: what it says in order, what it left out, and how it is doing."""

from __future__ import annotations

from collections import deque
from typing import Final, Literal

import msgspec

from inference.capture.payloads import DeviceTopic
from inference.capture.rates import RateMeter
from inference.messages import GateSignal, Observation, Outage, WeightReading
from inference.messages.said import Words, said
from inference.messages.wire import DeviceState, DeviceStatus

SILENT_LATE_S = 1.5
SILENT_LOST_S = 4.0
REMEMBERED_SIGNALS = 64
LOGGED_FREELY, LOG_EVERY_S = 5, 60.0
"""A device with ever new problems (a clock that drifts) must not fill the log."""
SHOWN_KIND: Final[dict[DeviceTopic, Literal["scale", "gate", "camera"]]] = {
    "scale": "scale",
    "gate": "gate",
    "camera": "camera",
    "sensor": "camera",
}


class Now(msgspec.Struct, frozen=True):
    """The same moment on both clocks."""

    wall: float
    mono: float


class DeviceWatch:
    """Follows one device. Not thread-safe: the link holds its lock.

    Streams (scales, cameras, sensors) must go on: silence, a gap in the time stamps or a jump in ``seq``
    becomes an :class:`Outage`. Gates speak only when somebody passes; their silence means nothing.
    """

    def __init__(self, device: str, kind: DeviceTopic, rate_hz: float, now: Now) -> None:
        """``rate_hz`` is how often it should speak; 0: not known."""
        self.device, self.kind = device, kind
        self._period = 1.0 / rate_hz if rate_hz > 0 else 0.5
        self._begun, self._state_since = now, now.wall
        self._last_t: float | None = None
        self._last_seq: int | None = None
        self._heard: float | None = None
        self._recent: deque[GateSignal] = deque(maxlen=REMEMBERED_SIGNALS)
        self._meter = RateMeter()
        self._received = 0
        self._repeated = 0
        self._lost = 0
        self._problems = self._logged = 0
        self._logged_at = now.mono
        self._last_error: Words = ""
        self._last_problem: Words = ""
        self._latency: float | None = None
        self._state: DeviceState = "connecting"
        self._open_outage: Outage | None = None
        self._clock_back = False

    @property
    def gap_s(self) -> float:
        """Time stamps further apart than this leave a hole."""
        return max(0.5, 5 * self._period)

    def accept(self, item: Observation, now: Now) -> list[Observation]:
        """What the engine should see of ``item``: itself, an outage before it, or nothing when repeated."""
        self._heard = now.mono
        self._received += 1
        self._meter.add(now.mono)
        self._latency = now.wall - item.t
        if isinstance(item, GateSignal):
            return self._accept_signal(item)
        if self._is_behind(item):
            return self._accept_behind(item, now)
        found: list[Observation] = [*self._hole_before(item), item]
        self._last_t, self._last_seq, self._clock_back = item.t, _seq_of(item), False
        return found

    def problem(self, text: Words, now: Now) -> bool:
        """It said something unusable. True when that is worth a line in the log: new, and not too often."""
        self._problems += 1
        new, self._last_problem = text != self._last_problem, text
        self._last_error = (
            text
            if self._problems == 1
            else said("{text} ({count} unusable so far)", text=text, count=self._problems)
        )
        if not new or (self._logged >= LOGGED_FREELY and now.mono - self._logged_at < LOG_EVERY_S):
            return False
        self._logged, self._logged_at = self._logged + 1, now.mono
        return True

    def silence(self, now: Now) -> Outage | None:
        """An outage that has not ended, when the device has fallen silent; once for each silence."""
        if self.kind == "gate" or self._open_outage is not None or self._age(now) < self._lost_after:
            return None
        since = self._begun.wall if self._last_t is None else self._last_t
        until = since + self._age(now)
        outage = self._outage(since, until, over=False, why=f"silent for {self._age(now):.0f} s")
        self._open_outage = outage
        return outage

    def status(self, now: Now, link: Words = "") -> DeviceStatus:
        """How it is doing; ``link`` says in words why the broker cannot be heard, if so."""
        state, why = self._judge(now, link)
        if state != self._state:
            self._state, self._state_since = state, now.wall
        return DeviceStatus(
            self.device,
            SHOWN_KIND[self.kind],
            state,
            self._state_since,
            why=why,
            rate_hz=round(self._meter.rate(now.mono), 2),
            dropped=self._lost,
            received=self._received,
            latency_s=self._latency,
            last_error=self._last_error,
        )

    # -- order and holes ------------------------------------------------------------------------------

    def _accept_signal(self, signal: GateSignal) -> list[Observation]:
        if signal in self._recent:  # the broker delivers at least once; a person counts once
            self._repeated += 1
            return []
        self._recent.append(signal)
        self._last_t = signal.t
        return [signal]

    def _is_behind(self, item: Observation) -> bool:
        return self._last_t is not None and item.t <= self._last_t

    def _accept_behind(self, item: Observation, now: Now) -> list[Observation]:
        """Delivered twice, or out of order, or the device's clock was set back: never goes to the engine."""
        self._repeated += 1
        seq = _seq_of(item)
        delivered_again = seq is not None and self._last_seq is not None and seq <= self._last_seq
        if delivered_again or self._last_t is None or item.t == self._last_t:
            return []
        back = self._last_t - item.t
        if self._clock_back or (seq is None and back < self.gap_s):
            return []
        self._clock_back = True
        self.problem(f"its clock went back by {back:.1f} s; it is ignored until its time has caught up", now)
        if self._open_outage is not None:
            return []
        self._open_outage = self._outage(self._last_t, self._last_t, over=False, why="its clock went back")
        return [self._open_outage]

    def _hole_before(self, item: Observation) -> list[Outage]:
        """The outage that ``item`` ends, if something is missing before it."""
        reason = self._reason_for_hole(item)
        was_open, self._open_outage = self._open_outage, None
        if was_open is None and not reason:
            return []
        since = was_open.since if was_open is not None else (self._last_t or item.t)
        return [self._outage(min(since, item.t), item.t, over=True, why=reason or "it speaks again")]

    def _reason_for_hole(self, item: Observation) -> Words:
        if self._last_t is None:
            return ""
        seq, gap = _seq_of(item), item.t - self._last_t
        if seq is not None and self._last_seq is not None and seq != self._last_seq + 1:
            missing = seq - self._last_seq - 1
            if missing <= 0:
                return said("it started counting again at {seq}", seq=seq)
            self._lost += missing
            return said("{count} readings were lost on the way", count=missing)
        return said("nothing for {seconds} s", seconds=f"{gap:.1f}") if gap > self.gap_s else ""

    def _outage(self, since: float, until: float, *, over: bool, why: Words) -> Outage:
        return Outage(self.device, SHOWN_KIND[self.kind], since, until, over, why)

    # -- state ----------------------------------------------------------------------------------------

    @property
    def _lost_after(self) -> float:
        return max(SILENT_LOST_S, 5 * self._period)

    def _age(self, now: Now) -> float:
        return now.mono - (self._begun.mono if self._heard is None else self._heard)

    def _judge(self, now: Now, link: Words) -> tuple[DeviceState, Words]:
        if self.kind == "gate":
            return ("lost", link) if link else ("live", "" if self._received else said("no signal yet"))
        age = self._age(now)
        if age >= self._lost_after:
            if self._heard is None:
                return "lost", link or said("never heard since the start: check its power and its network")
            silent = said("silent for {seconds} s: check its power and its network", seconds=f"{age:.0f}")
            return "lost", link or silent
        if self._heard is None:
            return "connecting", link or said("waiting for the first message")
        if age >= max(SILENT_LATE_S, 3 * self._period):
            return "late", link or said("nothing for {seconds} s", seconds=f"{age:.1f}")
        if self._clock_back:
            return "late", self._last_error
        return "live", ""


def _seq_of(item: Observation) -> int | None:
    """The number that the device gave, where a jump means a loss."""
    match item:
        case WeightReading(seq=seq):
            return seq
        case _:  # a detector may leave out frames: its numbers may jump
            return None
