"""What is said of a slot: counts, weights, faults, events. Asked for when it is shown."""

from __future__ import annotations

from collections.abc import Iterable

from console.item_models.shelves import GoodsNow, SlotNow, Stock
from console.item_models.words import DASH, ShopWords, chance, grams, left_words
from console.language import tr, tr_n
from console.operations.gondolas import Face
from console.theme.icons import Icon
from inference.messages.results import Doubt
from inference.messages.shelves import ScaleEvent, ScaleFault

FAULT_SIGNS: dict[ScaleFault, Icon] = {
    "silent": Icon.LOST,
    "stuck": Icon.STUCK,
    "impossible": Icon.WRONG,
    "over_capacity": Icon.OVERLOADED,
    "unsettled": Icon.LATE,
    "re_zeroed": Icon.ZERO,
    "drifting": Icon.DRIFTING,
}


RATHER_NOT = 0.05
"""A count less probable than this is no count: no whole number of units weighs so much."""


def fault_word(fault: ScaleFault) -> str:
    """One or two words."""
    match fault:
        case "silent":
            return tr("Silent")
        case "stuck":
            return tr("Stuck")
        case "impossible":
            return tr("Impossible weights")
        case "over_capacity":
            return tr("Overloaded")
        case "unsettled":
            return tr("Not at rest")
        case "re_zeroed":
            return tr("Re-zeroed")
        case "drifting":
            return tr("Drifting")


def fault_advice(fault: ScaleFault) -> str:
    """What it means, and what to do."""
    match fault:
        case "silent":
            return tr("No reading comes. Check its power and cable; the Devices page says since when.")
        case "stuck":
            return tr("It says exactly the same all the time. Lift something off it and put it back.")
        case "impossible":
            return tr("It sends weights that cannot be. Have its load cell and cable checked.")
        case "over_capacity":
            return tr("More lies on it than it can weigh. Take something off.")
        case "unsettled":
            return tr("It does not come to rest: something leans on it, or swings.")
        case "re_zeroed":
            return tr("It took another zero by itself, so its level says nothing. Count, and set the zero.")
        case "drifting":
            return tr("Its level has crept away from what the events explain. Count, and set the zero.")


def doubt_words(doubts: Iterable[Doubt]) -> str:
    """Why what was felt is less sure than other changes; empty where it is not."""
    return "; ".join(_doubt(doubt) for doubt in doubts)


def _doubt(doubt: Doubt) -> str:
    match doubt:
        case "outage":
            return tr("the scale was silent for a while")
        case "overlap":
            return tr("something else moved on this shelf at the same time")
        case "re_zeroed":
            return tr("the scale may have set its own zero")
        case "saturated":
            return tr("more lay on the scale than it can weigh")
        case "silent":
            return tr("the scale was silent")
        case "spike":
            return tr("the scale sent impossible weights in between")
        case "unsettled":
            return tr("the scale had not come to rest")


def stock_word(stock: Stock) -> str:
    """``Low``, ``Empty`` or nothing."""
    return {"low": tr("Low"), "empty": tr("Empty"), "": ""}[stock]


def count_words(goods: GoodsNow) -> str:
    """``12``, ``12 (72%)`` where that is not sure, a dash where it is not known."""
    if goods.count is None:
        return DASH
    if goods.count.probability < RATHER_NOT:
        return tr("about {n}", n=goods.count.units)
    sure = chance(goods.count.probability)
    return f"{goods.count.units} ({sure})" if sure else str(goods.count.units)


def weights_words(now: SlotNow) -> str:
    """What is measured and what should be there."""
    if now.scale is None or now.scale.t < 0:
        return tr("no weight")
    measured = plain_grams(now.level_g)
    if now.expected_g is None:
        return measured
    return tr("{measured} of {expected}", measured=measured, expected=plain_grams(now.expected_g))


def plain_grams(value: float) -> str:
    """``4,211 g`` without a sign, from a kilogram on with a thin space between."""
    return f"{value:,.0f} g".replace(",", "\u2009")


def last_words(now: SlotNow, store_time: float, words: ShopWords) -> str:
    """What the latest event was, and when."""
    if now.scale is None or now.scale.event_t is None:
        return tr("nothing yet")
    when = left_words(now.scale.event_t, store_time, words.zone, live=True)
    return tr("{grams}, {when}", grams=grams(now.scale.event_g), when=when)


def event_words(event: ScaleEvent, words: ShopWords, only: str = "") -> str:
    """What most probably happened: ``1 Cola taken by K7-204 (72%)``.

    ``only``: the product that stands above these words, and is not named again.
    """
    if event.probability == 0.0:
        return tr("not explained yet")
    if not event.moves:
        return tr("nothing was taken")
    goods = ", ".join(
        f"{abs(move.units)}" if move.sku == only else f"{abs(move.units)} {words.product(move.sku)}"
        for move in event.moves
    )
    taken = event.moves[0].units > 0
    if event.who:
        said = (
            tr("{goods} taken by {who}", goods=goods, who=event.who)
            if taken
            else tr("{goods} put back by {who}", goods=goods, who=event.who)
        )
    else:
        said = (
            tr("{goods} taken, not charged", goods=goods) if taken else tr("{goods} filled up", goods=goods)
        )
    sure = chance(event.probability)
    return f"{said} ({sure})" if sure else said


def face_words(face: Face) -> str:
    """The fixture's name, and which side of it where there are several, as the floor map shows it."""
    name = face.fixture.name or face.fixture.id
    if face.is_only:
        return name
    sides = {
        (-1, 0): tr("left side"),
        (1, 0): tr("right side"),
        (0, -1): tr("lower side"),
        (0, 1): tr("upper side"),
    }
    return f"{name}, {sides[round(face.out[0]), round(face.out[1])]}"


def slot_said(now: SlotNow, store_time: float, words: ShopWords) -> str:
    """All of it in a sentence, for screen readers and tool tips."""
    parts = [now.slot.id]
    for goods in now.goods:
        parts.append(words.product(goods.sku))
        if goods.count is not None:
            parts.append(tr_n("{n} unit", "{n} units", goods.count.units))
            sure = chance(goods.count.probability)
            if sure:
                parts.append(tr("{chance} sure", chance=sure))
        if goods.stock:
            parts.append(stock_word(goods.stock))
    if not now.goods:
        parts.append(tr("no product planned"))
    parts += [fault_word(fault) for fault in now.faults]
    parts += [misplaced_words(one.sku, one.units, words) for one in now.misplaced]
    parts.append(weights_words(now))
    parts.append(tr("last event: {what}", what=last_words(now, store_time, words)))
    return ", ".join(parts)


def misplaced_words(sku: str, units: float, words: ShopWords) -> str:
    """``1 Pesto does not belong here``."""
    goods = f"{max(1, round(units))} {words.product(sku)}"
    return tr("{goods} does not belong here", goods=goods)
