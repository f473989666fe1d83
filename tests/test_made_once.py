"""Folders that all workers of a run share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.made_once import made_once


def test_it_is_made_once_and_what_failed_is_made_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    name, made = f"of {tmp_path_factory.mktemp('name').name}", []

    def make(folder: Path) -> None:
        made.append(folder)
        folder.mkdir()
        (folder / "file").write_text("whole")
        if len(made) == 1:
            raise OSError("broken off")

    with pytest.raises(OSError, match="broken off"):
        made_once(tmp_path_factory, name, make)
    made[0].joinpath("file").unlink()
    made[0].rmdir()
    first, second = (made_once(tmp_path_factory, name, make) for _ in range(2))
    assert first == second
    assert first.joinpath("file").read_text() == "whole"
    assert len(made) == 2
