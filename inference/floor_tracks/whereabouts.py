"""Where somebody hidden may be: a probability for every cell of the floor.

It spreads from where they were last seen along walkable ways, never through a shelf, and shrinks where a
camera looks and does not see them. The mean and the covariance that are reported are its moments.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from inference.floor_tracks.kalman import Fix, Motion
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.state import Track
from inference.floor_tracks.views import View
from store_layout.floor_plan import FloorPlan
from store_layout.model import StoreLayout

Array = NDArray[np.float64]

STEP_SHARE = 0.2
"""Share of a cell's probability that goes to each neighbour in one step of the random walk."""


class Whereabouts:
    """The cells of one store's floor, how people spread over them, and what each camera sees of them."""

    def __init__(self, layout: StoreLayout, plan: FloorPlan, settings: Settings) -> None:
        self._settings, self._plan = settings, plan
        self._fixtures = [(shapely.Polygon(f.outline), f.height) for f in layout.file.fixture]
        area = plan.walkable
        self._cell_m = max(settings.cell_m, sqrt(area.area / settings.most_cells))
        low_x, low_y, high_x, high_y = area.bounds
        x, y = np.meshgrid(
            np.arange(low_x + self._cell_m / 2, high_x, self._cell_m),
            np.arange(low_y + self._cell_m / 2, high_y, self._cell_m),
            indexing="ij",
        )
        free = shapely.contains_xy(area, x, y)
        self.cells: Array = np.column_stack([x[free], y[free]])
        self._walk = self._random_walk(free)
        # The walk has the spread of the velocity's Ornstein-Uhlenbeck process after its memory.
        grows = 2.0 * settings.speed_sd_ms**2 * settings.hidden_memory_s
        self._step_s = 2.0 * STEP_SHARE * self._cell_m**2 / grows
        self._shares: dict[tuple[str, int, int], Array | None] = {}

    def _random_walk(self, free: NDArray[np.bool_]) -> csr_matrix:
        number = np.full(free.shape, -1)
        number[free] = np.arange(len(self.cells))
        pairs = [(number[:-1][both], number[1:][both]) for both in [free[:-1] & free[1:]]] + [
            (number[:, :-1][both], number[:, 1:][both]) for both in [free[:, :-1] & free[:, 1:]]
        ]
        a = np.concatenate([p[0] for p in pairs])
        b = np.concatenate([p[1] for p in pairs])
        if len(a):
            open_way = ~self._plan.blocked_many(self.cells[a], self.cells[b])
            a, b = a[open_way], b[open_way]
        count = len(self.cells)
        rows, columns = np.concatenate([a, b]), np.concatenate([b, a])
        leaving = np.bincount(rows, minlength=count) * STEP_SHARE
        return csr_matrix(
            (
                np.concatenate([np.full(len(rows), STEP_SHARE), 1.0 - leaving]),
                (np.concatenate([columns, np.arange(count)]), np.concatenate([rows, np.arange(count)])),
            ),
            shape=(count, count),
        )

    def spread(self, track: Track, t: float) -> None:
        """Bring somebody hidden to time ``t``; the first time, from the Gaussian of when they were seen."""
        if not len(self.cells):
            return
        cells = track.cells
        if cells is None or cells.size != len(self.cells):
            cells = self._around(track.motion)
            track.cells_t = track.t
        steps = int((t - track.cells_t) / self._step_s)
        if steps <= 0 and track.cells is not None:
            return
        for _ in range(min(steps, self._settings.most_steps)):
            cells = self._walk @ cells
        track.cells_t += steps * self._step_s
        self._keep(track, cells)

    def _around(self, m: Motion) -> Array:
        more = self._cell_m**2 / 4
        xx, yy, xy = m.xx + more, m.yy + more, m.xy
        dx, dy = self.cells[:, 0] - m.x, self.cells[:, 1] - m.y
        d2 = (dx * dx * yy - 2.0 * dx * dy * xy + dy * dy * xx) / (xx * yy - xy * xy)
        weights: Array = np.exp(-0.5 * (d2 - d2.min()))
        total = float(weights.sum())
        return np.asarray(weights / total)

    def _keep(self, track: Track, cells: Array) -> None:
        """Remember the cells, and their moments as place and covariance, at rest."""
        track.cells = cells
        x, y = (cells @ self.cells).tolist()
        if not self._plan.inside((x, y)):
            x, y = self._plan.nearest_walkable((x, y))
        dx, dy = self.cells[:, 0] - x, self.cells[:, 1] - y
        within = self._cell_m**2 / 12
        s2 = self._settings.speed_sd_ms**2
        xx, xy, yy = float(cells @ (dx * dx)), float(cells @ (dx * dy)), float(cells @ (dy * dy))
        track.motion = Motion(x, y, 0.0, 0.0, xx + within, xy, yy + within, 0.0, 0.0, 0.0, 0.0, s2, 0.0, s2)

    def density(self, track: Track, at: Fix | Motion) -> float | None:
        """Probability per m2 of this hidden person being where ``at`` is; None where cells are not used."""
        cells = track.cells
        if cells is None:
            return None
        more = self._cell_m**2 / 4
        xx, xy, yy = at.xx + more, at.xy, at.yy + more
        det = xx * yy - xy * xy
        dx, dy = self.cells[:, 0] - at.x, self.cells[:, 1] - at.y
        d2 = (dx * dx * yy - 2.0 * dx * dy * xy + dy * dy * xx) / det
        return float(cells @ np.exp(-0.5 * d2)) / (2.0 * np.pi * sqrt(det))

    # -- looked and not found ------------------------------------------------------------------------

    def looked(
        self, camera: str, view: View, dt: float, hidden: Sequence[Track], seen: Sequence[Track]
    ) -> None:
        """A camera looked for ``dt`` seconds and saw none of ``hidden``.

        ``seen`` people may stand in front of them.
        """
        share = self._share(camera, view)
        hidden = [p for p in hidden if p.cells is not None]
        if share is None or dt <= 0.0 or not hidden:
            return
        clear = share * self._not_behind(view, seen)
        left = np.exp(-self._settings.search_rate * dt * clear)
        for p in hidden:
            if p.cells is not None:
                cells = p.cells * left + 1e-9 / len(self.cells)
                self._keep(p, cells / cells.sum())

    def _not_behind(self, view: View, seen: Sequence[Track]) -> Array:
        """0 where a person who is seen stands in the way or too close by, else 1."""
        clear = np.ones(len(self.cells))
        eye = view.model.position
        if eye is None:
            return clear
        for q in seen:
            to = np.array([q.motion.x - eye[0], q.motion.y - eye[1]])
            reach = max(1e-6, float(np.hypot(*to)))
            to /= reach
            way = self.cells - np.array(eye[:2])
            along = way @ to - reach
            aside = np.abs(way @ np.array([-to[1], to[0]]))
            over = eye[2] - q.height_m
            shadow = reach * q.height_m / over if over > 0.0 else np.inf
            wide = self._settings.body_wide_m * (1.0 + np.maximum(along, 0.0) / reach)
            clear[(aside < wide) & (along > -self._settings.body_wide_m) & (along < shadow)] = 0.0
        return clear

    def _share(self, camera: str, view: View) -> Array | None:
        key = (camera, view.width, view.height)
        if key not in self._shares:
            self._shares[key] = self._visible(view)
        return self._shares[key]

    def _visible(self, view: View) -> Array | None:
        """Which share of a body in each cell this camera sees over and past the fixtures."""
        eye = view.model.position
        if eye is None or not view.model.can_see_heights or not len(self.cells):
            return None
        lines = shapely.linestrings(np.stack(np.broadcast_arrays(np.array(eye[:2]), self.cells), axis=1))
        length = np.maximum(np.linalg.norm(self.cells - np.array(eye[:2]), axis=1), 1e-6)
        heights = self._settings.look_heights_m
        shown = np.zeros((len(heights), len(self.cells)), dtype=bool)
        for k, height in enumerate(heights):
            points = np.column_stack([self.cells, np.full(len(self.cells), height)])
            pixels, _ = view.model.project(points)
            shown[k] = ((pixels >= 0.0) & (pixels <= (view.width, view.height))).all(axis=1)
        for outline, tall in self._fixtures:
            ends, index = shapely.get_coordinates(shapely.intersection(lines, outline), return_index=True)
            far = np.full(len(self.cells), -1.0)
            np.maximum.at(far, index, np.linalg.norm(ends - np.array(eye[:2]), axis=1) / length[index])
            for k, height in enumerate(heights):
                shown[k] &= ~((far >= 0.0) & (eye[2] + far * (height - eye[2]) < tall))
        # Less than half a body is often missed: it says nothing.
        return np.asarray(np.clip(2.0 * shown.mean(axis=0) - 1.0, 0.0, 1.0))
