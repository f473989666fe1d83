from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication
from typer.testing import CliRunner

from console.cli.app import app
from console.cli.evaluation.marks import THEME
from console.cli.evaluation.picture import write_pictures
from console.cli.evaluation.stretches import stretches
from inference.evaluation.comparison import compare
from inference.evaluation.report import Evaluation, Report
from inference.evaluation.tracks import examine_tracks
from inference.evaluation.trails import Trail
from inference.recording.truth import TruePath, Truth
from tests.cli.conftest import run
from tests.evaluation.scenes import path, way
from tests.support.stores import small_store


@pytest.fixture(scope="module")
def again(simulated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same recording in another folder."""
    return Path(shutil.copytree(simulated, tmp_path_factory.mktemp("copy") / "again"))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plots") / "pictures"


@pytest.fixture(scope="module")
def found(simulated: Path, again: Path, pictures: Path, qapp: QApplication) -> Any:
    assert qapp.platformName() == "offscreen"
    return json.loads(run("evaluate", simulated, again, "--json", "--plot", pictures))


@pytest.fixture(scope="module")
def replayed(simulated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("replayed")
    run("replay", simulated, "--out", out, "--keep-detections")
    return out


def test_evaluate_says_how_right_a_replay_was(found: Any) -> None:
    report = found["recordings"][0]
    assert report["receipts"]["true_visits"] == 3
    assert report["tracks"]["idf1"] > 0.8
    assert report["tracks"]["hota"]["hota"] > 0.7
    assert len(report["tracks"]["hota"]["by_alpha"]) == 19


def test_evaluate_says_how_sure_the_floor_was_and_how_right(found: Any) -> None:
    calibration = found["recordings"][0]["tracks"]["calibration"]
    assert calibration["seen"]["samples"] > 100
    assert calibration["seen"]["inside_50"] <= calibration["seen"]["inside_95"] <= 1.0
    assert calibration["seen"]["inside_95"] > 0.8
    assert calibration["identity"]["samples"] >= calibration["seen"]["samples"]
    assert calibration["identity"]["kept"] > 0.9


def test_several_recordings_are_told_apart_and_added_up(found: Any) -> None:
    first, second = found["recordings"]
    assert first["tracks"] == second["tracks"]
    total = found["total"]["tracks"]
    assert total["true"] == 2 * first["tracks"]["true"]
    assert total["mota"] == pytest.approx(first["tracks"]["mota"])
    assert total["hota"]["hota"] == pytest.approx(first["tracks"]["hota"]["hota"])
    samples = first["tracks"]["calibration"]["seen"]["samples"]
    assert total["calibration"]["seen"]["samples"] == 2 * samples


@pytest.mark.usefixtures("found")
def test_each_recording_has_its_pictures(pictures: Path) -> None:
    names = {p.name for p in pictures.iterdir()}
    assert names == {"recording.png", "recording.svg", "again.png", "again.svg"}


def test_a_replay_from_files_is_scored_without_calibration(
    found: Any, simulated: Path, replayed: Path
) -> None:
    own = json.loads(run("evaluate", simulated, "--replay", replayed, "--json"))["recordings"][0]
    assert own["tracks"]["calibration"] is None
    assert own["tracks"]["hota"] == found["recordings"][0]["tracks"]["hota"]
    said = run("evaluate", simulated, "--replay", replayed)
    for words in ("exactly right", "HOTA", "per 100 visits", "not in a replay's files"):
        assert words in said


def test_a_folder_for_pictures_that_is_a_file(simulated: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("something")
    result = CliRunner().invoke(app, ["evaluate", str(simulated), "--plot", str(tmp_path / "file")])
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "file" in result.output


# -- the picture -----------------------------------------------------------------------------------------

EXCHANGED = 6


def evaluation(paths: list[TruePath], tracks: dict[int, Trail]) -> Evaluation:
    examined = examine_tracks(paths, tracks, period_s=1.0)
    report = Report("r", None, examined.tally.score(), ())
    return Evaluation(report, small_store(), Truth(paths=tuple(paths)), tracks, examined)


def walk(y: float) -> list[tuple[float, float]]:
    return [(0.5 + 0.25 * i, y) for i in range(12)]


def drawn(folder: Path, paths: list[TruePath], tracks: dict[int, Trail]) -> QImage:
    png, svg = write_pictures(evaluation(paths, tracks), "a name/with .. signs", folder)
    assert (png.parent, svg.parent) == (folder, folder)
    assert png.name == "a-name-with-..-signs.png"
    assert QSvgRenderer(str(svg)).isValid()
    image = QImage(str(png))
    assert image.width() == 2560
    return image


def amount(image: QImage, colour: str) -> int:
    """Pixels of exactly this colour."""
    small = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(small.constBits(), np.uint32)
    return int((pixels == QColor(colour).rgb()).sum())


@pytest.mark.usefixtures("qapp")
def test_tracks_have_their_colours_and_an_exchange_its_marks(tmp_path: Path) -> None:
    one, two = walk(0.6), walk(3.0)
    paths = [path("a", one), path("b", two)]
    orange, blue = THEME.identities[:2]
    good = drawn(tmp_path / "good", paths, {1: way(one), 2: way(two)})
    assert min(amount(good, orange), amount(good, blue)) > 2000
    exchanged = drawn(
        tmp_path / "exchanged",
        paths,
        {1: way(one[:EXCHANGED] + two[EXCHANGED:]), 2: way(two[:EXCHANGED] + one[EXCHANGED:])},
    )
    # Beside the legend's: two diamonds on the floor and two in the strip.
    assert amount(exchanged, THEME.wrong) > 3 * amount(good, THEME.wrong) > 0


@pytest.mark.usefixtures("qapp")
def test_somebody_without_a_track_is_marked(tmp_path: Path) -> None:
    paths = [path("a", walk(0.6))]
    whole = drawn(tmp_path / "whole", paths, {1: way(walk(0.6))})
    gap = drawn(tmp_path / "gap", paths, {1: way([*walk(0.6)[:3], *[None] * 5, *walk(0.6)[8:]])})
    assert amount(gap, "#C2185B") > 3 * amount(whole, "#C2185B") > 0


@pytest.mark.usefixtures("qapp")
def test_nobody_at_all_still_gives_a_picture(tmp_path: Path) -> None:
    drawn(tmp_path / "empty", [], {})


def test_ways_are_parted_where_they_are_not_known_and_where_the_key_changes() -> None:
    comparison = compare([path("a", walk(0.6))], {7: way([*walk(0.6)[:3], None, *walk(0.6)[4:]])}, 1.0, 1.0)
    parts = stretches(comparison, "tracks")
    assert [(s.number, s.first, s.last) for s in parts] == [(7, 0, 2), (7, 4, 11)]
    assert parts[0].points == walk(0.6)[:3]
    halves = stretches(comparison, "people", lambda at, _: at // 6)
    assert [(s.first, s.last) for s in halves] == [(0, 5), (6, 11)]
    late = stretches(comparison, "people", lambda at, _: True if at > 9 else None)
    assert [(s.first, len(s.points)) for s in late] == [(10, 2)]
