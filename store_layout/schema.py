"""JSON Schema of ``store.toml``, for editors that complete and check while one types.

``store.schema.json`` beside this file is generated: ``python -m store_layout.schema`` writes it anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from store_layout.model import StoreFile

SCHEMA_FILE = Path(__file__).with_name("store.schema.json")


def store_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a parsed ``store.toml``."""
    schema = msgspec.json.schema(StoreFile)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "store.toml"}
    return {**head, **schema}


def schema_text() -> str:
    """The schema as it stands in ``store.schema.json``."""
    return json.dumps(store_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
