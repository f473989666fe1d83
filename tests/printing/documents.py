"""One document of each kind that a ledger can hold, as it is printed; made by the back office itself."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from unittest.mock import patch

from console.back_office import Ledger
from console.back_office.corrections import Change
from console.back_office.disputes import decide, open_dispute
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payment_rows import moved
from console.back_office.payments import send_due, settle
from console.back_office.permissions import Actor
from console.printing.document import PrintableReceipt
from console.printing.from_ledger import printable, printable_correction
from store_layout.model import Product, Promotion, Rules, StoreLayout
from tests.back_office.visits import closed, layout
from tests.printing.receipts import SHOP

MARA = Actor("Mara", "manager", "test")
AT = 1_795_000_000.0
ZONE = "Europe/Berlin"
BEER = Product(
    sku="beer",
    name="Weißbier 0,5 l",
    price=129,
    weight_g=900,
    tax_basis_points=1900,
    deposit=8,
    age_limit=16,
)
OFFERS = (
    Promotion(id="p1", name="3 Cola für 2", kind="n_for_m", sku="cola", take=3, pay=2),
    Promotion(id="p2", name="10 % auf alles", kind="percent", basis_points=1000),
)


def corner(*, coin: int = 1, included: bool = True) -> StoreLayout:
    """Deposits, promotions, an age limit, two tax rates."""
    return layout(
        included=included, promotions=OFFERS, more=(BEER,), rules=Rules(cash_rounding=coin, refund_limit=9999)
    )


@cache
def documents() -> dict[str, PrintableReceipt]:
    """``{what it shows: the document}``."""
    with (
        tempfile.TemporaryDirectory() as folder,
        patch("console.back_office.schema.secrets.token_hex", lambda _: "00c0ffee00c0ffee"),
        Ledger.open(Path(folder) / "ledger.sqlite") as ledger,
    ):
        bank = SimulatedProvider(Path(folder) / "bank.sqlite")
        _group_by_card(ledger, bank)
        _cash(ledger, bank)
        bank.close()
        return {
            "group": receipt_of(ledger, 1),
            "refund": correction_of(ledger, "C", 1),
            "supplement": correction_of(ledger, "S", 1),
            "cash": receipt_of(ledger, 2),
            "cash-refund": correction_of(ledger, "C", 2),
        }


def receipt_of(ledger: Ledger, number: int) -> PrintableReceipt:
    row = ledger.document(number)
    assert row is not None
    return printable(row, SHOP, ZONE, moved=moved(ledger, number, row.label))


def correction_of(ledger: Ledger, series: str, number: int) -> PrintableReceipt:
    row = ledger.correction(series, number)
    assert row is not None
    of = ledger.document(row.correction.of)
    assert of is not None
    return printable_correction(row, of, SHOP, ZONE, moved=moved(ledger, of.number, row.label))


def correct(ledger: Ledger, number: int, reason: str, *changes: Change) -> None:
    found = open_dispute(ledger, MARA, number, changes, reason, at=AT + 100)  # type: ignore[arg-type]
    decide(ledger, MARA, found.id, "accepted", at=AT + 200, why="seen on the clip")


def _group_by_card(ledger: Ledger, bank: SimulatedProvider) -> None:
    together = {"token": "tok-4242", "people": 2, "closed_at": AT}
    ledger.post_visit(closed("v1", (("cola", 3), ("beer", 2)), **together), corner())
    ledger.post_visit(closed("v2", (("milk", 1), ("gum", 1)), **together), corner())
    send_due(ledger, bank, AT)
    correct(
        ledger,
        1,
        "wrong_product",
        Change(kind="remove", line=1, count=2),
        Change(kind="remove", line=2, count=1),
        Change(kind="price", line=4, amount=20),
        Change(kind="add", sku="beer", count=1),
    )
    for _ in range(2):  # the refund waits for what is still to be charged
        send_due(ledger, bank, AT + 300)


def _cash(ledger: Ledger, bank: SimulatedProvider) -> None:
    ledger.post_visit(closed("v3", (("milk", 2), ("gum", 3)), closed_at=AT), corner(coin=5, included=False))
    settle(ledger, MARA, 2, "counter", at=AT + 50, cash=True)
    correct(ledger, 2, "damaged", Change(kind="remove", line=2, count=1))
    send_due(ledger, bank, AT + 300)
    settle(ledger, MARA, 2, "counter", at=AT + 400, cash=True)
