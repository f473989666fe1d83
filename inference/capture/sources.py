"""Where pictures come from: one interface for streams, files, folders and USB cameras."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""``[height, width, 3]``, BGR."""
Size = tuple[int, int]
"""``(width, height)`` in pixels."""


class SourceError(Exception):
    """The source cannot be opened or has stopped; the text is for staff: what is wrong, and what may help."""


class BadPictureError(Exception):
    """One picture could not be decoded; the source goes on."""


class SourceEnded(Exception):  # noqa: N818 - it is no error: the file is over
    """There are no more pictures."""


@dataclass(frozen=True, slots=True)
class RawPicture:
    """A picture before it is converted; converting is put off until somebody wants it."""

    media_t: float | None
    """Seconds since the start of a file; None for a live source, whose pictures count from arrival."""
    convert: Callable[[Size | None], Image]
    """Makes the BGR picture, made smaller to fit into a size when one is given."""


def fitted(size: Size, within: Size | None) -> Size:
    """``size``, made smaller in proportion until it fits; never larger."""
    if within is None or (size[0] <= within[0] and size[1] <= within[1]):
        return size
    scale = min(within[0] / size[0], within[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


class FrameSource(Protocol):
    """An open source. One thread."""

    live: bool
    """False: files, which are played at their own speed."""

    def read(self) -> RawPicture:
        """The next picture; blocks at most about 2 s.

        Raises :class:`BadPictureError` (go on), :class:`SourceError` (reconnect), :class:`SourceEnded`.
        """

    def close(self) -> None:
        """Let go of the device. Never raises."""
