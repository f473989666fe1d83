"""How well one colour reads on another, by WCAG 2.2."""

from __future__ import annotations


def _linear(channel: int) -> float:
    c = channel / 255
    return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    """Relative luminance (0..1) of ``#RRGGBB``. WCAG 2.2, "relative luminance"."""
    r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.2126 * _linear(r) + 0.7152 * _linear(g) + 0.0722 * _linear(b)


def contrast(a: str, b: str) -> float:
    """Contrast ratio 1..21; text needs 4.5 (AA), large text and signs 3."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on ``colour``."""
    return "#101418" if contrast("#101418", colour) >= contrast("#FFFFFF", colour) else "#FFFFFF"
