"""A line of a receipt or a cart that can say why it is there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from console.item_models.visit_reasons import Event, LineReason
from console.language import tr
from console.language.writing import percent
from console.theme.fonts import ui_font
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3, TEXT_BODY
from console.widgets.labels import breakable, label, set_tone
from console.widgets.question_card import ShareBar

QUANTITY, AMOUNT = 28, 70
TALL = 22
BESIDE = 200
"""Pixels of name and remark together up to which the remark stands beside the name, else below it."""
Reason = Callable[[], LineReason]


class VisitLine(QWidget):
    """Quantity, name, remark, amount; with a reason, a button that opens it below."""

    opened = Signal(tuple)
    """Ids of the slots that the reason is about."""

    def __init__(
        self,
        quantity: str,
        name: str,
        remark: str,
        amount: str,
        *,
        doubtful: bool = False,
        reason: Reason | None = None,
    ) -> None:
        super().__init__()
        self._reason = reason
        self._card: QFrame | None = None
        self._slots: tuple[str, ...] = ()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(SPACE_1)
        row = QHBoxLayout()
        row.setSpacing(SPACE_2)
        note = label(remark, "secondary")
        if doubtful:
            set_tone(note, "waiting")
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        row.addWidget(_fixed(label(quantity), QUANTITY, right))
        called = label(breakable(name), wrap=True, name=name)
        metrics = QFontMetricsF(ui_font(TEXT_BODY))
        if remark and metrics.horizontalAdvance(name + remark) > BESIDE:
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(called)
            column.addWidget(note)
            row.addLayout(column, 1)
        else:
            row.addWidget(called, 1)
            row.addWidget(note)
        row.addWidget(_fixed(label(amount), AMOUNT, right))
        self.why = QPushButton(tr("Why?"))
        self.why.setStyleSheet(
            f"QPushButton {{ padding: 0px {SPACE_2}px; min-height: {TALL - 2}px; }}"
            f" QPushButton:focus {{ padding: 0px {SPACE_2 - 1}px; min-height: {TALL - 4}px; }}"
        )
        self.why.setCheckable(True)
        self.why.setAccessibleName(tr("Why is {product} here?", product=name))
        self.why.setToolTip(tr("Why this line: what the scales felt, and who was there"))
        self.why.toggled.connect(self._toggle)
        if reason is None:
            keep = self.why.sizePolicy()
            keep.setRetainSizeWhenHidden(True)  # the amounts stay in one column
            self.why.setSizePolicy(keep)
            self.why.hide()
        row.addWidget(self.why)
        self._box.addLayout(row)

    @property
    def has_reason(self) -> bool:
        """Whether it can be asked."""
        return self._reason is not None

    def _toggle(self, shown: bool) -> None:
        if shown and self._card is None and self._reason is not None:
            reason = self._reason()
            self._slots = tuple(slot for event in reason.events for slot in event.slots)
            self._card = reason_card(reason)
            self._box.addWidget(self._card)
        if self._card is not None:
            self._card.setVisible(shown)
            self.opened.emit(self._slots if shown else ())


def reason_card(reason: LineReason) -> QFrame:
    """What is known of why a line is there."""
    frame = QFrame()
    frame.setProperty("role", "card")
    box = QVBoxLayout(frame)
    box.setContentsMargins(SPACE_3, SPACE_2, SPACE_3, SPACE_2)
    box.setSpacing(SPACE_2)
    if reason.summary:
        box.addWidget(label(reason.summary, wrap=True))
    for event in reason.events:
        head = "  \N{MIDDLE DOT}  ".join(part for part in (event.when, event.where) if part)
        if head:
            box.addWidget(label(head, "caption", wrap=True))
        if event.felt:
            box.addWidget(label("; ".join((event.felt, *event.scales)), "secondary", wrap=True))
        if event.doubts:
            doubt = label(tr("Less sure: {doubts}", doubts=event.doubts), "secondary", wrap=True)
            set_tone(doubt, "waiting")
            box.addWidget(doubt)
        box.addLayout(_alternatives(event))
    return frame


def _alternatives(event: Event) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE_3)
    grid.setVerticalSpacing(SPACE_1)
    grid.setColumnStretch(0, 1)
    side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for i, way in enumerate(event.alternatives):
        said = label(way.words, "caption" if way.counted else "body", wrap=True)
        grid.addWidget(said, 2 * i, 0)
        if way.counted:
            counted = label(tr("counted"), "secondary")
            set_tone(counted, "good")
            grid.addWidget(counted, 2 * i, 1, side)
        grid.addWidget(label(way.expected, "secondary"), 2 * i, 2, side)
        if way.probability is not None:
            grid.addWidget(label(percent(way.probability)), 2 * i, 3, side)
            grid.addWidget(ShareBar(way.probability), 2 * i + 1, 0, 1, 4)
    return grid


def _fixed(made: QLabel, width: int, side: Qt.AlignmentFlag) -> QLabel:
    made.setMinimumWidth(width)
    made.setAlignment(side)
    return made
