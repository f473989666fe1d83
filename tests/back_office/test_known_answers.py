from __future__ import annotations

import pytest

from console.back_office import Ledger, verify
from console.back_office.corrections import Change
from console.back_office.disputes import decide, open_dispute
from console.back_office.known_answers import EVERY, answer_known, is_due, pending, score, show_known
from console.back_office.permissions import Actor, NotAllowedError
from console.back_office.review_answers import AnswerError
from console.back_office.reviews import answer, claim, issue_due
from tests.back_office.people import crew
from tests.back_office.questions import asked, doubtful, took
from tests.back_office.visits import layout

NOW = 2000.0


def decided(ledger: Ledger, actor: Actor, n: int, choice: int = 0, at: float = NOW) -> None:
    """A visit that this person has decided and that is issued."""
    question = asked(f"e{n}", took(n, ("cola", 1)), took(n, ("gum", 1)), took(None))
    ledger.post_visit(doubtful(f"v{n}", question), layout())
    claim(ledger, actor, at, f"v{n}")
    answer(ledger, actor, f"v{n}", {f"e{n}": choice}, at)
    issue_due(ledger, at, f"v{n}")


@pytest.fixture(name="people")
def _people(ledger: Ledger) -> dict[str, Actor]:
    return crew(ledger, "Sam", "Tess", "Noor", "Kim")


def test_one_card_in_twenty_is_a_known_one(ledger: Ledger, people: dict[str, Actor]) -> None:
    due = []
    for n in range(1, EVERY + 2):
        due.append(is_due(ledger, "Sam"))
        decided(ledger, people["Sam"], n)
    assert due == [False] * (EVERY - 1) + [True] * 2  # until it was shown


def test_it_looks_like_any_other_and_changes_nothing_but_the_score(
    ledger: Ledger, people: dict[str, Actor]
) -> None:
    decided(ledger, people["Tess"], 1, choice=1)
    decided(ledger, people["Tess"], 2)
    before = ledger.head()
    shown = show_known(ledger, people["Sam"], NOW + 1)
    assert shown is not None
    row, visit = shown
    assert (row.state, row.answer, row.claimed_by, visit.visit) == ("open", None, "Sam", "v1")
    assert show_known(ledger, people["Sam"], NOW + 2) == shown
    answer_known(ledger, people["Sam"], {"e1": 1}, NOW + 5)
    show_known(ledger, people["Sam"], NOW + 6)
    assert pending(ledger, "Sam") == "v2"
    with pytest.raises(AnswerError, match="no alternative 9"):
        answer_known(ledger, people["Sam"], {"e2": 8}, NOW + 8)
    answer_known(ledger, people["Sam"], {"e2": None}, NOW + 8)
    found = score(ledger, "Sam")
    assert (found.shown, found.right, found.seconds) == (2, 1, 4.0 + 2.0)
    assert score(ledger, "Tess").shown == 0
    assert show_known(ledger, people["Sam"], NOW) is None
    answer_known(ledger, people["Sam"], {"e2": 0}, NOW + 9)  # nothing is held
    assert score(ledger, "Sam") == found
    assert ledger.head() == before
    assert verify(ledger).sound


def test_of_those_that_have_settled_the_newest_comes_first_as_its_clips_are_there_longest(
    ledger: Ledger, people: dict[str, Actor]
) -> None:
    day = 86_400.0
    for n, age in ((1, 9.0), (2, 1.5), (3, 3.0), (4, 0.1)):
        decided(ledger, people["Tess"], n, at=NOW + (10.0 - age) * day)
    now, order = NOW + 10.0 * day, []
    while (shown := show_known(ledger, people["Sam"], now)) is not None:
        order.append(shown[1].visit)
        answer_known(ledger, people["Sam"], {f"e{order[-1][1:]}": 0}, now)
    assert order == ["v2", "v3", "v1", "v4"]


def test_ones_own_corrected_and_given_answers_are_not_known_ones(
    ledger: Ledger, people: dict[str, Actor]
) -> None:
    decided(ledger, people["Sam"], 1)
    assert show_known(ledger, people["Sam"], NOW) is None
    decided(ledger, people["Tess"], 2)
    change = (Change(kind="remove", line=1, count=1),)
    dispute = open_dispute(ledger, people["Sam"], 2, change, "not_taken", at=NOW)
    decide(ledger, people["Mara"], dispute.id, "accepted", at=NOW)
    assert show_known(ledger, people["Sam"], NOW) is None
    ledger.post_visit(doubtful("v3"), layout())
    claim(ledger, people["Tess"], NOW, "v3")
    answer(ledger, people["Tess"], "v3", {}, NOW, lines={"milk": 1})
    issue_due(ledger, NOW, "v3")
    assert show_known(ledger, people["Sam"], NOW) is None
    with pytest.raises(NotAllowedError):
        show_known(ledger, people["Kim"], NOW)
