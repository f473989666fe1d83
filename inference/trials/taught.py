"""Stores whose files are wrong, before and after what reviewed cases have taught.

The world is one simulated store. The pipeline is given its files as somebody has written them: some unit
weights are off, one scale is noisier than it is said to be, and the cameras say of wrists that they are surer
than they are. Days are played, what is asked is answered with the truth, everything is estimated anew, and
fresh days are played with the files as they were and with what was learned. A store in which nothing is off
must not suffer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack

import msgspec
import numpy as np

from inference.learning.cases import Rest, Settled
from inference.learning.proposal import Estimate, Proposal, learned_from, propose
from inference.messages import Detection, Detections, KeyPoint, Observation, WeightReading
from inference.simulation.formats import FormatName, ScaleKind, store_of
from inference.simulation.profiles import PROFILES, ProfileName, plans_of, settings_of
from inference.simulation.spawned import QuietContext
from inference.trials.answered import rests, settled_by_truth
from inference.trials.many import VISITS, alone
from inference.trials.ours import play
from inference.trials.payments import Payment
from inference.trials.scoring import score
from inference.trials.session import Happened, happen_in
from store_layout.model import StoreLayout

OFF_SHARE = 0.3
"""Of the products whose catalogue weight is wrong ..."""
OFF_BY = (0.03, 0.08)
"""... by this share of it, either way."""
NOISY_G = 8.0
"""What the noisy scale's readings are off by beside what it says."""
WRONG_WRISTS = 0.3
"""Share of wrists that are somewhere along the forearm ..."""
SAID_OF_WRISTS = 0.95
"""... while the detector says this of all of them."""
LEAST_P = 1e-4
"""Of log losses: no receipt counts as if it had been surer."""

Progress = Callable[[int, int], None]


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be played."""

    wrong: bool
    """False: nothing is off."""
    profile: ProfileName = "normal"
    format: FormatName = "nano"
    scales: ScaleKind = "mixed"
    store: int = 200_000
    """Seed of the store, and of its first day; the other days follow."""
    learn: int = 800
    """Visits before anything is learned."""
    test: int = 400
    """Fresh visits."""
    each: int | None = None
    """Visits of one day; None: as many as a session of trials has."""
    fixtures: tuple[str, ...] = ()
    """Only these of the format's have goods, as a shop has that is being fitted out; none: all have."""

    @property
    def visits(self) -> int:
        """Of one day."""
        return VISITS[self.format] if self.each is None else self.each


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """Fresh days, with the files as they were or with what was learned."""

    payments: int
    asked_per_1000: float
    right_share: float | None
    """Exactly right of those that nobody was asked about."""
    decided: int
    decided_right: int
    all_right_share: float
    log_loss: float
    """Nats a payment, of the stated probability that it is exactly right."""
    calibration_error: float


