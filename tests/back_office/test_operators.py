from __future__ import annotations

import threading
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from console.back_office import Ledger, operators, verify
from console.back_office.audit import log
from console.back_office.operators import (
    LOCK_AFTER,
    LOCK_S,
    OperatorError,
    PinMustChangeError,
    SignInError,
    add_operator,
    change_pin,
    check_pin_choice,
    reset_pin,
    retire,
    set_role,
    sign_in,
    unlock,
)
from console.back_office.permissions import Actor, NotAllowedError, require, require_second
from tests.back_office.people import FIRST, PIN, crew
from tests.back_office.test_verify import plant


def test_nobody_can_sign_in_before_there_is_an_operator(ledger: Ledger) -> None:
    for name, pin in (("admin", "0000"), ("", ""), ("Mara", PIN["Mara"])):
        with pytest.raises(SignInError, match="wrong"):
            sign_in(ledger, name, pin, at=1.0, screen="test")


def test_the_first_one_is_a_manager_and_others_are_added_by_one(ledger: Ledger) -> None:
    with pytest.raises(OperatorError, match="has to be a manager"):
        add_operator(ledger, None, "Sam", "staff", PIN["Sam"], at=1.0)
    people = crew(ledger, "Sam")
    with pytest.raises(OperatorError, match="a manager has to add"):
        add_operator(ledger, None, "Eve", "manager", PIN["Noor"], at=6.0)
    with pytest.raises(NotAllowedError, match="Sam is staff"):
        add_operator(ledger, people["Sam"], "Eve", "manager", PIN["Noor"], at=6.0)
    with pytest.raises(OperatorError, match="already"):
        add_operator(ledger, people["Mara"], "SAM", "staff", PIN["Noor"], at=6.0)
    assert [o.name for o in operators.operators(ledger)] == ["Mara", "Sam"]
    assert verify(ledger).sound


def test_a_first_pin_is_good_for_choosing_another_only(ledger: Ledger) -> None:
    mara = crew(ledger)["Mara"]
    add_operator(ledger, mara, "Sam", "staff", FIRST, at=6.0)
    with pytest.raises(PinMustChangeError, match="choose your own"):
        sign_in(ledger, "Sam", FIRST, at=7.0, screen="test")
    with pytest.raises(OperatorError, match="is the old one"):
        change_pin(ledger, "Sam", FIRST, FIRST, at=7.0, screen="test")
    change_pin(ledger, "Sam", FIRST, PIN["Sam"], at=7.0, screen="test")
    assert sign_in(ledger, "Sam", PIN["Sam"], at=8.0, screen="live") == Actor("Sam", "staff", "live")
    reset_pin(ledger, mara, "Sam", FIRST, at=9.0)
    with pytest.raises(PinMustChangeError):
        sign_in(ledger, "Sam", FIRST, at=10.0, screen="test")


def test_ten_wrong_pins_lock_and_the_right_one_does_not_help(ledger: Ledger) -> None:
    mara = crew(ledger, "Sam")["Mara"]
    for n in range(LOCK_AFTER):
        with pytest.raises(SignInError, match="Name or PIN is wrong"):
            sign_in(ledger, "Sam", "000001", at=10.0 + n, screen="test")
    with pytest.raises(SignInError, match="locked for 15 min"):
        sign_in(ledger, "Sam", PIN["Sam"], at=20.0, screen="test")
    with pytest.raises(SignInError, match="wrong"):  # one attempt when it is over, then twice as long
        sign_in(ledger, "Sam", "000001", at=19.0 + LOCK_S, screen="test")
    with pytest.raises(SignInError, match="locked for 30 min"):
        sign_in(ledger, "Sam", PIN["Sam"], at=20.0 + LOCK_S, screen="test")
    unlock(ledger, mara, "Sam", at=2000.0)
    assert sign_in(ledger, "Sam", PIN["Sam"], at=2001.0, screen="test").name == "Sam"
    said = [row.what for row in log(ledger, about="Sam")]
    assert said.count("wrong PIN") == LOCK_AFTER + 1
    assert said.count("locked the operator") == 2
    assert verify(ledger).sound


