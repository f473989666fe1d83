"""Video files, picture folders and USB cameras as cameras."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.capture import MemorySecrets, parse_camera_url, probe_camera
from inference.capture.camera_thread import open_source
from inference.capture.sources import BadPictureError, SourceEnded, SourceError, fitted
from tests.capture.support import Running, camera, noise, wait_until, write_video


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Five pictures, one of them not a picture, and a file that is none."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for i in range(5):
        assert cv2.imwrite(str(folder / f"{i:03}.png"), noise(i))
    (folder / "002.png").write_bytes(b"not a picture")
    (folder / "notes.txt").write_text("ignored")
    return folder


def test_a_video_file_is_played_by_its_own_times(tmp_path: Path) -> None:
    write_video(tmp_path / "clip.avi", frames=6, fps=20)
    with Running(camera("file:clip.avi", fps=0), folder=tmp_path) as running:
        frames = running.frames(6)
        wait_until(lambda: running.state() == "ended")
    steps = np.diff([f.t for f in frames])
    assert np.allclose(steps, 0.05, atol=1e-3)
    assert frames[0].image.shape == (48, 64, 3)


def test_a_looping_file_goes_on_and_its_times_too(tmp_path: Path) -> None:
    write_video(tmp_path / "clip.avi", frames=4, fps=20)
    with Running(camera("file:clip.avi?loop", fps=20), folder=tmp_path) as running:
        frames = running.frames(11)
        assert running.state() == "live"
    times = [f.t for f in frames]
    assert np.allclose(np.diff(times), 0.05, atol=2e-2)


def test_pictures_are_scaled_while_they_are_decoded(tmp_path: Path) -> None:
    write_video(tmp_path / "clip.avi")
    with Running(camera("file:clip.avi"), folder=tmp_path, size=(32, 24)) as running:
        assert running.frames(1)[0].image.shape == (24, 32, 3)


def test_a_picture_folder_keeps_its_rate_over_a_bad_file(pictures: Path) -> None:
    source = open_source(parse_camera_url(f"file:{pictures}?fps=4"))
    assert [source.read().media_t for _ in range(2)] == [0.0, 0.25]
    with pytest.raises(BadPictureError, match=r"002\.png is not a picture"):
        source.read()
    assert [source.read().media_t for _ in range(2)] == [0.75, 1.0]
    with pytest.raises(SourceEnded):
        source.read()
    source.close()


def test_a_picture_folder_as_a_camera(pictures: Path) -> None:
    with Running(camera(f"file:{pictures}?fps=50", fps=0), size=(32, 24)) as running:
        frames = running.frames(4)
        wait_until(lambda: running.state() == "ended")
        assert "002.png" in running.thread.status().last_error
    assert frames[0].image.shape == (24, 32, 3)


def test_a_colour_survives(tmp_path: Path) -> None:
    red = np.zeros((48, 64, 3), np.uint8)
    red[..., 2] = 255
    assert cv2.imwrite(str(tmp_path / "a.png"), red)
    source = open_source(parse_camera_url(f"file:{tmp_path}"))
    assert source.read().convert(None)[10, 10].tolist() == [0, 0, 255]


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda folder: (folder / "a.mp4").write_bytes(b"not a video" * 50), "not a video stream"),
        (lambda folder: (folder / "a.mp4").write_bytes(b""), "not a video stream"),
        (lambda folder: (folder / "a.mp4").mkdir(), "no .jpg or .png"),
        (lambda folder: None, "there is no file"),
    ],
)
def test_files_that_are_no_videos(make: object, part: str, tmp_path: Path) -> None:
    assert callable(make)
    make(tmp_path)
    with pytest.raises(SourceError, match=part):
        open_source(parse_camera_url("file:a.mp4", tmp_path))


def test_a_video_that_breaks_off_gives_what_is_there(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.avi", frames=10).read_bytes()
    (tmp_path / "cut.avi").write_bytes(whole[: len(whole) * 6 // 10])
    source = open_source(parse_camera_url("file:cut.avi", tmp_path))
    good, ended = 0, False
    while not ended:
        try:
            source.read()
            good += 1
        except BadPictureError:
            continue
        except (SourceEnded, SourceError):
            ended = True
    source.close()
    assert 3 <= good < 10


@pytest.mark.parametrize("seed", range(4))
def test_flipped_bytes_in_a_stream_cost_pictures_and_nothing_else(seed: int, tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.ts", frames=60, fps=10, codec="mpeg2video")
    data = np.frombuffer(path.read_bytes(), np.uint8).copy()
    random = np.random.default_rng(seed)
    places = random.integers(len(data) // 4, len(data), 40)
    data[places] = random.integers(0, 255, 40)
    path.write_bytes(data.tobytes())
    source = open_source(parse_camera_url("file:clip.ts", tmp_path))
    good, ended = 0, False
    while not ended:
        try:
            assert source.read().convert((32, 24)).shape == (24, 32, 3)
            good += 1
        except BadPictureError:
            continue
        except (SourceEnded, SourceError):
            ended = True
    source.close()
    assert good >= 10


def test_probing_files(tmp_path: Path, pictures: Path) -> None:
    write_video(tmp_path / "clip.avi", fps=10)
    found = probe_camera("file:clip.avi", MemorySecrets(), folder=tmp_path)
    assert (found.width, found.height, found.fps, found.codec, found.error) == (64, 48, 10.0, "mjpeg", "")
    assert probe_camera(f"file:{pictures}", MemorySecrets()).width == 64
    assert "no file" in probe_camera("file:none.mp4", MemorySecrets(), folder=tmp_path).error
    assert "starts with" in probe_camera("nonsense", MemorySecrets()).error


def test_a_usb_camera_that_is_not_there() -> None:
    with pytest.raises(SourceError, match="USB camera 97 is not there"):
        open_source(parse_camera_url("usb:97"))


@given(*[st.integers(1, 5000)] * 4)
def test_a_picture_is_made_smaller_to_fit_and_never_larger(
    w: int, h: int, within_w: int, within_h: int
) -> None:
    width, height = fitted((w, h), (within_w, within_h))
    assert 1 <= width <= min(w, within_w)
    assert 1 <= height <= min(h, within_h)
    scale = min(1.0, within_w / w, within_h / h)
    assert abs(width - w * scale) <= 1
    assert abs(height - h * scale) <= 1
    assert fitted((w, h), None) == (w, h)


def test_a_smaller_stream_is_not_blown_up(tmp_path: Path) -> None:
    write_video(tmp_path / "clip.avi", width=64, height=48)
    with Running(camera("file:clip.avi"), folder=tmp_path, size=(1920, 1080)) as running:
        assert running.frames(1)[0].image.shape == (48, 64, 3)
