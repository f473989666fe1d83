"""The path that a shopper walked, in few points."""

from __future__ import annotations

import math

from inference.messages import Person
from inference.visits import settings as s
from inference.visits.state import Visit


def note_place(visit: Visit, person: Person) -> None:
    """Keep where somebody is seen now, if it is far enough from where they were kept last.

    However long they stay and however far they walk, there are at most ``PATH_POINTS``: what would be more is
    thinned to every second point, and the steps are twice as long from then on.
    """
    if person.hidden:
        return
    since = round(person.t - visit.entered_at, 1)
    x, y = (round(value, 2) for value in person.position)
    if visit.path:
        t, *last = visit.path[-1]
        if math.dist(last, (x, y)) < visit.path_step_m and since - t < s.PATH_REST_S:
            return
    else:
        visit.path_step_m = s.PATH_STEP_M
    visit.path.append((since, x, y))
    if len(visit.path) > s.PATH_POINTS:
        visit.path = visit.path[::2]
        visit.path_step_m *= 2