def test_a_right_pin_in_between_starts_the_count_anew(ledger: Ledger) -> None:
    crew(ledger)
    for _ in range(3):
        for n in range(LOCK_AFTER - 1):
            with pytest.raises(SignInError):
                sign_in(ledger, "Mara", "000001", at=10.0 + n, screen="test")
        sign_in(ledger, "Mara", PIN["Mara"], at=30.0, screen="test")


def test_attempts_side_by_side_are_counted_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        crew(ledger)
    outcomes: list[str] = []

    def guess(first: int) -> None:
        with Ledger.open(path) as mine:
            for n in range(8):
                try:
                    sign_in(mine, "Mara", f"{first}0000{n}", at=10.0, screen="test")
                except SignInError as error:
                    outcomes.append("locked" if "locked" in str(error) else "wrong")

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count("wrong"), outcomes.count("locked")) == (LOCK_AFTER, 24 - LOCK_AFTER)


@pytest.mark.parametrize(
    "pin", ["", "12345", "000000", "123456", "987654", "890123", "12345a", "１２３４５７", "1" * 13]
)
def test_pins_that_are_guessed_first_are_refused(pin: str) -> None:
    with pytest.raises(OperatorError, match="PIN"):
        check_pin_choice(pin)


def test_the_last_manager_stays(ledger: Ledger) -> None:
    people = crew(ledger, "Noor")
    set_role(ledger, people["Mara"], "Noor", "staff", at=10.0)
    with pytest.raises(NotAllowedError, match="last manager"):
        retire(ledger, people["Mara"], "Mara", at=11.0)
    with pytest.raises(NotAllowedError, match="last manager"):
        set_role(ledger, people["Mara"], "Mara", "staff", at=11.0)
    retire(ledger, people["Mara"], "Noor", at=12.0, why="moved away")
    with pytest.raises(SignInError):
        sign_in(ledger, "Noor", PIN["Noor"], at=13.0, screen="test")
    assert log(ledger, about="Noor")[1].why == "moved away"


def test_roles_and_the_second_person(ledger: Ledger) -> None:
    people = crew(ledger, "Noor", "Sam", "Kim")
    require(people["Kim"], "open a dispute")
    for name in ("Kim", "Sam"):
        with pytest.raises(NotAllowedError, match="ask manager"):
            require(people[name], "decide a dispute")
    mara = people["Mara"]
    for approver in (None, mara, people["Sam"]):
        with pytest.raises(NotAllowedError):
            require_second(mara, approver, "decide a dispute", "above the limit")
    assert require_second(mara, people["Noor"], "decide a dispute", "above the limit").name == "Noor"


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE operator SET role = 'manager' WHERE name = 'Sam'", "not what the chain says"),
        ("UPDATE operator SET pin_hash = 'x' WHERE name = 'Mara'", "not what the chain says"),
        ("INSERT INTO operator VALUES ('Eve', 'manager', 'x', 1, 0, 0, 0)", "without an entry"),
        ("DELETE FROM operator WHERE name = 'Sam'", "gone from the table"),
    ],
)
def test_an_operator_who_came_by_another_way_is_found(tmp_path: Path, sql: str, what: str) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        crew(ledger, "Sam")
        assert verify(ledger).sound
    plant(path, sql)
    with Ledger.open(path) as ledger:
        (finding,) = verify(ledger).findings
    assert what in finding.what


def test_a_hash_that_is_none_lets_nobody_in(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        crew(ledger)
    plant(path, "UPDATE operator SET pin_hash = 'x'")
    with Ledger.open(path) as ledger, pytest.raises(SignInError, match="wrong"):
        sign_in(ledger, "Mara", PIN["Mara"], at=9.0, screen="test")


def test_pins_are_kept_as_argon2_hashes_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operators, "hasher", PasswordHasher)
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        add_operator(ledger, None, "Mara", "manager", PIN["Mara"], at=1.0)
        hashed = ledger.scalar("SELECT pin_hash FROM operator")
        with pytest.raises(SignInError):
            sign_in(ledger, "Mara", "204817", at=2.0, screen="test")
    assert hashed.startswith("$argon2id$")
    for file in tmp_path.iterdir():
        assert PIN["Mara"].encode() not in file.read_bytes()
        assert b"204817" not in file.read_bytes()
