"""Who stood near which scale, and which outages that makes theirs."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from inference.messages import Outage, Person
from inference.messages.said import Said, Words, said
from inference.visits import settings as s
from inference.visits.state import Visit
from store_layout.model import StoreLayout


class Presence:
    """The scales of a layout, as places to stand near."""

    def __init__(self, layout: StoreLayout) -> None:
        self._scales = [scale for scale, slots in layout.slots_of_scale.items() if slots]
        boxes = [layout.slots_of_scale[scale] for scale in self._scales]
        self._low = np.array([[min(b.low[i] for b in box) for i in (0, 1)] for box in boxes]).reshape(-1, 2)
        self._high = np.array([[max(b.high[i] for b in box) for i in (0, 1)] for box in boxes]).reshape(-1, 2)
        self._cameras = layout.cameras
        self._names = {camera.id: camera.name for camera in layout.file.camera}

    def note(self, visit: Visit, person: Person) -> None:
        """Remember which scales this shopper can reach now."""
        if person.t - visit.near_at < s.NEAR_STEP_S or not self._scales:
            return
        visit.near_at = person.t
        xy = np.asarray(person.position)
        gap = xy - np.clip(xy, self._low, self._high)
        for i in np.flatnonzero((gap**2).sum(axis=1) <= reach_of(person) ** 2).tolist():
            stays = visit.near.setdefault(self._scales[i], [])
            if stays and person.t - stays[-1][1] <= s.NEAR_JOIN_S:
                stays[-1] = (stays[-1][0], person.t)
            else:
                stays.append((person.t, person.t))

    def outage_notes(self, visit: Visit, outages: list[Outage], until: float) -> tuple[list[Words], bool]:
        """What outages mean for a visit that lasted ``until``: notes, and whether somebody must look.

        Nobody has to where the scale came back: it was compared with what it said before, so what was taken
        meanwhile is an event like others, and its doubts are in the probabilities. Nor where they walked past
        one that did not, in sight and with no hand in it. With the broker gates and cameras may have been
        silent too, so nobody knows who else was there.
        """
        notes: list[Words] = []
        serious = False
        for outage in outages:
            start, end = outage.since, outage.t if outage.over else math.inf
            if end < visit.entered_at or start > until:
                continue
            gone = outage.kind == "scale" and not outage.over
            touched = outage.kind in ("camera", "gate") or self._within(visit, outage, start, end)
            if not touched or (gone and not _may_have_taken(visit, outage)):
                continue
            serious = serious or gone or outage.kind == "broker"
            notes.append(_words(outage, self._names))
        return list(dict.fromkeys(notes)), serious

    def awaits_a_scale(self, visit: Visit, outages: list[Outage], t: float) -> bool:
        """Whether a scale that this shopper stood at is still silent, or has only just come back."""
        until = visit.left_at if visit.left_at is not None else t
        return any(
            outage.kind == "scale"
            and (not outage.over or t - outage.t < s.COMPARED_S)
            and outage.since <= until
            and self._within(visit, outage, outage.since, outage.t if outage.over else math.inf)
            for outage in outages
        )

    def _within(self, visit: Visit, outage: Outage, start: float, end: float) -> bool:
        """True: the shopper stood near a scale while it was silent."""
        scales = list(visit.near) if outage.kind == "broker" else [outage.device]
        return any(
            a - s.NEAR_STEP_S <= end and start <= b + s.NEAR_STEP_S
            for scale in scales
            for a, b in visit.near.get(scale, [])
        )


def _may_have_taken(visit: Visit, outage: Outage) -> bool:
    """Whether they stood at a scale that is still silent, had a hand in it, or were hidden there."""
    scale, since = outage.device, outage.since
    return (
        scale in visit.stays
        or visit.hidden_at.get(scale, -math.inf) >= since
        or any(stay.scale == scale and since <= stay.end for stay in visit.silent)
    )


def reach_of(person: Person) -> float:
    """Metres from where somebody is thought to be within which they may reach something."""
    xx, _, yy = person.covariance
    return s.NEAR_M + math.sqrt(max(xx, yy))


def _words(outage: Outage, names: Mapping[str, str]) -> Said:
    what, over = _device(outage, names), outage.over
    seconds = f"{outage.t - outage.since:.0f}"
    match outage.kind:
        case "scale":
            if over:
                return said(
                    "{what} was silent for {seconds} s while the shopper stood within reach of it.",
                    what=what,
                    seconds=seconds,
                )
            return said(
                "{what} went silent and has not returned while the shopper stood within reach of it.",
                what=what,
            )
        case "broker":
            if over:
                return said(
                    "{what} was silent for {seconds} s while the shopper stood at scales.",
                    what=what,
                    seconds=seconds,
                )
            return said(
                "{what} went silent and has not returned while the shopper stood at scales.", what=what
            )
        case _:
            if over:
                return said("{what} was silent for {seconds} s during the visit.", what=what, seconds=seconds)
            return said("{what} went silent and has not returned during the visit.", what=what)


def _device(outage: Outage, names: Mapping[str, str]) -> Said:
    """A device as people call it; a scale has its id alone."""
    match outage.kind:
        case "scale":
            return said("Scale {device}", device=outage.device)
        case "camera":
            return said("Camera {device}", device=names.get(outage.device) or outage.device)
        case "gate":
            return said("Gate {device}", device=outage.device)
        case "broker":
            return said("Broker {device}", device=outage.device)
