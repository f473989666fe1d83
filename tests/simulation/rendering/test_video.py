"""A filmed session: what cameras show, scales feel and the truth says is one and the same event."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("moderngl", reason="needs the extra simulate")
pytest.importorskip("skimage", reason="needs the extra simulate")

from inference.messages import Frame
from inference.recording import Recording
from inference.recording.pictures import frames
from inference.simulation import Errand, Plan, SimulationSettings, simulate
from inference.simulation.movements import BodyNow, ReachNow
from inference.simulation.rendering.optics import Sensor
from inference.simulation.rendering.renderer import Renderer, RendererError
from inference.simulation.rendering.session_scene import SessionScene, StoreCameras
from inference.simulation.rendering.video import Filming, light
from store_layout.camera_geometry import camera_model
from store_layout.model import StoreLayout
from tests.support.stores import small_store

CLEAN = Sensor(noise=0.0, blur_px=0.0, vignette=0.0)
SLOT = "A1"


def _small() -> StoreLayout:
    """The small store with two cameras of small pictures."""
    layout = small_store()
    cameras = []
    for camera in layout.file.camera[1:]:
        k = np.array(camera.calibration.k) * 0.5  # type: ignore[union-attr]
        k[2, 2] = 1.0
        rows = [(float(a), float(b), float(c)) for a, b, c in k]
        calibration = msgspec.structs.replace(camera.calibration, k=(rows[0], rows[1], rows[2]))
        cameras.append(
            msgspec.structs.replace(
                camera, width=camera.width // 2, height=camera.height // 2, calibration=calibration, fps=5.0
            )
        )
    return msgspec.structs.replace(layout, file=msgspec.structs.replace(layout.file, camera=tuple(cameras)))


LAYOUT = _small()


@pytest.fixture(scope="module", autouse=True)
def _can_render() -> None:
    try:
        Renderer().close()
    except RendererError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder = tmp_path_factory.mktemp("filmed") / "r"
    plan = Plan(person="p1", arrive_s=0.1, errands=(Errand(act="take", slot=SLOT, at=5.0),))
    settings = SimulationSettings(duration_s=7.0)
    simulate(LAYOUT, settings, 3, folder, plans=(plan,), film=Filming(moments=1, sensor=CLEAN, crf=20))
    return Recording.open(folder)


def test_it_is_a_recording_with_videos_of_nobody_real(filmed: Recording) -> None:
    assert filmed.about.raw_video
    assert filmed.about.simulated
    assert filmed.about.expires_at is None
    assert {c.kind for c in filmed.cameras} == {"video"}
    for camera in filmed.cameras:
        pictures = [item for _, item in frames(filmed, camera)]
        assert len(pictures) > 28
        assert all(isinstance(p, Frame) and p.image.shape == (180, 320, 3) for p in pictures)


def test_boxes_lie_where_the_truth_walks(filmed: Recording) -> None:
    truth = filmed.truth
    assert truth is not None
    (path,) = truth.paths
    checked = 0
    for camera in filmed.cameras:
        model = camera_model(filmed.layout.cameras[camera.id])
        for box in truth.boxes[camera.id]:
            xy = [np.interp(box.t, path.t, [p[k] for p in path.xy]) for k in (0, 1)]
            feet, chest = model.project(np.array([[*xy, 0.0], [*xy, 1.2]]))[0]
            assert box.box[0] - 3 < chest[0] < box.box[2] + 3
            assert box.box[1] < chest[1] < box.box[3]
            assert abs(feet[1] - box.box[3]) < 25
            checked += 1
    assert checked > 20


def test_the_filmed_unit_is_the_one_that_the_scale_misses(filmed: Recording) -> None:
    assert filmed.truth is not None
    (move,) = filmed.truth.moves
    assert move.slot == SLOT
    assert move.t - filmed.started_at == pytest.approx(5.0, abs=0.01)


def _scene_pictures(stock: dict[str, dict[str, int]], people: list[BodyNow]) -> NDArray[np.uint8]:
    scene = SessionScene(LAYOUT, 1)
    camera = LAYOUT.file.camera[-1]
    with StoreCameras(scene, [camera], 1, CLEAN) as cameras:
        cameras.stock(stock)
        return cameras.picture(camera.id, [[scene.staged(body) for body in people]])


def test_a_unit_that_was_taken_is_gone_and_all_else_is_as_before() -> None:
    stock = {f.slot: {f.sku: f.stock or 0} for f in LAYOUT.planogram}
    sku = next(iter(stock[SLOT]))
    full = _scene_pictures(stock, [])
    less = _scene_pictures({**stock, SLOT: {sku: stock[SLOT][sku] - 3}}, [])
    changed = np.abs(full.astype(int) - less).max(axis=2) > 12
    assert 3 < changed.sum() < 1500
    slot = LAYOUT.slots[SLOT]
    model = camera_model(LAYOUT.file.camera[-1])
    corners = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=float)
    box = np.array(slot.low) + corners * np.subtract(slot.high, slot.low)
    pixels = model.project(box)[0]
    rows, columns = np.nonzero(changed)
    assert columns.min() > pixels[:, 0].min() - 12
    assert columns.max() < pixels[:, 0].max() + 12
    assert rows.min() > pixels[:, 1].min() - 12
    assert rows.max() < pixels[:, 1].max() + 12


def test_somebody_holds_what_they_took() -> None:
    stock = {f.slot: {f.sku: f.stock or 0} for f in LAYOUT.planogram}
    sku = LAYOUT.catalog[0].sku
    body = BodyNow(
        "p", 1.75, False, 3.0, 2.6, 0.0, 0.0, 0.0, True, (ReachNow("right", (3.4, 2.5, 1.2), 0.8),)
    )
    without = _scene_pictures(stock, [body])
    holding = _scene_pictures(stock, [msgspec.structs.replace(body, held=(("right", sku),))])
    differs = np.abs(without.astype(int) - holding).max(axis=2) > 12
    assert 5 < differs.sum() < 800


def test_daylight_comes_and_goes_slowly() -> None:
    values = [light(t / 10, 4) for t in range(2400)]
    assert 0.85 < min(values) < 0.95
    assert 1.05 < max(values) < 1.15
    assert max(abs(np.diff(values))) < 0.01
