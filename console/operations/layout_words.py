"""A changed store in words, one line for each change."""

from __future__ import annotations

from console.language import tr, tr_noop
from store_layout.layout_changes import How, LayoutChange, Part

PART_WORDS: dict[Part, str] = {
    "camera": tr_noop("Camera {name}"),
    "scale": tr_noop("Scale {name}"),
    "slot": tr_noop("Slot {name}"),
    "gate": tr_noop("Gate {name}"),
    "fixture": tr_noop("Fixture {name}"),
    "floor": tr_noop("The floor"),
    "broker": tr_noop("The broker"),
    "product": tr_noop("Product {name}"),
    "planogram": tr_noop("What stands in slot {name}"),
    "promotions": tr_noop("The promotions"),
    "rules": tr_noop("The shop's rules"),
    "retention": tr_noop("How long things are kept"),
    "store": tr_noop("The store's own data"),
    "detector": tr_noop("The detector"),
}
HOW_WORDS: dict[How, str] = {
    "added": tr_noop("{what}: new"),
    "changed": tr_noop("{what}: changed"),
    "removed": tr_noop("{what}: gone"),
}


def change_words(change: LayoutChange) -> str:
    """Such as ``Camera west: new``."""
    return tr(HOW_WORDS[change.how], what=tr(PART_WORDS[change.part], name=change.name))
