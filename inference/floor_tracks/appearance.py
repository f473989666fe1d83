"""What people look like: how alike two looks are, how strange one is, and what is gathered over a visit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Sighting
from inference.floor_tracks.state import Track
from inference.messages import Appearance

NOTHING: NDArray[np.float32] = np.zeros(0, dtype=np.float32)


def likenesses(
    found: Collection[tuple[int, int]], tracks: Sequence[Track], sightings: Sequence[Sighting]
) -> dict[tuple[int, int], float]:
    """Cosines of all pairs of which both appearances are known, in one product where their sizes agree."""
    theirs = {i: a.vector for i in dict.fromkeys(i for i, _ in found) if (a := tracks[i].appearance)}
    now = {j: a.vector for j in dict.fromkeys(j for _, j in found) if (a := sightings[j].appearance)}
    if len({v.size for v in (*theirs.values(), *now.values())} - {0}) != 1:
        pairs = ((i, j, cosine(tracks[i].appearance, sightings[j].appearance)) for i, j in found)
        return {(i, j): c for i, j, c in pairs if c is not None}
    rows = {i: n for n, i in enumerate(i for i, v in theirs.items() if v.size)}
    columns = {j: n for n, j in enumerate(j for j, v in now.items() if v.size)}
    if not rows or not columns:
        return {}
    known, new = np.array([theirs[i] for i in rows]), np.array([now[j] for j in columns])
    norms = np.vecdot(known, known)[:, None] * np.vecdot(new, new)
    norms[norms <= 0.0] = np.nan
    cosines = ((known @ new.T) / np.sqrt(norms)).tolist()
    return {
        (i, j): c
        for i, j in found
        if i in rows and j in columns and (c := cosines[rows[i]][columns[j]]) == c  # NaN: of no length
    }


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
    unit: NDArray[np.float32] = (new.vector / np.float32(size)).astype(np.float32, copy=False)
    if old is None or old.vector.size != unit.size:
        return Appearance(unit), 1
    share = np.float32(1.0 / min(looks + 1, s.appearance_memory))
    return Appearance(old.vector + share * (unit - old.vector)), looks + 1


def gather(seen: Iterable[tuple[Track, Appearance | None]], s: Settings) -> None:
    """Put what one frame shows of people into what is known of them; as :func:`mean_appearance`, all at once.

    Everybody is in ``seen`` once.
    """
    tracks: list[Track] = []
    olds: list[NDArray[np.float32]] = []
    news: list[NDArray[np.float32]] = []
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
    sizes = np.sqrt(np.vecdot(now, now))[:, None]
    something = sizes > 0.0
    units = np.divide(now, sizes, where=something, out=np.zeros_like(now))
    means = known + np.array(shares, dtype=np.float32)[:, None] * (units - known)
    for track, mean, told in zip(tracks, means, something[:, 0].tolist(), strict=True):
        if told:
            track.appearance, track.looks = Appearance(mean), track.looks + 1
