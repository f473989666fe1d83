"""Scales in a process of their own: ``python scales_publisher.py PORT SCALES RATE_HZ SECONDS``.

Publishes one reading per message with QoS 1, on time, and ends when the broker has confirmed every one.
"""

from __future__ import annotations

import json
import sys
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion


def publish(port: int, scales: int, rate_hz: float, seconds: float) -> int:
    """The number of readings confirmed by the broker."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="scales")
    client.max_inflight_messages_set(2000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    began, began_t, sent = time.monotonic(), time.time(), []
    for seq in range(int(seconds * rate_hz)):
        time.sleep(max(0.0, began + seq / rate_hz - time.monotonic()))
        for scale in range(scales):
            payload = json.dumps({"t": began_t + seq / rate_hz, "grams": float(seq), "seq": seq})
            sent.append(client.publish(f"openaisle/demo/scale/s{scale}", payload, qos=1))
    for info in sent:
        info.wait_for_publish(60)
    confirmed = sum(info.is_published() for info in sent)
    client.disconnect()
    client.loop_stop()
    return confirmed


if __name__ == "__main__":
    print(publish(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])))
