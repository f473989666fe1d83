"""Learning what people look like, from shots of the same people in the same place.

Done after the rest and apart from it: a detector is taught with pictures whose colours are changed at will,
so that it does not mind them, while colours are what people are told from each other by. Its features are
read as they are, to see where in a box somebody is. The true boxes, shaken a little, stand for those that
will be found.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from inference.training.appearance_layers import GRID, Appearance, cell_colours
from inference.training.augment import FILL, Picture, decoded, people_of
from inference.training.checkpoints import averaged_network, load_checkpoint, save_checkpoint
from inference.training.example_types import Example, read_shard, shards
from inference.training.matching import auc
from inference.training.network import PersonNet, channels_last
from inference.training.settings import STRIDE
from inference.training.step import maps_of

TEMPERATURE = 0.07
"""Of the contrast."""
SAMPLE = 4000
"""People of whom means and spreads are taken."""
AT_ONCE = 500
COMMON_SHARE = 0.3
"""How much is taken off of what all people's vectors share. Cosines of different people were .66 on the
average, .21 less than of one person; with this .50, and .31 less, which is worth the 12 nats a unit of cosine
that floor tracking takes it for (measured on held-out pictures: 12.5). More tells people apart less well."""
BOX_NOISE = 0.04
"""Standard deviation of a side's place, as a share of the size."""


@dataclass(frozen=True, slots=True)
class AppearanceSettings:
    """How it is learned."""

    pictures: int = 12_000
    """At most so many are looked at, the newest ones."""
    visible: float = 0.3
    """Who is seen by less than this share teaches nothing."""
    epochs: int = 16
    scenes: int = 12
    """Scenes in a batch."""
    learning_rate: float = 3e-3
    weight_decay: float = 3e-2
    light: float = 0.15
    """Standard deviation of the logarithm of a picture's brightness."""
    tint: float = 0.05
    """The same for each of its channels."""
    mirrored: float = 0.5
    """Share of people whose left and right are exchanged."""
    hidden: float = 0.5
    """Share of people of whom a part is hidden by a part of somebody else."""
    seed: int = 1


@dataclass(slots=True, eq=False)
class Seen:
    """N people in pictures of scenes."""

    colours: Tensor
    """``[N, S, 3]``"""
    features: Tensor
    """``[N, S, C]``, float16: of the second look."""
    identity: Tensor
    """``[N]``, as are the next two."""
    scene: Tensor
    picture: Tensor

    def of_scenes(self, chosen: list[Tensor]) -> Seen:
        """Those at these indices."""
        rows = torch.cat(chosen)
        parts = (self.colours, self.features, self.identity, self.scene, self.picture)
        return Seen(*(part[rows] for part in parts))


def learn_appearance(
    checkpoint: Path, data: Path, settings: AppearanceSettings | None = None, device: str = "cpu"
) -> None:
    """Teach the network of a checkpoint to tell people apart, and write it back.

    ``device``: where the rest of the network looks at the pictures; what is learned is little. Raises
    ``ValueError`` when nobody in the data is seen in two pictures of a scene.
    """
    settings = settings or AppearanceSettings()
    state = load_checkpoint(checkpoint)
    rng = np.random.default_rng([settings.seed, 2])
    torch.manual_seed(settings.seed)
    network = channels_last(averaged_network(checkpoint)).to(device)
    layers = Appearance(network.size.close[2], network.size.appearance)
    seen = seen_people(_newest(data, settings.pictures), network, rng, settings.visible)
    teach(layers, seen, settings, rng)
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
    examples: list[Example],
    network: PersonNet,
    rng: np.random.Generator,
    visible: float,
) -> Seen:
    """Colours and features of everybody who is seen well enough, in boxes that are a little off."""
    device = next(network.parameters()).device
    parts: list[tuple[Tensor, ...]] = []
    for number, example in enumerate(examples):
        chosen = np.array([p.visible >= visible for p in example.people], bool)
        if not chosen.any():
            continue
        people = people_of(example).chosen(chosen)
        size = np.tile(people.boxes[:, 2:] - people.boxes[:, :2], 2)
        off = rng.normal(0, BOX_NOISE, people.boxes.shape) * size
        boxes = torch.from_numpy((people.boxes + off).astype(np.float32)).to(device)
        image = torch.from_numpy(filled(decoded(example))).permute(2, 0, 1)[None].to(device)
        crops, features = _seen_closely(network, image, boxes)
        known = [p.identity for p, c in zip(example.people, chosen, strict=True) if c]
        parts.append(
            (
                cell_colours(crops).cpu(),
                features.half().cpu(),
                torch.tensor(known),
                torch.full((len(boxes),), example.scene),
                torch.full((len(boxes),), number),
            )
        )
    if not parts:
        none = (torch.zeros(0, dtype=torch.int64) for _ in range(3))
        cells, channels = GRID[0] * GRID[1], network.size.close[2]
        return Seen(torch.zeros(0, cells, 3), torch.zeros(0, cells, channels).half(), *none)
    return Seen(*(torch.cat(some) for some in zip(*parts, strict=True)))


