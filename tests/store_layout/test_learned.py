"""``learned.toml``: read as it was written, wrong in words, applied whole, taken back to the byte."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store_layout.findings import LEARNED
from store_layout.learned import Learned, LearnedScale, LearnedTrust, LearnedWeight
from store_layout.learned_entries import read_learned
from store_layout.learned_file import (
    FOLDER,
    LearnedError,
    apply_learned,
    learned_text,
    next_number,
    undo_learned,
    versions,
)
from store_layout.reader import check_store, read_store
from store_layout.writer import write_store
from tests.support.stores import small_store

PRODUCT = small_store().catalog[0]
SCALE = small_store().file.scale[0].id
grams = st.floats(0.001, 1e5)


def weight(sku: str = PRODUCT.sku, **changes: float) -> LearnedWeight:
    entry = LearnedWeight(
        sku=sku,
        weight_g=101.5,
        weight_sd_g=0.8,
        catalog_weight_g=PRODUCT.weight_g,
        catalog_weight_sd_g=PRODUCT.weight_sd_g,
        events=12.5,
        low_g=101.0,
        high_g=102.0,
    )
    return msgspec.structs.replace(entry, **changes)


def learned(number: int = 1, follows: int = 0, **changes: object) -> Learned:
    values: dict[str, object] = {"product": (weight(),), **changes}
    return Learned(format=1, number=number, follows=follows, made_at=5.5, who="Mara", **values)  # type: ignore[arg-type]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    write_store(small_store(), tmp_path / "store")
    return tmp_path / "store"


@st.composite
def anything(draw: st.DrawFn) -> Learned:
    trust = draw(st.none() | st.builds(LearnedTrust, who=grams, events=grams, low=grams, high=grams))
    scales = draw(
        st.lists(
            st.builds(
                LearnedScale, id=st.text(), noise_sd_g=st.none() | grams, change_sd_g=st.none() | grams
            ),
            max_size=3,
        )
    )
    why = draw(st.text(st.characters(codec="utf-8")))
    return learned(trust=trust, scale=tuple(scales), why=why)


@settings(deadline=None, max_examples=50)
@given(made=anything())
def test_what_is_written_is_read(made: Learned) -> None:
    assert read_learned(learned_text(made).encode()) == (made, [])


def test_a_store_is_read_and_written_with_what_was_learned(folder: Path, tmp_path: Path) -> None:
    apply_learned(folder, learned())
    layout = read_store(folder)
    assert layout.learned == learned()
    write_store(layout, tmp_path / "copy")
    assert read_store(tmp_path / "copy") == layout


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("format = ", "", "not TOML"),
        ("format = 2", "format", "invalid enum value 2"),
        (learned_text(learned()).replace("weight_g = 101.5", "weight_g = -3.0"), "product[1].weight_g", "-3"),
        (learned_text(learned()).replace("101.5", "nan"), "product[1].weight_g", "nan is not a number"),
        (learned_text(learned()).replace("101.5", '"heavy"'), "product[1].weight_g", "expected `float`"),
        (learned_text(learned(product=(weight(), weight()))), "product[2]", "stands there twice"),
        (
            learned_text(learned(scale=(LearnedScale(id=SCALE, noise_sd_g=0.0),))),
            "scale[1].noise_sd_g",
            "0.0",
        ),
        (
            learned_text(learned(trust=LearnedTrust(who=-1.0, events=3.0, low=0.5, high=2.0))),
            "trust.who",
            "an exponent of -1.0",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_remedy(
    folder: Path, text: str, where: str, what: str
) -> None:
    (folder / LEARNED).write_text(text)
    check = check_store(folder)
    assert check.layout is None
    (problem,) = [p for p in check.problems if p.file == LEARNED]
    assert problem.where == where
    assert what.replace("`", "").lower() in str(problem.what).lower()
    assert "remove learned.toml" in problem.remedy


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (learned(product=(weight("gone"),)), "no product 'gone' any more"),
        (learned(product=(weight(catalog_weight_g=1.0),)), "another weight"),
        (learned(scale=(LearnedScale(id="gone", noise_sd_g=3.0),)), "no scale 'gone' any more"),
    ],
)
def test_entries_that_hold_no_more_are_warned_of(folder: Path, made: Learned, what: str) -> None:
    apply_learned(folder, made)
    check = check_store(folder)
    assert check.layout is not None
    (problem,) = [p for p in check.problems if p.file == LEARNED]
    assert problem.severity == "warning"
    assert what in problem.what


@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_undo_restores_the_bytes_whatever_was_applied(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("store")
    states: list[tuple[int, bytes | None]] = [(0, None)]
    for _ in range(data.draw(st.integers(1, 8))):
        path = folder / LEARNED
        if states[-1][0] and data.draw(st.booleans()):
            gone = undo_learned(folder)
            assert gone.number == states.pop()[0]
        else:
            number = next_number(folder)
            assert number not in [version.number for version in versions(folder)]
            apply_learned(folder, learned(number, states[-1][0], why=data.draw(st.text(max_size=3))))
            states.append((number, path.read_bytes()))
        assert (path.read_bytes() if path.exists() else None) == states[-1][1]


def test_a_file_changed_by_hand_is_not_taken_back(folder: Path) -> None:
    apply_learned(folder, learned())
    (folder / LEARNED).write_text((folder / LEARNED).read_text() + "# mine\n")
    with pytest.raises(LearnedError, match="changed by hand"):
        undo_learned(folder)
    assert (folder / LEARNED).read_text().endswith("# mine\n")


def test_what_is_refused_on_the_way_changes_nothing(folder: Path) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("the log is full")

    before = sorted(p.name for p in folder.iterdir())
    with pytest.raises(RuntimeError):
        apply_learned(folder, learned(), refuse)
    assert sorted(p.name for p in folder.iterdir() if p.name != FOLDER) == before
    assert versions(folder) == ()
    apply_learned(folder, learned())
    kept = (folder / LEARNED).read_bytes()
    with pytest.raises(RuntimeError):
        undo_learned(folder, refuse)
    assert (folder / LEARNED).read_bytes() == kept


def test_a_number_that_was_taken_meanwhile_is_refused(folder: Path) -> None:
    apply_learned(folder, learned())
    with pytest.raises(LearnedError, match="somebody else"):
        apply_learned(folder, learned())


def test_a_version_that_is_gone_is_named(folder: Path) -> None:
    apply_learned(folder, learned())
    apply_learned(folder, learned(2, 1))
    (folder / FOLDER / "000001.toml").unlink()
    with pytest.raises(LearnedError, match="000001"):
        undo_learned(folder)
    (folder / FOLDER / "000003.toml").write_text("format = 1")
    with pytest.raises(LearnedError, match="000003"):
        versions(folder)
