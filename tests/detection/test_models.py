"""From a file on disk to people in a picture, and everything that can be wrong with the file."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from inference.detection import (
    Detector,
    ModelError,
    add_model,
    find_models,
    load_detector,
    model_folders,
    write_manifest,
)
from inference.detection.yolox import COCO
from inference.messages import KeyPoint
from tests.detection import networks
from tests.detection.test_decoders import PERSON


def yolox_file(folder: Path, name: str = "tiny") -> Path:
    """YOLOX of two classes that sees one person wherever it is bright."""
    rows = networks.yolox_rows(64, classes=2)
    rows[PERSON[0]] = PERSON[1]
    return networks.yolox(folder / f"{name}.onnx", rows)


def ready(folder: Path) -> Path:
    """A manifest of that network."""
    return write_manifest(yolox_file(folder), "yolox", classes=("dog", "person"), score=0.3)


def bright(height: int = 64, width: int = 64) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((height, width, 3), 255, np.uint8)


def test_yolox_from_file_to_people(tmp_path: Path) -> None:
    detector = load_detector(ready(tmp_path))
    (found,) = detector.detect(bright())
    assert found.score == pytest.approx(0.72, abs=1e-5)
    assert found.box == pytest.approx((24, -4, 56, 44), abs=1e-3)
    assert detector.detect(np.zeros((64, 64, 3), np.uint8)) == ()
    assert detector.name == "tiny"


def test_a_wide_picture_is_letterboxed_and_its_boxes_scaled_back(tmp_path: Path) -> None:
    # 128 x 64 fills 64 x 32; the rest is 114: the mean brightness is (255 + 114) / 2 of 255.
    (found,) = load_detector(ready(tmp_path)).detect(bright(64, 128))
    assert found.score == pytest.approx(0.72 * (255 + 114) / 510, abs=1e-4)
    assert found.box == pytest.approx((48, -8, 112, 88), abs=1e-3)


def test_centre_points_from_file_to_people(tmp_path: Path) -> None:
    manifest = write_manifest(networks.centre_points(tmp_path / "own.onnx"), "centre_points", score=0.5)
    detector = load_detector(manifest)
    picture = np.zeros((64, 96, 3), np.uint8)
    picture[30, 20] = 255
    picture[40, 70] = 204  # 0.8
    picture[10, 10] = 51  # 0.2: below the threshold
    best, other = detector.detect(picture)
    assert (best.score, best.box) == (1.0, (15, 20, 25, 40))
    assert best.head == KeyPoint(20, 22, 0.75)
    assert best.foot == KeyPoint(20, 40, 0.5)
    assert best.wrist_left == KeyPoint(16, 30, 0.25)
    assert best.wrist_right is None
    assert best.appearance is not None
    assert best.appearance.vector.tolist() == pytest.approx([20 / 1300**0.5, 30 / 1300**0.5])
    assert other.score == pytest.approx(0.8)
    assert other.box == (65, 30, 75, 50)


def test_what_the_graph_says_goes_into_the_manifest(tmp_path: Path) -> None:
    detector = load_detector(ready(tmp_path))
    taken = detector.manifest.input
    assert (taken.name, taken.width, taken.height, taken.layout, taken.type) == (
        "images",
        64,
        64,
        "nchw",
        "float32",
    )
    assert detector.manifest.thresholds.nms == 0.45
    assert len(COCO) == 80


def test_each_thread_has_a_session_of_its_own(tmp_path: Path) -> None:
    detector = load_detector(ready(tmp_path))
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(len(detector.detect(bright())))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1, 1, 1]


# -- by name and by path ---------------------------------------------------------------------------------


def test_models_are_found_by_name_and_by_either_path(tmp_path: Path) -> None:
    manifest = ready(tmp_path)
    (tmp_path / "lonely.toml").write_text("")  # a manifest without a network is not a model
    assert find_models([tmp_path, tmp_path / "absent"]) == (manifest,)
    for wanted in ("tiny", manifest, manifest.with_suffix(".onnx"), str(manifest)):
        assert load_detector(wanted, [tmp_path]).name == "tiny"


def test_a_network_is_added_to_a_folder(tmp_path: Path) -> None:
    rows = networks.yolox_rows(64, classes=80)
    source = networks.yolox(tmp_path / "theirs.onnx", rows)
    manifest = add_model(source, "yolox", tmp_path / "models", licence="Apache-2.0")
    assert manifest == tmp_path / "models" / "theirs.toml"
    assert load_detector(manifest).manifest.licence == "Apache-2.0"
    with pytest.raises(ModelError, match="there already"):
        add_model(source, "yolox", tmp_path / "models")


def test_a_network_that_does_not_fit_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"its output is \[1, 84, 7\]"):
        add_model(yolox_file(tmp_path), "yolox", tmp_path / "models")  # two classes are not COCO's
    assert list((tmp_path / "models").iterdir()) == []


# -- what can be wrong -----------------------------------------------------------------------------------


def edit(manifest: Path, old: str, new: str) -> None:
    text = manifest.read_text()
    assert old in text
    manifest.write_text(text.replace(old, new))


def replace_network(manifest: Path, data: bytes) -> None:
    """Other bytes, with a hash that fits them."""
    network = manifest.with_suffix(".onnx")
    old = hashlib.sha256(network.read_bytes()).hexdigest()
    network.write_bytes(data)
    edit(manifest, old, hashlib.sha256(data).hexdigest())


def two_inputs(manifest: Path) -> None:
    names = ["a", "b"]
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 3, 64, 64]) for n in [*names, "c"]]
    graph = helper.make_graph([helper.make_node("Add", names, ["c"])], "g", values[:2], values[2:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    replace_network(manifest, model.SerializeToString())


def other_size(manifest: Path) -> None:
    replace_network(
        manifest,
        networks.yolox(manifest.with_name("o.onnx"), networks.yolox_rows(96, 2), size=96).read_bytes(),
    )


BROKEN: list[tuple[str, Callable[[Path], object], str, str]] = [
    ("no manifest", lambda m: m.unlink(), "tiny.onnx", "no manifest beside it.*model add"),
    (
        "no network",
        lambda m: m.with_suffix(".onnx").unlink(),
        "tiny.onnx",
        "cannot be read.*beside tiny.toml",
    ),
    ("not TOML", lambda m: m.write_text("family yolox"), "tiny.toml", "not a model manifest"),
    ("not text", lambda m: m.write_bytes(b"\xff\xfe\x00"), "tiny.toml", "not a model manifest"),
    ("unknown field", lambda m: edit(m, "format = 1", "format = 1\nspeed = 3"), "tiny.toml", "speed"),
    ("newer format", lambda m: edit(m, "format = 1", "format = 2"), "tiny.toml", r"format"),
    ("unknown family", lambda m: edit(m, '"yolox"', '"resnet"'), "tiny.toml", r"resnet.*family"),
    ("score above 1", lambda m: edit(m, "score = 0.3", "score = 3.0"), "tiny.toml", r"thresholds.score"),
    ("no person", lambda m: edit(m, '"person"', '"cat"'), "tiny.onnx", "no class .* is called person"),
    ("a class more", lambda m: edit(m, '"dog",', '"dog", "cat",'), "tiny.onnx", r"\[1, 84, 7\].*8"),
    ("wrong hash", lambda m: m.with_suffix(".onnx").write_bytes(b"changed"), "tiny.onnx", "SHA-256.*Restore"),
    ("not a network", lambda m: replace_network(m, b"plain text"), "tiny.onnx", "not a network"),
    (
        "cut off",
        lambda m: replace_network(m, m.with_suffix(".onnx").read_bytes()[:900]),
        "tiny.onnx",
        "not a",
    ),
    ("empty", lambda m: replace_network(m, b""), "tiny.onnx", "not a network"),
    ("other input size", other_size, "tiny.onnx", r"input has shape \(1, 3, 96, 96\)"),
    ("other input name", lambda m: edit(m, '"images"', '"x"'), "tiny.onnx", "called 'images'"),
    ("other input type", lambda m: edit(m, '"float32"', '"uint8"'), "tiny.onnx", r"tensor\(float\).*uint8"),
    ("other layout", lambda m: edit(m, '"nchw"', '"nhwc"'), "tiny.onnx", r"says \(1, 64, 64, 3\)"),
    ("two inputs", two_inputs, "tiny.onnx", "has 2 inputs"),
]


@pytest.mark.parametrize(("damage", "file", "words"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_a_bad_model_says_which_file_and_what_to_do(
    tmp_path: Path, damage: Callable[[Path], object], file: str, words: str
) -> None:
    manifest = ready(tmp_path)
    damage(manifest)
    with pytest.raises(ModelError, match=words) as caught:
        load_detector(manifest if manifest.exists() else manifest.with_suffix(".onnx"))
    assert Path(caught.value.file).name == file
    assert str(caught.value.remedy).endswith((".", "assets/models"))


def test_a_missing_file_and_an_unknown_name(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no manifest can be read"):
        load_detector(tmp_path / "absent.toml")
    with pytest.raises(ModelError, match="no manifest can be read"):
        load_detector(tmp_path / "absent.onnx")
    ready(tmp_path)
    with pytest.raises(ModelError, match="Models found: tiny"):
        load_detector("tony", [tmp_path])
    with pytest.raises(ModelError, match="Known families: yolox, centre_points"):
        write_manifest(tmp_path / "tiny.onnx", "resnet")
    with pytest.raises(ModelError, match="cannot be read"):
        write_manifest(tmp_path / "absent.onnx", "yolox")


def test_a_graph_of_open_size_needs_the_size_said(tmp_path: Path) -> None:
    file = yolox_file(tmp_path)
    model = onnx.load(str(file))
    for axis in (2, 3):
        model.graph.input[0].type.tensor_type.shape.dim[axis].dim_param = "n"
    onnx.save(model, str(file))
    with pytest.raises(ModelError, match="--size"):
        write_manifest(file, "yolox", classes=("dog", "person"))
    manifest = write_manifest(file, "yolox", classes=("dog", "person"), size=(64, 64))
    assert len(load_detector(manifest).detect(bright())) == 1


def test_a_picture_that_is_none_is_refused_and_the_next_one_works(tmp_path: Path) -> None:
    detector: Detector = load_detector(ready(tmp_path))
    for bad in (np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4, 3), np.float32)):
        with pytest.raises(ValueError, match="not a BGR picture"):
            detector.detect(bad.astype(bad.dtype))
    assert len(detector.detect(bright())) == 1


def test_answers_that_make_no_sense_are_a_model_error(tmp_path: Path) -> None:
    rows = networks.yolox_rows(64, classes=2)
    rows[70] = [0, 0, 0, 0, 5.0, 0, 4.0]  # logits instead of probabilities
    manifest = write_manifest(networks.yolox(tmp_path / "raw.onnx", rows), "yolox", classes=("dog", "person"))
    with pytest.raises(ModelError, match=r"raw\.onnx: a score of 20\.00"):
        load_detector(manifest).detect(bright())


def test_a_model_fitted_to_a_store_comes_before_everybodys(tmp_path: Path) -> None:
    store, shared = tmp_path / "store", tmp_path / "shared"
    for folder in (store / "models", shared):
        folder.mkdir(parents=True)
        ready(folder)
    folders = (store / "models", shared)
    assert load_detector("tiny", folders).path == store / "models" / "tiny.toml"
    (store / "models" / "tiny.onnx").unlink()
    assert load_detector("tiny", folders).path == shared / "tiny.toml"
    assert model_folders(store)[0] == store / "models"
    with pytest.raises(ModelError, match="Models found: tiny"):
        load_detector("other", folders)
