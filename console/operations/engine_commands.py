"""Commands to the engine: named functions, run in the background, answered once."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from console.engine_process.link import EngineLink
from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background
from inference.messages.wire import (
    Command,
    Done,
    KeepEvidence,
    PauseReplay,
    Refused,
    RestartDevice,
    SetReplaySpeed,
)

SPEEDS: tuple[float | None, ...] = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 20.0, None)
"""Speeds that a recording is played at; None: as fast as the machine allows."""


class EngineCommands(QObject):
    """What the operator asks of the engine. Nothing on the screen changes until a snapshot says so."""

    refused = Signal(str)
    """What was asked, and why it was not done."""
    accepted = Signal(str)
    """What was done, where the engine said so in words."""

    def __init__(self, link: EngineLink, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._background = background

    def restart_device(self, device: str) -> None:
        """Drop the connection to a device and make a new one now."""
        self._send(
            RestartDevice(device),
            tr("Reconnecting {device}", device=device),
            tr("{device} was not reconnected", device=device),
        )

    def pause_replay(self, paused: bool) -> None:
        """Hold or go on with the recording."""
        failure = tr("The recording was not paused") if paused else tr("The recording was not resumed")
        self._send(PauseReplay(paused), "", failure)

    def set_replay_speed(self, speed: float | None) -> None:
        """Play the recording at this many times real time."""
        self._send(SetReplaySpeed(speed), "", tr("The speed was not changed"))

    def keep_evidence(self, visit: str) -> None:
        """Have what is still in the engine's memory of a closed visit written down: it is disputed.

        Nothing is said: of most visits there is nothing any more, and none of it is what was asked for.
        """
        self._background.run(lambda: self._link.request(KeepEvidence(visit)), _unsaid, _unsaid)

    def _send(self, command: Command, doing: str, failure: str) -> None:
        self._background.run(
            lambda: self._link.request(command),
            lambda answer: self._answered(answer, doing, failure),
            lambda error: self.refused.emit(f"{failure}: {error}"),
        )

    def _answered(self, answer: object, doing: str, failure: str) -> None:
        match answer:
            case Refused(why=why):
                self.refused.emit(f"{failure}: {in_words(why)}")
            case Done(text=text) if text or doing:
                self.accepted.emit(in_words(text) or doing)
            case _:
                pass


def _unsaid(_: object) -> None:
    """Whatever came of it."""


def neighbour_speed(speed: float | None, step: int) -> float | None:
    """The next faster (``step`` 1) or slower (-1) of ``SPEEDS``; the fastest and slowest stay."""
    rank = [s if s is not None else float("inf") for s in SPEEDS]
    now = float("inf") if speed is None else speed
    nearest = min(range(len(rank)), key=lambda i: 0.0 if rank[i] == now else abs(rank[i] - now))
    return SPEEDS[max(0, min(len(SPEEDS) - 1, nearest + step))]
