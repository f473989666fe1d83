"""Every text that the code asks for has a translation, and every translation is asked for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import console
import inference
import store_layout
from console.language import ENGLISH, FOLDER, languages

OTHERS = [code for code in languages() if code != ENGLISH]
ROOT = Path(console.__file__).parent
ENGINE = Path(inference.__file__).parent
STORE = Path(store_layout.__file__).parent
Text = str | tuple[str, ...]


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Each call for a text, and its place. Babel's extractor sees nothing in f-strings before Python 3.12.

    What the engine and the store's checks say (``store_layout.said``) are texts too: the window shows them.
    """
    for root in (ROOT, ENGINE, STORE):
        for file in sorted(root.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                called = node.func if isinstance(node, ast.Call) else None
                if isinstance(called, ast.Name) and called.id in ("tr", "tr_n", "tr_noop", "said"):
                    assert isinstance(node, ast.Call)
                    yield f"{file.relative_to(root.parent)}:{node.lineno}", node


def in_code() -> dict[Text, str]:
    """The texts of the code as gettext knows them, each with the first place where it stands."""
    found: dict[Text, str] = {}
    for place, call in calls():
        asked = call.args[: 2 if isinstance(call.func, ast.Name) and call.func.id == "tr_n" else 1]
        said = tuple(str(arg.value) for arg in asked if isinstance(arg, ast.Constant))
        if len(said) == len(asked):
            found.setdefault(said if len(said) > 1 else said[0], place)
    return found


def catalogue(code: str) -> Catalog:
    with (FOLDER / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)


def forms(text: Text | list[str] | None) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (text or "",)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(code: str) -> None:
    known = catalogue(code)
    missing = [
        f"{place}: {forms(text)[0]!r}"
        for text, place in in_code().items()
        if (message := known.get(forms(text)[0])) is None
        or message.fuzzy
        or not all(forms(message.string))
        or isinstance(message.id, tuple | list) != isinstance(text, tuple)
    ]
    assert missing == []


@pytest.mark.parametrize("code", OTHERS)
def test_no_translation_is_left_of_a_text_that_went(code: str) -> None:
    asked = {forms(text)[0] for text in in_code()}
    left = [str(m.id) for m in catalogue(code) if m.id and forms(m.id)[0] not in asked]
    assert left == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_fills_in_what_the_text_fills_in(code: str) -> None:
    wrong = [
        f"{said!r} for {message.id!r}"
        for message in catalogue(code)
        if message.id
        for said in forms(message.string)
        if placeholders(said) != set().union(*(placeholders(form) for form in forms(message.id)))
    ]
    assert wrong == []


def test_no_text_is_put_together_before_it_is_looked_up() -> None:
    joined = [place for place, call in calls() if isinstance(call.args[0], ast.JoinedStr | ast.BinOp)]
    assert joined == []


TOLD = {
    "Refused": (0,),
    "Done": (0,),
    "DeviceStatus": (4,),
    "Alarm": (3,),
    "Outage": (5,),
    "Finding": (2, 3),
    "Problem": (2, 3),
    "Examination": (0, 2, 3),
    "ModelError": (1, 2),
    **dict.fromkeys(
        (
            *(
                "SourceError",
                "BadPictureError",
                "BadCameraUrlError",
                "SecretsUnavailableError",
                "PayloadError",
            ),
            *(
                "DegeneratePairs",
                "NoHeights",
                "ChangeError",
                "LearnedError",
                "EvidenceError",
                "BadOutputError",
            ),
        ),
        (0,),
    ),
}
"""What carries something for people, and the places of the sentences in it."""


def plain_sentences() -> Iterator[str]:
    """Places where something is said to people that cannot be translated: a text without ``said``."""

    def is_plain(value: ast.expr | None) -> bool:
        text = isinstance(value, ast.Constant) and isinstance(value.value, str) and bool(value.value)
        return text or isinstance(value, ast.JoinedStr)

    def called(node: ast.Call) -> str:
        return node.func.id if isinstance(node.func, ast.Name) else ""

    for root in (ENGINE, ROOT / "engine_process", STORE):
        for file in sorted(root.rglob("*.py")):
            if {"simulation", "training", "trials", "evaluation"} & set(file.parts):
                continue  # what stands there is said to whoever works on the program
            tree = ast.parse(file.read_text("utf-8"))
            for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
                named = {
                    target.id: node.value
                    for node in ast.walk(function)
                    if isinstance(node, ast.Assign)
                    for target in node.targets
                    if isinstance(target, ast.Name)
                }
                for node in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
                    if called(node) not in TOLD:
                        continue
                    told = [node.args[i] for i in TOLD[called(node)] if i < len(node.args)]
                    words = ("why", "text", "last_error", "what", "remedy")
                    told += [k.value for k in node.keywords if k.arg in words]
                    for value in told:
                        meant = named.get(value.id) if isinstance(value, ast.Name) else value
                        if is_plain(meant):
                            yield f"{file.relative_to(root.parent)}:{node.lineno}"


def test_the_engine_says_nothing_to_people_that_cannot_be_translated() -> None:
    assert sorted(set(plain_sentences())) == []


def test_texts_are_found_in_code() -> None:
    found = in_code()
    assert "waiting for the first message" in found
    assert "Devices" in found
    assert ("{n} item", "{n} items") in found
    assert len(found) > 300
