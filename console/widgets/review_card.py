"""A card of the review queue: the question, what was seen, felt and who was where, and the answers."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.item_models.review_words import Shown
from console.item_models.words import ShopWords
from console.language import tr
from console.operations.review_evidence import Watched
from console.theme.appearance import Appearance
from console.theme.fonts import sized
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3
from console.widgets.answer_button import HEIGHT, AnswerButton
from console.widgets.clip_column import ClipColumn
from console.widgets.evidence_panes import EvidencePanes
from console.widgets.labels import label, titled
from console.widgets.place_map import PlaceMap
from console.widgets.product_pictures import ProductPictures
from console.widgets.question_label import QuestionLabel
from console.widgets.review_lines import ReviewLines
from console.widgets.review_trace import ReviewTrace
from console.widgets.time_cursor import TimeCursor
from console.widgets.weight_chart import WeightChart
from inference.messages.results import silent_scale

MOST_ANSWERS = 4
ROOM_TO_BREAK = 240
"""Pixels at the normal text size that evidence and facts keep where there are two rows of buttons."""
EVIDENCE_HIGH = 190
"""Pixels at the normal text size that the evidence has before the answers are as high as they may be."""
MOST_LETTERS = 96
"""Of one fact."""


class ReviewCardView(QWidget):
    """Shows one question; says which answer was pressed and decides nothing."""

    chosen = Signal(int)
    """Place of the answer, from 0."""
    none_chosen = Signal()
    unsure = Signal()
    skipped = Signal()
    wants_lines = Signal()

    def __init__(
        self,
        words: ShopWords,
        pictures: ProductPictures,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.shown: Shown | None = None
        self.watched: Watched | None = None
        self.event_shown = ""
        """Whose evidence is shown; empty: that of none."""
        self._appearance = appearance
        self.cursor_of_time = TimeCursor(self)
        self.stand = label("", "secondary")
        self.question = QuestionLabel()
        self.facts = label("", "secondary", wrap=True, name=tr("Where, when and who"))
        self.facts.setTextFormat(Qt.TextFormat.RichText)  # what is said stands out from what it is about
        self.answers = [AnswerButton(str(i + 1), pictures, appearance) for i in range(MOST_ANSWERS)]
        for place, button in enumerate(self.answers):
            button.clicked.connect(lambda *_, i=place: self.chosen.emit(i))
            button.hide()  # until there is a question
        self.none = QPushButton(f"N  {tr('None of these')}")
        self.lines_button = QPushButton(f"E  {tr('Something else')}")
        self.unsure_button = QPushButton(f"U  {tr('Unsure')}")
        self.unsure_button.setToolTip(tr("Unsure: somebody else decides"))
        self.skip_button = QPushButton(f"S  {tr('Skip')}")
        self.none.clicked.connect(self.none_chosen)
        self.lines_button.clicked.connect(self.wants_lines)
        self.unsure_button.clicked.connect(self.unsure)
        self.skip_button.clicked.connect(self.skipped)
        self._after_none = (self.lines_button, self.unsure_button, self.skip_button)
        self.clips = ClipColumn(words.layout, self.cursor_of_time, appearance)
        self.chart = WeightChart(appearance)
        self.trace = ReviewTrace(self.cursor_of_time, appearance)
        self.map = PlaceMap(words.layout, self.cursor_of_time, appearance)
        self.lines = ReviewLines(words)
        self._lay_out()
        self.clips.large.connect(self._enlarge)

    # -- showing -------------------------------------------------------------------------------------

    def show_question(self, shown: Shown, stand: str) -> None:
        """Another question. ``stand``: how long it waits, what is at stake, how far along."""
        self.stand.setText(stand)
        if shown == self.shown:
            return
        self.shown, self.watched, self.event_shown = shown, None, ""
        self.question.ask(shown.text)
        for place, button in enumerate(self.answers):
            button.setVisible(place < len(shown.choices))
            if place < len(shown.choices):
                button.show_choice(shown.choices[place])
        self.none.setText(f"N  {shown.none_words}: {shown.none_effect}")
        self.facts.setText(
            " &nbsp; ".join(
                tr("{word}: {value}", word=escape(word), value=f"<b>{escape(_short(value))}</b>")
                for word, value in shown.facts
            )
        )
        said = "\n".join(tr("{word}: {value}", word=word, value=value) for word, value in shown.facts)
        self.facts.setToolTip(said)
        self.facts.setAccessibleDescription(said)
        self.close_lines()
        self.clips.set_large(None)
        self.cursor_of_time.clear()
        self.chart.show_question(shown)
        self.map.show_question(shown)
        self._felt.setCurrentWidget(self._chart)
        self._panes.show_weights(not shown.silent)
        self.clips.wait(shown)

    def show_evidence(self, event: str, watched: Watched) -> None:
        """What was kept of the event. The same again changes nothing."""
        if self.shown is None or (watched is self.watched and event == self.event_shown):
            return
        self.watched, self.event_shown = watched, event
        evidence = watched.evidence
        self.map.show_evidence(evidence)
        self.clips.show_clips(self.shown, watched)
        if evidence is None:
            self._felt.setCurrentWidget(self._chart)
            self.cursor_of_time.clear()
            return
        self.trace.show_evidence(self.shown, evidence)
        # hands that met away from the shelves weigh nothing, and a silent scale felt nothing: what was felt
        # before or after stays
        weighed = bool(evidence.fixture) and silent_scale(evidence.event) is None
        self._felt.setCurrentWidget(self.trace if weighed else self._chart)
        self.cursor_of_time.set_span(
            evidence.begin, evidence.end, evidence.t, play=not self._appearance.reduced_motion
        )

    # -- lines ---------------------------------------------------------------------------------------

    @property
    def lines_open(self) -> bool:
        """Whether somebody tells what was taken, line by line."""
        return self._below.currentWidget() is self.lines

    def open_lines(self, counted: dict[str, int]) -> None:
        """In the place of the answers."""
        self.clips.set_large(None)
        self._below.setCurrentWidget(self.lines)
        self.lines.begin(counted)

    def close_lines(self) -> None:
        """The answers again."""
        self._below.setCurrentIndex(0)

    # -- larger --------------------------------------------------------------------------------------

    def _enlarge(self) -> None:
        """A large clip lies over everything below the question."""
        view = self.clips.large_view
        if self.clips.is_large:
            top = self._columns.mapTo(self, QPoint(0, 0)).y()
            view.setParent(self)
            view.setGeometry(0, top, self.width(), self.height() - top)
            view.show()
            view.raise_()
        else:
            view.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Clips take the height there is, and no more of the width than they need."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The question above may take two lines: the rest is then less high."""
        if watched is self._columns and event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        self.clips.fit(self._columns.width(), self._columns.height())
        self._break_row()
        self._share_height()
        if self.clips.is_large:
            self._enlarge()

    def _break_row(self) -> None:
        """What else can be said takes a second row where the clips would have to make room for it."""
        wide = self._columns.width() - self.clips.sizeHint().width() - SPACE_3
        row = (self.none, *self._after_none)
        needs = sum(button.sizeHint().width() for button in row) + SPACE_2 * (len(row) - 1)
        count = sum(not button.isHidden() for button in self.answers)
        room = self._columns.height() - count * self.answers[0].minimumSizeHint().height()
        into = self._second if needs > wide and room >= sized(ROOM_TO_BREAK) else self._others
        if self._others.indexOf(self.skip_button) >= 0 and into is self._others:
            return
        for button in self._after_none:
            for layout in (self._others, self._second):
                layout.removeWidget(button)
            into.insertWidget(into.count() - 1, button)

    def _share_height(self) -> None:
        """Answers are lower before the evidence above them cannot be made out."""
        count = sum(not button.isHidden() for button in self.answers)
        rows = 2 if self._second.indexOf(self.skip_button) >= 0 else 1
        others = rows * (self.skip_button.sizeHint().height() + SPACE_2) + self.facts.height() + 2 * SPACE_2
        room = self._columns.height() - others - sized(EVIDENCE_HIGH)
        most, least = sized(HEIGHT), self.answers[0].minimumSizeHint().height()
        each = most if not count else min(most, max(least, room // count - SPACE_2))
        for button in self.answers:
            button.setMaximumHeight(each)

    # -- building ------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._columns = QWidget()
        self._columns.installEventFilter(self)
        columns = QHBoxLayout(self._columns)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(SPACE_3)
        columns.addWidget(self.clips)
        right = QVBoxLayout()
        right.setSpacing(SPACE_2)
        self._panes = self._evidence()
        right.addWidget(self._panes, 1)
        right.addWidget(self.facts)
        self._below = QStackedWidget()
        self._below.addWidget(self._answers())
        self._below.addWidget(self.lines)
        self.lines.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        right.addWidget(self._below)
        columns.addLayout(right, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_1)
        box.addWidget(self.stand)
        box.addWidget(self.question)
        box.addSpacing(SPACE_1)
        box.addWidget(self._columns, 1)

    def _answers(self) -> QWidget:
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_2)
        for button in self.answers:
            box.addWidget(button)
        self._others, self._second = QHBoxLayout(), QHBoxLayout()
        for row in (self._others, self._second):
            row.setSpacing(SPACE_2)
            row.addStretch(1)
            box.addLayout(row)
        for other in (self.none, *self._after_none):
            other.setMinimumHeight(36)
            other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._others.insertWidget(self._others.count() - 1, other)
        return holder

    def _evidence(self) -> EvidencePanes:
        """Weights and floor."""
        self._chart = QWidget()
        inner = QVBoxLayout(self._chart)
        inner.setContentsMargins(SPACE_3, 0, SPACE_3, SPACE_3)
        inner.addStretch(1)
        inner.addWidget(self.chart)
        inner.addStretch(2)
        self._chart.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self._felt = QStackedWidget()
        self._felt.addWidget(self._chart)
        self._felt.addWidget(self.trace)
        weight, _ = titled(tr("What the scales felt, by answer"), self._felt, margins=SPACE_2)
        floor, _ = titled(tr("Who was where"), self.map, margins=SPACE_2)
        return EvidencePanes(weight, floor, self.map, self.map.aspect)


def _short(words: str) -> str:
    """No more than there is room for beside others; the tool tip says all of it."""
    cut = words[:MOST_LETTERS].rstrip(" ,")
    return words if len(words) <= MOST_LETTERS else f"{cut}\N{HORIZONTAL ELLIPSIS}"


def said_by(widget: QLabel, text: str) -> None:
    """Say something that may be nothing: an empty line takes no room."""
    widget.setText(text)
    widget.setVisible(bool(text))
