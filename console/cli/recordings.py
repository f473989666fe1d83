"""``main.py replay``, ``simulate`` and ``import``: recordings in, visits out; recordings made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from console.back_office import Ledger, LedgerError
from console.cli.places import DEMO_STORE
from console.cli.say import JsonOption, err, errors_in_words, fail, out, print_json
from inference.detection import DetectorPool, ModelError
from inference.detection.eyes import open_eyes
from inference.detection.threads import CORES, THREADS_IN_ORDER, tune_process
from inference.messages.results import ClosedVisit
from inference.recording import FrameDetector, Recording, RecordingError
from inference.recording.format import STORE
from store_layout.model import StoreLayout
from store_layout.problems import StoreProblems
from store_layout.reader import read_store

if TYPE_CHECKING:
    from inference.recording.replay import OnResult, ReplaySummary
    from inference.simulation.simulate import Film


def input_errors() -> tuple[type[Exception], ...]:
    """What a user can cause with a wrong path, a broken file or a full disk."""
    from inference.evaluation.problems import EvaluationError
    from inference.recording.replay import ReplayError

    return (RecordingError, StoreProblems, ModelError, EvaluationError, ReplayError, LedgerError, OSError)


RecordingArgument = Annotated[Path, typer.Argument(help="Folder of the recording.", show_default=False)]
DetectorOption = Annotated[
    str | None,
    typer.Option(
        "--detector",
        help="Model for the pictures: a name, or the path of a .toml or .onnx file; 'recorded' for the "
        "detections that a recording holds.",
    ),
]
GateOption = Annotated[
    bool,
    typer.Option(
        "--motion-gate/--no-motion-gate",
        help="Whether scores know of what moved: lower for things that never do.",
    ),
]


@contextmanager
def open_detector(
    name: str | None, recording: Recording, *, gate: bool = True
) -> Iterator[FrameDetector | None]:
    """Detection threads for a recording with pictures; None where none is wanted."""
    if not any(camera.times is not None for camera in recording.cameras):
        if name is not None:
            err.print("This recording has no pictures: its recorded detections are used.", style="yellow")
        yield None
        return
    eyes = open_eyes(recording.layout, recording.folder / STORE, name)
    if eyes is None:
        yield None
        return
    with DetectorPool(eyes.maker, THREADS_IN_ORDER, gate=eyes.gate if gate else None) as pool:
        yield pool.ordered


def replay_into(
    recording: Path,
    target: Path,
    detector: str | None = None,
    *,
    speed: float | None = None,
    keep_detections: bool = False,
    quiet: bool = False,
    gate: bool = True,
    on_result: OnResult | None = None,
) -> ReplaySummary:
    """Replay with a ledger of its own in ``target``, made anew; a progress bar on standard error.

    ``on_result`` is told everything that the pipeline says.
    """
    from inference.recording.replay import replay

    tune_process()
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("ledger.sqlite*"):
        old.unlink()
    with (
        Ledger.open(target / "ledger.sqlite") as ledger,
        open_detector(detector, Recording.open(recording), gate=gate) as eyes,
        _progress(quiet=quiet) as bar,
    ):
        task = bar.add_task(recording.name, total=None)

        visits: list[str] = []

        def post(closed: ClosedVisit, layout: StoreLayout) -> None:
            visits.append(closed.visit)
            ledger.post_visit(closed, layout)

        def receipts() -> dict[str, object]:
            ledger.settle_groups()
            documents = {visit: ledger.document_of(visit) for visit in visits}
            return {
                visit: {"number": document.label, "total": document.receipt.total}
                for visit, document in documents.items()
                if document is not None
            }

        return replay(
            recording,
            target,
            eyes,
            speed=speed,
            keep_detections=keep_detections,
            progress=lambda done, whole: bar.update(task, completed=done, total=whole),
            on_closed=post,
            receipts=receipts,
            on_result=on_result,
        )


def _progress(*, quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=quiet,
    )


def replay_command(
    recording: RecordingArgument,
    target: Annotated[Path, typer.Option("--out", help="Folder for visits.json, tracks.csv and the ledger.")],
    detector: DetectorOption = None,
    speed: Annotated[
        float | None,
        typer.Option(min=0.01, help="Times real time. Without it: as fast as the machine allows."),
    ] = None,
    gate: GateOption = True,
    keep_detections: Annotated[
        bool, typer.Option("--keep-detections", help="Also write detections/<camera>.jsonl, for evaluate.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run a recording through the whole pipeline and write what came of it."""
    with errors_in_words(*input_errors()):
        summary = replay_into(
            recording,
            target,
            detector,
            speed=speed,
            keep_detections=keep_detections,
            quiet=as_json,
            gate=gate,
        )
    if as_json:
        print_json(summary)
        return
    speed_up = f"{summary.times_real_time:.1f} x real time"
    decided = ", ".join(f"{n} {decision}" for decision, n in sorted(summary.decisions.items())) or "none"
    out.print(
        f"{summary.duration_s:.0f} s replayed in {summary.wall_s:.1f} s ({speed_up}): "
        f"{summary.observations} observations, {summary.shelf_events} shelf events, "
        f"{summary.visits} visits ({decided}).",
        highlight=False,
    )
    for problem in summary.problems:
        err.print(f"Left out: {problem}", style="yellow", markup=False)
    out.print(f"Written: {target / 'visits.json'}, {target / 'tracks.csv'}", highlight=False)


