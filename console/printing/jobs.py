r"""A print job, and the states that it goes through.

::

    queued -> printing -> printed
      ^  ^       |  \--> unknown   bytes left, and nobody can say whether paper came out: a person is asked
      |  |       |   \-> failed    nothing left, after the last attempt
      |  \-------/       queued    nothing left: tried again later
      |
      +- failed (retry), unknown (answered: it did not print)
    queued, failed, unknown -> cancelled
    unknown -> printed (answered: it did print)
"""

from __future__ import annotations

from typing import Literal

import msgspec

State = Literal["queued", "printing", "printed", "unknown", "failed", "cancelled"]
Format = Literal["escpos", "blocks"]
"""``escpos``: bytes for the wire. ``blocks``: for the operating system's printer, drawn when it is sent."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be printed, without its bytes."""

    id: int
    printer: str
    what: str
    """For people: ``R-000012``, ``R-000012 copy 2``, ``test page``."""
    document: str
    """What tells the document from all others, also those of other ledgers; empty for a test page."""
    copy: int
    format: Format
    state: State
    reason: str
    """Why it is as it is; empty when all is well."""
    attempts: int
    sent: bool
    """Whether bytes may have left for the printer in the last attempt."""
    confirmed: bool
    """Whether the printer itself said that it printed."""
    created: float
    changed: float
    not_before: float
    """Store PC's clock, seconds since the epoch: no attempt before."""
