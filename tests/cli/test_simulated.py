"""``main.py run --simulated``: a store of its own for each start, and one shopper who is sent in."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from console.back_office import Ledger, verify
from console.back_office.hold_rows import latest
from console.back_office.payment_provider import BOOKS
from console.cli.app import app
from console.cli.console import forget_last_play, layout_of, make_spec
from console.cli.places import DEMO_STORE
from console.cli.sending import parse_wanted
from console.engine_process.compose import compose
from console.engine_process.spec import EngineSpec, SpecError
from inference.engine.simulated import SimulatedSource
from inference.messages.wire import Wanted
from store_layout.writer import write_store
from tests.cli.conftest import run
from tests.support.stores import small_store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENAISLE_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    write_store(small_store(), tmp_path / "store")
    return tmp_path / "store"


def simulated(store: Path | None) -> EngineSpec:
    return make_spec(store, None, None, None, 1, headless=False, simulated=True)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("4001", (Wanted("4001"),)),
        ("4001:2, A5 ,4002:1", (Wanted("4001", 2), Wanted("A5"), Wanted("4002"))),
        ("", ()),
    ],
)
def test_what_is_wanted_is_read(text: str, wanted: tuple[Wanted, ...]) -> None:
    assert parse_wanted(text) == wanted


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "--send", "4001"), "--send needs --simulated"),
        (("run", "--simulated", "--send", "4001:x"), "where not 1"),
        (("run", "--simulated", "--send", "4001:0"), "where not 1"),
        (("run", "--simulated", "--arrivals", "31"), "--arrivals"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_it_has_a_place_of_its_own_and_begins_anew(store: Path) -> None:
    spec = simulated(store)
    assert spec.ledger_path != make_spec(store, None, None, None, 1, headless=False).ledger_path
    assert layout_of(spec).file.store.id == "small"
    assert simulated(None).store == str(DEMO_STORE)
    journal = spec.state_path / "journal"
    journal.mkdir(parents=True)
    (journal / "000.log").write_bytes(b"of another day")
    spec.ledger_path.write_bytes(b"nobody was charged")
    books = spec.ledger_path.with_name(BOOKS)
    books.write_bytes(b"nor by the bank: its orders would be taken for those of today")
    forget_last_play(spec)
    assert not journal.exists()
    assert not spec.ledger_path.exists()
    assert not books.exists()


def test_a_recording_cannot_be_simulated(store: Path) -> None:
    with pytest.raises(SpecError, match="only a store folder"):
        make_spec(None, store, None, None, 1, headless=False, simulated=True)
    result = CliRunner().invoke(app, ["run", "--simulated", "--recording", str(store)])
    assert result.exit_code == 1
    assert "only a store folder can be simulated" in " ".join(result.output.split())


def test_its_parts_are_a_simulated_source(store: Path) -> None:
    parts = compose(simulated(store), lambda _: None)
    assert isinstance(parts.source, SimulatedSource)
    parts.source.close()


def test_a_detector_needs_pictures_to_look_at(store: Path) -> None:
    spec = msgspec.structs.replace(simulated(store), rendered=False, detector="yolox")
    with pytest.raises(SpecError, match="a detector looks at rendered pictures"):
        compose(spec, lambda _: None)


def test_a_store_in_which_nobody_can_shop_is_named(store: Path) -> None:
    file = small_store().file
    far = msgspec.structs.replace(file.gate[0], kind="entry")
    write_store(
        msgspec.structs.replace(small_store(), file=msgspec.structs.replace(file, gate=(far,))),
        store.parent / "closed",
    )
    with pytest.raises(SpecError, match=r"nobody can shop in .*closed"):
        compose(simulated(store.parent / "closed"), lambda _: None)


def test_a_shopper_who_cannot_be_sent_ends_the_run(store: Path) -> None:
    result = CliRunner().invoke(
        app, ["run", "--simulated", "--no-pictures", "--store", str(store), "--send", "nonsense"]
    )
    assert result.exit_code == 1
    assert "this store has no product and no slot 'nonsense'" in " ".join(result.output.split())


@pytest.mark.slow
def test_one_shopper_is_sent_and_their_receipt_is_right(store: Path, tmp_path: Path) -> None:
    soup = small_store().catalog[5]
    arguments = ("--store", store, "--no-pictures", "--arrivals", "0", "--picture", tmp_path / "p.png")
    printed = run("run", "--simulated", *arguments, "--send", f"{soup.sku}:2")
    assert "Sent in: somebody for 2 Soup tin" in printed
    assert "2 Soup tin: receipt R-000001, €4.58" in printed
    assert "Truly taken: 2 Soup tin. The visit is exactly right." in printed
    with Ledger.open(simulated(store).ledger_path) as ledger:
        assert verify(ledger).sound
        assert len(ledger.documents()) == 1
        (hold,) = latest(ledger)  # their card was shown at the gate
        assert hold.capture.startswith("capture:R-000001:1") or hold.state == "captured"
