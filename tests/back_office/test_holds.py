"""Authorised at the entry, captured when the visit has closed, let go when nothing was taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.back_office import Ledger, verify
from console.back_office.hold_rows import latest, of_visits
from console.back_office.holds import note_entry
from console.back_office.payment_provider import Declined, SimulatedProvider
from console.back_office.payment_rows import of_receipt
from console.back_office.payments import Sent, owed, send_due, settle, unpaid
from console.back_office.permissions import Actor
from console.back_office.retention import purge
from console.back_office.reviews import answer, claim, issue_due
from store_layout.model import Retention
from tests.back_office.orders import plain
from tests.back_office.questions import asked, doubtful, took
from tests.back_office.visits import closed, layout

DAY = 86_400.0
SAM = Actor("Sam", "staff", "test")


class Shop:
    """A store with a bank whose clock is the store's."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self.ledger, self.now = ledger, 2000.0
        self.bank = SimulatedProvider(folder / "bank.sqlite", clock=lambda: self.now, hold_s=DAY)

    def enters(self, number: int, token: str, amount: int = 1000) -> bool:
        """Visit N comes in; see ``visits.closed``."""
        return note_entry(self.ledger, token, 1000.0 + number, amount, "EUR")

    def leaves(self, number: int, token: str | None, *lines: tuple[str, int], **changes: object) -> None:
        self.ledger.post_visit(closed(f"v{number}", lines, token=token, **changes), layout())

    def send(self, after: float = 1.0) -> Sent:
        self.now += after
        return send_due(self.ledger, self.bank, self.now)

    def states(self) -> list[str]:
        return [hold.state for hold in latest(self.ledger)]


@pytest.fixture(name="shop")
def _shop(ledger: Ledger, tmp_path: Path) -> Iterator[Shop]:
    made = Shop(ledger, tmp_path)
    yield made
    assert verify(ledger).sound
    # A token is kept for as long as something can be taken by it, or the visit is found by it, and no longer.
    for hold in latest(ledger):
        is_open = hold.state in {"due", "held", "releasing"} or (hold.state == "declined" and not hold.visit)
        assert (hold.token != "") == is_open
    made.bank.close()


def test_held_at_the_entry_and_taken_from_for_less(shop: Shop) -> None:
    assert shop.enters(1, "tok-1")
    assert not shop.enters(1, "tok-1")
    assert shop.send() == Sent()
    assert list(shop.bank.held().values()) == [1000]
    shop.leaves(1, "tok-1", ("cola", 3))
    assert shop.bank.moved("capture") == {}
    assert shop.send() == Sent(done=1)
    assert plain(shop.bank.moved("capture")) == {"capture:R-000001:1": 447}
    assert shop.bank.held() == {}
    assert shop.states() == ["captured"]
    assert owed(shop.ledger, 1) == 0


def test_the_card_is_charged_from_the_hold_and_not_beside_it(shop: Shop) -> None:
    shop.enters(1, "tok-only-held-1")
    shop.send()
    shop.leaves(1, "tok-only-held-1", ("cola", 3))
    assert shop.send() == Sent(done=1)


def test_what_is_above_the_hold_is_charged_anew(shop: Shop) -> None:
    shop.enters(1, "tok-1", 400)
    shop.send()
    shop.leaves(1, "tok-1", ("cola", 3))
    shop.send()
    shop.send()
    assert plain(shop.bank.moved("capture")) == {"capture:R-000001:1": 400, "capture:R-000001:1+2": 47}
    assert owed(shop.ledger, 1) == 0


def test_what_is_above_the_hold_and_declined_is_unpaid(shop: Shop) -> None:
    shop.enters(1, "tok-only-held-1", 400)
    shop.send()
    shop.leaves(1, "tok-only-held-1", ("cola", 3))
    shop.send()
    shop.send()
    assert [(u.receipt, u.owed) for u in unpaid(shop.ledger)] == [(1, 47)]
    assert settle(shop.ledger, SAM, 1, "counter", at=shop.now) == 47
    assert unpaid(shop.ledger) == []


@pytest.mark.parametrize("decision", ["nothing", "staff"])
def test_who_took_nothing_has_it_let_go(shop: Shop, decision: str) -> None:
    shop.enters(1, "tok-1")
    shop.send()
    shop.leaves(1, "tok-1", decision=decision)
    shop.send()
    assert shop.states() == ["released"]
    assert shop.bank.held() == {}
    assert shop.bank.moved("capture") == {}


