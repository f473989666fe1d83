"""MQTT topics and payloads: what devices may say, and what is wrong with what they said.

``openaisle/<store>/scale/<id>``   a :class:`WeightReading`, or a batch of them in one payload
``openaisle/<store>/gate/<id>``    a :class:`GateSignal`
``openaisle/<store>/camera/<id>``  :class:`Detections` made elsewhere
``openaisle/<store>/sensor/<id>``  :class:`Skeletons` of a 3D sensor

Payloads are JSON, the same as a recording's lines. ``type`` may be absent, because the topic says it. An id
in the payload must be the topic's. A batch of a scale is
``{"t": T, "rate_hz": R, "grams": [g0, g1, ...], "seq": S}``:
sample ``i`` was taken at ``T + i / R`` seconds and has the number ``S + i``.
"""

from __future__ import annotations

from typing import Literal, TypeVar, get_args

import msgspec

from inference.messages import Detections, GateSignal, Observation, Skeletons, WeightReading
from inference.messages.checks import problem_of
from inference.messages.codec import CodecError, from_json
from inference.messages.said import said

DeviceTopic = Literal["scale", "gate", "camera", "sensor"]
MAX_PAYLOAD = 1 << 20
MAX_BATCH = 10_000
MAX_AHEAD_S = 5.0
"""A time stamp further in the future than this means that the device's clock is wrong."""
MAX_BEHIND_S = 3600.0
"""One older than this, too; younger ones may have waited in the broker while the engine was away."""

T = TypeVar("T")


class PayloadError(ValueError):
    """A message that cannot be used; the text is the reason."""


class Topic(msgspec.Struct, frozen=True):
    """Which device speaks."""

    kind: DeviceTopic
    device: str


class ScalePayload(msgspec.Struct, frozen=True):
    """One reading of a scale, or a batch. ``scale`` and ``type`` may be absent: the topic says both."""

    t: float
    grams: float | tuple[float, ...]
    scale: str | None = None
    seq: int | None = None
    rate_hz: float | None = None
    type: Literal["weight"] = "weight"


def topic_filter(store: str, kind: DeviceTopic) -> str:
    """What to subscribe to for all devices of a kind."""
    return f"openaisle/{store}/{kind}/+"


def parse_topic(topic: str, store: str) -> Topic:
    """Take a topic apart. Raises :class:`PayloadError`."""
    parts = topic.split("/")
    if len(parts) != 4 or parts[:2] != ["openaisle", store] or not parts[3]:
        raise PayloadError(said("the topic is not openaisle/{store}/<kind>/<id>", store=store))
    for kind in get_args(DeviceTopic):
        if parts[2] == kind:
            return Topic(kind, parts[3])
    raise PayloadError(said("{kind} is none of scale, gate, camera, sensor", kind=repr(parts[2])))


def decode_payload(
    topic: Topic, payload: bytes, now: float, retained: bool = False
) -> tuple[Observation, ...]:
    """The observations in a payload, oldest first. Raises :class:`PayloadError`.

    ``now`` is the wall clock, against which time stamps are checked. A ``retained`` message is what somebody
    said once, handed to everyone who subscribes later: never a fresh reading.
    """
    if retained:
        raise PayloadError(said("it is a retained message: publish without the retain flag"))
    if len(payload) > MAX_PAYLOAD:
        raise PayloadError(
            said(
                "the payload has {count} bytes, more than {max_payload}",
                count=len(payload),
                max_payload=MAX_PAYLOAD,
            )
        )
    match topic.kind:
        case "scale":
            found: tuple[Observation, ...] = _scale(topic.device, payload)
        case "gate":
            signal = _decoded(payload, GateSignal)
            found = (signal,)
            _same_id("gate", signal.gate, topic.device)
        case "camera":
            seen = _decoded(payload, Detections)
            found = (seen,)
            _same_id("camera", seen.camera, topic.device)
        case "sensor":
            skeletons = _decoded(payload, Skeletons)
            found = (skeletons,)
            _same_id("sensor", skeletons.sensor, topic.device)
    _check(found, now)
    return found


def _scale(device: str, payload: bytes) -> tuple[WeightReading, ...]:
    told = _decoded(payload, ScalePayload)
    if told.scale is not None:
        _same_id("scale", told.scale, device)
    if isinstance(told.grams, float):
        return (WeightReading(device, told.t, told.grams, told.seq),)
    if told.rate_hz is None or not 0 < told.rate_hz <= 10_000:
        raise PayloadError(
            said("a batch needs rate_hz between 0 and 10000, not {rate_hz}", rate_hz=told.rate_hz)
        )
    if not 0 < len(told.grams) <= MAX_BATCH:
        raise PayloadError(
            said(
                "a batch has 1 to {max_batch} samples, not {count}",
                max_batch=MAX_BATCH,
                count=len(told.grams),
            )
        )
    return tuple(
        WeightReading(device, told.t + i / told.rate_hz, grams, None if told.seq is None else told.seq + i)
        for i, grams in enumerate(told.grams)
    )


def _decoded(payload: bytes, kind: type[T]) -> T:
    try:
        return from_json(payload, kind)
    except CodecError as error:
        raise PayloadError(str(error)) from error
    except RecursionError as error:
        raise PayloadError(said("the payload is nested too deeply")) from error


def _same_id(field: str, named: str, device: str) -> None:
    if named != device:
        raise PayloadError(
            said(
                "the payload says {field} {named}, the topic {device}",
                field=field,
                named=repr(named[:60]),
                device=repr(device),
            )
        )


def _check(found: tuple[Observation, ...], now: float) -> None:
    for item in found:
        problem = problem_of(item)
        if problem is not None:
            raise PayloadError(problem)
    newest, oldest = found[-1].t, found[0].t
    if newest > now + MAX_AHEAD_S:
        raise PayloadError(
            said(
                "its clock is {seconds} s ahead of this computer's: set its time (NTP)",
                seconds=f"{newest - now:.0f}",
            )
        )
    if oldest < now - MAX_BEHIND_S:
        raise PayloadError(
            said("its time stamp is {seconds} s old: set its time (NTP)", seconds=f"{now - oldest:.0f}")
        )
