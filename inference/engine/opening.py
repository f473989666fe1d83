"""Find the journal to go on with, or begin one; a journal of something else is settled and put aside."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from inference.engine.belonging import (
    begin_journal,
    new_header,
    put_aside,
    read_header,
    read_layout,
    why_not_ours,
)
from inference.engine.checkpoint import Checkpoint
from inference.engine.entries import Header
from inference.engine.files import DamagedFileError, OpeningError
from inference.engine.flow import FlowMaker, SinkMaker, VisitSink
from inference.engine.journal import Journal
from inference.engine.recovery import RecoveryError, closed_of, recover
from inference.engine.view import View
from inference.messages import VisitClosed
from store_layout.model import StoreLayout

log = logging.getLogger(__name__)

LIVE = "live"


def open_journal(
    folder: Path,
    layout: StoreLayout,
    recording_id: str | None,
    *,
    make_flow: FlowMaker,
    make_sink: SinkMaker,
    fresh: bool = False,
) -> tuple[Header, list[str]]:
    """Header of the journal in ``folder``, which fits, and what staff should know about its past.

    A journal of an earlier store folder or another source is not gone on with: its closed visits are posted,
    and those open in a live store go into review, priced by the layout of their time; then it is put aside.
    ``fresh`` plays a recording from its beginning whatever is there. Raises :class:`OpeningError`.
    """
    wanted = new_header(layout, recording_id)
    try:
        found = read_header(folder)
    except DamagedFileError as error:
        return _anew(folder, wanted, layout, f"the journal was put aside: {error}")
    if found is None:
        return _anew(folder, wanted, layout, "")
    if fresh and recording_id is not None and found.source == recording_id:
        return _anew(folder, wanted, layout, "")
    why = why_not_ours(found, wanted)
    if why is None:
        return found, []
    said = _settle(folder, found, make_flow, make_sink)
    return _anew(folder, wanted, layout, f"a new journal was begun, {why}; {said}")


def _anew(folder: Path, header: Header, layout: StoreLayout, note: str) -> tuple[Header, list[str]]:
    put_aside(folder)
    begin_journal(folder, header, layout)
    if note:
        log.info(note)
    return header, [note] if note else []


def _settle(folder: Path, header: Header, make_flow: FlowMaker, make_sink: SinkMaker) -> str:
    """Post what the old journal still holds; in words, what became of it."""

    def make_view(checkpoint: Checkpoint | None) -> View:
        return View("", None if checkpoint is None else checkpoint.view)

    try:
        layout = read_layout(folder)
        old = recover(Journal(folder), lambda: make_flow(layout, header.salt), make_view, None)
    except (DamagedFileError, RecoveryError, OSError) as error:
        log.warning("the old journal cannot be read: %s", error)
        return f"what was open in it could not be read ({error})"
    visits = list(old.visits)
    if header.source == LIVE and not old.finished:
        closed = closed_of(old.flow.finish(old.view.state.t))
        visits += [_for_review(visit) for visit in closed]
    _post(make_sink(layout), visits)
    return f"{len(visits)} visits of the old one were posted"


def _for_review(visit: VisitClosed) -> VisitClosed:
    closed = visit.closed
    if closed.decision == "staff":
        return visit
    note = "the store folder was changed while this visit was open"
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
