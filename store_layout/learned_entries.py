"""From ``learned.toml`` to :class:`Learned`, with everything that is wrong or does not hold any more."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec

from store_layout.findings import CATALOG, LEARNED, Draft, Finding
from store_layout.learned import Learned
from store_layout.said import said
from store_layout.toml_entries import expectation, not_finite

REMEDY = said("Put a version from the folder 'learned' in its place, or remove learned.toml")
HEAVIEST_G = 1e6


def read_learned(content: bytes) -> tuple[Learned | None, list[Finding]]:
    """The file, or what is wrong with it as a file."""
    try:
        data: dict[str, Any] = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        return None, [Finding(LEARNED, (), said("not TOML: {error}", error=error), REMEDY)]
    wild = [Finding(LEARNED, f.place, f.what, REMEDY) for f in not_finite(data)]
    if wild:
        return None, wild
    try:
        return msgspec.convert(data, Learned), []
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        steps = re.findall(r"\[(\d+)\]|\.?(\w+)", path)
        place = tuple(int(number) if number else name for number, name in steps)
        return None, [Finding(LEARNED, place, expectation(what), REMEDY)]


def check_learned(learned: Learned, draft: Draft) -> Iterator[Finding]:
    """Numbers that cannot be, and entries that hold for nothing in the store as it is now."""
    yield from _once("product", [entry.sku for entry in learned.product])
    yield from _once("scale", [entry.id for entry in learned.scale])
    for n, entry in enumerate(learned.product):
        for field in ("weight_g", "weight_sd_g"):
            value = getattr(entry, field)
            if not 0 < value < HEAVIEST_G:
                yield Finding(
                    LEARNED, ("product", n, field), said("a weight of {value} g", value=value), REMEDY
                )
    for n, scale in enumerate(learned.scale):
        for field in ("noise_sd_g", "change_sd_g"):
            value = getattr(scale, field)
            if value is not None and not 0 < value < HEAVIEST_G:
                yield Finding(LEARNED, ("scale", n, field), said("{value} grams", value=value), REMEDY)
    if learned.trust is not None and not (0 < learned.trust.who < math.inf):
        what = said("an exponent of {who}", who=learned.trust.who)
        yield Finding(LEARNED, ("trust", "who"), what, REMEDY)
    yield from _stale(learned, draft)


def _once(table: str, names: list[str]) -> Iterator[Finding]:
    for n, name in enumerate(names):
        if name in names[:n]:
            yield Finding(LEARNED, (table, n), said("{name} stands there twice", name=repr(name)), REMEDY)


def _stale(learned: Learned, draft: Draft) -> Iterator[Finding]:
    catalog = {product.sku: product for product in draft.catalog.values()}
    again = said("Look at `main.py learning propose` when there are new cases")
    for n, entry in enumerate(learned.product if draft.catalog_read else ()):
        product = catalog.get(entry.sku)
        if product is None:
            what = said(
                "{catalog} has no product {sku} any more, and this entry does nothing",
                catalog=CATALOG,
                sku=repr(entry.sku),
            )
            yield Finding(LEARNED, ("product", n), what, again, "warning")
        elif (product.weight_g, product.weight_sd_g) != (entry.catalog_weight_g, entry.catalog_weight_sd_g):
            what = said(
                "{catalog} has another weight of {sku} since, which holds in this one's place",
                catalog=CATALOG,
                sku=entry.sku,
            )
            yield Finding(LEARNED, ("product", n), what, again, "warning")
    for n, scale in enumerate(learned.scale if draft.toml_read else ()):
        if scale.id not in draft.known("scale"):
            what = said("there is no scale {id} any more, and this entry does nothing", id=repr(scale.id))
            yield Finding(LEARNED, ("scale", n), what, again, "warning")
