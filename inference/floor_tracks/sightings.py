"""What one detection says about where a person stands, and how surely."""

from __future__ import annotations

from math import hypot

import msgspec

from inference.floor_tracks.kalman import Fix, fused
from inference.floor_tracks.rays import Ray, at_height
from inference.floor_tracks.settings import Settings
from inference.messages import Appearance, Skeleton


class WristRay(msgspec.Struct, frozen=True, gc=False):
    """Unit direction of the line of sight to a wrist, and the angle that one sd of noise makes there."""

    left: bool
    x: float
    y: float
    z: float
    angle_sd: float
    score: float
    side_score: float


class Feet(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the box's height, moved through the picture at the feet, is on the floor: metres."""

    from_point: bool
    """The feet are those of a key point, not the box's bottom."""
    down_x: float
    down_y: float
    right_x: float
    right_y: float


class Sighting(msgspec.Struct, gc=False):
    """One detection, or one skeleton, as the floor sees it."""

    index: int
    score: float
    first: Fix
    """Place for a person of unknown height."""
    appearance: Appearance | None = None
    foot: Fix | None = None
    """Place from feet that are visible."""
    feet: Feet | None = None
    """How ``foot`` moves with its pixel."""
    low_foot: Fix | None = None
    """Place if the box is short because they crouch, and not because something hides their feet."""
    foot_score: float = 0.0
    """Chance that the foot point is where the feet are."""
    sure_feet: bool = False
    """A key point says where the feet are, and that they show: a short box is somebody who crouches."""
    implied_m: float | None = None
    """Height of a person who stood on that foot point."""
    top: Ray | None = None
    """Line of sight to the top of the head."""
    middle: Ray | None = None
    """To half the person's height, where neither feet nor head are in the picture."""
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    wrists: tuple[WristRay, ...] = ()
    height_m: float | None = None
    """Measured by a 3D sensor."""
    skeleton: Skeleton | None = None


class Stature(msgspec.Struct, frozen=True, gc=False):
    """How tall somebody is known to be, metres."""

    height: float
    sd: float
    least: float
    """What ends a box that implies less than this is something before their feet."""


def stature(height_m: float, height_sd_m: float, s: Settings) -> Stature:
    """Of a person of this height, known with this standard deviation."""
    doubt = hypot(height_sd_m, s.height_box_sd_m)
    return Stature(height_m, height_sd_m, height_m - s.hidden_feet_sds * doubt)


def feet_show(sighting: Sighting, who: Stature) -> bool:
    """Whether there are feet, and the box is tall enough for this person."""
    if sighting.foot is None or sighting.implied_m is None:
        return sighting.foot is not None
    return sighting.implied_m > who.least


def located(sighting: Sighting, who: Stature, s: Settings) -> Fix | None:
    """Where a person of this height stands: feet and head together as far as they show.

    The head of somebody who crouches or bends, feet in sight, is lower than their height: it says nothing.
    """
    top, foot = None, sighting.foot
    if sighting.top is not None:
        lean = s.head_lean_sd_m * s.head_lean_sd_m
        top = at_height(sighting.top, sighting.origin, who.height, who.sd, s.farthest_m, lean)
    if foot is not None:
        if top is None:
            return foot
        if sighting.implied_m is None or sighting.implied_m > who.least:
            return fused(foot, top)
        if sighting.sure_feet:
            return foot
    if top is not None or sighting.middle is None:
        return top
    return at_height(sighting.middle, sighting.origin, 0.5 * who.height, 0.3, s.farthest_m)


def from_skeletons(items: tuple[Skeleton, ...], s: Settings) -> list[Sighting]:
    """Skeletons are in the world already: the pelvis, else the feet, else the head say where."""
    found = []
    for i, item in enumerate(items):
        for joint, sd in (
            (item.pelvis, s.body_sd_m),
            (item.foot, 2 * s.body_sd_m),
            (item.head, s.head_lean_sd_m),
        ):
            if joint is not None and joint.score > 0.0 and item.score >= s.min_score:
                fix = Fix(joint.x, joint.y, sd * sd, 0.0, sd * sd)
                tall = item.head.z if item.head is not None and item.head.z > s.shortest_m else None
                found.append(
                    Sighting(i, item.score, fix, item.appearance, foot=fix, height_m=tall, skeleton=item)
                )
                break
    return found
