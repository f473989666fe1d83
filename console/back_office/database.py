"""sqlite-utils, without what it would bring along.

It imports pandas where that is installed, as with the extra ``evaluate``, to take data frames for rows.
Nobody here has any, and every start of the window and of the engine would wait a third of a second for it.
"""

from __future__ import annotations

import sys

_NAME = "pandas"
_absent = _NAME not in sys.modules
if _absent:
    sys.modules[_NAME] = None  # type: ignore[assignment]  # how Python is told that there is none
try:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations
finally:
    if _absent:
        del sys.modules[_NAME]

__all__ = ["Database", "Migrations"]
