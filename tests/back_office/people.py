"""Operators for the back office's tests."""

from __future__ import annotations

from console.back_office.ledger_file import LedgerFile
from console.back_office.operators import add_operator, change_pin, sign_in
from console.back_office.permissions import Actor, Role

PIN = {"Mara": "204816", "Noor": "771302", "Sam": "530917", "Tess": "118844", "Kim": "902175"}
ROLE: dict[str, Role] = {
    "Mara": "manager",
    "Noor": "manager",
    "Sam": "staff",
    "Tess": "staff",
    "Kim": "kiosk",
}
FIRST = "640029"


def crew(file: LedgerFile, *names: str) -> dict[str, Actor]:
    """Mara and ``names``, signed in, with PINs of their own."""
    add_operator(file, None, "Mara", "manager", PIN["Mara"], at=1.0, screen="test")
    found = {"Mara": sign_in(file, "Mara", PIN["Mara"], at=2.0, screen="test")}
    for name in names:
        add_operator(file, found["Mara"], name, ROLE[name], FIRST, at=3.0)
        change_pin(file, name, FIRST, PIN[name], at=4.0, screen="test")
        found[name] = sign_in(file, name, PIN[name], at=5.0, screen="test")
    return found
