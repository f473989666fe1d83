"""Results into the picture that the window polls."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping

import msgspec

from inference.engine.shelf_view import ShelfView, ShelfViewState
from inference.messages import (
    Alarm,
    CameraLearned,
    Cart,
    CartChanged,
    Detections,
    FloorUpdate,
    Observation,
    Person,
    Result,
    ShelfEvent,
    StaffMark,
    UnexplainedPerson,
    VisitClosed,
    VisitOpened,
)
from inference.messages.said import Words, said
from inference.messages.wire import CameraView, DeviceStatus, Inside, Snapshot, SourceStatus
from store_layout.layout_changes import moved_cameras
from store_layout.model import StoreLayout

LATEST = 20
"""How many events and alarms a snapshot carries."""


class ShownPicture(msgspec.Struct, frozen=True):
    """A camera's latest shared picture: the block's name, and the size and time of the frame it came from."""

    name: str
    width: int
    height: int
    t: float


class OpenVisit(msgspec.Struct, frozen=True):
    """A visit that is not closed yet."""

    visit: str
    code: str
    track: int
    entered_at: float


class ViewState(msgspec.Struct):
    """What the view remembers; part of a checkpoint, so that a restarted engine shows the same."""

    people: tuple[Person, ...] = ()
    open: dict[int, OpenVisit] = {}
    """By track."""
    carts: dict[str, Cart] = {}
    """By visit."""
    staff: dict[str, bool] = {}
    """By visit code."""
    events: list[ShelfEvent] = []
    alarms: list[Alarm] = []
    learned: tuple[CameraLearned, ...] = ()
    unexplained: dict[int, OpenVisit] = {}
    """People without a visit whom no gate explains, by track; their ``visit`` is empty."""
    closed: int = 0
    frames: int = 0
    t: float = 0.0
    shelves: ShelfViewState = msgspec.field(default_factory=ShelfViewState)
    paused_since: float | None = None
    """Store time; None while the store is open."""
    declined: dict[str, Words] = {}
    """By code, of visits that go on: what was said of their card."""


class View:
    """Owned by the state thread."""

    def __init__(self, engine: str, state: ViewState | None = None) -> None:
        self._engine = engine
        self.state = state or ViewState()
        self.shelves = ShelfView(self.state.shelves)
        # Another run's numbers must not look like ours to somebody who asks for what they have not got.
        self._seq = secrets.randbelow(2**31)
        self._cameras: dict[str, Detections] = {}

    def saw(self, seen: Observation, results: Iterable[Result]) -> None:
        """Take one observation and what followed from it."""
        state = self.state
        state.t = max(state.t, seen.t)
        match seen:
            case Detections():
                self._cameras[seen.camera] = seen
                state.frames += 1
            case StaffMark(code=code, staff=staff):
                if self.knows(code):
                    state.staff[code] = staff
            case _:
                pass
        self.shelves.saw(seen)
        self.take(results)

    def relaid(self, before: StoreLayout, after: StoreLayout) -> None:
        """The store is laid out otherwise: what is gone is not shown any more."""
        self._cameras = {name: seen for name, seen in self._cameras.items() if name in after.cameras}
        moved = moved_cameras(before, after)
        self.state.learned = tuple(each for each in self.state.learned if each.camera not in moved)
        self.shelves.relaid(before, after)

    def knows(self, code: str) -> bool:
        """Whether an open visit, or somebody whom no gate explains, goes by this code."""
        return self._followed(code) is not None

    def is_unexplained(self, code: str) -> bool:
        """Whether it is the code of somebody without a visit whom no gate explains."""
        return any(each.code == code for each in self.state.unexplained.values())

    def _followed(self, code: str) -> OpenVisit | None:
        every = (*self.state.open.values(), *self.state.unexplained.values())
        return next((each for each in every if each.code == code), None)

    def person(self, code: str) -> Person | None:
        """Who goes by this code, while they are on the floor."""
        followed = self._followed(code)
        track = None if followed is None else followed.track
        return next((person for person in self.state.people if person.track == track), None)

    def _code_of(self, track: int) -> str:
        visit = self.state.open.get(track) or self.state.unexplained.get(track)
        return "" if visit is None else visit.code

    def take(self, results: Iterable[Result]) -> None:
        """Take results that no observation caused: those of the end."""
        state = self.state
        for result in results:
            self.shelves.take(result, self._code_of)
            match result:
                case FloorUpdate(people=people, alarms=alarms, cameras=cameras):
                    state.people = people
                    if cameras:
                        state.learned = cameras
                    state.alarms = [*state.alarms, *alarms][-LATEST:] if alarms else state.alarms
                case CartChanged(cart=cart):
                    state.carts[cart.visit] = cart
                case ShelfEvent():
                    state.events = [*state.events, result][-LATEST:]
                case Alarm():
                    self._warn(result)
                case VisitOpened(visit=visit, code=code, track=track, t=t):
                    state.open[track] = OpenVisit(visit, code, track, t)
                    if state.paused_since is not None:
                        text = said("{code} came in while the store was paused", code=code)
                        self._warn(Alarm(t, "paused", code, text))
                case UnexplainedPerson(code=code, track=track, t=t, over=False):
                    state.unexplained[track] = OpenVisit("", code, track, t)
                case UnexplainedPerson(code=code, track=track):
                    state.unexplained.pop(track, None)
                    state.staff.pop(code, None)
                case VisitClosed(closed=closed):
                    state.closed += 1
                    state.open = {k: v for k, v in state.open.items() if v.visit != closed.visit}
                    state.carts.pop(closed.visit, None)
                    state.staff.pop(closed.code, None)
                    state.declined.pop(closed.code, None)
                case _:
                    pass

    def _warn(self, alarm: Alarm) -> None:
        self.state.alarms = [*self.state.alarms, alarm][-LATEST:]
        if alarm.kind == "card_declined" and self.knows(alarm.about):
            self.state.declined[alarm.about] = alarm.text

    def snapshot(
        self,
        source: SourceStatus,
        devices: tuple[DeviceStatus, ...],
        observations: int,
        pictures: Mapping[str, ShownPicture],
    ) -> Snapshot:
        """The state as it is now. Cheap: everything in it is frozen and shared."""
        self._seq += 1
        state = self.state
        here = {p.track for p in state.people}
        return Snapshot(
            engine=self._engine,
            seq=self._seq,
            t=state.t,
            source=source,
            inside=tuple(self._inside(p) for p in state.people),
            carts=tuple(state.carts.values()),
            cameras=tuple(self._cameras_now(pictures)),
            devices=self._with_learned(devices),
            events=tuple(state.events),
            alarms=tuple(state.alarms),
            closed=state.closed,
            waiting=sum(track not in here for track in state.open),
            frames=state.frames,
            observations=observations,
            scales=self.shelves.scales,
            moved=self.shelves.moved,
            misplaced=self.shelves.misplaced,
            paused_since=state.paused_since,
        )

    def _with_learned(self, devices: tuple[DeviceStatus, ...]) -> tuple[DeviceStatus, ...]:
        """Cameras with what the floor has learned of them."""
        found = {each.camera: each for each in self.state.learned if each.late_s or each.turned_deg}
        if not found:
            return devices
        return tuple(
            msgspec.structs.replace(
                device,
                clock_late_s=found[device.device].late_s,
                turned_deg=found[device.device].turned_deg,
            )
            if device.kind == "camera" and device.device in found
            else device
            for device in devices
        )

    def _inside(self, person: Person) -> Inside:
        visit, unexplained = self.state.open.get(person.track), self.state.unexplained.get(person.track)
        known = visit or unexplained
        if known is None:
            return Inside(person, "", person.t)
        staff = self.state.staff.get(known.code, False)
        return Inside(
            person,
            known.code,
            known.entered_at,
            staff,
            unexplained=visit is None,
            card_trouble=self.state.declined.get(known.code, ""),
        )

    def _cameras_now(self, pictures: Mapping[str, ShownPicture]) -> Iterable[CameraView]:
        """Cameras that were seen through, and cameras that only have a picture so far."""
        for camera, seen in self._cameras.items():
            shown = pictures.get(camera)
            yield self._camera(seen, None if shown is None else shown.name)
        for camera, shown in pictures.items():
            if camera not in self._cameras:
                yield CameraView(camera, shown.t, shown.width, shown.height, picture=shown.name)

    def _camera(self, seen: Detections, picture: str | None) -> CameraView:
        tracks: list[int | None] = [None] * len(seen.items)
        for person in self.state.people:
            for camera, index in person.seen_in:
                if camera == seen.camera and 0 <= index < len(tracks):
                    tracks[index] = person.track
        return CameraView(seen.camera, seen.t, seen.width, seen.height, seen.items, tuple(tracks), picture)
