"""What a supervisor tells a worker, and the worker at its end: known to both, and cheap to load."""

from __future__ import annotations

import msgspec

from console.engine_process.session import Session
from console.engine_process.spec import EngineSpec

EXIT_OK, EXIT_CRASH, EXIT_REFUSED, EXIT_RUNNING = 0, 1, 78, 75
"""As ``sysexits.h`` numbers them: 78 is a bad configuration (no use to try again), 75 to try later."""


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a supervisor writes to the worker's stdin, in one line."""

    spec: EngineSpec
    session: Session
