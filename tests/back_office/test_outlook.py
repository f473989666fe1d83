"""What is said before a decision is what the decision issues."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.back_office import disputes as desk
from console.back_office.corrections import Change, CorrectionError
from console.back_office.ledger import Ledger
from console.back_office.outlook import outlook
from console.back_office.permissions import Actor
from store_layout.model import Rules
from tests.back_office.people import crew
from tests.back_office.visits import closed, layout

CHANGES = st.lists(
    st.one_of(
        st.builds(Change, kind=st.just("remove"), line=st.integers(1, 3), count=st.integers(1, 3)),
        st.builds(Change, kind=st.just("price"), line=st.integers(1, 3), amount=st.integers(1, 200)),
        st.builds(Change, kind=st.just("add"), sku=st.sampled_from(("cola", "gum")), count=st.integers(1, 2)),
        st.builds(Change, kind=st.just("goodwill"), amount=st.integers(1, 300)),
    ),
    min_size=1,
    max_size=3,
)


@pytest.fixture(scope="module")
def people_and_ledger(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[dict[str, Actor], Ledger]]:
    path: Path = tmp_path_factory.mktemp("outlook") / "ledger.sqlite"
    with Ledger.open(path) as ledger:
        yield crew(ledger, "Noor"), ledger


@settings(max_examples=40, deadline=None)
@given(CHANGES)
def test_the_outlook_is_what_is_issued(
    people_and_ledger: tuple[dict[str, Actor], Ledger], changes: list[Change]
) -> None:
    people, ledger = people_and_ledger
    number = int(ledger.scalar("SELECT count(*) FROM visit")) + 1
    visit = closed(f"v{number}", (("cola", 3), ("milk", 2)))
    document = ledger.post_visit(visit, layout(rules=Rules(refund_limit=300))).document
    assert document is not None
    prices = ledger.prices_of(visit.visit)
    assert prices is not None

    try:
        found = outlook(
            document.receipt, (), changes, prices, label=document.label, opened_at=visit.closed_at + 60
        )
    except CorrectionError:
        with pytest.raises(CorrectionError):
            desk.open_dispute(
                ledger, people["Mara"], document.number, changes, "other", at=visit.closed_at + 60
            )
        return
    opened = desk.open_dispute(
        ledger, people["Mara"], document.number, changes, "other", at=visit.closed_at + 60
    )
    if found.second:
        with pytest.raises(PermissionError, match="a second person"):
            desk.decide(ledger, people["Mara"], opened.id, "accepted", at=visit.closed_at + 70)
    decided = desk.decide(
        ledger,
        people["Mara"],
        opened.id,
        "accepted",
        at=visit.closed_at + 70,
        approver=people["Noor"] if found.second else None,
    )
    issued = [row.correction for row in decided.documents]
    assert [(c.kind, c.lines, c.taxes, c.total) for c in issued] == [
        (d.kind, d.lines, d.taxes, d.total) for d in found.drafts
    ]
    assert desk.standing(ledger, document.number).total == found.stands
    assert [c.approved_by for c in issued] == ["Noor" if found.second else ""] * len(issued)
