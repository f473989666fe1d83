"""Networks at work: one-thread ONNX Runtime sessions, and the detector that makes them.

One thread each, because two sessions on two threads scale almost linearly while one session with two threads
can be several times slower, and no spinning, because waiting must not burn the core that decodes video.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from inference.detection.families import FAMILIES
from inference.detection.family import BadOutputError, Tensor
from inference.detection.manifest import (
    Manifest,
    ModelError,
    onnx_of,
    read_manifest,
    read_network,
    resolve_model,
)
from inference.detection.picture import Picture, place
from inference.messages import Detection
from inference.messages.said import Words, said, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

MODEL_FOLDERS = (Path(__file__).resolve().parents[2] / "assets" / "models",)
"""Where models are looked for by name: in the checkout, or beside the installed packages."""
OWN_MODELS = "models"
"""Folder in a store's folder with models that were fitted to that store."""

_TYPES = {"tensor(float)": "float32", "tensor(uint8)": "uint8"}


def open_network(data: bytes, file: Path) -> Any:
    """An ``onnxruntime.InferenceSession`` on these bytes, one thread, CPU. Raises :class:`ModelError`."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4  # what goes wrong comes as an exception; its log would only repeat it
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's exceptions share no base but this
        why = str(error).split("\n", 1)[0].rstrip(".")
        raise ModelError(
            file, said("not a network that can be run: {why}", why=why), said("Export it again as ONNX.")
        ) from error


def tensors(declared: Any) -> tuple[Tensor, ...]:
    """Inputs or outputs as the graph declares them."""
    return tuple(
        Tensor(d.name, tuple(n if isinstance(n, int) else None for n in d.shape), d.type) for d in declared
    )


class DetectorSession:
    """One network on one thread. Not to be shared between threads."""

    def __init__(self, network: Any, manifest: Manifest, file: Path) -> None:
        self._network = network
        self._manifest = manifest
        self._file = file
        self._decode = FAMILIES[manifest.family].decode
        self._outputs = [o.name for o in network.get_outputs()]

    def detect(self, image: Picture) -> tuple[Detection, ...]:
        """People in a BGR picture uint8 ``[H, W, 3]``, best first, in its pixels.

        Raises :class:`ModelError` when the network fails on this picture or its answer makes no sense, and
        ``ValueError`` for what is not such a picture.
        """
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
            raise ValueError(f"not a BGR picture of uint8: {image.dtype} {image.shape}")
        tensor, placement = place(image, self._manifest.input)
        try:
            answers = self._network.run(self._outputs, {self._manifest.input.name: tensor})
            return self._decode(dict(zip(self._outputs, answers, strict=True)), self._manifest, placement)
        except BadOutputError as error:
            raise ModelError(self._file, words_of(error), said("Export it as its family says.")) from error
        except Exception as error:  # the library's exceptions share no base but this
            raise ModelError(
                self._file, said("failed on a picture: {error}", error=error), said("Try another model.")
            ) from error


class Detector:
    """A model that is ready to run: verified, and found to be what its manifest says."""

    def __init__(self, manifest: Manifest, path: Path, data: bytes) -> None:
        self.manifest = manifest
        self.path = path
        """Of the manifest."""
        self._data = data
        self._own = threading.local()
        self._own.session = self.session()

    @property
    def name(self) -> str:
        """What people call the model."""
        return self.manifest.name

    def with_score(self, score: float) -> Detector:
        """The same model with another threshold: for measuring."""
        thresholds = msgspec.structs.replace(self.manifest.thresholds, score=score)
        return Detector(msgspec.structs.replace(self.manifest, thresholds=thresholds), self.path, self._data)

    def session(self) -> DetectorSession:
        """A session of its own for the calling thread, on the bytes that were verified."""
        file = onnx_of(self.path)
        network = open_network(self._data, file)
        problem = _problem(network, self.manifest)
        if problem is not None:
            raise ModelError(
                file, problem, said("Correct {name}, or export the network again.", name=self.path.name)
            )
        return DetectorSession(network, self.manifest, file)

    def detect(self, image: Picture) -> tuple[Detection, ...]:
        """As :meth:`DetectorSession.detect`, on a session kept for the calling thread."""
        session = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = self.session()
        found: tuple[Detection, ...] = session.detect(image)
        return found


def model_folders(store: Path) -> tuple[Path, ...]:
    """Where the models of the store in this folder are looked for: its own first."""
    return (store / OWN_MODELS, *MODEL_FOLDERS)


def load_detector(manifest: Path | str, folders: Iterable[Path] = MODEL_FOLDERS) -> Detector:
    """Load a model by the path of its ``.toml`` or ``.onnx``, or by its name in one of the folders.

    Raises :class:`ModelError`: no such file or name, bad manifest, wrong hash, not a network, another shape
    than the manifest or the family says.
    """
    path = resolve_model(manifest, folders)
    wanted = read_manifest(path)
    return Detector(wanted, path, read_network(path, wanted))


def _problem(network: Any, manifest: Manifest) -> Words | None:
    """What of the graph does not fit the manifest or the family."""
    if manifest.family not in FAMILIES:
        return said("{family} is no detector of people", family=manifest.family)
    inputs = tensors(network.get_inputs())
    wanted = manifest.input
    if len(inputs) != 1:
        return said("it has {count} inputs, a detector has one", count=len(inputs))
    found = inputs[0]
    if found.name != wanted.name:
        return said(
            "its input is called {name}, the manifest says {wanted}",
            name=repr(found.name),
            wanted=repr(wanted.name),
        )
    if _TYPES.get(found.type) != wanted.type:
        return said("its input is {type}, the manifest says {wanted}", type=found.type, wanted=wanted.type)
    plane = (wanted.height, wanted.width)
    shape = (1, *plane, 3) if wanted.layout == "nhwc" else (1, 3, *plane)
    same = len(found.shape) == 4 and all(f in (None, w) for f, w in zip(found.shape, shape, strict=True))
    if wanted.resize == "fit" and None not in found.shape[1:]:
        return said(
            "its input has the fixed shape {shape}, so it cannot fit each picture (resize)", shape=found.shape
        )
    if not same:
        return said(
            "its input has shape {shape}, the manifest says {wanted}", shape=found.shape, wanted=shape
        )
    return FAMILIES[manifest.family].problem(tensors(network.get_outputs()), manifest)
