"""From when on a person is asked: what another setting would have done to the last visits, and setting it.

What a visit's receipt is expected to be wrong by is estimated from what is kept of it: each line's own chance
of being wrong, times the price of what it counts. The engine, which knows every way the cart may have come
about, decides by the same rule on better grounds; visits that it asked about for another reason (a scale that
went silent, a shopper who was lost) are asked about whatever is set.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from console.back_office import audit
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.operators import OperatorError, SignInError, sign_in
from console.back_office.permissions import NotAllowedError, require
from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.disputes import SignIn
from console.operations.operator_session import SCREEN
from console.operations.store_edits import EditError, StoreEdit, edit_store, take_back
from inference.messages import ClosedVisit
from store_layout.model import Product, Rules, StoreFile, StoreLayout
from store_layout.problems import StoreProblems

LAST = 500
"""Visits that a preview looks at."""
REFUSALS = (NotAllowedError, OperatorError, SignInError, EditError, StoreProblems)
TROUBLES = (LedgerError, sqlite3.Error, OSError)


class Judged(msgspec.Struct, frozen=True):
    """What counts of one visit."""

    wrong: float
    """Expected wrong money of its receipt, minor units."""
    probability: float
    least: float
    """Probability of its least sure line."""
    always: bool
    """Asked about for another reason than the rule."""


class Preview(msgspec.Struct, frozen=True):
    """What a setting comes to on the visits that were looked at."""

    visits: int
    asked: int
    """A person would have been asked about so many."""
    wrong: float
    """Expected wrong money on the receipts of the others, minor units in all."""

    @property
    def asked_per_1000(self) -> float:
        """Of a thousand visits."""
        return 1000 * self.asked / self.visits if self.visits else 0.0

    @property
    def wrong_per_1000(self) -> float:
        """Minor units on a thousand visits."""
        return 1000 * self.wrong / self.visits if self.visits else 0.0


def judged(visits: Iterable[ClosedVisit], products: dict[str, Product], rules: Rules) -> tuple[Judged, ...]:
    """The visits that a receipt was in question for; ``rules``: those that they were decided by."""
    found: list[Judged] = []
    for visit in visits:
        if visit.decision not in ("issue", "review"):
            continue
        wrong = sum(
            (1.0 - line.probability) * products[line.sku].price * max(1, abs(line.quantity))
            for line in visit.lines
            if line.sku in products
        )
        least = min((line.probability for line in visit.lines), default=1.0)
        one = Judged(wrong, visit.probability, least, always=False)
        by_rule = asks(one, rules)
        found.append(msgspec.structs.replace(one, always=visit.decision == "review" and not by_rule))
    return tuple(found)


def asks(visit: Judged, rules: Rules) -> bool:
    """The rule of ``store_layout.model.Rules``."""
    dear = visit.wrong * rules.wrong_cost_factor > rules.review_cost
    unsure = visit.probability < rules.issue_from or visit.least < rules.charge_from
    return visit.always or dear or unsure


def preview(visits: tuple[Judged, ...], rules: Rules) -> Preview:
    """What these rules would have done."""
    issued = [visit for visit in visits if not asks(visit, rules)]
    return Preview(len(visits), len(visits) - len(issued), sum(visit.wrong for visit in issued))


class Decision(QObject):
    """A manager sets it with their PIN; the file is written, logged, and can be put back."""

    read = Signal()
    """The last visits are there."""
    saved = Signal(str, str)
    """The rules are in the store's file: what of it, and in words."""
    refused = Signal(str)

    def __init__(
        self, ledger_path: Path, layout: StoreLayout, folder: Path | None, parent: QObject | None = None
    ) -> None:
        """``folder``: the store's; None of a recording, whose rules are part of it."""
        super().__init__(parent)
        self._path, self.layout, self._folder = ledger_path, layout, folder
        self._background = Background(self, workers=1)
        self.visits: tuple[Judged, ...] = ()
        self.undoable: StoreEdit | None = None

    @property
    def can_change(self) -> bool:
        """Whether there is a store file to be changed."""
        return self._folder is not None

    @property
    def rules(self) -> Rules:
        """As they are in the store's file."""
        return self.layout.file.rules

    def close(self) -> None:
        """Wait for what runs."""
        self._background.close()

    def look(self) -> None:
        """Read the last visits; ``read`` follows."""
        layout = self.layout

        def work() -> tuple[Judged, ...]:
            if not self._path.exists():
                return ()
            with Ledger.open(self._path, read_only=True) as ledger:
                rows = ledger.visits(limit=LAST)
            return judged((row.visit for row in rows), layout.products, layout.file.rules)

        def done(found: tuple[Judged, ...]) -> None:
            self.visits = found
            self.read.emit()

        self._background.run(work, done, self._failed)

    def save(self, rules: Rules, who: SignIn) -> None:
        """Write other rules into the store's file."""
        folder = self._folder
        if folder is None:
            return
        said = _changes(self.rules, rules)

        def changed(layout: StoreLayout) -> StoreFile:
            return msgspec.structs.replace(layout.file, rules=rules)

        def work() -> StoreEdit:
            with Ledger.open(self._path) as ledger:
                actor = sign_in(ledger, who.name, who.pin, at=time.time(), screen=SCREEN)
                require(actor, "change the shop's rules")
                edit = edit_store(folder, changed)
                with ledger.writing("the change of the rules"):
                    audit.record(
                        ledger,
                        actor,
                        "changed when a person is asked",
                        at=time.time(),
                        about="rules",
                        why=said,
                        screen=SCREEN,
                    )
            return edit

        def done(edit: StoreEdit) -> None:
            self._now(rules)
            self.undoable = edit
            self.saved.emit("rules", tr("When a person is asked is changed."))

        self._background.run(work, done, self._failed)

    def undo(self) -> None:
        """Put the rules back as they were before the last change."""
        folder, edit = self._folder, self.undoable
        if folder is None or edit is None:
            return

        def work() -> Rules:
            from store_layout.reader import read_store

            take_back(folder, edit)
            with Ledger.open(self._path) as ledger, ledger.writing("the change of the rules"):
                audit.record(
                    ledger,
                    None,
                    "took the change of the rules back",
                    at=time.time(),
                    about="rules",
                    screen=SCREEN,
                )
            return read_store(folder).file.rules

        def done(rules: Rules) -> None:
            self.undoable = None
            self._now(rules)
            self.saved.emit("rules", tr("When a person is asked is as before."))

        self._background.run(work, done, self._failed)

    def _now(self, rules: Rules) -> None:
        file = msgspec.structs.replace(self.layout.file, rules=rules)
        self.layout = msgspec.structs.replace(self.layout, file=file)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, (*REFUSALS, *TROUBLES)):
            raise error
        words = in_words(error)
        self.refused.emit(words[:1].upper() + words[1:])


def _changes(before: Rules, after: Rules) -> str:
    """For the log, in English as all of it."""
    fields = ("review_cost", "wrong_cost_factor", "issue_from")
    told = [
        f"{field} {getattr(before, field):g} -> {getattr(after, field):g}"
        for field in fields
        if getattr(before, field) != getattr(after, field)
    ]
    return ", ".join(told)
