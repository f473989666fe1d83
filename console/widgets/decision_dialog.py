"""When a person is asked about a receipt: three numbers, and what they would have done to the last visits."""

from __future__ import annotations

from itertools import pairwise

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.item_models.words import ShopWords
from console.language import tr, tr_n
from console.language.writing import decimal, percent
from console.operations.decision import Decision, preview
from console.operations.operator_session import OperatorSession
from console.theme.tokens import SPACE_2, SPACE_3, SPACE_4
from console.widgets.labels import label, rule, set_tone
from console.widgets.number_fields import number_field
from console.widgets.visit_pin import PinFields
from store_layout.currency import decimals_of
from store_layout.model import Rules

WIDTH = 560


class DecisionDialog(QDialog):
    """Closes when the rules are in the file; with a wrong PIN it stays."""

    def __init__(
        self, decision: Decision, session: OperatorSession, words: ShopWords, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("When a person is asked"))
        self._decision, self._session, self._words = decision, session, words
        rules = decision.rules
        self._digits = decimals_of(words.layout.file.store.currency)
        cost = rules.review_cost / 10**self._digits
        self.cost = number_field(
            tr("Asking a person costs as much as"), 0.0, 1000.0, cost, digits=self._digits, step=0.5
        )
        self.factor = number_field(tr("A wrong charge weighs, times"), 1.0, 100.0, rules.wrong_cost_factor)
        self.sure = number_field(tr("Never issue below, %"), 0.0, 100.0, 100 * rules.issue_from)
        self.said = label("", "body", wrap=True)
        self.outlook = label("", "body", wrap=True)
        self.who = PinFields(tr("Manager"))
        self.save_button = QPushButton(tr("Set it"))
        self.save_button.setProperty("role", "primary")
        self.undo_button = QPushButton(tr("Take the last change back"))
        self.cancel_button = QPushButton(tr("Cancel"))
        self._lay_out()
        for spin in (self.cost, self.factor, self.sure):
            spin.valueChanged.connect(self._show)
        decision.read.connect(self._show)
        decision.saved.connect(self.accept)
        decision.refused.connect(self.who.refuse)
        self.save_button.clicked.connect(self.save)
        self.who.entered.connect(self.save)
        self.undo_button.clicked.connect(decision.undo)
        self.cancel_button.clicked.connect(self.reject)
        session.changed.connect(self._show_names)
        self._show_names()
        self.undo_button.setVisible(decision.undoable is not None)
        self._show()
        decision.look()
        self.cost.setFocus()

    def rules(self) -> Rules:
        """As they stand in the fields."""
        return msgspec.structs.replace(
            self._decision.rules,
            review_cost=round(self.cost.value() * 10**self._digits),
            wrong_cost_factor=self.factor.value(),
            issue_from=round(self.sure.value() / 100, 4),
        )

    def save(self) -> None:
        """Have it written, with the PIN typed."""
        who = self.who.signed()
        if who is not None and self.rules() != self._decision.rules:
            self._decision.save(self.rules(), who)

    # -- inside --------------------------------------------------------------------------------------

    def _show_names(self) -> None:
        managers = [person.name for person in self._session.operators or () if person.role == "manager"]
        self.who.show_names(managers, "" if self._session.actor is None else self._session.actor.name)

    def _show(self) -> None:
        rules, money = self.rules(), self._words.money
        limit = rules.review_cost / rules.wrong_cost_factor
        self.said.setText(
            tr(
                "Asking costs us as much as {cost} of mistakes, and a wrong cent weighs {factor} times: a "
                "person is asked from {limit} of expected mistake on, and whenever a receipt is less sure "
                "than {sure}, or one of its lines less than {line}.",
                cost=money(rules.review_cost),
                factor=decimal(rules.wrong_cost_factor, 1),
                limit=money(round(limit)),
                sure=percent(rules.issue_from, 1),
                line=percent(rules.charge_from, 1),
            )
        )
        self.outlook.setText(self._outlook(rules))
        self.save_button.setEnabled(rules != self._decision.rules)
        self._make_room()

    def _make_room(self) -> None:
        """The words have become longer or shorter; a window of its own does not grow for that by itself."""
        wanted = self.heightForWidth(self.width())
        if wanted > self.height():
            self.resize(self.width(), wanted)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """As high as the words need in this language and text size."""
        super().showEvent(event)
        self._make_room()

    def _outlook(self, rules: Rules) -> str:
        visits, money = self._decision.visits, self._words.money
        if not visits:
            return tr(
                "When there are visits in the ledger, this says what the change would have done to them."
            )
        now, then = preview(visits, self._decision.rules), preview(visits, rules)
        head = tr_n(
            "On the last visit with goods, for each 1,000 visits:",
            "On the last {n} visits with goods, for each 1,000 visits:",
            now.visits,
        )
        asked = tr(
            "a person is asked about {then} (as set now: {now})",
            then=decimal(then.asked_per_1000),
            now=decimal(now.asked_per_1000),
        )
        wrong = tr(
            "receipts that nobody looked at are expected to be off by {then} in all (as set now: {now})",
            then=money(round(then.wrong_per_1000)),
            now=money(round(now.wrong_per_1000)),
        )
        note = tr("Estimated from the chances stated on the lines; the engine reckons with the whole cart.")
        return f"{head}\n• {asked}\n• {wrong}\n{note}"

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE_4)
        form.setVerticalSpacing(SPACE_2)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        currency = self._words.layout.file.store.currency
        form.addRow(tr("Asking a person costs, {currency}", currency=currency), self.cost)
        form.addRow(tr("A wrong charge weighs, times"), self.factor)
        form.addRow(tr("Never issue below, %"), self.sure)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_2)
        foot.addWidget(self.undo_button)
        foot.addStretch(1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.save_button)
        for button in (self.undo_button, self.cancel_button, self.save_button):
            button.setAutoDefault(False)
        set_tone(self.outlook, "neutral")
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_3)
        box.addLayout(form)
        box.addWidget(self.said)
        box.addWidget(rule())
        box.addWidget(self.outlook)
        box.addWidget(rule())
        box.addWidget(self.who)
        box.addLayout(foot)
        self.setMinimumWidth(WIDTH)
        order = (
            self.cost,
            self.factor,
            self.sure,
            self.who.names,
            self.who.pin,
            self.cancel_button,
            self.save_button,
        )
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
