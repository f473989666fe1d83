"""A camera as somebody types it in: what is wrong with it, in words for each field, and what it becomes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit, urlunsplit

import msgspec

from console.language import tr
from console.language.sentences import in_words
from console.operations.draft_checks import new_errors
from inference.capture import BadCameraUrlError, parse_camera_url
from store_layout.aim import looking_at
from store_layout.model import Camera, OpenCvCalibration, Point3, StoreFile, StoreLayout

Field = Literal["id", "name", "url", "fps", "place", "size", ""]
"""Where a problem is; empty: of the whole."""
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
BY_EYE_PX = 15.0
"""What a calibration by place and direction is off by, at the picture's own size: it was not measured."""
NETWORK = {"rtsp", "rtsps", "http", "https"}


class CameraDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the form. Metres and degrees."""

    id: str
    name: str
    url: str
    user: str = ""
    fps: float = 10.0
    size: tuple[int, int] | None = None
    """Of its picture, from a test; None: it was not tested."""
    position: Point3 = (0.0, 0.0, 2.8)
    target: Point3 = (1.0, 1.0, 0.8)
    hfov_deg: float = 80.0
    keeps_calibration: bool = False
    """Of a camera that is there already: only its other fields are changed."""
    measured: OpenCvCalibration | None = None
    """By points on the floor: in place of position, target and field of view."""


def without_login(url: str) -> tuple[str, str, str]:
    """The address without user name and password, and both: they have fields of their own."""
    try:
        parts = urlsplit(url.strip())
        if parts.scheme not in NETWORK or parts.username is None:
            return url.strip(), "", ""
        host = parts.netloc.rpartition("@")[2]
        bare = urlunsplit(parts._replace(netloc=host))
        return bare, unquote(parts.username), unquote(parts.password or "")
    except ValueError:
        return url.strip(), "", ""


def problems_of(
    draft: CameraDraft, layout: StoreLayout, old: Camera | None, folder: Path | None
) -> dict[Field, str]:
    """What keeps it from being saved: nothing when it can be. ``old``: the camera that is edited."""
    found: dict[Field, str] = {}
    if not ID.fullmatch(draft.id):
        found["id"] = tr("Letters, digits, - and _, without spaces")
    elif draft.id in layout.cameras and (old is None or draft.id != old.id):
        found["id"] = tr("There is a camera {id} already", id=draft.id)
    if not draft.name.strip():
        found["name"] = tr("Say where it hangs, for people")
    try:
        parse_camera_url(draft.url, folder)
    except BadCameraUrlError as error:
        found["url"] = in_words(error)
    if not 0.1 <= draft.fps <= 120:
        found["fps"] = tr("From 0.1 to 120 pictures a second")
    if draft.size is None and old is None:
        found["size"] = tr("Test its picture first: its size is needed")
    by_eye = not draft.keeps_calibration and draft.measured is None
    if by_eye and draft.position == draft.target:
        found["place"] = tr("It cannot look at its own place")
    if not found:
        words = new_errors(layout, with_camera(layout, draft, old))
        if words:
            found[""] = words
    return found


def camera_of(draft: CameraDraft, old: Camera | None) -> Camera:
    """The camera that a draft without problems becomes."""
    width, height = draft.size or ((old.width, old.height) if old is not None else (0, 0))
    if old is not None and draft.keeps_calibration:
        return msgspec.structs.replace(
            old, id=draft.id, name=draft.name.strip(), url=draft.url, user=draft.user or None, fps=draft.fps
        )
    calibration = draft.measured or looking_at(
        draft.position, draft.target, width, height, draft.hfov_deg, error_px=BY_EYE_PX
    )
    return Camera(
        id=draft.id,
        name=draft.name.strip(),
        width=width,
        height=height,
        calibration=calibration,
        url=draft.url,
        user=draft.user or None,
        fps=draft.fps,
        detector=None if old is None else old.detector,
    )


def with_camera(layout: StoreLayout, draft: CameraDraft, old: Camera | None) -> StoreFile:
    """The store's file with the camera in its place, or behind the others."""
    camera = camera_of(draft, old)
    file = layout.file
    if old is not None and old.id in layout.cameras:
        cameras = tuple(camera if each.id == old.id else each for each in file.camera)
    else:
        cameras = (*file.camera, camera)
    return msgspec.structs.replace(file, camera=cameras)
