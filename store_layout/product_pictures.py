"""Pictures of products in a store folder: ``products/<sku>/*.jpg``, and what the catalogue names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from store_layout.model import Product

FOLDER = "products"
SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
MOST = 12
"""Pictures of one product that are used: the first by name."""


def product_pictures(folder: Path, catalog: Iterable[Product]) -> dict[str, tuple[Path, ...]]:
    """By sku, in the catalogue's order, the pictures of each product that has any.

    They are sorted by name; the one that the catalogue names comes first. Nothing is opened.
    """
    named = _by_folder(folder / FOLDER)
    found: dict[str, tuple[Path, ...]] = {}
    for product in catalog:
        first = [folder / product.picture] if product.picture is not None else []
        pictures = [p for p in first if p.suffix.lower() in SUFFIXES and p.is_file()]
        pictures += [p for p in named.get(product.sku, ()) if p not in pictures]
        if pictures:
            found[product.sku] = tuple(pictures[:MOST])
    return found


def strange_folders(folder: Path, catalog: Iterable[Product]) -> tuple[str, ...]:
    """Names of folders of pictures that are those of no product."""
    known = {product.sku for product in catalog}
    return tuple(
        name for name, pictures in _by_folder(folder / FOLDER).items() if pictures and name not in known
    )


def _by_folder(folder: Path) -> dict[str, list[Path]]:
    """Pictures by the name of the folder they lie in."""
    try:
        inside = sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        return {}
    return {
        path.name: sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
        for path in inside
    }
