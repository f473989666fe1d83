"""What reviewed cases have taught about one store: ``learned.toml``, beside the files that people write.

It never replaces what they wrote. A weight holds for as long as the catalogue says what it said when the
weight was learned, and everything goes back to what the files say when ``learned.toml`` is taken away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from store_layout.model import StoreLayout


class LearnedWeight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What units of one product weigh, by the scales."""

    sku: str
    weight_g: float
    weight_sd_g: float
    """Spread of unit weights."""
    catalog_weight_g: float
    """What the catalogue said then: where it says otherwise now, this entry does not hold any more."""
    catalog_weight_sd_g: float
    events: float
    """How many shelf events it rests on; those that nobody looked at count in part."""
    low_g: float
    """From here to ``high_g`` the mean lies with 95 %."""
    high_g: float

    def holds_for(self, layout: StoreLayout) -> bool:
        """Whether the catalogue still says what it said."""
        product = layout.products.get(self.sku)
        said = (self.catalog_weight_g, self.catalog_weight_sd_g)
        return product is not None and (product.weight_g, product.weight_sd_g) == said


class LearnedScale(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one scale errs."""

    id: str
    noise_sd_g: float | None = None
    """Standard deviation of one reading at rest; None: as ``store.toml`` says."""
    change_sd_g: float | None = None
    """Standard deviation of a change beside that noise: creep, friction, drift. None: as for any scale."""
    events: float = 0.0
    """How many shelf events and stretches of rest it rests on."""


class LearnedTrust(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What places and hands seen by the cameras are worth in this store, when it is asked who did it."""

    who: float
    """Exponent of their likelihood ratios: 1 as they are, below 1 they are surer of themselves than right."""
    events: float
    low: float
    """From here to ``high`` it lies with 95 %."""
    high: float


class Learned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``learned.toml`` as it stands in the file."""

    format: Literal[1]
    number: int
    """Counts up with each time that something was applied."""
    follows: int
    """The number that was in force before; 0: nothing was."""
    made_at: float
    """Seconds since the epoch."""
    who: str
    """Operator who applied it."""
    why: str = ""
    trust: LearnedTrust | None = None
    product: tuple[LearnedWeight, ...] = ()
    scale: tuple[LearnedScale, ...] = ()


def with_learned(layout: StoreLayout) -> StoreLayout:
    """The layout as the engine reasons with it: learned weights and noise in the place of the files'."""
    learned = layout.learned
    if learned is None:
        return layout
    weights = {entry.sku: entry for entry in learned.product if entry.holds_for(layout)}
    noise = {s.id: s.noise_sd_g for s in learned.scale if s.noise_sd_g is not None}
    catalog = tuple(
        msgspec.structs.replace(p, weight_g=w.weight_g, weight_sd_g=w.weight_sd_g)
        if (w := weights.get(p.sku)) is not None
        else p
        for p in layout.catalog
    )
    scales = tuple(
        msgspec.structs.replace(s, noise_sd_g=noise.get(s.id, s.noise_sd_g)) for s in layout.file.scale
    )
    return msgspec.structs.replace(
        layout, file=msgspec.structs.replace(layout.file, scale=scales), catalog=catalog
    )


def change_sds(layout: StoreLayout) -> dict[str, float]:
    """By scale, what its changes are off by beside their noise, grams; only of those where it was learned."""
    entries = layout.learned.scale if layout.learned is not None else ()
    return {s.id: s.change_sd_g for s in entries if s.change_sd_g is not None}


def trust_in_who(layout: StoreLayout) -> float:
    """Exponent of what places and hands say; 1 where nothing was learned."""
    learned = layout.learned
    return 1.0 if learned is None or learned.trust is None else learned.trust.who
