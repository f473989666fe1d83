"""Where networks learn: on the processor, or on a graphics card."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def card_is_there() -> bool:
    """Whether there is a graphics card that torch can use."""
    return bool(torch.cuda.is_available())


def fixed(values: Sequence[float], device: torch.device) -> Tensor:
    """A few numbers as a tensor ``[N]`` on a device, without waiting for what that is busy with."""
    return torch.tensor(values, dtype=torch.float32).to(device, non_blocking=True)
