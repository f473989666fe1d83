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
from inference.detection.threads import CORES, HEADROOM
from inference.messages.said import Words, said, words_of
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


class Examination(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    about: Words
    """E.g. ``camera west``, ``broker``, ``disk``."""
    verdict: Verdict
    what: Words
    """What was found, with numbers."""
    remedy: Words = ""
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
    about = _called("camera", camera.id)
    probe = probe_camera(
        camera.url or "",
        secrets,
        user=camera.user,
        key=camera_key(layout.file.store.id, camera.id),
        folder=folder,
    )
    if probe.error:
        return Examination(
            about, "fail", probe.error, said("Check {url}: power, cable, address, password.", url=probe.url)
        )
    what = said(
        "{stream}, first picture after {first_picture_s} s",
        stream=f"{probe.width}x{probe.height} {probe.codec}"
        if probe.fps is None
        else said(
            "{width}x{height} {codec}, {fps} frames/s",
            width=probe.width,
            height=probe.height,
            codec=probe.codec,
            fps=f"{probe.fps:.0f}",
        ),
        first_picture_s=f"{probe.first_picture_s:.1f}",
    )
    if abs(probe.width * camera.height - probe.height * camera.width) > 0.02 * probe.width * camera.height:
        calibrated = f"{camera.width}x{camera.height}"
        return Examination(
            about,
            "fail",
            said(
                "{what}; it was calibrated at {calibrated}, another shape", what=what, calibrated=calibrated
            ),
            said("Choose a stream of the calibrated shape, or calibrate again."),
        )
    if probe.fps is not None and probe.fps < LEAST_RATE * camera.fps:
        return Examination(
            about,
            "warn",
            said("{what}; the store wants {fps}", what=what, fps=f"{camera.fps:g}"),
            said("Raise its frame rate, or lower fps."),
        )
    return Examination(about, "ok", what)


def _called(kind: str, device: str) -> Words:
    """A device by its kind and id."""
    if kind == "camera":
        return said("camera {id}", id=device)
    return said("scale {id}", id=device) if kind == "scale" else f"{kind} {device}"


def _broker(layout: StoreLayout, secrets: Secrets, folder: Path) -> Iterator[Examination]:
    behind = {("scale", s.id) for s in layout.file.scale}
    behind |= {("camera", c.id) for c in layout.file.camera if c.url is None}
    broker = layout.file.broker
    if broker is None:
        if behind or layout.file.gate:
            yield Examination(
                said("broker"),
                "fail",
                said("none is named, so {count} devices cannot speak", count=len(behind)),
                said("Add [broker]."),
            )
        return
    probe = probe_broker(broker, layout.file.store.id, secrets, folder=folder)
    place = f"{broker.host}:{broker.port}"
    if probe.error:
        yield Examination(
            said("broker"),
            "fail",
            probe.error,
            said("See that it runs at {place} and lets us in.", place=place),
        )
        return
    heard = {(topic.kind, topic.device) for topic in probe.heard}
    yield Examination(
        said("broker"),
        "ok",
        said("{place} let us in, {count} devices spoke within 2 s", place=place, count=len(heard)),
    )
    for kind, device in sorted(behind - heard):
        yield Examination(
            _called(kind, device),
            "fail",
            said("said nothing within 2 s"),
            said("Check its power, its network and its topic."),
        )


def _calibrations(layout: StoreLayout) -> Iterator[Examination]:
    for camera in layout.file.camera:
        if isinstance(camera.calibration, PointsCalibration):
            about = said("calibration of {camera}", camera=camera.id)
            try:
                yield _judged_fit(about, fit_floor(camera.calibration))
            except DegeneratePairs as error:
                yield Examination(about, "fail", words_of(error), said("Measure other points on the floor."))


def _judged_fit(about: Words, fit: FloorFit) -> Examination:
    count = len(fit.residual_m)
    if count <= SMALLEST_FIT:
        what = said("{count} point pairs leave nothing to measure the fit by", count=count)
        return Examination(about, "warn", what, said("Measure two to four more points on the floor."))
    what = said(
        "{count} point pairs, {rms_m} cm or {rms_px} px off on average",
        count=count,
        rms_m=f"{100 * fit.rms_m:.0f}",
        rms_px=f"{fit.rms_px:.1f}",
    )
    if fit.rms_m <= GOOD_FIT_M:
        return Examination(about, "ok", what)
    worst = said(
        "pair {pair} is {cm} cm off", pair=fit.worst + 1, cm=f"{100 * fit.residual_m[fit.worst]:.0f}"
    )
    verdict: Verdict = "warn" if fit.rms_m <= BAD_FIT_M else "fail"
    return Examination(
        about,
        verdict,
        said("{what}; {worst}", what=what, worst=worst),
        said("Measure pair {pair} again.", pair=fit.worst + 1),
    )


def _detector(
    layout: StoreLayout, folder: Path, cameras: list[Camera], threads: int
) -> Iterator[Examination]:
    if not cameras:
        return
    name = layout.file.rules.default_detector
    if name is None:
        yield Examination(
            said("detector"),
            "warn",
            said("none is named: pictures are shown, nobody is seen in them"),
            said("Add one."),
        )
        return
    try:
        detector = load_detector(name, model_folders(folder))
        size = max((c.height, c.width) for c in cameras)
        picture = np.random.default_rng(0).integers(0, 255, (*size, 3), np.uint8)
        rate = threads * _per_second(lambda: detector.detect(picture))
    except ModelError as error:
        yield Examination(said("detector"), "fail", words_of(error), said("Choose another model."))
        return
    wanted = sum(camera.fps for camera in cameras)
    what = said(
        "{name}: {rate} frames/s on {threads} threads, the cameras want {wanted}",
        name=name,
        rate=f"{rate:.0f}",
        threads=threads,
        wanted=f"{wanted:g}",
    )
    if rate >= HEADROOM * wanted:
        yield Examination(said("detector"), "ok", what)
    else:
        remedy = said("Choose a smaller model, lower the cameras' fps, or use a faster computer.")
        yield Examination(said("detector"), "warn" if rate >= wanted / 2 else "fail", what, remedy)


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
        yield Examination(
            said("disk"),
            "fail",
            said("{there}: {strerror}", there=there, strerror=error.strerror),
            said("Check the disk."),
        )
        return
    what = said("{free} GB free at {there}", free=f"{free / 1000000000.0:.1f}", there=there)
    if free >= LITTLE_DISK:
        yield Examination(said("disk"), "ok", what)
    else:
        verdict: Verdict = "warn" if free >= TOO_LITTLE_DISK else "fail"
        yield Examination(
            said("disk"), verdict, what, said("Free some space: the engine waits when its disk is full.")
        )


def _passwords(layout: StoreLayout, secrets: Secrets) -> Iterator[Examination]:
    """Whether passwords can be kept, and whether those that are needed are there."""
    store = layout.file.store.id
    needed = [(_called("camera", c.id), camera_key(store, c.id)) for c in layout.file.camera if c.user]
    if layout.file.broker is not None and layout.file.broker.user is not None:
        needed.append((said("broker"), broker_key(store)))
    for about, key in needed:
        try:
            kept = secrets.get(key) is not None
        except SecretsUnavailableError as error:
            yield Examination(
                said("password of {about}", about=about),
                "fail",
                words_of(error),
                said("Do as it says, then look again."),
            )
            continue
        if kept:
            yield Examination(said("password of {about}", about=about), "ok", said("is kept"))
        else:
            yield Examination(
                said("password of {about}", about=about),
                "fail",
                said("is not kept"),
                said("Set it on the Devices page."),
            )
    if not needed:
        yield _keyring(secrets, store)


def _keyring(secrets: Secrets, store: str) -> Examination:
    try:
        secrets.get(broker_key(store))
    except SecretsUnavailableError as error:
        return Examination(
            said("keyring"), "warn", words_of(error), said("Needed as soon as a device wants a password.")
        )
    return Examination(said("keyring"), "ok", said("passwords can be kept; none is needed now"))
