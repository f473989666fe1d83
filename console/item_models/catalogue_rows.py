"""Changes of catalogue and planogram as people read them: what is otherwise, from when on, by whom."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from console.item_models.keyed_rows import Column, KeyedRows
from console.item_models.words import DASH, ShopWords
from console.language import tr, tr_n, tr_noop
from console.language.writing import at_time, percent, up_to
from console.theme.icons import Icon
from store_layout.changes import Change
from store_layout.differences import Difference
from store_layout.model import Facing

COLUMN_WORDS: dict[str, str] = {
    "name": tr_noop("Name"),
    "price": tr_noop("Price"),
    "weight_g": tr_noop("Weight"),
    "weight_sd_g": tr_noop("Spread of its weight"),
    "tax_basis_points": tr_noop("Tax"),
    "category": tr_noop("Category"),
    "age_limit": tr_noop("Age limit"),
    "picture": tr_noop("Picture"),
    "deposit": tr_noop("Deposit"),
    "deposit_tax_basis_points": tr_noop("Tax of the deposit"),
}
MONEY, SHARES, GRAMS = ("price", "deposit"), ("tax_basis_points", "deposit_tax_basis_points"), "_g"
STATE_WORDS: dict[str, str] = {
    "scheduled": tr_noop("planned"),
    "applied": tr_noop("made"),
    "cancelled": tr_noop("cancelled"),
}
_SIGNS = {"added": Icon.ADD, "removed": Icon.OFF, "moved": Icon.MISPLACED}


def moment(t: float, words: ShopWords) -> str:
    """``2026-12-01 06:00`` by the shop's clock."""
    return at_time(t, words.zone, tr("yyyy-MM-dd HH:mm"))


def what_words(difference: Difference) -> str:
    """What is otherwise, in a word or two."""
    match difference.kind:
        case "added":
            return tr("New")
        case "removed":
            return tr("Not sold any more")
        case "moved":
            return tr("Moves to another slot")
        case "slot":
            if difference.now is None:
                return tr("Leaves slot {slot}", slot=difference.slot)
            return tr("Comes into slot {slot}", slot=difference.slot)
        case "stock":
            slot = difference.slot
            return {
                "facings": tr("Facings in slot {slot}", slot=slot),
                "capacity": tr("Fit into slot {slot}", slot=slot),
                "stock": tr("At the start in slot {slot}", slot=slot),
            }.get(difference.column, difference.what)
        case _:
            known = COLUMN_WORDS.get(difference.column)
            return difference.what if known is None else tr(known)


def value_words(difference: Difference, value: float | str | None, words: ShopWords) -> str:
    """One side of it, as the language writes it."""
    column = difference.column or ("price" if difference.kind == "added" else "")
    if value is None or value == "":
        return DASH
    if isinstance(value, str):
        return value
    if column in MONEY:
        return words.money(int(value))
    if column in SHARES:
        return percent(value / 10_000, 2)
    return f"{up_to(value, 2)} g" if column.endswith(GRAMS) else up_to(value, 2)


def difference_words(difference: Difference, words: ShopWords) -> str:
    """In a line: ``Soup tin: price 2.29 → 2.49``."""
    what = what_words(difference)
    if difference.kind in ("removed", "slot"):
        return f"{difference.name or difference.sku}: {what}"
    now = value_words(difference, difference.now, words)
    if difference.kind == "added":
        return f"{difference.name}: {what}, {now}"
    return f"{difference.name}: {what}, {value_words(difference, difference.was, words)} → {now}"


class DifferencesModel(KeyedRows[Difference]):
    """What a change makes otherwise."""

    def __init__(self, words: ShopWords, parent: QObject | None = None) -> None:
        super().__init__(
            (
                Column(tr("What"), what_words, sign=lambda d: _SIGNS.get(d.kind, Icon.EDIT)),
                Column(tr("Product"), lambda d: d.name or DASH),
                Column(tr("GTIN"), lambda d: d.sku),
                Column(tr("Before"), lambda d: value_words(d, d.was, words), number=True),
                Column(tr("Then"), lambda d: value_words(d, d.now, words), number=True),
            ),
            key=lambda d: (d.kind, d.sku, d.what, d.slot, d.before),
            parent=parent,
        )


class ChangesModel(KeyedRows[Change]):
    """Planned changes first, then those that were made, the latest first."""

    def __init__(self, words: ShopWords, parent: QObject | None = None) -> None:
        super().__init__(
            (
                Column(tr("No."), lambda c: str(c.number), number=True),
                Column(
                    tr("State"),
                    state_words,
                    tone=lambda c: "waiting" if c.state == "scheduled" else "neutral",
                    sign=lambda c: Icon.WAITING if c.state == "scheduled" else None,
                ),
                Column(tr("Valid from"), lambda c: moment(c.valid_from, words)),
                Column(tr("By"), lambda c: c.who),
                Column(tr("What"), rows_words),
                Column(tr("Why"), lambda c: c.why),
            ),
            key=lambda c: c.number,
            parent=parent,
        )

    def refresh(self, changes: Sequence[Change]) -> None:
        """Take them as they are."""
        waits = [c for c in changes if c.state == "scheduled"]
        over = [c for c in changes if c.state != "scheduled"]
        self.replace(
            [
                *sorted(waits, key=lambda c: (c.valid_from, c.number)),
                *sorted(over, key=lambda c: -c.number),
            ]
        )


def state_words(change: Change) -> str:
    """One or two words."""
    if change.undoes is not None:
        return tr("takes {number} back", number=change.undoes)
    return tr(STATE_WORDS[change.state])


def rows_words(change: Change) -> str:
    """``3 products, 1 slot``; of a shelf that was rebuilt also which."""
    rows = change.rows
    products = len(rows.products) + len(rows.gone_products)
    slots = len({f.slot for f in rows.facings} | {slot for slot, _ in rows.gone_facings})
    told = [] if change.rebuild is None else [tr("Shelf rebuilt: {shelf}", shelf=change.rebuild.shelf)]
    if products:
        told.append(tr_n("{n} product", "{n} products", products))
    if slots:
        told.append(tr_n("{n} slot", "{n} slots", slots))
    return ", ".join(told) or DASH


class FacingsModel(KeyedRows[Facing]):
    """What stands in a slot."""

    def __init__(self, words: ShopWords, parent: QObject | None = None) -> None:
        super().__init__(
            (
                Column(tr("Product"), lambda f: words.product(f.sku)),
                Column(tr("Facings"), lambda f: str(f.facings), number=True),
                Column(tr("Fit in"), lambda f: _known(f.capacity), number=True),
                Column(tr("At the start"), lambda f: _known(f.stock), number=True),
            ),
            key=lambda f: f.sku,
            parent=parent,
        )


def _known(value: int | None) -> str:
    return DASH if value is None else str(value)