@pytest.mark.parametrize(("choice", "state", "moved"), [(0, "captured", [149]), (1, "released", [])])
def test_a_review_decides_what_becomes_of_it(shop: Shop, choice: int, state: str, moved: list[int]) -> None:
    shop.enters(1, "tok-1")
    shop.send()
    question = asked("e1", took(1, ("cola", 1)), took(None))
    shop.ledger.post_visit(doubtful("v1", question, token="tok-1"), layout())  # noqa: S106 - no password
    shop.send()
    assert shop.states() == ["held"]
    claim(shop.ledger, SAM, shop.now, "v1")
    answer(shop.ledger, SAM, "v1", {"e1": choice}, shop.now)
    issue_due(shop.ledger, shop.now, "v1")
    shop.send()
    assert shop.states() == [state]
    assert list(shop.bank.moved("capture").values()) == moved


def test_a_group_pays_from_its_one_hold(shop: Shop) -> None:
    shop.enters(1, "tok-1")
    shop.send()
    shop.leaves(1, "tok-1", people=2)
    shop.send()
    assert shop.states() == ["held"]
    shop.leaves(2, "tok-1", ("cola", 1), people=2, entered_at=1002.0)
    shop.send()
    assert shop.states() == ["captured"]
    assert list(shop.bank.moved("capture").values()) == [149]


def test_a_group_that_took_nothing_has_it_let_go(shop: Shop) -> None:
    shop.enters(1, "tok-1")
    shop.send()
    shop.leaves(1, "tok-1", people=2)
    shop.leaves(2, "tok-1", people=2, entered_at=1002.0)
    shop.send()
    assert shop.states() == ["released"]


def test_the_same_card_later_that_day_has_a_hold_of_its_own(shop: Shop) -> None:
    shop.enters(1, "tok-1", 1000)
    shop.enters(500, "tok-1", 2000)
    shop.send()
    shop.leaves(500, "tok-1", ("cola", 10))
    shop.send()
    assert list(shop.bank.held().values()) == [1000]
    shop.leaves(1, "tok-1")
    shop.send()
    assert sorted(shop.states()) == ["captured", "released"]


def test_a_hold_that_ran_out_is_not_taken_from(shop: Shop) -> None:
    shop.enters(1, "tok-1")
    shop.send()
    shop.leaves(1, "tok-1", ("cola", 3))
    assert shop.send(after=2 * DAY) == Sent(done=1)
    assert plain(shop.bank.moved("capture")) == {"capture:R-000001:1": 447}
    assert shop.states() == ["expired"]


def test_a_hold_that_the_provider_ended_before_is_not_taken_from(shop: Shop) -> None:
    shop.enters(1, "tok-1")
    shop.send()
    (hold,) = latest(shop.ledger)
    shop.bank.release("by hand", hold.ref)
    shop.leaves(1, "tok-1", ("cola", 3))
    assert shop.send() == Sent(declined=1)
    assert unpaid(shop.ledger) == []
    assert shop.send() == Sent(done=1)
    assert plain(shop.bank.moved("capture")) == {"capture:R-000001:2": 447}
    assert owed(shop.ledger, 1) == 0


def test_whose_visit_is_never_closed_is_let_go_by_time(shop: Shop) -> None:
    shop.enters(1, "tok-1")
    shop.send()
    shop.send(after=2 * DAY)
    assert shop.states() == ["expired"]


def test_a_declined_hold_does_not_keep_anybody_from_paying(shop: Shop) -> None:
    shop.enters(1, "tok-declines-1")
    shop.send()
    (hold,) = latest(shop.ledger)
    assert (hold.state, hold.said) == ("declined", "the card was declined")
    shop.leaves(1, "tok-declines-1", ("cola", 3))
    assert shop.send() == Sent(declined=1)
    assert [u.owed for u in unpaid(shop.ledger)] == [447]


@pytest.mark.parametrize("card", ["tok-times-out-1", "tok-answers-late-1"])
def test_a_receipt_does_not_wait_for_a_hold_that_is_not_answered(shop: Shop, card: str) -> None:
    shop.enters(1, card)
    shop.send()
    assert shop.states() == ["due"]
    shop.leaves(1, card, ("cola", 3))
    for _ in range(6):
        shop.send(after=5000.0)
    assert plain(shop.bank.moved("capture")) == {"capture:R-000001:1": 447}
    assert shop.states() == ["released"]
    assert shop.bank.held() == {}


