"""``main.py train``: how the shipped models are made, from nothing but this project's code."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from console.cli.places import DEMO_STORE, MODELS
from console.cli.say import JsonOption, err, errors_in_words, fail, out, print_json

if TYPE_CHECKING:
    from inference.training.export import ExportSettings
    from inference.training.settings import FitSettings

app = typer.Typer(help="Make the models: pictures, networks, measures.", no_args_is_help=True)

Size = Literal["medium", "small"]
SEED, HELD_OUT_SEED, SESSION_SEED, CALIBRATION_SEED = 1, 2, 3, 4
STORE_SEED = 11
"""Of the sessions that a network is fitted to a store with; the next one of those it is measured on."""
STORE_HELD_OUT = 5
START = MODELS / "persons_medium.start.pt"
SHARDS, HELD_OUT_SHARDS, CALIBRATION_SHARDS = 400, 9, 7
PRODUCT_SHARDS, PRODUCT_HELD_OUT_SHARDS = 200, 8
PRODUCT_MINUTES = 65.0
GOODS_SHARDS = range(200, 260)
"""Numbers of those that hold shops' pictures alone: more goods than hands were rendered with."""
CPU_MINUTES, CARD_MINUTES = 95.0, 25.0
"""How long the person network learns unless told otherwise, on one core and on a graphics card. On a card as
the models' cards name it that is as far as the shipped one came."""
SECOND_LOOK_MINUTES = 60.0
INPUTS = {"medium": (448, 336, 16), "small": (320, 240, 12)}
"""Width and height whose product is the number of pixels that the network looks at, and at how many places it
looks closely. The small one is the same network with half the pixels: in the same time it finds far more in
stores than one with fewer channels."""

SeedOption = Annotated[int, typer.Option(min=0, help="The same seed gives the same pictures.")]
ProcessesOption = Annotated[int, typer.Option(min=1, help="Processes that render.")]
FolderOption = Annotated[Path, typer.Option("--out", help="Folder for them; what is there is kept.")]
DataOption = Annotated[Path, typer.Option("--data", help="Folder of pictures to learn from.")]
HeldOutOption = Annotated[Path, typer.Option("--held-out", help="Folder of pictures to measure on.")]
MinutesOption = Annotated[
    float | None,
    typer.Option(
        min=0.1,
        help=f"Of learning; for the person network {CPU_MINUTES:g}, or {CARD_MINUTES:g} on a graphics card.",
        show_default=False,
    ),
]
Device = Literal["auto", "cpu", "cuda"]
DeviceOption = Annotated[
    Device, typer.Option(help="Where the network learns; auto: on the graphics card if there is one.")
]


@app.callback()
def _needs_extra() -> None:
    """Make the models: pictures, networks, measures."""
    for module in ("moderngl", "skimage", "torch", "onnx"):
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise fail(f"training needs the train extra ({error.name}): pip install '.[train]'") from error
    from inference.detection.threads import tune_process

    tune_process()


@app.command()
def pictures(
    target: FolderOption,
    shards: Annotated[int, typer.Option(min=1, help="Files, of some 90 pictures each.")] = SHARDS,
    seed: SeedOption = SEED,
    processes: ProcessesOption = 2,
    sheet: Annotated[
        Path | None, typer.Option(help="Also write a contact sheet of the first ones, as PNG.")
    ] = None,
) -> None:
    """Render random scenes, with the truth. May be broken off and gone on with at any time."""
    from inference.training.examples import make_examples

    with _errors(), _bar("pictures") as tell:
        make_examples(target, seed, range(shards), processes, tell)
    if sheet is not None:
        _write_sheet(target, sheet)
    out.print(f"{shards} files in {target}", markup=False, highlight=False)


@app.command()
def session(
    target: FolderOption,
    store: Annotated[Path, typer.Option(help="Store folder.")] = DEMO_STORE,
    count: Annotated[int, typer.Option(min=1, help="Pictures.")] = 600,
    seed: SeedOption = SESSION_SEED,
) -> None:
    """Render one session in a store that no network learned from, to measure on."""
    from inference.training.session_examples import write_session
    from store_layout.problems import StoreProblems
    from store_layout.reader import read_store

    with _errors(), errors_in_words(StoreProblems):
        people = write_session(target, read_store(store), seed, count)
    out.print(f"{count} pictures with {people} people in {target}", markup=False, highlight=False)


