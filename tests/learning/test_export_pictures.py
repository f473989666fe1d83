"""Clips as COCO and MOT: read strictly by the published formats, with figures that were counted by hand."""

from __future__ import annotations

import configparser
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from console.operations.learning_pictures import KEY_POINTS, Coco, write_sequence
from inference.evidence.manifest import Clip, Seen, Sighting
from inference.messages import KeyPoint
from inference.recording import RecordingError
from inference.recording.video import VideoFile

SIZE = (320, 180)


def clip(folder: Path) -> Clip:
    """Five pictures a fifth of a second apart; two people in the second, one of them half outside."""
    video = VideoFile(folder / "1.mp4", *SIZE, 5.0)
    for n in range(5):
        video.write(np.full((SIZE[1], SIZE[0], 3), 40 * n, np.uint8))
    video.close()
    one = Sighting(
        17,
        (100.0, 20.0, 140.0, 170.0),
        head=KeyPoint(120.0, 30.0, 0.9),
        left=KeyPoint(105.0, 90.0, 0.3),
        right=KeyPoint(400.0, 90.0, 0.9),
        foot=KeyPoint(120.0, 168.0, 0.02),
    )
    two = Sighting(4, (300.0, 10.0, 340.0, 110.0))
    nobody = Sighting(None, (10.0, 10.0, 30.0, 60.0), head=KeyPoint(20.0, 15.0, 0.5))
    seen = (
        Seen(100.21, *SIZE, (one, two)),
        Seen(100.4, *SIZE, (one, nobody)),
        Seen(100.7, *SIZE, (one,)),  # a tenth of a second from any picture
    )
    return Clip("cam", "1.mp4", *SIZE, (100.0, 100.2, 100.4, 100.6, 100.8), (), seen)


@pytest.fixture(name="exported")
def _exported(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    source = tmp_path / "clips"
    source.mkdir()
    coco = Coco()
    write_sequence(tmp_path / "out", "s1", source, clip(source), coco)
    return tmp_path / "out", json.loads(coco.encode())


def check_coco(folder: Path, coco: dict[str, Any]) -> None:
    """By cocodataset.org's format of data: types, references, and keypoints in threes."""
    assert {"info", "licenses", "images", "annotations", "categories"} == set(coco)
    pictures = {image["id"]: image for image in coco["images"]}
    assert len(pictures) == len(coco["images"])
    for image in coco["images"]:
        picture = cv2.imread(str(folder / image["file_name"]))
        assert picture is not None
        height, width = picture.shape[:2]
        assert (width, height) == (image["width"], image["height"])
    (category,) = coco["categories"]
    assert category["keypoints"] == list(KEY_POINTS)
    assert len({a["id"] for a in coco["annotations"]}) == len(coco["annotations"])
    for a in coco["annotations"]:
        image = pictures[a["image_id"]]
        assert a["category_id"] == category["id"]
        assert a["iscrowd"] in (0, 1)
        x, y, w, h = a["bbox"]
        assert 0 <= x <= x + w <= image["width"] + 0.1
        assert 0 <= y <= y + h <= image["height"] + 0.1
        assert a["area"] == pytest.approx(w * h, abs=1.0)
        points = a["keypoints"]
        assert len(points) == 3 * len(category["keypoints"])
        assert all(v in (0, 1, 2) for v in points[2::3])
        assert all((px, py) == (0, 0) for px, py, v in zip(*[iter(points)] * 3, strict=True) if v == 0)
        assert a["num_keypoints"] == sum(v > 0 for v in points[2::3])


def test_coco_is_as_published_and_as_counted(exported: tuple[Path, dict[str, Any]]) -> None:
    folder, coco = exported
    check_coco(folder, coco)
    assert [i["file_name"] for i in coco["images"]] == [
        "mot/s1/img1/000002.jpg",
        "mot/s1/img1/000003.jpg",
    ], "pictures that nobody looked at are none to learn from"
    first, second, _, nobody = coco["annotations"]
    # Sure head; a wrist that is not sure; one outside of the picture; a foot that is next to nothing.
    assert first["keypoints"] == [120, 30, 2, 0, 0, 0, 105, 90, 1, 0, 0, 0]
    assert first["bbox"] == [100, 20, 40, 150]
    assert second["bbox"] == [300, 10, 20, 100], "cut off at the picture's edge"
    assert [a.get("track_id") for a in coco["annotations"]] == [1, 2, 1, None]
    assert nobody["num_keypoints"] == 1


def test_mot_is_as_published_and_as_counted(exported: tuple[Path, dict[str, Any]]) -> None:
    place = exported[0] / "mot" / "s1"
    about = configparser.ConfigParser()
    about.optionxform = str  # type: ignore[assignment,method-assign]  # names are case-sensitive there
    about.read(place / "seqinfo.ini")
    sequence = dict(about["Sequence"])
    assert sequence == {
        "name": "s1",
        "imDir": "img1",
        "frameRate": "5",
        "seqLength": "5",
        "imWidth": "320",
        "imHeight": "180",
        "imExt": ".jpg",
    }
    pictures = sorted(p.name for p in (place / sequence["imDir"]).iterdir())
    assert pictures == [f"{n:06d}{sequence['imExt']}" for n in range(1, 6)]
    rows = [line.split(",") for line in (place / "gt" / "gt.txt").read_text().splitlines()]
    assert [[float(v) for v in row] for row in rows] == [
        [2, 1, 100, 20, 40, 150, 1, 1, 1],
        [2, 2, 300, 10, 40, 100, 1, 1, 1],  # MOT's boxes may reach outside
        [3, 1, 100, 20, 40, 150, 1, 1, 1],
    ]


@pytest.mark.filterwarnings("ignore:Operation with tuple")  # motmetrics with the newest pandas
def test_motmetrics_reads_it(exported: tuple[Path, dict[str, Any]]) -> None:
    motmetrics = pytest.importorskip("motmetrics")
    path = exported[0] / "mot" / "s1" / "gt" / "gt.txt"
    frame = motmetrics.io.loadtxt(str(path), fmt="mot15-2D", min_confidence=0.5)
    assert sorted(set(frame.index.get_level_values("Id"))) == [1, 2]


def test_a_clip_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "clips"
    source.mkdir()
    whole = clip(source)
    (source / "1.mp4").write_bytes(b"no video")
    coco = Coco()
    with pytest.raises(RecordingError):
        write_sequence(tmp_path / "out", "s1", source, whole, coco)
    assert coco.counts == (0, 0)
    assert not (tmp_path / "out").exists()
