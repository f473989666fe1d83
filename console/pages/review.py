"""Review: the visits that a person has to decide, one question at a time, by keys alone if one likes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAction, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.item_models.review_queue import also_reviewing, asked_today, card_words, nothing_words
from console.item_models.review_words import Shown, evidence_of, open_questions, shown_question
from console.item_models.words import ShopWords
from console.language import tr, tr_noop
from console.operations.operator_session import OperatorSession
from console.operations.review_desk import Answer, OpenCard, choices_of
from console.operations.review_evidence import ReviewEvidence, Watched
from console.operations.reviews import Reviews
from console.theme.appearance import Appearance
from console.theme.icons import Icon
from console.theme.tokens import SPACE_2, SPACE_3, SPACE_4
from console.widgets.labels import EmptyState, label, set_tone
from console.widgets.page import Page
from console.widgets.product_pictures import ProductPictures
from console.widgets.review_card import ReviewCardView, said_by
from console.widgets.review_keys import ReviewKeys
from console.widgets.sign_in import SignInPanel

TICK_MS = 1000
FOOT = 36
"""Pixels kept for what can be undone, so that nothing moves when it comes and goes."""
EMPTY, SIGN_IN, CARD = range(3)
MOST_HELD = 4
"""Events of one card whose pictures are held at a time: some 40 MB each."""
NOTHING_KEPT = Watched()


class ReviewPage(Page):
    """Signed out: who answers? Else the card in hand, or words where nothing waits."""

    name = "review"
    word = tr_noop("Review")
    icon = Icon.REVIEW
    tip = tr_noop("Visits that a person has to decide")

    def __init__(
        self,
        reviews: Reviews,
        evidence: ReviewEvidence,
        session: OperatorSession,
        words: ShopWords,
        *,
        pictures: ProductPictures,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._reviews, self._evidence, self._session, self._words = reviews, evidence, session, words
        self._given: dict[str, int | None] = {}
        self._visit = ""
        self._event_at = 0
        """Which of the question's events is shown, where it is about several."""
        self.sign_in = SignInPanel(session)
        self.card = ReviewCardView(words, pictures, appearance)
        self.empty = EmptyState("", "")
        self.today = label("", "secondary")
        self.others = label("", "secondary")
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
        self._keys = ReviewKeys(
            self.card,
            choose=self._choose,
            none=self._none,
            lines=self._open_lines,
            undo=self._undo,
            event=self._next_event,
            parent=self,
        )
        self.card.chosen.connect(self._choose)
        self.card.none_chosen.connect(self._none)
        self.card.unsure.connect(reviews.unsure)
        self.card.skipped.connect(reviews.skip)
        self.card.wants_lines.connect(self._open_lines)
        self.card.lines.kept.connect(self._keep_lines)
        self.card.lines.left.connect(self._close_lines)
        self.card.lines.edited.connect(self._price_lines)
        reviews.changed.connect(self._follow)
        evidence.changed.connect(self._follow)
        session.changed.connect(self._follow)
        self._follow()

    def page_actions(self) -> Sequence[QAction]:
        """Answers and what else can be done with a card."""
        return self._keys.actions

    def look_at(self, what: str) -> None:
        """``visit ID``: the card of a visit that waits."""
        if what.startswith("visit "):
            self._reviews.take_this(what.removeprefix("visit "))

    def take_focus(self) -> None:
        """To the PIN, or to the page, where the keys answer."""
        if self._stack.currentIndex() == SIGN_IN:
            self.sign_in.take_focus()
        elif self._stack.currentIndex() == CARD and self.card.lines_open:
            self.card.lines.list.setFocus()
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
        self.card.cursor_of_time.set_shown(False)
        super().hideEvent(event)

    def event(self, event: QEvent) -> bool:
        """Space plays the clip here, and not the recording; Escape goes back to the card as it was."""
        if isinstance(event, QKeyEvent) and self._stack.currentIndex() == CARD and not self.card.lines_open:
            key = event.key()
            mine = key == Qt.Key.Key_Space or (key == Qt.Key.Key_Escape and self.card.clips.is_large)
            if mine and event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if mine and event.type() == QEvent.Type.KeyPress:
                if key == Qt.Key.Key_Space:
                    self.card.cursor_of_time.toggle()
                else:
                    self.card.clips.set_large(None)
                return True
        return super().event(event)

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
        elif card.totals[shown.event][-1] is None:  # it cannot be counted: somebody has to say
            self._open_lines()
        else:
            self._give(card, shown.event, None)

    def _open_lines(self) -> None:
        """Something else: the lines themselves."""
        card = self._reviews.card
        if card is not None and self._shown() is not None:
            self.card.open_lines({line.sku: line.quantity for line in card.card.visit.lines})
            self._offer()

    def _close_lines(self) -> None:
        self.card.close_lines()
        self.take_focus()

    def _keep_lines(self, lines: dict[str, int]) -> None:
        self._given = {}
        self.card.close_lines()
        self._reviews.answer(Answer(lines=lines))
        self.take_focus()

    def _price_lines(self, lines: dict[str, int]) -> None:
        """What they come to, when the ledger has said so; they may be others by then."""

        def say(total: int | None) -> None:
            if self.card.lines_open and self.card.lines.lines == lines:
                self.card.lines.say_total("" if total is None else self._words.money(total))

        self._reviews.price(lines, say)

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
            self._visit, self._given, self._event_at = card.visit, {}, 0
        return shown_question(card, len(self._given), self._words)

    # -- showing -------------------------------------------------------------------------------------

    def _follow(self) -> None:
        rows = self._reviews.queue.rows
        self._badge(str(len(rows)) if rows else "", "waiting" if rows else "neutral")
        if not self.isVisible():
            return
        actor = self._session.actor
        self.who.setText("" if actor is None else f"{actor.name}, {tr(actor.role)}")
        self.others.setText(also_reviewing(self._reviews.waiting_for_others()))
        self.lock.setVisible(actor is not None)
        self.today.setText(asked_today(self._reviews.queue.today))
        said_by(self.trouble, self._reviews.said)
        self._show_last()
        shown, card = self._shown(), self._reviews.card
        before = self._stack.currentIndex()
        if actor is None:
            self.card.close_lines()
            self._stack.setCurrentIndex(SIGN_IN)
        elif shown is not None and card is not None:
            asked = self.card.shown
            self.card.show_question(
                shown, card_words(self._reviews, card, shown, self._event_at, self._words)
            )
            self._show_evidence(card, shown)
            self._stack.setCurrentIndex(CARD)
            if asked is not self.card.shown and self._holds_focus():
                self.setFocus()  # a button that was clicked must not be pressed again by Space
        else:
            self._say_empty()
            self._stack.setCurrentIndex(EMPTY)
        self.card.cursor_of_time.set_shown(self._stack.currentIndex() == CARD)
        self.today.setVisible(self._stack.currentIndex() != EMPTY)
        self._offer()
        if self._stack.currentIndex() != before:
            self.take_focus()

    def _show_evidence(self, card: OpenCard, shown: Shown) -> None:
        """What is there now; read what will be asked for next meanwhile."""
        following = self._reviews.following
        wanted = evidence_of(card, self._words)
        ahead = [] if following is None else evidence_of(following, self._words)[:1]
        self._evidence.want([*wanted[:MOST_HELD], *ahead])
        if not shown.evidence:
            self.card.show_evidence("", NOTHING_KEPT)
            return
        event = shown.evidence[self._event_at % len(shown.evidence)]
        watched = self._evidence.of(card.visit, event)
        if watched is not None:
            self.card.show_evidence(event, watched)

    def _next_event(self) -> None:
        self._event_at += 1
        self._follow()

    def _holds_focus(self) -> bool:
        focused = self.focusWidget()
        return focused is not None and focused.hasFocus()

    def _say_empty(self) -> None:
        heading, text = nothing_words(self._reviews)
        self.empty.heading.setText(heading)
        self.empty.text.setText("\n".join(filter(None, (text, asked_today(self._reviews.queue.today)))))

    def _show_last(self) -> None:
        settled, left = self._reviews.settled, self._reviews.undo_left()
        inside = bool(self._given)
        self.undo.setVisible(inside or (settled is not None and left > 0))
        self.last.setVisible(self.undo.isVisibleTo(self))
        if inside and self.card.shown is not None:
            parts = self.card.shown.parts
            self.last.setText(tr("{n} of {all} answered.", n=len(self._given), all=parts))
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
        here = self.isVisible() and self._stack.currentIndex() == CARD
        editing = here and self.card.lines_open
        shown = self._shown() if here and not editing else None
        can_undo = bool(self._given) or (self._reviews.settled is not None and self._reviews.undo_left() > 0)
        undo = self.isVisible() and can_undo and self._session.actor is not None and not editing
        self._keys.offer(shown, self.card, undo=undo)

    # -- building ------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_3)
        head.addWidget(self.today)
        head.addStretch(1)
        head.addWidget(self.others)
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
