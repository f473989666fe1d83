"""Around every command: what a user can mend ends with one sentence, wherever it comes from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def last_resort() -> Iterator[None]:
    """What the system refused at a named place, and names that are not UTF-8, are no bugs. All else shows."""
    try:
        yield
    except OSError as error:
        from console.cli.say import REMEDIES, fail, in_words  # rich is only needed to say something

        if error.filename is None or error.errno not in REMEDIES:
            raise
        fail(in_words(error))
        sys.exit(1)
    except UnicodeEncodeError as error:
        from console.cli.say import fail

        if not any("\udc80" <= sign <= "\udcff" for sign in str(error.object)):
            raise
        fail("what was typed is not UTF-8: type it anew, or give the file another name")
        sys.exit(1)
