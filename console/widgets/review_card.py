"""A card of the review queue: the question, its answers as large buttons, and the evidence beside them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from console.item_models.review_words import Shown
from console.language import tr
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from console.widgets.answer_button import AnswerButton
from console.widgets.labels import label, titled
from console.widgets.place_map import PlaceMap
from console.widgets.weight_chart import WeightChart
from store_layout.model import StoreLayout

MOST_ANSWERS = 4
MOST_FACTS = 9
EVIDENCE_WIDTH = 430


class ReviewCardView(QWidget):
    """Shows one question; says which answer was pressed and decides nothing."""

    chosen = Signal(int)
    """Place of the answer, from 0."""
    none_chosen = Signal()
    unsure = Signal()
    skipped = Signal()

    def __init__(self, layout: StoreLayout, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: Shown | None = None
        self.stand = label("", "secondary")
        self.question = label("", "question", wrap=True)
        self.answers = [AnswerButton(str(i + 1), appearance) for i in range(MOST_ANSWERS)]
        for place, button in enumerate(self.answers):
            button.clicked.connect(lambda *_, i=place: self.chosen.emit(i))
        self.none = QPushButton(f"N  {tr('None of these')}")
        self.unsure_button = QPushButton(f"U  {tr('Unsure: somebody else decides')}")
        self.skip_button = QPushButton(f"S  {tr('Skip')}")
        self.none.clicked.connect(self.none_chosen)
        self.unsure_button.clicked.connect(self.unsure)
        self.skip_button.clicked.connect(self.skipped)
        self.chart = WeightChart(appearance)
        self.map = PlaceMap(layout, appearance)
        self._facts = [(label("", "secondary"), label("", wrap=True)) for _ in range(MOST_FACTS)]
        self._lay_out()

    def show_question(self, shown: Shown, stand: str) -> None:
        """Another question. ``stand``: how long it waits, what is at stake, how far along."""
        self.stand.setText(stand)
        if shown == self.shown:
            return
        self.shown = shown
        self.question.setText(shown.text)
        for place, button in enumerate(self.answers):
            button.setVisible(place < len(shown.choices))
            if place < len(shown.choices):
                button.show_choice(shown.choices[place])
        self.none.setText(f"N  {shown.none_words}: {shown.none_effect}")
        self.chart.show_question(shown)
        self.map.show_question(shown)
        self.map.setVisible(shown.fixture is not None)
        self._show_facts(shown)

    def set_ready(self, ready: bool) -> None:
        """Whether it can be answered now."""
        for button in (*self.answers, self.none, self.unsure_button, self.skip_button):
            button.setEnabled(ready)

    def _show_facts(self, shown: Shown) -> None:
        for place, (word, value) in enumerate(self._facts):
            there = place < len(shown.facts)
            word.setVisible(there)
            value.setVisible(there)
            if there:
                word.setText(shown.facts[place][0])
                value.setText(shown.facts[place][1])

    def _lay_out(self) -> None:
        answers = QVBoxLayout()
        answers.setSpacing(SPACE_2)
        for button in self.answers:
            answers.addWidget(button, 4)
        others = QHBoxLayout()
        others.setSpacing(SPACE_2)
        for other in (self.none, self.unsure_button, self.skip_button):
            other.setMinimumHeight(40)
            other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            others.addWidget(other)
        others.addStretch(1)
        answers.addSpacing(SPACE_1)
        answers.addLayout(others)
        answers.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(SPACE_4)
        columns.addLayout(answers, 1)
        columns.addWidget(self._evidence())
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_2)
        box.addWidget(self.stand)
        box.addWidget(self.question)
        box.addSpacing(SPACE_2)
        box.addLayout(columns, 1)

    def _evidence(self) -> QWidget:
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(SPACE_3, 0, SPACE_3, SPACE_3)
        inner.addWidget(self.chart)
        weight, _ = titled(tr("What the scales felt, and each answer’s weight"), holder)
        where = QWidget()
        grid = QGridLayout(where)
        grid.setContentsMargins(SPACE_3, 0, SPACE_3, SPACE_3)
        grid.setHorizontalSpacing(SPACE_3)
        grid.setVerticalSpacing(SPACE_1)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, 88)
        top = Qt.AlignmentFlag.AlignTop
        for place, (word, value) in enumerate(self._facts):
            grid.addWidget(word, place, 0, top)
            grid.addWidget(value, place, 1, top)
        facts_and_map = QWidget()
        both = QVBoxLayout(facts_and_map)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(0)
        both.addWidget(where)
        both.addWidget(self.map, 1)
        both.addStretch(0)
        facts, _ = titled(tr("Where, when and who"), facts_and_map)
        column = QWidget()
        column.setFixedWidth(EVIDENCE_WIDTH)
        box = QVBoxLayout(column)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_3)
        box.addWidget(weight)
        box.addWidget(facts, 1)
        return column


def said_by(widget: QLabel, text: str) -> None:
    """Say something that may be nothing: an empty line takes no room."""
    widget.setText(text)
    widget.setVisible(bool(text))
