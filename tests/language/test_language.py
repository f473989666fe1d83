"""Texts in the chosen language: forms, placeholders, what a catalogue lacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.back_office import Ledger, LedgerError, payments
from console.back_office.disputes import DisputeError, standing
from console.back_office.permissions import Actor, NotAllowedError, require
from console.back_office.reviews import ReviewError, card
from console.language import LanguageError, beside_kind, choose, language, languages, tr, tr_n
from console.language.sentences import in_words
from store_layout.said import said


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    choose("en")


def test_english_is_what_stands_in_the_code() -> None:
    assert language() == "en"
    assert tr("Devices") == "Devices"
    assert tr("{code} left", code="Blue Heron") == "Blue Heron left"
    assert [tr_n("{n} receipt", "{n} receipts", n) for n in (0, 1, 2)] == [
        "0 receipts",
        "1 receipt",
        "2 receipts",
    ]


def test_another_language_is_asked_for_when_shown() -> None:
    choose("de")
    assert tr("Devices") == "Geräte"
    assert [tr_n("{n} device", "{n} devices", n) for n in (0, 1, 2)] == ["0 Geräte", "1 Gerät", "2 Geräte"]


def test_what_a_catalogue_lacks_is_said_in_english() -> None:
    choose("de")
    assert tr("Nobody translated {this}", this="one") == "Nobody translated one"
    assert tr_n("{n} untranslated", "{n} untranslateds", 2) == "2 untranslateds"


def test_a_language_that_there_is_not() -> None:
    with pytest.raises(LanguageError, match="no language 'xx'; there are en, de"):
        choose("xx")
    assert languages()[0] == "en"


@pytest.mark.parametrize(
    ("name", "english", "german"),
    [
        ("scale-G1w12", "Scale G1w12", "Waage G1w12"),
        ("scale_7", "Scale 7", "Waage 7"),
        ("Waage 7", "Scale Waage 7", "Waage 7"),
        ("scaled down", "Scale scaled down", "Waage scaled down"),
        ("scale-", "Scale scale-", "Waage scale-"),
        ("G1w12", "Scale G1w12", "Waage G1w12"),
        ("7", "Scale 7", "Waage 7"),
    ],
)
def test_what_kind_of_thing_a_name_is_of_is_said_once(name: str, english: str, german: str) -> None:
    silent = said(
        "{what} was silent for {seconds} s during the visit.",
        what=said("Scale {device}", device=name),
        seconds=4,
    )
    assert tr("Scale {device}", device=name) == english
    assert in_words(silent) == f"{english} was silent for 4 s during the visit."
    choose("de")
    assert tr("Scale {device}", device=name) == german
    assert german in in_words(silent)
    assert f"Waage {beside_kind(name, 'Scale')}" == german


def test_what_is_acted_upon_stays_as_it_is_in_any_language() -> None:
    choose("de")
    assert payments._next_steps(100, by_card=True)[0] == "try the card again"
    assert payments._next_steps(-100, by_card=False) == ("give it back at the counter",)


def test_refusals_of_the_back_office_are_said_in_it(tmp_path: Path) -> None:
    choose("de")
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        with pytest.raises(DisputeError, match="Es gibt keinen Beleg R-000007"):
            standing(ledger, 7)
        with pytest.raises(ReviewError, match="Der Besuch v1 ist nicht in Prüfung"):
            card(ledger, "v1")
        with pytest.raises(NotAllowedError, match=r"Sam \(Personal\) darf nicht den Tag abschließen"):
            require(Actor("Sam", "staff", "test"), "close a day")
        ledger.close()
        with pytest.raises(LedgerError, match="kann nicht als Kassenbuch geöffnet werden"):
            Ledger.open(tmp_path)
