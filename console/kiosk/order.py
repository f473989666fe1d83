"""What the watching process tells the kiosk's own, and how that may end."""

from __future__ import annotations

import msgspec

from console.engine_process.spec import EngineSpec, SpecError

EXIT_LEFT, EXIT_CRASH, EXIT_REFUSED = 0, 1, 78
"""A manager ended it, it failed (it is started again), it cannot be started as asked."""
BEAT = b"."
BEAT_S = 0.5
"""The kiosk writes this to its output so often while its window answers."""


class KioskOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In one line of JSON on the kiosk's stdin."""

    spec: EngineSpec
    settings: str
    """Folder of the window's settings."""
    full_screen: bool = True


def read_order(line: bytes) -> KioskOrder:
    """Raises :class:`SpecError` naming the field that is wrong."""
    try:
        order = msgspec.json.decode(line, type=KioskOrder)
    except msgspec.MsgspecError as error:
        raise SpecError(f"the kiosk's order: {error}") from error
    order.spec.check()
    return order
