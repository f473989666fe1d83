"""What faulty scales say, and how it is told."""

from __future__ import annotations

import numpy as np
import pytest

from inference.simulation.scale_faults import (
    FaultyScale,
    ScaleDrifts,
    ScaleFault,
    ScaleRezeroed,
    ScaleSilent,
    ScaleStuck,
    check_scale_faults,
    scale_outages,
)
from tests.support.stores import small_store

T = np.arange(0.0, 10.0, 1.0)
LOAD: list[float | None] = [100.0 + i for i in range(10)]


def said(*faults: ScaleFault) -> list[float | None]:
    scale = FaultyScale(faults, "a")
    # In two parts: what it remembers must last.
    return scale.says(T[:4], LOAD[:4]) + scale.says(T[4:], LOAD[4:])


def test_without_a_fault_it_says_what_lies_on_it() -> None:
    assert said(ScaleStuck(scale="b", from_s=0.0, for_s=9.0)) == LOAD


def test_silent() -> None:
    assert said(ScaleSilent(scale="a", from_s=3.0, for_s=2.0)) == [*LOAD[:3], None, None, *LOAD[5:]]


def test_stuck_at_the_last_value() -> None:
    assert said(ScaleStuck(scale="a", from_s=3.0, for_s=3.0)) == [*LOAD[:3], *[102.0] * 3, *LOAD[6:]]


def test_zeroed_anew() -> None:
    assert said(ScaleRezeroed(scale="a", at_s=5.0)) == [*LOAD[:5], 0.0, 1.0, 2.0, 3.0, 4.0]


def test_creeping() -> None:
    found = said(ScaleDrifts(scale="a", from_s=4.0, g_per_min=60.0))
    assert found == [*LOAD[:5], 106.0, 108.0, 110.0, 112.0, 114.0]


def test_silence_is_noticed_and_its_end() -> None:
    told = scale_outages([ScaleSilent(scale="a", from_s=10.0, for_s=20.0)], 1000.0, 60.0)
    assert [(o.device, o.kind, o.since, o.t, o.over) for o in told] == [
        ("a", "scale", 1010.0, 1013.0, False),
        ("a", "scale", 1010.0, 1030.0, True),
    ]


def test_faults_that_cannot_be_are_all_named() -> None:
    faults: tuple[ScaleFault, ...] = (
        ScaleSilent(scale="nowhere", from_s=0.0, for_s=1.0),
        ScaleStuck(scale="scale-A0", from_s=0.0, for_s=0.0),
        ScaleDrifts(scale="scale-A0", from_s=0.0, g_per_min=float("nan")),
    )
    with pytest.raises(ValueError, match=r"no scale 'nowhere'.*for_s must be above 0.*must be finite"):
        check_scale_faults(faults, small_store())
