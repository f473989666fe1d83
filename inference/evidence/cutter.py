"""Holds what was gathered of each event until its visits are over, and writes what is asked for."""

from __future__ import annotations

import logging
import os
import queue
import shutil
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.evidence.film import RATE_HZ, Shot
from inference.evidence.heads import floor_regions, head_regions, hide, surely_seen
from inference.evidence.kept import MAKING, event_folder
from inference.evidence.manifest import FILE, FORMAT, Clip, Evidence, FloorMoment, Seen, Sighting, Trace
from inference.evidence.views import Views
from inference.messages import ClosedVisit, KeyPoint
from inference.recording.format import file_name
from inference.recording.video import VideoFile
from store_layout.model import Slot, StoreLayout

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
BESIDE_S = 0.26
"""Heads are hidden by who was seen so long before and after a picture; without anybody's look it goes."""
CRF = 25
WAIT_S = 5.0

Picture = NDArray[np.uint8]
M = TypeVar("M", Seen, FloorMoment)


@dataclass(frozen=True)
class Piece:
    """What was gathered of one event."""

    event: str
    fixture: str
    t: float
    begin: float
    end: float
    scales: tuple[str, ...]
    traces: tuple[Trace, ...]
    floor: tuple[FloorMoment, ...]
    seen: dict[str, tuple[Seen, ...]]
    shots: dict[str, tuple[Shot, ...]]
    sureness: float = 0.0
    slots: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of its pictures."""
        return sum(len(shot.jpeg) for shots in self.shots.values() for shot in shots)


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
        self._orders: queue.SimpleQueue[Piece | Explained | _Wanted | None] = queue.SimpleQueue()
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

    def _order(self, what: Piece | Explained | _Wanted) -> None:
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

    def _carry_out(self, order: Piece | Explained | _Wanted) -> None:
        match order:
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
                    if piece is not None:
                        self._write(visit, piece)

    def _chosen(self, piece: Piece) -> Piece:
        """With the pictures of the two best cameras only."""
        sizes = {camera: (shots[0].width, shots[0].height) for camera, shots in piece.shots.items()}
        best = self._views.best(sizes, self._slots(piece), piece.t, piece.floor, piece.seen)
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

    def _slots(self, piece: Piece) -> list[Slot]:
        """Where it may have been: as it is explained, else everything on the scales that felt it."""
        named = [self._layout.slots[name] for name in piece.slots if name in self._layout.slots]
        return named or [slot for s in piece.scales for slot in self._layout.slots_of_scale.get(s, ())]

    # -- writing ---------------------------------------------------------------------------------------

    def _write(self, visit: str, piece: Piece) -> None:
        """All of it or nothing; once."""
        target = event_folder(self._folder, visit, piece.event)
        if (target / FILE).exists():
            return
        making = self._folder / MAKING / file_name(f"{visit} {piece.event}")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True, mode=0o700)
        try:
            slots = self._slots(piece)
            clips = [
                clip
                for number, camera in enumerate(piece.shots, start=1)
                if (clip := self._film(making, f"{number}.mp4", camera, piece, slots)) is not None
            ]
            why = "" if clips else _why_none(piece)
            about = Evidence(
                format=FORMAT,
                visit=visit,
                event=piece.event,
                fixture=piece.fixture,
                t=piece.t,
                begin=piece.begin,
                end=piece.end,
                slots=tuple(slot.id for slot in slots),
                clips=tuple(clips),
                traces=piece.traces,
                floor=piece.floor,
                why_no_clips=why,
            )
            (making / FILE).write_bytes(msgspec.json.encode(about))
            for file in making.iterdir():
                _to_disk(file)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            making.rename(target)
            _to_disk(target.parent)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
        self.trouble = ""

    def _film(self, folder: Path, name: str, camera: str, piece: Piece, slots: list[Slot]) -> Clip | None:
        shots, seen = piece.shots[camera], piece.seen.get(camera, ())
        size = (shots[0].width, shots[0].height)
        shown = [shot for shot in shots if (shot.width, shot.height) == size and _beside(seen, shot.t)]
        if len(shown) < 2:
            return None
        video = VideoFile(folder / name, *size, RATE_HZ, CRF)
        try:
            for shot in shown:
                video.write(self.without_heads(camera, shot, seen, piece.floor))
        finally:
            video.close()
        return Clip(
            camera=camera,
            file=name,
            width=size[0] - size[0] % 2,
            height=size[1] - size[1] % 2,
            times=tuple(round(shot.t, 3) for shot in shown),
            slots=self._views.outlines(camera, size, slots),
            seen=tuple(_scaled(moment, size) for moment in seen),
            left_out=len(shots) - len(shown),
        )

    def without_heads(
        self, camera: str, shot: Shot, seen: Iterable[Seen], floor: Iterable[FloorMoment]
    ) -> Picture:
        """A picture in which no head can be told: by whom this camera saw, and by who stood on the floor."""
        image = shot.picture()
        near = _beside(seen, shot.t)
        regions = head_regions(near, shot.width, shot.height)
        model = self._views.model(camera, shot.width, shot.height)
        if model is not None:
            regions += floor_regions(_beside(floor, shot.t), model, surely_seen(near))
        hide(image, regions)
        return image


def _beside(moments: Iterable[M], t: float) -> list[M]:
    return [moment for moment in moments if abs(moment.t - t) <= BESIDE_S]


def _events(visit: ClosedVisit) -> tuple[str, ...]:
    """Those that are asked about, else those behind the lines."""
    asked = [question.event for question in visit.questions]
    behind = [event for line in visit.lines for event in line.events]
    return tuple(dict.fromkeys(asked or behind))[: max(MOST_EVENTS, len(asked))]


def _why_none(piece: Piece) -> str:
    if not piece.shots:
        return "no camera has pictures of the place"
    return "it is not known who is in the pictures"


def _scaled(moment: Seen, size: tuple[int, int]) -> Seen:
    """In pixels of the clip."""
    sx, sy = size[0] / moment.width, size[1] / moment.height

    def point(p: KeyPoint | None) -> KeyPoint | None:
        return None if p is None else KeyPoint(round(p.x * sx, 1), round(p.y * sy, 1), round(p.score, 2))

    people = tuple(
        Sighting(
            person.track,
            tuple(round(v * s, 1) for v, s in zip(person.box, (sx, sy, sx, sy), strict=True)),  # type: ignore[arg-type]  # four
            None,
            point(person.left),
            point(person.right),
        )
        for person in moment.people
    )
    return Seen(round(moment.t, 3), *size, people)


def _to_disk(path: Path) -> None:
    """Have it outlast a power cut, where the system knows how."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
