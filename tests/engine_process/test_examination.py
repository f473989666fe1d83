from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from console.engine_process import examination
from console.engine_process.examination import Examination, examine
from inference.capture.probe import probe_camera
from inference.capture.secrets import MemorySecrets, Secrets, SecretsUnavailableError
from store_layout.model import Broker, Camera, PointPair, PointsCalibration, Rules, StoreLayout
from tests.capture.support import write_video
from tests.support.mosquitto import Mosquitto, free_port
from tests.support.stores import small_store

FLOOR = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (2.0, 2.0), (1.0, 3.0))


class NoSecrets(MemorySecrets):
    def get(self, key: str) -> str | None:
        raise SecretsUnavailableError("this computer has no keyring")


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "SPEED_TEST_S", 0.1)


def store(*cameras: Camera, **changes: object) -> StoreLayout:
    made = small_store()
    changes = {"camera": cameras, "scale": (), "slot": (), "gate": (), **changes}
    return msgspec.structs.replace(made, file=msgspec.structs.replace(made.file, **changes), planogram=())


def a_camera(url: str | None, id: str = "west", **changes: object) -> Camera:
    return msgspec.structs.replace(small_store().cameras["west"], id=id, url=url, **changes)


def by_name(
    layout: StoreLayout, folder: Path, secrets: Secrets | None = None, threads: int = 1
) -> dict[str, Examination]:
    found = examine(layout, secrets or MemorySecrets(), folder, threads=threads)
    assert all(bool(e.remedy) == (e.verdict != "ok") for e in found)
    assert len({e.about for e in found}) == len(found)
    return {str(e.about): e for e in found}


def test_cameras_are_probed_and_their_shape_is_compared(tmp_path: Path) -> None:
    write_video(tmp_path / "good.avi", width=64, height=36)
    write_video(tmp_path / "square.avi", width=48, height=48)
    found = by_name(
        store(
            a_camera("file:good.avi", "good"),
            a_camera("file:good.avi", "slow", fps=25.0),
            a_camera("file:square.avi", "square"),
            a_camera("file:none.avi", "gone"),
        ),
        tmp_path,
    )
    assert found["camera good"].verdict == "ok"
    assert str(found["camera good"].what).startswith("64x36 mjpeg, 10 frames/s, first picture after ")
    assert found["camera slow"].verdict == "warn"
    assert "the store wants 25" in found["camera slow"].what
    assert found["camera square"].verdict == "fail"
    assert "calibrated at 640x360, another shape" in found["camera square"].what
    assert found["camera gone"].verdict == "fail"
    assert "there is no file" in found["camera gone"].what
    assert found["detector"].verdict == "warn"


def test_cameras_are_probed_at_the_same_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(4, timeout=60)

    real = probe_camera
    monkeypatch.setattr(examination, "probe_camera", lambda *a, **k: (together.wait(), real("x:", *a[1:]))[1])
    found = by_name(store(*(a_camera("usb:0", f"c{i}") for i in range(4))), tmp_path)
    assert [e.verdict for e in found.values() if str(e.about).startswith("camera")] == ["fail"] * 4


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    running = Mosquitto(tmp_path)
    yield running
    running.stop()


def test_the_broker_is_tried_and_who_is_silent_is_named(mosquitto: Mosquitto, tmp_path: Path) -> None:
    made = small_store()
    broker = Broker(host="127.0.0.1", port=mosquitto.port)
    layout = store(a_camera(None), scale=made.file.scale[:2], broker=broker)
    names = [scale.id for scale in layout.file.scale]
    speaker = mqtt.Client(CallbackAPIVersion.VERSION2)
    speaker.connect("127.0.0.1", mosquitto.port)
    speaker.loop_start()
    done = threading.Event()

    def speak() -> None:
        while not done.wait(0.1):
            speaker.publish(f"openaisle/small/scale/{names[0]}", b"{}")

    talking = threading.Thread(target=speak)
    talking.start()
    try:
        found = by_name(layout, tmp_path)
    finally:
        done.set()
        talking.join()
        speaker.disconnect()
        speaker.loop_stop()
    assert found["broker"].verdict == "ok"
    assert "1 devices spoke" in found["broker"].what
    assert f"scale {names[0]}" not in found
    assert found[f"scale {names[1]}"].what == "said nothing within 2 s"
    assert found["camera west"].verdict == "fail"


