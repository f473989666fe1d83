"""Holds what was gathered of each event until its visits are over, and writes what is asked for."""

from __future__ import annotations

import logging
import queue
import shutil
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from pathlib import Path

from inference.evidence.kept import MAKING
from inference.evidence.piece import Piece, slots_of
from inference.evidence.views import Views
from inference.evidence.writer import write_evidence
from inference.messages import ClosedVisit
from store_layout.model import StoreLayout

log = logging.getLogger(__name__)

MOST_BYTES = 96 * 1024 * 1024
"""Pictures that wait for their visits to be over: some 60 events."""
MOST_VISITS = 500
LONGEST_S = 3600.0
"""What is older is let go of, whoever it belongs to."""
MOST_EVENTS = 12
"""Of a visit that asks nothing of one event: so many of its lines' events are kept."""
SURE = 0.98
"""Events explained better than this are let go of first where there is too much."""
WAIT_S = 5.0


@dataclass(frozen=True)
class Explained:
    """What is believed of an event: where it may have been, and how sure that is."""

    event: str
    slots: tuple[str, ...]
    sureness: float


@dataclass(frozen=True)
class _Wanted:
    visit: str
    events: tuple[str, ...]


@dataclass
class _Held:
    pieces: OrderedDict[str, Piece] = field(default_factory=OrderedDict)
    size: int = 0
    visits: OrderedDict[str, tuple[str, ...]] = field(default_factory=OrderedDict)
    """Events of visits that have closed, as far as they are remembered."""


class Cutter:
    """A thread; :meth:`put`, :meth:`closed` and :meth:`keep` return at once."""

    def __init__(self, layout: StoreLayout, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        """``folder``: see ``kept``. It is made when there is something to write."""
        self._layout, self._folder = layout, folder
        self._most_bytes = most_bytes
        self._views = Views(layout)
        self._orders: queue.SimpleQueue[Piece | Explained | StoreLayout | _Wanted | None] = (
            queue.SimpleQueue()
        )
        self._held, self._lock = _Held(), threading.Lock()
        self._idle = threading.Event()
        self._idle.set()
        self.trouble = ""
        """Why the last one could not be written; empty when all is well."""
        shutil.rmtree(folder / MAKING, ignore_errors=True)
        self._thread = threading.Thread(target=self._work, name="evidence", daemon=True)
        self._thread.start()

    # -- from the state thread -------------------------------------------------------------------------

    def put(self, what: Piece | Explained) -> None:
        """Hold this."""
        self._order(what)

    def closed(self, visit: ClosedVisit) -> None:
        """A visit is over: write what somebody is asked about, remember the rest for a while."""
        events = _events(visit)
        with self._lock:
            self._held.visits[visit.visit] = events
            while len(self._held.visits) > MOST_VISITS:
                self._held.visits.popitem(last=False)
        if visit.decision == "review":
            self._order(_Wanted(visit.visit, events))

    def relay(self, layout: StoreLayout) -> None:
        """What is put from now on is of this layout."""
        self._order(layout)

    def keep(self, visit: str) -> int:
        """Write what is still held of a closed visit. Gives how many of its events that is."""
        with self._lock:
            events = tuple(e for e in self._held.visits.get(visit, ()) if e in self._held.pieces)
        if events:
            self._order(_Wanted(visit, events))
        return len(events)

    def wait(self, timeout: float = WAIT_S) -> bool:
        """Until all that was ordered is done; false if it is not by then."""
        return self._idle.wait(timeout)

    def close(self) -> None:
        """Finish what was ordered, and end."""
        self._orders.put(None)
        self._thread.join(WAIT_S)

    @property
    def size(self) -> int:
        """Bytes of pictures that are held."""
        return self._held.size

    def _order(self, what: Piece | Explained | StoreLayout | _Wanted) -> None:
        with self._lock:
            self._idle.clear()
            self._orders.put(what)

    # -- in the thread ---------------------------------------------------------------------------------

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            try:
                self._carry_out(order)
            except OSError as error:
                self._tell(f"{error}")
            except Exception as error:  # one event's evidence must not end that of all others
                log.exception("evidence is lost")
                self._tell(f"{type(error).__name__}: {error}")
            with self._lock:
                if self._orders.empty():
                    self._idle.set()

    def _tell(self, why: str) -> None:
        self.trouble = why
        log.warning("evidence could not be kept: %s", why)

    def _carry_out(self, order: Piece | Explained | StoreLayout | _Wanted) -> None:
        match order:
            case StoreLayout():
                self._layout, self._views = order, Views(order)
            case Piece():
                self._hold(self._chosen(order))
            case Explained(event=event):
                piece = self._held.pieces.get(event)
                if piece is not None:
                    with self._lock:
                        self._held.pieces[event] = replace(piece, sureness=order.sureness, slots=order.slots)
            case _Wanted(visit=visit, events=events):
                for event in events:
                    piece = self._held.pieces.get(event)
                    if piece is not None and write_evidence(
                        self._folder, visit, piece, self._layout, self._views
                    ):
                        self.trouble = ""

    def _chosen(self, piece: Piece) -> Piece:
        """With the pictures of the two best cameras only."""
        sizes = {camera: (shots[0].width, shots[0].height) for camera, shots in piece.shots.items()}
        slots = slots_of(self._layout, piece)
        best = self._views.best(sizes, slots, piece.t, piece.floor, piece.seen, at=piece.at)
        names = [view.camera for view in best]
        return replace(
            piece,
            shots={name: piece.shots[name] for name in names},
            seen={name: piece.seen.get(name, ()) for name in names},
        )

    def _hold(self, piece: Piece) -> None:
        held = self._held
        with self._lock:
            held.pieces[piece.event] = piece
            held.size += piece.size
            old = [p for p in held.pieces.values() if p.t < piece.t - LONGEST_S]
            while held.size - sum(p.size for p in old) > self._most_bytes and len(held.pieces) > len(old) + 1:
                rest = [p for p in held.pieces.values() if p not in old and p is not piece]
                old.append(next((p for p in rest if p.sureness >= SURE), rest[0]))
            for gone in old:
                held.size -= held.pieces.pop(gone.event).size


def _events(visit: ClosedVisit) -> tuple[str, ...]:
    """Those that are asked about, else those behind the lines."""
    asked = [name for question in visit.questions for name in (*question.moments, question.event)]
    behind = [event for line in visit.lines for event in line.events]
    return tuple(dict.fromkeys(asked or behind))[: max(MOST_EVENTS, len(asked))]
