"""What the engine names by a word of its own is said in the reader's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, get_args

import pytest

from console.item_models.devices import KIND_WORDS, STATE_WORDS
from console.item_models.shelf_words import doubt_words, fault_advice, fault_word
from console.language import choose, languages, tr
from inference.messages.results import Doubt
from inference.messages.shelves import ScaleFault
from inference.messages.wire import DeviceKind, DeviceState

SAID: list[tuple[Any, Callable[[Any], str]]] = [
    (Doubt, lambda doubt: doubt_words([doubt])),
    (ScaleFault, fault_word),
    (ScaleFault, fault_advice),
    (DeviceKind, lambda kind: tr(KIND_WORDS[kind])),
    (DeviceState, lambda state: tr(STATE_WORDS[state])),
]
SAME = {"live", "detector", "broker"}
"""Words that German took over."""


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    choose("en")


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
@pytest.mark.parametrize(("named", "words"), SAID)
def test_each_is_said_in_each_language(code: str, named: Any, words: Callable[[Any], str]) -> None:
    english = {one: words(one) for one in get_args(named)}
    choose(code)
    same = {one for one, said in english.items() if words(one) == said}
    assert same <= SAME
    assert not [one for one, said in english.items() if "_" in said or not said]


def test_several_doubts_are_one_sentence() -> None:
    assert doubt_words(()) == ""
    assert doubt_words(("outage", "unsettled")) == (
        "the scale was silent for a while; the scale had not come to rest"
    )
