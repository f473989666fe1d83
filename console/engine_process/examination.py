"""Look at a store's devices and at this computer before staff rely on them: ``main.py doctor``."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from inference.capture.broker_probe import probe_broker
from inference.capture.probe import probe_camera
from inference.capture.secrets import Secrets, SecretsUnavailableError, broker_key, camera_key
from inference.detection import ModelError, load_detector, model_folders
from inference.detection.threads import CORES
from store_layout.floor_fit import DegeneratePairs, FloorFit, fit_floor
from store_layout.model import Camera, PointsCalibration, StoreLayout

Verdict = Literal["ok", "warn", "fail"]
GOOD_FIT_M, BAD_FIT_M = 0.10, 0.30
"""Root mean square on the floor. A shelf's reach is about 0.5 m, two people stand 0.4 m apart."""
SMALLEST_FIT = 4
"""Pairs with which a homography fits exactly, whatever was clicked."""
LITTLE_DISK, TOO_LITTLE_DISK = 5e9, 0.5e9
"""Bytes. A checkpoint has to fit twice, and a day's journal segments."""
LEAST_RATE = 0.8
"""Of the wanted frames a second; below, a camera sends less than the store file wants."""
SPEED_TEST_S = 1.0
HEADROOM = 1.25
"""Decoding and the state thread need their share too."""


