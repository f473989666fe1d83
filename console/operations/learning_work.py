"""What reviewed cases teach, applied and taken back by a person: for the window and the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from console.back_office import Ledger, LedgerError
from console.back_office.audit import record
from console.back_office.permissions import Actor, require
from console.back_office.settled_visits import Progress, taught_events
from inference.evidence.kept import every_evidence
from inference.learning.cases import Rest
from inference.learning.proposal import Proposal, learned_from, propose
from inference.learning.scales import quiet_stretches
from store_layout.learned import Learned
from store_layout.learned_file import LearnedError, apply_learned, next_number, undo_learned, versions
from store_layout.model import StoreLayout
from store_layout.reader import read_store

_Say = Callable[[Learned], None]
APPLIED, UNDONE = "applied what was learned", "undid what was learned"


class LearningState(msgspec.Struct, frozen=True):
    """What is in force in a store folder, and what was."""

    in_force: Learned | None
    versions: tuple[Learned, ...]
    """All that was ever applied, by number."""


def read_state(folder: Path) -> LearningState:
    """Raises ``StoreProblems`` and ``LearnedError``."""
    return LearningState(read_store(folder).learned, versions(folder))


def propose_for(
    folder: Path, file: Ledger, clips: Path | None, progress: Progress = lambda *_: None
) -> Proposal:
    """Estimate everything anew. ``clips``: the engine's, for scales at rest; None: there are none.

    ``progress``: of visits read, then of numbers estimated; it may raise to break off. Raises
    ``StoreProblems`` and ``LearnedError``.
    """
    layout = read_store(folder)
    eras = _eras(versions(folder), layout)
    events = list(taught_events(file, progress))
    return propose(layout, events, rests_in(clips), eras=eras, progress=progress)


def apply_proposal(
    folder: Path, file: Ledger, actor: Actor, proposal: Proposal, *, now: float, why: str = ""
) -> Learned:
    """Put what is proposed in force, with a line in the log. The engine reckons with it from its next start.

    Raises ``NotAllowedError``, :class:`LearnedError` and ``LedgerError``; then nothing has changed.
    """
    require(actor, "teach the store")
    layout = read_store(folder)
    try:
        learned = learned_from(
            layout, proposal, number=next_number(folder), made_at=now, who=actor.name, why=why
        )
    except ValueError as error:
        raise LearnedError(f"{folder}: {error}") from error
    with _recorded(file, actor, APPLIED, now, why) as say:
        apply_learned(folder, learned, lambda: say(learned))
    return learned


def undo_last(folder: Path, file: Ledger, actor: Actor, *, now: float, why: str = "") -> Learned:
    """Take back what was applied last, to the byte. Says and raises as :func:`apply_proposal`."""
    require(actor, "teach the store")
    with _recorded(file, actor, UNDONE, now, why) as say:
        return undo_learned(folder, say)


def rests_in(clips: Path | None) -> list[Rest]:
    """Stretches of rest in the evidence that is still kept. What cannot be read is left out."""
    if clips is None:
        return []
    found: list[Rest] = []
    for evidence in every_evidence(clips):
        for trace in evidence.traces:
            found += quiet_stretches(trace.scale, trace.t, trace.grams, evidence.t)
    return found


def _eras(applied: tuple[Learned, ...], layout: StoreLayout) -> list[tuple[float, float]]:
    """Since when the engine reckoned with which exponent, as far as the versions on the way here say."""
    by_number = {version.number: version for version in applied}
    found: list[tuple[float, float]] = []
    at = layout.learned
    while at is not None:
        found.append((at.made_at, at.trust.who if at.trust is not None else 1.0))
        at = by_number.get(at.follows)
    return found[::-1]


@contextmanager
def _recorded(file: Ledger, actor: Actor, what: str, now: float, why: str) -> Iterator[_Say]:
    """What writes the line before anything changes; a change that then fails is in the log as well."""
    said: list[str] = []

    def say(learned: Learned) -> None:
        about = f"learned {learned.number}"
        with file.writing("the audit log"):
            record(file, actor, what, at=now, about=about, why=why)
        said.append(about)

    try:
        yield say
    except LearnedError:
        for about in said:
            with suppress(LedgerError), file.writing("the audit log"):
                record(file, actor, f"{what}: failed", at=now, about=about)
        raise
