"""A day in the back office as a script that may be run again from its beginning, however far it came.

``python -m tests.back_office.shop_day FOLDER`` prints ``ready`` and does it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from console.back_office import Ledger
from console.back_office.corrections import Change, CorrectionError
from console.back_office.disputes import decide, open_dispute
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payments import send_due
from console.back_office.permissions import Actor
from console.back_office.reviews import answer, card, claim, issue_due
from tests.back_office.questions import asked, doubtful, took
from tests.back_office.visits import closed, layout

VISITS = 60
SAM = Actor("Sam", "staff", "test")
MARA, NOOR = Actor("Mara", "manager", "test"), Actor("Noor", "manager", "test")


def whole_day(ledger: Ledger, bank: SimulatedProvider) -> None:
    """Every step is safe to do again."""
    store = layout()
    for n in range(1, VISITS + 1):
        now, name = 2000.0 + 10 * n, f"v{n}"
        if n % 3 == 0:
            _in_doubt(ledger, n, now)
        elif n % 5 == 0:
            group = {"token": f"tok-g{n}", "people": 2, "entered_at": float(n)}
            ledger.post_visit(closed(name, (("milk", 2),), **group), store)
            ledger.post_visit(closed(f"v{n + 1000}", (("gum", 1),), **group), store)
        else:
            ledger.post_visit(closed(name, (("cola", 1 + n % 3), ("gum", 1)), token=f"tok-{n}"), store)
        document = ledger.document_of(name)
        if document is not None and n % 4 == 0:
            changes = (Change(kind="remove", line=1, count=1), Change(kind="add", sku="gum", count=n % 2 + 1))
            dispute = open_dispute(ledger, SAM, document.number, changes, "not_taken", at=now, key="a")
            try:
                decide(ledger, MARA, dispute.id, "accepted", at=now, approver=NOOR)
            except CorrectionError:
                decide(ledger, MARA, dispute.id, "declined", at=now)
        send_due(ledger, bank, now + 1e6 * n)
    for n in range(6):
        send_due(ledger, bank, 1e9 + 1e6 * n)


def _in_doubt(ledger: Ledger, n: int, now: float) -> None:
    question = asked(f"e{n}", took(n, ("cola", 1)), took(n, ("milk", 1)), took(None))
    ledger.post_visit(doubtful(f"v{n}", question, token=f"tok-answers-late-{n}"), layout())
    if card(ledger, f"v{n}").row.state not in {"answered", "issued"}:
        claim(ledger, SAM, now, f"v{n}")
        answer(ledger, SAM, f"v{n}", {f"e{n}": n % 2}, now)
    issue_due(ledger, now, f"v{n}")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with Ledger.open(folder / "l.sqlite") as opened:
        print("ready", flush=True)
        whole_day(opened, SimulatedProvider(folder / "bank.sqlite"))
