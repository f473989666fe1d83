"""Cameras' calibrations: that they are ones, that they fit, and that the camera hangs above the floor."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from store_layout.camera_geometry import CameraModel, camera_model
from store_layout.checks.places import sound_polygon
from store_layout.findings import TOML, Draft, Finding, Place
from store_layout.floor_fit import DegeneratePairs, fit_floor
from store_layout.lens import Lens
from store_layout.model import Camera, Floor, MatrixCalibration, OpenCvCalibration, PointsCalibration
from store_layout.said import said

COEFFICIENTS = (0, 4, 5, 8, 12, 14)
ROTATION_SLACK = 1e-3
WORST_RMS_PX = 8.0
WORST_RMS_M = 0.15
"""A larger residual than these means a mistyped point more often than an unsteady hand."""


def check_calibrations(draft: Draft) -> Iterator[Finding]:
    """All cameras of which the entry could be read."""
    for number, camera in draft.cameras.items():
        place: Place = ("camera", number, "calibration")
        if camera.width < 1 or camera.height < 1:
            continue  # reported as such, and nothing can be said about the rest
        found = list(_kind(place, camera))
        yield from found
        if not any(finding.severity == "error" for finding in found):
            yield from _view(place, camera, draft.floor)


def _kind(place: Place, camera: Camera) -> Iterator[Finding]:
    match camera.calibration:
        case OpenCvCalibration() as calibration:
            yield from _error_px(place, calibration.error_px)
            yield from _opencv(place, calibration)
        case MatrixCalibration() as calibration:
            yield from _error_px(place, calibration.error_px)
            left = np.array(calibration.p)[:, :3]
            scale = np.linalg.norm(left, axis=1).prod()
            if not (scale > 0 and abs(np.linalg.det(left)) > 1e-9 * scale):
                what, remedy = (
                    said("the left 3x3 part of p is singular"),
                    said("Write p in rows: it takes metres to pixels"),
                )
                yield Finding(TOML, (*place, "p"), what, remedy)
        case PointsCalibration() as calibration:
            yield from _points(place, calibration, camera)


def _error_px(place: Place, error_px: float) -> Iterator[Finding]:
    if error_px < 0:
        remedy = said("Write the reprojection error that the calibration reported, or 1")
        yield Finding(
            TOML, (*place, "error_px"), said("an error of {error_px} pixels", error_px=error_px), remedy
        )


def _opencv(place: Place, calibration: OpenCvCalibration) -> Iterator[Finding]:
    k, r = np.array(calibration.k), np.array(calibration.r)
    if np.any(np.tril(k, -1) != 0) or abs(k[2, 2] - 1) > 1e-9:
        remedy = said("Write [[fx, 0, cx], [0, fy, cy], [0, 0, 1]]")
        yield Finding(TOML, (*place, "k"), said("k is not upper triangular with a 1 at its end"), remedy)
    if not (k[0, 0] > 0 and k[1, 1] > 0):
        what, remedy = (
            said("focal lengths {fx} and {fy}", fx=float(k[0, 0]), fy=float(k[1, 1])),
            said("Both are pixels and above 0"),
        )
        yield Finding(TOML, (*place, "k"), what, remedy)
    off = float(np.abs(r @ r.T - np.eye(3)).max())
    if not off <= ROTATION_SLACK:
        what = said("r is not a rotation (its rows are off from orthonormal by {off})", off=f"{off:.2g}")
        yield Finding(
            TOML, (*place, "r"), what, said("Copy it with all its digits; it takes the world to the camera")
        )
    elif np.linalg.det(r) < 0:
        what, remedy = (
            said("r mirrors (its determinant is -1)"),
            said("Turn one axis around: the world is right-handed, z up"),
        )
        yield Finding(TOML, (*place, "r"), what, remedy)
    if len(calibration.distortion) not in COEFFICIENTS:
        what = said("{count} distortion coefficients", count=len(calibration.distortion))
        remedy = said(
            "OpenCV has {names} or {coefficients}, in its order",
            names=", ".join(map(str, COEFFICIENTS[:-1])),
            coefficients=COEFFICIENTS[-1],
        )
        yield Finding(TOML, (*place, "distortion"), what, remedy)


def _points(place: Place, calibration: PointsCalibration, camera: Camera) -> Iterator[Finding]:
    for number, pair in enumerate(calibration.pairs):
        if not (0 <= pair.pixel[0] <= camera.width and 0 <= pair.pixel[1] <= camera.height):
            what = said(
                "pixel {pixel} is outside of the {width} x {height} picture",
                pixel=pair.pixel,
                width=camera.width,
                height=camera.height,
            )
            remedy = said("Click the points in a picture of the size that width and height say")
            yield Finding(TOML, (*place, "pairs", number), what, remedy, "warning")
    try:
        fit = fit_floor(calibration)
    except DegeneratePairs as error:
        remedy = said("Choose at least four points spread over the floor, no three of them on a line")
        yield Finding(
            TOML,
            (*place, "pairs"),
            said("the point pairs do not fix the floor: {error}", error=error),
            remedy,
        )
        return
    if fit.rms_px > WORST_RMS_PX or fit.rms_m > WORST_RMS_M:
        what = said(
            "the points fit to {rms_px} px and {rms_m} m only, this one worst",
            rms_px=f"{fit.rms_px:.1f}",
            rms_m=f"{fit.rms_m:.2f}",
        )
        remedy = said(
            "Check it: it is off by {residual_px} px, {residual_m} m",
            residual_px=f"{fit.residual_px[fit.worst]:.1f}",
            residual_m=f"{fit.residual_m[fit.worst]:.2f}",
        )
        yield Finding(TOML, (*place, "pairs", fit.worst), what, remedy, "warning")
    if np.linalg.det(fit.homography) > 0:
        what = said("the camera would see the floor from below: the floor points are mirrored")
        yield Finding(
            TOML, (*place, "pairs"), what, said("Swap or negate one floor axis: x, y and up are right-handed")
        )
    if calibration.position is not None and calibration.position[2] <= 0:
        what = said("the camera is at z = {position}, not above the floor", position=calibration.position[2])
        yield Finding(TOML, (*place, "position"), what, said("Write its height above the floor, in metres"))


def _view(place: Place, camera: Camera, floor: Floor | None) -> Iterator[Finding]:
    """What only the whole camera shows: its height, and whether it sees the floor."""
    model = camera_model(camera)
    if model.position is not None and model.position[2] <= 0:
        what = said(
            "the camera is at z = {position} m, not above the floor", position=f"{model.position[2]:.2f}"
        )
        remedy = said(
            "z points up and the floor is at 0; check that t is in metres and r takes the world to the camera"
        )
        yield Finding(TOML, place, what, remedy)
        return
    if isinstance(camera.calibration, OpenCvCalibration) and any(camera.calibration.distortion):
        yield from _lens(place, camera, camera.calibration)
    if floor is not None and not _sees(model, camera, floor):
        what, remedy = (
            said("it sees nothing of the floor"),
            said("Check where it hangs and looks, and the units (metres)"),
        )
        yield Finding(TOML, place, what, remedy, "warning")


def _lens(place: Place, camera: Camera, calibration: OpenCvCalibration) -> Iterator[Finding]:
    width, height = camera.width, camera.height
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)
    back = np.linalg.inv(np.array(calibration.k))
    _, good = Lens(calibration.distortion).undistort(corners @ back[:2, :2].T + back[:2, 2])
    if not good.all():
        what = said(
            "the lens model does not reach {count} of the picture's corners", count=4 - int(good.sum())
        )
        remedy = said("Calibrate with points near the corners; sightings there are ignored until then")
        yield Finding(TOML, (*place, "distortion"), what, remedy, "warning")


def _sees(model: CameraModel, camera: Camera, floor: Floor) -> bool:
    """Whether any point of a grid over the picture lands on the floor."""
    outline = sound_polygon(floor.outline)
    if outline is None:
        return True
    u, v = np.meshgrid(np.linspace(0, camera.width, 17), np.linspace(0, camera.height, 13))
    xy, valid = model.to_floor(np.column_stack([u.ravel(), v.ravel()]))
    return bool(shapely.contains_xy(outline, *xy[valid].T).any())
