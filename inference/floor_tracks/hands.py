"""Where the hands are: Gaussians in the world for ``takes`` to compare with shelves."""

from __future__ import annotations

from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Sighting, WristRay
from inference.messages import Hand, Joint


def hands_of(
    sighting: Sighting, sensor: str, t: float, xy: tuple[float, float], s: Settings
) -> tuple[Hand, ...]:
    """Hands seen in this sighting of the person who stands at ``xy``."""
    if sighting.skeleton is not None:
        left, right = sighting.skeleton.wrist_left, sighting.skeleton.wrist_right
        return tuple(
            _from_joint(joint, on_left, sensor, t, s)
            for on_left, joint in ((True, left), (False, right))
            if joint is not None and joint.score > 0.0
        )
    found = [_from_ray(w, sighting.origin, sensor, t, xy=xy, s=s) for w in sighting.wrists]
    return tuple(hand for hand in found if hand is not None)


def _from_joint(joint: Joint, left: bool, sensor: str, t: float, s: Settings) -> Hand:
    v = s.joint_sd_m**2
    place = (joint.x, joint.y, joint.z)
    return Hand(t, sensor, "left" if left else "right", place, (v, 0.0, 0.0, v, 0.0, v), joint.score)


def _from_ray(
    ray: WristRay,
    origin: tuple[float, float, float],
    sensor: str,
    t: float,
    *,
    xy: tuple[float, float],
    s: Settings,
) -> Hand | None:
    """A Gaussian along the line of sight.

    Two things say how far along the hand is: it is within reach of the body's axis, and at about the height
    of a hand. Seen from the side the first decides; seen from above the second.
    """
    flat2 = ray.x * ray.x + ray.y * ray.y
    near_axis = flat2 / s.reach_sd_m**2
    at_height = ray.z * ray.z / s.hand_height_sd_m**2
    info = near_axis + at_height
    along_axis = (xy[0] - origin[0]) * ray.x + (xy[1] - origin[1]) * ray.y
    along_height = (s.hand_height_m - origin[2]) * ray.z
    along = (along_axis / s.reach_sd_m**2 + along_height / s.hand_height_sd_m**2) / info
    if along <= 0.0:
        return None
    mean = (origin[0] + along * ray.x, origin[1] + along * ray.y, origin[2] + along * ray.z)
    thin, long = (ray.angle_sd * along) ** 2 + 1e-6, 1.0 / info
    more = max(0.0, long - thin)
    covariance = (
        thin + more * ray.x * ray.x,
        more * ray.x * ray.y,
        more * ray.x * ray.z,
        thin + more * ray.y * ray.y,
        more * ray.y * ray.z,
        thin + more * ray.z * ray.z,
    )
    return Hand(t, sensor, "left" if ray.left else "right", mean, covariance, ray.score, ray.side_score)
