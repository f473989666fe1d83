"""Learning what people look like, from shots of the same people in the same place.

Done after the rest and apart from it: a detector is taught with pictures whose colours are changed at will,
so that it does not mind them, while colours are what people are told from each other by. The true boxes,
shaken a little, stand for those that will be found.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from inference.training.augment import decoded, people_of
from inference.training.checkpoints import load_checkpoint, save_checkpoint, size_of
from inference.training.example_types import Example, read_shard, shards
from inference.training.matching import auc
from inference.training.network import Appearance, palette

TEMPERATURE = 0.2
"""Of the contrast."""
BOX_NOISE = 0.04
"""Standard deviation of a side's place, as a share of the size."""


@dataclass(frozen=True, slots=True)
class AppearanceSettings:
    """How it is learned."""

    pictures: int = 6000
    """At most so many are looked at, the newest ones."""
    visible: float = 0.3
    """Who is seen by less than this share teaches nothing."""
    epochs: int = 12
    scenes: int = 12
    """Scenes in a batch."""
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    light: float = 0.15
    """Standard deviation of the logarithm of a picture's brightness."""
    tint: float = 0.05
    """The same for each of its channels."""
    seed: int = 1


@dataclass(slots=True, eq=False)
class Seen:
    """N people in pictures of scenes."""

    colours: Tensor
    """``[N, S, 3]``"""
    identity: Tensor
    """``[N]``, as are the next two."""
    scene: Tensor
    picture: Tensor

    def of_scenes(self, chosen: list[Tensor]) -> Seen:
        """Those at these indices."""
        rows = torch.cat(chosen)
        return Seen(self.colours[rows], self.identity[rows], self.scene[rows], self.picture[rows])


def learn_appearance(checkpoint: Path, data: Path, settings: AppearanceSettings | None = None) -> None:
    """Teach the network of a checkpoint to tell people apart, and write it back.

    Raises ``ValueError`` when nobody in the data is seen in two pictures of a scene.
    """
    settings = settings or AppearanceSettings()
    state = load_checkpoint(checkpoint)
    rng = np.random.default_rng([settings.seed, 2])
    torch.manual_seed(settings.seed)
    layers = Appearance(size_of(state).appearance)
    teach(layers, seen_people(_newest(data, settings.pictures), layers, rng, settings.visible), settings, rng)
    for part in ("network", "average"):
        state[part].update({f"appearance.{name}": value for name, value in layers.state_dict().items()})
    save_checkpoint(state, checkpoint)


def _newest(folder: Path, most: int) -> list[Example]:
    found: list[Example] = []
    for path in reversed(shards(folder)):
        found += read_shard(path)
        if len(found) >= most:
            break
    return found


@torch.no_grad()
def seen_people(
    examples: list[Example], layers: Appearance, rng: np.random.Generator, visible: float
) -> Seen:
    """Colours of everybody who is seen well enough, in boxes that are a little off."""
    colours, identity, scene, picture = [], [], [], []
    for number, example in enumerate(examples):
        chosen = np.array([p.visible >= visible for p in example.people], bool)
        if not chosen.any():
            continue
        people = people_of(example).chosen(chosen)
        size = np.tile(people.boxes[:, 2:] - people.boxes[:, :2], 2)
        off = rng.normal(0, BOX_NOISE, people.boxes.shape) * size
        boxes = torch.from_numpy((people.boxes + off).astype(np.float32))
        image = torch.from_numpy(decoded(example)).permute(2, 0, 1)[None].float()
        colours.append(layers.colours(image, torch.zeros(len(boxes), dtype=torch.int64), boxes))
        identity.append(torch.tensor([p.identity for p, c in zip(example.people, chosen, strict=True) if c]))
        scene.append(torch.full((len(boxes),), example.scene))
        picture.append(torch.full((len(boxes),), number))
    if not colours:
        return Seen(
            torch.zeros(0, len(layers.grid), 3), *(torch.zeros(0, dtype=torch.int64) for _ in range(3))
        )
    return Seen(torch.cat(colours), torch.cat(identity), torch.cat(scene), torch.cat(picture))


