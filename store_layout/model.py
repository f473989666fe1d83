"""What a store is made of: typed, frozen, and already validated.

Axes: metres, right-handed, ``x`` and ``y`` on the floor, ``z`` up, the origin on the floor.
The reader (``store_layout.reader``) is the only maker of :class:`StoreLayout` from files; everything
downstream may rely on what is written here: ids are unique, references resolve, polygons are simple.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Literal

import msgspec

from store_layout.learned import Learned

Point2 = tuple[float, float]
"""Floor point ``(x, y)`` in metres."""
Point3 = tuple[float, float, float]
"""World point ``(x, y, z)`` in metres."""

FixtureKind = Literal["gondola", "cooler", "table", "wall_shelf", "basket", "counter", "column", "other"]
GateKind = Literal["entry", "exit", "both"]


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the TOML file: unknown fields are mistakes, not extensions."""


class StoreInfo(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who the store is, and how it counts money and time."""

    id: str
    name: str
    currency: str = "EUR"
    """ISO 4217 code; decides how many decimals a price has."""
    time_zone: str = "UTC"
    """IANA name, e.g. ``Europe/Berlin``."""
    prices_include_tax: bool = True
    day_starts: str = "00:00"
    """``HH:MM`` by the shop's clock: what is sold before it counts to the day before."""


class Floor(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where people can walk: one outline, less the fixtures that stand on it."""

    outline: tuple[Point2, ...]
    plan: str | None = None
    """A floor plan picture beside the TOML file, drawn under the map."""
    plan_origin: Point2 = (0.0, 0.0)
    """World position of the picture's lower left corner."""
    plan_metres_per_pixel: float = 0.01


class Fixture(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gondola, cooler, table or column: nobody walks through it."""

    id: str
    name: str
    outline: tuple[Point2, ...]
    kind: FixtureKind = "gondola"
    height: float = 1.6


class Slot(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place for one product on a shelf: an axis-aligned box in the world."""

    id: str
    fixture: str
    shelf: int
    """Shelf number within the fixture, 0 at the bottom."""
    low: Point3
    high: Point3
    scale: str | None = None
    """The scale that carries this slot; several slots may share one. None: seen by cameras only."""

    @property
    def centre(self) -> Point3:
        """Middle of the box."""
        (a, b, c), (d, e, f) = self.low, self.high
        return ((a + d) / 2, (b + e) / 2, (c + f) / 2)


class Scale(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A load cell plate. Which slots it carries is said by the slots."""

    id: str
    rate_hz: float = 20.0
    noise_sd_g: float = 2.0
    """Standard deviation of one reading at rest, grams."""
    resolution_g: float = 1.0
    capacity_g: float = 50_000.0


class PointPair(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One floor point and where it is seen."""

    floor: Point2
    pixel: tuple[float, float]


class OpenCvCalibration(
    _Entry, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="opencv", tag_field="kind"
):
    """Pinhole with distortion, as OpenCV has it: ``p ~ K (R X + t)``.

    ``k`` is 3x3 in pixels, ``distortion`` has 0, 4, 5, 8, 12 or 14 coefficients in OpenCV's order,
    ``r`` is world to camera, ``t`` in metres.
    """

    k: tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
    r: tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
    t: Point3
    distortion: tuple[float, ...] = ()
    error_px: float = 1.0
    """Standard deviation of the calibration's own error, in pixels of the calibrated size."""
    pairs: tuple[PointPair, ...] = ()
    """The points on the floor that it was made from, to be worked on later; nothing else hangs on them."""


class MatrixCalibration(
    _Entry, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="matrix", tag_field="kind"
):
    """A 3x4 projection matrix from world metres to pixels."""

    p: tuple[
        tuple[float, float, float, float],
        tuple[float, float, float, float],
        tuple[float, float, float, float],
    ]
    error_px: float = 1.0


class PointsCalibration(
    _Entry, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="points", tag_field="kind"
):
    """Point pairs on the floor (at least four, no three on a line): a homography of the floor only.

    Heights cannot be projected with it unless ``position`` says where the camera hangs.
    """

    pairs: tuple[PointPair, ...]
    position: Point3 | None = None
    """The camera's place, for sight lines above the floor."""


Calibration = OpenCvCalibration | MatrixCalibration | PointsCalibration


class Camera(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A camera: where its pictures come from, and where it looks."""

    id: str
    name: str
    width: int
    """Width of the calibrated picture, pixels; other sizes are scaled to it."""
    height: int
    calibration: Calibration
    url: str | None = None
    """``rtsp://``, ``http://``, ``file:`` or ``usb:N``. Never with a password: that is in the keyring."""
    user: str | None = None
    """User name for the camera; its password is asked of the operating system's keyring."""
    fps: float = 10.0
    """Frames a second that the engine wants to see."""
    detector: str | None = None
    """Model to run on it; None: the store's default."""


class Gate(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way in or out: people appear and disappear only here."""

    id: str
    name: str
    kind: GateKind
    outline: tuple[Point2, ...]
    """Floor polygon in which people start or end."""


class Broker(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The MQTT broker that scales, gates and card terminals speak to."""

    host: str
    port: int = 1883
    tls: bool = False
    ca_file: str | None = None
    user: str | None = None
    """User name; its password is asked of the operating system's keyring."""


class Rules(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the shop decides itself.

    A person is asked when ``expected wrong money * wrong_cost_factor > review_cost``, when the whole receipt
    is less probable than ``issue_from``, or one of its lines less than ``charge_from``. One product for
    another is one mistake, wrong by what the dearer of them costs. A wrong charge costs a complaint, a refund
    and trust: ten times its amount. Asking costs somebody's attention, the shopper's wait, and being looked
    at: three euros. So a person is asked from 30 cents of expected error on: an item of 3 euro is not charged
    below 95 %, and not left out above 10 %; most receipts are at 99.9 %. BENCHMARKS.md has what this comes
    to, and other settings.
    """

    wrong_cost_factor: float = 10.0
    """How much a minor unit charged wrongly weighs against one minor unit spent on asking."""
    issue_from: float = 0.9
    """Receipts less probable than this are never issued without a person."""
    review_cost: int = 300
    """What it costs to ask a person once, in minor units of the currency."""
    wait_for_shared_s: float = 120.0
    """How long a visit waits for an event it shares with someone still inside."""
    refund_limit: int = 5000
    """What a manager may give back alone on one receipt, minor units; above it another manager agrees."""
    refund_days: int = 7
    """How long after its issue a receipt may be disputed."""
    cash_rounding: int = 0
    """Smallest coin that is given out, minor units: 5 where there are no coins of 1 and 2. 0: all are."""
    card_hold: int = 5000
    """Kept back on a card at the entry, minor units, until the receipt takes from it. 0: nothing is."""
    default_detector: str | None = None
    unexplained_visits: bool | msgspec.UnsetType = msgspec.UNSET
    """Whether somebody who came through no gate is a shopper at once. Not set: no, staff are told of them.

    Not set, and then not part of the layout's hash, for stores from before there was this rule.
    """

    @property
    def charge_from(self) -> float:
        """Nobody is charged for a line less probable than this without a person: .95 by default.

        It is half the doubt that a receipt may have. What is missing from a receipt the shop pays; what is
        too much on it the shopper does, who has to find it first.
        """
        return 1.0 - (1.0 - self.issue_from) / 2


class Retention(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long each kind of data is kept; what is older is purged once a day.

    Documents stay as long as the tax law of the shop's country wants its receipts kept. Whatever belongs to
    an open dispute, an open review or an unpaid receipt stays until that is settled.
    """

    clips_days: int = 7
    """Clips of cameras, and journals that an engine has put aside."""
    visits_days: int = 90
    """Visits after they closed; disputes after they were decided, with their evidence and messages."""
    documents_years: int = 10
    """Receipts and their corrections, after the year of their issue: never less than the law of the country
    says (10 is enough nearly everywhere; 8 in Germany, 7 in Austria, 6 in the United Kingdom). Then they go,
    with all that was written before them; what shows that none is missing stays."""
    quiet_hour: int = 3
    """Hour of the shop's clock, 0 to 23, from which the day's purge runs."""


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``catalog.csv``."""

    sku: str
    """The GTIN where there is one, else the shop's own number. Kept as text: leading zeros count."""
    name: str
    price: int
    """Minor units of the store's currency."""
    weight_g: float
    """Weight of one unit."""
    weight_sd_g: float = 1.0
    """Spread of unit weights."""
    tax_basis_points: int = 0
    """Tax rate; 1900 is 19 %."""
    category: str = ""
    age_limit: int | None = None
    picture: str | None = None
    deposit: int = 0
    """Given back with the empty bottle, on each unit; minor units, on top of the price."""
    deposit_tax_basis_points: int | None = None
    """Tax rate of the deposit; None: that of the product."""


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``promotions.csv``: what is cheaper, and when."""

    id: str
    name: str
    """As it stands on the receipt."""
    kind: Literal["n_for_m", "percent", "fixed"]
    sku: str | None = None
    """The product it is for. Neither this nor ``category``: it is for the whole basket."""
    category: str | None = None
    """All products of this category together."""
    take: int | None = None
    """``n_for_m``: so many units ..."""
    pay: int | None = None
    """... for the price of so many; the cheapest of them are free."""
    basis_points: int | None = None
    """``percent``: 1000 is 10 % off."""
    amount: int | None = None
    """``fixed``: off each unit, or once off the basket; minor units."""
    minimum: int = 0
    """Of a basket: what it must come to before it is reduced; minor units."""
    starts: date | None = None
    """First day, by the shop's clock."""
    ends: date | None = None
    """Last day."""


class Facing(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``planogram.csv``: this product belongs in this slot."""

    slot: str
    sku: str
    facings: int = 1
    capacity: int | None = None
    stock: int | None = None
    """Units at the start, where known."""


class StoreFile(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``store.toml`` as it stands in the file."""

    format: Literal[1]
    store: StoreInfo
    floor: Floor
    fixture: tuple[Fixture, ...] = ()
    slot: tuple[Slot, ...] = ()
    scale: tuple[Scale, ...] = ()
    camera: tuple[Camera, ...] = ()
    gate: tuple[Gate, ...] = ()
    broker: Broker | None = None
    rules: Rules = Rules()
    retention: Retention = Retention()


class StoreLayout(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A whole store folder, validated. ``dict=True`` only serves the look-ups below."""

    file: StoreFile
    catalog: tuple[Product, ...] = ()
    planogram: tuple[Facing, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    learned: Learned | None = None
    """What reviewed cases have taught; None: nothing was applied."""

    @cached_property
    def products(self) -> dict[str, Product]:
        """Products by sku."""
        return {p.sku: p for p in self.catalog}

    @cached_property
    def slots(self) -> dict[str, Slot]:
        """Slots by id."""
        return {s.id: s for s in self.file.slot}

    @cached_property
    def scales(self) -> dict[str, Scale]:
        """Scales by id."""
        return {s.id: s for s in self.file.scale}

    @cached_property
    def slots_of_scale(self) -> dict[str, tuple[Slot, ...]]:
        """The slots that each scale carries."""
        found: dict[str, list[Slot]] = {s.id: [] for s in self.file.scale}
        for slot in self.file.slot:
            if slot.scale is not None:
                found[slot.scale].append(slot)
        return {scale: tuple(slots) for scale, slots in found.items()}

    @cached_property
    def skus_of_slot(self) -> dict[str, tuple[str, ...]]:
        """What the planogram puts in each slot."""
        found: dict[str, list[str]] = {s.id: [] for s in self.file.slot}
        for facing in self.planogram:
            found[facing.slot].append(facing.sku)
        return {slot: tuple(skus) for slot, skus in found.items()}

    @cached_property
    def cameras(self) -> dict[str, Camera]:
        """Cameras by id."""
        return {c.id: c for c in self.file.camera}

    @cached_property
    def gates(self) -> dict[str, Gate]:
        """Gates by id."""
        return {g.id: g for g in self.file.gate}

    @cached_property
    def fixtures(self) -> dict[str, Fixture]:
        """Fixtures by id."""
        return {f.id: f for f in self.file.fixture}
