"""A network small enough to be trained in a test."""

from __future__ import annotations

from inference.training.settings import NetworkSize

TINY = NetworkSize(
    "tiny",
    channels=(16, 16, 32, 32, 32),
    blocks=(0, 1, 1, 1),
    neck=32,
    fine=32,
    hidden=48,
    close=(16, 16, 16, 16),
    appearance=8,
)
