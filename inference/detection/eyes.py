"""The eyes of a store: which detector looks at its pictures, whether it knows the goods, what it learns."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from inference.detection.hand_reader import reading_hands
from inference.detection.motion_gate import MotionGate
from inference.detection.pool import SessionMaker
from inference.detection.session import Detector, load_detector, model_folders
from store_layout.model import StoreLayout
from store_layout.product_pictures import product_pictures

RECORDED = "recorded"
"""In place of a model's name: none looks, a recording's own detections are used."""


class Eyes(NamedTuple):
    """A detector for a store's pictures."""

    detector: Detector
    """The model that finds people."""
    maker: SessionMaker
    """The same, looking into hands too where the shop has pictures of its products."""
    gate: MotionGate
    """What its cameras learn while the store runs: of one run, so new for each."""

    @property
    def reads_hands(self) -> bool:
        """Whether it looks into hands."""
        return self.maker is not self.detector


def open_eyes(
    layout: StoreLayout, folder: Path, name: str | None = None, cache: Path | None = None
) -> Eyes | None:
    """The eyes of the store in ``folder``; None where neither ``name`` nor the store names a detector.

    ``name``: the path of a model's ``.toml`` or ``.onnx``, or its name: models in the store's folder come
    before those that everybody has; or :data:`RECORDED`, for none. ``cache``: a folder for what is worked out
    from the product pictures. Raises ``ModelError`` for a model that cannot be used.
    """
    wanted = name or layout.file.rules.default_detector
    if wanted is None or wanted == RECORDED:
        return None
    folders = model_folders(folder)
    detector = load_detector(wanted, folders)
    maker = reading_hands(detector, product_pictures(folder, layout.catalog), folders=folders, cache=cache)
    return Eyes(detector, maker, MotionGate())
