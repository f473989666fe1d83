"""End-to-end frames per second against decode and ONNX alone, on the same cores, in one run."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from inference.detection import Detector, DetectorPool
from inference.messages import Detection, Detections, Frame
from inference.recording import Recording, RecordingPlayer
from inference.recording.replay import replay
from inference.recording.video import read_video

ROUNDS = 3


class Throughput(msgspec.Struct, frozen=True):
    """Frames per second, medians of the rounds; the ratio is the median of the rounds' own ratios."""

    threads: int
    cameras: int
    frames: int
    end_to_end: float
    decode_and_network: float
    ratio: float
    real_time: float
    """Frames per second that the cameras deliver."""


def measure_throughput(material: Path, detector: Detector, work: Path, rounds: int = ROUNDS) -> Throughput:
    """Replay ``material`` through everything, and its videos through decoder and network alone, in turn."""
    recording = Recording.open(material)
    threads = os.cpu_count() or 1
    recorded = {
        (seen.camera, seen.seq): seen.items
        for seen in RecordingPlayer(recording).observations()
        if isinstance(seen, Detections)
    }
    whole, alone = [], []
    for i in range(rounds):
        alone.append(_decode_and_network(recording, detector, threads))
        whole.append(_end_to_end(material, detector, recorded, threads, work / str(i)))
    ratios = [a / b for a, b in zip(whole, alone, strict=True)]
    return Throughput(
        threads=threads,
        cameras=len(recording.cameras),
        frames=len(recorded),
        end_to_end=_median(whole),
        decode_and_network=_median(alone),
        ratio=_median(ratios),
        real_time=len(recorded) / max(recording.duration, 1e-9),
    )


def _end_to_end(
    material: Path,
    detector: Detector,
    recorded: dict[tuple[str, int], tuple[Detection, ...]],
    threads: int,
    target: Path,
) -> float:
    """The network runs on every picture; what it finds is replaced by the recorded detections."""
    with DetectorPool(detector, threads) as pool:

        def eyes(frames: Iterator[Frame]) -> Iterator[Detections]:
            for seen in pool.ordered(frames):
                yield msgspec.structs.replace(seen, items=recorded[seen.camera, seen.seq])

        began = time.perf_counter()
        replay(material, target, eyes)
        return len(recorded) / (time.perf_counter() - began)


def _decode_and_network(recording: Recording, detector: Detector, threads: int) -> float:
    """Each thread decodes its share of the videos and runs the network on every picture; nothing else."""
    videos = [recording.folder / camera.file for camera in recording.cameras]
    shares = [videos[i::threads] for i in range(threads)]
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
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
