"""What floor tracking remembers, carried into another layout of the same store."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from inference.floor_tracks.state import CameraErrors, FloorTracksState
from store_layout.layout_changes import moved_cameras
from store_layout.model import StoreLayout


def carry(state: FloorTracksState, before: StoreLayout, after: StoreLayout) -> None:
    """Everybody stays who they are; of cameras that are gone or look elsewhere nothing is known any more.

    Where the ground is another (floor, fixtures, gates), nobody may be inside.
    """
    if _ground(before) != _ground(after):
        state.tentative, state.encounters, state.entries, state.arrivals = [], [], [], []
        state.signalling = [gate for gate in state.signalling if gate in after.gates]
    gone = moved_cameras(before, after)
    if not gone:
        return
    forget_cameras(state.camera_errors, gone)
    for camera in gone:
        state.frames.pop(camera, None)
    for track in (*state.people, *state.tentative):
        for camera in gone:
            track.seen_by.pop(camera, None)
            track.feet.pop(camera, None)


def _ground(layout: StoreLayout) -> object:
    file = layout.file
    return file.floor.outline, file.fixture, file.gate


def forget_cameras(errors: CameraErrors, cameras: Collection[str]) -> None:
    """Take their blocks out of the joint Gaussian; what is known of the others' errors stays as it is."""
    blocks = sorted(errors.starts.items(), key=lambda one: one[1])
    ends = [at for _, at in blocks[1:]] + [len(errors.mean)]
    kept: list[int] = []
    starts: dict[str, int] = {}
    for (name, at), end in zip(blocks, ends, strict=True):
        if name.partition("\n")[0] not in cameras:
            starts[name] = len(kept)
            kept += range(at, end)
    errors.starts = starts
    errors.mean = errors.mean[kept]
    errors.covariance = errors.covariance[np.ix_(kept, kept)]
    errors.turned = [camera for camera in errors.turned if camera not in cameras]
    for camera in cameras:
        errors.shifts.pop(camera, None)
