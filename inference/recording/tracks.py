"""``tracks.csv``: who was where, ``t,track,x_m,y_m``."""

from __future__ import annotations

from pathlib import Path

from inference.messages import FloorUpdate

STEP_S = 0.1
"""At most so often: several cameras update the floor far more often than anybody moves."""
SEEN_WITHIN_S = 1.0
"""Somebody who has been hidden for longer is inside, but where is a guess: not a position to be scored."""


class TracksFile:
    """Writes positions with fixed decimals, at the times of the floor's updates; complete or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fresh = path.with_name(path.name + ".new")
        self._out = self._fresh.open("w", encoding="ascii", newline="\n")
        self._out.write("t,track,x_m,y_m\n")
        self._last = float("-inf")

    def write(self, update: FloorUpdate) -> None:
        """Add everybody of one update, unless the last one written is too close."""
        # Half a millisecond of grace: frames at exactly this step have times that are not exact.
        if update.t - self._last < STEP_S - 5e-4:
            return
        self._last = update.t
        for person in update.people:
            if update.t - person.last_seen <= SEEN_WITHIN_S:
                x, y = person.position
                self._out.write(f"{update.t:.3f},{person.track},{x:.3f},{y:.3f}\n")

    def close(self, *, keep: bool) -> None:
        """End the file; without ``keep`` it goes away."""
        self._out.close()
        if keep:
            self._fresh.replace(self._path)
        else:
            self._fresh.unlink()
