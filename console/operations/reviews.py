"""The reviewer's work: cards one after the other, from and to the ledger, off the window's thread.

One worker does it all in the order in which it was asked for, so an answer is in the ledger before the next
card is claimed. The card that comes next is loaded before: it is on the screen at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QTimer, Signal

from console.back_office import reviews as desk
from console.back_office.ledger import Ledger
from console.back_office.permissions import Actor
from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.live_state import LiveState
from console.operations.operator_session import OperatorSession
from console.operations.review_desk import (
    TROUBLES,
    Answer,
    OpenCard,
    Queue,
    Step,
    give_answer,
    let_go,
    look,
    step,
    take_back,
    total_of,
)

log = logging.getLogger(__name__)

LOOK_MS = 5000
"""How often the queue is read, and answers that are due are issued."""


class Reviews(QObject):
    """The queue, the card in hand and the one after it. Call a method; ``changed`` follows."""

    changed = Signal()
    issued = Signal()
    """The ledger has receipts that it had not."""

    def __init__(
        self, path: Path, session: OperatorSession, state: LiveState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.path = path
        self.queue = Queue()
        self.card: OpenCard | None = None
        self.said = ""
        """What went wrong last, in words; empty: nothing."""
        self.settled: OpenCard | None = None
        """What they answered last, while it can be undone."""
        self.settled_at = 0.0
        self.done = 0
        """Cards that were answered since signing in."""
        self._session, self._state = session, state
        self._background = Background(self, workers=1)
        self._following: OpenCard | None = None
        self._outstanding = 0
        self._looking = False
        self._aside: frozenset[str] = frozenset()
        self._owner: Actor | None = None
        self._wished = ""
        """The visit whose card somebody asked for before there was one to take it."""
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self.refresh)
        session.changed.connect(self._follow_session)

    def start(self) -> None:
        """Begin to look after the queue."""
        self._look.start()
        self.refresh()

    def close(self) -> None:
        """Wait for what runs; nothing is looked at any more."""
        self._look.stop()
        self._background.close()

    @property
    def busy(self) -> bool:
        """Whether something asked for is still to come."""
        return self._background.busy

    @property
    def opening(self) -> bool:
        """Whether a card is being taken."""
        return self._outstanding > 0 and self.card is None

    @property
    def store_time(self) -> float:
        """Now, as the store has it: of a recording, where it stands."""
        snapshot = self._state.snapshot
        recording = snapshot is not None and snapshot.source.kind == "recording"
        return snapshot.t if recording and snapshot is not None else time.time()

    def waiting_for_others(self) -> tuple[str, ...]:
        """Who else holds a card now."""
        now, mine = time.time(), self._session.actor.name if self._session.actor else ""
        holders = {row.held_by(now) for row in self.queue.rows}
        return tuple(sorted(name for name in holders if name is not None and name != mine))

    def oldest(self) -> float | None:
        """Since when the first of those that wait has waited, store time; None: nothing waits."""
        return min((row.waiting_since for row in self.queue.rows), default=None)

    def undo_left(self) -> float:
        """Seconds for which the last answer can still be undone."""
        return 0.0 if self.settled is None else max(0.0, self.settled_at + desk.UNDO_S - time.time())

    @property
    def following(self) -> OpenCard | None:
        """What comes after the card in hand as things are."""
        return self._following

    # -- asked for by the page -----------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the queue, and issue what is due."""
        if self._looking:
            return
        self._looking = True
        since, actor = self._begin_of_day(), self._session.actor
        self._background.run(
            lambda: look(self.path, time.time(), since, actor),
            lambda found: self._looked(actor, found),
            self._look_failed,
        )

    def answer(self, said: Answer) -> None:
        """Settle the card in hand; the next one is shown at once."""
        card = self.card
        if card is None or (actor := self._session.actor) is None:
            return
        now = time.time()
        self.settled = card
        self.settled_at = now
        self.done += 1
        self._let_go(card, lambda file: give_answer(file, actor, card, said, now))

    def unsure(self) -> None:
        """Hand the card to somebody else."""
        self._hand_back(lambda file, actor, visit: desk.unsure(file, actor, visit, time.time()))

    def skip(self) -> None:
        """Put the card last."""
        self._hand_back(lambda file, actor, visit: desk.skip(file, actor, visit, time.time()))

    def undo(self) -> None:
        """Take the last answer back: its card is in hand again."""
        card, actor = self.settled, self._session.actor
        if card is None or actor is None or self._outstanding:
            return
        self.settled, before = None, self.card
        self.done = max(0, self.done - 1)
        first = None if card.known else card.visit
        self._step(actor, lambda file: take_back(file, actor, card, time.time()), first, before)

    def take(self) -> None:
        """Take a card, if there is somebody to take it and none in hand."""
        actor = self._session.actor
        if actor is not None and self.card is None and not self._outstanding and self.path.exists():
            wished = next((row.visit for row in self.queue.rows if row.visit == self._wished), None)
            self._wished = ""
            self._step(actor, None, wished, None)

    def take_this(self, visit: str) -> None:
        """Take the card of this visit: the one in hand is given back for whoever comes next.

        With nobody signed in, who signs in next gets it. Who else holds it is said, and another one taken.
        """
        actor, card = self._session.actor, self.card
        if card is not None and card.visit == visit:
            return
        self._wished = visit
        if actor is None or self._outstanding:
            return
        if card is not None:
            self._release(actor, card)
            self.card = self._following = None
        self.said = ""
        self.take()
        self.changed.emit()

    def price(self, lines: Mapping[str, int], say: Callable[[int | None], None]) -> None:
        """What the card in hand would cost with these lines; None: that cannot be said."""
        card = self.card
        if card is not None:
            self._background.run(lambda: total_of(self.path, card, lines), say, lambda _: say(None))

    # -- inside --------------------------------------------------------------------------------------

    def _hand_back(self, give: Callable[[Ledger, Actor, str], object]) -> None:
        card = self.card
        if card is None or (actor := self._session.actor) is None:
            return
        self.settled = None
        if card.known:  # it is nobody's to hand on: it comes again, as a skipped one does
            self._aside |= {card.visit}
            self._let_go(card, None)
        else:
            self._let_go(card, lambda file: give(file, actor, card.visit))

    def _let_go(self, card: OpenCard, work: Callable[[Ledger], object] | None) -> None:
        actor = self._session.actor
        if actor is None:
            return
        self.said = ""
        self.card, self._following = self._following, None
        self._step(actor, work, None if self.card is None else self.card.visit, card)
        self.changed.emit()

    def _step(
        self,
        actor: Actor,
        work: Callable[[Ledger], object] | None,
        first: str | None,
        before: OpenCard | None,
    ) -> None:
        """``before``: what is shown again if the ledger cannot be written."""
        self._session.touch()
        self._outstanding += 1
        aside = self._aside
        self._background.run(
            lambda: step(self.path, actor, time.time(), work, first=first, aside=aside),
            lambda found: self._stepped(actor, found, done=work is not None),
            lambda error: self._failed(actor, error, before),
        )

    def _stepped(self, actor: Actor, found: Step, *, done: bool) -> None:
        """``done``: something was, and not only a card asked for."""
        self._outstanding -= 1
        if found.refused:
            self.said = found.refused
        if found.refused and done:
            self.settled = None
            self.done = max(0, self.done - 1)
        if self._session.actor == actor and not self._outstanding:
            self.card, self._following = found.card, found.following
        elif self._session.actor != actor and found.card is not None:
            self._release(actor, found.card)  # it was claimed for somebody who has locked meanwhile
        self.changed.emit()
        self.refresh()

    def _failed(self, actor: Actor, error: Exception, before: OpenCard | None) -> None:
        self._outstanding -= 1
        if not isinstance(error, TROUBLES):
            raise error
        self.settled = None
        self.said = tr(
            "Nothing was kept, because the ledger could not be written: {error} Try again.", error=error
        )
        if self._session.actor == actor and before is not None:
            self.card, self._following = before, None
            self.done = max(0, self.done - 1)
        self.changed.emit()

    def _looked(self, actor: Actor | None, found: Queue) -> None:
        self._looking = False
        if found.issued:
            self.issued.emit()
        if self.settled is not None and not self.undo_left():
            self.settled = None
        self.queue = found
        if found.free and actor == self._session.actor:
            self.take()
        self.changed.emit()

    def _look_failed(self, error: Exception) -> None:
        self._looking = False
        if not isinstance(error, TROUBLES):
            raise error
        self.said = tr(
            "The queue could not be read: {error} What is shown may be old.", error=in_words(error)
        )
        self.changed.emit()

    def _follow_session(self) -> None:
        actor = self._session.actor
        if (actor and actor.name) != (self._owner and self._owner.name):
            if self._owner is not None and self.card is not None:
                self._release(self._owner, self.card)
            self._owner = actor
            self.card = self._following = self.settled = None
            self.said, self.done, self._aside = "", 0, frozenset()
            self.take()
            self.changed.emit()

    def _release(self, actor: Actor, card: OpenCard) -> None:
        """Others need not wait until the claim runs out."""
        if not card.known:
            self._background.run(
                lambda: let_go(self.path, actor, card.visit, time.time()),
                lambda _: self.refresh(),
                self._release_failed,
            )

    def _release_failed(self, error: Exception) -> None:
        if not isinstance(error, TROUBLES):
            raise error
        log.warning("a card stays claimed until its time is over: %s", error)

    def _begin_of_day(self) -> float:
        zone = ZoneInfo(self._state.layout.file.store.time_zone)
        today = datetime.fromtimestamp(self.store_time, UTC).astimezone(zone)
        return today.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
