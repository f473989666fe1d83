"""What stands in a slot: another product, how many facings, how many fit in; now or from a time on."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.item_models.catalogue_rows import FacingsModel, moment
from console.item_models.keyed_rows import ROW_ROLE
from console.item_models.shelf_words import plain_grams
from console.item_models.shelves import SlotNow
from console.item_models.words import ShopWords
from console.language import tr
from console.language.writing import up_to
from console.operations.catalogue import Plan
from console.operations.catalogue_desk import CatalogueDesk
from console.operations.disputes import SignIn
from console.operations.operator_session import OperatorSession
from console.operations.slot_drafts import Rows, beside, in_place, with_numbers, without
from console.theme.appearance import Appearance
from console.theme.fonts import sized
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from console.widgets.data_table import DataTable
from console.widgets.labels import label, rule
from console.widgets.number_fields import count_field
from console.widgets.plan_preview import PlanPreview
from console.widgets.product_pictures import ProductPictures
from console.widgets.product_search import ProductSearch
from console.widgets.signed_foot import SignedFoot
from console.widgets.when_fields import WhenFields
from store_layout.model import Facing

WIDTH = 940
PREVIEW_MS = 200
UNKNOWN = -1
MOST = 9999


class SlotForm(QDialog):
    """Previews every step; closes when the change is made or planned. A wrong PIN keeps it open."""

    def __init__(
        self,
        desk: CatalogueDesk,
        session: OperatorSession,
        words: ShopWords,
        now: SlotNow,
        *,
        pictures: ProductPictures,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        """``now``: the slot, and what its scale says."""
        super().__init__(parent)
        self._desk, self._words, self._now = desk, words, now
        self.foot = SignedFoot(session, tr("Change it now"), tr("Cancel"))
        self._slot = now.slot.id
        self._before: Rows = tuple(f for f in desk.book.layout.planogram if f.slot == self._slot)
        self.rows: Rows = self._before
        self._plan: Plan | None = None
        self.setWindowTitle(tr("What stands in slot {slot}", slot=self._slot))
        self.setAccessibleName(self.windowTitle())
        self.search = ProductSearch(words, pictures, appearance)
        self._model = FacingsModel(words, self)
        self.table = DataTable(self._model, tr("In this slot from then on"), (0, 76, 64, 84), appearance)
        self._make_fields()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PREVIEW_MS)
        self._timer.timeout.connect(self._ask)
        self._lay_out()
        self._connect()
        self._show_rows()
        self._show_current(self.search.sku)
        self.search.setFocus()

    def put_in_place(self) -> None:
        """The product chosen in the catalogue, and nothing else."""
        if self.search.sku:
            self._set(in_place(self.rows, self._slot, self.search.sku), self.search.sku)

    def put_beside(self) -> None:
        """The product chosen in the catalogue, beside what is there."""
        if self.search.sku:
            self._set(beside(self.rows, self._slot, self.search.sku), self.search.sku)

    def take_out(self) -> None:
        """The chosen product does not stand here any more."""
        chosen = self._chosen()
        if chosen is not None:
            self._set(without(self.rows, chosen.sku), "")

    def save(self, who: SignIn, why: str) -> None:
        """Have it made or planned."""
        if self._plan is not None:
            self._desk.carry_out(self._plan, who, why)

    def done(self, result: int) -> None:
        """Closed."""
        self._timer.stop()
        self._desk.forget_plan()
        super().done(result)

    # -- inside --------------------------------------------------------------------------------------

    def _set(self, rows: Rows, choose: str) -> None:
        self.rows = rows
        self._show_rows(choose)

    def _chosen(self) -> Facing | None:
        index = self.table.currentIndex()
        return index.data(ROW_ROLE) if index.isValid() else None

    def _show_rows(self, choose: str = "") -> None:
        self._model.replace(self.rows)
        self._stack.setCurrentIndex(1 if self.rows else 0)
        if self.rows:
            place = self._model.place_of(choose) if choose else None
            self.table.select_row(place or 0)
        self._show_numbers()
        self._asks()

    def _show_numbers(self) -> None:
        """The chosen row's numbers in the fields."""
        chosen = self._chosen()
        for spin in (self.facings, self.capacity, self.stock):
            spin.setEnabled(chosen is not None)
            spin.blockSignals(True)
        if chosen is not None:
            self.facings.setValue(chosen.facings)
            self.capacity.setValue(chosen.capacity or 0)
            self.stock.setValue(UNKNOWN if chosen.stock is None else chosen.stock)
        for spin in (self.facings, self.capacity, self.stock):
            spin.blockSignals(False)
        self.out.setEnabled(chosen is not None)
        self.out.setText(
            tr("Take {product} out", product=self._words.product(chosen.sku)) if chosen else tr("Take out")
        )

    def _take_numbers(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            stock = self.stock.value()
            self.rows = with_numbers(
                self.rows,
                chosen.sku,
                self.facings.value(),
                self.capacity.value() or None,
                None if stock == UNKNOWN else stock,
            )
            self._model.replace(self.rows)
            self._asks()

    def _show_current(self, sku: str) -> None:
        """What the scale says of the product that the marker stands on: the right one weighs right."""
        for button in (self.place, self.next_to):
            button.setEnabled(bool(sku))
        product = self._words.layout.products.get(sku)
        now = self._now
        if product is None or now.scale is None or now.is_blind or now.shared or not product.weight_g:
            self._weighs.setText("")
            return
        self._weighs.setText(
            tr(
                "{grams} lie on its scale now: {units} times “{product}”.",
                grams=plain_grams(now.level_g),
                units=up_to(now.level_g / product.weight_g, 1),
                product=product.name,
            )
        )

    def _asks(self) -> None:
        """Something is otherwise: what it comes to is asked when nothing was typed for a moment."""
        self._plan = None
        self._show_save()
        if self.rows == self._before and self.when.at is None:
            self._desk.forget_plan()
            self._timer.stop()
            self.preview.show_nothing(
                tr("Choose a product, or change the numbers: what will change is said.")
            )
        else:
            self._timer.start()

    def _ask(self) -> None:
        self._desk.plan_slot(self._slot, self.rows, self.when.at)

    def _show_plan(self, plan: Plan) -> None:
        self._plan = plan
        self.preview.show_plan(plan)
        self._show_save()

    def _refuse_plan(self, words: str) -> None:
        self.preview.show_refusal(words)
        self._show_save()

    def _was_made(self) -> None:
        if self.foot.waits:
            self.accept()

    def _show_save(self) -> None:
        plan, at = self._plan, self.when.at
        does = tr("Change it now") if at is None else tr("Plan it for {time}", time=moment(at, self._words))
        self.foot.offer(can=plan is not None and plan.makes_a_difference, does=does)

    # -- building ------------------------------------------------------------------------------------

    def _make_fields(self) -> None:
        self.facings = count_field(tr("Facings"), 1, MOST)
        self.capacity = count_field(tr("So many fit in"), 0, MOST)
        self.capacity.setSpecialValueText(tr("not known"))
        self.stock = count_field(tr("So many stood there at the start"), UNKNOWN, MOST)
        self.stock.setSpecialValueText(tr("not known"))
        self.place, self.next_to = QPushButton(tr("Put it here instead")), QPushButton(tr("Put it beside"))
        self.place.setToolTip(tr("Only this product stands in the slot from then on (Enter)"))
        self.next_to.setToolTip(tr("This product stands in the slot too"))
        self.out = QPushButton(tr("Take out"))
        self.when = WhenFields(self._words)
        self.preview = PlanPreview(self._words)
        self._weighs = label("", "secondary", wrap=True, name=tr("What its scale says"))

    def _connect(self) -> None:
        self.search.current.connect(self._show_current)
        self.search.chosen.connect(lambda _: self.put_in_place())
        self.place.clicked.connect(self.put_in_place)
        self.next_to.clicked.connect(self.put_beside)
        self.out.clicked.connect(self.take_out)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_numbers())
        for spin in (self.facings, self.capacity, self.stock):
            spin.valueChanged.connect(lambda _: self._take_numbers())
        self.when.changed.connect(self._asks)
        self.foot.signed.connect(self.save)
        self.foot.left.connect(self.reject)
        self._desk.planned.connect(self._show_plan)
        self._desk.not_planned.connect(self._refuse_plan)
        self._desk.made.connect(self._was_made)
        self._desk.refused.connect(self.foot.refuse)

    def _left(self) -> QVBoxLayout:
        """The catalogue."""
        left = QVBoxLayout()
        left.setSpacing(SPACE_2)
        left.addWidget(label(tr("The catalogue"), "caption"))
        left.addWidget(self.search, 1)
        left.addWidget(self._weighs)
        puts = QHBoxLayout()
        puts.setSpacing(SPACE_2)
        puts.addStretch(1)
        puts.addWidget(self.next_to)
        puts.addWidget(self.place)
        left.addLayout(puts)
        return left

    def _right(self) -> QVBoxLayout:
        """The slot, from when on, and what that changes."""
        empty = label(tr("Nothing stands here: choose a product on the left."), "secondary", wrap=True)
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.table)
        self._stack.setFixedHeight(sized(140))
        numbers = QFormLayout()
        numbers.setHorizontalSpacing(SPACE_3)
        numbers.setVerticalSpacing(SPACE_1)
        numbers.addRow(label(tr("Facings"), "secondary"), self.facings)
        numbers.addRow(label(tr("Fit in"), "secondary"), self.capacity)
        numbers.addRow(label(tr("At the start"), "secondary"), self.stock)
        right = QVBoxLayout()
        right.setSpacing(SPACE_2)
        right.addWidget(label(tr("In this slot from then on"), "caption"))
        right.addWidget(self._stack)
        right.addLayout(numbers)
        right.addWidget(self.out)
        right.addWidget(rule())
        right.addWidget(self.when)
        right.addWidget(self.preview)
        right.addStretch(1)
        return right

    def _lay_out(self) -> None:
        sides = QHBoxLayout()
        sides.setSpacing(SPACE_4)
        sides.addLayout(self._left(), 1)
        sides.addLayout(self._right(), 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_3)
        box.addLayout(sides, 1)
        box.addWidget(self.foot)
        for button in (self.place, self.next_to, self.out):
            button.setAutoDefault(False)
        self.setMinimumWidth(WIDTH)
        order = (
            self.search.field, self.search.list, self.next_to, self.place, self.table, self.facings,
            self.capacity, self.stock, self.out, self.when.now, self.when.later, self.when.time,
            *self.foot.keys,
        )  # fmt: skip
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
