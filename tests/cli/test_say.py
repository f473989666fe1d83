"""What the system reports is said with its place and a remedy."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
import typer

from console.cli.say import errors_in_words, in_words


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOENT, "check the path"),
        (errno.EACCES, "ask for the right"),
        (errno.ENOSPC, "make room"),
        (errno.EEXIST, "choose another name"),
        (errno.EADDRINUSE, "end what uses that address"),
    ],
)
def test_an_error_of_the_system_has_a_remedy(number: int, remedy: str) -> None:
    said = in_words(OSError(number, "It Failed", "/srv/store"))
    assert said.startswith("/srv/store: it failed; ")
    assert remedy in said


def test_one_without_a_file_or_a_known_remedy_is_said_as_it_is() -> None:
    assert in_words(OSError(errno.EIO, "Input/output error")) == "input/output error"
    assert in_words(OSError("no model of this name")) == "no model of this name"


def test_a_command_that_meets_one_ends_with_words_and_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, errors_in_words(OSError):
        (tmp_path / "not there").read_bytes()
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{tmp_path / 'not there'}: no such file or directory; check the path"
    ]


def test_a_home_that_takes_no_files_has_its_own_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAISLE_STATE", str(tmp_path / "home" / "state"))
    said = in_words(OSError(errno.EROFS, "Read-only file system", str(tmp_path / "home")))
    assert said == (
        f"{tmp_path / 'home'}: read-only file system; nothing can be kept there: "
        "name another folder in OPENAISLE_STATE"
    )
    other = in_words(OSError(errno.EROFS, "Read-only file system", str(tmp_path / "store")))
    assert "OPENAISLE_STATE" not in other
