"""What hands hold: from a shop's pictures and a detector's wrists to messages."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
import numpy as np
import pytest

from inference.detection import ModelError, load_detector
from inference.detection.gallery import Gallery, make_gallery, views_of
from inference.detection.hand_reader import MOST_HANDS, HandReader, HandSession, reading_hands
from inference.detection.hands import GREY, SMALLEST_PX, Window, cut_out, hand_windows
from inference.detection.picture import Picture
from inference.detection.product_model import INPUT_PX, ProductModel, load_products
from inference.messages import Detection, Detections, Holding, KeyPoint
from inference.messages.checks import problem_of
from inference.messages.codec import from_json, from_msgpack, to_json, to_msgpack
from tests.detection.product_networks import photo, product_model

RED, GREEN, BLUE = (20, 20, 230), (20, 230, 20), (230, 20, 20)
BOX = (100.0, 40.0, 180.0, 240.0)


def person(
    left: tuple[float, float] | None = None,
    right: tuple[float, float] | None = None,
    score: float = 0.9,
    wrist: float = 0.9,
) -> Detection:
    points = [None if at is None else KeyPoint(*at, wrist) for at in (left, right)]
    return Detection(BOX, score, wrist_left=points[0], wrist_right=points[1])


class People:
    """A detector that finds these."""

    name = "people"

    def __init__(self, *people: Detection) -> None:
        self.people = people

    def session(self) -> People:
        return self

    def detect(self, image: Picture) -> tuple[Detection, ...]:
        return self.people


@pytest.fixture
def model(tmp_path: Path) -> ProductModel:
    return load_products(product_model(tmp_path / "models"))


@pytest.fixture(autouse=True)
def folders(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()


def pictures(folder: Path) -> dict[str, list[Path]]:
    return {
        "red": [photo(folder / "red" / "1.png", RED), photo(folder / "red" / "2.jpg", (60, 60, 250))],
        "green": [photo(folder / "green" / "1.png", GREEN)],
        "blue": [photo(folder / "blue" / "1.png", BLUE)],
    }


def gallery(model: ProductModel, folder: Path, cache: Path | None = None) -> Gallery:
    found = make_gallery(model, pictures(folder), cache)
    assert found is not None
    return found


def grey(width: int = 320, height: int = 280) -> Picture:
    return np.full((height, width, 3), GREY, np.uint8)


# -- the model -------------------------------------------------------------------------------------------


def test_a_model_is_loaded_by_name_and_answers(tmp_path: Path) -> None:
    product_model(tmp_path / "models")
    loaded = load_products("products", [tmp_path / "models"])
    shown = np.stack([np.full((INPUT_PX, INPUT_PX, 3), colour, np.uint8) for colour in (RED, BLUE)])
    vectors, held = loaded.session().embed(shown)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 1.0])
    assert held == pytest.approx([1.0, 1.0])
    assert loaded.session().embed(shown[:0])[0].shape[0] == 0


def test_a_network_that_is_not_the_measured_one_is_refused(tmp_path: Path) -> None:
    path = product_model(tmp_path / "models")
    path.with_suffix(".onnx").write_bytes(b"other")
    with pytest.raises(ModelError, match="SHA-256"):
        load_products(path)


def test_a_manifest_without_temperature_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="temperature"):
        load_products(product_model(tmp_path / "models", temperature=None))


def test_it_is_no_detector_and_a_detector_is_none_of_it(tmp_path: Path) -> None:
    from inference.detection import write_manifest
    from tests.detection.networks import centre_points

    with pytest.raises(ModelError, match="no detector"):
        load_detector(product_model(tmp_path / "models"))
    other = write_manifest(centre_points(tmp_path / "people.onnx"), "centre_points")
    with pytest.raises(ModelError, match="not product_embedding"):
        load_products(other)


# -- hands -----------------------------------------------------------------------------------------------


def test_windows_lie_beyond_the_wrists_away_from_the_body() -> None:
    found = hand_windows(person(left=(175.0, 150.0), right=(105.0, 150.0)), 0.3)
    assert [w.side for w in found] == ["left", "right"]
    assert found[0].x > 175.0
    assert found[1].x < 105.0
    assert all(w.y > 150.0 for w in found)
    assert all(w.size == pytest.approx(0.32 * 200) for w in found)


def test_hands_that_are_not_seen_well_or_too_small_have_none() -> None:
    assert hand_windows(person(left=(150.0, 150.0), wrist=0.2), 0.3) == []
    small = msgspec.structs.replace(person(left=(102.0, 55.0)), box=(100.0, 40.0, 110.0, 80.0))
    assert SMALLEST_PX > 0.32 * 40
    assert hand_windows(small, 0.3) == []


def test_a_person_seen_from_above_is_not_taken_for_a_small_one() -> None:
    flat = msgspec.structs.replace(person(left=(150.0, 100.0)), box=(100.0, 60.0, 220.0, 160.0))
    (found,) = hand_windows(flat, 0.3)
    assert found.size == pytest.approx(0.32 * 1.3 * 120)


def test_what_lies_outside_of_the_picture_is_grey() -> None:
    image = np.full((100, 100, 3), 255, np.uint8)
    windows = [
        Window("left", 0.0, 50.0, 40.0),
        Window("right", 50.0, 50.0, 40.0),
        Window("left", 900.0, 5.0, 40.0),
    ]
    half, whole, none = cut_out(image, windows, INPUT_PX)
    assert (half[:, : INPUT_PX // 2] == GREY).all()
    assert (half[:, INPUT_PX // 2 :] == 255).all()
    assert (whole == 255).all()
    assert (none == GREY).all()


# -- the gallery -----------------------------------------------------------------------------------------


def test_a_product_is_known_by_its_pictures(model: ProductModel, tmp_path: Path) -> None:
    known = gallery(model, tmp_path / "p")
    assert known.skus == ("red", "green", "blue")
    shown = np.stack([np.full((INPUT_PX, INPUT_PX, 3), colour, np.uint8) for colour in (BLUE, RED)])
    shares = known.shares(model.session().embed(shown)[0])
    assert shares.argmax(axis=1).tolist() == [2, 0]
    assert shares.sum(axis=1) == pytest.approx([1.0, 1.0])


def test_what_is_in_none_of_the_pictures_speaks_for_no_product(tmp_path: Path) -> None:
    model = load_products(product_model(tmp_path / "models", unknown=0.95))
    known = gallery(model, tmp_path / "p")
    strange = np.full((1, INPUT_PX, INPUT_PX, 3), 5, np.uint8)  # black: far from all of them
    shares = known.shares(model.session().embed(strange)[0])[0]
    assert shares == pytest.approx([1 / 3] * 3, abs=0.02)


def test_pictures_are_shown_small_on_their_own_ground() -> None:
    picture = np.full((90, 60, 3), 200, np.uint8)
    picture[20:70, 15:45] = RED
    for view, fill in zip(views_of(picture), (0.36, 0.5, 0.7), strict=True):
        assert (view[0, 0] == 200).all()
        assert (view[..., 2].astype(int) - view[..., 0] > 100).any(axis=1).sum() == pytest.approx(
            fill * INPUT_PX * 50 / 90, abs=2
        )


def test_a_file_that_is_no_picture_is_left_out(
    model: ProductModel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    named = pictures(tmp_path / "p")
    named["green"][0].write_bytes(b"not a picture")
    named["blue"][0].unlink()
    with caplog.at_level(logging.WARNING):
        known = make_gallery(model, named)
    assert known is not None
    assert known.skus == ("red",)
    assert [record.getMessage().split(" is left out")[0] for record in caplog.records] == [
        str(named["green"][0]),
        str(named["blue"][0]),
    ]
    caplog.clear()
    assert make_gallery(model, {}) is None


def test_a_gallery_is_found_again_until_a_picture_changes(model: ProductModel, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = gallery(model, tmp_path / "p", cache)
    (kept,) = cache.iterdir()
    asked = np.stack([np.full((INPUT_PX, INPUT_PX, 3), RED, np.uint8)])
    vectors = model.session().embed(asked)[0]
    before = kept.stat().st_mtime_ns
    assert (gallery(model, tmp_path / "p", cache).shares(vectors) == first.shares(vectors)).all()
    assert kept.stat().st_mtime_ns == before
    named = pictures(tmp_path / "p")
    photo(named["red"][0], GREEN)
    make_gallery(model, named, cache)
    assert len(list(cache.iterdir())) == 2
    kept.write_bytes(b"damaged")
    assert (gallery(model, tmp_path / "p", cache).shares(vectors) == first.shares(vectors)).all()


# -- all of it -------------------------------------------------------------------------------------------


def test_hands_are_read(model: ProductModel, tmp_path: Path) -> None:
    image = grey()
    image[130:190, 60:120] = GREEN
    reader = HandReader(
        People(person(left=(170.0, 150.0), right=(105.0, 150.0))), model, gallery(model, tmp_path / "p")
    )
    assert reader.name == "people"
    (found,) = reader.session().detect(image)
    left, right = found.holds
    assert (left.side, left.empty, left.known) == ("left", 1.0, 3)
    assert left.products == ()
    assert right.side == "right"
    assert right.empty < 0.1
    assert right.products[0][0] == "green"
    assert right.products[0][1] > 0.8


def test_only_good_sights_are_looked_at_and_the_nearest_first(model: ProductModel, tmp_path: Path) -> None:
    known = gallery(model, tmp_path / "p")
    people = [person((150.0, 150.0), (120.0, 150.0)) for _ in range(MOST_HANDS)]
    people[-1] = msgspec.structs.replace(people[-1], box=(90.0, 20.0, 190.0, 260.0))
    found = HandSession(People(), model.session(), known).look(grey(), people)
    assert sum(len(item.holds) for item in found) == MOST_HANDS
    assert len(found[-1].holds) == 2
    doubtful = [person((150.0, 150.0), score=0.2), person((150.0, 150.0), wrist=0.2), person()]
    assert HandSession(People(), model.session(), known).look(grey(), doubtful) == tuple(doubtful)


def test_a_store_without_pictures_or_model_keeps_its_detector(tmp_path: Path) -> None:
    people, named = People(), pictures(tmp_path / "p")
    empty = tmp_path / "empty"
    assert reading_hands(people, named, folders=[empty]) is people
    product_model(tmp_path / "models")
    assert reading_hands(people, {}, folders=[tmp_path / "models"]) is people
    assert isinstance(reading_hands(people, named, folders=[tmp_path / "models"]), HandReader)
    with pytest.raises(ModelError, match="no model of this name"):
        reading_hands(people, named, model="mine", folders=[empty])


# -- messages --------------------------------------------------------------------------------------------

SEEN = Detections(
    "west",
    1.0,
    1,
    640,
    360,
    (Detection(BOX, 0.9, holds=(Holding("left", 0.2, (("07", 0.7), ("4", 0.05)), 9),)),),
)


def test_holdings_come_back_from_journal_and_recording() -> None:
    assert from_msgpack(to_msgpack(SEEN), Detections) == SEEN
    assert from_json(to_json(SEEN), Detections) == SEEN
    assert b"holds" not in to_json(Detections("west", 1.0, 1, 640, 360, (Detection(BOX, 0.9),)))


@pytest.mark.parametrize(
    ("holds", "wrong"),
    [
        ((Holding("left", 0.5, (("a", 0.5),), 3), Holding("right", 1.0, (), 3)), None),
        ((Holding("left", 1.2, (), 3),), "probabilities"),
        ((Holding("left", 0.6, (("a", 0.6),), 3),), "probabilities"),
        ((Holding("left", 0.1, (("a", float("nan")),), 3),), "probabilities"),
        ((Holding("left", 0.1, (("a", 0.1), ("b", 0.1)), 1),), "2 products of 1"),
        ((Holding("left", 0.1, (), 0),), "no products were compared"),
        ((Holding("left", 0.1, (), 1), Holding("left", 0.1, (), 1)), "more than one"),
    ],
)
def test_holdings_that_cannot_be_are_refused(holds: tuple[Holding, ...], wrong: str | None) -> None:
    problem = problem_of(Detections("w", 1.0, 1, 640, 360, (Detection(BOX, 0.9, holds=holds),)))
    assert problem is None if wrong is None else problem is not None and wrong in problem
