"""Points on the floor that somebody shows in a camera's picture, and the camera that follows from them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from console.language.sentences import in_words
from store_layout.floor_fit import DegeneratePairs
from store_layout.model import OpenCvCalibration, Point2, PointPair, PointsCalibration
from store_layout.pair_fit import LEAST_PAIRS, PairFit, fit_pairs

MOST_PAIRS = 60
Pairs = tuple[PointPair, ...]


class CalibrationPairs(QObject):
    """Each change is fitted at once and can be taken back. Pixels are of the camera's own picture size."""

    changed = Signal()

    def __init__(
        self, size: tuple[int, int], hfov_deg: float, pairs: Pairs = (), parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.size, self._hfov = size, hfov_deg
        self.pairs: Pairs = pairs
        self.pixel: Point2 | None = None
        """Shown in the picture; its place on the floor is still to come."""
        self.floor: Point2 | None = None
        """Shown on the floor; where it is seen is still to come."""
        self.fit: PairFit | None = None
        self.why = ""
        """Why there is no fit, as the solver says it; empty where there is one, or too few pairs."""
        self._before: list[Pairs] = []
        self._solve()

    @property
    def hfov_deg(self) -> float:
        """Of the lens, as somebody knows or guesses it."""
        return self._hfov

    def guess(self, hfov_deg: float) -> None:
        """The lens sees so wide, as far as is known."""
        self._hfov = hfov_deg
        self._solve()
        self.changed.emit()

    def show_pixel(self, pixel: Point2) -> None:
        """A point in the picture: with the one on the floor it makes a pair."""
        self.pixel = pixel
        self._pair_up()

    def show_floor(self, floor: Point2) -> None:
        """A point on the floor: with the one in the picture it makes a pair."""
        self.floor = floor
        self._pair_up()

    def replace(self, number: int, pair: PointPair) -> None:
        """One pair is otherwise."""
        if self.pairs[number] != pair:
            self._put((*self.pairs[:number], pair, *self.pairs[number + 1 :]))

    def remove(self, number: int) -> None:
        """Away with one pair."""
        if 0 <= number < len(self.pairs):
            self._put((*self.pairs[:number], *self.pairs[number + 1 :]))

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._before) or self.pixel is not None or self.floor is not None

    def undo(self) -> None:
        """Take the last step back: half a pair first."""
        if self.pixel is not None or self.floor is not None:
            self.pixel = self.floor = None
        elif self._before:
            self.pairs = self._before.pop()
            self._solve()
        self.changed.emit()

    # -- inside --------------------------------------------------------------------------------------

    def _pair_up(self) -> None:
        if self.pixel is None or self.floor is None or len(self.pairs) >= MOST_PAIRS:
            self.changed.emit()
            return
        pair = PointPair(floor=self.floor, pixel=self.pixel)
        self.pixel = self.floor = None
        self._put((*self.pairs, pair))

    def _put(self, pairs: Pairs) -> None:
        self._before.append(self.pairs)
        self.pairs = pairs
        self._solve()
        self.changed.emit()

    def _solve(self) -> None:
        self.fit, self.why = None, ""
        if len(self.pairs) < LEAST_PAIRS:
            return
        try:
            self.fit = fit_pairs(self.pairs, *self.size, self._hfov)
        except DegeneratePairs as error:
            self.why = in_words(error)


def pairs_known(calibration: object) -> Pairs:
    """Those that a camera's calibration was made from; none where nobody kept them."""
    if isinstance(calibration, OpenCvCalibration | PointsCalibration):
        return calibration.pairs
    return ()
