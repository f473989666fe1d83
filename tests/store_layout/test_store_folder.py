"""Writing and reading give the same store; nothing is left half done."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store_layout.csv_tables import is_shortened
from store_layout.currency import decimals_of
from store_layout.model import (
    Broker,
    Facing,
    Fixture,
    Floor,
    MatrixCalibration,
    PointPair,
    PointsCalibration,
    Product,
    Promotion,
    Retention,
    Rules,
    Slot,
    StoreFile,
    StoreInfo,
    StoreLayout,
)
from store_layout.problems import StoreProblems
from store_layout.reader import check_store, read_store
from store_layout.schema import SCHEMA_FILE, schema_text, store_schema
from store_layout.writer import check_layout, write_store
from tests.support.stores import small_store

names = st.text(st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30).filter(
    lambda text: text == text.strip()
)
ids = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
positive = st.floats(1e-3, 1e5, exclude_min=True)


@st.composite
def catalogs(draw: st.DrawFn) -> tuple[Product, ...]:
    skus = draw(st.lists(names.filter(lambda text: not is_shortened(text)), unique=True, max_size=6))
    return tuple(
        Product(
            sku=sku,
            name=draw(names),
            price=draw(st.integers(0, 10**9)),
            weight_g=draw(positive),
            weight_sd_g=draw(st.floats(0, 1e4)),
            tax_basis_points=draw(st.integers(0, 10_000)),
            category=draw(st.just("") | names),
            age_limit=draw(st.none() | st.integers(0, 99)),
            picture=draw(st.none() | ids),
            deposit=draw(st.integers(0, 10**6)),
            deposit_tax_basis_points=draw(st.none() | st.integers(0, 10_000)),
        )
        for sku in skus
    )


@st.composite
def promotions(draw: st.DrawFn, catalog: tuple[Product, ...]) -> tuple[Promotion, ...]:
    found = []
    for name in draw(st.lists(ids, unique=True, max_size=3)):
        sku = draw(st.none() | st.sampled_from([p.sku for p in catalog])) if catalog else None
        kinds: list[Literal["n_for_m", "percent", "fixed"]] = ["percent", "fixed"]
        kind = draw(st.sampled_from(kinds if sku is None else [*kinds, "n_for_m"]))
        first, last = sorted((draw(st.dates()), draw(st.dates())))
        found.append(
            Promotion(
                id=name,
                name=draw(names),
                kind=kind,
                sku=sku,
                take=3 if kind == "n_for_m" else None,
                pay=draw(st.integers(0, 2)) if kind == "n_for_m" else None,
                basis_points=draw(st.integers(1, 10_000)) if kind == "percent" else None,
                amount=draw(st.integers(1, 10**6)) if kind == "fixed" else None,
                minimum=draw(st.integers(0, 10**6)) if sku is None else 0,
                starts=draw(st.none() | st.just(first)),
                ends=draw(st.none() | st.just(last)),
            )
        )
    return tuple(found)


@st.composite
def layouts(draw: st.DrawFn) -> StoreLayout:
    width, depth = draw(st.floats(4, 200)), draw(st.floats(4, 200))
    fixture = Fixture(
        id=draw(ids),
        name=draw(names),
        kind=draw(st.sampled_from(["gondola", "cooler", "other"])),
        outline=((1.0, 1.0), (3.0, 1.0), (3.0, 2.0), (1.0, 2.0)),
        height=draw(st.floats(1, 3)),
    )
    slots = tuple(
        Slot(
            id=name,
            fixture=fixture.id,
            shelf=n,
            low=(1.0, 1.0, draw(st.floats(0, 0.5))),
            high=(1.5, 1.5, 0.8),
        )
        for n, name in enumerate(draw(st.lists(ids, unique=True, max_size=4)))
    )
    catalog = draw(catalogs())
    pairs = [(s.id, p.sku) for s in slots for p in catalog]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    file = StoreFile(
        format=1,
        store=StoreInfo(
            id=draw(ids),
            name=draw(names),
            currency=draw(st.sampled_from(["EUR", "JPY", "KWD", "USD"])),
            time_zone=draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"])),
            prices_include_tax=draw(st.booleans()),
        ),
        floor=Floor(outline=((0.0, 0.0), (width, 0.0), (width, depth), (-0.0, depth))),
        fixture=(fixture,),
        slot=slots,
        broker=draw(
            st.none() | st.builds(Broker, host=ids, port=st.integers(1, 65535), user=st.none() | ids)
        ),
        rules=draw(
            st.builds(
                Rules,
                wrong_cost_factor=positive,
                review_cost=st.integers(0, 10**6),
                issue_from=st.floats(0.0, 1.0),
            )
        ),
        retention=draw(st.builds(Retention, clips_days=st.integers(1, 90), visits_days=st.integers(7, 365))),
    )
    facings = tuple(
        Facing(
            slot=slot,
            sku=sku,
            facings=draw(st.integers(1, 9)),
            capacity=draw(st.none() | st.integers(1, 99)),
            stock=draw(st.none() | st.integers(0, 99)),
        )
        for slot, sku in chosen
    )
    return StoreLayout(file=file, catalog=catalog, planogram=facings, promotions=draw(promotions(catalog)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(layouts())
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, layout: StoreLayout) -> None:
    folder = tmp_path_factory.mktemp("round") / "store"
    write_store(layout, folder)
    assert read_store(folder) == layout


def everything() -> StoreLayout:
    """The small store with every kind of calibration, a broker and rules."""
    store = small_store()
    first, second, third = store.file.camera
    matrix = msgspec.convert(
        {
            "kind": "matrix",
            "p": [[300.0, 10.0, 0.5, 900.0], [0.25, -20.0, -300.0, 1000.0], [0.0, -1.0, -0.3, 6.0]],
        },
        MatrixCalibration,
    )
    pairs = (
        (0.0, 0.0, 10, 300),
        (6.0, 0.0, 630, 300),
        (5.0, 5.0, 500, 90),
        (1.0, 5.0, 140, 90),
        (3.0, 2.0, 320, 180),
    )
    points = PointsCalibration(
        pairs=tuple(PointPair(floor=(x, y), pixel=(float(u), float(v))) for x, y, u, v in pairs),
        position=(3.0, -1.5, 2.75),
    )
    cameras = (
        msgspec.structs.replace(
            first, url="rtsp://10.0.0.7:554/sub?channel=1", user="viewer", detector="people"
        ),
        msgspec.structs.replace(second, calibration=matrix, url="usb:0", fps=7.5),
        msgspec.structs.replace(third, calibration=points, name='Süd "hinten" \\ 中'),
    )
    file = msgspec.structs.replace(
        store.file,
        camera=cameras,
        broker=Broker(host="localhost", port=8883, tls=True, ca_file="ca.pem", user="till"),
        rules=Rules(review_cost=75, default_detector="people"),
        retention=Retention(visits_days=30, quiet_hour=0),
    )
    return StoreLayout(file=file, catalog=store.catalog, planogram=store.planogram)


def test_every_kind_of_table_comes_back(tmp_path: Path) -> None:
    layout = everything()
    write_store(layout, tmp_path / "store")
    check = check_store(tmp_path / "store")
    assert check.layout == layout
    assert {problem.severity for problem in check.problems} <= {"warning"}


def test_the_toml_is_pleasant_to_read(tmp_path: Path) -> None:
    write_store(everything(), tmp_path / "store")
    text = (tmp_path / "store" / "store.toml").read_text(encoding="utf-8")
    assert "outline = [[0.0, 0.0], [6.0, 0.0], [6.0, 5.0], [0.0, 5.0]]" in text
    assert "    { floor = [0.0, 0.0], pixel = [10.0, 300.0] },\n" in text
    assert "noise_sd_g" not in text  # a default
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize(("currency", "decimals"), [("EUR", 2), ("JPY", 0), ("KWD", 3)])
def test_prices_are_exact_in_every_currency(tmp_path: Path, currency: str, decimals: int) -> None:
    store = small_store()
    info = msgspec.structs.replace(store.file.store, currency=currency)
    catalog = tuple(msgspec.structs.replace(p, price=10**11 + 7 * n) for n, p in enumerate(store.catalog))
    layout = StoreLayout(file=msgspec.structs.replace(store.file, store=info), catalog=catalog)
    write_store(layout, tmp_path / "store")
    assert read_store(tmp_path / "store").catalog == catalog
    row = (tmp_path / "store" / "catalog.csv").read_text(encoding="utf-8").splitlines()[2]
    assert Decimal(row.split(",")[2]) == Decimal(10**11 + 7).scaleb(-decimals)
    assert decimals_of(currency) == decimals


def test_a_layout_that_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    store = small_store()
    wrong = StoreLayout(
        file=store.file, catalog=(msgspec.structs.replace(store.catalog[0], weight_g=-1.0),), planogram=()
    )
    with pytest.raises(StoreProblems, match=r"weight of -1\.0 g") as caught:
        write_store(wrong, tmp_path / "store")
    assert caught.value.problems[0].where == "line 2, column weight_g"
    assert list(tmp_path.iterdir()) == []


def test_nan_is_named_and_not_written(tmp_path: Path) -> None:
    store = small_store()
    floor = Floor(outline=((0.0, 0.0), (6.0, float("nan")), (6.0, 5.0)))
    layout = StoreLayout(file=msgspec.structs.replace(store.file, floor=floor))
    assert check_layout(layout)[0].where == "floor.outline[2][2]"
    with pytest.raises(StoreProblems):
        write_store(layout, tmp_path / "store")


def test_a_disk_that_refuses_leaves_the_old_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "store"
    write_store(small_store(), folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.name == "store.toml":
            raise OSError("disk full")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    layout = everything()
    cheaper = tuple(msgspec.structs.replace(p, price=1) for p in layout.catalog)
    with pytest.raises(OSError, match="disk full"):
        write_store(StoreLayout(file=layout.file, catalog=cheaper, planogram=layout.planogram), folder)
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_new_folder_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def fail_at_third(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:
            raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail_at_third)
    with pytest.raises(OSError, match="disk full"):
        write_store(small_store(), tmp_path / "deep" / "store")
    assert list((tmp_path / "deep").iterdir()) == []


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / "plan.png").write_bytes(b"picture")
    write_store(small_store(), folder)
    names_there = sorted(path.name for path in folder.iterdir())
    assert names_there == ["catalog.csv", "plan.png", "planogram.csv", "store.toml"]


def test_the_schema_is_current() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run: python -m store_layout.schema"


def test_the_schema_knows_every_table() -> None:
    schema = store_schema()
    top = schema["$defs"]["StoreFile"]
    assert set(top["properties"]) == set(StoreFile.__struct_fields__)
    assert top["required"] == ["format", "store", "floor"]
    assert top["additionalProperties"] is False
