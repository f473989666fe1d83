"""Visits, groups, reviews and disputes in any order: sums hold, numbers have no gap, nothing is lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from console.back_office import Ledger, verify
from console.back_office.corrections import Change, CorrectionError
from console.back_office.dispute_rows import disputes
from console.back_office.disputes import DisputeError, decide, open_dispute, standing
from console.back_office.hold_rows import latest
from console.back_office.holds import note_entry
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payment_rows import of_receipt
from console.back_office.payment_sending import send_holds
from console.back_office.payments import PaymentError, owed, send_due, settle, try_again, unpaid
from console.back_office.permissions import Actor
from console.back_office.review_answers import AnswerError
from console.back_office.reviews import ReviewError, answer, claim, issue_due, skip, undo, unsure
from inference.messages.results import ClosedVisit
from store_layout.model import Product, Promotion
from tests.back_office.people import crew
from tests.back_office.questions import asked, doubtful, took
from tests.back_office.visits import closed, layout

STORE = layout(
    more=(Product(sku="beer", name="Beer", price=129, weight_g=850, tax_basis_points=1900, deposit=8),),
    promotions=(
        Promotion(id="P", name="3 for 2", kind="n_for_m", sku="cola", take=3, pay=2),
        Promotion(id="T", name="Tenth", kind="percent", basis_points=1000, minimum=500),
    ),
)
HOLD_S = 100_000.0
NAMES = ("Mara", "Noor", "Sam", "Tess")
SKUS = ("cola", "milk", "gum", "beer")
lines = st.lists(
    st.tuples(st.sampled_from(SKUS), st.integers(1, 4)), max_size=3, unique_by=lambda x: x[0]
).map(tuple)
changes = st.lists(
    st.one_of(
        st.builds(Change, kind=st.just("remove"), line=st.integers(1, 4), count=st.integers(1, 3)),
        st.builds(Change, kind=st.just("price"), line=st.integers(1, 4), amount=st.integers(1, 150)),
        st.builds(Change, kind=st.just("goodwill"), amount=st.integers(1, 400)),
        st.builds(Change, kind=st.just("add"), sku=st.sampled_from(SKUS), count=st.integers(1, 2)),
    ),
    min_size=1,
    max_size=3,
).map(tuple)


class BackOffice(RuleBasedStateMachine):
    """What happened is kept beside the ledger and compared with it."""

    posted: Bundle[ClosedVisit] = Bundle("posted")
    reviews: Bundle[str] = Bundle("reviews")
    opened: Bundle[str] = Bundle("opened")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name) / "ledger.sqlite"
        self._ledger = Ledger.open(self._path)
        self._ledger.database.execute("PRAGMA synchronous = OFF")  # nothing is pulled out here
        self._bank = SimulatedProvider(
            Path(self._folder.name) / "bank.sqlite", clock=lambda: self._now, hold_s=HOLD_S
        )
        self._people: dict[str, Actor] = {}
        self._visits = 0
        self._now = 2000.0
        self._totals: dict[int, int] = {}

    def teardown(self) -> None:
        self._ledger.settle_groups()
        issue_due(self._ledger, self._now + 1000.0)
        for _ in range(6):  # refunds wait for captures, and some cards answer late
            self._now += 5000.0
            send_due(self._ledger, self._bank, self._now)
        assert self._bank.held().keys() <= {
            hold.key for hold in latest(self._ledger, 10_000) if not hold.capture
        }
        left_open = {entry.receipt for entry in unpaid(self._ledger)}
        for document in self._ledger.documents(10_000):
            assert document.number in left_open or owed(self._ledger, document.number) == 0
        found = verify(self._ledger)
        assert found.sound, found.findings
        self._ledger.close()
        self._bank.close()
        self._folder.cleanup()

    def _tick(self) -> float:
        self._now += 1.0
        return self._now

    def _post(self, visit: ClosedVisit) -> None:
        self._ledger.post_visit(visit, STORE)

    @initialize()
    def open_the_shop(self) -> None:
        self._people = crew(self._ledger, *NAMES[1:])

    # -- visits --------------------------------------------------------------------------------------

    @rule(
        target=posted,
        lines=lines,
        card=st.sampled_from([None, "1", "declines", "times-out", "answers-late", "only-held"]),
        held=st.booleans(),
    )
    def somebody_leaves(
        self, lines: tuple[tuple[str, int], ...], card: str | None, held: bool
    ) -> ClosedVisit:
        self._visits += 1
        token = None if card is None else f"{card}-{self._visits}"
        visit = closed(f"v{self._visits}", lines, token=token)
        if held:
            self._comes_in(token, visit.entered_at)
        self._post(visit)
        return visit

    def _comes_in(self, token: str | None, at: float) -> None:
        """Their card is shown at the gate; sometimes again, after a crash."""
        assert note_entry(self._ledger, token or "", at, 300, "EUR") == (token is not None)
        assert not note_entry(self._ledger, token or "", at, 300, "EUR")
        send_holds(self._ledger, self._bank, self._tick())

    @rule(target=posted, lines=lines, more=lines)
    def two_leave_on_one_payment(
        self, lines: tuple[tuple[str, int], ...], more: tuple[tuple[str, int], ...]
    ) -> MultipleResults[ClosedVisit]:
        self._visits += 2
        first, second = self._visits - 1, self._visits
        group = {"token": f"card-{first}", "people": 2, "entered_at": 1000.0 + first}
        self._comes_in(f"card-{first}", 1000.0 + first)
        visits = [closed(f"v{first}", lines, **group), closed(f"v{second}", more, **group)]
        for visit in visits:
            self._post(visit)
        return multiple(*visits)

    @rule(target=reviews, sku=st.sampled_from(SKUS), count=st.integers(1, 4), shared=st.booleans())
    def somebody_leaves_in_doubt(self, sku: str, count: int, shared: bool) -> MultipleResults[str]:
        self._visits += 1
        track = self._visits
        alternatives = (took(track, (sku, count)), took(track + 1, (sku, count)), took(None))
        names = [f"v{track}"]
        token = f"card-{track}"
        self._comes_in(token, 1000.0 + track)
        self._post(doubtful(f"v{track}", asked(f"e{track}", *alternatives), token=token))
        if shared:
            self._visits += 1
            other = (alternatives[1], alternatives[0], alternatives[2])
            self._post(doubtful(f"v{track + 1}", asked(f"e{track}", *other)))
            names.append(f"v{track + 1}")
        return multiple(*names)

    @rule(visit=posted)
    def the_engine_is_not_sure_and_posts_again(self, visit: ClosedVisit) -> None:
        assert not self._ledger.post_visit(visit, STORE).new

    # -- reviews -------------------------------------------------------------------------------------

    @rule(visit=reviews, name=st.sampled_from(NAMES), choice=st.sampled_from([0, 1, 2, None]))
    def somebody_answers(self, visit: str, name: str, choice: int | None) -> None:
        event = next(q.event for q in self._closed(visit).questions)
        try:
            claim(self._ledger, self._people[name], self._tick(), visit)
            for _ in range(2):
                answer(self._ledger, self._people[name], visit, {event: choice}, self._now)
        except (ReviewError, AnswerError):
            pass

    @rule(visit=reviews, name=st.sampled_from(NAMES), what=st.sampled_from([skip, unsure, undo]))
    def somebody_lets_go(self, visit: str, name: str, what: object) -> None:
        try:
            if what is not undo:
                claim(self._ledger, self._people[name], self._tick(), visit)
            what(self._ledger, self._people[name], visit, self._tick())  # type: ignore[operator]
        except ReviewError:
            pass

    @rule(seconds=st.sampled_from([1.0, 40.0, 400.0]))
    def time_passes(self, seconds: float) -> None:
        self._now += seconds
        issue_due(self._ledger, self._now)

    # -- disputes ------------------------------------------------------------------------------------

    @rule(target=opened, pick=st.integers(0, 10), changes=changes, key=st.sampled_from(["", "a", "b"]))
    def somebody_complains(self, pick: int, changes: tuple[Change, ...], key: str) -> MultipleResults[str]:
        documents = self._ledger.documents()
        if not documents:
            return multiple()
        receipt = documents[pick % len(documents)]
        try:
            found = open_dispute(
                self._ledger,
                self._people["Sam"],
                receipt.number,
                changes,
                "other",
                at=self._tick(),
                key=f"{key}-{changes}" if key else "",
            )
        except CorrectionError:
            return multiple()
        return multiple(found.id)

    @rule(dispute=opened, verdict=st.sampled_from(["accepted", "accepted", "declined"]), again=st.booleans())
    def a_manager_decides(self, dispute: str, verdict: str, again: bool) -> None:
        before = {row.id: row.state for row in disputes(self._ledger, limit=10_000)}[dispute]
        for _ in range(1 + again):
            try:
                decided = decide(
                    self._ledger,
                    self._people["Mara"],
                    dispute,
                    verdict,  # type: ignore[arg-type]  # one of the two
                    at=self._tick(),
                    approver=self._people["Noor"],
                )
            except (CorrectionError, DisputeError):
                return
            assert decided.new == (before == "open")
            before = decided.dispute.state

    # -- payments ------------------------------------------------------------------------------------

    @rule(wait=st.sampled_from([1.0, 6.0, 5000.0]))
    def orders_are_sent(self, wait: float) -> None:
        self._now += wait
        send_due(self._ledger, self._bank, self._now)

    @rule(
        pick=st.integers(0, 10),
        how=st.sampled_from(["again", "other card", "counter", "cash", "written_off"]),
    )
    def somebody_sees_to_the_unpaid(self, pick: int, how: str) -> None:
        waiting = unpaid(self._ledger)
        if not waiting:
            return
        entry = waiting[pick % len(waiting)]
        try:
            if how == "again":
                try_again(self._ledger, self._people["Mara"], entry.receipt, self._tick())
            elif how == "other card":
                try_again(self._ledger, self._people["Sam"], entry.receipt, self._tick(), token="other-77")  # noqa: S106
            elif how == "written_off":
                settle(
                    self._ledger,
                    self._people["Mara"],
                    entry.receipt,
                    "written_off",
                    at=self._tick(),
                    why="gone",
                )
            else:
                mara, cash = self._people["Mara"], how == "cash"
                settle(self._ledger, mara, entry.receipt, "counter", at=self._tick(), cash=cash)
        except PaymentError:
            return
        assert entry.receipt not in [left.receipt for left in unpaid(self._ledger)]

    @invariant()
    def the_bank_and_the_ledger_agree(self) -> None:
        for kind in ("capture", "refund"):
            moved = self._bank.moved(kind)
            told = {
                task.key: task.amount
                for document in self._ledger.documents(10_000)
                for task in of_receipt(self._ledger, document.number)
                if task.kind == kind and task.state == "done"
            }
            assert told.items() <= moved.items()
            answered_late = moved.items() - told.items()
            due = {
                task.key: task.amount
                for document in self._ledger.documents(10_000)
                for task in of_receipt(self._ledger, document.number)
                if task.state == "due" and task.attempts > 0
            }
            assert answered_late <= due.items()

    @invariant()
    def nobody_is_charged_beyond_what_they_bought_or_given_back_beyond_what_they_paid(self) -> None:
        captured, refunded = self._by_receipt("capture"), self._by_receipt("refund")
        for document in self._ledger.documents(10_000):
            number = document.number
            more = sum(
                row.correction.total
                for row in self._ledger.corrections_of(number)
                if row.correction.kind == "supplement"
            )
            assert captured.get(number, 0) <= document.receipt.total + more
            assert refunded.get(number, 0) <= captured.get(number, 0)

    def _by_receipt(self, kind: str) -> dict[int, int]:
        """What the bank itself has moved."""
        found: dict[int, int] = {}
        moved = self._bank.moved(kind)
        for document in self._ledger.documents(10_000):
            for task in of_receipt(self._ledger, document.number):
                found[task.receipt] = found.get(task.receipt, 0) + moved.get(task.key, 0)
        return found

    # -- what holds ----------------------------------------------------------------------------------

    def _closed(self, visit: str) -> ClosedVisit:
        row = self._ledger.visit(visit)
        assert row is not None
        return row.visit

    @invariant()
    def numbers_have_no_gap(self) -> None:
        for series in ("R", "C", "S"):
            rows = self._ledger.database.execute(
                "SELECT number FROM document WHERE series = ? ORDER BY number", (series,)
            ).fetchall()
            assert [n for (n,) in rows] == list(range(1, len(rows) + 1))

    @invariant()
    def no_visit_is_lost_or_doubled(self) -> None:
        rows = self._ledger.visits(10_000)
        assert len(rows) == self._visits
        receipts = self._ledger.documents(10_000)
        covered = [v for d in receipts for v in d.receipt.visits or (d.receipt.visit,)]
        assert len(covered) == len(set(covered))
        for row in rows:
            if row.visit.decision == "issue":
                assert (row.visit.visit in covered) != row.waits_for_group

    @invariant()
    def money_is_what_the_documents_say(self) -> None:
        for document in self._ledger.documents(10_000):
            number, receipt = document.number, document.receipt
            corrections = [row.correction for row in self._ledger.corrections_of(number)]
            moved = sum(correction.total for correction in corrections)
            stands = standing(self._ledger, number)
            assert stands.total == receipt.total + moved >= 0
            assert min([p.units for p in stands.positions], default=0) >= 0
            assert self._totals.setdefault(number, receipt.total) == receipt.total
            assert sum(t.net + t.tax for t in receipt.taxes) == receipt.total

    @invariant()
    def an_event_is_settled_one_way(self) -> None:
        settled = self._ledger.database.execute("SELECT event, explanation FROM review_answer").fetchall()
        assert len({event for event, _ in settled}) == len(settled)


TestBackOffice = pytest.mark.usefixtures("_cheap_pins")(BackOffice.TestCase)
TestBackOffice.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
