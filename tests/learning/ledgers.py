"""A store and a ledger from which something can be learned: cola tins that have become 5 % heavier."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from console.back_office import Ledger, reviews
from inference.messages.results import (
    ClosedVisit,
    Explanation,
    Felt,
    Ground,
    ItemMove,
    Question,
    ScaleChange,
    VisitTrace,
)
from store_layout.model import StoreLayout
from store_layout.writer import write_store
from tests.back_office.people import crew
from tests.back_office.visits import closed
from tests.support.layouts import aisles

SKU, OTHER, SCALE = "4001", "4002", "s000"
TRUE_G = 372.0
"""The catalogue says 355."""
REVIEWED, ISSUED = 6, 14


def store(folder: Path) -> StoreLayout:
    """Written to ``folder``."""
    made = aisles(gondolas=2, cameras=2)
    fixtures = tuple(msgspec.structs.replace(f, name=f.name or "Column") for f in made.file.fixture)
    layout = msgspec.structs.replace(made, file=msgspec.structs.replace(made.file, fixture=fixtures))
    write_store(layout, folder)
    return layout


def ways(track: int, sure: float) -> tuple[Explanation, ...]:
    one = Explanation(sure, track, (ItemMove(SKU, 1, "g1-000"),))
    return one, Explanation(1.0 - sure, track, (ItemMove(OTHER, 1, "g1-000"),))


def visit(number: int, *, sure: float, review: bool) -> ClosedVisit:
    """Somebody who took one tin."""
    rng = np.random.default_rng(number)
    delta = -TRUE_G + float(rng.normal(0.0, 1.0))
    event, t = f"{SCALE}@{number}", 1000.0 + 100.0 * number
    felt = Felt("g1", t + 5.0, delta, 0.8)
    explained = ways(number, sure)
    grounds = (Ground(event, felt, (ScaleChange(SCALE, delta, 0.8),), explained, 0),)
    question = Question(event, "Cola or water?", explained, 40, felt)
    made = closed(f"v{number}", ((SKU, 1),))
    return msgspec.structs.replace(
        made,
        entered_at=t,
        left_at=t + 60.0,
        closed_at=t + 61.0,
        lines=(msgspec.structs.replace(made.lines[0], events=(event,)),),
        decision="review" if review else "issue",
        questions=(question,) if review else (),
        trace=VisitTrace(path=(), grounds=grounds),
    )


def teach(path: Path, layout: StoreLayout) -> None:
    """A ledger with Mara (manager) and Sam, six visits that Sam has decided, and more that were issued."""
    with Ledger.open(path) as file:
        sam = crew(file, "Sam")["Sam"]
        for number in range(1, REVIEWED + 1):
            file.post_visit(visit(number, sure=0.8, review=True), layout)
            reviews.claim(file, sam, 5000.0, f"v{number}")
            reviews.answer(file, sam, f"v{number}", {f"{SCALE}@{number}": 0}, 5001.0)
            reviews.issue_due(file, 5002.0, f"v{number}")
        for number in range(REVIEWED + 1, REVIEWED + ISSUED + 1):
            file.post_visit(visit(number, sure=0.98, review=False), layout)
