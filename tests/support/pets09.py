"""PETS 2009 S2.L1 View 001 as a store folder and a recording: a real crowd on a real, measured floor.

The view's calibration is Tsai's (R. Y. Tsai, 1987), in millimetres. Tsai's radial term leads from the
distorted to the undistorted sensor point, OpenCV's the other way: three of its coefficients are fitted to the
inverse over the whole sensor (worst error below 0.01 px, asserted).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Polygon

from inference.recording.format import FrameTime
from inference.recording.truth import Point2, TrueBox, TruePath, Truth
from inference.recording.writer import RecordingWriter
from store_layout.camera_geometry import camera_model
from store_layout.model import (
    Camera,
    Floor,
    Gate,
    OpenCvCalibration,
    Point3,
    StoreFile,
    StoreInfo,
    StoreLayout,
)

CAMERA = "view_001"
WIDTH, HEIGHT, FPS = 768, 576, 7.0
FRAMES = 300
STARTED_AT = 1_236_000_000.0
"""Store time of frame 1; what the real one was does not matter."""
MARGIN_PX = 20.0
"""The floor goes on so far beyond the picture's edges: feet may be just outside."""
FAR_M = 43.0
"""The floor ends at this distance from the camera. Nobody is labelled beyond 38 m; at 46 m stands a notice
board that detectors take for a person."""
GATE_M = 2.5
"""Width of the strip along the floor's border in which people come and go."""


class Row(NamedTuple):
    """One line of ``gt.txt``."""

    frame: int
    person: str
    box: tuple[float, float, float, float]
    """x1, y1, x2, y2."""
    ignore: bool
    world: Point2
    """Metres."""


def read_rows(folder: Path, frames: int = FRAMES) -> list[Row]:
    """Ground truth of the first frames, by person and time."""
    rows = []
    with (folder / "gt.txt").open(encoding="ascii") as lines:
        for fields in csv.reader(lines):
            frame, person, x, y, w, h, conf, world_x, world_y = map(float, fields[:9])
            if frame <= frames:
                box = (x, y, x + w, y + h)
                rows.append(Row(int(frame), f"{int(person)}", box, conf == 0, (world_x, world_y)))
    return sorted(rows, key=lambda row: (int(row.person), row.frame))


def time_of(frame: int) -> float:
    """Store time of a frame (they count from 1)."""
    return STARTED_AT + (frame - 1) / FPS


# -- calibration -----------------------------------------------------------------------------------------


def calibration(folder: Path) -> OpenCvCalibration:
    """The view's Tsai calibration as OpenCV's pinhole with distortion, metres."""
    xml = (folder / "calibration_view_001_tsai.xml").read_text(encoding="utf-8")
    tsai = {name: float(value) for name, value in re.findall(r'(\w+)="([-+.eE\d]+)"', xml)}
    # Tsai: u = sx * xd / dpx + cx, v = yd / dpy + cy, with xd and yd in millimetres on the sensor.
    fx, fy = tsai["focal"] * tsai["sx"] / tsai["dpx"], tsai["focal"] / tsai["dpy"]
    k1, k2, k3 = inverse_distortion(
        tsai["kappa1"] * tsai["focal"] ** 2, np.hypot(WIDTH / fx, HEIGHT / fy) / 1.5
    )
    r = rotation(tsai["rx"], tsai["ry"], tsai["rz"])
    return OpenCvCalibration(
        k=((fx, 0.0, tsai["cx"]), (0.0, fy, tsai["cy"]), (0.0, 0.0, 1.0)),
        r=(_triple(r[0]), _triple(r[1]), _triple(r[2])),
        t=(tsai["tx"] / 1000, tsai["ty"] / 1000, tsai["tz"] / 1000),
        distortion=(k1, k2, 0.0, 0.0, k3),
        error_px=1.5,
    )


def _triple(row: NDArray[np.float64]) -> Point3:
    x, y, z = row.tolist()
    return (x, y, z)


