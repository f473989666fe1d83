"""Who goes first where cores are few: people before networks.

A network keeps a core busy for tens of milliseconds at a time, all day. Whoever reads the scales, answers a
command or draws the window needs one for a moment, and at once. So a thread that runs a network gives way
(:func:`give_way`): it gets what the others leave, which is nearly all there is. ONNX Runtime has no threads
of its own here: a session of one thread runs on the thread that calls it, without spinning (``session.py``).
"""

from __future__ import annotations

import logging
import os
import sys
import threading

log = logging.getLogger(__name__)

NICER = 10
"""Steps of niceness: on Linux a thread of ten more gets a tenth of the core while one without wants it."""
BELOW_NORMAL = -1
"""Windows: ``THREAD_PRIORITY_BELOW_NORMAL``."""
UTILITY = 0x11
"""macOS: ``QOS_CLASS_UTILITY``."""


def give_way() -> bool:
    """Let other threads go before the calling one from now on; whether the system agreed.

    Best effort: where it cannot be, networks work as they always did.
    """
    try:
        return _give_way()
    except (OSError, AttributeError) as error:
        log.info("this thread cannot give way to others: %s", error)
        return False


def _give_way() -> bool:
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.GetCurrentThread.restype = ctypes.c_void_p
        kernel.SetThreadPriority.argtypes = (ctypes.c_void_p, ctypes.c_int)
        agreed = bool(kernel.SetThreadPriority(kernel.GetCurrentThread(), BELOW_NORMAL))
    elif sys.platform == "darwin":
        import ctypes

        agreed = ctypes.CDLL(None).pthread_set_qos_class_self_np(UTILITY, 0) == 0
    elif sys.platform == "linux":
        me = threading.get_native_id()  # niceness is a thread's own on Linux, despite the call's name
        now = os.getpriority(os.PRIO_PROCESS, me)
        os.setpriority(os.PRIO_PROCESS, me, min(19, now + NICER))
        agreed = True
    else:
        agreed = False
    return agreed
