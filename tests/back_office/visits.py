"""Closed visits for the back office's tests."""

from __future__ import annotations

from inference.messages.results import CartLine, ClosedVisit
from store_layout.model import (
    Facing,
    Floor,
    Product,
    Promotion,
    Rules,
    StoreFile,
    StoreInfo,
    StoreLayout,
)


def layout(
    *,
    currency: str = "EUR",
    included: bool = True,
    promotions: tuple[Promotion, ...] = (),
    more: tuple[Product, ...] = (),
    rules: Rules | None = None,
) -> StoreLayout:
    """A store that only has a catalogue."""
    return StoreLayout(
        file=StoreFile(
            format=1,
            store=StoreInfo(id="s1", name="Corner", currency=currency, prices_include_tax=included),
            floor=Floor(outline=((0, 0), (5, 0), (5, 4), (0, 4))),
            rules=rules or Rules(),
        ),
        catalog=(
            Product(sku="cola", name="Cola", price=149, weight_g=350, tax_basis_points=1900),
            Product(sku="milk", name="Milk", price=119, weight_g=1030, tax_basis_points=700),
            Product(sku="gum", name="Gum 100%", price=99, weight_g=30, tax_basis_points=1900),
            *more,
        ),
        planogram=(Facing(slot="a", sku="cola"),),
        promotions=promotions,
    )


def closed(
    visit: str = "v1", lines: tuple[tuple[str, int], ...] = (("cola", 2),), **changes: object
) -> ClosedVisit:
    """A visit that bought ``lines``."""
    n = int("".join(c for c in visit if c.isdigit()) or 1)
    values: dict[str, object] = {
        "visit": visit,
        "code": f"K{n}-204",
        "track": n,
        "entered_at": 1000.0 + n,
        "left_at": 1100.0 + n,
        "gate_in": "door",
        "gate_out": "door",
        "closed_at": 1101.5 + n,
        "lines": tuple(CartLine(sku, quantity, 0.98, (f"{sku}@{n}",)) for sku, quantity in lines),
        "probability": 0.97,
        "decision": "issue" if lines else "nothing",
    }
    return ClosedVisit(**{**values, **changes})  # type: ignore[arg-type]  # test data by name
