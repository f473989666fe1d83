"""How this process shares its cores between decoding, networks and the thread that owns the state."""

from __future__ import annotations

import os
import sys

import cv2

TURN_S = 0.0005
"""How long one thread may hold the interpreter while others wait for it. A detection thread needs it for
microseconds between two steps outside of it; with Python's 5 ms a core then idles for most of a turn."""

CORES = os.cpu_count() or 1
THREADS_IN_ORDER = CORES + 1
"""For a recording played as fast as it goes: one more than cores, for while one waits its turn."""
HEADROOM = 1.25
"""Of detection's speed over what the cameras want: decoding and the state thread need their share too."""


def tune_process() -> None:
    """Once at the start of a process that detects: short turns, and no threads of OpenCV's own.

    OpenCV would give each resizing thread all cores, and take them from the networks.
    """
    sys.setswitchinterval(TURN_S)
    cv2.setNumThreads(1)
