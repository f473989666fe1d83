"""How fast a detector is on this computer, measured here and now, on as many threads as the engine uses."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import numpy as np

from inference.detection import ModelError, load_detector
from inference.detection.threads import HEADROOM

MEASURED_S = 4.0
TOLD_S = 0.1


class ModelSpeed(msgspec.Struct, frozen=True):
    """What was measured."""

    model: str
    per_s: float
    """Pictures a second, all threads together."""
    threads: int

    def cameras(self, fps: float) -> int:
        """Cameras at so many pictures a second, with room left for decoding and for the state."""
        return math.floor(self.per_s / (HEADROOM * fps))


class CancelledError(Exception):
    """Somebody did not want to wait."""


def measure(
    model: str,
    folders: Iterable[Path],
    size: tuple[int, int],
    threads: int,
    *,
    tell: Callable[[float], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
    seconds: float = MEASURED_S,
) -> ModelSpeed:
    """Let every thread look at pictures of ``size`` (width, height) for some seconds, after one to warm up.

    ``tell`` is given how much of the time is over, 0 to 1, about ten times a second. What else is done here
    meanwhile, by the engine too, makes it slower. Raises ``ModelError``, :class:`CancelledError`.
    """
    detector = load_detector(model, folders)
    picture = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), np.uint8)
    counts = [0] * threads
    failed: list[ModelError] = []
    warm, over = threading.Barrier(threads + 1), threading.Event()

    def look(number: int) -> None:
        try:
            session = detector.session()
            session.detect(picture)
            warm.wait()
            while not over.is_set():
                session.detect(picture)
                counts[number] += 1
        except ModelError as error:
            failed.append(error)
            warm.abort()
        except threading.BrokenBarrierError:
            pass

    workers = [
        threading.Thread(target=look, args=(n,), name=f"speed-{n}", daemon=True) for n in range(threads)
    ]
    for worker in workers:
        worker.start()
    spent = 0.0
    try:
        warm.wait()
        began = time.perf_counter()
        while (spent := time.perf_counter() - began) < seconds and not stop() and not failed:
            tell(spent / seconds)
            time.sleep(TOLD_S)
    except threading.BrokenBarrierError:
        pass
    finally:
        over.set()
        warm.abort()
        for worker in workers:
            worker.join()
    if failed:
        raise failed[0]
    if spent < seconds:
        raise CancelledError
    return ModelSpeed(model, sum(counts) / spent, threads)
