"""What is known of one visit: going on, waiting for an answer, or with its receipt."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from console.back_office.receipts import Receipt
from console.back_office.records import DocumentRow
from console.item_models.closed_visits import ClosedRow, outcome
from console.item_models.questions import cards_of
from console.item_models.shoppers_inside import InsideRow, state_of
from console.item_models.visit_reasons import reason_for, slots_of
from console.item_models.words import MINUS, ShopWords, chance, clock_time, day_and_time, span
from console.language import tr, tr_n
from console.language.sentences import in_words
from console.language.writing import percent
from console.operations.health import Tone
from console.operations.visit_dossier import Dossier
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from console.widgets.labels import EmptyState, label, rule, set_tone
from console.widgets.question_card import question_card
from console.widgets.visit_line import Reason, VisitLine
from console.widgets.visit_path import VisitPath
from inference.messages.results import CartLine

HASH_SHOWN = 12

ALL_THE_ROOM = 100
"""The plan's share of what is left over, to one of the space below."""


class ReceiptPane(QScrollArea):
    """The details beside the lists. Rebuilt when another visit is chosen or this one changed."""

    left = Signal()
    """Escape: back to the list."""
    review_asked = Signal(str)
    """The visit whose card somebody wants to answer."""

    def __init__(self, words: ShopWords, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._appearance = words, appearance
        self._shown: object = None
        self._map: VisitPath | None = None
        self.lines: list[VisitLine] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(tr("Visit"))
        self.show_nothing()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrows scroll; Escape goes back to the list."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def show_nothing(self) -> None:
        """Nothing is chosen."""
        if self._is_shown(None) and self.widget() is not None:
            return
        self.lines, self._map = [], None
        self.setAccessibleName(tr("Visit"))
        self.setWidget(
            EmptyState(
                tr("No visit chosen"), tr("Choose a visit on the left to see what was taken and paid.")
            )
        )

    def show_inside(self, row: InsideRow) -> None:
        """A visit that goes on: the cart as it is now."""
        if self._is_shown((row.code, row.lines, state_of(row))):
            return
        box = self._begin(row.code, tr("Inside now"), "neutral")
        came = tr("Came in at {time}.", time=clock_time(row.entered_at, self._words.zone))
        box.addWidget(label(f"{came} {state_of(row)}.", "secondary"))
        if row.lines:
            box.addWidget(rule())
        else:
            box.addWidget(label(tr("Nothing taken yet: each thing appears here as it is taken."), wrap=True))
        self._cart_lines(box, row.lines, None)
        self._sum(box, tr("So far"), self._words.money(row.value))
        box.addStretch(1)
        self._order_keys()

    def show_closed(self, row: ClosedRow, dossier: Dossier | None = None) -> None:
        """A visit that is over. ``dossier``: all about it, as soon as it is read."""
        if dossier is not None and dossier.visit.visit != row.entry.row.visit.visit:
            dossier = None
        if self._is_shown((row, dossier)):
            return
        visit, document = row.entry.row.visit, row.entry.document
        word, tone, _ = outcome(row)
        box = self._begin(visit.code, word, _tone(tone))
        zone = self._words.zone
        stay = tr(
            "{start} to {end}, {time} inside",
            start=day_and_time(visit.entered_at, zone),
            end=clock_time(row.left_at, zone, seconds=True),
            time=span(row.left_at - visit.entered_at),
        )
        people = ", " + tr_n("{n} person", "{n} people", visit.people) if visit.people > 1 else ""
        box.addWidget(label(f"{stay}{people}", "secondary", wrap=True))
        for remark in visit.notes:
            note = label(in_words(remark), wrap=True)
            set_tone(note, "waiting")
            box.addWidget(note)
        if dossier is not None:
            self._company(box, dossier)
            self._path(box, dossier)
        if document is not None:
            box.addWidget(rule())
            self._receipt(box, document.receipt, dossier)
            box.addWidget(rule())
            self._stamp(box, document)
        else:
            self._undecided(box, row, dossier)
        box.addStretch(1)
        self._order_keys()

    def ask_why(self) -> None:
        """Open the reasons of all lines, or close them when all are open."""
        able = [line.why for line in self.lines if line.has_reason]
        opened = all(button.isChecked() for button in able)
        for button in able:
            button.setChecked(not opened)

    def _order_keys(self) -> None:
        """Tab goes from the pane into what stands in it, and on from there."""
        inner = self.widget()
        before: QWidget = self
        for button in [] if inner is None else inner.findChildren(QPushButton):
            QWidget.setTabOrder(before, button)
            before = button

    # -- parts ---------------------------------------------------------------------------------------

    def _is_shown(self, what: object) -> bool:
        same = what == self._shown
        self._shown = what
        return same

    def _begin(self, code: str, word: str, tone: Tone) -> QVBoxLayout:
        self.lines, self._map = [], None
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_2)
        head = QHBoxLayout()
        state = label(word, "caption")
        set_tone(state, tone)
        head.addWidget(label(code, "title"))
        head.addStretch(1)
        head.addWidget(state)
        box.addLayout(head)
        self.setWidget(inner)
        self.setAccessibleName(tr("Visit {code}, {word}", code=code, word=word))
        return box

    def _company(self, box: QVBoxLayout, dossier: Dossier) -> None:
        """Who pays together with this visit."""
        if dossier.members:
            codes = ", ".join(row.visit.code for row in dossier.members)
            box.addWidget(label(tr("Pays together with {codes}.", codes=codes), wrap=True))

    def _path(self, box: QVBoxLayout, dossier: Dossier) -> None:
        if dossier.trace is None or not dossier.trace.path:
            return
        self._map = VisitPath(self._words.layout, self._appearance)
        self._map.show_path(dossier.trace.path, slots_of(dossier))
        box.addWidget(self._map, ALL_THE_ROOM)

    def _undecided(self, box: QVBoxLayout, row: ClosedRow, dossier: Dossier | None) -> None:
        visit = row.entry.row.visit
        cards = cards_of(visit, self._words)
        if cards:
            waits = tr("To be answered") if visit.decision == "review" else tr("Open")
            box.addWidget(label(waits, "secondary"))
        for card in cards:
            box.addWidget(question_card(card, self._words))
        if row.entry.row.state == "review":
            answer = QPushButton(tr("Answer it on the Review page"))
            answer.clicked.connect(lambda *_: self.review_asked.emit(visit.visit))
            box.addWidget(answer, 0, Qt.AlignmentFlag.AlignLeft)
        self._cart_lines(box, visit.lines, dossier)
        if visit.lines:
            self._sum(box, tr("Not charged yet"), self._words.money(row.value))
        elif not cards:
            box.addWidget(label(tr("Nothing was taken."), "secondary"))

    def _add_line(self, box: QVBoxLayout, line: VisitLine) -> None:
        line.opened.connect(self._light_up)
        self.lines.append(line)
        box.addWidget(line)

    def _light_up(self, slots: tuple[str, ...]) -> None:
        if self._map is not None:
            self._map.light_up(slots)

    def _reason(self, dossier: Dossier | None, sku: str) -> Reason | None:
        if dossier is None:
            return None
        return lambda: reason_for(dossier, sku, self._words)

    def _cart_lines(self, box: QVBoxLayout, lines: tuple[CartLine, ...], dossier: Dossier | None) -> None:
        for line in lines:
            made = VisitLine(
                str(line.quantity),
                self._words.product(line.sku),
                chance(line.probability),
                self._words.money(self._words.price(line.sku, line.quantity)),
                doubtful=True,
                reason=self._reason(dossier, line.sku),
            )
            self._add_line(box, made)

    def _receipt(self, box: QVBoxLayout, receipt: Receipt, dossier: Dossier | None) -> None:
        money = self._words.money
        for line in receipt.lines:
            name = tr("Deposit: {name}", name=line.name) if line.kind == "deposit" else line.name
            made = VisitLine(
                str(line.quantity),
                name,
                tr("at {price}", price=money(line.unit_price)) if line.quantity > 1 else "",
                money(line.amount).replace("-", MINUS),
                reason=self._reason(dossier, line.sku) if line.kind == "product" else None,
            )
            self._add_line(box, made)
        units = _units(receipt)
        self._sum(box, tr_n("{n} item", "{n} items", units), money(receipt.total))
        if dossier is not None and dossier.corrections and dossier.account is not None:
            left = money(dossier.account.total)
            corrected = label(tr("After its corrections {money} stand.", money=left), wrap=True)
            set_tone(corrected, "waiting")
            box.addWidget(corrected)
        box.addSpacing(SPACE_2)
        taxes = [
            (percent(t.basis_points / 10_000, 2), money(t.net), money(t.tax), money(t.gross))
            for t in receipt.taxes
        ]
        box.addLayout(_table((tr("Rate"), tr("Net"), tr("Tax"), tr("Gross")), taxes))

    def _stamp(self, box: QVBoxLayout, document: DocumentRow) -> None:
        """What the document is found and checked by."""
        receipt = document.receipt
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_4)
        grid.setVerticalSpacing(SPACE_1)
        grid.setColumnStretch(1, 1)
        rows = (
            (tr("Receipt"), document.label),
            (tr("Issued"), day_and_time(receipt.issued_at, self._words.zone)),
            (tr("Code"), receipt.code),
            (tr("Hash"), document.hash[:HASH_SHOWN]),
        )
        for i, (what, words) in enumerate(rows):
            value = label(words, name=f"{what} {words}")
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label(what, "secondary"), i, 0)
            grid.addWidget(value, i, 1)
        value.setToolTip(document.hash)
        box.addLayout(grid)

    def _sum(self, box: QVBoxLayout, words: str, amount: str) -> None:
        box.addWidget(rule())
        box.addLayout(_ends(label(words, "caption"), label(amount, "total")))


def _tone(word: str) -> Tone:
    tones: dict[str, Tone] = {"good": "good", "waiting": "waiting", "wrong": "wrong"}
    return tones.get(word, "neutral")


def _units(receipt: Receipt) -> int:
    """Products, without their deposits and what promotions take off."""
    return sum(line.quantity for line in receipt.lines if line.kind == "product")


def _ends(left: QLabel, right: QLabel) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(left)
    row.addStretch(1)
    row.addWidget(right)
    return row


def _table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> QGridLayout:
    """Small figures under their titles, all but the first on the right."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE_4)
    grid.setVerticalSpacing(SPACE_1)
    for k in range(1, len(titles)):
        grid.setColumnMinimumWidth(k, 56)
    grid.setColumnStretch(0, 1)
    for i, row in enumerate((titles, *rows)):
        for k, text in enumerate(row):
            side = Qt.AlignmentFlag.AlignLeft if k == 0 else Qt.AlignmentFlag.AlignRight
            grid.addWidget(label(text, "secondary"), i, k, side)
    return grid
