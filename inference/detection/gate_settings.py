"""Every number that the motion gate rests on, with its unit and the reason for it.

They follow from how people move and how cameras err, and none is finely tuned: halving or doubling any one of
them moves the F1 on a real crowd (``tests.support.run_time_learning``) by 0.005 at most, and recall never.
The one exception is ``same_iou``, of which the double would be no overlap at all.
"""

from __future__ import annotations

import msgspec


class GateSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Units are in the names: ``_s``, ``_levels`` (of 0..255), ``_per_s``; shares have none.

    ``odds`` are log odds of a person against a thing: natural logarithms.
    """

    # The picture that is watched.
    width_px: int = 160
    """Columns of the small picture: one of its pixels is 4x4 of 640x360."""
    look_every_s: float = 0.12
    """Frames that follow sooner are judged by what moved in the one before."""

    # When a pixel differs.
    floor_levels: float = 8.0
    """Smaller differences are noise wherever."""
    noise_factor: float = 4.0
    """And those below this many mean absolute deviations of the pixel (of a Gaussian: 3.2 sd)."""
    noise_memory_s: float = 10.0
    """In which a pixel's deviation is learned: leaves and screens become tolerated within minutes."""
    grain_factor: float = 6.0
    """And those below this many medians of the whole picture's change from frame to frame (3.9 sd)."""
    grain_looks: int = 50
    """Over which that is averaged."""
    noise_rise: float = 0.2
    """It rises slower than it falls by this factor, so that a passer-by does not blind the pixel."""
    noise_most_levels: float = 20.0

    # How the background is learned.
    drift_s: float = 20.0
    """Time constant with which it follows slow changes of light."""
    settled_s: float = 30.0
    """What differs from it, and has not changed for this long, belongs to it ..."""
    settled_cold_s: float = 2.0
    """... right after the start, this long: whoever was there at first leaves a hole."""
    cold_s: float = 60.0
    """Time from the start within which the one becomes the other."""
    settled_person_s: float = 300.0
    """The same under a person: nobody stands for that long without one pixel changing."""
    lights_levels: float = 30.0
    """A change of the whole picture beyond this, or ..."""
    lights_share: float = 0.5
    """... so many pixels that differ, are another light or another view: learned anew."""
    recent_s: float = 1.0
    """A pixel that changed this recently is as good as one that differs."""

    # Boxes.
    part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 0.9)
    """Part of a box that is looked at, in shares: who sways changes at their edges; no shadow at the feet."""
    still_share: float = 0.04
    """Smaller shares of moved pixels are noise: a thing ..."""
    moved_share: float = 0.2
    """... and from here on it surely moved; a walker's box differs in .4 to .9, dark on dark in .2."""

    # Places.
    same_iou: float = 0.5
    """Boxes that overlap by this are at one place."""
    beside_share: float = 0.2
    """A box covered by another to this share learns nothing: what moves may be the other one."""
    thing_per_s: float = 0.3
    """Odds lost while nothing moves: somebody who stands sways, and moves a hand, within seconds."""
    person_per_s: float = 0.1
    """The same for who once came in moving: they are believed for about a minute after."""
    moved_per_s: float = 3.0
    """Odds won while something moves ..."""
    established_odds: float = 2.0
    """... less where nothing moved for long, by 1/e for so many odds: what passes a thing proves little."""
    most_odds: float = 6.0
    appeared_odds: float = 2.0
    """Odds lost at once by what appears without motion before a background that is well known."""
    known_s: float = 30.0
    """Time after which a background is well known."""
    step_s: float = 0.5
    """Between two frames nothing is learned of more than this time."""
    box_finds: int = 50
    """The running mean of a place's box goes on moving as if this many were in it."""
    thing_s: float = 60.0
    """After so long at the lowest odds what is found there is left out, for as long as nothing moves."""
    person_unseen_s: float = 60.0
    """A place of people is forgotten after this long without any ..."""
    thing_unseen_s: float = 3600.0
    """... a thing's after this."""
    most_places: int = 64
    """Per camera; those not seen for longest are forgotten first."""
