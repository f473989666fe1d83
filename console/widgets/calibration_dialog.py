"""Calibrate a camera: points of the floor are shown in its picture and on the plan, and the fit at once."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from console.language import tr, tr_n, tr_noop
from console.language.writing import decimal
from console.operations.calibration_pairs import CalibrationPairs
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_2, SPACE_3, SPACE_4
from console.widgets.labels import label, set_tone
from console.widgets.number_fields import number_field
from console.widgets.point_boards import FloorPoints, PicturePoints
from store_layout.model import PointPair, StoreLayout
from store_layout.pair_fit import LEAST_PAIRS, LENS_PAIRS, PairFit

GOOD_M, BAD_M = 0.10, 0.30
"""Root mean square on the floor, as the doctor judges it: two people stand 0.4 m apart."""
WHY_NOT = (
    tr_noop("all points are in one place"),
    tr_noop("three of the points, or more, lie on one line and the rest cannot make up for it"),
    tr_noop("no homography fits them"),
    tr_noop("they contradict each other (the horizon would run between them)"),
)
"""The solver's reasons; another one is shown in English."""
SIZE = (1180, 700)


class CalibrationDialog(QDialog):
    """``chosen`` gives the camera that was found; nothing is written here."""

    chosen = Signal(object)
    """A :class:`~store_layout.pair_fit.PairFit`."""

    def __init__(
        self,
        pairs: CalibrationPairs,
        layout: StoreLayout,
        image: QImage,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Calibrate by points on the floor"))
        self.pairs = pairs
        pairs.setParent(self)
        self.picture = PicturePoints(pairs, layout, image, appearance)
        self.floor = FloorPoints(pairs, layout, appearance)
        self._make_table()
        known = tr("Field of view, as far as it is known")
        self.hfov = number_field(known, 10.0, 170.0, pairs.hfov_deg, digits=0)
        self.remove_button = QPushButton(tr("Remove the chosen point"))
        self.undo_button = QPushButton(tr("Undo"))
        self.cancel_button = QPushButton(tr("Cancel"))
        self.use_button = QPushButton(tr("Use this calibration"))
        self._next = label("", "caption", wrap=True)
        self._words = label("", "body", wrap=True)
        self._filling = False
        self._lay_out()
        self._connect()
        self.resize(*SIZE)
        self._show()
        self.picture.setFocus()

    def remove_chosen(self) -> None:
        """Away with the chosen pair; with none chosen, with the one that is off most."""
        row, fit = self.table.currentRow(), self.pairs.fit
        if row < 0 and fit is not None:
            row = fit.worst
        self.pairs.remove(row)

    def use(self) -> None:
        """This one."""
        if self.pairs.fit is not None:
            self.chosen.emit(self.pairs.fit)
            self.accept()

    # -- inside --------------------------------------------------------------------------------------

    def _show(self) -> None:
        pairs, fit = self.pairs, self.pairs.fit
        self._fill(fit)
        self._next.setText(self._what_next())
        self._words.setText(self._judgement(fit))
        off = 0.0 if fit is None else fit.rms_m
        bad = bool(pairs.why) or (fit is not None and off > BAD_M)
        set_tone(self._words, "wrong" if bad else "waiting" if fit is None or off > GOOD_M else "good")
        self.undo_button.setEnabled(pairs.can_undo)
        self.remove_button.setEnabled(bool(pairs.pairs))
        self.remove_button.setText(
            tr("Remove the chosen point") if self.table.currentRow() >= 0 else tr("Remove the worst point")
        )
        self.use_button.setEnabled(fit is not None and off <= BAD_M)

    def _what_next(self) -> str:
        pairs = self.pairs
        if pairs.pixel is not None:
            return tr("Now show where that lies on the floor.")
        if pairs.floor is not None:
            return tr("Now show where that is in the picture.")
        missing = LEAST_PAIRS - len(pairs.pairs)
        if missing > 0:
            return tr_n(
                "Show a point of the floor in the picture, then on the plan: {n} more is needed.",
                "Show a point of the floor in the picture, then on the plan: {n} more are needed.",
                missing,
            )
        if len(pairs.pairs) < LENS_PAIRS:
            return tr("Two or more points further: with six the lens is found too, and errors show.")
        return tr("More points, far apart and near the edges of the picture, make it surer.")

    def _judgement(self, fit: PairFit | None) -> str:
        if self.pairs.why:
            why = tr(self.pairs.why) if self.pairs.why in WHY_NOT else self.pairs.why
            return tr("No camera follows from these points: {why}.", why=why)
        if fit is None:
            return ""
        x, y, z = (decimal(value, 1) for value in fit.position)
        place = tr(
            "It hangs at {x}, {y}, {z} m and looks {down}° down.", x=x, y=y, z=z, down=decimal(fit.down_deg)
        )
        field = decimal(fit.hfov_deg)
        if not fit.lens_found:
            lens = tr("That its lens sees {field}° wide is taken as given.", field=field)
        elif fit.bend_found:
            lens = tr("Its lens sees {field}° wide and is bent; both follow from the points.", field=field)
        else:
            lens = tr("Its lens sees {field}° wide, as the points say.", field=field)
        count = len(fit.residual_px)
        if count == LEAST_PAIRS:
            return " ".join((tr("Four points leave nothing to measure the fit by."), place, lens))
        off = tr(
            "{n} points, off by {px} px in the picture and {cm} cm on the floor.",
            n=count,
            px=decimal(fit.rms_px, 1),
            cm=decimal(100 * min(fit.rms_m, 99.0)),
        )
        if fit.rms_m > BAD_M:
            worst = tr("That is too much: remove point {n}, or show it again.", n=fit.worst + 1)
            return " ".join((off, worst, place))
        return " ".join((off, place, lens))

    def _fill(self, fit: PairFit | None) -> None:
        self._filling = True
        pairs, row = self.pairs.pairs, self.table.currentRow()
        self.table.setRowCount(len(pairs))
        for number, pair in enumerate(pairs):
            numbers = (*pair.pixel, *pair.floor)
            for column, (value, places) in enumerate(zip(numbers, (1, 1, 2, 2), strict=True)):
                self._cell(number, column, f"{value:.{places}f}", editable=True)
            worst = fit is not None and number == fit.worst and len(pairs) > LEAST_PAIRS
            px = "" if fit is None else decimal(fit.residual_px[number], 1)
            cm = "" if fit is None else decimal(100 * min(fit.residual_m[number], 99.0))
            self._cell(number, 4, tr("{px}, worst", px=px) if worst else px)
            self._cell(number, 5, cm)
        if row >= len(pairs):
            self.table.setCurrentCell(-1, -1)
        self._filling = False

    def _cell(self, row: int, column: int, text: str, *, editable: bool = False) -> None:
        item = QTableWidgetItem(text)
        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if not editable:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
        self.table.setItem(row, column, item)

    def _edited(self, item: QTableWidgetItem) -> None:
        """A number was typed; what is none is put back."""
        if self._filling or item.column() > 3:
            return
        pair = self.pairs.pairs[item.row()]
        numbers = [*pair.pixel, *pair.floor]
        try:
            numbers[item.column()] = float(item.text().replace(",", "."))
        except ValueError:
            self._show()
            return
        u, v, x, y = numbers
        self.pairs.replace(item.row(), PointPair(floor=(x, y), pixel=(u, v)))
        self._show()

    def _choose(self, row: int) -> None:
        for board in (self.picture, self.floor):
            board.choose(row)
        self.remove_button.setText(
            tr("Remove the chosen point") if row >= 0 else tr("Remove the worst point")
        )

    def _make_table(self) -> None:
        columns = (
            tr("Picture x"),
            tr("Picture y"),
            tr("Floor x, m"),
            tr("Floor y, m"),
            tr("Off, px"),
            tr("Off, cm"),
        )
        self.table = QTableWidget(0, len(columns))
        self.table.setHorizontalHeaderLabels(columns)
        self.table.setAccessibleName(tr("Points"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTabKeyNavigation(False)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setMaximumHeight(220)

    def _connect(self) -> None:
        self.picture.pointed.connect(lambda x, y: self.pairs.show_pixel((x, y)))
        self.floor.pointed.connect(lambda x, y: self.pairs.show_floor((x, y)))
        self.pairs.changed.connect(self._show)
        self.table.itemChanged.connect(self._edited)
        self.table.currentCellChanged.connect(lambda row, *_: self._choose(row))
        self.hfov.valueChanged.connect(self.pairs.guess)
        self.remove_button.clicked.connect(self.remove_chosen)
        self.undo_button.clicked.connect(self.pairs.undo)
        self.cancel_button.clicked.connect(self.reject)
        self.use_button.clicked.connect(self.use)
        QShortcut(QKeySequence.StandardKey.Undo, self, self.pairs.undo)
        QShortcut(QKeySequence.StandardKey.Delete, self.table, self.remove_chosen)

    def _lay_out(self) -> None:
        boards = QHBoxLayout()
        boards.setSpacing(SPACE_3)
        boards.addWidget(self.picture, 3)
        boards.addWidget(self.floor, 2)
        known = QHBoxLayout()
        known.setSpacing(SPACE_2)
        known.addWidget(label(tr("Field of view, °"), "secondary"))
        known.addWidget(self.hfov)
        known.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(SPACE_2)
        words.addWidget(self._next)
        words.addWidget(self._words)
        words.addLayout(known)
        words.addWidget(
            label(
                tr(
                    "The lines are the floor's metres and the shelves' edges as the camera found sees them. "
                    "Corners of shelves, walls and gates are good points; a click near one on the plan "
                    "means it."
                ),
                "secondary",
                wrap=True,
            )
        )
        words.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(SPACE_4)
        below.addWidget(self.table, 1)
        below.addLayout(words, 1)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_2)
        foot.addWidget(self.undo_button)
        foot.addWidget(self.remove_button)
        foot.addStretch(1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.use_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_3)
        box.addLayout(boards, 1)
        box.addLayout(below)
        box.addLayout(foot)
        for button in (self.undo_button, self.remove_button, self.cancel_button, self.use_button):
            button.setAutoDefault(False)
        order = (
            self.picture, self.floor, self.table, self.hfov, self.undo_button, self.remove_button,
            self.cancel_button, self.use_button,
        )  # fmt: skip
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
