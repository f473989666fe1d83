"""Gates that staff hold open or shut: the order to the gate, its word that it obeys, and what is missing.

``openaisle/<store>/gate/<id>/hold``   from the engine, retained: ``{"t": T, "hold": "shut"}``
``openaisle/<store>/gate/<id>/state``  from the gate, retained: ``{"t": T, "hold": "shut", "why": ""}``

``open``: it stands open. ``shut``: nobody is let in; whoever is inside can always leave. ``free``: it does
its work. Both are states, not events, so both are retained: a gate that comes back finds its order, an engine
finds what the gates last said.
"""

from __future__ import annotations

import math

import msgspec

from inference.capture.payloads import PayloadError
from inference.messages.codec import CodecError, from_json
from inference.messages.said import Said, said
from inference.messages.wire import DeviceStatus, Hold

CONFIRM_S = 5.0
"""A gate that has not confirmed its order after so long is worth a look."""
MAX_PAYLOAD = 4096
MAX_WHY = 200


class HoldOrder(msgspec.Struct, frozen=True):
    """What a gate is to do, from ``t`` on."""

    t: float
    hold: Hold


class HoldState(msgspec.Struct, frozen=True):
    """What a gate does, since ``t``."""

    t: float
    hold: Hold
    why: str = ""
    """Where it cannot do as it was told: why."""


class _Gate(msgspec.Struct):
    state: HoldState | None = None
    ordered: Hold | None = None
    """Not confirmed yet."""
    ordered_at: float = 0.0
    """Monotonic."""


def hold_topic(store: str, gate: str) -> str:
    """Where the engine tells a gate what to do."""
    return f"openaisle/{store}/gate/{gate}/hold"


def state_filter(store: str) -> str:
    """What to subscribe to for all gates' words."""
    return f"openaisle/{store}/gate/+/state"


def gate_of(topic: str, store: str) -> str | None:
    """The gate that says on this topic what it does; None for every other topic."""
    parts = topic.split("/")
    said_so = len(parts) == 5 and parts[:3] == ["openaisle", store, "gate"] and parts[4] == "state"
    return parts[3] if said_so else None


class GateHolds:
    """Orders and words of the gates of one store. Not thread-safe: the link holds its lock."""

    def __init__(self) -> None:
        self._gates: dict[str, _Gate] = {}

    def order(self, gate: str, hold: Hold, t: float, mono: float) -> bytes:
        """Remember what a gate is told; the payload of the message to it."""
        one = self._gates.setdefault(gate, _Gate())
        one.ordered, one.ordered_at = hold, mono
        return msgspec.json.encode(HoldOrder(t, hold))

    def heard(self, gate: str, payload: bytes) -> None:
        """A gate says what it does. Raises ``PayloadError``."""
        if len(payload) > MAX_PAYLOAD:
            raise PayloadError(
                said(
                    "the payload has {count} bytes, more than {max_payload}",
                    count=len(payload),
                    max_payload=MAX_PAYLOAD,
                )
            )
        try:
            state = from_json(payload, HoldState)
        except CodecError as error:
            raise PayloadError(str(error)) from error
        if not math.isfinite(state.t):
            raise PayloadError(said("t is {t}: seconds since 1970 are wanted", t=state.t))
        one = self._gates.setdefault(gate, _Gate())
        one.state = msgspec.structs.replace(state, why=state.why[:MAX_WHY])
        if one.ordered == state.hold:
            one.ordered = None

    def shown(self, status: DeviceStatus, mono: float) -> DeviceStatus:
        """A gate's status, with what it does, and what it has not confirmed."""
        one = self._gates.get(status.device)
        if one is None or status.kind != "gate":
            return status
        held = None if one.state is None else one.state.hold
        status = msgspec.structs.replace(status, held=held, asked=one.ordered)
        if one.ordered is None or status.state != "live":
            return status
        why = self._why(one, one.ordered)
        late = mono - one.ordered_at >= CONFIRM_S or (one.state is not None and bool(one.state.why))
        return msgspec.structs.replace(status, state="late" if late else "live", why=why)

    @staticmethod
    def _why(one: _Gate, ordered: Hold) -> Said:
        if one.state is not None and one.state.why:
            return said("it does not obey: {why}", why=one.state.why)
        match ordered:
            case "open":
                return said("it has not confirmed yet that it stands open")
            case "shut":
                return said("it has not confirmed yet that it lets nobody in")
            case _:
                return said("it has not confirmed yet that it does its work again")
