"""Who may do what."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from console.language import tr, tr_noop

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
    "close a day",
    "look up personal data",
    "erase personal data",
    "purge old data",
    "change the catalogue",
    "open or pause the store",
    "teach the store",
    "count the stock",
    "change the shop's rules",
    "put a copy of the ledger back",
]

ALLOWED: dict[Action, frozenset[Role]] = {
    tr_noop("answer a review"): frozenset({"staff", "manager"}),
    tr_noop("open a dispute"): frozenset({"staff", "manager", "kiosk"}),
    tr_noop("decide a dispute"): frozenset({"manager"}),
    tr_noop("collect a payment"): frozenset({"staff", "manager"}),
    tr_noop("write off a payment"): frozenset({"manager"}),
    tr_noop("manage operators"): frozenset({"manager"}),
    tr_noop("correct the floor"): frozenset({"staff", "manager"}),
    tr_noop("close a day"): frozenset({"manager"}),
    tr_noop("look up personal data"): frozenset({"manager"}),
    tr_noop("erase personal data"): frozenset({"manager"}),
    tr_noop("purge old data"): frozenset({"manager"}),
    tr_noop("change the catalogue"): frozenset({"manager"}),
    tr_noop("open or pause the store"): frozenset({"staff", "manager"}),
    tr_noop("teach the store"): frozenset({"manager"}),
    tr_noop("count the stock"): frozenset({"staff", "manager"}),
    tr_noop("change the shop's rules"): frozenset({"manager"}),
    tr_noop("put a copy of the ledger back"): frozenset({"manager"}),
}
"""A kiosk is a screen in the shop: it takes a shopper's complaint and gives nothing back."""


class NotAllowedError(PermissionError):
    """The operator's role, or the limit of it, does not reach that far."""


class SecondNotAllowedError(NotAllowedError):
    """A second person has to agree, and nobody did who may."""


class Actor(msgspec.Struct, frozen=True):
    """Somebody who has shown their PIN, and where: made by :func:`console.back_office.operators.sign_in`."""

    name: str
    role: Role
    screen: str
    """Where they act: a page of the window, ``command line``."""


def require(actor: Actor, action: Action) -> None:
    """Raise :class:`NotAllowedError` unless the role may do that."""
    if actor.role not in ALLOWED[action]:
        may = tr(" or ").join(tr(role) for role in sorted(ALLOWED[action]))
        said = tr(
            "{name} is {role} and may not {action}: ask {may}",
            name=actor.name,
            role=tr(actor.role),
            action=tr(action),
            may=may,
        )
        raise NotAllowedError(said)


def require_second(actor: Actor, approver: Actor | None, action: Action, why: str) -> Actor:
    """The second person who agrees. Raises :class:`SecondNotAllowedError`, with ``why`` one is needed."""
    if approver is None:
        raise SecondNotAllowedError(
            tr("{why}: a second person who may {action} has to agree", why=why, action=tr(action))
        )
    try:
        require(approver, action)
    except NotAllowedError as error:
        raise SecondNotAllowedError(str(error)) from error
    if approver.name == actor.name:
        raise SecondNotAllowedError(
            tr("{why}: somebody else than {name} has to agree", why=why, name=actor.name)
        )
    return approver