def test_nothing_is_held_where_there_is_no_card_or_no_amount(shop: Shop) -> None:
    assert not shop.enters(1, "")
    assert not shop.enters(1, "tok-1", 0)


def test_a_bank_takes_no_more_than_is_held_and_from_no_hold_twice(shop: Shop) -> None:
    held = shop.bank.authorise("h", "tok-1", 400, "EUR")
    assert not isinstance(held, Declined)
    more: Callable[[str, int], object] = lambda key, n: shop.bank.capture(key, "tok-1", n, "EUR", held.ref)  # noqa: E731
    assert more("a", 401) == Declined("more than was held")
    assert more("a", 300) == more("a", 300)
    assert more("b", 50) == Declined("the hold is not there any more")
    assert shop.bank.capture("a", "tok-1", 200, "EUR") == Declined("this key was another order")
    assert shop.bank.moved("capture") == {"a": 300}


def test_orders_say_which_hold_they_are_within(shop: Shop) -> None:
    shop.enters(1, "tok-1", 400)
    shop.send()
    shop.leaves(1, "tok-1", ("cola", 3))
    shop.send()
    assert plain({t.key: t.amount for t in of_receipt(shop.ledger, 1)}) == {
        "capture:R-000001:1": 400,
        "capture:R-000001:1+2": 47,
    }


def test_a_visit_finds_its_hold_with_the_cards_last_digits(shop: Shop) -> None:
    shop.enters(1, "tok-1234")
    shop.enters(2, "tok-declines")
    shop.send()
    shop.leaves(1, "tok-1234", ("cola", 1))
    shop.leaves(2, "tok-declines", ("cola", 1))
    shop.send()
    taken, refused = of_visits(shop.ledger, ["v1"]), of_visits(shop.ledger, ["v9", "v2"])
    assert taken is not None
    assert refused is not None
    assert (taken.state, taken.last_four, taken.amount) == ("captured", "1234", 1000)
    assert (refused.state, refused.said, refused.token) == ("declined", "the card was declined", "")
    assert of_visits(shop.ledger, ["v3"]) is None


def test_who_was_declined_at_the_entry_and_never_left_is_forgotten(shop: Shop) -> None:
    shop.enters(1, "tok-declines")
    shop.send()
    assert [hold.token for hold in latest(shop.ledger)] == ["tok-declines"]
    shop.send(DAY + 60.0)
    assert [hold.token for hold in latest(shop.ledger)] == [""]
    shop.ledger.database.execute("UPDATE payment_hold SET visit = 'never'")


PLANTED = {
    "more than was held": ("UPDATE payment_hold SET amount = 100", "more was taken than was kept back"),
    "of no order": ("UPDATE payment_hold SET capture = 'gone'", "order that takes from it is not there"),
    "still open": ("UPDATE payment_hold SET state = 'held', capture = ''", "its visit has ended"),
    "not linked": (
        "UPDATE payment_hold SET state = 'held', capture = '', visit = '', token = 'tok-1'",
        "visit K1-204 has ended",
    ),
    "a token too many": ("UPDATE payment_hold SET token = 'tok-1'", "has the card's token"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_hold_that_does_not_fit_is_found(shop: Shop, name: str) -> None:
    shop.enters(1, "tok-1")
    shop.send()
    shop.leaves(1, "tok-1", ("cola", 1))
    shop.send()
    sql, what = PLANTED[name]
    with shop.ledger.writing("a change"):
        shop.ledger.database.execute("SAVEPOINT before")
        shop.ledger.database.execute(sql)
        findings = verify(shop.ledger).findings
        shop.ledger.database.execute("ROLLBACK TO before")
    assert any(what in finding.what for finding in findings), findings


def test_holds_go_with_their_visits(shop: Shop) -> None:
    for n in (1, 2):
        shop.enters(n, f"tok-{n}")
        shop.send()
        shop.leaves(n, f"tok-{n}", ("cola", 1))
        shop.send()
    shop.enters(3, "tok-3")  # nobody was seen to come in
    shop.send()
    shop.send(2 * DAY)
    periods = Retention(visits_days=90)
    now = 2000.0 + 91 * DAY
    planned = purge(shop.ledger, periods, None, now=now, dry_run=True).rows
    gone = purge(shop.ledger, periods, None, now=now).rows
    assert (planned.visits, planned.holds) == (gone.visits, gone.holds) == (2, 3)
    assert latest(shop.ledger) == []
