"""What the store's own checks say against a changed file, beyond what they said before."""

from __future__ import annotations

import msgspec

from store_layout.model import StoreFile, StoreLayout
from store_layout.problems import errors_among
from store_layout.writer import check_layout


def new_errors(layout: StoreLayout, file: StoreFile) -> str:
    """The errors that ``file`` would bring, in words; empty: none."""
    known = {(p.what, p.remedy) for p in errors_among(check_layout(layout))}
    changed = msgspec.structs.replace(layout, file=file)
    told = [
        f"{p.what[:1].upper()}{p.what[1:]}. {p.remedy}."
        for p in errors_among(check_layout(changed))
        if (p.what, p.remedy) not in known
    ]
    return " ".join(dict.fromkeys(told))
