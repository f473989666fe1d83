"""What devices may say over MQTT, and a table of what they may not."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.capture.payloads import (
    MAX_PAYLOAD,
    PayloadError,
    Topic,
    decode_payload,
    parse_topic,
    topic_filter,
)
from inference.messages import Detection, Detections, GateSignal, Joint, Skeleton, Skeletons, WeightReading
from inference.messages.codec import to_json

NOW = 1_700_000_000.0
SCALE, GATE, CAMERA, SENSOR = (
    Topic("scale", "s1"),
    Topic("gate", "g1"),
    Topic("camera", "c1"),
    Topic("sensor", "d1"),
)


def test_topics() -> None:
    assert parse_topic("openaisle/demo/scale/s1", "demo") == SCALE
    assert parse_topic("openaisle/demo/sensor/d1", "demo") == SENSOR
    assert topic_filter("demo", "gate") == "openaisle/demo/gate/+"


@pytest.mark.parametrize(
    "topic",
    ["", "openaisle/demo/scale", "openaisle/demo/scale/", "openaisle/other/scale/s1", "x/demo/scale/s1",
     "openaisle/demo/shelf/s1", "openaisle/demo/scale/s1/raw"],
)  # fmt: skip
def test_topics_that_mean_nothing(topic: str) -> None:
    with pytest.raises(PayloadError):
        parse_topic(topic, "demo")


@pytest.mark.parametrize(
    ("topic", "item"),
    [
        (SCALE, WeightReading("s1", NOW, 512.5, 7)),
        (SCALE, WeightReading("s1", NOW, -3.0)),
        (GATE, GateSignal("g1", NOW, "entry", 2, "tok_1")),
        (CAMERA, Detections("c1", NOW, 4, 640, 480, (Detection((1.0, 2.0, 3.0, 4.0), 0.9),))),
        (SENSOR, Skeletons("d1", NOW, 4, (Skeleton(0.8, head=Joint(1.0, 2.0, 1.7)),))),
    ],
)
def test_the_lines_of_a_recording_are_payloads(topic: Topic, item: msgspec.Struct) -> None:
    line = to_json(item)
    assert decode_payload(topic, line, NOW) == (item,)
    without_type = {k: v for k, v in msgspec.json.decode(line).items() if k != "type"}
    assert decode_payload(topic, msgspec.json.encode(without_type), NOW) == (item,)


def test_a_scale_needs_only_time_and_grams() -> None:
    assert decode_payload(SCALE, b'{"t":1700000000,"grams":12}', NOW) == (WeightReading("s1", NOW, 12.0),)


def test_a_batch() -> None:
    payload = b'{"t":1700000000,"rate_hz":20,"grams":[1,2.5,3],"seq":41}'
    assert decode_payload(SCALE, payload, NOW) == (
        WeightReading("s1", NOW, 1.0, 41),
        WeightReading("s1", NOW + 0.05, 2.5, 42),
        WeightReading("s1", NOW + 0.1, 3.0, 43),
    )


BAD = {
    "nothing": (SCALE, b"", "truncated"),
    "not text": (SCALE, b"\xff\xfe\x00", "malformed"),
    "not JSON": (SCALE, b"grams=12", "malformed"),
    "cut off": (SCALE, b'{"t":1700000000,"gra', "truncated"),
    "two values": (SCALE, b'{"t":1,"grams":1}{"t":1,"grams":1}', "malformed"),
    "a number": (SCALE, b"12.5", "object"),
    "a list": (SCALE, b"[1700000000,12.5]", "object"),
    "null": (SCALE, b"null", "object"),
    "deep nesting": (SCALE, b'{"t":1700000000,"grams":1,"x":' + b"[" * 100_000, "nested"),
    "too long": (SCALE, b'{"t":1700000000,"grams":1,"x":"' + b"x" * MAX_PAYLOAD + b'"}', "bytes"),
    "no time": (SCALE, b'{"grams":12.5}', "missing required field `t`"),
    "no grams": (SCALE, b'{"t":1700000000}', "missing required field `grams`"),
    "grams in words": (SCALE, b'{"t":1700000000,"grams":"12.5"}', r"\$.grams"),
    "grams is null": (SCALE, b'{"t":1700000000,"grams":null}', r"\$.grams"),
    "grams is NaN": (SCALE, b'{"t":1700000000,"grams":NaN}', "malformed"),
    "grams beyond numbers": (SCALE, b'{"t":1700000000,"grams":1e999}', "out of range"),
    "time in words": (SCALE, b'{"t":"2026-11-20","grams":1}', r"\$.t"),
    "time before 1970": (SCALE, b'{"t":-5,"grams":1}', "not a time"),
    "time since boot": (SCALE, b'{"t":12.5,"grams":1}', "NTP"),
    "time in milliseconds": (SCALE, b'{"t":1700000000000,"grams":1}', "ahead"),
    "clock a minute ahead": (SCALE, b'{"t":1700000060,"grams":1}', "60 s ahead"),
    "another scale": (SCALE, b'{"scale":"s2","t":1700000000,"grams":1}', "the topic 's1'"),
    "a gate's signal on a scale's topic": (SCALE, b'{"type":"gate","gate":"g1","t":1700000000,"kind":"exit"}',
                                           r"\$.type"),
    "a wrong type": (SCALE, b'{"type":"gate","t":1700000000,"grams":1}', r"\$.type"),
    "a batch without a rate": (SCALE, b'{"t":1700000000,"grams":[1,2]}', "rate_hz"),
    "a batch at rate 0": (SCALE, b'{"t":1700000000,"rate_hz":0,"grams":[1,2]}', "rate_hz"),
    "an empty batch": (SCALE, b'{"t":1700000000,"rate_hz":20,"grams":[]}', "samples"),
    "a batch with a hole": (SCALE, b'{"t":1700000000,"rate_hz":20,"grams":[1,null]}', r"\$.grams"),
    "a batch into the future": (SCALE, b'{"t":1700000000,"rate_hz":0.1,"grams":[1,2]}', "ahead"),
    "a huge batch": (SCALE, b'{"t":1700000000,"rate_hz":20,"grams":[' + b"1," * 10_000 + b"1]}", "samples"),
    "seq is a fraction": (SCALE, b'{"t":1700000000,"grams":1,"seq":1.5}', r"\$.seq"),
    "another gate": (GATE, b'{"gate":"g2","t":1700000000,"kind":"exit"}', "the topic 'g1'"),
    "no direction": (GATE, b'{"gate":"g1","t":1700000000}', "kind"),
    "an unknown direction": (GATE, b'{"gate":"g1","t":1700000000,"kind":"sideways"}', r"\$.kind"),
    "nobody went through": (GATE, b'{"gate":"g1","t":1700000000,"kind":"exit","people":0}', "0 people"),
    "another camera": (CAMERA, b'{"camera":"c2","t":1700000000,"seq":1,"width":9,"height":9}', "topic 'c1'"),
    "a picture of no size": (CAMERA, b'{"camera":"c1","t":1700000000,"seq":1,"width":0,"height":9}', "size"),
    "a box inside out": (CAMERA, b'{"camera":"c1","t":1700000000,"seq":1,"width":9,"height":9,"items":'
                                 b'[{"box":[5,5,1,1],"score":0.5}]}', "corners exchanged"),
    "a score of two": (CAMERA, b'{"camera":"c1","t":1700000000,"seq":1,"width":9,"height":9,"items":'
                               b'[{"box":[1,1,5,5],"score":2}]}', "outside 0..1"),
    "a box of three": (CAMERA, b'{"camera":"c1","t":1700000000,"seq":1,"width":9,"height":9,"items":'
                               b'[{"box":[1,1,5],"score":0.5}]}', r"\$.items"),
    "an appearance in words": (CAMERA, b'{"camera":"c1","t":1700000000,"seq":1,"width":9,"height":9,"items":'
                                       b'[{"box":[1,1,5,5],"score":0.5,"appearance":"tall"}]}', "Detections"),
    "a joint beyond numbers": (SENSOR, b'{"sensor":"d1","t":1700000000,"seq":1,"items":'
                                       b'[{"score":1,"head":[1,1e999,1]}]}', "out of range"),
    "another sensor": (SENSOR, b'{"sensor":"d2","t":1700000000,"seq":1}', "the topic 'd1'"),
}  # fmt: skip


@pytest.mark.parametrize(("topic", "payload", "reason"), BAD.values(), ids=BAD.keys())
def test_unusable_payloads_say_why(topic: Topic, payload: bytes, reason: str) -> None:
    with pytest.raises(PayloadError, match=reason) as caught:
        decode_payload(topic, payload, NOW)
    assert len(str(caught.value)) < 300


def test_a_retained_message_is_never_fresh() -> None:
    with pytest.raises(PayloadError, match="retain"):
        decode_payload(GATE, to_json(GateSignal("g1", NOW, "entry")), NOW, retained=True)


@given(st.sampled_from([SCALE, GATE, CAMERA, SENSOR]), st.binary(max_size=60))
def test_no_bytes_raise_anything_else(topic: Topic, payload: bytes) -> None:
    with pytest.raises(PayloadError):
        decode_payload(topic, payload, NOW)


SCALARS: st.SearchStrategy[object] = st.sampled_from(
    [None, True, -1, 0, 1, 10**20, 1.5, 1_700_000_000, "", "s1", "g1", "exit", []]
)
JSON = st.one_of(
    SCALARS, st.lists(SCALARS, max_size=3), st.dictionaries(st.sampled_from(["box", "score"]), SCALARS)
)
FIELDS = [
    "t",
    "grams",
    "seq",
    "rate_hz",
    "scale",
    "gate",
    "kind",
    "people",
    "camera",
    "width",
    "height",
    "items",
]


@given(
    st.sampled_from([SCALE, GATE, CAMERA, SENSOR]), st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6)
)
def test_any_json_is_taken_or_refused_in_words(topic: Topic, value: dict[str, object]) -> None:
    with suppress(PayloadError):
        assert decode_payload(topic, msgspec.json.encode(value), NOW)
