"""The people who work with the console: roles, PINs, lock-out.

A PIN is kept as an argon2 hash. There is no default one: the first operator is a manager and chooses it, and
whoever is added later gets a first PIN from a manager and has to choose another before doing anything else.
Each attempt is counted before it is looked at, so that attempts side by side are no way around the count.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from console.back_office.audit import record
from console.back_office.bodies import OperatorChange
from console.back_office.chain import digest
from console.back_office.ledger_file import LedgerFile
from console.back_office.permissions import ROLES, Actor, NotAllowedError, Role, require
from console.language import tr
from store_layout.checks.names import is_plain_line

LOCK_AFTER = 10
"""Wrong PINs in a row."""
LOCK_S = 900.0
"""The first lock; each further wrong PIN doubles it."""
LONGEST_LOCK_S = 86_400.0
SHORTEST_PIN = 6
LONGEST_PIN = 12

hasher: Callable[[], PasswordHasher] = PasswordHasher
"""With the library's own costs (RFC 9106, low memory): some 50 ms an attempt."""


class OperatorError(RuntimeError):
    """An operator cannot be added, changed or found; the text says why."""


class SignInError(PermissionError):
    """Nobody was signed in; the text says why without saying which part was wrong."""


class PinMustChangeError(SignInError):
    """The PIN was right, and is one that somebody else chose."""


class Operator(msgspec.Struct, frozen=True):
    """A row of the table, without the PIN's hash."""

    name: str
    role: Role
    active: bool
    must_change: bool
    """The next thing they do is choose a PIN of their own."""
    failed: int
    """Wrong PINs since the last right one."""
    locked_until: float


def operators(file: LedgerFile) -> list[Operator]:
    """All, also those who are gone, by name."""
    rows = file.database.execute(f"{_SELECT} ORDER BY name")
    return [_operator(row) for row in rows.fetchall()]


def sign_in(file: LedgerFile, name: str, pin: str, *, at: float, screen: str) -> Actor:
    """Check a PIN. Raises :class:`SignInError`, or :class:`PinMustChangeError` for a right first PIN."""
    found = _check_pin(file, name, pin, at, screen)
    if found.must_change:
        raise PinMustChangeError(tr("{name} has a first PIN: choose your own one first", name=found.name))
    return Actor(found.name, found.role, screen)


def add_operator(
    file: LedgerFile, by: Actor | None, name: str, role: Role, pin: str, *, at: float, screen: str = ""
) -> Operator:
    """Add somebody with a first PIN. ``by`` None: the first operator of all, a manager who chose it."""
    check_pin_choice(pin)
    hashed = hasher().hash(pin)
    with file.writing(tr("operator {name}", name=name)):
        check_new(file, name=name, role=role, by_somebody=by is not None)
        if by is not None:
            require(by, "manage operators")
        file.database.execute(
            "INSERT INTO operator (name, role, pin_hash, active, must_change, failed, locked_until) "
            "VALUES (?, ?, ?, 1, ?, 0, 0)",
            (name, role, hashed, int(by is not None)),
        )
        _chain(file, by, name, "added the operator", at=at, screen=screen)
        return _known(file, name)


def check_new(file: LedgerFile, *, name: str, role: str, by_somebody: bool) -> None:
    """Raise :class:`OperatorError` for somebody who cannot be added, whatever the PIN.

    ``by_somebody``: an operator adds them, else they are the first of all.
    """
    if not is_plain_line(name) or len(name) > 40:
        raise OperatorError(tr("A name is one plain line of at most 40 letters"))
    if role not in ROLES:
        raise OperatorError(f"{role!r} is no role: {', '.join(ROLES)}")
    first = file.scalar("SELECT count(*) FROM operator") == 0
    if not by_somebody and not first:
        raise OperatorError(tr("There are operators already: a manager has to add others"))
    if not by_somebody and role != "manager":
        raise OperatorError(tr("The first operator has to be a manager, or nobody could add others"))
    if _find(file, name) is not None:
        raise OperatorError(tr("There is an operator {name} already", name=name))


def change_pin(file: LedgerFile, name: str, old: str, new: str, *, at: float, screen: str) -> Operator:
    """Somebody chooses their own PIN."""
    found = _check_pin(file, name, old, at, screen)
    if old == new:
        raise OperatorError(tr("The new PIN is the old one: choose another"))
    check_pin_choice(new)
    return _set_pin(file, Actor(found.name, found.role, screen), found.name, new, first=False, at=at)


def reset_pin(file: LedgerFile, by: Actor, name: str, pin: str, *, at: float) -> Operator:
    """A manager gives somebody a first PIN again, and ends their lock."""
    require(by, "manage operators")
    check_pin_choice(pin)
    return _set_pin(file, by, name, pin, first=True, at=at)


def unlock(file: LedgerFile, by: Actor, name: str, *, at: float) -> Operator:
    """A manager ends somebody's lock."""
    require(by, "manage operators")
    with file.writing(tr("operator {name}", name=name)):
        found = _known(file, name)
        _count(file, found.name, 0, 0.0)
        record(file, by, "unlocked the operator", at=at, about=found.name)
        return _known(file, name)


def set_role(file: LedgerFile, by: Actor, name: str, role: Role, *, at: float) -> Operator:
    """A manager changes what somebody may do. The last manager stays one."""
    require(by, "manage operators")
    if role not in ROLES:
        raise OperatorError(f"{role!r} is no role: {', '.join(ROLES)}")
    with file.writing(tr("operator {name}", name=name)):
        found = _known(file, name)
        if role != "manager":
            _keep_a_manager(file, found)
        if role != found.role:
            file.database.execute("UPDATE operator SET role = ? WHERE name = ?", (role, found.name))
            _chain(file, by, found.name, f"made the operator {role}", at=at)
        return _known(file, name)


