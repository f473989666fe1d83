"""What things cost at a time, and on what terms: what pricing needs of a store, kept in the ledger.

A receipt that is decided a day later, or corrected a week later, is priced by the list of its own time.
"""

from __future__ import annotations

from functools import cached_property

import msgspec

from console.back_office.chain import canonical, digest
from store_layout.model import Product, Promotion, StoreLayout


class PriceList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """Prices, promotions and terms of a store. ``dict=True`` only serves what is derived below."""

    store: str
    currency: str
    time_zone: str
    prices_include_tax: bool
    cash_rounding: int
    """Smallest coin, minor units."""
    refund_limit: int
    """What a manager may give back alone on one receipt, minor units."""
    refund_days: int
    """How long a receipt may be disputed."""
    catalog: tuple[Product, ...]
    promotions: tuple[Promotion, ...] = ()

    @classmethod
    def of(cls, layout: StoreLayout) -> PriceList:
        """As the store folder has it now."""
        store, rules = layout.file.store, layout.file.rules
        made = cls(
            store=store.id,
            currency=store.currency,
            time_zone=store.time_zone,
            prices_include_tax=store.prices_include_tax,
            cash_rounding=rules.cash_rounding,
            refund_limit=rules.refund_limit,
            refund_days=rules.refund_days,
            catalog=layout.catalog,
            promotions=layout.promotions,
        )
        # As it reads back: a weight of 350 and one of 350.0 are one price list.
        return msgspec.json.decode(canonical(made), type=cls)

    @cached_property
    def products(self) -> dict[str, Product]:
        """Products by sku."""
        return {product.sku: product for product in self.catalog}

    @cached_property
    def body(self) -> bytes:
        """Canonical JSON."""
        return canonical(self)

    @cached_property
    def sha256(self) -> str:
        """What the ledger keeps it by."""
        return digest(self.body)
