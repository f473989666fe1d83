"""What the devices of a store say. The pipeline takes these and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.messages.said import Words

Box = tuple[float, float, float, float]
"""``(x1, y1, x2, y2)`` in pixels of the camera's picture; may reach outside of it."""


class Appearance:
    """What a person looks like to one camera: a unit vector, for this visit only.

    It lives in memory. The journal, checkpoints and ordinary recordings drop it; see
    ``inference.engine`` for how it outlives a crash without touching the disk.
    """

    __slots__ = ("vector",)

    def __init__(self, vector: NDArray[np.float32]) -> None:
        self.vector = vector

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Appearance) and bool(np.array_equal(self.vector, other.vector))

    def __hash__(self) -> int:
        return hash(self.vector.tobytes())

    def __repr__(self) -> str:
        return f"Appearance(<{self.vector.size}>)"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of one camera. Never written to the journal."""

    camera: str
    seq: int
    t: float
    image: NDArray[np.uint8]
    """``[height, width, 3]``, BGR."""


class KeyPoint(msgspec.Struct, frozen=True, array_like=True):
    """A point in a picture, with the chance that it is there, or very near: hidden points can be told too."""

    x: float
    y: float
    score: float = 1.0


class Holding(msgspec.Struct, frozen=True, array_like=True):
    """What one hand of somebody seems to hold in one picture: probabilities of one look at a few pixels.

    What ``empty`` and ``products`` leave of 1 is spread evenly over those of the ``known`` products that are
    not named.
    """

    side: Literal["left", "right"]
    empty: float
    """That it holds nothing that could be recognised."""
    products: tuple[tuple[str, float], ...] = ()
    """``(sku, probability)``, the most probable first: at most :data:`MOST_PRODUCTS`."""
    known: int = 1
    """How many products were compared."""


MOST_PRODUCTS = 24
"""Those beside the best tell flavours apart: in one look the right product is seldom first of hundreds."""


class Detection(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person as one camera saw them. Pixels."""

    box: Box
    score: float
    head: KeyPoint | None = None
    foot: KeyPoint | None = None
    """Middle between the feet, on the floor."""
    wrist_left: KeyPoint | None = None
    wrist_right: KeyPoint | None = None
    appearance: Appearance | None = None
    holds: tuple[Holding, ...] = ()
    """At most one a hand; a hand that was not looked at is not there. Goods, not people: it may be kept."""
    side_score: float = 1.0
    """Chance, 0.5 to 1, that the wrists are not exchanged: from afar, front and back look alike."""


class Detections(msgspec.Struct, frozen=True, tag="detections"):
    """Everything one camera saw at one moment. An empty tuple is a sighting too: of nobody."""

    camera: str
    t: float
    seq: int
    width: int
    """Size of the picture that the boxes are in, pixels."""
    height: int
    items: tuple[Detection, ...] = ()


class Joint(msgspec.Struct, frozen=True, array_like=True):
    """A joint in the world, metres."""

    x: float
    y: float
    z: float
    score: float = 1.0


class Skeleton(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person as a depth or stereo sensor saw them, in the world frame."""

    score: float
    head: Joint | None = None
    pelvis: Joint | None = None
    foot: Joint | None = None
    """Middle between the feet."""
    wrist_left: Joint | None = None
    wrist_right: Joint | None = None
    appearance: Appearance | None = None


class Skeletons(msgspec.Struct, frozen=True, tag="skeletons"):
    """Everything one 3D sensor saw at one moment."""

    sensor: str
    t: float
    seq: int
    items: tuple[Skeleton, ...] = ()


class WeightReading(msgspec.Struct, frozen=True, tag="weight", omit_defaults=True):
    """One sample of one scale."""

    scale: str
    t: float
    grams: float
    seq: int | None = None
    """Counts up by one per reading where the device numbers them: a jump is a lost reading."""


class GateSignal(msgspec.Struct, frozen=True, tag="gate", omit_defaults=True):
    """A gate let somebody in or out, or a card was shown there."""

    gate: str
    t: float
    kind: Literal["entry", "exit"]
    people: int = 1
    """How many went through on this signal (a group on one payment)."""
    token: str | None = None
    """The payment provider's token. Never a card number."""


class Outage(msgspec.Struct, frozen=True, tag="outage", omit_defaults=True):
    """A device said nothing between ``since`` and ``t``: what happened there is unknown."""

    device: str
    kind: Literal["camera", "scale", "gate", "broker"]
    since: float
    t: float
    """When the outage ended, or when it was noticed if ``over`` is false."""
    over: bool = True
    why: Words = ""


class StaffMark(msgspec.Struct, frozen=True, tag="staff"):
    """An operator says that this visit is staff at work (or no longer)."""

    code: str
    t: float
    staff: bool = True


class SameShopper(msgspec.Struct, frozen=True, tag="same_shopper"):
    """An operator says that two open visits are one person: ``other`` goes up in ``code``."""

    code: str
    other: str
    t: float
    by: str = ""
    """The operator's name."""


class AnotherShopper(msgspec.Struct, frozen=True, tag="another_shopper"):
    """An operator says that whoever is followed as an open visit is not who came in as it."""

    code: str
    t: float
    by: str = ""


class ShopperMark(msgspec.Struct, frozen=True, tag="shopper"):
    """An operator says that somebody whom no gate explains is a shopper: from now on they are a visit."""

    code: str
    t: float
    by: str = ""


class LineMark(msgspec.Struct, frozen=True, tag="line_mark"):
    """An operator says how many of a product an open visit has taken up to now."""

    code: str
    sku: str
    count: int | None
    """None: what an operator said of it before is taken back."""
    t: float
    by: str = ""


class ScaleTare(msgspec.Struct, frozen=True, tag="tare"):
    """An operator says what lies on a scale: its level counts from another zero. Changes are not touched."""

    scale: str
    t: float
    zero_g: float
    """What the device says, or would say, when nothing lies on it."""
    load_g: float
    """What lies on it now."""


class Tick(msgspec.Struct, frozen=True, tag="tick"):
    """Time has passed with nothing to say; what waits for a time may fall due."""

    t: float


OperatorMark = StaffMark | SameShopper | AnotherShopper | ShopperMark | LineMark | ScaleTare
"""What no device says, but an operator."""
Observation = Detections | Skeletons | WeightReading | GateSignal | Outage | OperatorMark | Tick