def retire(file: LedgerFile, by: Actor, name: str, *, at: float, why: str = "") -> Operator:
    """Somebody does not work here any more. Their name stays in the log; the last manager stays."""
    require(by, "manage operators")
    with file.writing(tr("operator {name}", name=name)):
        found = _known(file, name)
        _keep_a_manager(file, found)
        if found.active:
            file.database.execute("UPDATE operator SET active = 0 WHERE name = ?", (found.name,))
            _chain(file, by, found.name, "retired the operator", at=at, why=why)
        return _known(file, name)


def check_pin_choice(pin: str) -> None:
    """Raise :class:`OperatorError` for a PIN that is too short or among the first ones to be guessed."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        raise OperatorError(
            tr("A PIN has {least} to {most} digits and nothing else", least=SHORTEST_PIN, most=LONGEST_PIN)
        )
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        raise OperatorError(tr("The digits of the PIN are all equal or in a row: choose others"))


# -- rows --------------------------------------------------------------------------------------------

_SELECT = "SELECT name, role, active, must_change, failed, locked_until FROM operator"


def _operator(row: tuple[object, ...]) -> Operator:
    values = dict(zip(Operator.__struct_fields__, row, strict=True))
    return msgspec.convert(values, Operator, strict=False)


def _find(file: LedgerFile, name: str) -> Operator | None:
    row = file.database.execute(f"{_SELECT} WHERE name = ?", (name,)).fetchone()
    return None if row is None else _operator(row)


def _known(file: LedgerFile, name: str) -> Operator:
    found = _find(file, name)
    if found is None:
        raise OperatorError(tr("There is no operator {name}", name=name))
    return found


def _keep_a_manager(file: LedgerFile, found: Operator) -> None:
    managers = file.scalar("SELECT count(*) FROM operator WHERE role = 'manager' AND active = 1")
    if found.role == "manager" and found.active and managers == 1:
        raise NotAllowedError(tr("{name} is the last manager: make somebody else one first", name=found.name))


def _set_pin(file: LedgerFile, by: Actor, name: str, pin: str, *, first: bool, at: float) -> Operator:
    hashed = hasher().hash(pin)
    with file.writing(tr("operator {name}", name=name)):
        found = _known(file, name)
        file.database.execute(
            "UPDATE operator SET pin_hash = ?, must_change = ?, failed = 0, locked_until = 0 WHERE name = ?",
            (hashed, int(first), found.name),
        )
        _chain(file, by, found.name, "gave a first PIN" if first else "changed the PIN", at=at)
        return _known(file, name)


def _chain(
    file: LedgerFile, by: Actor | None, name: str, what: str, *, at: float, why: str = "", screen: str = ""
) -> None:
    found = _known(file, name)
    hashed = file.scalar("SELECT pin_hash FROM operator WHERE name = ?", name)
    seq, _ = file.head()
    change = OperatorChange(
        kind="operator",
        at=at,
        who=by.name if by else "",
        role=by.role if by else "",
        what=what,
        about=found.name,
        new_role=found.role,
        active=found.active,
        must_change=found.must_change,
        credential=digest(hashed.encode()),
        screen=by.screen if by else screen,
        why=why,
    )
    file.append(f"operator:{seq + 1}", "operator", change)


# -- PINs --------------------------------------------------------------------------------------------


def _check_pin(file: LedgerFile, name: str, pin: str, at: float, screen: str) -> Operator:
    with file.writing(tr("the attempt of {name}", name=name)):
        found = _find(file, name)
        if found is None or not found.active:
            record(file, None, "wrong name", at=at, about=name[:40], screen=screen)
        elif not is_locked(found, at):
            failed = found.failed + 1
            lock = LOCK_S * 2 ** min(failed - LOCK_AFTER, 10) if failed >= LOCK_AFTER else 0.0
            _count(file, found.name, failed, at + min(lock, LONGEST_LOCK_S) if lock else 0.0)
    if found is None or not found.active:
        raise SignInError(tr("Name or PIN is wrong"))
    if is_locked(found, at):
        minutes = max(1, round((found.locked_until - at) / 60))
        raise SignInError(
            tr(
                "{name} is locked for {minutes} min: wait, or ask a manager to unlock",
                name=found.name,
                minutes=minutes,
            )
        )
    if not _matches(file, found.name, pin):
        with file.writing(tr("the attempt of {name}", name=name)):
            record(file, None, "wrong PIN", at=at, about=found.name, screen=screen)
            if found.failed + 1 >= LOCK_AFTER:
                record(file, None, "locked the operator", at=at, about=found.name, screen=screen)
        raise SignInError(tr("Name or PIN is wrong"))
    with file.writing(tr("the attempt of {name}", name=name)):
        _count(file, found.name, 0, 0.0)
    return found


def is_locked(found: Operator, at: float) -> bool:
    """A lock that would last for longer than any is from before the clock was set back: over."""
    return at < found.locked_until <= at + LONGEST_LOCK_S


def _matches(file: LedgerFile, name: str, pin: str) -> bool:
    hashed = file.scalar("SELECT pin_hash FROM operator WHERE name = ?", name)
    try:
        return hasher().verify(hashed, pin)
    except (VerificationError, InvalidHashError):
        return False


def _count(file: LedgerFile, name: str, failed: int, locked_until: float) -> None:
    file.database.execute(
        "UPDATE operator SET failed = ?, locked_until = ? WHERE name = ?", (failed, locked_until, name)
    )
