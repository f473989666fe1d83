"""What a store of one's own still lacks before anybody is charged in it, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
from PySide6.QtCore import QObject, Signal

from console.language import tr, tr_n
from console.language.sentences import in_words
from console.language.writing import up_to
from console.operations.background import Background
from console.operations.camera_drafts import BY_EYE_PX
from store_layout.model import Camera, OpenCvCalibration, StoreLayout
from store_layout.problems import Problem, errors_among
from store_layout.reader import StoreCheck, check_store

StepKind = Literal[
    "store",
    "operator",
    "gate",
    "camera",
    "calibration",
    "detector",
    "broker",
    "shelf",
    "scale",
    "products",
    "planogram",
    "check",
]
State = Literal["done", "missing", "doubtful"]
TOLD = 4
"""Problems of the folder that are listed."""


class Step(msgspec.Struct, frozen=True):
    """One thing that a store has, or lacks."""

    kind: StepKind
    state: State
    title: str
    words: str
    does: str = ""
    """What its button says; empty: there is none."""
    about: str = ""
    """The device or slot that it is done with, where there is one already."""


class StoreSetup(QObject):
    """Reads the folder off the GUI thread; ``changed`` follows."""

    changed = Signal()

    def __init__(self, folder: Path | None, parent: QObject | None = None) -> None:
        """``folder``: the store's; None of a recording, which is complete."""
        super().__init__(parent)
        self.folder = folder
        self.found: StoreCheck | None = None
        self._background = Background(self, workers=1)

    @property
    def busy(self) -> bool:
        """Whether it is being read."""
        return self._background.busy

    def look(self) -> None:
        """Read and check the folder as it is now."""
        folder = self.folder
        if folder is not None:
            self._background.run(lambda: check_store(folder), self._read, _raised)

    def close(self) -> None:
        """Wait for what runs."""
        self._background.close()

    def _read(self, found: StoreCheck) -> None:
        self.found = found
        self.changed.emit()


def is_unfinished(layout: StoreLayout) -> bool:
    """Whether nothing could be sold in it."""
    return not (layout.catalog and layout.file.slot and layout.file.camera)


def steps(layout: StoreLayout, problems: tuple[Problem, ...], *, has_manager: bool) -> tuple[Step, ...]:
    """All of them, in the order in which they are best done."""
    return (
        _store(layout),
        _operator(has_manager=has_manager),
        *_room(layout),
        *_eyes(layout),
        *_goods(layout),
        check_step(problems),
    )


def check_step(problems: tuple[Problem, ...]) -> Step:
    """What the store's own checks say."""
    title, errors = tr("The check"), errors_among(problems)
    if not problems:
        return Step("check", "done", title, tr("The folder is checked: nothing is wrong."), tr("Check again"))
    lines = [
        f"{p.file}, {in_words(p.where)}: {in_words(p.what)}. {in_words(p.remedy)}."
        for p in (*errors, *problems)
    ][:TOLD]
    more = len(problems) - len(dict.fromkeys(lines))
    if more > 0:
        lines.append(tr_n("and {n} more", "and {n} more", more))
    return Step(
        "check",
        "missing" if errors else "doubtful",
        title,
        "\n".join(dict.fromkeys(lines)),
        tr("Check again"),
    )


# -- parts -------------------------------------------------------------------------------------------


def _store(layout: StoreLayout) -> Step:
    xs, ys = ([point[axis] for point in layout.file.floor.outline] for axis in (0, 1))
    wide, deep = up_to(max(xs) - min(xs), 2), up_to(max(ys) - min(ys), 2)
    store = layout.file.store
    words = tr("{name}, {wide} × {deep} m, prices in {currency}", name=store.name, wide=wide, deep=deep,
               currency=store.currency)  # fmt: skip
    return Step("store", "done", tr("The room"), words, tr("Change …"))


def _operator(*, has_manager: bool) -> Step:
    title = tr("Who works here")
    if has_manager:
        return Step("operator", "done", title, tr("There is a manager, who signs changes with a PIN."))
    words = tr("Nobody yet. Products and planogram are changed with a manager's PIN.")
    return Step("operator", "missing", title, words, tr("Make the first manager …"))


