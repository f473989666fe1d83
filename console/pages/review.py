"""Review: the visits that a person has to decide, one question at a time, by keys alone if one likes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.item_models.review_words import Shown, open_questions, shown_question, waited
from console.item_models.words import ShopWords
from console.language import tr, tr_n, tr_noop
from console.language.writing import decimal
from console.operations.operator_session import OperatorSession
from console.operations.review_desk import Answer, OpenCard, choices_of
from console.operations.reviews import Reviews
from console.theme.appearance import Appearance
from console.theme.icons import Icon
from console.theme.tokens import SPACE_2, SPACE_3, SPACE_4
from console.widgets.labels import EmptyState, label, set_tone
from console.widgets.page import Page
from console.widgets.review_card import MOST_ANSWERS, ReviewCardView, said_by
from console.widgets.sign_in import SignInPanel

TICK_MS = 1000
FOOT = 36
"""Pixels kept for what can be undone, so that nothing moves when it comes and goes."""
EMPTY, SIGN_IN, CARD = range(3)


class ReviewPage(Page):
    """Signed out: who answers? Else the card in hand, or words where nothing waits."""

    name = "review"
    word = tr_noop("Review")
    icon = Icon.REVIEW
    tip = tr_noop("Visits that a person has to decide")

    def __init__(
        self,
        reviews: Reviews,
        session: OperatorSession,
        words: ShopWords,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._reviews, self._session, self._words = reviews, session, words
        self._given: dict[str, int | None] = {}
        self._visit = ""
        self.sign_in = SignInPanel(session)
        self.card = ReviewCardView(words.layout, appearance)
        self.empty = EmptyState("", "")
        self.today = label("", "secondary")
        self.who = label("", "secondary")
        self.lock = QPushButton(tr("Lock (Ctrl+L)"))
        self.lock.clicked.connect(session.lock)
        self.trouble = label("", "body", wrap=True, name=tr("What went wrong"))
        set_tone(self.trouble, "wrong")
        self.last = label("", "body")
        self.undo = QPushButton(tr("Z  Undo"))
        self.undo.clicked.connect(self._undo)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._follow)
        self._lay_out()
        self._make_actions()
        self.card.chosen.connect(self._choose)
        self.card.none_chosen.connect(self._none)
        self.card.unsure.connect(reviews.unsure)
        self.card.skipped.connect(reviews.skip)
        reviews.changed.connect(self._follow)
        session.changed.connect(self._follow)
        self._follow()

    def page_actions(self) -> Sequence[QAction]:
        """Answers and what else can be done with a card."""
        return self._actions

    def take_focus(self) -> None:
        """To the PIN, or to the page, where the keys answer."""
        if self._stack.currentIndex() == SIGN_IN:
            self.sign_in.take_focus()
        else:
            self.setFocus()
        self._offer()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """The seconds run only while they are seen."""
        super().showEvent(event)
        self._tick.start()
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Nothing to show to anybody."""
        self._tick.stop()
        super().hideEvent(event)

    # -- answering -----------------------------------------------------------------------------------

    def _choose(self, place: int) -> None:
        shown = self._shown()
        if shown is None or place >= len(shown.choices):
            return
        card = self._reviews.card
        if card is None:
            return
        if shown.event is None:
            counted = {line.sku: line.quantity for line in card.card.visit.lines}
            self._reviews.answer(Answer(lines=counted))
        else:
            self._give(card, shown.event, shown.choices[place].number)

    def _none(self) -> None:
        shown, card = self._shown(), self._reviews.card
        if shown is None or card is None:
            return
        if shown.event is None:
            self._reviews.answer(Answer(lines={}))
        else:
            self._give(card, shown.event, None)

    def _give(self, card: OpenCard, event: str, number: int | None) -> None:
        self._given[event] = number
        if len(self._given) < len(open_questions(card)):
            self._session.touch()
            self._follow()
        else:
            given, self._given = self._given, {}
            self._reviews.answer(choices_of(card, given))

    def _undo(self) -> None:
        """The last answer of this card, else the last card."""
        if self._given:
            self._given.popitem()
            self._follow()
        else:
            self._reviews.undo()

    def _shown(self) -> Shown | None:
        """The question that is asked now."""
        card = self._reviews.card
        if card is None or self._session.actor is None:
            return None
        if card.visit != self._visit:
            self._visit, self._given = card.visit, {}
        return shown_question(card, len(self._given), self._words)

    # -- showing -------------------------------------------------------------------------------------

    def _follow(self) -> None:
        rows = self._reviews.queue.rows
        self._badge(str(len(rows)) if rows else "", "waiting" if rows else "neutral")
        if not self.isVisible():
            return
        actor = self._session.actor
        self.who.setText("" if actor is None else f"{actor.name}, {actor.role}")
        self.lock.setVisible(actor is not None)
        self.today.setText(self._asked_today())
        said_by(self.trouble, self._reviews.said)
        self._show_last()
        shown, card = self._shown(), self._reviews.card
        before = self._stack.currentIndex()
        if actor is None:
            self._stack.setCurrentIndex(SIGN_IN)
        elif shown is not None and card is not None:
            self.card.show_question(shown, self._stand(card, shown))
            self._stack.setCurrentIndex(CARD)
        else:
            self._say_empty()
            self._stack.setCurrentIndex(EMPTY)
        self.today.setVisible(self._stack.currentIndex() != EMPTY)
        self._offer()
        if self._stack.currentIndex() != before:
            self.take_focus()

    def _stand(self, card: OpenCard, shown: Shown) -> str:
        row = card.card.row
        waiting = len(self._reviews.queue.rows)
        number = self._reviews.done + 1
        parts = [
            tr("Card {number} of {all}", number=number, all=max(number, self._reviews.done + waiting)),
            tr("visit {code}", code=row.code),
            waited(card, self._reviews.store_time, self._words),
            tr("{amount} at stake", amount=self._words.money(row.at_stake)),
        ]
        if shown.parts > 1:
            parts.insert(1, tr("question {part} of {parts}", part=shown.part, parts=shown.parts))
        return "  \N{MIDDLE DOT}  ".join(parts)

    def _say_empty(self) -> None:
        others = self._reviews.waiting_for_others()
        waiting = len(self._reviews.queue.rows)
        if self._reviews.opening:
            heading, text = tr("A card is being taken"), ""
        elif waiting and others:
            heading = tr("Nothing waits for you")
            text = tr_n(
                "{n} card is with {names} or for somebody else.",
                "{n} cards are with {names} or for somebody else.",
                waiting,
                names=", ".join(others),
            )
        elif waiting:
            heading = tr("Nothing waits for you")
            text = tr_n(
                "{n} card waits for somebody else to decide.",
                "{n} cards wait for somebody else to decide.",
                waiting,
            )
        else:
            heading = tr("Nothing waits")
            text = tr("A visit comes here when being wrong about it would cost more than asking you.")
        self.empty.heading.setText(heading)
        self.empty.text.setText("\n".join(part for part in (text, self._asked_today()) if part))

    def _asked_today(self) -> str:
        today = self._reviews.queue.today
        if today is None or not today.visits:
            return tr("No visit has closed today.")
        asked = today.reviewed + today.waiting
        per = 1000 * asked / today.visits
        return tr_n(
            "Today a person was asked about {asked} of {n} visit: {rate} per 1,000",
            "Today a person was asked about {asked} of {n} visits: {rate} per 1,000",
            today.visits,
            asked=asked,
            rate=decimal(per),
        )

    def _show_last(self) -> None:
        settled, left = self._reviews.settled, self._reviews.undo_left()
        inside = bool(self._given)
        self.undo.setVisible(inside or (settled is not None and left > 0))
        self.last.setVisible(self.undo.isVisibleTo(self))
        if inside:
            self.last.setText(tr("Answered a part of this card."))
        elif settled is not None:
            self.last.setText(
                tr(
                    "{visit} is settled; its receipt is issued in {seconds} s.",
                    visit=settled.card.row.code,
                    seconds=math.ceil(left),
                )
            )

    def _offer(self) -> None:
        """Keys do something only where there is something to do."""
        shown = self._shown() if self._stack.currentIndex() == CARD else None
        for place, action in enumerate(self._actions[:MOST_ANSWERS]):
            action.setEnabled(self.isVisible() and shown is not None and place < len(shown.choices))
        for action in self._actions[MOST_ANSWERS:-1]:
            action.setEnabled(self.isVisible() and shown is not None)
        can_undo = bool(self._given) or (self._reviews.settled is not None and self._reviews.undo_left() > 0)
        self._actions[-1].setEnabled(self.isVisible() and can_undo and self._session.actor is not None)

    # -- building ------------------------------------------------------------------------------------

    def _make_actions(self) -> None:
        def action(text: str, key: str, call: Callable[..., object]) -> QAction:
            made = QAction(text, self)
            made.setShortcut(QKeySequence(key))
            made.setAutoRepeat(False)
            made.triggered.connect(call)
            return made

        self._actions = (
            *(
                action(tr("Answer {number}", number=i + 1), str(i + 1), lambda *_, i=i: self._choose(i))
                for i in range(MOST_ANSWERS)
            ),
            action(tr("None of these"), "N", lambda *_: self._none()),
            action(tr("Unsure: somebody else decides"), "U", lambda *_: self._reviews.unsure()),
            action(tr("Skip"), "S", lambda *_: self._reviews.skip()),
            action(tr("Undo the last answer"), "Z", lambda *_: self._undo()),
        )

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_3)
        head.addWidget(self.today)
        head.addStretch(1)
        head.addWidget(self.who)
        head.addWidget(self.lock)
        self._stack = QStackedWidget()
        for part in (self.empty, self.sign_in, self.card):
            self._stack.addWidget(part)
        bottom = QWidget()
        bottom.setFixedHeight(FOOT)
        foot = QHBoxLayout(bottom)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(SPACE_3)
        foot.addWidget(self.last)
        foot.addWidget(self.undo)
        foot.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        box.setSpacing(SPACE_2)
        box.addLayout(head)
        box.addWidget(self.trouble)
        box.addWidget(self._stack, 1)
        box.addWidget(bottom)
