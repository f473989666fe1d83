"""What an operator puts right, from the command to the journal and through the whole pipeline."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from inference.engine.by_hand import mark_of
from inference.engine.view import View
from inference.messages import (
    AnotherShopper,
    CartChanged,
    FloorUpdate,
    LineMark,
    Observation,
    Person,
    Result,
    SameShopper,
    ShopperMark,
    StaffMark,
    UnexplainedPerson,
    VisitClosed,
    VisitOpened,
)
from inference.messages.codec import to_msgpack
from inference.messages.wire import CorrectLine, JoinVisits, MakeShopper, SetStaff, SourceStatus, SplitVisit
from inference.pipeline import Pipeline
from inference.recording import Recording, RecordingPlayer
from inference.simulation import SimulationSettings, simulate
from tests.support.stores import small_store

LAYOUT = small_store()
SKU = LAYOUT.catalog[0].sku


def person(track: int, *seen_in: tuple[str, int]) -> Person:
    return Person(track, 1.0, (1.0, 2.0), (0.1, 0.0, 0.1), (0.0, 0.0), 1.7, 0.99, False, 1.0, seen_in=seen_in)


@pytest.fixture
def view() -> View:
    made = View("e")
    made.take(
        [
            VisitOpened("v1", "AB", 1, 4.0, "door"),
            VisitOpened("v2", "CD", 2, 4.5, "door"),
            VisitOpened("v3", "EF", 3, 4.5, "door"),
            UnexplainedPerson("UN", 4, 4.8),
            FloorUpdate(
                5.0,
                (
                    person(1, ("c0", 0), ("c1", 0)),
                    person(2, ("c1", 1)),
                    person(3, ("c2", 0)),
                    person(4, ("c3", 0)),
                ),
            ),
        ]
    )
    return made


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (JoinVisits("AB", "CD"), "camera c1 sees AB and CD side by side: they are two people"),
        (JoinVisits("AB", "AB"), "AB is one visit already"),
        (JoinVisits("AB", "XX"), "no open visit goes by the code 'XX'"),
        (CorrectLine("AB", "none", 1), "there is no product 'none' in the catalogue"),
        (CorrectLine("AB", SKU, -1), "-1 is not between 0 and 99"),
        (CorrectLine("AB", SKU, 100), "100 is not between 0 and 99"),
        (SplitVisit("XX"), "no open visit goes by the code 'XX'"),
        (SetStaff("XX"), "no open visit goes by the code 'XX'"),
        (MakeShopper("AB"), "AB is a visit already"),
        (SplitVisit("UN"), "UN is nobody's visit: say who it is, or that it is a shopper"),
        (CorrectLine("UN", SKU, 1), "UN has no visit that could be charged: make a shopper of them first"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    view: View, edit: SetStaff | JoinVisits | SplitVisit | MakeShopper | CorrectLine, why: str
) -> None:
    assert mark_of(edit, view, LAYOUT, 9.0) == why


def test_what_can_be_carries_the_operators_name(view: View) -> None:
    assert mark_of(JoinVisits("AB", "EF", "Mara"), view, LAYOUT, 9.0) == (
        SameShopper("AB", "EF", 9.0, "Mara"),
        "EF is the same shopper as AB",
    )
    assert mark_of(CorrectLine("AB", SKU, 2, "Mara"), view, LAYOUT, 9.0) == (
        LineMark("AB", SKU, 2, 9.0, "Mara"),
        f"AB: 2 x {LAYOUT.catalog[0].name}",
    )


def test_somebody_unexplained_can_be_joined_made_a_shopper_or_staff(view: View) -> None:
    assert mark_of(JoinVisits("AB", "UN", "Mara"), view, LAYOUT, 9.0) == (
        SameShopper("AB", "UN", 9.0, "Mara"),
        "UN is the same shopper as AB",
    )
    assert mark_of(MakeShopper("UN", "Mara"), view, LAYOUT, 9.0) == (
        ShopperMark("UN", 9.0, "Mara"),
        "UN is a shopper",
    )
    assert mark_of(SetStaff("UN"), view, LAYOUT, 9.0) == (StaffMark("UN", 9.0), "UN is staff")


def test_somebody_unexplained_is_shown_until_it_is_over(view: View) -> None:
    def shown() -> dict[int, tuple[str, bool, bool]]:
        snapshot = view.snapshot(SourceStatus("live", "now"), (), 0, {})
        return {i.person.track: (i.code, i.unexplained, i.staff) for i in snapshot.inside}

    assert shown()[4] == ("UN", True, False)
    assert shown()[1] == ("AB", False, False)
    view.saw(StaffMark("UN", 6.0), [])
    assert shown()[4] == ("UN", True, True)
    view.take([UnexplainedPerson("UN", 4, 7.0, over=True), VisitOpened("v4", "UN", 4, 4.8, None)])
    assert shown()[4] == ("UN", False, False)
    assert not view.is_unexplained("UN")


def test_staff_have_no_cart_to_put_right(view: View) -> None:
    view.state.staff["AB"] = True
    assert mark_of(CorrectLine("AB", SKU, 1), view, LAYOUT, 9.0) == "AB is staff, who have no cart"


def with_marks(folder: Path) -> tuple[list[Observation], str, str]:
    """A session in which, when two are inside, one is said to be the other and to hold three of something."""
    settings = SimulationSettings(visits=3, arrivals_per_min=20.0, scale_rate_hz=2.0)
    simulate(LAYOUT, settings, 4, folder)
    seen = list(RecordingPlayer(Recording.open(folder)).observations())
    flow, codes = Pipeline(LAYOUT, "salt"), list[str]()
    for number, observation in enumerate(seen):
        results = flow.step(observation)
        codes += [r.code for r in results if isinstance(r, VisitOpened)]
        gone = {r.closed.code for r in results if isinstance(r, VisitClosed)}
        codes = [code for code in codes if code not in gone]
        if len(codes) >= 2:
            kept, other = codes[:2]
            marks: list[Observation] = [
                SameShopper(kept, other, observation.t, "Mara"),
                LineMark(kept, SKU, 3, observation.t, "Mara"),
            ]
            return [*seen[: number + 1], *marks, *seen[number + 1 :]], kept, other
    raise AssertionError("nobody was inside together")


def test_joined_on_the_floor_and_in_the_cart_and_the_same_on_a_replay(tmp_path: Path) -> None:
    seen, kept, other = with_marks(tmp_path / "session")
    flow, results = Pipeline(LAYOUT, "salt"), list[Result]()
    restored, again = Pipeline(LAYOUT, "salt"), list[Result]()
    at = next(i for i, observation in enumerate(seen) if isinstance(observation, LineMark))
    for number, observation in enumerate(seen):
        step = flow.step(observation)
        results += step
        if number > at:
            again += restored.step(observation)
            assert to_msgpack(again) == to_msgpack(step)
            again.clear()
        elif number == at:
            assert any(
                isinstance(r, CartChanged) and r.cart.code == kept and (SKU, 3) in held(r) for r in step
            )
            restored.restore(flow.checkpoint())
        if isinstance(observation, SameShopper):
            update = next(r for r in step if isinstance(r, FloorUpdate))
            tracks = {r.track for r in results if isinstance(r, VisitOpened) and r.code == other}
            assert not tracks & {p.track for p in update.people}
            ended = [r.closed for r in step if isinstance(r, VisitClosed)]
            assert [(c.code, c.decision, c.lines) for c in ended] == [(other, "nothing", ())]
    results += flow.finish(seen[-1].t + 10.0)
    closed = [r.closed for r in results if isinstance(r, VisitClosed) and r.closed.code == kept]
    assert len(closed) == 1
    assert any(line.sku == SKU and line.quantity >= 3 for line in closed[0].lines)


def test_somebody_else_goes_on_under_a_visit_of_their_own(tmp_path: Path) -> None:
    settings = SimulationSettings(visits=1, scale_rate_hz=2.0)
    simulate(LAYOUT, settings, 4, tmp_path / "session")
    flow, opened, seen_for, t = Pipeline(LAYOUT, "salt"), list[VisitOpened](), 0, 0.0
    people: tuple[Person, ...] = ()
    for observation in RecordingPlayer(Recording.open(tmp_path / "session")).observations():
        step, t = flow.step(observation), observation.t
        opened += [r for r in step if isinstance(r, VisitOpened)]
        people = next((r.people for r in step if isinstance(r, FloorUpdate)), people)
        seen_for += bool(opened) and any(not p.hidden for p in people)
        if seen_for == 60:
            break
    before, mark = people[0], AnotherShopper(opened[0].code, t, "Mara")
    step = flow.step(mark)
    here = {p.track: p for r in step if isinstance(r, FloorUpdate) for p in r.people}
    new = next(r for r in step if isinstance(r, VisitOpened))
    assert (new.gate, new.code == opened[0].code) == (None, False)
    assert here[new.track].position == pytest.approx(before.position, abs=0.2)
    assert (here[before.track].hidden, here[new.track].hidden) == (True, False)
    assert not any(isinstance(r, VisitOpened) for r in flow.step(mark)), "nobody is seen as it any more"


def held(changed: CartChanged) -> list[tuple[str, int]]:
    return [(line.sku, line.quantity) for line in changed.cart.lines]


def test_marks_survive_the_journals_encoding() -> None:
    from inference.engine.entries import Taken
    from inference.messages.codec import from_msgpack

    for mark in (SameShopper("AB", "CD", 1.0, "Mara"), LineMark("AB", SKU, None, 2.0)):
        assert from_msgpack(to_msgpack(Taken(mark, False)), Taken) == Taken(mark, False)
    assert msgspec.json.decode(msgspec.json.encode(LineMark("A", SKU, 1, 2.0)), type=LineMark).count == 1
