"""A visit is found by what somebody still knows of it, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from console.back_office import disputes as desk
from console.back_office import payments
from console.back_office.corrections import Change
from console.back_office.ledger import Ledger
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.visit_search import Shop, Sought, find_visits
from tests.back_office.people import crew
from tests.back_office.visits import closed, layout

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=BERLIN).timestamp()
DAY_S = 86_400.0
SHOP = Shop(BERLIN, "EUR", NOON + 9000)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    shop = layout()
    made = Ledger.open(tmp_path / "ledger.sqlite")
    for number, (at, lines, changes) in enumerate(
        (
            (NOON - 40 * DAY_S, (("milk", 1),), {"token": "card-1111"}),
            (NOON - DAY_S, (("cola", 2),), {"token": "card-4242"}),
            (NOON, (("gum", 1), ("milk", 1)), {"token": "card-declines-1881"}),
            (NOON + 3600, (("cola", 1),), {"decision": "review"}),
            (NOON + 7200, (), {}),
        ),
        start=1,
    ):
        visit = closed(f"v{number}", lines, entered_at=at - 300, left_at=at - 2, closed_at=at, **changes)
        made.post_visit(visit, shop)
    provider = SimulatedProvider(tmp_path / "books.sqlite")
    payments.send_due(made, provider, NOON)
    provider.close()
    yield made
    made.close()


def found(ledger: Ledger, text: str = "", **sought: object) -> list[str]:
    wanted = Sought(text=text, **sought)  # type: ignore[arg-type]  # filters by name
    return [each.row.visit.visit for each in find_visits(ledger, wanted, SHOP)]


@pytest.mark.parametrize(
    ("text", "visits"),
    [
        ("", ["v5", "v4", "v3", "v2", "v1"]),
        ("R-000002", ["v2"]),
        ("2", ["v2"]),
        ("k3-2", ["v3"]),
        ("4242", ["v2"]),
        ("2.98", ["v2"]),
        ("2,98", ["v2"]),
        ("\N{EURO SIGN}2.98", ["v2"]),
        ("12:10", ["v3", "v2"]),
        ("13:05", ["v4"]),
        ("2026-11-20", ["v5", "v4", "v3"]),
        ("19.11.", ["v2"]),
        ("11.10.2026", ["v1"]),
        ("cola", ["v4", "v2"]),
        ("100%", ["v3"]),
        ("milk 12:00", ["v3"]),
        ("milk gum", ["v3"]),
        ("milk cola", []),
        ("9999", []),
        ("31.02.", []),
        ("'; DROP TABLE visit; --", []),
    ],
)
def test_by_what_is_known(ledger: Ledger, text: str, visits: list[str]) -> None:
    assert found(ledger, text) == visits


def test_a_time_of_day_alone_is_one_of_the_last_month(ledger: Ledger) -> None:
    assert "v1" not in found(ledger, "12:00")
    assert found(ledger, "13:00", day=date(2026, 10, 11)) == ["v1"]


def test_filters(ledger: Ledger) -> None:
    mara = crew(ledger, "Sam")["Mara"]
    assert found(ledger, state="receipt") == ["v3", "v2", "v1"]
    assert found(ledger, state="review") == ["v4"]
    assert found(ledger, state="nothing") == ["v5"]
    assert found(ledger, state="staff") == []
    assert found(ledger, unpaid=True) == ["v3"]
    assert found(ledger, day=date(2026, 11, 19)) == ["v2"]
    assert found(ledger, disputed=True) == []
    opened = desk.open_dispute(
        ledger, mara, 2, [Change(kind="remove", line=1, count=1)], "not_taken", at=NOON + 10
    )
    assert found(ledger, disputed=True) == ["v2"]
    desk.decide(ledger, mara, opened.id, "accepted", at=NOON + 20)
    (entry,) = find_visits(ledger, Sought("4242"), SHOP)
    assert (entry.disputed, entry.corrected, entry.unpaid) == ("accepted", -149, False)
    assert found(ledger, "gum", unpaid=True, disputed=True) == []


def test_the_state_filters_part_all_visits_as_their_rows_say_it(ledger: Ledger) -> None:
    for state in ("receipt", "issue", "review", "nothing", "staff"):
        for each in find_visits(ledger, Sought(state=state), SHOP):
            assert each.row.state == state
    assert len(found(ledger)) == sum(
        len(found(ledger, state=state)) for state in ("receipt", "issue", "review", "nothing", "staff")
    )


def test_days_are_the_shops(ledger: Ledger) -> None:
    """Half past midnight in Berlin is another day than in UTC."""
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC).timestamp()
    ledger.post_visit(closed("v9", entered_at=late - 9, left_at=late - 1, closed_at=late), layout())
    assert "v9" in found(ledger, day=date(2026, 11, 21))
    assert "v9" not in found(ledger, day=date(2026, 11, 20))


def test_no_more_than_the_limit(ledger: Ledger) -> None:
    rows = find_visits(ledger, Sought(), SHOP, limit=2)
    assert [each.row.visit.visit for each in rows] == ["v5", "v4"]