def _seen_closely(network: PersonNet, image: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor]:
    """Crops of boxes ``[N, 4]`` of one picture, and what a second look sees in their cells, ``[N, S, C]``."""
    maps, close = maps_of(network, image), network.close
    which = torch.zeros(len(boxes), dtype=torch.int64, device=boxes.device)
    cells = torch.floor((boxes[:, :2] + boxes[:, 2:]) / 2 / STRIDE)
    with torch.autocast(image.device.type, dtype=torch.bfloat16):
        looks = network.peak(maps, which, cells * STRIDE + STRIDE / 2)._replace(box=boxes)
        crops = close.crops(image, which, boxes)
        closer = close.at(crops, close.seen_first(maps, which, boxes), looks)
    return crops, closer.features.flatten(2).transpose(1, 2)


def filled(image: Picture) -> Picture:
    """The picture with a border at its right and lower edge, so that its sides are multiples of 32."""
    down, across = (-n % 32 for n in image.shape[:2])
    border = cv2.copyMakeBorder(image, 0, down, 0, across, cv2.BORDER_CONSTANT, value=(FILL, FILL, FILL))
    return np.asarray(border, dtype=np.uint8)


def teach(layers: Appearance, seen: Seen, settings: AppearanceSettings, rng: np.random.Generator) -> float:
    """Train the layers; mean loss of the last epoch. Raises ``ValueError`` as :func:`learn_appearance`."""
    scenes = np.unique(seen.scene.numpy()).tolist()
    groups = [torch.nonzero(seen.scene == scene)[:, 0] for scene in scenes]
    groups = [rows for rows in groups if _again(seen.identity[rows], seen.picture[rows]).any()]
    if not groups:
        raise ValueError("nobody is seen in two pictures of a scene: appearance cannot be learned")
    sample = torch.from_numpy(rng.permutation(len(seen.identity))[:SAMPLE])
    numbers = layers.told(seen.colours[sample], seen.features[sample].float()).flatten(0, 1)
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
                group["lr"] = settings.learning_rate * min(1.0, (step + 1) / 40, 2 * (1 - step / total))
            colours, features = varied(_relit(batch, settings, rng), batch.features.float(), settings, rng)
            found = layers.of(colours, features)
            loss = contrast(found, batch.identity, batch.scene, batch.picture)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            losses.append(float(loss.detach()))
            step += 1
    layers.common.copy_(COMMON_SHARE * _vectors(layers, seen).mean(dim=0))
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


def varied(
    colours: Tensor, features: Tensor, settings: AppearanceSettings, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """The cells of some people mirrored, and a rectangle of them taken from somebody else's side."""
    count, (columns, rows) = len(colours), GRID
    seen = torch.cat([colours, features], dim=2).reshape(count, rows, columns, -1)
    mirrored = torch.from_numpy(rng.random(count) < settings.mirrored)
    seen = torch.where(mirrored[:, None, None, None], seen.flip(2), seen)
    high, wide = rng.integers(2, rows // 2 + 1, count), rng.integers(2, columns + 1, count)
    top, left = rng.integers(0, rows, count), rng.integers(-2, columns, count)
    row, column = np.arange(rows)[None, :, None], np.arange(columns)[None, None]
    hides = (
        (row >= top[:, None, None])
        & (row < (top + high)[:, None, None])
        & (column >= left[:, None, None])
        & (column < (left + wide)[:, None, None])
        & (rng.random(count) < settings.hidden)[:, None, None]
    )
    others = seen[torch.from_numpy(rng.permutation(count))].roll(columns // 2, dims=2)
    seen = torch.where(torch.from_numpy(hides)[..., None], others, seen).flatten(1, 2)
    return seen[..., :3], seen[..., 3:]


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
def _vectors(layers: Appearance, seen: Seen) -> Tensor:
    """Vectors ``[N, D]`` of everybody."""
    rows = range(0, len(seen.identity), AT_ONCE)
    found = [layers.of(seen.colours[k : k + AT_ONCE], seen.features[k : k + AT_ONCE].float()) for k in rows]
    return torch.cat(found)


@torch.no_grad()
def told_apart(layers: Appearance, seen: Seen) -> float | None:
    """Chance that two pictures of one person are more alike than pictures of two people of the scene."""
    unit = functional.normalize(_vectors(layers, seen), dim=1)
    same, different = [np.zeros(0)], [np.zeros(0)]
    for scene in np.unique(seen.scene.numpy()).tolist():
        rows = seen.scene == scene
        alike = unit[rows] @ unit[rows].T
        once = seen.picture[rows][:, None] < seen.picture[rows][None]
        one = seen.identity[rows][:, None] == seen.identity[rows][None]
        same.append(alike[once & one].numpy())
        different.append(alike[once & ~one].numpy())
    return auc(np.concatenate(same), np.concatenate(different))
