"""What can only be measured on a running engine process: latency, start, memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from console.engine_process.client import EngineClient
from console.engine_process.spec import EngineSpec
from console.engine_process.supervisor import Supervisor
from inference.messages.wire import Snapshot

LOOK_S = 0.004
START_LIMIT_S = 60.0


class Latency(msgspec.Struct, frozen=True):
    """Seconds from a scale coming to rest to its cart line being there for the window."""

    events: int
    settled_p50: float
    """From the scale's last movement: includes the half second that must be calm."""
    settled_p95: float
    machine_p95: float
    """From the moment at which the pipeline could know: what this machine adds."""
    exits: int
    receipt_p50: float
    """From the shopper's way out through the gate to the receipt in the ledger."""
    receipt_p95: float


class Memory(msgspec.Struct, frozen=True):
    """Resident memory of the engine process, MB (10^6 bytes)."""

    quarter: float
    """When a quarter of the recording was played."""
    end: float
    peak: float


def measure_latency(recording: Path, work: Path) -> Latency:
    """Play a recording at real-time speed and watch the snapshots as the window does."""
    spec = spec_in(recording, work, speed=1.0)
    shown: dict[str, float] = {}
    told: dict[str, tuple[float, float]] = {}
    offset = float("inf")
    with engine_of(spec) as (client, _):
        for now, snapshot in _snapshots(client):
            offset = min(offset, now - snapshot.t)
            told |= {e.id: (e.t_end, e.t_settled) for e in snapshot.events}
            for event in (e for cart in snapshot.carts for line in cart.lines for e in line.events):
                shown.setdefault(event, now)
    pairs = [(now - offset - told[e][0], now - offset - told[e][1]) for e, now in shown.items() if e in told]
    exits = _exits(spec.ledger_path)
    return Latency(
        events=len(pairs),
        settled_p50=_quantile([a for a, _ in pairs], 0.5),
        settled_p95=_quantile([a for a, _ in pairs], 0.95),
        machine_p95=_quantile([b for _, b in pairs], 0.95),
        exits=len(exits),
        receipt_p50=_quantile(exits, 0.5),
        receipt_p95=_quantile(exits, 0.95),
    )


def measure_memory(recording: Path, work: Path) -> Memory | None:
    """Play a recording at full speed and watch the engine's memory; None where /proc does not tell it."""
    if not Path("/proc/self/status").exists():
        return None
    samples: list[tuple[float, float]] = []
    with engine_of(spec_in(recording, work, speed=None)) as (client, supervisor):
        for _, snapshot in _snapshots(client):
            resident = resident_mb(supervisor.pid)
            if resident is not None:
                samples.append((snapshot.source.position_s / (snapshot.source.duration_s or 1.0), resident))
    quarter = next((mb for share, mb in samples if share >= 0.25), samples[-1][1])
    return Memory(quarter=quarter, end=samples[-1][1], peak=max(mb for _, mb in samples))


def measure_start(recording: Path, work: Path) -> float:
    """Seconds from starting a console (offscreen) to its first live camera picture, all processes fresh."""
    command = [sys.executable, "-m", "console.cli.bench.first_picture", str(recording), str(work)]
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own module
        command,
        check=True,
        capture_output=True,
        text=True,
        timeout=START_LIMIT_S,
        cwd=Path(__file__).parents[3],
    )
    return float(done.stdout.split()[-1]) - began


@contextmanager
def engine_of(spec: EngineSpec) -> Iterator[tuple[EngineClient, Supervisor]]:
    """A supervised engine, and what talks to it; ended with the block."""
    supervisor = Supervisor(spec)
    client = EngineClient(supervisor)
    try:
        yield client, supervisor
    finally:
        client.close()


def _snapshots(client: EngineClient) -> Iterator[tuple[float, Snapshot]]:
    """Each new snapshot with the moment it was seen, until the recording has ended."""
    seen = -1
    while client.state not in ("failed", "stopped"):
        snapshot = client.latest()
        if snapshot is not None and snapshot.seq != seen:
            seen = snapshot.seq
            yield time.perf_counter(), snapshot
            if snapshot.source.ended:
                return
        time.sleep(LOOK_S)
    if client.state == "failed":
        raise RuntimeError(f"the engine failed: {client.why}")


def _exits(ledger: Path) -> list[float]:
    """Store time from leaving to closing, of visits that left through a gate."""
    from console.back_office import Ledger

    with Ledger.open(ledger, read_only=True) as opened:
        visits = [row.visit for row in opened.visits(limit=10_000)]
    return [v.closed_at - v.left_at for v in visits if v.left_at is not None and v.decision == "issue"]


def spec_in(recording: Path, work: Path, speed: float | None = 1.0) -> EngineSpec:
    """An engine that plays a recording from its beginning, with all it writes in ``work``."""
    return EngineSpec(
        recording=str(recording),
        speed=speed,
        state_dir=str(work / "engine"),
        ledger=str(work / "ledger.sqlite"),
        fresh=True,
    ).check()


def resident_mb(pid: int | Literal["self"] | None) -> float | None:
    """What a process has in memory, MB (10^6 bytes); None where /proc does not tell it."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(x.split()[1]) * 1024 / 1e6 for x in lines if x.startswith("VmRSS:")), None)


def _quantile(values: list[float], q: float) -> float:
    return float(np.quantile(values, q)) if values else float("nan")
