from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import msgspec
import pytest

from console.back_office import Ledger, verify
from console.back_office.chain import canonical
from console.back_office.operators import retire
from console.back_office.permissions import Actor, NotAllowedError
from console.back_office.receipts import UnknownProductError
from console.back_office.review_answers import NOTHING, AnswerError, units_after
from console.back_office.review_rows import openness
from console.back_office.reviews import (
    LEASE_S,
    UNDO_S,
    ReviewError,
    answer,
    card,
    claim,
    effect,
    issue_due,
    queue,
    skip,
    undo,
    unsure,
)
from inference.messages.results import Felt, Question
from tests.back_office.people import crew
from tests.back_office.questions import asked, doubtful, took
from tests.back_office.test_verify import plant
from tests.back_office.visits import closed, layout

NOW = 2000.0
COLA_OR_GUM = asked("e1", took(1, ("cola", 1)), took(1, ("gum", 1)), took(None))


@pytest.fixture(name="people")
def _people(ledger: Ledger) -> dict[str, Actor]:
    return crew(ledger, "Noor", "Sam", "Tess", "Kim")


def post(ledger: Ledger, *visits: object) -> None:
    for visit in visits:
        ledger.post_visit(visit, layout())  # type: ignore[arg-type]  # made by the helpers


# -- what an answer makes of the lines ---------------------------------------------------------------


def test_an_answer_takes_out_what_was_counted_and_puts_in_what_was_chosen() -> None:
    visit = doubtful("v1", COLA_OR_GUM)
    assert units_after(visit, {"e1": COLA_OR_GUM.alternatives[0]}) == {"cola": 1}
    assert units_after(visit, {"e1": COLA_OR_GUM.alternatives[1]}) == {"gum": 1}
    assert units_after(visit, {"e1": NOTHING}) == {}
    assert units_after(visit, {"e1": took(2, ("cola", 1))}) == {}


def test_a_put_back_and_its_take_are_counted_together() -> None:
    take = asked("e1", took(1, ("cola", 2)), took(2, ("cola", 2)))
    back = asked("e2", took(1, ("cola", -1)), took(2, ("cola", -1)))
    visit = doubtful("v1", take, back)
    assert [line.quantity for line in visit.lines] == [1]
    first, other = take.alternatives[0], back.alternatives[1]
    assert units_after(visit, {"e1": first, "e2": back.alternatives[0]}) == {"cola": 1}
    assert units_after(visit, {"e1": first, "e2": other}) == {"cola": 2}
    with pytest.raises(AnswerError, match="less than nothing of cola"):
        units_after(visit, {"e1": take.alternatives[1], "e2": back.alternatives[0]})
    with pytest.raises(AnswerError, match="question 2 of K1-204 has no answer"):
        units_after(visit, {"e1": first})


def test_who_of_a_group_took_it_makes_no_difference() -> None:
    who = asked("e1", took(1, ("cola", 1)), took(2, ("cola", 1)))
    visit = doubtful("v1", who)
    assert units_after(visit, {"e1": who.alternatives[1]}, payers=(1, 2)) == {"cola": 1}


# -- the queue ---------------------------------------------------------------------------------------


def test_the_queue_is_ordered_by_money_doubt_and_waiting(ledger: Ledger) -> None:
    def visit(name: str, at_stake: int, probability: float, closed_at: float) -> object:
        question = asked(f"e{name}", took(int(name[1:]), ("cola", 1)), took(None), at_stake=at_stake)
        return doubtful(name, question, probability=probability, closed_at=closed_at)

    post(
        ledger,
        visit("v1", 100, 0.9, 1900.0),
        visit("v2", 100, 0.4, 1900.0),
        visit("v3", 500, 0.9, 1900.0),
        visit("v4", 100, 0.9, 0.0),
    )
    assert [row.visit for row in queue(ledger, NOW)] == ["v3", "v4", "v2", "v1"]


def test_a_card_has_one_reviewer_at_a_time(ledger: Ledger, people: dict[str, Actor]) -> None:
    post(ledger, doubtful("v1", COLA_OR_GUM))
    first = claim(ledger, people["Sam"], NOW)
    assert first is not None
    assert claim(ledger, people["Sam"], NOW + 1) == first
    assert claim(ledger, people["Tess"], NOW + 1) is None
    for act in (claim(ledger, people["Tess"], NOW + LEASE_S), card(ledger, "v1")):
        assert act is not None
        assert act.row.claimed_by == "Tess"
    with pytest.raises(ReviewError, match="K1-204 is with Tess"):
        answer(ledger, people["Sam"], "v1", {"e1": 0}, NOW + LEASE_S + 1)
    with pytest.raises(ReviewError, match="is with Tess"):
        claim(ledger, people["Sam"], NOW + LEASE_S + 1, "v1")
    with pytest.raises(NotAllowedError):
        claim(ledger, people["Kim"], NOW)