class Taught(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    lesson: Lesson
    settled: int
    reviewed: int
    before: Side
    after: Side
    log_loss_fell: float
    log_loss_fell_se: float
    """Standard error, over payments in pairs."""
    wrong_products: int
    found_products: int
    """Of those whose weight is off: proposed."""
    error_before: float
    error_after: float
    """Mean error of those products' weights, share of the weight."""
    false_products: int
    """Proposed although the catalogue is right: the true weight is not nearer than before."""
    estimates: tuple[Estimate, ...]
    """Those proposed."""


# -- the world -----------------------------------------------------------------------------------------


def world_of(lesson: Lesson) -> StoreLayout:
    """The store as it is. Raises ``ValueError`` for a fixture that the format does not have."""
    world = store_of(lesson.format, lesson.scales, lesson.store)
    if not lesson.fixtures:
        return world
    strange = set(lesson.fixtures) - set(world.fixtures)
    if strange:
        raise ValueError(
            f"there is no fixture {min(strange)!r}; there are {', '.join(sorted(world.fixtures))}"
        )
    slots = tuple(slot for slot in world.file.slot if slot.fixture in lesson.fixtures)
    names, carried = {slot.id for slot in slots}, {slot.scale for slot in slots}
    planogram = tuple(facing for facing in world.planogram if facing.slot in names)
    sold = {facing.sku for facing in planogram}
    scales = tuple(scale for scale in world.file.scale if scale.id in carried)
    return msgspec.structs.replace(
        world,
        file=msgspec.structs.replace(world.file, slot=slots, scale=scales),
        catalog=tuple(p for p in world.catalog if p.sku in sold),
        planogram=planogram,
    )


def files_of(world: StoreLayout, lesson: Lesson) -> StoreLayout:
    """The store as its files have it."""
    if not lesson.wrong:
        return world
    rng = np.random.default_rng([lesson.store, 91])
    factor = {
        p.sku: 1.0 + float(rng.uniform(*OFF_BY)) * float(rng.choice((-1.0, 1.0)))
        if rng.random() < OFF_SHARE
        else 1.0
        for p in world.catalog
    }
    catalog = tuple(
        msgspec.structs.replace(p, weight_g=round(p.weight_g * factor[p.sku], 1)) for p in world.catalog
    )
    return msgspec.structs.replace(world, catalog=catalog)


def day(world: StoreLayout, lesson: Lesson, number: int) -> Happened:
    """One session in the world, as its devices tell it."""
    seed, profile = lesson.store + number, PROFILES[lesson.profile]
    settings = settings_of(profile, world, seed)
    if lesson.wrong:
        settings = msgspec.structs.replace(settings, wrist_wrong=WRONG_WRISTS)
    plans = plans_of(profile, lesson.format, world, lesson.visits, seed)
    happened = happen_in(world, settings, plans, seed)
    return _told_wrongly(happened, seed) if lesson.wrong else happened


def noisy_scale(world: StoreLayout) -> str:
    """The one that is noisier than its file says."""
    return world.file.scale[len(world.file.scale) // 3].id


def _told_wrongly(happened: Happened, seed: int) -> Happened:
    noisy, rng = noisy_scale(happened.layout), np.random.default_rng([seed, 92])

    def told(seen: Observation) -> Observation:
        if isinstance(seen, WeightReading) and seen.scale == noisy:
            return msgspec.structs.replace(seen, grams=round(seen.grams + float(rng.normal(0.0, NOISY_G))))
        if isinstance(seen, Detections):
            return msgspec.structs.replace(seen, items=tuple(_sure_wrists(item) for item in seen.items))
        return seen

    return happened._replace(observations=tuple(told(seen) for seen in happened.observations))


def _sure_wrists(seen: Detection) -> Detection:
    def sure(point: KeyPoint | None) -> KeyPoint | None:
        return None if point is None else KeyPoint(point.x, point.y, SAID_OF_WRISTS)

    return msgspec.structs.replace(seen, wrist_left=sure(seen.wrist_left), wrist_right=sure(seen.wrist_right))


# -- days ----------------------------------------------------------------------------------------------


class _Day(msgspec.Struct, frozen=True):
    """What came of one day."""

    settled: tuple[Settled, ...] = ()
    rests: tuple[Rest, ...] = ()
    before: tuple[Payment, ...] = ()
    after: tuple[Payment, ...] = ()


def _learning_day(lesson: Lesson, number: int) -> _Day:
    world = world_of(lesson)
    happened = day(world, lesson, number)
    played = play(happened._replace(layout=files_of(world, lesson)))
    return _Day(settled=settled_by_truth(happened, played.closed, f"day {number}"), rests=rests(happened))


def _fresh_day(lesson: Lesson, number: int, taught: StoreLayout) -> _Day:
    """The same day twice."""
    world = world_of(lesson)
    happened = day(world, lesson, number)
    before = play(happened._replace(layout=files_of(world, lesson)))
    after = play(happened._replace(layout=taught)) if taught.learned is not None else before
    return _Day(before=before.payments, after=after.payments)


def teach(lesson: Lesson, workers: int, progress: Progress = lambda *_: None) -> Taught:
    """Play, learn, play again. ``progress``: visits played, of how many; it may raise to break off."""
    each = lesson.visits
    learn, test = (max(1, math.ceil(n / each)) for n in (lesson.learn, lesson.test))
    total, done = (learn + test) * each, 0

    def told() -> None:
        nonlocal done
        done += each
        progress(done, total)

    world = world_of(lesson)
    files = files_of(world, lesson)
    with ExitStack() as stack:
        pool = stack.enter_context(_pool(workers)) if workers > 1 else None
        days = _in_order(pool, [(_learning_day, (lesson, n)) for n in range(learn)], told)
        events = [event for one in days for event in one.settled]
        proposal = propose(files, events, [rest for one in days for rest in one.rests])
        taught = files
        if proposal.proposed:
            learned = learned_from(files, proposal, number=1, made_at=0.0, who="trial")
            taught = msgspec.structs.replace(files, learned=learned)
        fresh = _in_order(pool, [(_fresh_day, (lesson, learn + n, taught)) for n in range(test)], told)
    before = [p for one in fresh for p in one.before]
    after = [p for one in fresh for p in one.after]
    return _told(lesson, world, files, proposal, (before, after))


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=QuietContext(), initializer=alone)


def _in_order(
    pool: ProcessPoolExecutor | None,
    todo: Sequence[tuple[Callable[..., _Day], tuple[object, ...]]],
    told: Callable[[], None],
) -> list[_Day]:
    """``pool`` None: in this process."""
    if pool is None:
        days = []
        for work, args in todo:
            days.append(work(*args))
            told()
        return days
    futures = [pool.submit(work, *args) for work, args in todo]
    try:
        for future in as_completed(futures):
            future.result()
            told()
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    return [future.result() for future in futures]


# -- figures -------------------------------------------------------------------------------------------


def log_losses(payments: Sequence[Payment]) -> list[float]:
    """Nats by which each payment's stated probability misses whether it is exactly right."""
    found = []
    for p in payments:
        said = min(1.0 - LEAST_P, max(LEAST_P, p.probability))
        found.append(-math.log(said if p.right else 1.0 - said))
    return found


def _side(payments: Sequence[Payment]) -> Side:
    found, losses = score(payments), log_losses(payments)
    return Side(
        payments=found.payments,
        asked_per_1000=found.reviews_per_1000,
        right_share=found.right_share,
        decided=found.decided,
        decided_right=found.decided_right,
        all_right_share=found.all_right_share,
        log_loss=sum(losses) / len(losses),
        calibration_error=found.calibration_error,
    )


def _told(
    lesson: Lesson,
    world: StoreLayout,
    files: StoreLayout,
    proposal: Proposal,
    played: tuple[Sequence[Payment], Sequence[Payment]],
) -> Taught:
    before, after = played
    fell = np.subtract(log_losses(before), log_losses(after))
    off = {p.sku for p in world.catalog if files.products[p.sku].weight_g != p.weight_g}
    new = {e.about: e.new for e in proposal.proposed if e.what == "weight"}

    def error(sku: str, grams: float) -> float:
        true = world.products[sku].weight_g
        return abs(grams - true) / true

    at_first = {p.sku: error(p.sku, p.weight_g) for p in files.catalog}
    at_last = {sku: error(sku, new.get(sku, files.products[sku].weight_g)) for sku in at_first}
    return Taught(
        lesson=lesson,
        settled=proposal.settled,
        reviewed=proposal.reviewed,
        before=_side(before),
        after=_side(after),
        log_loss_fell=float(fell.mean()),
        log_loss_fell_se=float(fell.std(ddof=1) / math.sqrt(len(fell))) if len(fell) > 1 else 0.0,
        wrong_products=len(off),
        found_products=sum(sku in new for sku in off),
        error_before=sum(at_first[sku] for sku in off) / len(off) if off else 0.0,
        error_after=sum(at_last[sku] for sku in off) / len(off) if off else 0.0,
        false_products=sum(at_last[sku] > at_first[sku] for sku in new),
        estimates=proposal.proposed,
    )


def taught_table(taught: Sequence[Taught]) -> str:
    """In Markdown, a row for each store before and after."""
    head = (
        "| store | payments | asked per 1,000 | right of those not asked | exactly right of all, as proposed "
        "| log loss, nats a payment | calibration error |\n|---|---:|---:|---:|---:|---:|---:|\n"
    )
    return head + "".join(_row(t, side, when) for t in taught for side, when in _sides(t))


def _sides(taught: Taught) -> tuple[tuple[Side, str], tuple[Side, str]]:
    return (taught.before, "as its files say"), (taught.after, "with what was learned")


def _row(taught: Taught, side: Side, when: str) -> str:
    lesson = taught.lesson
    kind = "files off" if lesson.wrong else "files right"
    share = "" if side.right_share is None else f"{100 * side.right_share:.2f} %"
    return (
        f"| {lesson.profile}, {lesson.format}, {lesson.scales}, {kind}: {when} | {side.payments} "
        f"| {side.asked_per_1000:.0f} | {side.decided_right}/{side.decided} = {share} "
        f"| {100 * side.all_right_share:.1f} % | {side.log_loss:.4f} | {side.calibration_error:.3f} |\n"
    )
