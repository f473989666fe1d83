"""Where shoppers have just been, kept in metres so that a zoom costs nothing."""

from __future__ import annotations

import math
from collections import deque

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPolygonF

from inference.messages.wire import Snapshot

PIECE_S = 2.0
"""A trail is drawn in pieces of this many seconds, each fainter than the next."""
PIECES = 4
STEP_M = 0.2
"""Steps shorter than this are not worth a point."""
JUMP_M = 2.0
"""A step longer than this in one snapshot is a correction or a seek, not a walk."""


class Trail:
    """One shopper's last steps, oldest piece first."""

    def __init__(self, t: float, at: QPointF) -> None:
        self.pieces: deque[QPolygonF] = deque([QPolygonF([at])], maxlen=PIECES)
        self._began = t
        self._last = at

    def add(self, t: float, at: QPointF) -> None:
        """They are here now."""
        step = math.hypot(at.x() - self._last.x(), at.y() - self._last.y())
        if step > JUMP_M:
            self.pieces.clear()
            self._start_piece(t, at)
        elif t - self._began > PIECE_S:
            self.pieces[-1].append(at)
            self._start_piece(t, at)
        elif step >= STEP_M:
            self.pieces[-1].append(at)
        else:
            return
        self._last = at

    def _start_piece(self, t: float, at: QPointF) -> None:
        self.pieces.append(QPolygonF([at]))
        self._began = t


class Trails:
    """Trails of everybody inside."""

    def __init__(self) -> None:
        self._trails: dict[int, Trail] = {}
        self._t = -math.inf
        self._engine = ""

    def follow(self, snapshot: Snapshot) -> None:
        """Take the new positions. Time that goes back, or another engine, starts all trails anew."""
        if snapshot.t < self._t or snapshot.engine != self._engine:
            self._trails.clear()
        self._t, self._engine = snapshot.t, snapshot.engine
        inside: dict[int, Trail] = {}
        for shopper in snapshot.inside:
            person, at = shopper.person, QPointF(*shopper.person.position)
            trail = self._trails.get(person.track)
            if trail is None:
                trail = Trail(snapshot.t, at)
            else:
                trail.add(snapshot.t, at)
            inside[person.track] = trail
        self._trails = inside

    def of(self, track: int) -> Trail | None:
        """The trail of one shopper."""
        return self._trails.get(track)
