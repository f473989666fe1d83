"""Authorised at the entry: money is kept back on the card while its owner shops, taken or let go at the end.

A hold is asked for when somebody comes in, by the outbox that also charges (``payment_sending``). The receipt
takes from it, up to its amount; what is above is charged anew. Whoever took nothing has it let go. The
provider lets go by itself after some days; then the receipt is charged anew as well. A hold that was never
answered, or declined, changes nothing but that: gates open by themselves and do not wait for it, and whoever
is inside is charged at the end like anybody else.
"""

from __future__ import annotations

from console.back_office import hold_rows as rows
from console.back_office.chain import digest
from console.back_office.hold_rows import Hold
from console.back_office.ledger_file import LedgerFile
from console.language import tr_noop

LONGEST_VISIT_S = 86_400.0
"""After this nobody is inside any more whose card was declined at the entry."""
NEAR_S = 60.0
"""A gate says when the card was shown, the cameras when somebody was there: so far apart it is one entry."""


def note_entry(file: LedgerFile, token: str, at: float, amount: int, currency: str) -> bool:
    """Somebody came in with this card: have ``amount`` (minor units) kept back. False: it is known already.

    ``at``: store time; token and time are the cause, so the same entry said again changes nothing.
    """
    if not token or amount <= 0:
        return False
    with file.writing(tr_noop("the entry")):
        if rows.hold(file, _key(f"{token}@{at}")) is not None:
            return False  # from before keys named the ledger
        return rows.insert(
            file,
            Hold(
                key=_key(f"{file.name}\n{token}@{at}"),
                token=token,
                entered_at=at,
                amount=amount,
                currency=currency,
                state="due",
                wanted=True,
                capture="",
                attempts=0,
                next_at=0.0,
                expires_at=0.0,
                ref="",
                said="",
            ),
        )


def _key(cause: str) -> str:
    return f"hold:{digest(cause.encode())[:24]}"


def settle(file: LedgerFile, token: str | None, entered_at: float, visit: str, capture: str | None) -> None:
    """The visit has ended: what becomes of the hold of its entry, if there is one. In a transaction.

    ``capture``: key of the order that takes from it; None: nothing is taken, and it is let go. So it is where
    the provider has not answered yet: a receipt does not wait for that, and is charged anew.
    """
    found = None if token is None else rows.of_entry(file, token, entered_at - NEAR_S, entered_at + NEAR_S)
    if found is None:
        return
    rows.change(file, found.key, visit=visit)
    if found.state == "declined":
        rows.change(file, found.key, token="")
    elif found.state == "due":
        rows.change(file, found.key, wanted=False)
    elif capture is None:
        rows.change(file, found.key, state="releasing", next_at=0.0)
    else:
        rows.change(file, found.key, capture=capture)


def end(file: LedgerFile, key: str, state: rows.HoldState, said: str = "") -> None:
    """Nothing can be taken from it any more. In a transaction."""
    rows.change(file, key, state=state, said=said, token="")


def expire(file: LedgerFile, now: float) -> None:
    """End those that the provider has let go of by itself: their visits were never closed."""
    if not rows.run_out(file, now) and not rows.never_ended(file, now - LONGEST_VISIT_S):
        return
    with file.writing(tr_noop("the holds")):
        for hold in rows.run_out(file, now):
            end(file, hold.key, "expired")
        for hold in rows.never_ended(file, now - LONGEST_VISIT_S):
            rows.change(file, hold.key, token="")
