"""What a change would do, as it is known now: what is otherwise, or what is wrong with it."""

from __future__ import annotations

from collections import Counter

from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.item_models.catalogue_rows import difference_words
from console.item_models.words import ShopWords
from console.language import tr, tr_n
from console.language.sentences import in_words
from console.operations.catalogue import Plan
from console.theme.tokens import SPACE_1
from console.widgets.labels import label, set_tone
from store_layout.problems import Problem, errors_among

LINES = 5


class PlanPreview(QWidget):
    """A heading, and the first few lines under it."""

    def __init__(self, words: ShopWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.heading = label("", "caption", wrap=True)
        self.lines = label("", "secondary", wrap=True)
        self.problems = label("", "secondary", wrap=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_1)
        for part in (self.heading, self.lines, self.problems):
            box.addWidget(part)
        self.show_nothing("")

    def show_nothing(self, words: str) -> None:
        """There is no plan: why."""
        self.heading.setText(words)
        set_tone(self.heading, "neutral")
        self._say((), "")

    def show_refusal(self, words: str) -> None:
        """It could not be looked at."""
        self.heading.setText(words)
        set_tone(self.heading, "wrong")
        self._say((), "")

    def show_plan(self, plan: Plan) -> None:
        """What it would do, or what is in its way."""
        errors = errors_among(plan.problems)
        told = errors or plan.problems
        problems = _first([problem_words(p) for p in told])
        if errors:
            self.heading.setText(
                tr_n(
                    "{n} mistake: nothing can be changed", "{n} mistakes: nothing can be changed", len(errors)
                )
            )
            set_tone(self.heading, "wrong")
            self._say((), problems, wrong=True)
            return
        if not plan.differences:
            self.heading.setText(tr("Nothing would change."))
        else:
            self.heading.setText(
                tr_n("{n} thing will be otherwise:", "{n} things will be otherwise:", len(plan.differences))
            )
        set_tone(self.heading, "neutral")
        self._say(tuple(difference_words(d, self._words) for d in plan.differences), problems)

    def _say(self, lines: tuple[str, ...], problems: str, *, wrong: bool = False) -> None:
        self.lines.setText(_first(list(lines)))
        self.lines.setVisible(bool(lines))
        self.problems.setText(problems)
        self.problems.setVisible(bool(problems))
        set_tone(self.problems, "wrong" if wrong else "waiting")


def problem_words(problem: Problem) -> str:
    """Where it is, what, and what to do."""
    where = f"{problem.file}, {in_words(problem.where)}: " if problem.where else f"{problem.file}: "
    return f"{where}{in_words(problem.what)}. {in_words(problem.remedy)}."


def counts_words(plan: Plan) -> str:
    """``2 new, 14 prices, 1 not sold any more``."""
    counts = Counter(str(d.kind) for d in plan.differences)
    told = []
    if n := counts.pop("added", 0):
        told.append(tr_n("{n} new product", "{n} new products", n))
    if n := counts.pop("removed", 0):
        told.append(tr_n("{n} not sold any more", "{n} not sold any more", n))
    if n := counts.pop("price", 0):
        told.append(tr_n("{n} price", "{n} prices", n))
    if n := counts.pop("weight", 0):
        told.append(tr_n("{n} weight", "{n} weights", n))
    places = counts.pop("moved", 0) + counts.pop("slot", 0) + counts.pop("stock", 0)
    if places:
        told.append(tr_n("{n} place", "{n} places", places))
    if rest := counts.total():
        told.append(tr_n("{n} other", "{n} others", rest))
    return ", ".join(told)


def _first(lines: list[str]) -> str:
    more = len(lines) - LINES
    shown = lines[:LINES] if more > 0 else lines
    return "\n".join(
        [
            *(f"• {line}" for line in shown),
            *([tr_n("and {n} more", "and {n} more", more)] if more > 0 else []),
        ]
    )