class Examination(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    about: str
    """E.g. ``camera west``, ``broker``, ``disk``."""
    verdict: Verdict
    what: str
    """What was found, with numbers."""
    remedy: str = ""
    """What to do; empty where all is well."""


def examine(
    layout: StoreLayout,
    secrets: Secrets,
    folder: Path,
    *,
    state: Path | None = None,
    threads: int | None = None,
) -> list[Examination]:
    """Everything, in the order in which it should be mended. Takes about 5 s; nothing raises.

    ``folder``: the store folder. ``state``: where journal and ledger are written (default: ``folder``).
    ``threads``: detection threads that the engine will have (default: one per core).
    """
    cores = threads or CORES
    cameras = [camera for camera in layout.file.camera if camera.url is not None]
    with ThreadPoolExecutor(max(1, len(cameras) + 1), thread_name_prefix="doctor") as pool:
        seen = [pool.submit(_camera, camera, layout, secrets, folder) for camera in cameras]
        spoken = pool.submit(lambda: list(_broker(layout, secrets, folder)))
        found = [*_disk(state or folder), *_passwords(layout, secrets)]
        found += [future.result() for future in seen] + spoken.result()
    # After the probes: they would share the cores with what is measured here.
    return [*found, *_calibrations(layout), *_detector(layout, folder, cameras, cores)]


def _camera(camera: Camera, layout: StoreLayout, secrets: Secrets, folder: Path) -> Examination:
    about = f"camera {camera.id}"
    probe = probe_camera(
        camera.url or "",
        secrets,
        user=camera.user,
        key=camera_key(layout.file.store.id, camera.id),
        folder=folder,
    )
    if probe.error:
        return Examination(about, "fail", probe.error, f"Check {probe.url}: power, cable, address, password.")
    rate = "" if probe.fps is None else f", {probe.fps:.0f} frames/s"
    what = (
        f"{probe.width}x{probe.height} {probe.codec}{rate}, first picture after {probe.first_picture_s:.1f} s"
    )
    if abs(probe.width * camera.height - probe.height * camera.width) > 0.02 * probe.width * camera.height:
        calibrated = f"{camera.width}x{camera.height}"
        return Examination(
            about,
            "fail",
            f"{what}; it was calibrated at {calibrated}, another shape",
            "Choose a stream of the calibrated shape, or calibrate again.",
        )
    if probe.fps is not None and probe.fps < LEAST_RATE * camera.fps:
        return Examination(
            about, "warn", f"{what}; the store wants {camera.fps:g}", "Raise its frame rate, or lower fps."
        )
    return Examination(about, "ok", what)


def _broker(layout: StoreLayout, secrets: Secrets, folder: Path) -> Iterator[Examination]:
    behind = {f"scale {s.id}" for s in layout.file.scale}
    behind |= {f"camera {c.id}" for c in layout.file.camera if c.url is None}
    broker = layout.file.broker
    if broker is None:
        if behind or layout.file.gate:
            yield Examination(
                "broker", "fail", f"none is named, so {len(behind)} devices cannot speak", "Add [broker]."
            )
        return
    probe = probe_broker(broker, layout.file.store.id, secrets, folder=folder)
    place = f"{broker.host}:{broker.port}"
    if probe.error:
        yield Examination("broker", "fail", probe.error, f"See that it runs at {place} and lets us in.")
        return
    heard = {f"{topic.kind} {topic.device}" for topic in probe.heard}
    yield Examination("broker", "ok", f"{place} let us in, {len(heard)} devices spoke within 2 s")
    for device in sorted(behind - heard):
        yield Examination(
            device, "fail", "said nothing within 2 s", "Check its power, its network and its topic."
        )


def _calibrations(layout: StoreLayout) -> Iterator[Examination]:
    for camera in layout.file.camera:
        if isinstance(camera.calibration, PointsCalibration):
            about = f"calibration of {camera.id}"
            try:
                yield _judged_fit(about, fit_floor(camera.calibration))
            except DegeneratePairs as error:
                yield Examination(about, "fail", str(error), "Measure other points on the floor.")


def _judged_fit(about: str, fit: FloorFit) -> Examination:
    count = len(fit.residual_m)
    if count <= SMALLEST_FIT:
        what = f"{count} point pairs leave nothing to measure the fit by"
        return Examination(about, "warn", what, "Measure two to four more points on the floor.")
    what = f"{count} point pairs, {100 * fit.rms_m:.0f} cm or {fit.rms_px:.1f} px off on average"
    if fit.rms_m <= GOOD_FIT_M:
        return Examination(about, "ok", what)
    worst = f"pair {fit.worst + 1} is {100 * fit.residual_m[fit.worst]:.0f} cm off"
    verdict: Verdict = "warn" if fit.rms_m <= BAD_FIT_M else "fail"
    return Examination(about, verdict, f"{what}; {worst}", f"Measure pair {fit.worst + 1} again.")


def _detector(
    layout: StoreLayout, folder: Path, cameras: list[Camera], threads: int
) -> Iterator[Examination]:
    if not cameras:
        return
    name = layout.file.rules.default_detector
    if name is None:
        yield Examination(
            "detector", "warn", "none is named: pictures are shown, nobody is seen in them", "Add one."
        )
        return
    try:
        detector = load_detector(name, model_folders(folder))
        size = max((c.height, c.width) for c in cameras)
        picture = np.random.default_rng(0).integers(0, 255, (*size, 3), np.uint8)
        rate = threads * _per_second(lambda: detector.detect(picture))
    except ModelError as error:
        yield Examination("detector", "fail", str(error), "Choose another model.")
        return
    wanted = sum(camera.fps for camera in cameras)
    what = f"{name}: {rate:.0f} frames/s on {threads} threads, the cameras want {wanted:g}"
    if rate >= HEADROOM * wanted:
        yield Examination("detector", "ok", what)
    else:
        remedy = "Choose a smaller model, lower the cameras' fps, or use a faster computer."
        yield Examination("detector", "warn" if rate >= wanted / 2 else "fail", what, remedy)


def _per_second(work: Callable[[], object]) -> float:
    """How often ``work`` can be done, measured for a second after one try."""
    work()
    began, count = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < SPEED_TEST_S:
        work()
        count += 1
    return count / spent


def _disk(folder: Path) -> Iterator[Examination]:
    there = next((place for place in (folder, *folder.parents) if place.exists()), Path.cwd())
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        yield Examination("disk", "fail", f"{there}: {error.strerror}", "Check the disk.")
        return
    what = f"{free / 1e9:.1f} GB free at {there}"
    if free >= LITTLE_DISK:
        yield Examination("disk", "ok", what)
    else:
        verdict: Verdict = "warn" if free >= TOO_LITTLE_DISK else "fail"
        yield Examination("disk", verdict, what, "Free some space: the engine waits when its disk is full.")


def _passwords(layout: StoreLayout, secrets: Secrets) -> Iterator[Examination]:
    """Whether passwords can be kept, and whether those that are needed are there."""
    store = layout.file.store.id
    needed = {f"camera {c.id}": camera_key(store, c.id) for c in layout.file.camera if c.user}
    if layout.file.broker is not None and layout.file.broker.user is not None:
        needed["broker"] = broker_key(store)
    for about, key in needed.items():
        try:
            kept = secrets.get(key) is not None
        except SecretsUnavailableError as error:
            yield Examination(f"password of {about}", "fail", str(error), "Do as it says, then look again.")
            continue
        if kept:
            yield Examination(f"password of {about}", "ok", "is kept")
        else:
            yield Examination(f"password of {about}", "fail", "is not kept", "Set it on the Devices page.")
    if not needed:
        yield _keyring(secrets, store)


def _keyring(secrets: Secrets, store: str) -> Examination:
    try:
        secrets.get(broker_key(store))
    except SecretsUnavailableError as error:
        return Examination("keyring", "warn", str(error), "Needed as soon as a device wants a password.")
    return Examination("keyring", "ok", "passwords can be kept; none is needed now")
