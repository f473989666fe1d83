"""What people look like: how alike two looks are, how strange one is, and what is gathered over a visit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Sighting
from inference.floor_tracks.state import Track
from inference.messages import Appearance

Vector = NDArray[np.float32]
NOTHING: Vector = np.zeros(0, dtype=np.float32)


def likenesses(
    found: Collection[tuple[int, int]], tracks: Sequence[Track], sightings: Sequence[Sighting]
) -> dict[tuple[int, int], float]:
    """Cosines of all pairs of which both appearances are known, in one product where their sizes agree."""
    rows: dict[int, int] = {}
    columns: dict[int, int] = {}
    theirs: list[Vector] = []
    now: list[Vector] = []
    for i, j in found:
        if i not in rows and (look := tracks[i].appearance) is not None and look.vector.size:
            rows[i] = len(theirs)
            theirs.append(look.vector)
        if j not in columns and (look := sightings[j].appearance) is not None and look.vector.size:
            columns[j] = len(now)
            now.append(look.vector)
    if not theirs or not now:
        return {}
    if len({v.size for v in theirs} | {v.size for v in now}) > 1:
        return _singly(found, tracks, sightings)
    known, new = np.array(theirs), np.array(now)
    squares = np.vecdot(known, known)[:, None] * np.vecdot(new, new)
    if not squares.all():
        return _singly(found, tracks, sightings)
    cosines = ((known @ new.T) / np.sqrt(squares)).tolist()
    return {(i, j): cosines[rows[i]][columns[j]] for i, j in found if i in rows and j in columns}


def _singly(
    found: Collection[tuple[int, int]], tracks: Sequence[Track], sightings: Sequence[Sighting]
) -> dict[tuple[int, int], float]:
    """The same one by one, where some are from different models, or one has no length."""
    pairs = ((i, j, cosine(tracks[i].appearance, sightings[j].appearance)) for i, j in found)
    return {(i, j): c for i, j, c in pairs if c is not None}


def strangeness(track: Track, likeness: float, s: Settings) -> float:
    """Log likelihood against this person looking so unlike themselves."""
    if track.looks < s.stranger_looks:
        return 0.0
    below = track.likeness - s.stranger_margin - likeness
    return min(s.stranger_limit, s.stranger_weight * max(0.0, below))


class Compared:
    """An appearance that is compared with several others: its length is worked out once."""

    __slots__ = ("square", "vector")

    def __init__(self, look: Appearance | None) -> None:
        self.vector = NOTHING if look is None else look.vector
        self.square = float(np.dot(self.vector, self.vector))

    def cosine(self, other: Compared) -> float | None:
        """Likeness of the two; None where one is not known, or from another model."""
        if self.vector.size == 0 or self.vector.size != other.vector.size:
            return None
        norm = self.square * other.square
        return float(np.dot(self.vector, other.vector)) / norm**0.5 if norm > 0.0 else None


def cosine(a: Appearance | None, b: Appearance | None) -> float | None:
    """Likeness of two appearances; None where one is not known, or from another model."""
    return None if a is None or b is None else Compared(a).cosine(Compared(b))


def _length(a: Appearance | None) -> float:
    """Of the vector; 0 where there is none."""
    return 0.0 if a is None else float(np.dot(a.vector, a.vector)) ** 0.5


def mean_appearance(
    old: Appearance | None, new: Appearance | None, looks: int, s: Settings
) -> tuple[Appearance | None, int]:
    """Running mean over the visit, and how many frames are in it. Never changes an array in place."""
    size = _length(new)
    if new is None or size == 0.0:
        return old, looks
    unit: Vector = (new.vector / np.float32(size)).astype(np.float32, copy=False)
    if old is None or old.vector.size != unit.size:
        return Appearance(unit), 1
    share = np.float32(1.0 / min(looks + 1, s.appearance_memory))
    return Appearance(old.vector + share * (unit - old.vector)), looks + 1


def gather(seen: Iterable[tuple[Track, Appearance | None]], s: Settings) -> None:
    """Put what one frame shows of people into what is known of them; as :func:`mean_appearance`, all at once.

    Everybody is in ``seen`` once.
    """
    tracks: list[Track] = []
    olds: list[Vector] = []
    news: list[Vector] = []
    shares = []
    for track, new in seen:
        if new is None:
            continue
        old = track.appearance
        if old is None or old.vector.size != new.vector.size or (news and new.vector.size != news[0].size):
            track.appearance, track.looks = mean_appearance(old, new, track.looks, s)
            continue
        tracks.append(track)
        olds.append(old.vector)
        news.append(new.vector)
        shares.append(1.0 / min(track.looks + 1, s.appearance_memory))
    if not tracks:
        return
    known, now = np.array(olds), np.array(news)
    sizes = np.sqrt(np.vecdot(now, now))
    if not sizes.all():  # one has no length: it says nothing
        for track, vector in zip(tracks, news, strict=True):
            look = mean_appearance(track.appearance, Appearance(vector), track.looks, s)
            track.appearance, track.looks = look
        return
    units = now / sizes[:, None]
    means = known + np.array(shares, dtype=np.float32)[:, None] * (units - known)
    for track, mean in zip(tracks, means, strict=True):
        track.appearance, track.looks = Appearance(mean), track.looks + 1
