"""What each idea is worth: the same sessions with one of them switched off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NamedTuple

from inference.takes import settings as takes
from inference.visits import settings as visits


class Idea(NamedTuple):
    """What it does, and what stands in its place without it."""

    words: str
    off: tuple[tuple[ModuleType, str, Any], ...]


_NEVER = 1e9

IDEAS: dict[str, Idea] = {
    "hands": Idea("where hands were seen", ((takes, "HAND_SCORE", 2.0),)),
    "places": Idea("where people stood", ((takes, "BODY_FLOOR", _NEVER),)),
    "standing": Idea("who reaches in stands still", ((takes, "IN_PASSING", 1.0),)),
    "room": Idea("who stands there leaves others less room", ((takes, "ROOM_TAKEN", 0.0),)),
    "contents": Idea("what hands were seen to hold", ((takes, "LOOK_WORTH", 0.0),)),
    "joint": Idea(
        "events at one fixture decided together", ((takes, "OVERLAP_S", -_NEVER), (takes, "JOINT_S", 0.0))
    ),
    "again": Idea("who takes from a slot takes from it again", ((takes, "AGAIN", 1.0),)),
    "two": Idea("two people's hands in one event", ((takes, "TWO_PEOPLE", 1e-12),)),
    "pairs": Idea("two products in one grab", ((takes, "PAIR_PRIOR", 1e-12), (takes, "PAIR_APART", 1e-12))),
    "swaps": Idea("something taken while something is given back", ((takes, "SWAPPED_AT_LEAST", _NEVER),)),
    "exchanges": Idea(
        "one gives back what another takes",
        ((takes, "EXCHANGED", 1e-12), (takes, "EXCHANGED_BESIDE", 1e-12)),
    ),
    "course": Idea("what lay there while two hands were in", ((takes, "IN_ORDER", 1e-12),)),
    "shown": Idea("what other moves put into a hand", ((takes, "SHOWN_BY_OTHERS", 0.0),)),
    "planogram": Idea("misplaced goods are remembered", ((takes, "MISPLACED_WEIGHT", 1e-12),)),
    "handed": Idea(
        "what one holds another may give back",
        ((visits, "HANDED_ON", 1e-12), (visits, "HANDED_TOGETHER", 1e-12)),
    ),
    "in_hands": Idea("what one took is seen in another's hand", ((takes, "HANDED_SEEN", _NEVER),)),
    "carts": Idea("only what is held is given back", ((takes, "NEVER_HELD", 1.0), (visits, "BREACH", 1.0))),
}


@contextmanager
def without(names: tuple[str, ...]) -> Iterator[None]:
    """Switch ideas off in this process. Raises ``KeyError`` for one that there is not."""
    before = [(module, name, getattr(module, name)) for key in names for module, name, _ in IDEAS[key].off]
    try:
        for key in names:
            for module, name, value in IDEAS[key].off:
                setattr(module, name, value)
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)
