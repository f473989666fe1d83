"""What ``pip install .`` puts beside the packages, run from there and from another folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("setuptools", reason="the build backend")

HOME = Path(__file__).resolve().parents[2]
BUILD = "from setuptools import setup; setup()"
INSTALLED = (
    "console",
    "inference",
    "store_layout",
    "assets/demo_store",
    "assets/demo_recording",
    "assets/models",
)
FOR_READERS = {"README.md", "found_and_missed.jpg", "learned_from.jpg"}
LOOK = """
from pathlib import Path
import console
from console.cli.places import DEMO_RECORDING, DEMO_STORE
from inference.detection import MODEL_FOLDERS, find_models
from inference.recording import Recording
from store_layout.product_pictures import product_pictures
from store_layout.reader import read_store
assert Path(console.__file__).is_relative_to(Path(INSTALLED)), console.__file__
assert DEMO_STORE.is_relative_to(Path(INSTALLED))
layout = read_store(DEMO_STORE)
assert product_pictures(DEMO_STORE, layout.catalog)
assert len(Recording.open(DEMO_RECORDING).cameras) == len(layout.cameras)
print([path.stem for path in find_models(MODEL_FOLDERS)])
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages as a wheel has them, in a folder of their own."""
    folder = tmp_path_factory.mktemp("installed")
    places = {"--egg-base": folder, "--build-base": folder / "b", "--build-lib": folder / "lib"}
    egg, base, lib = (f"{option}={place}" for option, place in places.items())
    command = ["egg_info", egg, "build", base, lib]
    done = subprocess.run(
        [sys.executable, "-c", BUILD, *command], cwd=HOME, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder / "lib"


def started(installed: Path, folder: Path, code: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Python in ``folder``, where nothing of the checkout is found."""
    environment = {**os.environ, "PYTHONPATH": str(installed), "OPENAISLE_STATE": str(folder / "state")}
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_file_that_is_used_is_installed(installed: Path) -> None:
    missing = [
        path.relative_to(HOME)
        for place in INSTALLED
        for path in (HOME / place).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name not in FOR_READERS
        if not (installed / path.relative_to(HOME)).is_file()
    ]
    assert not missing


def test_tests_and_pictures_for_readers_are_not(installed: Path) -> None:
    assert {path.name for path in installed.iterdir()} == {"assets", "console", "inference", "store_layout"}
    assert not list(installed.rglob("screenshots")), "they are for the README"
    assert not [path for name in FOR_READERS - {"README.md"} for path in installed.rglob(name)]


def test_it_finds_its_demo_and_its_models_from_another_folder(installed: Path, tmp_path: Path) -> None:
    done = started(installed, tmp_path, f"INSTALLED = {str(installed)!r}{LOOK}")
    assert done.returncode == 0, done.stderr
    assert "persons_medium" in done.stdout


def test_the_command_runs_from_another_folder(installed: Path, tmp_path: Path) -> None:
    code = "import sys; from console.cli.app import main; sys.argv[0] = '/usr/bin/openaisle'; main()"
    done = started(installed, tmp_path, code, "stop")
    assert done.returncode == 0, done.stderr
    assert "No engine is running" in done.stdout
    assert "Usage: openaisle [OPTIONS]" in started(installed, tmp_path, code, "--help").stdout
