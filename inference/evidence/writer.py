"""Writes what was gathered of an event: clips in which no head can be told, and the manifest beside them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.evidence.film import RATE_HZ, Shot
from inference.evidence.heads import floor_regions, head_regions, hide, surely_seen
from inference.evidence.kept import MAKING, event_folder
from inference.evidence.manifest import FILE, FORMAT, Clip, Evidence, FloorMoment, Seen, Sighting
from inference.evidence.piece import Piece, slots_of
from inference.evidence.views import Views
from inference.messages import KeyPoint
from inference.recording.format import file_name
from inference.recording.video import VideoFile
from store_layout.model import Slot, StoreLayout

BESIDE_S = 0.26
"""Heads are hidden by who was seen so long before and after a picture; without anybody's look it goes."""
CRF = 25
"""x264's constant quality: some 130 kB a clip."""

Picture = NDArray[np.uint8]
M = TypeVar("M", Seen, FloorMoment)


def write_evidence(folder: Path, visit: str, piece: Piece, layout: StoreLayout, views: Views) -> bool:
    """All of it or nothing; false where it was there already. Raises ``OSError`` where it cannot be written.

    ``folder``: see ``inference.evidence.kept``.
    """
    target = event_folder(folder, visit, piece.event)
    if (target / FILE).exists():
        return False
    making = folder / MAKING / file_name(f"{visit} {piece.event}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True, mode=0o700)
    try:
        slots = slots_of(layout, piece)
        clips = [
            clip
            for number, camera in enumerate(piece.shots, start=1)
            if (clip := _film(making, f"{number}.mp4", camera, piece, slots, views=views)) is not None
        ]
        about = Evidence(
            format=FORMAT,
            visit=visit,
            event=piece.event,
            fixture=piece.fixture,
            t=piece.t,
            begin=piece.begin,
            end=piece.end,
            slots=tuple(slot.id for slot in slots),
            clips=tuple(clips),
            traces=piece.traces,
            floor=piece.floor,
            why_no_clips="" if clips else _why_none(piece),
        )
        (making / FILE).write_bytes(msgspec.json.encode(about))
        for file in making.iterdir():
            _to_disk(file)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        making.rename(target)
        _to_disk(target.parent)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return True


def without_heads(
    camera: str, shot: Shot, seen: Iterable[Seen], floor: Iterable[FloorMoment], views: Views
) -> Picture:
    """A picture in which no head can be told: by whom this camera saw, and by who stood on the floor."""
    image = shot.picture()
    near = _beside(seen, shot.t)
    regions = head_regions(near, shot.width, shot.height)
    model = views.model(camera, shot.width, shot.height)
    if model is not None:
        regions += floor_regions(_beside(floor, shot.t), model, surely_seen(near))
    hide(image, regions)
    return image


def _film(
    folder: Path, name: str, camera: str, piece: Piece, slots: list[Slot], *, views: Views
) -> Clip | None:
    shots, seen = piece.shots[camera], piece.seen.get(camera, ())
    size = (shots[0].width, shots[0].height)
    shown = [shot for shot in shots if (shot.width, shot.height) == size and _beside(seen, shot.t)]
    if not shown:
        return None
    video = VideoFile(folder / name, *size, RATE_HZ, CRF)
    try:
        for shot in shown:
            video.write(without_heads(camera, shot, seen, piece.floor, views))
    finally:
        video.close()
    return Clip(
        camera=camera,
        file=name,
        width=size[0] - size[0] % 2,
        height=size[1] - size[1] % 2,
        times=tuple(round(shot.t, 3) for shot in shown),
        slots=views.outlines(camera, size, slots)
        if piece.at is None
        else views.around(camera, size, piece.at),
        seen=tuple(_scaled(moment, size) for moment in seen),
        left_out=len(shots) - len(shown),
    )


def _beside(moments: Iterable[M], t: float) -> list[M]:
    return [moment for moment in moments if abs(moment.t - t) <= BESIDE_S]


def _why_none(piece: Piece) -> str:
    if not piece.shots:
        return "no camera has pictures of the place"
    return "it is not known who is in the pictures"


def _scaled(moment: Seen, size: tuple[int, int]) -> Seen:
    """In pixels of the clip."""
    sx, sy = size[0] / moment.width, size[1] / moment.height

    def point(p: KeyPoint | None) -> KeyPoint | None:
        return None if p is None else KeyPoint(round(p.x * sx, 1), round(p.y * sy, 1), round(p.score, 2))

    people = []
    for person in moment.people:
        x1, y1, x2, y2 = (round(v * s, 1) for v, s in zip(person.box, (sx, sy, sx, sy), strict=True))
        people.append(
            Sighting(
                person.track,
                (x1, y1, x2, y2),
                point(person.head),
                point(person.left),
                point(person.right),
                point(person.foot),
            )
        )
    return Seen(round(moment.t, 3), *size, tuple(people))


def _to_disk(path: Path) -> None:
    """Have it outlast a power cut, where the system knows how."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
