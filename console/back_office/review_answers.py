"""What an answer to a visit's questions makes of its lines. Pure.

The engine's lines follow one explanation of each event that is asked about; an answer takes what that one put
into the cart out again, and puts in what the chosen one does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console.language import tr
from inference.messages.results import ClosedVisit, Explanation, Question

NOTHING = Explanation(probability=1.0, track=None)
"""The answer that none of the alternatives is right, and nobody took or gave back anything."""


class AnswerError(ValueError):
    """The answers do not lead to lines; the text says what to give instead."""


def units_after(
    visit: ClosedVisit, answers: Mapping[str, Explanation], payers: Sequence[int] = ()
) -> dict[str, int]:
    """How many of each sku it is when each event happened as its answer says.

    ``payers``: tracks of the visits on the same payment, this one included; none: it pays alone. Raises
    :class:`AnswerError` for a question without an answer, and where the lines have to be given.
    """
    tracks = payers or (visit.track,)
    units = {line.sku: line.quantity for line in visit.lines}
    for number, question in enumerate(visit.questions, start=1):
        chosen = answers.get(question.event)
        if chosen is None:
            raise AnswerError(tr("question {number} of {code} has no answer", number=number, code=visit.code))
        was = believed(question, visit)
        if was is None:
            raise AnswerError(
                tr(
                    "question {number} of {code} cannot be counted: give the lines instead",
                    number=number,
                    code=visit.code,
                )
            )
        for track in tracks:
            for sku, count in chosen.units(track).items():
                units[sku] = units.get(sku, 0) + count
            for sku, count in was.units(track).items():
                units[sku] = units.get(sku, 0) - count
    short = [sku for sku, count in units.items() if count < 0]
    if short:
        raise AnswerError(
            tr(
                "the answers leave less than nothing of {short}: give the lines instead",
                short=", ".join(short),
            )
        )
    return {sku: count for sku, count in units.items() if count}


def believed(question: Question, visit: ClosedVisit) -> Explanation | None:
    """The most probable alternative that the visit's lines agree with: by the events behind each line."""
    held = {line.sku for line in visit.lines}
    said = {line.sku for line in visit.lines if question.event in line.events}
    for explanation in question.alternatives:
        if explanation.units(visit.track).keys() & held == said:
            return explanation
    return None


def stated(explanation: Explanation) -> float | None:
    """How probable the engine says an answer is; None for what it only guesses by its weight."""
    return explanation.probability or None
