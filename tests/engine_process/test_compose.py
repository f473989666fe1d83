from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from console.engine_process.compose import needed_size
from console.engine_process.spec import EngineSpec, SpecError, read_spec
from tests.support.stores import small_store


@pytest.mark.parametrize(
    ("camera", "detector", "size"),
    [
        ((1920, 1080), None, (640, 360)),
        ((1920, 1080), (416, 416), (640, 360)),
        ((1920, 1080), (960, 544), (960, 540)),
        ((1280, 960), (640, 640), (640, 480)),
        ((320, 240), (640, 640), (320, 240)),
    ],
)
def test_pictures_are_as_large_as_detector_or_tile_can_use(
    camera: tuple[int, int], detector: tuple[int, int] | None, size: tuple[int, int]
) -> None:
    width, height = camera
    seen = msgspec.structs.replace(small_store().file.camera[0], width=width, height=height)
    model: Any = None
    if detector is not None:
        needs = SimpleNamespace(width=detector[0], height=detector[1])
        model = SimpleNamespace(manifest=SimpleNamespace(input=needs))
    assert needed_size(seen, model) == size


def test_a_spec_says_where_its_files_go() -> None:
    with pytest.raises(SpecError, match=r"order\.json: .*state_dir"):
        read_spec(b'{"recording": "r"}', "order.json")
    spec = read_spec(b'{"recording": "r", "state_dir": "/s", "ledger": "/l"}', "order.json")
    assert spec == EngineSpec(recording="r", state_dir="/s", ledger="/l")
