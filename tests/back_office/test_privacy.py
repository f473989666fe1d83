from __future__ import annotations

from pathlib import Path

import pytest

from console.back_office import Ledger, verify
from console.back_office.audit import log
from console.back_office.corrections import Change
from console.back_office.disputes import decide, open_dispute
from console.back_office.evidence_files import EvidenceFiles, attach_file
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payments import send_due
from console.back_office.permissions import Actor, NotAllowedError
from console.back_office.privacy import Erased, PersonalData, PrivacyError, erase, find
from console.back_office.reviews import answer, claim, issue_due
from store_layout.model import Retention
from tests.back_office.people import crew
from tests.back_office.questions import asked, doubtful, took
from tests.back_office.test_retention import bytes_of, make_clip
from tests.back_office.visits import closed, layout

AT = 1_700_000_000.0  # 14 November 2023
ONE_COLA = (Change(kind="remove", line=1, count=1),)
CARD = "tok-of-this-very-person"


@pytest.fixture(name="bank")
def _bank(tmp_path_factory: pytest.TempPathFactory) -> SimulatedProvider:
    """Somewhere else: what the provider knows of a card is not the shop's to erase."""
    return SimulatedProvider(tmp_path_factory.mktemp("bank") / "bank.sqlite")


@pytest.fixture(name="people")
def _people(ledger: Ledger, bank: SimulatedProvider, tmp_path: Path) -> dict[str, Actor]:
    """v1 bought and paid, v2 was decided by a person, v3 took nothing, v4 and v5 paid together."""
    people = crew(ledger, "Sam")
    store = layout()
    ledger.post_visit(closed("v1", token=CARD, closed_at=AT), store)
    question = asked("e2", took(2, ("cola", 1)), took(None))
    ledger.post_visit(doubtful("v2", question, token="tok-2-else", closed_at=AT), store)  # noqa: S106
    ledger.post_visit(closed("v3", (), closed_at=AT), store)
    for name in ("v4", "v5"):
        ledger.post_visit(closed(name, token="tok-4-both", people=2, closed_at=AT), store)  # noqa: S106
    claim(ledger, people["Sam"], AT, "v2")
    answer(ledger, people["Sam"], "v2", {"e2": 0}, AT)
    issue_due(ledger, AT, "v2")
    send_due(ledger, bank, AT)
    for name in ("v1", "v3"):
        make_clip(tmp_path / "engine" / "clips", name, "e", at=AT)
    return people


def look(ledger: Ledger, people: dict[str, Actor], said: str) -> PersonalData:
    return find(ledger, people["Mara"], said, ledger.path.parent / "engine", at=AT, why="asked by letter")


def gone(ledger: Ledger, people: dict[str, Actor], said: str) -> Erased:
    return erase(
        ledger,
        people["Mara"],
        said,
        ledger.path.parent / "engine",
        at=AT,
        why="asked by letter",
        periods=Retention(documents_years=10),
        time_zone="Europe/Berlin",
    )


@pytest.mark.parametrize("said", ["R-000001", "1", "K1-204", " K1-204 "])
def test_a_person_is_found_by_the_receipt(ledger: Ledger, people: dict[str, Actor], said: str) -> None:
    found = look(ledger, people, said)
    assert found.label == "R-000001"
    assert [visit.visit for visit in found.visits] == ["v1"]
    assert found.receipt == ledger.document(1)
    assert [(p.document, p.state, p.last_four != "") for p in found.payments] == [("R-000001", "done", True)]
    assert found.clips == ("v1/e/door.mp4", "v1/e/evidence.json")
    assert CARD not in str(found)
    assert (log(ledger)[0].what, log(ledger)[0].about, log(ledger)[0].why) == (
        "looked up personal data",
        "R-000001",
        "asked by letter",
    )
    assert found.log == ()
    assert look(ledger, people, said).log[0].what == "looked up personal data"


def test_reviews_groups_and_visits_without_a_receipt(ledger: Ledger, people: dict[str, Actor]) -> None:
    (decision,) = look(ledger, people, "K2-204").decisions
    assert (decision.visit, decision.decided_by) == ("v2", "Sam")
    assert [visit.visit for visit in look(ledger, people, "K5-204").visits] == ["v4", "v5"]
    nothing = look(ledger, people, "K3-204")
    assert (nothing.label, nothing.receipt, len(nothing.clips)) == ("v3", None, 2)


