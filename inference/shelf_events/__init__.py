"""Weight readings in, shelf events out: when did the weight on a shelf change for good, and by how much."""

from inference.shelf_events.detector import ShelfEventDetector
from inference.shelf_events.state import ShelfEventsState

__all__ = ["ShelfEventDetector", "ShelfEventsState"]
