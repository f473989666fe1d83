"""``main.py trials`` and ``simulate --session``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.cli.app import app
from inference.recording import Recording
from inference.trials import many
from inference.trials.many import VISITS
from inference.trials.session import Trial


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VISITS, "nano", 2)


def test_a_day_is_simulated_scored_and_written_down(tmp_path: Path) -> None:
    arguments = ["trials", "normal", "--format", "nano", "--visits", "1", "--workers", "1", "--seed", "7"]
    file = tmp_path / "trials.md"
    done = CliRunner().invoke(app, [*arguments, "--baseline", "--ceiling", "--json", "--markdown", str(file)])
    assert done.exit_code == 0, done.output
    (told,) = json.loads(done.stdout)
    assert told["asked"]["profile"] == "normal"
    assert told["ours"]["payments"] == told["baseline"]["payments"] == told["ceiling"]["payments"] > 0
    assert f"| normal, mixed | {told['ours']['payments']} |" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["holiday"], "no kind of day 'holiday'; there are quiet, normal"),
        (["--scales", "gold"], "no kind of scales 'gold'"),
        (["--without", "luck"], "no idea 'luck'"),
    ],
)
def test_a_name_that_there_is_not(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["trials", *arguments])
    assert done.exit_code == 1
    assert said in done.output


def test_a_session_is_recorded_by_its_name(tmp_path: Path) -> None:
    out = tmp_path / "recording"
    done = CliRunner().invoke(
        app, ["simulate", "--session", "normal:nano:mixed:7:card-p1", "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    truth = Recording.open(out).truth
    assert truth is not None
    assert len(truth.visits) >= 2
    wrong = CliRunner().invoke(app, ["simulate", "--session", "normal", "--out", str(tmp_path / "other")])
    assert wrong.exit_code == 1
    assert "is no session: name one like" in wrong.output


def test_a_run_that_was_broken_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["trials", "--format", "nano", "--visits", "4", "--workers", "1", "--seed", "7", "--json"]
    keep = ["--keep", str(tmp_path / "kept")]
    run: list[int] = []
    real = many.run_one

    def counted(trial: Trial, asked: many.Asked) -> many.Result:
        if len(run) == 1:
            raise KeyboardInterrupt
        run.append(trial.seed)
        return real(trial, asked)

    monkeypatch.setattr(many, "run_one", counted)
    assert CliRunner().invoke(app, [*arguments, *keep]).exit_code != 0
    assert len(list((tmp_path / "kept").iterdir())) == 1
    monkeypatch.setattr(many, "run_one", real)
    done = CliRunner().invoke(app, [*arguments, *keep])
    assert done.exit_code == 0, done.output
    assert len(list((tmp_path / "kept").iterdir())) == 2
    monkeypatch.setattr(many, "run_one", counted)  # which would not go through: nothing is run any more
    again = CliRunner().invoke(app, [*arguments, *keep])
    assert again.stdout == done.stdout


def test_a_damaged_session_is_run_again(tmp_path: Path) -> None:
    arguments = ["trials", "--format", "nano", "--visits", "1", "--workers", "1", "--seed", "7", "--json"]
    keep = ["--keep", str(tmp_path)]
    first = CliRunner().invoke(app, [*arguments, *keep])
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    assert (
        json.loads(CliRunner().invoke(app, [*arguments, *keep]).stdout)[0]["ours"]
        == (json.loads(first.stdout)[0]["ours"])
    )
