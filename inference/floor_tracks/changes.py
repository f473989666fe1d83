"""Who came and went, and who turned out to be whom."""

from __future__ import annotations

import msgspec

from inference.messages import Alarm, CameraLearned, TrackEnded, TrackJoined, TrackStarted


class Changes(msgspec.Struct):
    """Who came and went on one observation."""

    started: list[TrackStarted] = []
    ended: list[TrackEnded] = []
    alarms: list[Alarm] = []
    joined: list[TrackJoined] = []
    cameras: tuple[CameraLearned, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.started or self.ended or self.alarms or self.joined)
