"""What makes a store sound. Each check looks at a draft and yields findings; none of them raises."""

from __future__ import annotations

from collections.abc import Iterator

from store_layout.checks.devices import check_devices
from store_layout.checks.names import check_names
from store_layout.checks.places import check_places
from store_layout.checks.products import check_products
from store_layout.checks.promotions import check_promotions
from store_layout.findings import Draft, Finding

__all__ = ["check_all"]


def check_all(draft: Draft) -> Iterator[Finding]:
    """Every finding of every check, in the order in which a person would read the files."""
    from store_layout.checks.calibrations import check_calibrations  # OpenCV, which most commands do not need

    yield from check_names(draft)
    yield from check_places(draft)
    yield from check_devices(draft)
    yield from check_calibrations(draft)
    yield from check_products(draft)
    yield from check_promotions(draft)
