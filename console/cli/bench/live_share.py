"""How many of a live store's pictures this machine looks at: eight cameras, as fast as they send."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import av
import msgspec

from console.cli.bench.running import engine_of
from console.engine_process.client import EngineClient
from console.engine_process.spec import EngineSpec
from inference.detection.threads import CORES
from inference.messages.wire import DeviceStatus
from inference.recording import Recording
from store_layout.model import Camera, StoreLayout
from store_layout.writer import write_store

CAMERAS = 8
FPS = 10.0
WARM_UP_S = 6.0
MEASURED_S = 30.0


class LiveShare(msgspec.Struct, frozen=True):
    """Of the pictures whose lot was cast within the measured time: looked at, or passed over.

    What was on its way when it began or ended counts at one end only, and for both numbers alike.
    """

    detector: str
    cameras: int
    width: int
    height: int
    cores: int
    sent: int
    looked_at: int

    @property
    def share(self) -> float:
        """At most 1."""
        return self.looked_at / self.sent


def measure_live_share(demo: Path, detector: str, work: Path, seconds: float = MEASURED_S) -> LiveShare:
    """Run a live store whose cameras play the demo's videos over and over, and count.

    Raises ``ValueError`` for a recording without videos.
    """
    work.mkdir(parents=True, exist_ok=True)
    layout = eight_cameras(Recording.open(demo), work)
    write_store(layout, work / "store")
    spec = EngineSpec(
        store=str(work / "store"),
        state_dir=str(work / "engine"),
        ledger=str(work / "ledger.sqlite"),
        detector=detector,
        detection_threads=CORES,
    ).check()
    with engine_of(spec) as (client, _):
        _devices(client)
        time.sleep(WARM_UP_S)
        before = cast_lots(_devices(client))
        time.sleep(seconds)
        after = cast_lots(_devices(client))
    looked_at, passed_over = after[0] - before[0], after[1] - before[1]
    first = layout.file.camera[0]
    return LiveShare(
        detector=detector,
        cameras=CAMERAS,
        width=first.width,
        height=first.height,
        cores=CORES,
        sent=looked_at + passed_over,
        looked_at=looked_at,
    )


def eight_cameras(recording: Recording, work: Path) -> StoreLayout:
    """The recording's store with eight cameras, each playing one of its videos for ever, ``FPS`` a second.

    Raises ``ValueError`` for a recording without videos.
    """
    cameras = recording.layout.cameras
    videos = {
        c.id: _played_at(FPS, cameras[c.id].fps, recording.folder / c.file, work)
        for c in recording.cameras
        if c.kind == "video"
    }
    if not videos:
        raise ValueError(f"{recording.folder} has no videos: record or simulate it with pictures")
    chosen = [list(videos)[n % len(videos)] for n in range(CAMERAS)]
    played = tuple(
        _playing(cameras[name], number, videos[name].resolve()) for number, name in enumerate(chosen)
    )
    file = msgspec.structs.replace(recording.layout.file, camera=played)
    return msgspec.structs.replace(recording.layout, file=file)


def _playing(camera: Camera, number: int, video: Path) -> Camera:
    name = f"{camera.id}-{number + 1}"
    return msgspec.structs.replace(camera, id=name, name=name, url=f"file://{video}?loop", fps=FPS)


def _played_at(fps: float, own: float, video: Path, work: Path) -> Path:
    """The same pictures, not encoded anew, in a file whose time goes so much faster."""
    out = work / video.name
    with av.open(str(video)) as source, av.open(str(out), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None and packet.pts is not None:
                packet.stream = copy
                packet.pts, packet.dts = round(packet.pts * own / fps), round(packet.dts * own / fps)
                target.mux(packet)
    return out


def cast_lots(devices: Sequence[DeviceStatus]) -> tuple[int, int]:
    """Pictures that were looked at so far, and those that were not: newer ones came first, or reading failed.

    Not by how many came: some of those wait to be looked at, and others of an earlier moment just were.
    """
    eyes = [device for device in devices if device.kind in ("camera", "detector")]
    return sum(d.received for d in eyes if d.kind == "detector"), sum(d.dropped for d in eyes)


def _devices(client: EngineClient) -> tuple[DeviceStatus, ...]:
    """Of a fresh snapshot, once the engine runs and all cameras send. Raises ``RuntimeError`` if it fails."""
    while client.state not in ("failed", "stopped"):
        snapshot = client.latest()
        if snapshot is not None:
            cameras = [d for d in snapshot.devices if d.kind == "camera"]
            if len(cameras) == CAMERAS and all(d.received for d in cameras):
                return snapshot.devices
        time.sleep(0.05)
    raise RuntimeError(f"the engine failed: {client.why}")
