"""JSON Schemas of what is in a recording, generated from the types.

``python -m inference.recording.schemas`` writes them anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from inference.messages import Appearance
from inference.recording.format import LINE_TYPES
from inference.recording.truth import Truth

FOLDER = Path(__file__).parent


def schemas() -> dict[str, bytes]:
    """File name -> bytes of the schema."""
    return {f"{name}.json": _schema(kind) for name, kind in (*LINE_TYPES.items(), ("truth", Truth))}


def write_schemas(folder: Path = FOLDER) -> None:
    """Write all schemas."""
    for name, data in schemas().items():
        (folder / name).write_bytes(data)


def _schema(kind: object) -> bytes:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **msgspec.json.schema(kind, schema_hook=_hook),
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


def _hook(kind: type) -> dict[str, Any]:
    if kind is Appearance:
        return {"type": "array", "items": {"type": "number"}, "description": "What a person looks like."}
    raise NotImplementedError(kind)