def simulate_command(
    target: Annotated[Path, typer.Option("--out", help="Folder for the recording; must not hold one.")],
    store: Annotated[Path, typer.Option(help="Store folder.")] = DEMO_STORE,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 1,
    visits: Annotated[int, typer.Option(min=1, max=100_000, help="How many shoppers come.")] = 20,
    arrivals_per_min: Annotated[
        float, typer.Option("--arrivals", min=0.1, max=120, help="How many come a minute, on average.")
    ] = 4.0,
    session: Annotated[
        str | None,
        typer.Option(help="One of `main.py trials`, as it stands before a card in its --json."),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="The scripted session of the first start.")] = False,
    pictures: Annotated[
        bool,
        typer.Option("--pictures", help="Render what the cameras see, instead of what a detector would say."),
    ] = False,
) -> None:
    """Simulate shoppers, and what a store's cameras and scales would say of them; with the truth."""
    from inference.simulation import SimulationSettings, simulate
    from inference.simulation.demo import write_demo_recording

    tune_process()
    film = _film() if pictures else None
    with errors_in_words(*input_errors(), ValueError, RuntimeError), _progress(quiet=False) as bar:
        task = bar.add_task("shoppers", total=1.0)

        def tell(share: float, what: str) -> None:
            bar.update(task, completed=share, description=what)

        if session is not None:
            from inference.trials.many import named
            from inference.trials.session import record

            record(named(session), target, tell, film)
        elif demo:
            write_demo_recording(store, target, tell, film)
        else:
            settings = SimulationSettings(visits=visits, arrivals_per_min=arrivals_per_min)
            simulate(read_store(store), settings, seed, target, tell, store_folder=store, film=film)
    out.print(
        f"Simulated into {target}. Next: main.py replay {target} --out DIR", markup=False, highlight=False
    )


def _film() -> Film:
    try:
        from inference.simulation.rendering.video import Filming
    except ImportError as error:
        raise fail(
            f"rendering needs a package of the simulate extra ({error.name}): pip install '.[simulate]'"
        ) from error
    return Filming(processes=CORES)


imports = typer.Typer(
    help="Turn recordings of others into a store folder and a recording.", no_args_is_help=True
)


@imports.callback()
def _imports() -> None:
    """Turn recordings of others into a store folder and a recording."""


@imports.command("autocheckout")
def import_autocheckout_command(
    folder: Annotated[Path, typer.Argument(help="Folder of the case, with plate_data.json and the others.")],
    target: Annotated[Path, typer.Option("--out", help="Folder for the recording; must not hold one.")],
) -> None:
    """Import a case of the CPS-IoT AutoCheckout competition (load-cell plates and 3D skeletons)."""
    from inference.recording.autocheckout import import_autocheckout

    with errors_in_words(*input_errors()):
        import_autocheckout(folder, target)
    out.print(f"Imported into {target}. Next: main.py replay {target} --out DIR", highlight=False)
