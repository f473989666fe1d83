"""What this program is, and what it is made of."""

from __future__ import annotations

import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, distribution, requires, version
from typing import NamedTuple

NAME = "openaisle"
LICENCE = "Apache-2.0"
NOT_PACKAGES = (
    ("DejaVu Sans Mono", "2.37", "Bitstream Vera / public domain"),
    ("Material Design Icons", "6", "Apache-2.0"),
)
"""What comes with it and is no Python package: fonts and icons."""


class Part(NamedTuple):
    """Something that this program is made of."""

    name: str
    version: str
    licence: str


def own_version() -> str:
    """Of this program; empty where it runs from a folder that was never installed."""
    try:
        return version(NAME)
    except PackageNotFoundError:
        return ""


def parts() -> tuple[Part, ...]:
    """What it needs and finds on this computer, by name, with the licence that each package states."""
    try:
        wanted = requires(NAME) or []
    except PackageNotFoundError:
        wanted = []
    names = {re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in wanted if "extra ==" not in line}
    found = [Part(*each) for each in NOT_PACKAGES]
    for name in names:
        try:
            known = distribution(name).metadata
        except PackageNotFoundError:
            continue
        found.append(Part(known["Name"], known["Version"], _licence(known)))
    return tuple(sorted(found, key=lambda part: part.name.casefold()))


def _licence(known: PackageMetadata) -> str:
    """An SPDX expression where the package has one, else what it calls it."""
    said = next((known[key] for key in ("License-Expression", "License") if key in known), "")
    if said and "\n" not in said:
        return str(said)
    classified = known.get_all("Classifier") or []
    return ", ".join(c.rpartition(" :: ")[2] for c in classified if c.startswith("License"))
