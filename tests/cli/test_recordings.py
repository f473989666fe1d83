from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.back_office import Ledger, verify
from console.cli.app import app
from inference.simulation import Errand, Plan, SimulationSettings, simulate
from store_layout.writer import write_store
from tests.cli.conftest import run
from tests.support.data import shared_data
from tests.support.stores import small_store


def test_two_replays_are_the_same_to_the_byte_and_agree_with_their_ledger(
    simulated: Path, tmp_path: Path
) -> None:
    summary = json.loads(run("replay", simulated, "--out", tmp_path / "a", "--json"))
    run("replay", simulated, "--out", tmp_path / "b", "--speed", "1000")
    for file in ("visits.json", "tracks.csv"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    visits = json.loads((tmp_path / "a" / "visits.json").read_text())["visits"]
    assert len(visits) == summary["visits"] >= 3
    with Ledger.open(tmp_path / "a" / "ledger.sqlite") as ledger:
        assert verify(ledger).sound
        issued = {row.receipt.visit: row.receipt for row in ledger.documents()}
    assert {v["visit"] for v in visits if v["decision"] == "issue"} == set(issued)
    for visit in visits:
        if visit["receipt"] is not None:
            sold = {(x.sku, x.quantity) for x in issued[visit["visit"]].lines}
            assert sold == {(x["sku"], x["quantity"]) for x in visit["lines"]}


def test_everybody_of_a_group_has_the_receipt_that_came_with_the_last_of_them(tmp_path: Path) -> None:
    layout = small_store()
    slots = [slot.id for slot in layout.file.slot]
    plans = tuple(
        Plan(
            person=person,
            arrive_s=arrive,
            errands=(Errand(act="take", slot=slot, wait_s=2.0),),
            group="g",
        )
        for person, arrive, slot in (("a", 1.0, slots[0]), ("b", 2.0, slots[-1]))
    )
    simulate(layout, SimulationSettings(), 11, tmp_path / "recording", plans=plans)
    run("replay", tmp_path / "recording", "--out", tmp_path / "out")
    visits = json.loads((tmp_path / "out" / "visits.json").read_text())["visits"]
    assert [visit["people"] for visit in visits] == [2, 2]
    with Ledger.open(tmp_path / "out" / "ledger.sqlite") as ledger:
        (document,) = ledger.documents()
    assert set(document.receipt.visits) == {visit["visit"] for visit in visits}
    said = {"number": document.label, "total": document.receipt.total}
    assert [visit["receipt"] for visit in visits] == [said, said]


def test_an_autocheckout_case_gives_its_one_receipt(tmp_path: Path) -> None:
    case = shared_data("autocheckout-benchmark-1")
    run("import", "autocheckout", case, "--out", tmp_path / "case")
    run("replay", tmp_path / "case", "--out", tmp_path / "out")
    (visit,) = json.loads((tmp_path / "out" / "visits.json").read_text())["visits"]
    assert visit["decision"] == "issue"
    assert [(x["sku"], x["quantity"]) for x in visit["lines"]] == [("071142008582", 1)]
    assert visit["questions"] == []
    with Ledger.open(tmp_path / "out" / "ledger.sqlite") as ledger:
        (document,) = ledger.documents()
        assert [(x.sku, x.quantity) for x in document.receipt.lines] == [("071142008582", 1)]
        assert ledger.counts() == {"issue": 1}


BAD = {
    "no such recording": (["replay", "nowhere", "--out", "out"], "nowhere"),
    "not a recording": (["replay", "{tmp}", "--out", "out"], "recording.json"),
    "no such model": (["replay", "{pictures}", "--out", "out", "--detector", "none.onnx"], "none"),
    "no truth": (["evaluate", "{pictures}", "--replay", "out"], "truth.json"),
    "an output folder in use": (["simulate", "--out", "{tmp}"], "not empty"),
    "no such case": (["import", "autocheckout", "{tmp}", "--out", "{tmp}/x"], "plate_data.json"),
    "an unknown family": (["model", "add", "{tmp}/file", "--family", "magic"], "yolox"),
    "a size that is none": (["model", "add", "{tmp}/file", "--family", "yolox", "--size", "big"], "416x416"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_an_error_in_words(name: str, tmp_path: Path, picture_recording: Path) -> None:
    (tmp_path / "file").write_text("something")
    args, part = BAD[name]
    args = [a.format(tmp=tmp_path, pictures=picture_recording) for a in args]
    args = [str(tmp_path / "out") if a == "out" else a for a in args]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 1
    assert part in result.output.replace("\n", "")
    assert "Traceback" not in result.output


@pytest.fixture
def picture_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of two pictures, without recorded detections and without truth."""
    import numpy as np

    from inference.messages import Frame
    from inference.recording import RecordingWriter

    layout = small_store()
    folder = tmp_path_factory.mktemp("pictures") / "recording"
    with RecordingWriter(folder, layout, started_at=1000.0, raw_video=True, simulated=True) as writer:
        for seq in range(2):
            image = np.full((64, 96, 3), 40 * seq, np.uint8)
            writer.frame(Frame(layout.file.camera[0].id, seq, 1000.0 + seq / 10, image))
    return folder


def test_a_store_folder_is_checked(tmp_path: Path) -> None:
    write_store(small_store(), tmp_path / "store")
    assert "no problems" in run("store", "check", tmp_path / "store")
    assert json.loads(run("store", "schema"))["$defs"]
    (tmp_path / "store" / "planogram.csv").write_text("slot,sku\nnowhere,nothing\n")
    result = CliRunner().invoke(app, ["store", "check", str(tmp_path / "store"), "--json"])
    assert result.exit_code == 1
    assert any("nowhere" in p["what"] for p in json.loads(result.stdout))