def test_a_broker_that_is_not_there_or_not_named(tmp_path: Path) -> None:
    broker = Broker(host="127.0.0.1", port=free_port())
    found = by_name(store(broker=broker), tmp_path)
    assert found["broker"].verdict == "fail"
    assert "no broker listens" in found["broker"].what
    found = by_name(store(scale=small_store().file.scale), tmp_path)
    assert found["broker"].what == "none is named, so 10 devices cannot speak"
    assert "broker" not in by_name(store(), tmp_path)


def calibrated(error_m: float, count: int = 6) -> Camera:
    """Looks straight down, 100 pixels a metre; the last but one point was measured wrongly."""
    pairs = [PointPair(floor=(x, y), pixel=(100 * x + 50, 400 - 100 * y)) for x, y in FLOOR[:count]]
    if count > 4:
        x, y = pairs[4].floor
        pairs[4] = PointPair(floor=(x + error_m, y), pixel=pairs[4].pixel)
    return a_camera(None, calibration=PointsCalibration(pairs=tuple(pairs)))


def test_a_calibration_is_judged_by_what_is_left_over(tmp_path: Path) -> None:
    verdicts = {}
    for error in (0.0, 0.5, 2.0):
        found = by_name(store(calibrated(error)), tmp_path)["calibration of west"]
        verdicts[error] = found.verdict
        assert "6 point pairs" in found.what
        assert ("Measure pair" in found.remedy) == (error > 0)
    assert verdicts == {0.0: "ok", 0.5: "warn", 2.0: "fail"}
    four = by_name(store(calibrated(0.0, 4)), tmp_path)["calibration of west"]
    assert four.verdict == "warn"


def test_a_detector_that_cannot_be_loaded(tmp_path: Path) -> None:
    rules = Rules(default_detector=str(tmp_path / "none.toml"))
    found = by_name(store(a_camera("usb:900"), rules=rules), tmp_path)["detector"]
    assert found.verdict == "fail"
    assert "none.toml" in found.what


@pytest.mark.parametrize(
    ("work_s", "threads", "verdict"), [(0.001, 1, "ok"), (0.15, 1, "warn"), (0.15, 2, "ok"), (0.5, 1, "fail")]
)
def test_the_detector_is_measured_against_what_the_cameras_want(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work_s: float, threads: int, verdict: str
) -> None:
    now = [0.0]

    class Timed:
        def detect(self, image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> tuple[()]:
            assert image.shape == (360, 640, 3)
            now[0] += work_s
            return ()

    monkeypatch.setattr(examination, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    monkeypatch.setattr(examination, "load_detector", lambda name, folders: Timed())
    layout = store(a_camera("usb:900", fps=10.0), rules=Rules(default_detector="some"))
    assert by_name(layout, tmp_path, threads=threads)["detector"].verdict == verdict


def test_passwords(tmp_path: Path) -> None:
    layout = store(a_camera("usb:900", user="joe"))
    found = by_name(layout, tmp_path)
    assert found["password of camera west"].what == "is not kept"
    secrets = MemorySecrets({"camera/small/west": "hunter2"})
    found = by_name(layout, tmp_path, secrets)
    assert found["password of camera west"].verdict == "ok"
    assert "hunter2" not in repr(found)
    assert by_name(layout, tmp_path, NoSecrets())["password of camera west"].verdict == "fail"
    assert by_name(store(), tmp_path, NoSecrets())["keyring"].verdict == "warn"
    assert by_name(store(), tmp_path)["keyring"].verdict == "ok"


@pytest.mark.parametrize(("free", "verdict"), [(9e9, "ok"), (2e9, "warn"), (1e8, "fail")])
def test_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, verdict: str) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    found = by_name(store(), tmp_path / "not" / "there")["disk"]
    assert found.verdict == verdict
    assert str(tmp_path) in found.what
