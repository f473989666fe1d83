"""Pictures of products as a shop would take them: on a plain ground, from a few sides."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from inference.simulation.rendering.mesh import Mesh
from inference.simulation.rendering.packaging import Packages
from inference.simulation.rendering.renderer import Renderer
from inference.simulation.rendering.scene import Lighting, Picture, Stage, Surface, Thing, View
from inference.simulation.rendering.solids import sheet
from store_layout.model import Product

SIDE_PX = 112
VIEWS = ((0.15, 0.25), (-0.75, 0.45), (0.8, 0.75), (2.6, 0.35), (-0.3, 1.15))
"""Yaw and pitch of the camera around the product, radians: front first, one from behind, one from above."""
FOV = 0.5
"""Radians: far enough away that packages keep their proportions."""
FILL = 0.8
"""Share of the picture that the product fills."""
QUALITY = 88
GROUND = Surface(colour=(0.62, 0.62, 0.62), gloss=0.0)


def studio(pictures: Mapping[str, Picture], ground: Surface = GROUND) -> Stage:
    """An even light over a table, for products that show ``pictures``."""
    a = 6.0
    table = Thing(
        sheet((-a, -a, 0.0), (a, -a, 0.0), (a, a, 0.0), (-a, a, 0.0)),
        ground,
        np.eye(4, dtype=np.float32)[None],
    )
    light = Lighting(
        above=(0.8, 0.8, 0.8),
        below=(0.5, 0.5, 0.5),
        towards_sun=(0.45, 0.2, 0.87),
        sun=(0.3, 0.3, 0.3),
        shadow=0.2,
        horizon=ground.colour,
        zenith=ground.colour,
    )
    return Stage((table,), light, pictures)


def view_of(size: tuple[float, float, float], yaw: float, pitch: float, side: int = SIDE_PX) -> View:
    """A camera that sees something of this size, upright at the origin, from ``yaw`` and ``pitch``."""
    centre = np.array([0.0, 0.0, size[2] / 2])
    radius = float(np.linalg.norm(size)) / 2
    c, s = math.cos(pitch), math.sin(pitch)
    out = np.array([c * math.cos(yaw), c * math.sin(yaw), s])
    eye = centre + out * radius / (FILL * math.tan(FOV / 2))
    right = np.array([-math.sin(yaw), math.cos(yaw), 0.0])
    rotation = np.stack([right, np.cross(-out, right), -out])
    focal = side / 2 / math.tan(FOV / 2)
    k = np.array([[focal, 0, side / 2], [0, focal, side / 2], [0, 0, 1.0]])
    return View(k, rotation, -rotation @ eye, side, side)


def photographed(
    renderer: Renderer,
    mesh: Mesh,
    surface: Surface,
    views: Sequence[tuple[float, float]],
    side: int = SIDE_PX,
) -> list[Picture]:
    """BGR pictures of a thing in the renderer's :func:`studio`, one for each ``(yaw, pitch)``."""
    low, high = mesh.positions.min(axis=0), mesh.positions.max(axis=0)
    size = (float(high[0] - low[0]), float(high[1] - low[1]), float(high[2] - low[2]))
    thing = Thing(mesh, surface, np.eye(4, dtype=np.float32)[None])
    return [renderer.render(view_of(size, *view, side), (), [thing]).image for view in views]


def write_product_pictures(products: Sequence[Product], seed: int, folder: Path) -> int:
    """Enrolment pictures ``folder/<sku>/<n>.jpg`` of rendered products; returns the bytes written.

    ``seed`` is that of the store's :class:`Packages`. Raises ``RendererError`` where nothing can be rendered.
    """
    packages = Packages(products, seed)
    written = 0
    with Renderer() as renderer:
        renderer.set_stage(studio(packages.pictures))
        for product in products:
            mesh, surface = packages.mesh(product.sku), packages.surface(product.sku)
            target = folder / product.sku
            target.mkdir(parents=True, exist_ok=True)
            for number, picture in enumerate(photographed(renderer, mesh, surface, VIEWS), start=1):
                good, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
                if not good:
                    raise ValueError(f"a picture of {product.sku} cannot be encoded")
                (target / f"{number}.jpg").write_bytes(bytes(data))
                written += len(data)
    return written
