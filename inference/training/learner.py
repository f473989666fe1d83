"""One network that learns: what changes it, and the average that follows it."""

from __future__ import annotations

import copy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inference.training.checkpoints import load_checkpoint
from inference.training.losses import Batch
from inference.training.network import PersonNet, channels_last
from inference.training.settings import FitSettings, NetworkSize
from inference.training.step import losses, maps_of


class Learner:
    """A network, its optimiser and its average, on a device."""

    def __init__(self, size: NetworkSize, settings: FitSettings, device: torch.device) -> None:
        self.size = size
        self._settings = settings
        self._network = channels_last(PersonNet(size)).to(device).train()
        self.average = copy.deepcopy(self._network).eval()
        pairs = zip(self.average.state_dict().values(), self._network.state_dict().values(), strict=True)
        self._means, self._news = zip(*(p for p in pairs if p[0].dtype.is_floating_point), strict=True)
        """Views of the average's numbers and the network's: loading a state keeps them."""
        self._optimiser = _optimiser(self._network, settings)
        if settings.compiled:
            _compile(self._network)

    def begin_from(self, path: Path) -> None:
        """Take over the averaged network of a checkpoint. Raises ``ValueError`` where its size is another."""
        weights = self.checked(path)["average"]
        self._network.load_state_dict(weights)
        self.average.load_state_dict(weights)

    def go_on_from(self, path: Path) -> dict[str, Any]:
        """Take over all of a checkpoint, and return it.

        Raises ``ValueError`` where its size is another, or where it is of a run that taught a part alone.
        """
        state = self.checked(path)
        if "part" in state:
            raise ValueError(
                f"{path} is of a run that taught the {state['part']} alone: choose an empty folder, and "
                "begin from it (--start)"
            )
        self._network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self._optimiser.load_state_dict(state["optimiser"])
        return state

    def checked(self, path: Path) -> dict[str, Any]:
        """A checkpoint's state. Raises ``ValueError`` where the size is another."""
        state = load_checkpoint(path)
        if state["size"] != asdict(self.size):
            raise ValueError(f"{path} holds a network of another size: choose another one")
        return state

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds of it."""
        return {
            "size": asdict(self.size),
            "network": self._network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }

    def learn(self, batch: Batch, rate: float, step: int) -> dict[str, Tensor]:
        """One step with a learning rate; the parts of the loss."""
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        maps = maps_of(self._network, batch.image)
        rng = np.random.default_rng([self._settings.seed, step, 1])
        parts = losses(self._network, maps, batch, self._settings.weights, rng=rng)
        total = torch.stack(list(parts.values())).sum()
        self._optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self._network.parameters(), self._settings.clip_norm)
        # How the fused optimiser is told, on the device itself, that a step is none.
        self._optimiser.found_inf = (~torch.isfinite(norm)).float()  # type: ignore[attr-defined]
        self._optimiser.step()
        self._follow(step)
        return {**parts, "total": total}

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        """Let the average follow the network; faster while there is little to average."""
        keep = min(self._settings.ema, (1 + step) / (10 + step))
        torch._foreach_lerp_(self._means, self._news, 1 - keep)


def _compile(network: PersonNet) -> None:
    """Let convolutions, normalisations and rectifiers be fused; where that fails they stay as they are.

    In the same modules, so that checkpoints hold the same names.
    """
    torch._dynamo.config.suppress_errors = True
    network.forward = torch.compile(network.forward, dynamic=False)  # type: ignore[method-assign]
    network.close.told = torch.compile(network.close.told, dynamic=False)  # type: ignore[method-assign]


def _optimiser(network: PersonNet, settings: FitSettings) -> torch.optim.AdamW:
    """AdamW; biases, norms and other vectors do not decay."""
    alone = {id(network.peak.near), id(network.close.prior)}
    decays = [p for p in network.parameters() if p.ndim > 1 and id(p) not in alone]
    known = {id(p) for p in decays}
    others = [p for p in network.parameters() if id(p) not in known]
    groups = [
        {"params": decays, "weight_decay": settings.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=settings.learning_rate, betas=(0.9, 0.99), fused=True)
