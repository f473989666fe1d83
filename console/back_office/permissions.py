"""Who may do what."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Role = Literal["staff", "manager", "kiosk"]
ROLES: tuple[Role, ...] = get_args(Role)
Action = Literal[
    "answer a review",
    "open a dispute",
    "decide a dispute",
    "collect a payment",
    "write off a payment",
    "manage operators",
    "correct the floor",
    "look up personal data",
    "erase personal data",
    "purge old data",
    "change the catalogue",
    "open or pause the store",
]

ALLOWED: dict[Action, frozenset[Role]] = {
    "answer a review": frozenset({"staff", "manager"}),
    "open a dispute": frozenset({"staff", "manager", "kiosk"}),
    "decide a dispute": frozenset({"manager"}),
    "collect a payment": frozenset({"staff", "manager"}),
    "write off a payment": frozenset({"manager"}),
    "manage operators": frozenset({"manager"}),
    "correct the floor": frozenset({"staff", "manager"}),
    "look up personal data": frozenset({"manager"}),
    "erase personal data": frozenset({"manager"}),
    "purge old data": frozenset({"manager"}),
    "change the catalogue": frozenset({"manager"}),
    "open or pause the store": frozenset({"staff", "manager"}),
}
"""A kiosk is a screen in the shop: it takes a shopper's complaint and gives nothing back."""


class NotAllowedError(PermissionError):
    """The operator's role, or the limit of it, does not reach that far."""


class Actor(msgspec.Struct, frozen=True):
    """Somebody who has shown their PIN, and where: made by :func:`console.back_office.operators.sign_in`."""

    name: str
    role: Role
    screen: str
    """Where they act: a page of the window, ``command line``."""


def require(actor: Actor, action: Action) -> None:
    """Raise :class:`NotAllowedError` unless the role may do that."""
    if actor.role not in ALLOWED[action]:
        may = " or ".join(sorted(ALLOWED[action]))
        raise NotAllowedError(f"{actor.name} is {actor.role} and may not {action}: ask {may}")


def require_second(actor: Actor, approver: Actor | None, action: Action, why: str) -> Actor:
    """The second person who agrees. Raises :class:`NotAllowedError`, with ``why`` one is needed."""
    if approver is None:
        raise NotAllowedError(f"{why}: a second person who may {action} has to agree")
    require(approver, action)
    if approver.name == actor.name:
        raise NotAllowedError(f"{why}: somebody else than {actor.name} has to agree")
    return approver
