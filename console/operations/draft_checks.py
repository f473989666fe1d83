"""What the store's own checks say against a changed file, beyond what they said before."""

from __future__ import annotations

import msgspec

from console.language.sentences import in_words
from store_layout.model import StoreFile, StoreLayout
from store_layout.problems import Problem, errors_among
from store_layout.writer import check_layout


def new_errors(layout: StoreLayout, file: StoreFile) -> str:
    """The errors that ``file`` would bring, in words; empty: none."""
    known = {_words(problem) for problem in errors_among(check_layout(layout))}
    changed = msgspec.structs.replace(layout, file=file)
    told = (_words(problem) for problem in errors_among(check_layout(changed)))
    return " ".join(dict.fromkeys(words for words in told if words not in known))


def _words(problem: Problem) -> str:
    what = in_words(problem.what)
    return f"{what[:1].upper()}{what[1:]}. {in_words(problem.remedy)}."
