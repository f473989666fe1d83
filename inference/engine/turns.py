"""How much the state thread takes on before it listens to commands again."""

from __future__ import annotations

MOST, LEAST = 256, 8
SLOW_S = 0.05
"""Whoever asks for something waits for about so long at most, however much each observation costs."""
QUICK = 1 / 3
"""Of that: there is room for more at once, which costs less for each."""


class TurnSize:
    """Halved by a slow turn, doubled by a quick one that was full."""

    def __init__(self) -> None:
        self.most = MOST
        """Observations that the next turn takes."""

    def took(self, count: int, seconds: float) -> None:
        """A turn of so many took so long."""
        if seconds > SLOW_S:
            self.most = max(LEAST, self.most // 2)
        elif seconds < QUICK * SLOW_S and count >= self.most:
            self.most = min(MOST, self.most * 2)
