"""Making a network ready that came without a manifest: ``main.py model add``."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Literal

from inference.detection.families import FAMILIES
from inference.detection.family import Family, Tensor
from inference.detection.manifest import (
    Manifest,
    ModelError,
    ModelInput,
    Thresholds,
    save_manifest,
)
from inference.detection.session import load_detector, open_network, tensors
from inference.messages.said import said

_TYPES: dict[str, Literal["float32", "uint8"]] = {"tensor(float)": "float32", "tensor(uint8)": "uint8"}


def write_manifest(
    onnx_path: Path,
    family: str,
    *,
    classes: tuple[str, ...] | None = None,
    size: tuple[int, int] | None = None,
    score: float = 0.25,
    decoded: bool = False,
    licence: str = "not stated",
    source: str = "",
) -> Path:
    """Write the manifest of a network beside it, and load it once to see that it runs.

    What the graph itself says (input name, size, layout, type) is read from it. ``size`` (width, height) is
    only needed where the graph leaves it open; ``classes`` where they are not the family's usual ones.
    Returns the manifest's path; raises :class:`ModelError`, and then leaves no manifest behind.
    """
    kind = _family(onnx_path, family)
    try:
        data = onnx_path.read_bytes()
    except OSError as error:
        what = said("the network cannot be read ({strerror})", strerror=error.strerror)
        raise ModelError(onnx_path, what, said("Give the path of an .onnx file.")) from error
    inputs = tensors(open_network(data, onnx_path).get_inputs())
    manifest = Manifest(
        name=onnx_path.stem,
        family=kind.name,
        sha256=hashlib.sha256(data).hexdigest(),
        licence=licence,
        source=source,
        input=_input(onnx_path, inputs, kind, size),
        thresholds=Thresholds(score=score, nms=kind.nms),
        classes=kind.classes if classes is None else classes,
        key_points=kind.key_points,
        decoded=decoded,
    )
    path = onnx_path.with_suffix(".toml")
    before = path.read_bytes() if path.is_file() else None
    save_manifest(manifest, path)
    try:
        load_detector(path)
    except ModelError:
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before)
        raise
    return path


def add_model(
    onnx_path: Path,
    family: str,
    out: Path,
    *,
    classes: tuple[str, ...] | None = None,
    size: tuple[int, int] | None = None,
    score: float = 0.25,
    decoded: bool = False,
    licence: str = "not stated",
    source: str = "",
) -> Path:
    """Copy a network into a folder of models and write its manifest there; see :func:`write_manifest`.

    A network that lies in the folder already only gets its manifest. Returns the manifest's path. Raises
    :class:`ModelError`; then nothing is left in the folder that was not there.
    """
    _family(onnx_path, family)
    if not onnx_path.is_file():
        raise ModelError(onnx_path, said("there is no such file"), said("Give the path of an .onnx file."))
    target = out / onnx_path.with_suffix(".onnx").name
    copied = not target.exists()
    if not copied and not target.samefile(onnx_path):
        raise ModelError(target, said("a model of this name is there already"), said("Rename one of them."))
    try:
        if copied:
            out.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(onnx_path, target)
        return write_manifest(
            target,
            family,
            classes=classes,
            size=size,
            score=score,
            decoded=decoded,
            licence=licence,
            source=source,
        )
    except ModelError as error:
        if not copied:
            raise
        target.unlink()
        raise ModelError(onnx_path, error.what, error.remedy) from error
    except OSError as error:
        raise ModelError(
            out,
            said("cannot be written to ({strerror})", strerror=error.strerror),
            said("Choose another folder."),
        ) from error


def _family(file: Path, name: str) -> Family:
    for known, family in FAMILIES.items():
        if known == name:
            return family
    known_names = ", ".join(FAMILIES)
    raise ModelError(
        file,
        said("no family is called {name}", name=repr(name)),
        said("Known families: {known_names}.", known_names=known_names),
    )


def _input(
    file: Path, inputs: tuple[Tensor, ...], family: Family, size: tuple[int, int] | None
) -> ModelInput:
    if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].type not in _TYPES:
        what = said(
            "its inputs {value} are not one picture", value=[(i.name, i.shape, i.type) for i in inputs]
        )
        raise ModelError(file, what, said("Export it with one input of four dimensions, float32 or uint8."))
    found = inputs[0]
    layout: Literal["nchw", "nhwc"] = family.layout
    if 3 in (found.shape[1], found.shape[3]):
        layout = "nchw" if found.shape[1] == 3 else "nhwc"
    height, width = found.shape[2:] if layout == "nchw" else found.shape[1:3]
    if size is not None:
        width, height = size
    if width is None or height is None:
        raise ModelError(
            file, said("its graph does not say its input's size"), said("Say it: --size WIDTHxHEIGHT.")
        )
    return ModelInput(name=found.name, width=width, height=height, layout=layout, type=_TYPES[found.type])
