"""What rebuilding a shelf made of a store's file: the entries that it changed, before and after. Pure.

Kept with a change (``changes``), so that it can be taken back by its number, whatever else was changed in the
file since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from store_layout.model import Fixture, Scale, Slot, StoreFile

Entry = TypeVar("Entry", Fixture, Slot, Scale)


class Parts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Entries of a store's file."""

    fixtures: tuple[Fixture, ...] = ()
    slots: tuple[Slot, ...] = ()
    scales: tuple[Scale, ...] = ()

    @property
    def names(self) -> frozenset[tuple[str, str]]:
        """Kind and id of each."""
        return frozenset(
            [
                *(("fixture", one.id) for one in self.fixtures),
                *(("slot", one.id) for one in self.slots),
                *(("scale", one.id) for one in self.scales),
            ]
        )

    @property
    def slot_ids(self) -> frozenset[str]:
        """Of the slots."""
        return frozenset(slot.id for slot in self.slots)


class Rebuild(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shelf's boards and slots as they were and as they came to be: only what differs."""

    shelf: str
    """What people call it."""
    before: Parts
    after: Parts

    @property
    def names(self) -> frozenset[tuple[str, str]]:
        """Kind and id of all that it changed."""
        return self.before.names | self.after.names

    @property
    def gone_slots(self) -> frozenset[str]:
        """That there are no more since."""
        return self.before.slot_ids - self.after.slot_ids

    @property
    def new_slots(self) -> frozenset[str]:
        """That there were not before."""
        return self.after.slot_ids - self.before.slot_ids


def rebuild_between(before: StoreFile, after: StoreFile) -> Rebuild:
    """What has to be known to come back from ``after`` to ``before``."""
    was, now = _differing(before, after), _differing(after, before)
    fixtures = {slot.fixture for slot in (*was.slots, *now.slots)} | {f.id for f in was.fixtures}
    names = [fixture.name for fixture in before.fixture if fixture.id in fixtures]
    return Rebuild(", ".join(names), was, now)


def changed_since(file: StoreFile, rebuild: Rebuild) -> tuple[tuple[str, str], ...]:
    """Kind and id of entries that are neither as the rebuild left them nor as they were before it."""
    found: list[tuple[str, str]] = []
    for kind, have, was, now in (
        ("fixture", _ids(file.fixture), _ids(rebuild.before.fixtures), _ids(rebuild.after.fixtures)),
        ("slot", _ids(file.slot), _ids(rebuild.before.slots), _ids(rebuild.after.slots)),
        ("scale", _ids(file.scale), _ids(rebuild.before.scales), _ids(rebuild.after.scales)),
    ):
        found += [
            (kind, name) for name in {**was, **now} if have.get(name) not in (was.get(name), now.get(name))
        ]
    return tuple(found)


def without_rebuild(file: StoreFile, rebuild: Rebuild) -> StoreFile:
    """The file with these entries as they were before; all others stay."""
    before, after = rebuild.before, rebuild.after
    return msgspec.structs.replace(
        file,
        fixture=_put_back(file.fixture, before.fixtures, after.fixtures),
        slot=_put_back(file.slot, before.slots, after.slots),
        scale=_put_back(file.scale, before.scales, after.scales),
    )


def _differing(file: StoreFile, other: StoreFile) -> Parts:
    return Parts(
        _not_in(file.fixture, other.fixture), _not_in(file.slot, other.slot), _not_in(file.scale, other.scale)
    )


def _not_in(entries: Iterable[Entry], others: Iterable[Entry]) -> tuple[Entry, ...]:
    known = _ids(others)
    return tuple(one for one in entries if known.get(one.id) != one)


def _put_back(entries: Sequence[Entry], before: Iterable[Entry], after: Iterable[Entry]) -> tuple[Entry, ...]:
    was, now = _ids(before), _ids(after)
    kept = {one.id: was.get(one.id, one) for one in entries if one.id in was or one.id not in now}
    return tuple({**kept, **{name: one for name, one in was.items() if name not in kept}}.values())


def _ids(entries: Iterable[Entry]) -> dict[str, Entry]:
    return {one.id: one for one in entries}
