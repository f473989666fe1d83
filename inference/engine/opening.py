"""Find the journal to go on with, or begin one; a journal of something else is settled and put aside."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from inference.engine.belonging import (
    LIVE,
    Layouts,
    begin_journal,
    is_same_place,
    new_header,
    put_aside,
    read_header,
    why_not_ours,
)
from inference.engine.checkpoint import Checkpoint
from inference.engine.entries import Header, layout_hash
from inference.engine.files import DamagedFileError, OpeningError
from inference.engine.flow import FlowMaker, SinkMaker, VisitSink
from inference.engine.journal import Journal
from inference.engine.recovery import Recovered, RecoveryError, closed_of, recover
from inference.engine.relaying import obstacle
from inference.engine.view import View, ViewState
from inference.messages import VisitClosed
from inference.messages.said import Words, said
from store_layout.layout_changes import layout_changes
from store_layout.model import StoreLayout

log = logging.getLogger(__name__)


def open_journal(
    folder: Path,
    layout: StoreLayout,
    recording_id: str | None,
    *,
    make_flow: FlowMaker,
    make_sink: SinkMaker,
    fresh: bool = False,
) -> tuple[Header, list[Words]]:
    """Header of the journal in ``folder``, which fits, and what staff should know about its past.

    Where a live store's folder was changed so that the engine can go on with it, it does, with every open
    visit. A journal of a store that was rebuilt, or of another source, is not gone on with: its closed visits
    are posted, and those open in a live store go into review, priced by the layout of their time; then it is
    put aside. The new one is begun paused where the same store was left paused. ``fresh`` plays a recording
    from its beginning whatever is there. Raises :class:`OpeningError`.
    """
    wanted = new_header(layout, recording_id)
    try:
        found = read_header(folder)
    except DamagedFileError as error:
        return _anew(folder, wanted, layout, said("the journal was put aside: {error}", error=error))
    if found is None:
        return _anew(folder, wanted, layout)
    if fresh and recording_id is not None and found.source == recording_id:
        return _anew(folder, wanted, layout)
    if is_same_place(found.source, wanted.source):  # before its state, which may be of no use, is looked at
        wanted = msgspec.structs.replace(wanted, paused_since=_paused_since(folder, found))
    why = why_not_ours(found, wanted)
    old: Recovered | Exception | None = None
    if why is None:
        if found.source != LIVE or _layout_of(folder, found) == layout_hash(layout):
            return found, []
        why = said("the store folder was changed")
        old = _recovered(folder, found, make_flow)
        if isinstance(old, Recovered) and (note := _goes_on(old, layout)) is not None:
            return found, [note]
    old = old or _recovered(folder, found, make_flow)
    became = _settle(old, found, make_sink)
    return _anew(
        folder, wanted, layout, said("a new journal was begun, {why}; {became}", why=why, became=became)
    )


def _anew(
    folder: Path, header: Header, layout: StoreLayout, note: Words | None = None
) -> tuple[Header, list[Words]]:
    put_aside(folder)
    begin_journal(folder, header, layout)
    if note is None:
        return header, []
    log.info("%s", note)
    return header, [note]


def _layout_of(folder: Path, header: Header) -> str:
    """Hash of the layout that the newest checkpoint is of."""
    checkpoint = Journal(folder).latest_checkpoint()
    return header.layout if checkpoint is None else checkpoint.layout or header.layout


def _goes_on(old: Recovered, layout: StoreLayout) -> Words | None:
    """What staff should know where the changed store is gone on with; None where it cannot be."""
    changes = layout_changes(old.layout, layout)
    found = obstacle(changes, old.view, old.flow.under_way(), len(old.visits), starting=True)
    if found is not None:
        log.info("the changed store is begun anew: %s", found.why)
        return None
    count = len(old.view.state.open)
    return said("the store folder was changed; visits that go on in it: {count}", count=count)


def _paused_since(folder: Path, header: Header) -> float | None:
    """How the store was left: its switch is fixed by a checkpoint at once, and no later entry changes it."""
    checkpoint = Journal(folder).latest_checkpoint()
    return header.paused_since if checkpoint is None else checkpoint.view.paused_since


def _recovered(folder: Path, header: Header, make_flow: FlowMaker) -> Recovered | Exception:
    def make_view(checkpoint: Checkpoint | None) -> View:
        begun = ViewState(paused_since=header.paused_since)
        return View("", begun if checkpoint is None else checkpoint.view)

    try:
        return recover(
            Journal(folder), Layouts(folder), lambda layout: make_flow(layout, header.salt), make_view, None
        )
    except (DamagedFileError, RecoveryError, OSError) as error:
        log.warning("the old journal cannot be read: %s", error)
        return error


def _settle(old: Recovered | Exception, header: Header, make_sink: SinkMaker) -> Words:
    """Post what the old journal still holds; in words, what became of it."""
    if isinstance(old, Exception):
        return said("what was open in it could not be read ({error})", error=old)
    visits = list(old.visits)
    if header.source == LIVE and not old.finished:
        closed = closed_of(old.flow.finish(old.view.state.t))
        visits += [_for_review(visit) for visit in closed]
    _post(make_sink(old.layout), visits)
    return said("{count} visits of the old one were posted", count=len(visits))


def _for_review(visit: VisitClosed) -> VisitClosed:
    closed = visit.closed
    if closed.decision == "staff":
        return visit
    note = said("the store folder was changed while this visit was open")
    return VisitClosed(msgspec.structs.replace(closed, decision="review", notes=(*closed.notes, note)))


def _post(sink: VisitSink, visits: list[VisitClosed]) -> None:
    try:
        for visit in visits:
            sink.post(visit)
    except Exception as error:
        raise OpeningError(
            f"visits of the journal before the change could not be posted ({error}): "
            "make the ledger writable, then start again; nothing was lost"
        ) from error
    finally:
        sink.close()
