"""``main.py`` and ``main.py run``: the console on a store, or the same store without a window."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from zlib import crc32

import msgspec
import typer

from console.back_office import LedgerError
from console.back_office.payment_provider import BOOKS
from console.cli.kiosk import watch_kiosk
from console.cli.places import DEMO_RECORDING, DEMO_STORE, has_display, state_dir
from console.cli.say import err, errors_in_words, out
from console.cli.sending import parse_wanted
from console.engine_process.client import EngineClient
from console.engine_process.session import AlreadyRunningError, is_running
from console.engine_process.spec import ARRIVALS_PER_MIN, MOST_ARRIVALS, EngineSpec, SpecError
from console.engine_process.supervisor import Supervisor
from console.operations.steady_memory import unsearched
from inference.detection import ModelError
from inference.detection.threads import CORES, tune_process
from inference.engine.files import OpeningError
from inference.recording import Recording, RecordingError
from inference.recording.format import STORE
from store_layout.model import StoreLayout
from store_layout.problems import StoreProblems
from store_layout.reader import read_store

START_ERRORS = (
    StoreProblems,
    RecordingError,
    ModelError,
    SpecError,
    OpeningError,
    AlreadyRunningError,
    LedgerError,
    OSError,
)

StoppedStoreOption = Annotated[
    Path | None, typer.Option("--store", help="The store's folder. Without it: the demo.", show_default=False)
]
StoppedRecordingOption = Annotated[
    Path | None, typer.Option("--recording", help="The folder of the recording that is played.")
]
StoreOption = Annotated[
    Path | None,
    typer.Option("--store", help="Store folder: run it live, or --simulated. Without it: the demo store."),
]
RecordingOption = Annotated[Path | None, typer.Option("--recording", help="Recording folder: play it.")]
DetectorOption = Annotated[
    str | None, typer.Option("--detector", help="Model for the pictures; without it, the store's own.")
]
SpeedOption = Annotated[
    float | None,
    typer.Option(
        "--speed", min=0.01, max=1000, help="Of a recording, times real time. Without a window: full speed."
    ),
]
ThreadsOption = Annotated[int, typer.Option("--threads", min=1, max=64, help="Detection threads.")]
HeadlessOption = Annotated[
    bool, typer.Option("--headless", help="No window: print visits and receipts as they happen.")
]
PictureOption = Annotated[
    Path, typer.Option("--picture", help="Without a window: where the picture of it is left.")
]
SimulatedOption = Annotated[
    bool,
    typer.Option(
        "--simulated",
        help="Nothing of the store is real: people, scales and cameras are simulated, live. "
        "In the window shoppers can be sent in.",
    ),
]
ArrivalsOption = Annotated[
    float,
    typer.Option(
        "--arrivals",
        min=0.0,
        max=MOST_ARRIVALS,
        help="Of a simulated store: people who come by chance, a minute. 0: only those who are sent in.",
    ),
]
RenderedOption = Annotated[
    bool,
    typer.Option(
        "--pictures/--no-pictures",
        help="Of a simulated store: render its cameras' pictures, and let the detector look at them.",
    ),
]
SendOption = Annotated[
    str | None,
    typer.Option(
        "--send",
        metavar="SKU[:COUNT],...",
        help="Of a simulated store without a window: send one shopper in for these, print the receipt, end.",
        show_default=False,
    ),
]
KeepOption = Annotated[
    bool | None,
    typer.Option(
        "--keep-running/--stop-on-close",
        help="Whether the engine goes on without the window. A live store does; a recording and a "
        "simulated store do not.",
        show_default=False,
    ),
]
KioskOption = Annotated[
    bool,
    typer.Option("--kiosk", help="The screen for visitors: full screen, and only a manager's PIN ends it."),
]


def run(
    store: StoreOption = None,
    recording: RecordingOption = None,
    detector: DetectorOption = None,
    speed: SpeedOption = None,
    threads: ThreadsOption = CORES,
    headless: HeadlessOption = False,
    picture: PictureOption = Path("out/console.png"),
    keep_running: KeepOption = None,
    simulated: SimulatedOption = False,
    arrivals: ArrivalsOption = ARRIVALS_PER_MIN,
    pictures: RenderedOption = True,
    send: SendOption = None,
    kiosk: KioskOption = False,
) -> None:
    """Open the console on a store, a recording, or the demo store."""
    tune_process()
    wanted = None if send is None else parse_wanted(send)
    if wanted is not None and not simulated:
        raise typer.BadParameter("--send needs --simulated: nobody can be sent into a real store")
    headless = headless or wanted is not None
    if kiosk and headless:
        raise typer.BadParameter("--kiosk is a screen: it does not go with --headless or --send")
    if not headless and not kiosk and not has_display():
        err.print("There is no display here, so the same store runs without a window.", style="yellow")
        headless = True
    with errors_in_words(*START_ERRORS):
        spec = make_spec(store, recording, detector, speed, threads, headless=headless, simulated=simulated)
        spec = msgspec.structs.replace(spec, arrivals_per_min=arrivals, rendered=pictures).check()
        layout = layout_of(spec)
        if headless:
            place_for(picture)
            forget_last_play(spec)
            from console.cli.headless import print_as_it_happens  # all of the engine: not for a window

            print_as_it_happens(spec, layout, picture, wanted)
            return
        keep = spec.store is not None and not simulated if keep_running is None else keep_running
        if kiosk and not has_display():
            raise SpecError(f"there is no display here to show {layout.file.store.name} on")
        forget_last_play(spec)
        show = watch_kiosk(spec, keep_running=keep) if kiosk else _run_window(spec, layout, keep_running=keep)
        raise typer.Exit(show)


def kiosk(
    store: StoreOption = None,
    recording: RecordingOption = None,
    detector: DetectorOption = None,
    threads: ThreadsOption = CORES,
    keep_running: KeepOption = None,
    simulated: SimulatedOption = False,
    arrivals: ArrivalsOption = ARRIVALS_PER_MIN,
    pictures: RenderedOption = True,
) -> None:
    """Show a store to visitors: full screen, until a manager's PIN. Without one named: the simulated demo."""
    run(
        store,
        recording,
        detector,
        threads=threads,
        keep_running=keep_running,
        simulated=simulated or (store is None and recording is None),
        arrivals=arrivals,
        pictures=pictures,
        kiosk=True,
    )


