"""What the engine names by a word of its own is said in the reader's."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, get_args

import pytest

from console.back_office import disputes, payments, privacy, reviews
from console.item_models.devices import KIND_WORDS, STATE_WORDS
from console.item_models.shelf_words import doubt_words, fault_advice, fault_word
from console.item_models.visit_story import audit_words
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


def logged(module: ModuleType) -> set[str]:
    """What this module writes into the log of a visit or its documents."""
    tree = ast.parse(inspect.getsource(module))
    found = set()
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id == "record" and len(call.args) > 2:
            what = call.args[2]
            if isinstance(what, ast.Name):  # set beside it: one of two
                values = [n.value for n in ast.walk(tree) if isinstance(n, ast.Assign) and _is(n, what.id)]
            else:
                values = [what]
            found |= {c.value for v in values for c in _said(v) if isinstance(c.value, str)}
    return found


def _is(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def _said(value: ast.expr) -> list[ast.Constant]:
    parts = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
    return [part for part in parts if isinstance(part, ast.Constant)]


def test_the_log_of_a_visit_is_said_in_each_language() -> None:
    said = {what for module in (reviews, disputes, payments, privacy) for what in logged(module)}
    said |= {f"{verdict} the dispute" for verdict in ("accepted", "declined")}
    assert {"answered the review", "tried another card", "wrote the payment off"} <= said
    choose("de")
    assert {what for what in said if audit_words(what) == what[:1].upper() + what[1:]} == set()


def test_several_doubts_are_one_sentence() -> None:
    assert doubt_words(()) == ""
    assert doubt_words(("outage", "unsettled")) == (
        "the scale was silent for a while; the scale had not come to rest"
    )