def teach(layers: Appearance, seen: Seen, settings: AppearanceSettings, rng: np.random.Generator) -> float:
    """Train the layers; mean loss of the last epoch. Raises ``ValueError`` as :func:`learn_appearance`."""
    scenes = np.unique(seen.scene.numpy()).tolist()
    groups = [torch.nonzero(seen.scene == scene)[:, 0] for scene in scenes]
    groups = [rows for rows in groups if _again(seen.identity[rows], seen.picture[rows]).any()]
    if not groups:
        raise ValueError("nobody is seen in two pictures of a scene: appearance cannot be learned")
    numbers = palette(seen.colours)
    layers.mean.copy_(numbers.mean(dim=0))
    layers.spread.copy_(numbers.std(dim=0, correction=0) + 0.05)
    optimiser = torch.optim.AdamW(
        layers.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    total = settings.epochs * -(-len(groups) // settings.scenes)
    step, losses = 0, [0.0]
    for _ in range(settings.epochs):
        losses = []
        order = rng.permutation(len(groups))
        for start in range(0, len(groups), settings.scenes):
            batch = seen.of_scenes([groups[k] for k in order[start : start + settings.scenes]])
            for group in optimiser.param_groups:
                group["lr"] = settings.learning_rate * min(1.0, (step + 1) / 20, 2 * (1 - step / total))
            found = layers.of(_relit(batch, settings, rng))
            loss = contrast(found, batch.identity, batch.scene, batch.picture)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            losses.append(float(loss.detach()))
            step += 1
    return float(np.mean(losses))


def _again(identity: Tensor, picture: Tensor) -> Tensor:
    """Which of the pairs ``[N, N]`` are one person in two pictures."""
    return (identity[:, None] == identity[None]) & (picture[:, None] != picture[None])


def _relit(seen: Seen, settings: AppearanceSettings, rng: np.random.Generator) -> Tensor:
    """The colours as if each picture had been taken in another light."""
    numbers, which = np.unique(seen.picture.numpy(), return_inverse=True)
    logs = rng.normal(0, settings.light, (len(numbers), 1)) + rng.normal(0, settings.tint, (len(numbers), 3))
    gain = torch.from_numpy(np.exp(logs)[which].astype(np.float32))
    return (seen.colours * gain[:, None]).clamp(max=255)


def contrast(appearance: Tensor, identity: Tensor, scene: Tensor, picture: Tensor) -> Tensor:
    """Supervised contrastive loss (Khosla et al., 2020, arXiv:2004.11362) between pictures of one scene.

    All but ``appearance`` ``[N, D]`` are ``[N]``. Nobody is compared with people of their own picture, nor
    of another scene: those could be told by its light.
    """
    unit = functional.normalize(appearance, dim=1)
    compared = (scene[:, None] == scene[None]) & (picture[:, None] != picture[None])
    same = _again(identity, picture)
    logits = (unit @ unit.T / TEMPERATURE).masked_fill(~compared, -1e4)
    log_share = functional.log_softmax(logits, dim=1)
    seen_again = same.any(dim=1)
    mean = (log_share * same).sum(dim=1) / same.sum(dim=1).clamp(min=1)
    return -(mean * seen_again).sum() / seen_again.sum().clamp(min=1)


@torch.no_grad()
def told_apart(layers: Appearance, seen: Seen) -> float | None:
    """Chance that two pictures of one person are more alike than pictures of two people of the scene."""
    unit = functional.normalize(layers.of(seen.colours), dim=1)
    same, different = [np.zeros(0)], [np.zeros(0)]
    for scene in np.unique(seen.scene.numpy()).tolist():
        rows = seen.scene == scene
        alike = unit[rows] @ unit[rows].T
        once = seen.picture[rows][:, None] < seen.picture[rows][None]
        one = seen.identity[rows][:, None] == seen.identity[rows][None]
        same.append(alike[once & one].numpy())
        different.append(alike[once & ~one].numpy())
    return auc(np.concatenate(same), np.concatenate(different))