def rotation(rx: float, ry: float, rz: float) -> NDArray[np.float64]:
    """Tsai's world to camera rotation: Rz Ry Rx."""
    (a, b, c), (d, e, f) = np.cos((rx, ry, rz)), np.sin((rx, ry, rz))
    about_x = np.array([[1, 0, 0], [0, a, -d], [0, d, a]])
    about_y = np.array([[b, 0, e], [0, 1, 0], [-e, 0, b]])
    about_z = np.array([[c, -f, 0], [f, c, 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x)


def inverse_distortion(kappa: float, reach: float) -> tuple[float, float, float]:
    """OpenCV's k1, k2, k3 for Tsai's ``undistorted = distorted * (1 + kappa * distorted^2)``.

    ``kappa`` for a focal length of 1; ``reach`` is the largest distorted radius that must be right.
    """
    distorted = np.linspace(0, reach, 400)
    plain = distorted * (1 + kappa * distorted**2)
    powers = np.stack([plain**3, plain**5, plain**7], axis=1)
    solution = np.linalg.lstsq(powers, distorted - plain, rcond=None)[0]
    k1, k2, k3 = (float(value) for value in solution)
    return k1, k2, k3


# -- store -----------------------------------------------------------------------------------------------


def layout(folder: Path) -> StoreLayout:
    """The view as a store: a floor as far as the camera sees, and gates along all of its border."""
    camera = Camera(
        id=CAMERA, name="View 001", width=WIDTH, height=HEIGHT, calibration=calibration(folder), fps=FPS
    )
    outline = floor_outline(camera)
    file = StoreFile(
        format=1,
        store=StoreInfo(id="pets09", name="PETS 2009 S2.L1"),
        floor=Floor(outline=outline),
        camera=(camera,),
        gate=tuple(gates(outline)),
    )
    return StoreLayout(file=file)


def floor_outline(camera: Camera) -> tuple[Point2, ...]:
    """What the camera sees of the floor, up to :data:`FAR_M`: near left, near right, far right, far left."""
    model = camera_model(camera)
    assert model.position is not None
    place = np.asarray(model.position)[:2]
    rows = np.arange(HEIGHT + MARGIN_PX, 0, -1.0)
    corners = []
    for column in (-MARGIN_PX, WIDTH + MARGIN_PX):
        edge, valid = model.to_floor(np.stack([np.full(len(rows), column), rows], axis=1))
        reached = edge[valid & (np.linalg.norm(edge - place, axis=1) <= FAR_M)]
        corners += [reached[0], reached[-1]]
    near_left, far_left, near_right, far_right = (
        (round(float(x), 2), round(float(y), 2)) for x, y in corners
    )
    return (near_left, near_right, far_right, far_left)


def gates(outline: tuple[Point2, ...]) -> Iterator[Gate]:
    """A strip inside each side of a convex outline."""
    inner = Polygon(outline).buffer(-GATE_M, join_style="mitre")
    inside = np.asarray(inner.exterior.coords)
    nearest = [_nearest(inside, corner) for corner in outline]
    for i, name in enumerate(("near", "right", "far", "left")):
        after = (i + 1) % 4
        strip = (outline[i], outline[after], nearest[after], nearest[i])
        yield Gate(id=name, name=f"{name} edge", kind="both", outline=strip)


def _nearest(places: NDArray[np.float64], corner: Point2) -> Point2:
    x, y = places[np.linalg.norm(places - np.asarray(corner), axis=1).argmin()].tolist()
    return (round(x, 2), round(y, 2))


# -- truth and recording ---------------------------------------------------------------------------------


def truth(folder: Path, frames: int = FRAMES) -> Truth:
    """Boxes and paths; what the labels say is to be ignored is."""
    rows = read_rows(folder, frames)
    boxes = sorted((TrueBox(time_of(r.frame), r.person, r.box, r.ignore) for r in rows), key=lambda b: b.t)
    return Truth(paths=tuple(_paths(rows)), boxes={CAMERA: tuple(boxes)}, frame_period_s=1 / FPS)


def _paths(rows: list[Row]) -> Iterator[TruePath]:
    """One path for each unbroken run of frames of a person that are all counted or all to be ignored."""
    numbered = enumerate(rows)
    for (person, ignore, _), run in groupby(
        numbered, lambda n: (n[1].person, n[1].ignore, n[1].frame - n[0])
    ):
        some = [row for _, row in run]
        yield TruePath(person, tuple(time_of(r.frame) for r in some), tuple(r.world for r in some), ignore)


def write_recording(folder: Path, out: Path, frames: int = FRAMES) -> Path:
    """Write the first frames, with store and truth, as a recording into ``out`` (a test's own folder)."""
    times = [FrameTime(i, time_of(i + 1), i, f"{i + 1:06d}.jpg") for i in range(frames)]
    with RecordingWriter(
        out, layout(folder), started_at=STARTED_AT, raw_video=True, note="PETS 2009 S2.L1 View 001"
    ) as writer:
        writer.pictures(CAMERA, folder / "frames", times, FPS)
        writer.truth(truth(folder, frames))
    return out