@app.command()
def persons(
    data: DataOption,
    held_out: HeldOutOption,
    target: FolderOption,
    minutes: MinutesOption = None,
    start: Annotated[
        Path | None, typer.Option(help="Checkpoint to begin from, instead of from nothing.")
    ] = None,
    second_look_only: Annotated[
        bool,
        typer.Option(
            "--second-look-only",
            help="Teach the network of --start its second look at people alone, on the processor.",
        ),
    ] = False,
    device: DeviceOption = "auto",
) -> None:
    """Train the person network; a checkpoint in the folder is gone on from."""
    from inference.training.fit import fit
    from inference.training.settings import FitSettings
    from inference.training.terminal import shown_on_terminal

    if second_look_only:
        if device == "cuda":
            raise fail("--second-look-only learns on the processor: it does not go with --device cuda")
        if start is None:
            raise fail("--second-look-only needs --start: the network whose second look is to be taught")
        _second_look(start, data, held_out, target, minutes or SECOND_LOOK_MINUTES)
        return
    minutes = minutes or (CARD_MINUTES if _card(device) else CPU_MINUTES)
    settings = _on(device, FitSettings(minutes=minutes, start=start))
    with _errors(), shown_on_terminal("person network") as listen:
        summary = fit(settings, data, held_out, target, listen)
    out.print(f"{summary.steps} steps: {summary.checkpoint}", markup=False, highlight=False)


def _second_look(start: Path, data: Path, held_out: Path, target: Path, minutes: float) -> None:
    from inference.training.second_look_fit import SecondLookSettings, fit_second_look
    from inference.training.terminal import shown_on_terminal

    with _errors(), shown_on_terminal("second look") as listen:
        summary = fit_second_look(SecondLookSettings(start, minutes), data, held_out, target, listen)
    out.print(f"{summary.steps} steps: {summary.checkpoint}", markup=False, highlight=False)


@app.command()
def store(
    folder: Annotated[Path, typer.Argument(help="Store folder.", show_default=False)],
    work: Annotated[Path, typer.Option("--work", help="Folder for pictures and checkpoint.")],
    minutes: Annotated[float, typer.Option(min=0.1, help="How long to learn.")] = 60.0,
    sessions: Annotated[int, typer.Option(min=1, help="Sessions to render, of 80 pictures each.")] = 90,
    processes: ProcessesOption = 2,
    start: Annotated[Path, typer.Option(help="Checkpoint or starting point of a medium network.")] = START,
    device: DeviceOption = "auto",
) -> None:
    """Fit the medium person network to a store: its shelves and cameras as its layout describes them.

    Shoppers, goods, colours and light are drawn at random. The model goes to FOLDER/models/persons.onnx.
    """
    from inference.detection.session import OWN_MODELS
    from inference.training.export import export as write
    from inference.training.fit import fit
    from inference.training.session_examples import make_store_examples
    from inference.training.settings import fitting
    from inference.training.terminal import shown_on_terminal
    from store_layout.problems import StoreProblems
    from store_layout.reader import read_store

    learn, hold = work / "sessions", work / "held_out"
    with _errors(), errors_in_words(StoreProblems):
        layout = read_store(folder)
        with _bar("sessions") as tell:
            make_store_examples(
                learn, layout, STORE_SEED, range(sessions), processes=processes, progress=tell
            )
        with _bar("sessions to measure on") as tell:
            held_out = range(STORE_HELD_OUT)
            make_store_examples(hold, layout, STORE_SEED + 1, held_out, processes=processes, progress=tell)
        with shown_on_terminal("person network for this store") as listen:
            summary = fit(_on(device, fitting(start, minutes)), learn, hold, work, listen)
        written = write(
            summary.checkpoint, folder / OWN_MODELS / "persons.toml", hold, _export_settings("medium")
        )
    out.print(f"Written: {written}", markup=False, highlight=False)
    out.print('Name it in store.toml: default_detector = "persons" under [rules].', markup=False)


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="What `train persons` wrote.", show_default=False)],
    held_out: HeldOutOption,
    target: Annotated[Path, typer.Option("--out", help="Folder of models.")] = MODELS,
) -> None:
    """Write the person network as ONNX, once for each size of input, with manifests.

    Scores and thresholds are calibrated on the held-out pictures.
    """
    from inference.training.checkpoints import write_start
    from inference.training.export import export as write

    sizes: tuple[Size, ...] = ("medium", "small")
    with _errors():
        for size in sizes:
            manifest = target / f"persons_{size}.toml"
            write(checkpoint, manifest, held_out, _export_settings(size))
            out.print(f"Written: {manifest}", markup=False, highlight=False)
        write_start(checkpoint, target / START.name)


