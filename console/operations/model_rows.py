"""The detectors of this computer as devices: which is used, and what it is known to be worth here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from console.language import tr
from console.operations.model_speed import ModelSpeed
from inference.detection import ModelError, find_models, read_manifest
from inference.messages.said import said
from inference.messages.wire import DeviceStatus

NO_DETECTOR = "product_embedding"
"""A family that knows goods, and finds nobody."""


def model_rows(
    folders: tuple[Path, ...], used: str | None, speeds: Mapping[str, ModelSpeed], fps: float
) -> tuple[DeviceStatus, ...]:
    """All detectors in these folders; of two of one name the first is meant.

    ``used``: the one that the store names. ``fps``: of its cameras.
    """
    rows: dict[str, DeviceStatus] = {}
    for path in find_models(folders):
        if path.stem not in rows:
            row = _row(path, used, speeds.get(path.stem), fps)
            if row is not None:
                rows[path.stem] = row
    return tuple(rows.values())


def _row(path: Path, used: str | None, speed: ModelSpeed | None, fps: float) -> DeviceStatus | None:
    try:
        manifest = read_manifest(path)
    except ModelError as error:
        return DeviceStatus(
            path.stem,
            "model",
            "lost",
            0.0,
            why=said("{what}. {remedy}", what=error.what, remedy=error.remedy),
        )
    if manifest.family == NO_DETECTOR:
        return None
    is_used = path.stem == used
    told = tr("In use") if is_used else tr("Not used")
    why = told if speed is None else f"{told}. {speed_words(speed, fps)}"
    rate = 0.0 if speed is None else speed.per_s
    return DeviceStatus(path.stem, "model", "live" if is_used else "off", 0.0, why=why, rate_hz=rate)


def speed_words(speed: ModelSpeed, fps: float) -> str:
    """``This PC can run 4 cameras at 8 pictures a second with it``, and by what measurement."""
    return tr(
        "This PC can run {n} cameras at {fps} pictures a second with it "
        "({rate} pictures a second on {threads} threads, beside all else that it does)",
        n=speed.cameras(fps),
        fps=f"{fps:g}",
        rate=f"{speed.per_s:.0f}",
        threads=speed.threads,
    )
