"""End-to-end frames per second against decode and ONNX alone, on the same cores, in one run."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from inference.detection import Detector, DetectorPool
from inference.detection.threads import CORES, THREADS_IN_ORDER
from inference.recording import Recording
from inference.recording.replay import replay
from inference.recording.streams import frame_slots
from inference.recording.video import read_video

ROUNDS = 3


class Throughput(msgspec.Struct, frozen=True):
    """Frames per second, medians of the rounds; the ratio is the median of the rounds' own ratios."""

    detector: str
    cores: int
    cameras: int
    frames: int
    end_to_end: float
    decode_and_network: float
    ratio: float
    real_time: float
    """Frames per second that the cameras deliver."""
    width: int
    height: int
    """Of the pictures."""


def measure_throughput(
    material: Path, detector: Detector, work: Path, size: tuple[int, int], rounds: int = ROUNDS
) -> Throughput:
    """Replay ``material`` through everything, and its videos through decoder and network alone, in turn."""
    recording = Recording.open(material)
    frames = sum(sum(1 for _ in frame_slots(recording, camera)) for camera in recording.cameras)
    whole, alone = [], []
    for i in range(rounds):
        alone.append(_decode_and_network(recording, detector))
        whole.append(_end_to_end(material, detector, frames, work / str(i)))
    ratios = [a / b for a, b in zip(whole, alone, strict=True)]
    return Throughput(
        detector=detector.name,
        cores=CORES,
        cameras=len(recording.cameras),
        frames=frames,
        end_to_end=_median(whole),
        decode_and_network=_median(alone),
        ratio=_median(ratios),
        real_time=frames / max(recording.duration, 1e-9),
        width=size[0],
        height=size[1],
    )


def _end_to_end(material: Path, detector: Detector, frames: int, target: Path) -> float:
    with DetectorPool(detector, THREADS_IN_ORDER) as pool:
        began = time.perf_counter()
        replay(material, target, pool.ordered)
        return frames / (time.perf_counter() - began)


def _decode_and_network(recording: Recording, detector: Detector) -> float:
    """One thread per core decodes its share of the videos and runs the network on every picture."""
    videos = [recording.folder / camera.file for camera in recording.cameras]
    shares = [videos[i::CORES] for i in range(CORES)]
    began = time.perf_counter()
    with ThreadPoolExecutor(CORES) as pool:
        frames = sum(pool.map(lambda share: _watch(share, detector), shares))
    return frames / (time.perf_counter() - began)


def _watch(videos: list[Path], detector: Detector) -> int:
    session = detector.session()
    frames = 0
    for video in videos:
        for image in read_video(video):
            session.detect(image)
            frames += 1
    return frames


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
