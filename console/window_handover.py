"""What one window leaves to the next, which takes its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from console.back_office.permissions import Actor
from console.operations.store_desk import SavedChange
from console.operations.store_edits import StoreEdit

Changed = Literal["file", "rules", "catalogue", ""]
"""What of the store was changed last."""


@dataclass(frozen=True)
class HandedOver:
    """What a window leaves to the one that takes its place, beside what the settings keep."""

    actor: Actor | None
    selected: int | None
    """Track of the shopper selected."""
    changed: Literal["language", "text size", "store", ""] = ""
    """Why: it can be undone."""
    before: str = ""
    """What was chosen until then."""
    undoable: SavedChange | None = None
    """The last change of the store's file that can be taken back."""
    decided: StoreEdit | None = None
    """The same of when a person is asked."""
    catalogued: int | None = None
    """The change of the catalogue that was made last."""
    last: Changed = ""
    setting_up: bool = False
    """What the store still lacks is being looked at."""