def test_two_threads_never_claim_one_card(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        people = crew(ledger, "Sam", "Tess", "Noor")
        post(
            ledger,
            *(doubtful(f"v{n}", asked(f"e{n}", took(n, ("cola", 1)), took(None))) for n in range(1, 9)),
        )
    got: dict[str, list[str]] = {}

    def work(actor: Actor) -> None:
        with Ledger.open(path) as mine:
            while (found := claim(mine, actor, NOW)) is not None:
                got.setdefault(found.row.visit, []).append(actor.name)
                answer(mine, actor, found.row.visit, {found.visit.questions[0].event: 0}, NOW)

    threads = [threading.Thread(target=work, args=(people[name],)) for name in ("Sam", "Tess", "Noor")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert all(len(names) == 1 for names in got.values())
    with Ledger.open(path) as ledger:
        assert len(issue_due(ledger, NOW + UNDO_S)) == 8
        assert sorted(d.number for d in ledger.documents()) == list(range(1, 9))
        assert verify(ledger).sound


def test_an_answer_decides_the_lines_and_issues_the_receipt(ledger: Ledger, people: dict[str, Actor]) -> None:
    post(ledger, doubtful("v1", COLA_OR_GUM))
    sam = people["Sam"]
    shown = claim(ledger, sam, NOW)
    assert shown is not None
    assert [effect(ledger, shown, units) for units in ({"cola": 1}, {"gum": 1}, {})] == [149, 99, 0]
    answer(ledger, sam, "v1", {"e1": 1}, NOW + 10, note="seen on the clip")
    answer(ledger, sam, "v1", {"e1": 1}, NOW + 11, note="seen on the clip")
    assert issue_due(ledger, NOW + 12) == []
    assert ledger.document_of("v1") is None
    assert issue_due(ledger, NOW + 10 + UNDO_S) == ["v1"]
    assert issue_due(ledger, NOW + 1000) == []
    document = ledger.document_of("v1")
    assert document is not None
    assert [(x.sku, x.quantity) for x in document.receipt.lines] == [("gum", 1)]
    assert (document.receipt.decided_by, document.receipt.issued_at) == ("Sam", NOW + 10)
    assert [row.state for row in ledger.visits()] == ["receipt"]
    with pytest.raises(ReviewError, match="was answered by Sam"):
        answer(ledger, people["Tess"], "v1", {"e1": 1}, NOW + 100)
    with pytest.raises(ReviewError, match="corrected by a dispute"):
        undo(ledger, sam, "v1", NOW + 100)
    assert verify(ledger).sound


def test_undo_until_issued(ledger: Ledger, people: dict[str, Actor]) -> None:
    post(ledger, doubtful("v1", COLA_OR_GUM))
    sam = people["Sam"]
    claim(ledger, sam, NOW)
    answer(ledger, sam, "v1", {"e1": 1}, NOW)
    with pytest.raises(ReviewError, match="only they can undo"):
        undo(ledger, people["Tess"], "v1", NOW + 1)
    assert undo(ledger, sam, "v1", NOW + 1).held_by(NOW + 2) == "Sam"
    answer(ledger, sam, "v1", {"e1": None}, NOW + 2)
    issue_due(ledger, NOW + 2, "v1")
    assert ledger.document_of("v1") is None
    assert [row.state for row in ledger.visits()] == ["nothing"]
    assert verify(ledger).sound


def test_unsure_goes_to_a_second_person_and_then_to_a_manager(
    ledger: Ledger, people: dict[str, Actor]
) -> None:
    post(ledger, doubtful("v1", COLA_OR_GUM))
    sam, tess, mara = people["Sam"], people["Tess"], people["Mara"]
    claim(ledger, sam, NOW)
    assert unsure(ledger, sam, "v1", NOW + 5, why="hidden").state == "second"
    assert claim(ledger, sam, NOW + 6) is None
    with pytest.raises(ReviewError, match="Sam was not sure"):
        claim(ledger, sam, NOW + 6, "v1")
    claim(ledger, tess, NOW + 6)
    assert unsure(ledger, tess, "v1", NOW + 8).state == "manager"
    assert queue(ledger, NOW, people["Noor"]) != []
    claim(ledger, mara, NOW + 9)
    with pytest.raises(ReviewError, match="a manager decides"):
        unsure(ledger, mara, "v1", NOW + 9)
    answer(ledger, mara, "v1", {}, NOW + 10, lines={"milk": 2})
    issue_due(ledger, NOW + 10, "v1")
    document = ledger.document_of("v1")
    assert document is not None
    assert document.receipt.total == 238
    found = openness(ledger)
    assert (found.reviewed, found.unsure, found.changed, found.seconds) == (1, 2, 1, 5.0 + 2.0 + 1.0)
    assert verify(ledger).sound


def test_what_is_skipped_comes_last_and_to_others_as_before(ledger: Ledger, people: dict[str, Actor]) -> None:
    dear = asked("e1", took(1, ("cola", 1)), took(None), at_stake=900)
    post(ledger, doubtful("v1", dear), doubtful("v2", asked("e2", took(2, ("cola", 1)), took(None))))
    sam = people["Sam"]
    claim(ledger, sam, NOW)
    skip(ledger, sam, "v1", NOW)
    with pytest.raises(ReviewError, match="claim it first"):
        answer(ledger, sam, "v1", {"e1": 0}, NOW)
    assert [row.visit for row in queue(ledger, NOW, sam)] == ["v2", "v1"]
    assert [row.visit for row in queue(ledger, NOW, people["Tess"])] == ["v1", "v2"]


# -- shared events -----------------------------------------------------------------------------------


def test_an_answer_holds_for_every_visit_that_shares_the_event(
    ledger: Ledger, people: dict[str, Actor]
) -> None:
    who = (took(1, ("cola", 1)), took(2, ("cola", 1)), took(None))
    post(
        ledger,
        doubtful("v1", asked("e1", *who)),
        doubtful("v2", asked("e1", who[0], who[1], who[2])),
        doubtful("v3", asked("e1", *who), asked("e3", took(3, ("gum", 1)), took(None), at_stake=40)),
        doubtful("v4", asked("e1", *who), notes=("Scale A was silent.",)),
    )
    claim(ledger, people["Sam"], NOW, "v1")
    answer(ledger, people["Sam"], "v1", {"e1": 1}, NOW)
    assert issue_due(ledger, NOW, "v1") == ["v1"]
    assert ledger.document_of("v1") is None
    assert issue_due(ledger, NOW + UNDO_S) == ["v2"]
    document = ledger.document_of("v2")
    assert document is not None
    assert [(x.sku, x.quantity) for x in document.receipt.lines] == [("cola", 1)]
    assert {row.visit: row.at_stake for row in queue(ledger, NOW)} == {"v3": 40, "v4": 0}
    claim(ledger, people["Tess"], NOW, "v3")
    with pytest.raises(AnswerError, match=r"settled .* otherwise"):
        answer(ledger, people["Tess"], "v3", {"e1": 0, "e3": 0}, NOW)
    answer(ledger, people["Tess"], "v3", {"e3": 0}, NOW)
    issue_due(ledger, NOW, "v3")
    found = openness(ledger)
    assert (found.visits, found.reviewed, found.followed, found.waiting) == (4, 2, 1, 1)
    assert found.per_1000_visits == 500.0
    assert verify(ledger).sound


def test_what_follows_from_an_answer_but_has_no_price_is_left_to_a_person(
    ledger: Ledger, people: dict[str, Actor]
) -> None:
    who = (took(1, ("cola", 1)), took(2, ("mystery", 1)), took(None))
    post(ledger, doubtful("v1", asked("e1", *who)), doubtful("v2", asked("e1", *who)))
    claim(ledger, people["Sam"], NOW, "v1")
    answer(ledger, people["Sam"], "v1", {"e1": 1}, NOW)
    assert issue_due(ledger, NOW + UNDO_S) == ["v1"]
    assert issue_due(ledger, NOW + 1000) == []
    assert [row.visit for row in queue(ledger, NOW)] == ["v2"]


def test_a_group_waits_for_its_review(ledger: Ledger, people: dict[str, Actor]) -> None:
    group = {"token": "card-1", "people": 2, "entered_at": 1000.0}
    post(ledger, doubtful("v1", COLA_OR_GUM, **group), closed("v2", (("milk", 1),), **group))
    ledger.settle_groups()
    assert ledger.documents() == []
    claim(ledger, people["Sam"], NOW)
    answer(ledger, people["Sam"], "v1", {"e1": 0}, NOW)
    issue_due(ledger, NOW, "v1")
    (document,) = ledger.documents()
    assert [(x.sku, x.quantity) for x in document.receipt.lines] == [("cola", 1), ("milk", 1)]
    assert document.receipt.visits == ("v1", "v2")
    assert verify(ledger).sound


# -- prices and errors -------------------------------------------------------------------------------


def test_an_answer_is_priced_by_the_list_of_the_visits_time(ledger: Ledger, people: dict[str, Actor]) -> None:
    post(ledger, doubtful("v1", COLA_OR_GUM))
    dearer = layout(included=False)
    ledger.post_visit(closed("v2"), dearer)
    claim(ledger, people["Sam"], NOW)
    with pytest.raises(UnknownProductError, match="mystery"):
        answer(ledger, people["Sam"], "v1", {}, NOW, lines={"mystery": 1})
    with pytest.raises(NotAllowedError, match="only a manager"):
        answer(ledger, people["Sam"], "v1", {"e1": 0}, NOW, layout=dearer)
    with pytest.raises(AnswerError, match="1 or more"):
        answer(ledger, people["Sam"], "v1", {}, NOW, lines={"cola": 0})
    with pytest.raises(AnswerError, match="no alternative 9"):
        answer(ledger, people["Sam"], "v1", {"e1": 8}, NOW)
    with pytest.raises(ReviewError, match="not in review"):
        claim(ledger, people["Sam"], NOW, "v2")
    answer(ledger, people["Sam"], "v1", {"e1": 0}, NOW)
    issue_due(ledger, NOW, "v1")
    document = ledger.document_of("v1")
    assert document is not None
    assert document.receipt.total == 149


def test_an_issued_review_is_immutable_and_a_planted_change_is_found(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        people = crew(ledger, "Sam")
        post(ledger, doubtful("v1", COLA_OR_GUM))
        claim(ledger, people["Sam"], NOW)
        answer(ledger, people["Sam"], "v1", {"e1": 0}, NOW)
        issue_due(ledger, NOW, "v1")
        assert verify(ledger).sound
    conn = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="immutable"):
        conn.execute("UPDATE review SET state = 'open'")
    conn.close()
    plant(path, "UPDATE review SET answer = replace(answer, 'Sam', 'Eve')")
    with Ledger.open(path) as ledger:
        assert [f.what for f in verify(ledger).findings] == ["the table differs from the chain"]


def test_a_question_from_before_its_weight_was_kept_reads_and_is_written_as_it_was() -> None:
    old = b'{"alternatives":[],"at_stake":40,"event":"e1","text":"Cola?"}'
    question = msgspec.json.decode(old, type=Question)
    assert question.felt is None
    assert canonical(question) == old
    felt = msgspec.structs.replace(question, felt=Felt("g1", 12.5, -330.0, 2.0))
    assert msgspec.json.decode(canonical(felt), type=Question) == felt


def test_who_was_unsure_decides_after_all_where_nobody_else_can(ledger: Ledger) -> None:
    people = crew(ledger, "Sam", "Kim")
    mara, sam = people["Mara"], people["Sam"]
    post(ledger, doubtful("v1", COLA_OR_GUM))
    claim(ledger, mara, NOW)
    unsure(ledger, mara, "v1", NOW)
    with pytest.raises(ReviewError, match="Mara was not sure"):
        claim(ledger, mara, NOW, "v1")
    claim(ledger, sam, NOW, "v1")
    assert unsure(ledger, sam, "v1", NOW).state == "manager"  # and Mara is the only one
    with pytest.raises(ReviewError, match="a manager decides"):
        claim(ledger, sam, NOW, "v1")
    assert claim(ledger, mara, NOW) is not None
    answer(ledger, mara, "v1", {}, NOW, lines={})
    post(ledger, doubtful("v2", COLA_OR_GUM))
    claim(ledger, mara, NOW)
    unsure(ledger, mara, "v2", NOW)
    retire(ledger, mara, "Sam", at=NOW)  # a kiosk decides nothing
    assert claim(ledger, mara, NOW, "v2") is not None
