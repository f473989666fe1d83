"""A changed store folder is taken over by the running engine: read and checked first, then at a quiet moment.

Nothing stops for it: readings and pictures wait in their queues for the few milliseconds that it takes. It is
written into the journal, so that a replay changes over at the same place and comes to the same bytes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Protocol

import msgspec

from inference.engine.belonging import keep_layout
from inference.engine.flow import VisitSink
from inference.engine.journal import Journal
from inference.engine.recovery import FlowOf, Recovered, relaid_flow, settle_in
from inference.engine.view import View
from inference.messages.said import Said, said
from inference.messages.shelves import UnderWay
from inference.messages.wire import Answer, Refused, StoreTaken
from store_layout.layout_changes import LayoutChange, layout_changes
from store_layout.model import StoreLayout
from store_layout.problems import StoreProblems, errors_among

log = logging.getLogger(__name__)

WAIT_S = 1.5
"""For a quiet moment; whoever asked is told what is in the way, and asks again. Requests take 2 s at most."""
NAMED = 5
"""Problems of a store folder that a refusal names; the rest is counted."""


class Premises(Protocol):
    """The store folder, as often as it is wanted."""

    def read(self) -> StoreLayout:
        """As it is now. Raises ``StoreProblems``, or another error with its place and remedy in words."""

    def sink(self, layout: StoreLayout) -> VisitSink:
        """Keeps visits that close from now on."""


class Wish(msgspec.Struct, frozen=True):
    """A layout that somebody wants to be taken over."""

    layout: StoreLayout
    only_ask: bool
    answer: Future[Answer]
    since: float
    """Monotonic."""


class Relayable(Protocol):
    """The engine, as far as another layout concerns it. For the state thread."""

    @property
    def now(self) -> Recovered:
        """State after the latest observation."""

    @property
    def unposted(self) -> int:
        """Visits on their way to the ledger."""

    def relay(self, layout: StoreLayout, changes: Sequence[LayoutChange]) -> Said | None:
        """Go on with this layout; a sentence is why not, and nothing has changed."""


def obstacle(
    changes: Sequence[LayoutChange],
    view: View,
    under_way: UnderWay,
    unposted: int,
    *,
    starting: bool = False,
) -> Refused | None:
    """What keeps these changes from being taken over now; None: nothing does.

    ``starting``: by an engine that starts, with everything of its own made anew.
    """
    for change in changes:
        if change.needs == "start" and not (starting and change.part != "store"):
            # What the ledger is counted in may only change where nothing is counted yet.
            lost = change.part == "store" and (bool(view.state.open) or bool(unposted))
            return Refused(_needs_a_start(change), "" if lost else "start")
    inside = len(view.state.open) or len(view.state.people)
    for change in changes:
        if change.needs == "empty" and inside:
            text = said(
                "floor, fixtures and gates can only be changed while nobody is inside; now: {count}",
                count=inside,
            )
            return Refused(text, "wait")
        busy = sorted(under_way.scales.intersection(change.scales))
        if busy:
            return Refused(
                said("something happens on scale {scale}: wait until it is at rest", scale=busy[0]), "wait"
            )
        if change.part == "product" and change.how == "removed" and change.name in under_way.products:
            return Refused(
                said("somebody inside may hold product {sku}: wait until they have left", sku=change.name),
                "wait",
            )
    if unposted:
        return Refused(
            said("{count} visits wait for the ledger, with the prices of before", count=unposted), "wait"
        )
    return None


def read_or_why(premises: Premises) -> StoreLayout | Refused:
    """The store folder as it is now, or what is wrong with it: place, matter and remedy of each problem."""
    try:
        return premises.read()
    except StoreProblems as error:
        found = errors_among(error.problems)
        named = "\n".join(str(problem) for problem in found[:NAMED])
        if len(found) > NAMED:
            text = said(
                "the store folder cannot be used: {problems}\n+ {more}",
                problems=named,
                more=len(found) - NAMED,
            )
            return Refused(text)
        return Refused(said("the store folder cannot be used: {problems}", problems=named))
    except Exception as error:  # whatever is wrong with a folder must not touch the store that runs
        log.warning("the store folder cannot be read: %s", error)
        return Refused(said("the store folder cannot be read: {error}", error=str(error)))


def carry(now: Recovered, layout: StoreLayout, journal: Journal, make_flow: FlowOf) -> Said | None:
    """Let the flow for another layout take the place of this one, and the journal know of it.

    It is made and tried first: once the journal speaks of it, nothing can go wrong any more. A sentence is
    why it was not done, and nothing has changed.
    """
    try:
        flow = relaid_flow(now, layout, make_flow)
        flow.checkpoint()
        name = keep_layout(journal.folder, layout, now.layout_name)
        journal.relaid(now.view.state.t, name)
    except Exception as error:  # a stage that cannot go on with it, a full disk
        log.exception("the changed store folder is not taken over")
        return said("the changed store folder cannot be taken over: {error}", error=str(error))
    settle_in(now, flow, layout, name)
    now.count = journal.count
    return None


class Relaying:
    """The wish that waits. Owned by the state thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wish: Wish | None = None

    def wish(self, wish: Wish) -> None:
        """From now on; one that waits already makes room."""
        self.refuse(said("somebody else has the store folder read again"))
        self._wish = wish

    def refuse(self, why: Said) -> None:
        """Whoever waits waits in vain."""
        wish, self._wish = self._wish, None
        if wish is not None:
            wish.answer.set_result(Refused(why, "wait"))

    def look(self, engine: Relayable) -> None:
        """Take it over if the moment is quiet."""
        wish = self._wish
        if wish is None:
            return
        now = engine.now
        changes = layout_changes(now.layout, wish.layout)
        found = obstacle(changes, now.view, now.flow.under_way(), engine.unposted) if changes else None
        waited = self._clock() - wish.since
        if found is not None:
            if wish.only_ask or found.remedy != "wait" or waited >= WAIT_S:
                self._wish = None
                wish.answer.set_result(found)
            return
        self._wish = None
        if wish.only_ask or not changes:
            wish.answer.set_result(StoreTaken(changes))
            return
        began = self._clock()
        failed = engine.relay(wish.layout, changes)
        done = StoreTaken(changes, round(waited, 3), round(self._clock() - began, 4))
        wish.answer.set_result(done if failed is None else Refused(failed))


def _needs_a_start(change: LayoutChange) -> Said:
    match change.part:
        case "detector":
            return said("another detector is loaded when the engine starts")
        case "broker":
            return said("another broker is connected to when the engine starts")
        case "rules":
            return said("what is kept back on cards changes when the engine starts")
        case "retention":
            return said("how long things are kept changes when the engine starts")
        case _:
            return said(
                "currency, time zone and the like belong to the ledger: they change when the engine starts"
            )
