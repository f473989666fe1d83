"""What a replay believed of everybody on the floor, and how sure it was: kept in memory for the scores."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.messages import FloorUpdate
from inference.messages.results import Result
from inference.recording.tracks import SEEN_WITHIN_S, STEP_S

Array = NDArray[np.float64]
_FIELDS = 8


@dataclass(frozen=True, slots=True)
class Beliefs:
    """One row for each person of each update that was kept, in order of time."""

    t: Array
    track: NDArray[np.int64]
    xy: Array
    """``[N, 2]`` metres."""
    covariance: Array
    """``[N, 3]`` m2: xx, xy, yy."""
    identity: Array
    """Probability that it was still the person who came in under the track's number."""
    seen: NDArray[np.bool_]
    """Whether a camera had seen them in the last second; only then they stand in ``tracks.csv``."""


class BeliefLog:
    """Listens to a replay (its ``on_result``); keeps at most ten updates a second, as ``tracks.csv`` does."""

    def __init__(self) -> None:
        self._last = float("-inf")
        self._tracks = array("q")
        self._rows = array("d")

    def __call__(self, result: Result) -> None:
        """Take one result."""
        # Half a millisecond of grace: frames at exactly this step have times that are not exact.
        if not isinstance(result, FloorUpdate) or result.t - self._last < STEP_S - 5e-4:
            return
        self._last = result.t
        for person in result.people:
            self._tracks.append(person.track)
            seen = result.t - person.last_seen <= SEEN_WITHIN_S
            self._rows.extend((result.t, *person.position, *person.covariance, person.identity, float(seen)))

    def beliefs(self) -> Beliefs:
        """Everything so far."""
        rows = np.array(self._rows).reshape(-1, _FIELDS)
        return Beliefs(
            t=rows[:, 0],
            track=np.array(self._tracks, dtype=np.int64),
            xy=rows[:, 1:3],
            covariance=rows[:, 3:6],
            identity=rows[:, 6],
            seen=rows[:, 7] > 0.0,
        )