def _room(layout: StoreLayout) -> Iterator[Step]:
    kinds = {gate.kind for gate in layout.file.gate}
    names = ", ".join(gate.name for gate in layout.file.gate)
    title, does = tr("Gates"), tr("Add a gate …")
    if "both" in kinds or {"entry", "exit"} <= kinds:
        yield Step("gate", "done", title, names, does)
    else:
        words = tr("People need a way in and a way out: they appear and disappear only there.")
        yield Step("gate", "missing", title, words, does)
    slots, fixtures = len(layout.file.slot), len(layout.file.fixture)
    title, does = tr("Shelves and slots"), tr("Add a shelf …")
    if slots:
        n = tr_n("{n} slot", "{n} slots", slots)
        yield Step("shelf", "done", title, f"{n}, {tr_n('{n} fixture', '{n} fixtures', fixtures)}", does)
    else:
        yield Step("shelf", "missing", title, tr("None yet: where goods stand, on which boards."), does)


def _eyes(layout: StoreLayout) -> Iterator[Step]:
    cameras = layout.file.camera
    title, does = tr("Cameras"), tr("Add a camera …")
    if not cameras:
        words = tr("None yet: people are followed by at least one, better three.")
        yield Step("camera", "missing", title, words, does)
        return
    yield Step("camera", "done", title, tr_n("{n} camera", "{n} cameras", len(cameras)), does)
    title, by_eye = tr("Where they look"), [camera for camera in cameras if _is_guessed(camera)]
    if by_eye:
        words = tr_n(
            "{n} camera is placed by eye: show points of the floor in its picture.",
            "{n} cameras are placed by eye: show points of the floor in their pictures.",
            len(by_eye),
        )
        does = tr("Calibrate {camera} …", camera=by_eye[0].id)
        yield Step("calibration", "doubtful", title, words, does, by_eye[0].id)
    else:
        yield Step("calibration", "done", title, tr("All are calibrated."))
    title, detector = tr("Who looks at the pictures"), layout.file.rules.default_detector
    if detector is None and not all(camera.detector for camera in cameras):
        words = tr("No detector is chosen: pictures are shown, and nobody is seen in them.")
        yield Step("detector", "missing", title, words, tr("Choose a detector"))
    else:
        yield Step("detector", "done", title, detector or ", ".join({c.detector or "" for c in cameras}))


def _goods(layout: StoreLayout) -> Iterator[Step]:
    file = layout.file
    title, does = tr("The broker"), tr("Set up the broker …")
    if file.broker is not None:
        words = f"{file.broker.host}:{file.broker.port}"
        yield Step("broker", "done", title, words, does)
    else:
        words = tr("None yet: scales and readers speak through one.")
        yield Step("broker", "missing" if file.scale else "doubtful", title, words, does)
    bare = [slot.id for slot in file.slot if slot.scale is None]
    title, does = tr("Scales"), tr("Add a scale …")
    if not file.scale:
        yield Step("scale", "missing", title, tr("None yet: what was taken is told by weight."), does)
    elif bare:
        words = tr_n(
            "{n} slot has no scale: only cameras see it.",
            "{n} slots have no scale: only cameras see them.",
            len(bare),
        )
        yield Step("scale", "doubtful", title, words, does)
    else:
        yield Step("scale", "done", title, tr_n("{n} scale", "{n} scales", len(file.scale)), does)
    title, does = tr("Products"), tr("Import products …")
    if layout.catalog:
        products = tr_n("{n} product", "{n} products", len(layout.catalog))
        yield Step("products", "done", title, products, does)
    else:
        words = tr("None yet: a table with number, name, price and weight.")
        yield Step("products", "missing", title, words, does)
    empty = [slot.id for slot in file.slot if not layout.skus_of_slot[slot.id]]
    title = tr("What stands where")
    if not file.slot or not layout.catalog:
        yield Step("planogram", "missing", title, tr("Comes when there are slots and products."))
    elif empty:
        words = tr_n("{n} slot has no product.", "{n} slots have no product.", len(empty))
        state: State = "missing" if len(empty) == len(file.slot) else "doubtful"
        yield Step("planogram", state, title, words, tr("Fill slot {slot} …", slot=empty[0]), empty[0])
    else:
        yield Step("planogram", "done", title, tr("Every slot has a product."))


def _is_guessed(camera: Camera) -> bool:
    """By place and direction, or not even that."""
    found = camera.calibration
    return isinstance(found, OpenCvCalibration) and not found.pairs and found.error_px >= BY_EYE_PX


def _raised(error: Exception) -> None:
    raise error