def place_for(file: Path) -> None:
    """That a file can be written there is found out before minutes go by. Raises ``OSError``."""
    if file.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))


def make_spec(
    store: Path | None,
    recording: Path | None,
    detector: str | None,
    speed: float | None,
    threads: int,
    *,
    headless: bool,
    place: Path | None = None,
    simulated: bool = False,
) -> EngineSpec:
    """What the engine is started with. A live store goes on; a recording and a simulated store begin anew.

    ``place``: folder for journal and ledger; None: this store's own on this computer.
    """
    if store is None and recording is None:
        store, recording = (DEMO_STORE, None) if simulated else (None, DEMO_RECORDING)
    place = place or state_dir() / _place_of(store, recording, simulated=simulated)
    return EngineSpec(
        store=None if store is None else str(store.resolve()),
        recording=None if recording is None else str(recording.resolve()),
        detector=detector,
        detection_threads=threads,
        speed=speed if speed is not None or headless else 1.0,
        state_dir=str(place / "engine"),
        ledger=str(place / "ledger.sqlite"),
        simulated=simulated,
        fresh=recording is not None or simulated,
        exit_at_end=headless,
    ).check()


def layout_of(spec: EngineSpec) -> StoreLayout:
    """The store that an engine with this spec runs."""
    if spec.recording is not None:
        return Recording.open(Path(spec.recording)).layout
    return read_store(Path(spec.store or ""))


def layout_folder_of(spec: EngineSpec) -> Path:
    """The folder that :func:`layout_of` reads the layout from."""
    return Path(spec.store or "") if spec.recording is None else Path(spec.recording) / STORE


def _place_of(store: Path | None, recording: Path | None, *, simulated: bool = False) -> str:
    """A live store's place goes by its id, so that journal and ledger stay with it when its folder moves."""
    if store is not None:
        return f"{'simulated' if simulated else 'live'}-{read_store(store).file.store.id}"
    if recording is None or recording == DEMO_RECORDING:
        return "demo"
    folder = recording.resolve()
    return f"replay-{folder.name}-{crc32(str(folder).encode()):08x}"


def forget_last_play(spec: EngineSpec) -> None:
    """What was played or simulated before is put away with its ledger: nobody was charged by it."""
    if spec.fresh and not is_running(spec.state_path):
        for name in (spec.ledger_path.name, BOOKS):
            for old in spec.ledger_path.parent.glob(f"{name}*"):
                old.unlink()
        shutil.rmtree(spec.clips_path, ignore_errors=True)
        if spec.simulated:  # each start is another day: the journal of the last one belongs to no other
            shutil.rmtree(spec.journal_path, ignore_errors=True)


# -- with a window -------------------------------------------------------------------------------------


def _run_window(spec: EngineSpec, layout: StoreLayout, *, keep_running: bool) -> int:
    with unsearched(), engine_link(spec, keep_running=keep_running) as link:
        from console.shown_window import run_window  # while the engine's process starts

        store = None if spec.store is None else Path(spec.store)
        return run_window(
            layout,
            link,
            spec.ledger_path,
            state_dir() / "window",
            store,
            clips=spec.clips_path,
            layout_folder=layout_folder_of(spec),
        )


@contextmanager
def engine_link(spec: EngineSpec, *, keep_running: bool = False) -> Iterator[EngineClient]:
    """A supervised engine; ends with the block unless it is to be kept running."""
    client = EngineClient(Supervisor(spec), keep_running=keep_running)
    try:
        yield client
    finally:
        client.close()
        if not keep_running and is_running(spec.state_path):
            Supervisor(spec).stop()  # found running when the window opened


def stop(
    store: StoppedStoreOption = None,
    recording: StoppedRecordingOption = None,
    simulated: Annotated[bool, typer.Option("--simulated", help="Of the simulated store on it.")] = False,
) -> None:
    """End an engine that goes on without a window: checkpoint, then stop."""
    with errors_in_words(*START_ERRORS):
        spec = make_spec(store, recording, None, None, 1, headless=True, simulated=simulated)
        if not is_running(spec.state_path):
            layout_of(spec)  # a slip of the finger is told of, where it names no recording
            out.print("No engine is running for it.")
            return
        Supervisor(spec).stop()
    out.print("The engine has stopped. What was open is in its journal, and goes on at the next start.")
