"""The state of a run on disk: always whole, never half written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inference.training.network import PersonNet
from inference.training.settings import NetworkSize


def save_checkpoint(state: dict[str, Any], path: Path) -> None:
    """Replace the file in one go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    torch.save(state, unfinished)
    unfinished.replace(path)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """What :func:`save_checkpoint` wrote. Raises ``OSError``."""
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def size_of(state: dict[str, Any]) -> NetworkSize:
    """The size of the network of a checkpoint."""
    fields: dict[str, Any] = state["size"]
    return NetworkSize(**fields)


def write_start(checkpoint: Path, path: Path) -> None:
    """Of a checkpoint only what another run begins from: an eighth of the size. Raises ``OSError``.

    Weights are in half precision; networks that take them over keep them in their own.
    """
    state = load_checkpoint(checkpoint)
    known: dict[str, Tensor] = state["average"]
    weights = {name: v.half() if v.is_floating_point() and v.ndim > 1 else v for name, v in known.items()}
    save_checkpoint({"size": state["size"], "average": weights}, path)


def averaged_network(path: Path) -> PersonNet:
    """The network with averaged weights of a checkpoint. Raises ``OSError``."""
    state = load_checkpoint(path)
    network = PersonNet(size_of(state))
    network.load_state_dict(state["average"])
    return network.eval()
