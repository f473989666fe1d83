"""A model's manifest: the ``.toml`` beside an ``.onnx`` that says how to feed it and read it.

The manifest pins the network by its SHA-256, so that what was measured is what runs. Anyone's network of a
known family is made ready with :func:`write_manifest`, without code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import msgspec.toml

from inference.messages.said import Said, Words, said

FamilyName = Literal["yolox", "centre_points", "product_embedding"]

Unit = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Size = Annotated[int, msgspec.Meta(ge=8, le=8192)]


class ModelError(Exception):
    """A model cannot be used; says which file, what is wrong with it and what to do."""

    def __init__(self, file: Path | str, what: Words, remedy: Words) -> None:
        super().__init__(said("{file}: {what}. {remedy}", file=file, what=what, remedy=remedy))
        self.file = str(file)
        self.what = what
        self.remedy = remedy


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the TOML file: unknown fields are mistakes."""


class ModelInput(_Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the network wants to be fed."""

    name: str
    width: Size
    height: Size
    layout: Literal["nchw", "nhwc"]
    type: Literal["float32", "uint8"]
    colour: Literal["bgr", "rgb"] = "bgr"
    range: Literal["0-255", "0-1"] = "0-255"
    """Values of the pixels; uint8 is always 0-255."""
    resize: Literal["letterbox", "stretch", "fit"] = "letterbox"
    """``letterbox`` keeps the aspect ratio: picture at the top left, ``fill`` to its right or below. ``fit``
    does too, and gives the input the picture's shape: never larger than the picture, never more pixels than
    ``width`` times ``height``, sides in multiples of 16. For networks that take any size."""
    fill: Annotated[int, msgspec.Meta(ge=0, le=255)] = 114


class Thresholds(_Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the network's answers must reach."""

    score: Unit = 0.25
    nms: Unit | None = None
    """Of two boxes that overlap by more than this IoU the lower one is dropped; absent: none is."""


class Measured(_Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One measurement that the model's users may rely on."""

    data: str
    score: Unit
    precision: Unit | None = None
    recall: Unit | None = None
    note: str = ""


class Manifest(_Table, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    format: Literal[1] = 1
    name: str
    family: FamilyName
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    """Of the ``.onnx`` file beside the manifest."""
    licence: str
    source: str = ""
    input: ModelInput
    thresholds: Thresholds = Thresholds()
    classes: tuple[str, ...] = ("person",)
    """Names of the classes in the network's order; only ``person`` is used."""
    key_points: tuple[str, ...] = ()
    decoded: bool = False
    """yolox: boxes leave the graph in input pixels (``--decode_in_inference``), not as grid offsets."""
    temperature: Annotated[float, msgspec.Meta(gt=0.0)] | None = None
    """product_embedding: what makes cosines probabilities."""
    unknown: float = -1.0
    """product_embedding: cosine at which what is in none of the pictures is as likely."""
    measured: tuple[Measured, ...] = ()


def onnx_of(manifest: Path) -> Path:
    """The network that a manifest is about: the same name, ending in ``.onnx``."""
    return manifest.with_suffix(".onnx")


def read_manifest(path: Path) -> Manifest:
    """Read and validate a manifest. Raises :class:`ModelError` naming the file and the field."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(
            path,
            said("no manifest can be read here ({strerror})", strerror=error.strerror),
            _how_to_add(onnx_of(path)),
        ) from error
    try:
        return msgspec.toml.decode(data, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        what = said("not a model manifest: {error}", error=error)
        raise ModelError(
            path, what, said("Correct this field. Or else: {remedy}", remedy=_how_to_add(onnx_of(path)))
        ) from error


def read_network(manifest: Path, wanted: Manifest) -> bytes:
    """Bytes of the network, checked against the manifest's hash. Raises :class:`ModelError`."""
    file = onnx_of(manifest)
    try:
        data = file.read_bytes()
    except OSError as error:
        what = said("the network cannot be read ({strerror})", strerror=error.strerror)
        raise ModelError(
            file, what, said("Put the .onnx file beside {name}, under the same name.", name=manifest.name)
        ) from error
    found = hashlib.sha256(data).hexdigest()
    if found != wanted.sha256:
        what = said(
            "its SHA-256 is {found}…, the manifest says {sha256}…",
            found=found[:12],
            sha256=wanted.sha256[:12],
        )
        remedy = said(
            "Restore the file that was measured, or if the change is meant: {remedy}",
            remedy=_how_to_add(file),
        )
        raise ModelError(file, what, remedy)
    return data


def save_manifest(manifest: Manifest, path: Path) -> None:
    """Write a manifest as TOML; what has its default value is left out, except the family's settings."""
    fields = {k: v for k, v in msgspec.to_builtins(manifest).items() if v not in ("", [], (), False, None)}
    fields["thresholds"] = {k: v for k, v in fields["thresholds"].items() if v is not None}
    fields["measured"] = [{k: v for k, v in m.items() if v is not None} for m in fields.get("measured", [])]
    if not fields["measured"]:
        del fields["measured"]
    path.write_bytes(msgspec.toml.encode(fields))


def find_models(folders: Iterable[Path]) -> tuple[Path, ...]:
    """All manifests in these folders that have a network beside them, sorted by name.

    A folder that is not there holds none. Nothing is opened: a broken one says so when it is loaded.
    """
    found = (p for folder in folders if folder.is_dir() for p in folder.glob("*.toml"))
    return tuple(sorted((p for p in found if onnx_of(p).is_file()), key=lambda p: (p.stem, str(p))))


def resolve_model(model: Path | str, folders: Iterable[Path]) -> Path:
    """The manifest that is meant by a path to a ``.toml`` or ``.onnx``, or by a model's name.

    Of two models of one name that of the earlier folder is meant. Raises :class:`ModelError` for an ``.onnx``
    without a manifest, and for a name that no folder has.
    """
    path, folders = Path(model), tuple(folders)
    if path.suffix == ".toml":
        return path
    if path.suffix == ".onnx":
        manifest = path.with_suffix(".toml")
        if path.is_file() and not manifest.is_file():
            raise ModelError(path, said("there is no manifest beside it"), _how_to_add(path))
        return manifest
    known = [manifest for folder in folders for manifest in find_models([folder])]
    for manifest in known:
        if manifest.stem == str(model):
            return manifest
    names = ", ".join(sorted({p.stem for p in known})) or "none"
    remedy = said(
        "Models found: {names}. Name one of them, or give the path of a .toml or .onnx file.", names=names
    )
    raise ModelError(str(model), said("no model of this name"), remedy)


def _how_to_add(onnx: Path) -> Said:
    return said("Make a manifest: main.py model add {onnx} --family yolox --out assets/models", onnx=onnx)