@pytest.mark.parametrize(
    ("said", "why", "words"),
    [
        ("R-000099", "x", "no receipt and no visit 'R-000099'"),
        ("K1", "x", "no receipt and no visit 'K1'"),
        ("", "x", "no receipt and no visit"),
        ("R-000001", " ", "Say why"),
    ],
)
def test_who_is_not_found_is_said(
    ledger: Ledger, people: dict[str, Actor], said: str, why: str, words: str
) -> None:
    head = ledger.head()
    with pytest.raises(PrivacyError, match=words):
        find(ledger, people["Mara"], said, None, at=AT, why=why)
    assert ledger.head() == head


def test_a_code_that_two_receipts_have_is_not_guessed(ledger: Ledger, people: dict[str, Actor]) -> None:
    ledger.post_visit(closed("v9", code="K1-204", closed_at=AT), layout())
    with pytest.raises(PrivacyError, match="is on R-000004, R-000001: say the number"):
        look(ledger, people, "K1-204")
    assert look(ledger, people, "R-000004").receipt == ledger.document(4)


def test_erased_is_what_may_go_and_the_rest_is_said(
    ledger: Ledger, people: dict[str, Actor], tmp_path: Path
) -> None:
    before = ledger.documents()
    erased = gone(ledger, people, "R-000001")
    assert (erased.rows.visits, erased.rows.cards, erased.files) == (1, 1, 2)
    assert (erased.remains[0].what, erased.remains[0].until) == ("R-000001", "2034-01-01")
    assert "tax law wants documents for 10 years" in erased.remains[0].why
    assert [left.until for left in erased.remains[1:]] == ["2034-01-01", "2034-01-01", ""]
    assert erased.traces is False
    assert CARD.encode() not in bytes_of(tmp_path)
    assert b"tok-4-both" in bytes_of(tmp_path)
    assert ledger.documents() == before
    assert ledger.visit("v1") is None
    assert [path.name for path in (tmp_path / "engine" / "clips").iterdir()] == ["v3"]
    after = look(ledger, people, "K1-204")
    assert (after.visits, after.clips, after.payments[0].last_four) == ((), (), "")
    assert gone(ledger, people, "1").rows.visits == 0
    assert verify(ledger).sound
    line = next(row for row in log(ledger) if row.what == "erased personal data")
    assert (line.who, line.about, line.why) == ("Mara", "R-000001", "asked by letter")


def test_a_visit_without_a_receipt_is_erased_whole(
    ledger: Ledger, people: dict[str, Actor], tmp_path: Path
) -> None:
    erased = gone(ledger, people, "K3-204")
    assert (erased.label, erased.rows.visits, erased.files) == ("v3", 1, 2)
    assert b"K3-204" not in bytes_of(tmp_path)
    with pytest.raises(PrivacyError, match="no receipt and no visit"):
        gone(ledger, people, "K3-204")
    assert verify(ledger).sound


def test_what_is_disputed_stays_until_it_is_decided(
    ledger: Ledger, people: dict[str, Actor], bank: SimulatedProvider, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"a dented can, and half a face")
    dispute = open_dispute(
        ledger, people["Sam"], 1, ONE_COLA, "damaged", at=AT, message="I am Jo Doe, jo@example.org"
    )
    attach_file(ledger, people["Sam"], dispute.id, photo, at=AT)
    photo.unlink()
    erased = gone(ledger, people, "R-000001")
    assert (erased.rows.visits, erased.rows.cards, erased.files) == (0, 0, 0)
    assert [(left.what, left.why) for left in erased.remains][:2] == [
        ("visit K1-204 with its clips", "its receipt is disputed"),
        (f"dispute {dispute.id} with its message and evidence", "it is open"),
    ]
    assert look(ledger, people, "1").disputes[0].message.startswith("I am Jo Doe")
    decide(ledger, people["Mara"], dispute.id, "accepted", at=AT)
    send_due(ledger, bank, AT)
    erased = gone(ledger, people, "R-000001")
    assert (erased.rows.visits, erased.rows.messages, erased.rows.evidence, erased.files) == (1, 1, 1, 3)
    assert erased.remains[0].what == "R-000001, C-000001"
    for words in (b"Jo Doe", b"jo@example.org", b"half a face"):
        assert words not in bytes_of(tmp_path)
    assert not [path for path in EvidenceFiles.of(ledger).folder.rglob("*") if path.is_file()]
    assert verify(ledger).sound


def test_only_a_manager_may(ledger: Ledger, people: dict[str, Actor]) -> None:
    with pytest.raises(NotAllowedError, match="may not look up personal data"):
        find(ledger, people["Sam"], "1", None, at=AT, why="curious")
    with pytest.raises(NotAllowedError, match="may not erase personal data"):
        gone(ledger, {"Mara": people["Sam"]}, "1")
    assert ledger.visit("v1") is not None
