"""``main.py screenshots``: every page and the kiosk, light and dark, at two sizes, from a run of the demo."""

from __future__ import annotations

import secrets
import tempfile
import time
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from console.back_office import Ledger
from console.back_office.operators import add_operator
from console.cli.console import START_ERRORS, layout_folder_of, layout_of, make_spec
from console.cli.picture import Witness
from console.cli.places import ASSETS, DEMO_RECORDING
from console.cli.say import errors_in_words, out
from console.engine_process.headless import run_headless
from store_layout.product_pictures import product_pictures

if TYPE_CHECKING:
    from console.theme.appearance import ThemeChoice

SIZES = ((1366, 768), (1920, 1080))
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
CONTRAST: Literal["contrast-dark"] = "contrast-dark"
SPEED = 8.0
LOOK_S = 0.08
"""Together: a snapshot about every 0.6 s of the store's time, as trails need."""


def screenshots(
    target: Annotated[Path, typer.Option("--out", help="Folder for the pictures.")] = ASSETS / "screenshots",
    recording: Annotated[Path, typer.Option("--recording", help="What is shown.")] = DEMO_RECORDING,
) -> None:
    """Play the demo and render every page as it was at its fullest moment."""
    with errors_in_words(*START_ERRORS), tempfile.TemporaryDirectory(prefix="openaisle-") as scratch:
        spec = make_spec(None, recording, None, SPEED, 1, headless=True, place=Path(scratch))
        layout, witness = layout_of(spec), Witness()
        run_headless(spec, on_status=witness.see, status_s=LOOK_S, on_start=witness.attend)
        slot = witness.telling_slot(layout)
        parts = {"visits": "review", "shelves": f"slot {slot}" if slot else ""}
        with witness.window(
            layout,
            spec.ledger_path,
            _operator(spec.ledger_path),
            clips=spec.clips_path,
            layout_folder=layout_folder_of(spec),
        ) as render:
            wanted = [*product(render.pages, THEMES, SIZES), ("live", CONTRAST, SIZES[0])]
            for page, theme, size in wanted:
                file = target / f"{page}-{theme}-{size[0]}x{size[1]}.png"
                render(file, size, theme, page, parts.get(page, ""))
                out.print(f"{file}", markup=False, highlight=False)
        pictures = product_pictures(layout_folder_of(spec), layout.catalog)
        for size in SIZES:
            files: dict[ThemeChoice, tuple[Path, Path]] = {
                theme: (
                    target / f"kiosk-{theme}-{size[0]}x{size[1]}.png",
                    target / f"kiosk-touched-{theme}-{size[0]}x{size[1]}.png",
                )
                for theme in THEMES
            }
            witness.kiosk(layout, spec.ledger_path, pictures, size, files)
            for file in (file for both in files.values() for file in both):
                out.print(f"{file}", markup=False, highlight=False)


def _operator(ledger: Path) -> tuple[str, str]:
    """Somebody who works in this run's shop, so that a card can be shown: name and PIN."""
    name, pin = "Mara", f"{secrets.randbelow(10**8):08d}"
    with Ledger.open(ledger) as file:
        add_operator(file, None, name, "manager", pin, at=time.time(), screen="screenshots")
    return name, pin
