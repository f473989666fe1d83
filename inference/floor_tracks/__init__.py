"""People on the floor: one tracker for all cameras, with shoppers conserved from gate to gate."""

from inference.floor_tracks.settings import Settings
from inference.floor_tracks.state import FloorTracksState
from inference.floor_tracks.tracker import FloorTracker

__all__ = ["FloorTracker", "FloorTracksState", "Settings"]
