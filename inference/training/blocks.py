"""Layers that the person network is built of."""

from __future__ import annotations

from torch import Tensor, nn


def convolution(
    inputs: int, outputs: int, kernel: int = 3, stride: int = 1, groups: int = 1, *, act: bool = True
) -> nn.Sequential:
    """Convolution and batch normalisation, with or without a rectifier."""
    padding = kernel // 2 if kernel % 2 else 0
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    if act:
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


class Residual(nn.Module):
    """What its layers find is added to what there is. Keeps the shape."""

    def __init__(self, before: nn.Module, inputs: int, channels: int) -> None:
        """``before`` leads from ``channels`` to ``inputs`` channels; a last 1x1 layer leads back."""
        super().__init__()
        self.before = before
        self.last = nn.Conv2d(inputs, channels, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        nn.init.constant_(self.norm.weight, 0.5)  # at first a block changes little

    def forward(self, x: Tensor) -> Tensor:
        """The same shape."""
        return nn.functional.relu(x + self.norm(self.last(self.before(x))))


def bottleneck(channels: int) -> Residual:
    """Half the channels, a dense 3x3, all the channels."""
    half = max(16, channels // 2 // 16 * 16)
    return Residual(nn.Sequential(convolution(channels, half, 1), convolution(half, half)), half, channels)


def separable(channels: int) -> Residual:
    """3x3 in each channel, then across channels: a third of a bottleneck's work."""
    return Residual(convolution(channels, channels, groups=channels), channels, channels)
