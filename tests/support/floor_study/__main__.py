"""The study's command line: ``python -m tests.support.floor_study --help``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.support.floor_study.kept import Kept
from tests.support.floor_study.runs import Job, Nothing, Run, known_of, run_all
from tests.support.floor_study.scenarios import DURATION_S, SCENARIOS
from tests.support.floor_study.tables import markdown, study
from tests.support.floor_study.variants import VARIANTS


def main(  # noqa: PLR0917 - a command's options are its parameters
    seeds: Annotated[int, typer.Option(min=1, help="Sessions of each scenario: seeds 1, 2, ...")] = 20,
    scenario: Annotated[
        list[str] | None, typer.Option(help=f"Of {', '.join(SCENARIOS)}; all where none is given.")
    ] = None,
    variant: Annotated[
        list[str] | None, typer.Option(help=f"Of {', '.join(VARIANTS)}; all where none is given.")
    ] = None,
    processes: Annotated[int, typer.Option(min=1)] = 2,
    duration_s: Annotated[
        float, typer.Option("--duration", min=20.0, help="Seconds a session.")
    ] = DURATION_S,
    out: Annotated[Path | None, typer.Option(help="Folder for floor_study.md and .json.")] = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the simulated sessions and for what each tracker made of each: with it, a study "
            "that was ended goes on. One folder for one state of the program."
        ),
    ] = None,
    only_kept: Annotated[
        bool, typer.Option("--only-kept", help="Run nothing: the table of what --keep has.")
    ] = False,
) -> None:
    """Floor tracking alone over simulated sessions: our tracker, a plain one, ours less one idea each."""
    scenarios = _known(scenario, list(SCENARIOS), "--scenario")
    variants = tuple(_known(variant, list(VARIANTS), "--variant"))
    jobs = [Job(name, seed, variants, duration_s) for seed in range(1, seeds + 1) for name in scenarios]
    if only_kept and keep is None:
        raise typer.BadParameter("needs --keep", param_hint="--only-kept")
    memory = Nothing() if keep is None else Kept(keep)
    runs: list[Run] = []
    columns = (TextColumn("sessions"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("sessions", total=len(jobs))
        known = (known_of(job, memory) for job in jobs)
        for done in known if only_kept else run_all(jobs, processes, memory):
            runs += done
            bar.advance(task)
            if out is not None:
                _write(runs, duration_s, out)
    for line in markdown(study(runs, duration_s).rows):
        typer.echo(line)


def _known(given: list[str] | None, known: list[str], option: str) -> list[str]:
    for name in given or ():
        if name not in known:
            raise typer.BadParameter(f"{name!r} is none of {', '.join(known)}", param_hint=option)
    return given or known


def _write(runs: list[Run], duration_s: float, out: Path) -> None:
    """After each session, so that a run that is cut off leaves what it has."""
    made = study(runs, duration_s)
    out.mkdir(parents=True, exist_ok=True)
    (out / "floor_study.md").write_text("\n".join(markdown(made.rows)) + "\n", encoding="utf-8")
    (out / "floor_study.json").write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1))


if __name__ == "__main__":
    typer.run(main)
