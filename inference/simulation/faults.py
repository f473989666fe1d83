"""What may be wrong with simulated cameras: silent for a while, a wrong clock, turned on their mounts.

People, scales and gates stay as they are without the fault, and so do all other cameras.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.messages import Outage
from inference.messages.said import said
from store_layout.model import Camera, MatrixCalibration, OpenCvCalibration, StoreLayout

LATE_S = 4.0
"""A camera is noticed to be lost after this long without a picture."""
FARTHEST_CLOCK_S = 3600.0
FARTHEST_TURN_DEG = 45.0


class CameraLost(msgspec.Struct, frozen=True, kw_only=True, tag="camera_lost"):
    """A camera sends nothing for a while."""

    camera: str
    from_s: float
    """Seconds from the start."""
    for_s: float


class ClockOff(msgspec.Struct, frozen=True, kw_only=True, tag="clock_off"):
    """A camera stamps its pictures with a wrong time, all alike.

    Positive: the stamps are late, as those of a camera whose pictures are long under way and are stamped on
    arrival.
    """

    camera: str
    by_s: float


class CameraTurned(msgspec.Struct, frozen=True, kw_only=True, tag="camera_turned"):
    """A camera looks elsewhere than its calibration says: somebody knocked against it before the start.

    It turned about its own place.
    """

    camera: str
    pan_deg: float = 0.0
    """About the vertical, counter-clockwise seen from above."""
    tilt_deg: float = 0.0
    """About the picture's horizontal, upwards."""


CameraFault = CameraLost | ClockOff | CameraTurned


def check_faults(faults: Iterable[CameraFault], layout: StoreLayout) -> None:
    """Raise ``ValueError`` that lists every fault that cannot be."""
    problems = [f"faults[{i}]: {why}" for i, fault in enumerate(faults) if (why := _problem(fault, layout))]
    if problems:
        raise ValueError("; ".join(problems))


def _problem(fault: CameraFault, layout: StoreLayout) -> str | None:
    camera = layout.cameras.get(fault.camera)
    if camera is None:
        known = ", ".join(sorted(layout.cameras))
        return f"the store has no camera {fault.camera!r}; it has {known}"
    match fault:
        case CameraLost():
            if not (isfinite(fault.from_s) and isfinite(fault.for_s) and fault.from_s >= 0 < fault.for_s):
                return "from_s must be 0 or more and for_s above 0, both finite"
        case ClockOff():
            if not (isfinite(fault.by_s) and abs(fault.by_s) <= FARTHEST_CLOCK_S):
                return f"by_s must be within {FARTHEST_CLOCK_S:.0f} s"
        case CameraTurned():
            turn = (fault.pan_deg, fault.tilt_deg)
            if not all(isfinite(angle) and abs(angle) <= FARTHEST_TURN_DEG for angle in turn):
                return f"pan_deg and tilt_deg must be within {FARTHEST_TURN_DEG:.0f} degrees"
            if not isinstance(camera.calibration, OpenCvCalibration | MatrixCalibration):
                return f"camera {camera.id!r} cannot be turned: its calibration knows the floor only"
    return None


def is_lost(faults: Iterable[CameraFault], camera: str, t: float) -> bool:
    """Whether this camera sends nothing at ``t`` seconds from the start."""
    return any(
        isinstance(f, CameraLost) and f.camera == camera and f.from_s <= t < f.from_s + f.for_s
        for f in faults
    )


def clock_off_s(faults: Iterable[CameraFault], camera: str) -> float:
    """What is added to this camera's stamps, seconds."""
    return sum(f.by_s for f in faults if isinstance(f, ClockOff) and f.camera == camera)


def outages(faults: Iterable[CameraFault], started_at: float, end: float) -> list[Outage]:
    """What is noticed of lost cameras, in order: that one is silent, and when it is back.

    As the live store tells it. ``end``: seconds from the start; what would be noticed later is not.
    """
    found = []
    for fault in faults:
        if not isinstance(fault, CameraLost):
            continue
        since = started_at + fault.from_s
        found += silence(fault.camera, "camera", since, fault.for_s, LATE_S)
    return sorted((o for o in found if o.t <= started_at + end), key=lambda o: (o.t, o.device))


