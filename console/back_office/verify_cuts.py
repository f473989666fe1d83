"""Proof of what was cut off: a row for each entry, numbers without a gap, and the sums carried forward."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import msgspec

from console.back_office.bodies import CutBody
from console.back_office.chain import GENESIS
from console.back_office.cut_rows import KIND, SELECT, Stub, latest_cut, linked
from console.back_office.database import Database
from console.back_office.verify_streams import Fault, OnProgress, count, told

SHORTEST_YEAR_S = 365 * 86_400.0


def known_cut(db: Database) -> CutBody | None:
    """The latest cut; None where there was none, or it cannot be read (the chain is broken there)."""
    try:
        return latest_cut(db)
    except msgspec.MsgspecError:
        return None


def cut_faults(db: Database, on_progress: OnProgress | None = None) -> Iterator[Fault]:
    """What is wrong with it, in the order of the chain."""
    cuts: dict[int, tuple[int, CutBody]] = {}
    for seq, body in db.execute("SELECT seq, body FROM entry WHERE kind = ? ORDER BY seq", (KIND,)):
        try:
            cut = msgspec.json.decode(body, type=CutBody)
        except msgspec.MsgspecError as error:
            yield seq, f"entry {seq}", f"cannot be read: {error}"
            continue
        cuts[cut.through] = seq, cut
    yield from _of_stubs(db, cuts, on_progress)
    yield from _in_order([found for _, found in sorted(cuts.items())])


def _of_stubs(
    db: Database, cuts: dict[int, tuple[int, CutBody]], on_progress: OnProgress | None
) -> Iterator[Fault]:
    previous, expected, anchored = GENESIS, 1, 0
    newest = max((_day(cut.before) for _, cut in cuts.values()), default="")
    sums: dict[tuple[str, str], list[int]] = {}
    numbers: dict[str, int] = {}
    for *columns, claimed in told(db.execute(SELECT), "cut off", lambda: count(db, "cut_entry"), on_progress):
        stub = Stub(*columns)
        place = f"entry {stub.seq}"
        if stub.seq != expected:
            yield stub.seq, place, f"of entries {expected} to {stub.seq - 1} nothing is left"
        if linked(previous, stub) != claimed:
            yield stub.seq, place, "what is left of it is not what was left of it when it was cut off"
        previous, expected = claimed, stub.seq + 1
        if stub.series:
            want = numbers.get(stub.series, 0) + 1
            if stub.number != want:
                yield stub.seq, f"document {stub.series}-{stub.number:06d}", f"number {want} is missing"
            numbers[stub.series] = stub.number
            summed = sums.setdefault((stub.series, stub.currency), [0, 0])
            summed[0] += 1
            summed[1] += stub.total
        if (found := cuts.get(stub.seq)) is not None:
            anchored = stub.seq
            for what in _against(found[1], stub, claimed, sums):
                yield stub.seq, f"entry {found[0]}", what
        if newest and stub.day > newest:
            yield stub.seq, place, "was cut off before its time was over"
    if anchored != expected - 1:
        yield expected - 1, f"entry {anchored + 1}", "was cut off, and no entry says so"
    for through, (seq, _) in cuts.items():
        if through >= expected:
            yield seq, f"entry {seq}", f"nothing is left of entry {through}, which it cut off"


def _against(cut: CutBody, stub: Stub, claimed: str, sums: dict[tuple[str, str], list[int]]) -> Iterator[str]:
    """What is left against what was anchored."""
    if (cut.hash, cut.link) != (stub.hash, claimed):
        yield f"what is left up to entry {stub.seq} is not what it anchored"
    if {(row.series, row.currency): [row.count, row.total] for row in cut.series} != sums:
        yield "the sums that it carries forward are not those of what was cut off"
    for row in cut.series:
        if sum(rate.gross for rate in row.taxes) != row.total:
            yield f"its taxes of series {row.series} do not come to its total"


def _day(t: float) -> str:
    """The shop's zone makes it one day more at most; and a year begins with it."""
    return datetime.fromtimestamp(t, UTC).date().isoformat()


def _in_order(cuts: list[tuple[int, CutBody]]) -> Iterator[Fault]:
    for seq, cut in cuts:
        if cut.before > cut.at - cut.years * SHORTEST_YEAR_S:
            yield seq, f"entry {seq}", f"it cut off what was not {cut.years} years old"
    for (_, before), (seq, cut) in pairwise(cuts):
        if cut.since != before.through + 1:
            yield seq, f"entry {seq}", "it does not go on where the cut before it ended"
