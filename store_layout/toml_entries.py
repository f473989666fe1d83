"""From parsed TOML to typed entries, keeping what is right and naming everything that is wrong.

``msgspec`` validates, and stops at the first mistake; here it is asked again about each part.
"""

from __future__ import annotations

import difflib
import math
import re
import types
from collections.abc import Iterator
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from store_layout.findings import TOML, Draft, Finding, Place
from store_layout.model import (
    Broker,
    Camera,
    Fixture,
    Floor,
    Gate,
    Retention,
    Rules,
    Scale,
    Slot,
    StoreFile,
    StoreInfo,
)
from store_layout.said import Words, said

T = TypeVar("T")
_EXPECTED = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")

_REMEDIES = {
    "float": said("Write a number, such as 1.5"),
    "int": said("Write a whole number"),
    "str": said('Write text in quotes, such as "A1"'),
    "bool": said("Write true or false"),
    "array": said("Write a list in square brackets, with as many numbers as it says"),
    "object": said("Write a table"),
}


def entries_of(data: dict[str, Any]) -> tuple[Draft, list[Finding]]:
    """Every entry of ``store.toml`` that can be read, and a finding for each part that cannot."""
    reading = _Reading()
    reading.check_top(data)
    tables: dict[str, type[Any]] = {
        "fixture": Fixture,
        "slot": Slot,
        "scale": Scale,
        "camera": Camera,
        "gate": Gate,
    }
    draft = Draft(
        store=reading.single(data, "store", StoreInfo),
        floor=reading.single(data, "floor", Floor),
        fixtures=reading.many(data, "fixture", Fixture),
        slots=reading.many(data, "slot", Slot),
        scales=reading.many(data, "scale", Scale),
        cameras=reading.many(data, "camera", Camera),
        gates=reading.many(data, "gate", Gate),
        broker=reading.single(data, "broker", Broker),
        rules=reading.single(data, "rules", Rules) if "rules" in data else Rules(),
        retention=reading.single(data, "retention", Retention) if "retention" in data else Retention(),
        ids={table: _ids(data.get(table)) for table in tables},
    )
    return draft, reading.findings


def store_file(draft: Draft) -> StoreFile | None:
    """The whole file, where nothing is missing. Only meaningful when there were no errors."""
    if draft.store is None or draft.floor is None or draft.rules is None or draft.retention is None:
        return None
    return StoreFile(
        format=1,
        store=draft.store,
        floor=draft.floor,
        fixture=tuple(draft.fixtures.values()),
        slot=tuple(draft.slots.values()),
        scale=tuple(draft.scales.values()),
        camera=tuple(draft.cameras.values()),
        gate=tuple(draft.gates.values()),
        broker=draft.broker,
        rules=draft.rules,
        retention=draft.retention,
    )


def not_finite(value: object, place: Place = ()) -> Iterator[Finding]:
    """A finding for each number that is not one: TOML allows ``nan`` and ``inf``."""
    if isinstance(value, float) and not math.isfinite(value):
        yield Finding(
            TOML,
            place,
            said("{value} is not a number that can be measured", value=value),
            said("Write the number"),
        )
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from not_finite(part, (*place, key))
    elif isinstance(value, list | tuple):
        for n, part in enumerate(value):
            yield from not_finite(part, (*place, n))


def _ids(table: object) -> dict[int, str]:
    entries = table if isinstance(table, list) else []
    return {
        n: entry["id"]
        for n, entry in enumerate(entries)
        if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    }


