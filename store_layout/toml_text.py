"""``store.toml`` as a person would write it: tables in the model's order, matrices in rows, no defaults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from store_layout.model import StoreFile

_WIDEST = 100
_HEAD = """\
# A store: where things are. Metres; x and y on the floor, z up. Products are in catalog.csv,
# what stands where in planogram.csv. What is left out has its default.
"""


def toml_text(file: StoreFile) -> str:
    """The file as TOML 1.0 text; reading it gives an equal :class:`StoreFile`."""
    lines = [_HEAD, f"format = {file.format}"]
    for field in msgspec.structs.fields(StoreFile):
        value = getattr(file, field.name)
        if isinstance(value, msgspec.Struct) and value != field.default:
            lines += ["", f"[{field.name}]", *_table(field.name, value)]
        elif isinstance(value, tuple):
            for entry in value:
                lines += ["", f"[[{field.name}]]", *_table(field.name, entry)]
    return "\n".join(lines) + "\n"


def _table(name: str, entry: msgspec.Struct) -> Iterator[str]:
    """Lines of one table; tables within it come last, as TOML wants it."""
    config = entry.__struct_config__
    if config.tag is not None:
        yield f"{config.tag_field} = {_inline(config.tag)}"
    inner: list[tuple[str, msgspec.Struct]] = []
    for field in msgspec.structs.fields(entry):
        value = getattr(entry, field.name)
        if value is None or (not field.required and value == field.default and name != "store"):
            continue
        if isinstance(value, msgspec.Struct):
            inner.append((field.name, value))
        else:
            yield f"{field.name} = {_value(value)}"
    for key, value in inner:
        yield f"[{name}.{key}]"
        yield from _table(f"{name}.{key}", value)


def _value(value: Any) -> str:
    """On one line where it fits and is no matrix, else an element a line."""
    text = _inline(value)
    rows = isinstance(value, tuple) and bool(value) and not isinstance(value[0], str | int | float)
    matrix = rows and (isinstance(value[0], msgspec.Struct) or len(value[0]) > 2)
    if rows and (matrix or len(text) > _WIDEST):
        return "\n".join(["[", *(f"    {_inline(element)}," for element in value), "]"])
    return text


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):  # JSON's escapes are among TOML's
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, msgspec.Struct):
        fields = ", ".join(
            f"{name} = {_inline(part)}" for name, part in msgspec.structs.asdict(value).items()
        )
        return f"{{ {fields} }}"
    return f"[{', '.join(_inline(element) for element in value)}]"