def silence(
    device: str, kind: Literal["camera", "scale"], since: float, for_s: float, late_s: float
) -> list[Outage]:
    """What is told of a device that says nothing: that it is silent, ``late_s`` on, and that it is back."""
    found = []
    if for_s > late_s:
        why = said("simulated: the device is silent")
        found.append(Outage(device, kind, since, since + late_s, False, why))
    back = said("it sends pictures again") if kind == "camera" else said("it sends readings again")
    return [*found, Outage(device, kind, since, since + for_s, True, back)]


def as_hung(layout: StoreLayout, faults: Iterable[CameraFault]) -> StoreLayout:
    """The store with its cameras as they truly look; the same one where none is turned.

    Raises ``ValueError`` for a camera that only knows the floor.
    """
    turns = [fault for fault in faults if isinstance(fault, CameraTurned)]
    if not turns:
        return layout
    cameras = []
    for camera in layout.file.camera:
        turned = camera
        for fault in turns:
            if fault.camera == camera.id:
                turned = turned_camera(turned, fault.pan_deg, fault.tilt_deg)
        cameras.append(turned)
    file = msgspec.structs.replace(layout.file, camera=tuple(cameras))
    return msgspec.structs.replace(layout, file=file)


def turned_camera(camera: Camera, pan_deg: float, tilt_deg: float = 0.0) -> Camera:
    """The same camera, in the same place, turned.

    With ``p ~ M (X - C)`` the picture of the turned camera is ``p ~ M R (X - C)``, ``R`` taking the world
    to where the camera believes it to be. Raises ``ValueError`` for a calibration of the floor alone.
    """
    calibration = camera.calibration
    match calibration:
        case OpenCvCalibration():
            pose = np.array(calibration.r)
            centre = -pose.T @ np.array(calibration.t)
            pose = pose @ _turn(pose[0], pan_deg, tilt_deg)
            x, y, z = (-pose @ centre).tolist()
            a, b, c = (_three(row) for row in pose.tolist())
            calibration = msgspec.structs.replace(calibration, r=(a, b, c), t=(x, y, z))
        case MatrixCalibration():
            p = np.array(calibration.p)
            matrix = p[:, :3]
            centre = -np.linalg.solve(matrix, p[:, 3])
            # Rows of a finite camera's matrix: the principal plane's normal is the third; what is level
            # and square to it points along the picture's rows.
            right = np.cross(np.array([0.0, 0.0, -1.0]), matrix[2] * np.sign(np.linalg.det(matrix)))
            matrix = matrix @ _turn(right / max(1e-12, float(np.linalg.norm(right))), pan_deg, tilt_deg)
            last = (-matrix @ centre).tolist()
            d, e, f = ((*_three(row), w) for row, w in zip(matrix.tolist(), last, strict=True))
            calibration = msgspec.structs.replace(calibration, p=(d, e, f))
        case _:
            raise ValueError(f"camera {camera.id!r}: its calibration knows the floor only")
    return msgspec.structs.replace(camera, calibration=calibration)


def _turn(right: NDArray[np.float64], pan_deg: float, tilt_deg: float) -> NDArray[np.float64]:
    """World -> where a camera takes it to be that was tilted about ``right`` and then panned."""
    pan = _about(np.array([0.0, 0.0, 1.0]), np.radians(pan_deg))
    tilt = _about(right, np.radians(tilt_deg))
    return np.asarray((pan @ tilt).T)


def _about(axis: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    """Rotation about a unit axis, counter-clockwise looking against it (Rodrigues)."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * cross @ cross)


def _three(row: list[float]) -> tuple[float, float, float]:
    x, y, z = row
    return (x, y, z)
