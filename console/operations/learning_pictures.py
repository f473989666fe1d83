"""Clips of an export as pictures: MOT sequences, and one COCO file of key points over all their pictures.

What stands in them was seen by the store's own detectors, and whose it is by its own tracker: labels to start
from, not truth. Heads were made unrecognisable before anything was written, and are here as they are there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import msgspec

from inference.evidence.film import RATE_HZ
from inference.evidence.manifest import Clip, Seen, Sighting
from inference.messages.observations import KeyPoint
from inference.recording.video import read_video

KEY_POINTS = ("head", "foot", "left_wrist", "right_wrist")
VISIBLE = 0.5
"""Score from which a point counts as seen (COCO: 2); what is less sure is labelled and not seen (1)."""
LEAST_SCORE = 0.05
"""What is less sure than that is not labelled (0)."""
SAME_MOMENT_S = 0.06
"""Detections this near to a picture's time are of it."""
JPEG_QUALITY = 90


class Coco:
    """Collects pictures and people, in the format of cocodataset.org's key points."""

    def __init__(self) -> None:
        self._images: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []

    def add_picture(self, file: str, width: int, height: int) -> int:
        """Gives its number."""
        number = len(self._images) + 1
        self._images.append({"id": number, "file_name": file, "width": width, "height": height})
        return number

    def add_person(self, picture: int, person: Sighting, size: tuple[int, int], track: int | None) -> None:
        """One person in one picture; nobody whose box lies outside of it."""
        x1, y1, x2, y2 = (min(max(v, 0.0), float(m)) for v, m in zip(person.box, (*size, *size), strict=True))
        if x2 - x1 <= 0 or y2 - y1 <= 0:
            return
        points: list[float] = []
        for point in (person.head, person.foot, person.left, person.right):
            points += _labelled(point, size)
        self._annotations.append(
            {
                "id": len(self._annotations) + 1,
                "image_id": picture,
                "category_id": 1,
                "bbox": [round(v, 1) for v in (x1, y1, x2 - x1, y2 - y1)],
                "area": round((x2 - x1) * (y2 - y1), 1),
                "iscrowd": 0,
                "keypoints": points,
                "num_keypoints": sum(v > 0 for v in points[2::3]),
                **({} if track is None else {"track_id": track}),
            }
        )

    def encode(self) -> bytes:
        """The file."""
        about = "Seen by the store's own detectors in reviewed cases: labels to start from. Heads are hidden."
        category = {
            "id": 1,
            "name": "person",
            "supercategory": "person",
            "keypoints": list(KEY_POINTS),
            "skeleton": [],
        }
        return msgspec.json.encode(
            {
                "info": {"description": about, "version": "1"},
                "licenses": [],
                "images": self._images,
                "annotations": self._annotations,
                "categories": [category],
            }
        )

    @property
    def counts(self) -> tuple[int, int]:
        """Pictures and people."""
        return len(self._images), len(self._annotations)


def write_sequence(folder: Path, name: str, source: Path, clip: Clip, coco: Coco) -> None:
    """One clip as ``mot/<name>``, its pictures in ``coco`` too. Raises ``RecordingError``, ``OSError``.

    MOTChallenge 2D (Milan et al. 2016): ``frame, id, left, top, width, height, conf, class, visibility``,
    from 1.
    """
    pictures = list(read_video(source / clip.file))[: len(clip.times)]  # whole or not at all
    place = folder / "mot" / name
    (place / "img1").mkdir(parents=True)
    (place / "gt").mkdir()
    rows: list[str] = []
    numbers: dict[int, int] = {}
    size = (clip.width, clip.height)
    for shown, (t, picture) in enumerate(zip(clip.times, pictures, strict=False), start=1):
        file = f"img1/{shown:06d}.jpg"
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        (place / file).write_bytes(data.tobytes())
        seen = _of_picture(clip, t)
        if seen is None:
            continue
        number = coco.add_picture(f"mot/{name}/{file}", *size)
        for person in seen.people:
            track = None if person.track is None else numbers.setdefault(person.track, len(numbers) + 1)
            coco.add_person(number, person, size, track)
            if track is not None:
                x1, y1, x2, y2 = person.box
                rows.append(f"{shown},{track},{x1:.1f},{y1:.1f},{x2 - x1:.1f},{y2 - y1:.1f},1,1,1")
    (place / "gt" / "gt.txt").write_text("".join(f"{row}\n" for row in rows), encoding="ascii")
    (place / "seqinfo.ini").write_text(_seqinfo(name, len(pictures), size), encoding="ascii")


def _seqinfo(name: str, length: int, size: tuple[int, int]) -> str:
    return (
        f"[Sequence]\nname={name}\nimDir=img1\nframeRate={RATE_HZ:g}\nseqLength={length}\n"
        f"imWidth={size[0]}\nimHeight={size[1]}\nimExt=.jpg\n"
    )


def _of_picture(clip: Clip, t: float) -> Seen | None:
    near = min(clip.seen, key=lambda seen: abs(seen.t - t), default=None)
    return near if near is not None and abs(near.t - t) <= SAME_MOMENT_S else None


def _labelled(point: KeyPoint | None, size: tuple[int, int]) -> tuple[float, float, int]:
    inside = point is not None and 0 <= point.x < size[0] and 0 <= point.y < size[1]
    if point is None or not inside or point.score < LEAST_SCORE:
        return (0, 0, 0)
    return (round(point.x, 1), round(point.y, 1), 2 if point.score >= VISIBLE else 1)
