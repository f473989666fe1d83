"""What a fixed camera sees when nobody is there, pixel by pixel of a small grey picture, learned as it runs.

Two values a pixel: the background, and the value at which it last settled. A pixel differs when it is away
from the background; a value that stays for long becomes the background, except under people (the "cache" of
Kim et al., "Real-time foreground-background segmentation using codebook model", 2005, with one entry).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.detection.gate_settings import GateSettings
from inference.detection.picture import Picture

Plane = NDArray[np.float32]
"""Grey levels ``[h, w]``, 0..255."""
Mask = NDArray[np.uint8]
"""``[h, w]``, 0 or 1."""


def small_picture(image: Picture, width: int) -> Plane:
    """A BGR picture at ``width`` columns in grey, each pixel a mean over samples of its own area. Pure.

    Reads at most 16 of the pixels under each: the cost follows the small picture, not the large one.
    """
    rows, columns = image.shape[:2]
    w = min(width, columns)
    h = max(1, round(rows * w / columns))
    twice = cv2.resize(image, (2 * w, 2 * h), interpolation=cv2.INTER_LINEAR)
    grey = cv2.cvtColor(cv2.resize(twice, (w, h), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    return grey.astype(np.float32)


class Background:
    """One camera's. Feed it every picture, in order: :meth:`look`, then :meth:`learn`."""

    def __init__(self, first: Plane, settings: GateSettings) -> None:
        """``first``: the small picture that it starts from, whoever is in it."""
        self._s = settings
        self.shape = (first.shape[0], first.shape[1])
        """Rows and columns."""
        self._now = first
        self._noise = np.full(self.shape, settings.floor_levels / settings.noise_factor, np.float32)
        self._before: Plane | None = None
        self._grain, self._looks = 0.0, 0
        self._start()

    def _start(self) -> None:
        """From the picture of now; what is known of the noise stays."""
        self.age_s = 0.0
        """Time since it began, or began anew."""
        self._known = self._now.copy()
        self._latest = self._now.copy()
        self._quiet = np.full(self.shape, self._s.recent_s + 1.0, np.float32)
        self._differs: Mask = np.zeros(self.shape, np.uint8)

    def look(self, small: Plane, dt: float) -> Mask | None:
        """Pixels that are not background now, or have changed within the last second.

        ``dt``: seconds since the picture before. None where the whole picture changed: the light was
        switched, or the camera moved, and the background starts anew.
        """
        s = self._s
        self.age_s += dt
        shift = _middle(small - self._known)  # the camera's exposure
        self._now = small - shift
        limit = np.maximum(self._noise * np.float32(s.noise_factor), np.float32(self._least()))
        self._differs = (np.abs(self._now - self._known) > limit).view(np.uint8)
        share = np.count_nonzero(self._differs) / self._differs.size
        if abs(shift) > s.lights_levels or share > s.lights_share:
            self._now, self._before = small, None
            self._start()
            return None
        self._settle(limit, dt)
        return self._differs | (self._quiet < np.float32(s.recent_s)).view(np.uint8)

    def _least(self) -> float:
        """What any pixel must differ by: the grain of this camera, as the median change between pictures."""
        s = self._s
        if self._before is not None:
            self._looks = min(self._looks + 1, s.grain_looks)
            change = float(_middle(np.abs(self._now - self._before)))
            self._grain += (change - self._grain) / self._looks
        self._before = self._now
        return max(s.floor_levels, s.grain_factor * self._grain)

    def _settle(self, limit: Plane, dt: float) -> None:
        """Follow each pixel's latest value, and learn how much it trembles around it."""
        s = self._s
        step = np.abs(self._now - self._latest)
        changed = (step > limit).view(np.uint8)
        self._quiet += np.float32(dt)
        self._quiet *= 1 - changed
        cv2.accumulateWeighted(self._now, self._latest, min(1.0, dt / s.recent_s))
        cv2.copyTo(self._now, changed, self._latest)
        more = np.minimum(step, np.float32(s.noise_most_levels)) - self._noise
        rate = min(1.0, dt / s.noise_memory_s)
        # Rises slower than it falls, so that a passer-by does not blind the pixel.
        self._noise += np.minimum(np.float32(rate) * more, np.float32(rate * s.noise_rise) * more)

    def learn(self, people: Mask | None, dt: float) -> None:
        """Take over what has settled; ``people``: where somebody is believed to be, None: nowhere."""
        s = self._s
        warm = min(1.0, self.age_s / s.cold_s)
        wait = s.settled_cold_s + warm * (s.settled_s - s.settled_cold_s)
        settled = self._differs & (self._quiet > np.float32(wait)).view(np.uint8)
        if people is not None:
            settled &= (1 - people) | (self._quiet > np.float32(s.settled_person_s)).view(np.uint8)
        cv2.copyTo(self._latest, settled, self._known)
        cv2.accumulateWeighted(self._now, self._known, min(1.0, dt / s.drift_s), mask=1 - self._differs)


def _middle(difference: Plane) -> np.float32:
    """Median of every sixth row and column."""
    some = difference[::6, ::6].ravel()
    return np.float32(np.partition(some, some.size // 2)[some.size // 2])
