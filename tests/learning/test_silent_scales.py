"""What a person says was taken from a scale that said nothing."""

from __future__ import annotations

from pathlib import Path

import msgspec

from console.back_office import Ledger, reviews
from console.back_office.settled_visits import taught_events
from inference.learning.cases import moved_alone
from inference.messages.results import Explanation, Felt, ItemMove, Question
from tests.back_office.people import crew
from tests.learning.ledgers import SCALE, SKU, store, visit


def test_what_was_taken_from_a_silent_scale_teaches_nothing(tmp_path: Path) -> None:
    """An answer says what it was, but no scale felt it: neither a weight nor noise is to be had of it."""
    layout = store(tmp_path / "store")
    path = tmp_path / "ledger.db"
    event = f"silent:{SCALE}@1105.000-1"
    one = Explanation(0.0, 1, (ItemMove(SKU, 1, "g1-000"),))
    felt = Felt("g1", 1105.0, 0.0, 0.0, ("silent",))
    question = Question(event, "?", (Explanation(0.0, None), one), 40, felt)
    asked = visit(1, sure=0.8, review=True)
    with Ledger.open(path) as file:
        sam = crew(file, "Sam")["Sam"]
        file.post_visit(msgspec.structs.replace(asked, questions=(*asked.questions, question)), layout)
        reviews.claim(file, sam, 5000.0, "v1")
        reviews.answer(file, sam, "v1", {f"{SCALE}@1": 0, event: 1}, 5001.0)
        reviews.issue_due(file, 5002.0, "v1")
        document = file.document_of("v1")
        settled = list(taught_events(file))
    assert document is not None
    assert {line.sku: line.quantity for line in document.receipt.lines} == {SKU: 2}
    assert [each.event for each in settled] == [f"{SCALE}@1"]
    assert [each.units for each in moved_alone(settled)] == [1]
