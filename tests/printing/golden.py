"""The golden jobs: what each kind of printer gets, a command a line.

``python -m tests.printing.golden`` writes them anew.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from console.printing.commands import listing
from console.printing.document import PrintableReceipt
from console.printing.paper_jobs import receipt_job, test_job
from console.printing.profiles import profile_of
from tests.printing.documents import documents
from tests.printing.receipts import receipt, simple, stationery

FOLDER = Path(__file__).parent / "golden_jobs"

CASES: dict[str, tuple[str, str, PrintableReceipt | None]] = {
    "58mm-de": ("58mm", "de", receipt()),
    "58mm-de-copy": ("58mm", "de", receipt(copy=2)),
    "58mm-kwd": ("58mm", "en", simple("KWD", 3, 1_234_567)),
    "80mm-en-gb": ("80mm", "en_GB", simple("GBP", 2, 120)),
    "80mm-jpy": ("80mm", "ja", simple("JPY", 0, 123_456)),
    "80mm-42-refund": ("80mm-42", "en", receipt(kind="refund", refers_to="R-000003", number="C-000001")),
    **{f"58mm-de-{name}": ("58mm", "de", what) for name, what in documents().items()},
    **{f"80mm-en-{name}": ("80mm", "en", what) for name, what in documents().items()},
    "TM-T88V-chf": ("TM-T88V", "de_CH", simple("CHF", 2, 1235)),
    "NT-5890K-en": ("NT-5890K", "en", receipt()),
    "80mm-test": ("80mm", "en", None),
}
"""``{name: (profile, locale, receipt or None for the test page)}``."""


@cache
def golden_job(name: str) -> bytes:
    """The job of a case, as it is made today."""
    profile_name, locale, what = CASES[name]
    profile = profile_of(profile_name)
    if what is None:
        return test_job("counter", profile, stationery(locale))
    return receipt_job(what, profile, stationery(locale))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for case in CASES:
        (FOLDER / f"{case}.txt").write_text(listing(golden_job(case)))
