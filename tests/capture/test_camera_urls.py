from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.capture import BadCameraUrlError, parse_camera_url, redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://joe:secret@10.0.0.1/s", "rtsp://joe:***@10.0.0.1/s"),
        (
            "cannot open rtsp://joe:se@c:ret@10.0.0.1:554/s now",
            "cannot open rtsp://joe:***@10.0.0.1:554/s now",
        ),
        ("http://10.0.0.1/v?user=a&password=secret&x=1", "http://10.0.0.1/v?user=a&password=***&x=1"),
        ("http://10.0.0.1/v?pwd=secret", "http://10.0.0.1/v?pwd=***"),
        ("rtsp://10.0.0.1/s", "rtsp://10.0.0.1/s"),
        ("the password is hunter2", "the password is ***"),
        ("http://x/hunter2%2F", "http://x/***%2F"),
    ],
)
def test_passwords_are_not_shown(text: str, shown: str) -> None:
    assert redact(text, "hunter2") == shown


@given(
    st.text(st.characters(codec="ascii", exclude_characters="/ \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f"), min_size=4)
)
def test_no_password_in_an_address_survives(password: str) -> None:
    shown = redact(f"rtsp://joe:{password}@camera.local/s")
    assert shown == "rtsp://joe:***@camera.local/s"


def test_network_addresses_lose_their_login() -> None:
    url = parse_camera_url("rtsp://joe:se%40cret@10.0.0.1:8554/live?x=1")
    assert (url.kind, url.address) == ("rtsp", "rtsp://10.0.0.1:8554/live?x=1")
    assert (url.user, url.password) == ("joe", "se@cret")
    assert "cret" not in url.shown
    assert url.with_login("amy", "p/w") == "rtsp://amy:p%2Fw@10.0.0.1:8554/live?x=1"
    assert url.with_login(None, None) == "rtsp://joe:se%40cret@10.0.0.1:8554/live?x=1"


@pytest.mark.parametrize(
    ("url", "kind"), [("http://[::1]:80/v", "http"), ("https://a/v", "http"), ("RTSPS://a/v", "rtsp")]
)
def test_kinds(url: str, kind: str) -> None:
    found = parse_camera_url(url)
    assert found.kind == kind
    assert found.with_login(None, None).lower() == url.lower()


def test_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "my clips").mkdir()
    folder = parse_camera_url("file:my%20clips?fps=5&loop", tmp_path)
    assert (folder.kind, folder.path, folder.fps, folder.loop) == (
        "pictures",
        tmp_path / "my clips",
        5.0,
        True,
    )
    video = parse_camera_url(f"file://{tmp_path}/a.mp4")
    assert (video.kind, video.path, video.fps, video.loop) == ("video", tmp_path / "a.mp4", None, False)
    assert parse_camera_url("usb:2").index == 2


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("", "starts with"),
        ("ftp://a/b", "starts with"),
        ("C:\\clips\\a.mp4", "starts with"),
        ("rtsp://", "names no host"),
        ("rtsp://host:99999/x", "not an address"),
        ("http://[::1/x", "not an address"),
        ("usb:", "usb:0"),
        ("usb:/dev/video0", "usb:0"),
        ("file://server/share/a.mp4", "file:///"),
        ("file:folder?fps=0", "between"),
        ("file:folder?fps=fast", "not an address"),
        ("ftp://joe:hunter2@host/", "joe:\\*\\*\\*"),
    ],
)
def test_bad_addresses_say_what_is_wrong(url: str, part: str) -> None:
    with pytest.raises(BadCameraUrlError, match=part) as caught:
        parse_camera_url(url)
    assert "hunter2" not in str(caught.value)
