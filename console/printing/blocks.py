"""A receipt as what stands under each other on the roll. Between the layout and whatever draws it."""

from __future__ import annotations

from typing import Literal

import msgspec

Align = Literal["left", "center", "right"]


class Text(msgspec.Struct, frozen=True, tag="text"):
    """One line of text that fits the roll."""

    text: str
    align: Align = "left"
    bold: bool = False
    tall: bool = False
    """Twice as high."""
    wide: bool = False
    """Twice as wide: half as many columns."""


class Picture(msgspec.Struct, frozen=True, tag="picture"):
    """Black and white dots in the middle of the roll."""

    what: Literal["logo", "qr"]
    alt: str
    """What it says, for those who cannot see it."""
    width: int
    height: int
    rows: bytes
    """One bit a dot, 1 is black, each row filled up to whole bytes, the leftmost dot the highest bit."""

    def __post_init__(self) -> None:
        if len(self.rows) != (self.width + 7) // 8 * self.height:
            raise ValueError(f"{self.what}: {len(self.rows)} bytes are not {self.width}x{self.height} dots")


class Feed(msgspec.Struct, frozen=True, tag="feed"):
    """Empty lines."""

    lines: int = 1


class Cut(msgspec.Struct, frozen=True, tag="cut"):
    """The end of a receipt: forward past the cutter, and cut where there is one."""


Block = Text | Picture | Feed | Cut
