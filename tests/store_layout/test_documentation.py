"""The page on store folders tells the truth."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from store_layout.model import Facing, Product, Promotion, StoreFile, StoreLayout
from store_layout.problems import Problem
from store_layout.writer import check_layout

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "store_layout" / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("calibration", EXAMPLES[1:])
def test_its_examples_are_sound(calibration: str) -> None:
    file = msgspec.convert(tomllib.loads(EXAMPLES[0] + calibration), StoreFile)
    nothing: tuple[Problem, ...] = ()
    assert check_layout(StoreLayout(file=file)) == nothing


def test_it_shows_each_kind_of_calibration_and_each_table() -> None:
    kinds = [tomllib.loads(text)["camera"]["calibration"]["kind"] for text in EXAMPLES[1:]]
    assert kinds == ["opencv", "matrix", "points"]
    assert set(tomllib.loads(EXAMPLES[0])) == set(StoreFile.__struct_fields__)


@pytest.mark.parametrize(
    "column", [*Product.__struct_fields__, *Facing.__struct_fields__, *Promotion.__struct_fields__]
)
def test_it_names_each_column(column: str) -> None:
    assert f"`{column}`" in PAGE


def test_its_picture_is_there() -> None:
    (name,) = re.findall(r"!\[[^]]*\]\((.*?)\)", PAGE)
    # The project's own file; no entities.
    root = ElementTree.parse(ROOT / "store_layout" / name).getroot()  # noqa: S314
    assert root.tag.endswith("svg")