@app.command()
def measure(
    model: Annotated[str, typer.Argument(help="Name or path of a detector.", show_default=False)],
    held_out: HeldOutOption,
    as_json: JsonOption = False,
) -> None:
    """What a detector is worth on pictures it never saw, at several scales of its input."""
    from inference.detection.manifest import resolve_model
    from inference.training.export import measures_by_scale
    from inference.training.measure import held_out_examples

    with _errors():
        found = measures_by_scale(resolve_model(model, (MODELS,)), held_out_examples(held_out))
    if as_json:
        print_json(found)
        return
    for one in found:
        out.print(
            f"scale {one.scale:g}: AP50 {one.ap50:.3f} (all {one.ap50_all:.3f}), F1 {one.f1:.3f} at "
            f"{one.threshold:.2f}, foot {_share(one.foot_error_seen)} of the height, "
            f"wrists within 8 cm {_share(one.wrists_near)}, appearance AUC {_share(one.appearance_auc)}, "
            f"calibration error {one.calibration_error:.3f}",
            highlight=False,
        )


@app.command()
def products(
    work: Annotated[Path, typer.Option("--work", help="Folder for pictures and checkpoint.")],
    target: Annotated[Path, typer.Option("--out", help="Folder of models.")] = MODELS,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long to learn.")] = PRODUCT_MINUTES,
    processes: ProcessesOption = 2,
) -> None:
    """Render hands with products, train the product embedding, write it as ONNX with its manifest."""
    from inference.training.product_examples import make_product_examples
    from inference.training.product_export import export_products
    from inference.training.product_fit import ProductFitSettings, fit_products

    learn, hold = work / "train", work / "held_out"
    with _errors():
        with _bar("hands") as tell:
            make_product_examples(learn, SEED, range(PRODUCT_SHARDS), processes, tell)
        with _bar("pictures of goods") as tell:
            make_product_examples(learn, SEED, GOODS_SHARDS, processes, tell, people=False)
        with _bar("new products' hands") as tell:
            shards = range(PRODUCT_HELD_OUT_SHARDS)
            make_product_examples(hold, HELD_OUT_SEED, shards, processes, tell, new=True)
        with _share_bar("product embedding") as listen:
            checkpoint = fit_products(learn, work, ProductFitSettings(minutes=minutes), listen)
        written = export_products(checkpoint, hold, target)
    out.print(f"Written: {written.manifest}", markup=False, highlight=False)


@app.command("all")
def everything(
    work: Annotated[Path, typer.Option("--work", help="Folder for pictures and checkpoints.")],
    target: Annotated[Path, typer.Option("--out", help="Folder of models.")] = MODELS,
    minutes: MinutesOption = None,
    product_minutes: Annotated[
        float, typer.Option(min=0.1, help="How long the products' network learns.")
    ] = PRODUCT_MINUTES,
    shards: Annotated[int, typer.Option(min=1, help="Files of pictures.")] = SHARDS,
    processes: ProcessesOption = 2,
    device: DeviceOption = "auto",
) -> None:
    """All of the shipped models, one after another; goes on where it was broken off."""
    learn, hold, calibrate = work / "pictures", work / "held_out", work / "calibration"
    pictures(hold, HELD_OUT_SHARDS, HELD_OUT_SEED, processes)
    pictures(calibrate, CALIBRATION_SHARDS, CALIBRATION_SEED, processes)
    session(work / "session")
    pictures(learn, shards, SEED, processes, work / "contact_sheet.png")
    persons(learn, hold, work / "persons", minutes, device=device)
    export(work / "persons" / "medium.pt", calibrate, target)
    products(work / "products", target, product_minutes, processes)


def _card(device: Device) -> bool:
    """Whether a graphics card does the work. Ends the command where the one asked for is missing."""
    from inference.training.devices import card_is_there

    there = card_is_there()
    if device == "cuda" and not there:
        raise fail("no graphics card that torch can use: --device cpu, or a torch that is built for CUDA")
    return there and device != "cpu"


def _on(device: Device, settings: FitSettings) -> FitSettings:
    from inference.training.settings import on_card

    return on_card(settings) if _card(device) else replace(settings, compiled=True)


def _export_settings(size: Size) -> ExportSettings:
    from inference.training.export import ExportSettings

    width, height, peaks = INPUTS[size]
    return ExportSettings(width=width, height=height, peaks=peaks)


@contextmanager
def _errors() -> Iterator[None]:
    from inference.detection import ModelError

    with errors_in_words(ModelError, ValueError, OSError, RuntimeError):
        yield


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=err) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)


@contextmanager
def _share_bar(title: str) -> Iterator[Callable[[float, str], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[state]}"))
    with Progress(*columns, console=err) as bar:
        task = bar.add_task(title, total=1.0, state="")
        yield lambda share, words: bar.update(task, completed=share, state=words)


def _write_sheet(folder: Path, sheet: Path, count: int = 48) -> None:
    import cv2

    from inference.training.contact_sheet import contact_sheet
    from inference.training.example_types import read_shard
    from inference.training.example_types import shards as shards_of

    examples = [example for path in shards_of(folder)[:8] for example in read_shard(path)]
    chosen = examples[:: max(1, len(examples) // count)][:count]
    sheet.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(sheet), contact_sheet(chosen, 6))


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
