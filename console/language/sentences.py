"""What the engine says, in the language that the window speaks.

The engine's sentences (``inference.messages.said``) have their English text for a key, as all texts here
do. A plain text is from before there were sentences, or is a device's own: it is shown as it stands, but for
what the operating system and SQLite say most.
"""

from __future__ import annotations

import re

from console.language import named_once, tr, tr_noop
from inference.messages.said import Value, Words, words_of
from store_layout.problems import StoreProblems, format_problems

OF_THE_SYSTEM = frozenset(
    (
        tr_noop("No such file or directory"),
        tr_noop("Permission denied"),
        tr_noop("Operation not permitted"),
        tr_noop("No space left on device"),
        tr_noop("Read-only file system"),
        tr_noop("Is a directory"),
        tr_noop("Not a directory"),
        tr_noop("File exists"),
        tr_noop("Directory not empty"),
        tr_noop("File name too long"),
        tr_noop("Input/output error"),
        tr_noop("Too many open files"),
        tr_noop("Connection refused"),
        tr_noop("Connection reset by peer"),
        tr_noop("Connection timed out"),
        tr_noop("timed out"),
        tr_noop("No route to host"),
        tr_noop("Network is unreachable"),
        tr_noop("Name or service not known"),
        tr_noop("Temporary failure in name resolution"),
        tr_noop("Broken pipe"),
        tr_noop("database is locked"),
        tr_noop("database or disk is full"),
        tr_noop("database disk image is malformed"),
        tr_noop("disk I/O error"),
        tr_noop("unable to open database file"),
        tr_noop("attempt to write a readonly database"),
        tr_noop("file is not a database"),
    )
)
"""What ``strerror`` and SQLite say, word for word."""
_ERRNO = re.compile(r"\[Errno -?\d+\] (?P<what>[^:]+?)(: '(?P<file>[^']*)')?")


def in_words(words: Words | BaseException) -> str:
    """To be shown now; of an error, what it was raised with."""
    if isinstance(words, StoreProblems):
        return format_problems(words.problems, in_words)
    if isinstance(words, BaseException):
        return in_words(words_of(words))
    if isinstance(words, str):
        return _of_system(words)
    said = tr(words.text)
    if not words.values and not words.parts:
        return said
    values = {name: _value(value) for name, value in words.values.items()}
    values |= {name: in_words(part) for name, part in words.parts.items()}
    return said.format_map(named_once(words.text, said, values))


def _value(value: Value) -> Value:
    return _of_system(value) if isinstance(value, str) else value


def _of_system(text: str) -> str:
    if text in OF_THE_SYSTEM:
        return tr(text)
    found = _ERRNO.fullmatch(text)
    if found is None:
        return text
    what = tr(found["what"]) if found["what"] in OF_THE_SYSTEM else found["what"]
    return f"{found['file']}: {what}" if found["file"] else what
