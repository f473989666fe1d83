"""Proof of purges: every visit that the chain commits to is there, or was counted when it was purged."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from console.back_office.bodies import CutBody, PurgeBody
from console.back_office.database import Database
from console.back_office.verify_streams import Fault


def purge_faults(db: Database, cut: CutBody | None = None) -> Iterator[Fault]:
    """What is wrong; entries that were cut off are counted as the cut carries them forward."""
    purged = cut.purged if cut else 0
    for seq, body in db.execute("SELECT seq, body FROM entry WHERE kind = 'purge' ORDER BY seq"):
        try:
            purged += msgspec.json.decode(body, type=PurgeBody).visits
        except msgspec.MsgspecError as error:
            yield seq, f"entry {seq}", f"cannot be read: {error}"
            return
    (committed,) = db.execute("SELECT count(*) FROM entry WHERE kind = 'visit'").fetchone()
    (gone,) = db.execute(
        "SELECT count(*) FROM entry WHERE kind = 'visit' "
        "AND substr(cause, length('visit:') + 1) NOT IN (SELECT id FROM visit)"
    ).fetchone()
    if cut is not None:
        committed, gone = committed + cut.visits, gone + cut.visits
    if gone != purged:
        yield 0, "visits", f"{gone} of {committed} are gone, and {purged} were purged"
