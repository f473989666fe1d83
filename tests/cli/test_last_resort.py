"""What the system refuses ends with a sentence wherever it comes from; bugs show."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from console.cli.last_resort import last_resort


def test_a_place_that_the_system_refuses_ends_with_its_name_and_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = tmp_path / ("x" * 300)
    with pytest.raises(SystemExit) as ended, last_resort():
        long.is_dir()
    assert ended.value.code == 1
    assert capsys.readouterr().err == f"{long}: file name too long; choose a shorter name\n"


def test_a_name_that_is_no_utf8_is_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), last_resort():
        "caf\udce9".encode()
    assert "what was typed is not UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize(
    "bug",
    [
        KeyError("sku"),
        OSError("no file is named"),
        OSError(errno.EBADF, "bad", "f"),
        UnicodeEncodeError("ascii", "ä", 0, 1, "no"),
    ],
)
def test_what_nobody_but_a_maintainer_can_mend_shows(bug: Exception) -> None:
    with pytest.raises(type(bug)), last_resort():
        raise bug
