"""A kiosk's process that only plays one: its order's ``settings`` is a folder, ``how`` in it says what to do.

``how`` holds one word a life, in turn: ``crash``, ``hang`` (after a beat), ``refuse``, ``leave``, ``stay``.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from console.kiosk.order import BEAT, EXIT_LEFT, EXIT_REFUSED, read_order


def main() -> int:
    line = sys.stdin.buffer.readline()
    if not line:
        return EXIT_LEFT
    order = read_order(line)
    folder = Path(order.settings)
    lives = folder / "lives"
    before = lives.read_text().splitlines() if lives.exists() else []
    lives.write_text("\n".join([*before, str(order.spec.fresh)]))
    how = (folder / "how").read_text().split()[len(before)]
    if how == "crash":
        os._exit(1)
    if how in ("hang", "stay"):  # the others are gone before anybody could miss a beat
        os.write(1, BEAT)
        while True:
            time.sleep(0.1)
            if how == "stay":
                os.write(1, BEAT)
    return EXIT_REFUSED if how == "refuse" else EXIT_LEFT


if __name__ == "__main__":
    sys.exit(main())
