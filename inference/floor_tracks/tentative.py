"""What speaks for who is perhaps nobody, or somebody else: how often, and beside whom, they are found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from inference.floor_tracks.nearness import Close
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.state import Track


def count_chances(
    tracks: Sequence[Track], shown: Sequence[bool], found: Collection[int], known: int, s: Settings
) -> None:
    """How regularly the tentative people (from ``known`` on) are found by the cameras that look at them."""
    for i in range(known, len(tracks)):
        if shown[i] or i in found:
            x = tracks[i]
            x.chances += 1
            weight = 1.0 / min(x.chances + 1, s.share_memory)
            x.found_share += weight * ((i in found) - x.found_share)


def compare_with_elders(
    tracks: Sequence[Track],
    close: Iterable[Close],
    shown: Sequence[bool],
    found: Collection[int],
    *,
    known: int,
    s: Settings,
) -> None:
    """Whether somebody tentative, or known for a short while, is found together with the nearest older one.

    ``close``: who stands close to whom. Only the nearest: one who is another view of somebody known may well
    be found beside a third.
    """
    nearest: dict[int, tuple[float, int]] = {}
    for i, k, apart2 in close:
        late, elder = (i, k) if i > k else (k, i)
        if apart2 < (2.0 * s.near_person_m) ** 2 and (late not in nearest or (apart2, elder) < nearest[late]):
            nearest[late] = apart2, elder
    for i, (_, k) in nearest.items():
        x = tracks[i]
        if not (i in found if i >= known else shown[i] and x.t - x.first_t <= s.doubled_within_s):
            continue
        if i not in found:
            x.in_turns += k in found
        elif k in found:
            x.together += 1
            x.beside += k < known
        elif shown[k] and x.t - tracks[k].last_seen < s.in_turns_s:
            x.in_turns += 1
