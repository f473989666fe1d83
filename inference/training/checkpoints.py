"""The state of a run on disk: always whole, never half written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch

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
    """Of a checkpoint only what another run begins from: a quarter of the size. Raises ``OSError``."""
    state = load_checkpoint(checkpoint)
    save_checkpoint({"size": state["size"], "average": state["average"]}, path)


def averaged_network(path: Path) -> PersonNet:
    """The network with averaged weights of a checkpoint. Raises ``OSError``."""
    state = load_checkpoint(path)
    network = PersonNet(size_of(state))
    network.load_state_dict(state["average"])
    return network.eval()
