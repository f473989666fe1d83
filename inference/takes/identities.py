"""From whose hands it was to whom it is charged: a track that may be somebody else hands its share on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from inference.messages import Explanation, ItemMove
from inference.takes import settings as s
from inference.takes.joint import Doer
from inference.takes.scoring import Moves
from inference.takes.state import Place

Charged = tuple[int | None, Moves]
"""An explanation without its probability."""
PlaceOf = Callable[[int], Place | None]
"""Where a track was at the moment, and who it may have been."""


def identities(doer: Doer, moves: Moves, place_of: PlaceOf) -> list[tuple[Charged, float]]:
    """Whom the doer's tracks may be, with probabilities that sum to 1."""
    if not doer.hands or not doer.charged:
        return [((None, moves), 1.0)]
    first, *rest = (track for track, _ in doer.hands)
    if not rest:
        return [((track, moves), p) for track, p in _identity(first, place_of(first))]
    found: dict[Charged, float] = {}
    for a, p in _identity(first, place_of(first)):
        for b, q in _identity(rest[0], place_of(rest[0])):
            key = _between(a, b, rest[0], moves)
            found[key] = found.get(key, 0.0) + p * q
    return list(found.items())


def _identity(track: int, place: Place | None) -> list[tuple[int | None, float]]:
    """Whom a track may be. What the tracker gives to nobody goes to those it names, all but a little."""
    if place is None:
        return [(track, 1.0)]
    known: dict[int | None, float] = {track: place.identity}
    for other, p in place.could_be:
        known[other] = known.get(other, 0.0) + p
    total = sum(known.values())
    lost = s.LOST_IDENTITY * max(0.0, 1.0 - total)
    if total <= 0.0:
        return [(None, 1.0)]
    found = [(who, p / total * (1.0 - lost)) for who, p in known.items() if p > 0.0]
    return [*found, (None, lost)] if lost > 0.0 else found


def _between(a: int | None, b: int | None, second: int, moves: Moves) -> Charged:
    """The key of moves that two tracks made, when these are ``a`` and ``b``.

    One of them unknown: only what the other did can be charged, and that is what is kept.
    """
    mine = tuple(m for m in moves if m.track != second)
    others = tuple(msgspec.structs.replace(m, track=None) for m in moves if m.track == second)
    if a is None or b is None:
        return (b, others) if a is None else (a, mine)
    if a == b:
        return a, _together((*mine, *others))
    if b < a:
        a, b, mine, others = b, a, others, mine
    return a, (*mine, *(msgspec.structs.replace(m, track=b) for m in others))


def _together(moves: Moves) -> Moves:
    """Moves of one person, those of one product from one slot in one."""
    counts: dict[tuple[str, str], int] = {}
    for move in moves:
        counts[(move.sku, move.slot)] = counts.get((move.sku, move.slot), 0) + move.count
    return tuple(ItemMove(sku, count, slot) for (sku, slot), count in counts.items())


def explanations(shares: Mapping[Charged, float]) -> tuple[Explanation, ...]:
    """The ones worth keeping, most probable first; what is left out goes to nobody."""
    ranked = sorted(
        shares.items(), key=lambda item: (-item[1], item[0][0] is None, item[0][0] or 0, _words(item[0][1]))
    )
    kept = [(k, p) for k, p in ranked if p >= s.KEEP_PROBABILITY][: s.KEEP_EXPLANATIONS]
    rest = max(0.0, 1.0 - sum(p for _, p in kept))
    found = dict(kept)
    if rest > 0:
        found[(None, ())] = found.get((None, ()), 0.0) + rest
    total = sum(found.values())
    explained = [Explanation(p / total, track, moves) for (track, moves), p in found.items()]
    return tuple(
        sorted(explained, key=lambda e: (-e.probability, e.track is None, e.track or 0, _words(e.moves)))
    )


def _words(moves: Moves) -> tuple[tuple[str, int, str, int], ...]:
    return tuple((m.sku, m.count, m.slot, -1 if m.track is None else m.track) for m in moves)
