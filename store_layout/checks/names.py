"""Who the store is, ids that are unique and fit for topics and file names, and text that is one line."""

from __future__ import annotations

import re
import unicodedata
import zoneinfo
from collections.abc import Iterator

import msgspec

from store_layout.currency import is_currency
from store_layout.findings import TOML, Draft, Finding, Place
from store_layout.model import Retention, Rules, StoreInfo
from store_layout.said import said

LONGEST = {"clips_days": 90, "visits_days": 3650, "documents_years": 100}
"""Beyond these a number is a mistake. A period of 0 would leave nothing to look at in a dispute."""
SHORTEST_BY_LAW = 5
"""Years; a shop that must keep its receipts for less is rare enough to be asked."""
_ID = re.compile(r"\w[\w.-]{0,63}")
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
NOT_A_LINE = (
    said("the text is empty, starts or ends with a blank, or has control characters"),
    said("Write one plain line"),
)


def check_names(draft: Draft) -> Iterator[Finding]:
    """Store, ids, references and rules."""
    if draft.store is not None:
        yield from _store(draft.store)
    for table in ("fixture", "slot", "scale", "camera", "gate"):
        yield from _unique(table, draft)
    known = {target: draft.known(target) for target in ("fixture", "scale")}
    for slot_number, slot in draft.slots.items():
        for target, name in (("fixture", slot.fixture), ("scale", slot.scale)):
            if name is not None and name not in known[target]:
                what, remedy = (
                    said("there is no {target} {name}", target=target, name=repr(name)),
                    said("Correct it, or add a [[{target}]] with that id", target=target),
                )
                yield Finding(TOML, ("slot", slot_number, target), what, remedy)
    if draft.rules is not None:
        yield from _rules(draft.rules)
    if draft.retention is not None:
        yield from _retention(draft.retention, draft.rules or Rules())
    yield from _all_text(draft)


def _store(store: StoreInfo) -> Iterator[Finding]:
    yield from _id(("store", "id"), store.id)
    if not is_currency(store.currency):
        what, remedy = (
            said("{currency} is not a currency", currency=repr(store.currency)),
            said("Write its ISO 4217 code, such as EUR or USD"),
        )
        yield Finding(TOML, ("store", "currency"), what, remedy)
    try:
        zoneinfo.ZoneInfo(store.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        what, remedy = (
            said("{time_zone} is not a time zone", time_zone=repr(store.time_zone)),
            said("Write its IANA name, such as Europe/Berlin"),
        )
        yield Finding(TOML, ("store", "time_zone"), what, remedy)
    if not _TIME_OF_DAY.fullmatch(store.day_starts):
        what = said("{day_starts} is no time of day", day_starts=repr(store.day_starts))
        yield Finding(TOML, ("store", "day_starts"), what, said("Write hours and minutes, such as 04:00"))


def _id(place: Place, name: str) -> Iterator[Finding]:
    if not _ID.fullmatch(name):
        what = said("{name} cannot be an id", name=repr(name))
        remedy = said("Use letters, digits, '.', '_' and '-' only, 64 at most, not starting with '.' or '-'")
        yield Finding(TOML, place, what, remedy)


def _unique(table: str, draft: Draft) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for number, name in draft.ids.get(table, {}).items():
        yield from _id((table, number, "id"), name)
        if name in first:
            what = said(
                "{name} is the id of {table}[{first}] already",
                name=repr(name),
                table=table,
                first=first[name] + 1,
            )
            yield Finding(TOML, (table, number, "id"), what, said("Give each its own id"))
        first.setdefault(name, number)


def _retention(retention: Retention, rules: Rules) -> Iterator[Finding]:
    for name, most in LONGEST.items():
        value = getattr(retention, name)
        if not 1 <= value <= most:
            in_years = name.endswith("years")
            what = said("{n} years", n=value) if in_years else said("{n} days", n=value)
            yield Finding(
                TOML, ("retention", name), what, said("Write a whole number from 1 to {most}", most=most)
            )
    if 1 <= retention.visits_days < rules.refund_days:
        what = said(
            "visits are kept for {visits_days} days, but disputed for {refund_days}",
            visits_days=retention.visits_days,
            refund_days=rules.refund_days,
        )
        yield Finding(
            TOML, ("retention", "visits_days"), what, said("Write at least what rules.refund_days says")
        )
    if 1 <= retention.documents_years < SHORTEST_BY_LAW:
        what = said(
            "receipts are kept for {documents_years} years only", documents_years=retention.documents_years
        )
        remedy = said("Ask who does the shop's taxes: most countries want 5 to 10 years")
        yield Finding(TOML, ("retention", "documents_years"), what, remedy, "warning")
    if not 0 <= retention.quiet_hour <= 23:
        what = said("{quiet_hour} is no hour of the day", quiet_hour=retention.quiet_hour)
        yield Finding(TOML, ("retention", "quiet_hour"), what, said("Write 0 to 23, when nobody shops"))


def _rules(rules: Rules) -> Iterator[Finding]:
    for name in (
        "wrong_cost_factor",
        "review_cost",
        "wait_for_shared_s",
        "refund_limit",
        "refund_days",
        "cash_rounding",
        "card_hold",
    ):
        if getattr(rules, name) < 0:
            yield Finding(
                TOML,
                ("rules", name),
                said("{value} is negative", value=getattr(rules, name)),
                said("Write 0 or more"),
            )
    if not 0.0 <= rules.issue_from <= 1.0:
        what = said("{issue_from} is no probability", issue_from=rules.issue_from)
        yield Finding(TOML, ("rules", "issue_from"), what, said("Write a number from 0 to 1, such as 0.97"))


def _all_text(draft: Draft) -> Iterator[Finding]:
    """Text with line breaks or control characters breaks lists, logs and receipts."""
    tables = {
        "fixture": draft.fixtures,
        "slot": draft.slots,
        "scale": draft.scales,
        "camera": draft.cameras,
        "gate": draft.gates,
    }
    entries: list[tuple[Place, object]] = [
        (("store",), draft.store),
        (("floor",), draft.floor),
        (("broker",), draft.broker),
        (("rules",), draft.rules),
        *(((table, n), entry) for table, found in tables.items() for n, entry in found.items()),
    ]
    for place, entry in entries:
        if isinstance(entry, msgspec.Struct):
            for field in entry.__struct_fields__:
                value = getattr(entry, field)
                if isinstance(value, str) and not is_plain_line(value):
                    yield Finding(TOML, (*place, field), *NOT_A_LINE)


def is_plain_line(text: str) -> bool:
    """One line of text without blanks around it and without control characters or half characters."""
    forbidden = {"Cc", "Cs", "Zl", "Zp"}
    return bool(text) and text == text.strip() and not forbidden & {unicodedata.category(c) for c in text}
