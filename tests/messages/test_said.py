"""Sentences with values: English by themselves, and old texts beside them."""

from __future__ import annotations

import msgspec
import pytest

from console.language import ENGLISH, choose
from console.language.sentences import in_words
from inference.messages import Alarm, Outage
from inference.messages.said import Said, in_english, said, words_of
from store_layout.problems import Problem, StoreProblems


def test_it_compares_and_shows_as_its_english_text() -> None:
    one = said("{n} of {all}", n=2, all=3)
    assert one == "2 of 3" == str(one)
    assert "of 3" in one
    assert f"{said('a {b}', b=one)}" == "a 2 of 3"


def test_what_was_raised_with_a_sentence_has_it_and_other_errors_their_text() -> None:
    sentence = said("there is no file {name}", name="x")
    assert words_of(ValueError(sentence)) is sentence
    assert words_of(ValueError("plain")) == "plain"
    assert said("{error}!", error=KeyError(sentence)).parts == {"error": sentence}


@pytest.mark.parametrize("encoded", [msgspec.msgpack, msgspec.json])
def test_what_was_written_before_there_were_sentences_is_read(encoded: object) -> None:
    for kind, old in (
        (Alarm, {"type": "alarm", "t": 1.0, "kind": "k", "about": "a", "text": "Person 7 came in"}),
        (Outage, {"type": "outage", "device": "d", "kind": "scale", "since": 1.0, "t": 2.0, "why": "silent"}),
    ):
        read = encoded.decode(encoded.encode(old), type=kind)  # type: ignore[attr-defined]  # both have them
        assert "Person 7 came in" in str(read) or "silent" in str(read)
        again = encoded.decode(encoded.encode(read), type=kind)  # type: ignore[attr-defined]
        assert again == read
    new = Alarm(1.0, "k", "a", said("Person {number} appeared", number=7))
    assert encoded.decode(encoded.encode(new), type=Alarm) == new  # type: ignore[attr-defined]


def test_programs_read_english(request: pytest.FixtureRequest) -> None:
    request.addfinalizer(lambda: choose(ENGLISH))
    choose("de")
    problem = Problem("store.toml", said("line {line}", line=3), said("the file is empty"), "plain")
    assert in_english(problem) == Problem("store.toml", "line 3", "the file is empty", "plain")
    assert not any(isinstance(getattr(in_english(problem), name), Said) for name in problem.__struct_fields__)


def test_errors_are_said_in_the_readers_language(request: pytest.FixtureRequest) -> None:
    request.addfinalizer(lambda: choose(ENGLISH))
    problem = Problem(
        "store.toml", said("line {line}", line=3), said("the file is empty"), said("Fill it in")
    )
    error = StoreProblems([problem])
    assert in_words(error) == str(error)
    choose("de")
    assert in_words(error).splitlines() == [
        "store.toml",
        "  Fehler: Zeile 3: die Datei ist leer",
        "    -> Ausfüllen",
        "1 Fehler, 0 Warnungen",
    ]
    assert in_words(OSError(28, "No space left on device")) == "kein Platz mehr auf dem Datenträger"
    assert in_words(OSError(13, "Permission denied", "/x")) == "/x: keine Berechtigung"
    assert in_words("what a device says") == "what a device says"
