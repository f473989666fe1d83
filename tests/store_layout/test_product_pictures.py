"""Pictures of products in a store folder."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from inference.recording import Recording, RecordingWriter
from store_layout.model import Product, StoreLayout
from store_layout.product_pictures import MOST, product_pictures
from store_layout.reader import check_store, read_store
from store_layout.writer import write_store
from tests.support.stores import small_store

LEMON, ORANGE = (p.sku for p in small_store().catalog[:2])


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / "products" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"picture")


def names(folder: Path, catalog: tuple[Product, ...] = small_store().catalog) -> dict[str, list[str]]:
    return {
        sku: [p.relative_to(folder).as_posix() for p in paths]
        for sku, paths in product_pictures(folder, catalog).items()
    }


def test_pictures_lie_in_a_folder_named_after_the_product(tmp_path: Path) -> None:
    put(tmp_path, f"{ORANGE}/2.PNG", f"{ORANGE}/1.jpg", f"{ORANGE}/notes.txt", f"{LEMON}/a.jpeg", "x.jpg")
    assert names(tmp_path) == {
        LEMON: [f"products/{LEMON}/a.jpeg"],
        ORANGE: [f"products/{ORANGE}/1.jpg", f"products/{ORANGE}/2.PNG"],
    }


def test_a_store_without_pictures_has_none(tmp_path: Path) -> None:
    assert product_pictures(tmp_path, small_store().catalog) == {}
    assert product_pictures(tmp_path / "absent", small_store().catalog) == {}


def test_the_catalogue_s_picture_comes_first_and_counts_once(tmp_path: Path) -> None:
    put(tmp_path, f"{LEMON}/1.jpg", f"{LEMON}/2.jpg")
    (tmp_path / "front.jpg").write_bytes(b"picture")
    catalog = small_store().catalog
    for picture, wanted in (
        ("front.jpg", ["front.jpg", f"products/{LEMON}/1.jpg", f"products/{LEMON}/2.jpg"]),
        (f"products/{LEMON}/2.jpg", [f"products/{LEMON}/2.jpg", f"products/{LEMON}/1.jpg"]),
        ("absent.jpg", [f"products/{LEMON}/1.jpg", f"products/{LEMON}/2.jpg"]),
    ):
        first = msgspec.structs.replace(catalog[0], picture=picture)
        assert names(tmp_path, (first, *catalog[1:]))[LEMON] == wanted


def test_no_more_than_so_many_of_one_product_are_used(tmp_path: Path) -> None:
    put(tmp_path, *(f"{LEMON}/{n:02}.jpg" for n in range(MOST + 3)))
    assert len(product_pictures(tmp_path, small_store().catalog)[LEMON]) == MOST


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_store(small_store(), tmp_path / "store")
    return tmp_path / "store"


def test_pictures_of_no_product_are_a_warning(folder: Path) -> None:
    put(folder, f"{LEMON}/1.jpg", "123/1.jpg")
    (folder / "products" / "empty").mkdir()
    check = check_store(folder)
    assert check.layout is not None
    (problem,) = check.problems
    assert problem.severity == "warning"
    assert "products/123" in str(problem)


def test_a_layout_does_not_depend_on_them(folder: Path) -> None:
    before: StoreLayout = read_store(folder)
    put(folder, f"{LEMON}/1.jpg")
    assert read_store(folder) == before


def test_a_recording_takes_them_along(folder: Path, tmp_path: Path) -> None:
    put(folder, f"{LEMON}/1.jpg", "123/1.jpg")
    layout = read_store(folder)
    with RecordingWriter(tmp_path / "r", layout, started_at=0.0, store_folder=folder):
        pass
    kept = tmp_path / "r" / "store"
    assert names(kept) == {LEMON: [f"products/{LEMON}/1.jpg"]}
    assert not (kept / "products" / "123").exists()
    assert Recording.open(tmp_path / "r").layout == layout
