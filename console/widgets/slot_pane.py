"""One slot: its product and counts, its scale's last minutes and events, and the scale's zero."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.item_models.shelf_tables import EventsModel
from console.item_models.shelf_words import (
    count_words,
    fault_advice,
    fault_word,
    misplaced_words,
    plain_grams,
    stock_word,
)
from console.item_models.shelves import GoodsNow, SlotNow
from console.item_models.words import DASH, ShopWords, clock_time
from console.language import beside_kind, tr, tr_n
from console.operations.shelf_desk import ShelfDesk
from console.theme.appearance import Appearance
from console.theme.tokens import FIELD, SPACE_1, SPACE_2, SPACE_3
from console.widgets.data_table import DataTable
from console.widgets.labels import label, rule, set_tone
from console.widgets.trace_plot import TracePlot

MOST_UNITS = 999.0


class SlotPane(QWidget):
    """Shows what it is given; asks for a zero by a signal."""

    zero_asked = Signal(float, str)
    """Grams that lie on the scale, and what that is in words."""
    undo_asked = Signal()
    change_asked = Signal()
    """Something else is to stand in the slot."""

    def __init__(
        self, desk: ShelfDesk, words: ShopWords, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._words = desk, words
        self._now: SlotNow | None = None
        self._store_time = 0.0
        self.plot = TracePlot(words, appearance)
        self._events = EventsModel(words, self)
        self.history = DataTable(self._events, tr("Events of this scale"), (78, 66, 0), appearance)
        self._lay_out()
        desk.trace_changed.connect(self.show_trace)

    def show_slot(self, now: SlotNow, store_time: float) -> None:
        """Show a slot, or the same one as it is now."""
        other = self._now is None or self._now.slot.id != now.slot.id
        self._now, self._store_time = now, store_time
        self._title.setText(" + ".join(self._words.product(g.sku) for g in now.goods) or tr("Empty slot"))
        self._show_faults()
        for name, words in self._facts().items():
            if self._values[name].text() != words:
                self._values[name].setText(words)
        self._show_tare(fresh=other)
        if other:
            self.show_trace()

    def show_trace(self) -> None:
        """The samples have come on."""
        now = self._now
        if now is None or not self.isVisible():
            return
        desk = self._desk
        shift = now.scale.zero_g - now.zero_g if now.scale is not None else 0.0
        weights = [g + shift for g in desk.grams] if shift else desk.grams
        self.plot.show_trace(desk.times, weights, desk.events, self._unit_g())
        one = self._one_product()
        self._events.refresh(desk.events, self._store_time, "" if one is None else one.sku)

    # -- inside --------------------------------------------------------------------------------------

    def _one_product(self) -> GoodsNow | None:
        """The only product on the scale."""
        now = self._now
        return now.goods[0] if now is not None and len(now.goods) == 1 and not now.shared else None

    def _unit_g(self) -> float:
        one = self._one_product()
        product = None if one is None else self._words.layout.products.get(one.sku)
        return 0.0 if product is None else product.weight_g

    def _facts(self) -> dict[str, str]:
        now = self._now
        if now is None:
            return {}
        scale = now.scale
        known = scale is not None and scale.t >= 0
        stock = " + ".join(stock_word(g.stock) for g in now.goods if g.stock)
        counts = " + ".join(count_words(g) for g in now.goods) or DASH
        books = " + ".join(DASH if g.by_books is None else str(g.by_books) for g in now.goods) or DASH
        zero = tr("the device's own")
        if now.zero_from == "stock":
            zero = tr("{grams}, by the stock at the start", grams=plain_grams(now.zero_g))
        elif scale is not None and scale.zeroed_at is not None:
            at = clock_time(scale.zeroed_at, self._words.zone)
            zero = tr("{grams}, set at {time}", grams=plain_grams(now.zero_g), time=at)
        return {
            "price": " + ".join(self._words.money(self._words.price(g.sku, 1)) for g in now.goods) or DASH,
            "count": f"{counts}  {stock}".strip(),
            "books": books,
            "measured": plain_grams(now.level_g) if known else DASH,
            "expected": DASH if now.expected_g is None else plain_grams(now.expected_g),
            "scale": tr("none") if now.slot.scale is None else beside_kind(now.slot.scale, "Scale"),
            "zero": zero if known else DASH,
        }

    def _show_faults(self) -> None:
        now = self._now
        if now is None:
            return
        told = [f"{fault_word(fault)}: {fault_advice(fault)}" for fault in now.faults]
        told += [misplaced_words(one.sku, one.units, self._words) for one in now.misplaced]
        if now.shared:
            told.append(tr("One scale with {slots}: its weight is of all.", slots=", ".join(now.shared)))
        self._faults.setText("\n".join(told))
        self._faults.setVisible(bool(told))
        set_tone(self._faults, "wrong" if now.faults else "waiting" if now.misplaced else "neutral")
        where = tr("Slot {slot}", slot=now.slot.id)
        self._where.setText(where)

    def _show_tare(self, *, fresh: bool) -> None:
        one, now = self._one_product(), self._now
        by_units = one is not None and self._unit_g() > 0
        if fresh:
            self.load.setDecimals(0)
            self.load.setSingleStep(1.0 if by_units else 10.0)
            self.load.setMaximum(MOST_UNITS if by_units else 100_000.0)
            self.load.setSuffix(" " + (tr("units") if by_units else "g"))
            known = one.count.units if one is not None and one.count is not None else 0
            self.load.setValue(float(known) if by_units else 0.0)
        can = now is not None and now.scale is not None and now.scale.t >= 0
        self.load.setEnabled(can)
        self.set_zero.setEnabled(can)
        self.undo.setVisible(self._desk.zero_before is not None)
        self._say_tare()

    def _say_tare(self) -> None:
        self.set_zero.setText(tr("Set zero: {load}", load=self._load_words()))

    def _load_words(self) -> str:
        value = round(self.load.value())
        if value == 0:
            return tr("nothing lies on it")
        if self._unit_g() > 0:
            return tr_n("{n} unit lies on it", "{n} units lie on it", value)
        return tr("{grams} lie on it", grams=plain_grams(value))

    def _ask_zero(self) -> None:
        unit = self._unit_g() or 1.0
        self.zero_asked.emit(round(self.load.value()) * unit, self._load_words())

    def _lay_out(self) -> None:
        self._title, self._where = label("", "heading", wrap=True), label("", "secondary")
        self._faults = label("", "body", wrap=True)
        self._values: dict[str, QLabel] = {}
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE_3)
        form.setVerticalSpacing(SPACE_1)
        for name, caption in (
            ("price", tr("Price")),
            ("count", tr("Units by weight")),
            ("books", tr("Units by the books")),
            ("measured", tr("Weighs")),
            ("expected", tr("Should weigh")),
            ("scale", tr("Scale")),
            ("zero", tr("Zero")),
        ):
            self._values[name] = label("", "body", wrap=True)
            self._values[name].setAccessibleName(caption)
            form.addRow(label(caption, "secondary"), self._values[name])
        self.load = QDoubleSpinBox()
        for part in (self.load, self.load.lineEdit()):
            part.setAccessibleName(tr("What lies on the scale now"))
        self.load.setMinimumHeight(FIELD)
        self.load.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.load.valueChanged.connect(lambda _: self._say_tare())
        self.set_zero = QPushButton(tr("Set zero"))
        self.set_zero.setToolTip(
            tr("Its weight counts from there from now on. Neither device nor events are touched. Logged.")
        )
        self.set_zero.clicked.connect(self._ask_zero)
        self.undo = QPushButton(tr("Undo"))
        self.undo.setAccessibleName(tr("Count from the zero before again"))
        self.undo.clicked.connect(self.undo_asked)
        self.undo.hide()
        tare = QHBoxLayout()
        tare.setSpacing(SPACE_2)
        tare.addWidget(label(tr("On it now"), "secondary"))
        tare.addWidget(self.load, 1)
        tare.addWidget(self.undo)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, SPACE_3, SPACE_3, SPACE_3)
        box.setSpacing(SPACE_2)
        self.change = QPushButton(tr("Change …"))
        self.change.setAccessibleName(tr("Change what stands in the chosen slot"))
        self.change.setToolTip(tr("Another product, facings, how many fit in; now or at a time (Ctrl+E)"))
        self.change.clicked.connect(self.change_asked)
        head = QHBoxLayout()
        head.setSpacing(SPACE_2)
        names = QVBoxLayout()
        names.setSpacing(SPACE_1)
        names.addWidget(self._title)
        names.addWidget(self._where)
        head.addLayout(names, 1)
        head.addWidget(self.change, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(head)
        box.addWidget(self._faults)
        box.addLayout(form)
        box.addWidget(self.plot, 2)
        box.addLayout(tare)
        box.addWidget(self.set_zero)
        box.addWidget(rule())
        box.addWidget(self.history, 1)
        for before, after in pairwise((self.change, self.load, self.set_zero, self.undo, self.history)):
            QWidget.setTabOrder(before, after)