class _Reading:
    """Collects findings while entries are converted."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def check_top(self, data: dict[str, Any]) -> None:
        known = {f.encode_name for f in msgspec.structs.fields(StoreFile)}
        for key in data:
            if key not in known:
                self._unknown((key,), key, known)
        if data.get("format") != 1 or isinstance(data.get("format"), bool):
            what = (
                said("format is {value}", value=repr(data["format"]))
                if "format" in data
                else said("the file does not say its format")
            )
            self._add(
                ("format",), what, said("Write `format = 1` at the top: the only format there is so far")
            )
        for required in ("store", "floor"):
            if required not in data:
                self._add(
                    (required,),
                    said("the table [{required}] is missing", required=required),
                    said("Add [{required}]; see the page on stores", required=required),
                )
        self.findings.extend(not_finite(data))

    def single(self, data: dict[str, Any], name: str, kind: type[T]) -> T | None:
        return self._convert(data[name], kind, (name,)) if name in data else None

    def many(self, data: dict[str, Any], name: str, kind: type[T]) -> dict[int, T]:
        entries = data.get(name, [])
        if not isinstance(entries, list):
            self._add(
                (name,),
                said("[{name}] stands once, but there may be several", name=name),
                said("Write [[{name}]] for each", name=name),
            )
            return {}
        read = {n: self._convert(entry, kind, (name, n)) for n, entry in enumerate(entries)}
        return {n: entry for n, entry in read.items() if entry is not None}

    def _add(self, place: Place, what: Words, remedy: Words) -> None:
        self.findings.append(Finding(TOML, place, what, remedy))

    def _convert(self, value: object, kind: type[T], place: Place) -> T | None:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            self._explain(value, kind, place, str(error))
            return None

    def _explain(self, value: object, kind: Any, place: Place, error: str) -> None:
        """Report each mistake in a value of which at least one is known."""
        options = [k for k in get_args(kind) if k is not types.NoneType] if _is_union(kind) else [kind]
        if all(_is_struct(option) for option in options) and isinstance(value, dict):
            chosen = self._by_tag(value, options, place)
            if chosen is not None:
                self._explain_fields(value, chosen, place)
        elif get_origin(kind) is tuple and get_args(kind)[-1] is Ellipsis and isinstance(value, list):
            for n, part in enumerate(value):
                self._again(part, get_args(kind)[0], (*place, n))
        else:
            self._leaf(value, options[0], place, error)

    def _again(self, value: object, kind: Any, place: Place) -> None:
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            self._explain(value, kind, place, str(error))

    def _by_tag(self, value: dict[str, Any], options: list[Any], place: Place) -> Any:
        """Which of several kinds of calibration is meant."""
        tags = {option.__struct_config__.tag: option for option in options}
        if None in tags:
            return options[0]
        field = options[0].__struct_config__.tag_field
        chosen = tags.get(value[field]) if isinstance(value.get(field), str) else None
        if chosen is None:
            what = (
                said("{value} is not one of them", value=repr(value[field]))
                if field in value
                else said("{name} is missing", name=field)
            )
            self._add((*place, field), what, said("Write {choices}", choices=f"{field} = {_choices(tags)}"))
        return chosen

    def _explain_fields(self, value: dict[str, Any], kind: Any, place: Place) -> None:
        fields = {f.encode_name: f for f in msgspec.structs.fields(kind)}
        tag_field = kind.__struct_config__.tag_field
        for key, part in value.items():
            if key in fields:
                self._again(part, fields[key].type, (*place, key))
            elif key != tag_field:
                self._unknown((*place, key), key, fields.keys())
        for name, field in fields.items():
            if field.required and name not in value:
                self._add(place, said("{name} is missing", name=name), said("Add `{name} = ...`", name=name))

    def _unknown(self, place: Place, key: str, known: Any) -> None:
        near = difflib.get_close_matches(key, known, n=1)
        remedy = (
            said("Did you mean {near}?", near=near[0])
            if near
            else said("Remove it; known here: {names}", names=", ".join(sorted(known)))
        )
        self._add(place, said("{key} is not known", key=key), remedy)

    def _leaf(self, value: object, kind: Any, place: Place, error: str) -> None:
        if get_origin(kind) is Literal:
            self._add(
                place,
                said("{value} is not one of the choices", value=repr(value)),
                said("Write {choices}", choices=_choices(get_args(kind))),
            )
            return
        text, _, path = error.partition(" - at `$")
        steps = tuple(int(n) for n in re.findall(r"\[(\d+)\]", path))
        expected = re.match(r"Expected `(\w+)", text)
        remedy = _REMEDIES.get(expected[1] if expected else "", said("Correct the value"))
        what = expectation(text)
        self._add((*place, *steps), what, remedy)


def expectation(text: str) -> Words:
    """What ``msgspec`` says of a value of a wrong kind, as a sentence; other texts of it as they are."""
    found = _EXPECTED.fullmatch(text)
    if found is None:
        return text.replace("`", "").replace("Expected", "expected").replace("object", "table")
    wanted, given = (kind.replace("object", "table") for kind in found.groups())
    return said("expected {wanted}, got {given}", wanted=wanted, given=given)


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in {Union, types.UnionType}


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _choices(values: Any) -> str:
    return " or ".join(f'"{value}"' for value in values)
