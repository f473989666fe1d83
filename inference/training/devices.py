"""Where networks learn: on the processor, or on a graphics card."""

from __future__ import annotations

import torch


def card_is_there() -> bool:
    """Whether there is a graphics card that torch can use."""
    return bool(torch.cuda.is_available())
