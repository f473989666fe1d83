"""Cameras that do not exist: pictures of a stage and the people on it, drawn by OpenGL without a display.

Shading is done in linear light. ``Lighting.above``, ``below`` and ``sun`` are amounts of light, 1 being full
light; ``horizon`` and ``zenith`` are colours as they appear.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.gl_bake import Baked, baked
from inference.simulation.rendering.gl_blobs import under_actors, under_things
from inference.simulation.rendering.gl_figures import Figures, in_view
from inference.simulation.rendering.gl_frame import LAMPS, clip_matrix, eye_of, frame_block
from inference.simulation.rendering.gl_pictures import NOISE_UNIT, Pictures, noise_texture
from inference.simulation.rendering.gl_programs import FRAME_UNIT, Programs
from inference.simulation.rendering.gl_shade import ShadeMap
from inference.simulation.rendering.gl_targets import SAMPLES, Target, sampled
from inference.simulation.rendering.gl_things import Draw, Things
from inference.simulation.rendering.scene import Actor, Lighting, Rendered, Stage, Thing, View

if TYPE_CHECKING:
    import moderngl

Doubles = NDArray[np.float64]

STAGE_MAP = 2048
"""Pixels along each side of the map of shade under what stands still."""
SHADOW_REACH_M = 1.5
"""Shadows of people so far outside the picture are drawn: they may reach into it."""
SIZES = 8
"""Framebuffers are kept for the sizes used last."""
MOVING_MAP = 1024
"""The same for people and props."""


class RendererError(RuntimeError):
    """Nothing can be rendered here, or not this."""


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """The stage alone as one view sees it, kept by the renderer that made it."""

    view: View
    drawn: moderngl.Framebuffer
    """Colour and depth, with all samples, without glass."""
    stage: int
    """Number of the stage, counted by the renderer."""


class Renderer:
    """OpenGL through EGL: needs no display, and no graphics card (Mesa's llvmpipe draws on the CPU).

    Not to be shared between threads; one may have several. Use it in a ``with`` block, or call :meth:`close`.
    """

    def __init__(self, samples: int = 4) -> None:
        """``samples`` a pixel, 0, 1, 2 or 4, smooth the edges.

        Raises :class:`RendererError` where no context can be made, ``ValueError`` for other ``samples``.
        """
        if samples not in SAMPLES:
            raise ValueError(f"{samples} samples a pixel: one of {', '.join(map(str, SAMPLES))}")
        self._samples = samples
        self._context = _context()
        with self._context as gl:
            gl.gc_mode = "context_gc"  # what Python drops is deleted while this context is current
            gl.front_face = "cw"  # rows run downwards, which mirrors every triangle
            gl.cull_face = "back"
            gl.depth_func = "<="
            self._programs = Programs(gl)
            self._pictures = Pictures(gl)
            self._noise = noise_texture(gl)
            self._figures = Figures(gl, self._programs)
            self._frame = gl.buffer(reserve=len(frame_block(_ANY_VIEW, Lighting())))
            background = self._programs.get("whole_vertex", "background_fragment")
            background["samples"] = SAMPLES[samples]
            self._background = gl.vertex_array(background, [])
            self._stage_shade = ShadeMap(gl, self._programs, STAGE_MAP)
            self._shade = ShadeMap(gl, self._programs, MOVING_MAP)
            self._things = Things(gl, self._programs, ())
        self._targets: OrderedDict[tuple[int, int], Target] = OrderedDict()
        self._lighting = Lighting()
        self._baked: dict[int, tuple[Thing, Baked]] = {}
        self._stage = 0

    def set_stage(self, stage: Stage) -> None:
        """Another stage: its things, pictures and lighting instead of those before.

        Pictures and things that were there before, the same objects, cost little. Raises ``ValueError`` for a
        picture that is not RGB ``uint8``, one that a thing names and the stage lacks, or more than 8 lamps.
        """
        if len(stage.lighting.lamps) > LAMPS:
            raise ValueError(f"{len(stage.lighting.lamps)} lamps: at most {LAMPS}")
        with self._context:
            self._pictures.replace(stage.pictures)
        if bool(stage.lighting.lamps) != bool(self._lighting.lamps):
            self._baked.clear()
        self._lighting = stage.lighting
        self.update_stage(stage.things)

    def update_stage(self, things: Sequence[Thing]) -> None:
        """Other things on the same stage. Those that were there before, the same objects, cost little."""
        with self._context as gl:
            self._baked = {id(thing): (thing, self._bake(thing)) for thing in things}
            self._things = Things(gl, self._programs, [piece for _, piece in self._baked.values()])
            self._stage += 1
            self._stage_shade.draw(under_things(things), self._things, (), self._figures, self._lighting)

    def backdrop(self, view: View) -> Backdrop:
        """The stage as the view sees it, to be handed to :meth:`render` until either of them changes."""
        with self._context as gl:
            clip = self._begin(view)
            drawn = sampled(gl, (view.width, view.height), self._samples)
            self._draw_stage(drawn, self._things.prepare(clip, eye_of(view)))
            return Backdrop(view, drawn, self._stage)

    def render(
        self,
        view: View,
        actors: Sequence[Actor] = (),
        props: Sequence[Thing] = (),
        backdrop: Backdrop | None = None,
    ) -> Rendered:
        """The stage with ``actors`` and ``props``; with a ``backdrop`` of this view it is not drawn again.

        Glass hides nothing: it leaves the depth of what is behind it. Raises :class:`RendererError` for a
        backdrop of another view, stage or renderer, ``ValueError`` for an actor with more than 24 bones or a
        prop whose picture the stage lacks.
        """
        with self._context as gl:
            clip = self._begin(view)
            eye = eye_of(view)
            drawn = self._target(view).drawn
            draws = self._things.prepare(clip, eye)
            if backdrop is None:
                self._draw_stage(drawn, draws)
            elif backdrop.drawn.ctx is not gl or backdrop.stage != self._stage:
                raise RendererError("the backdrop is of another renderer, or of a stage that is no more")
            elif not _same(backdrop.view, view):
                raise RendererError("the backdrop is of another view")
            else:
                gl.copy_framebuffer(drawn, backdrop.drawn)
            seen = in_view(clip, actors)
            extra = Things(gl, self._programs, [self._bake(prop) for prop in props])
            extra_draws = extra.prepare(clip, eye)
            shading = in_view(clip, actors, around=SHADOW_REACH_M)
            blobs = np.concatenate([under_things(props), under_actors(shading, self._figures)])
            self._shade.draw(blobs, extra, shading, self._figures, self._lighting)
            drawn.use()
            self._shade.lay(self._stage_shade)
            self._noise.use(NOISE_UNIT)
            gl.enable_only(gl.DEPTH_TEST | gl.CULL_FACE)
            extra.draw([draw for draw in extra_draws if not draw.kind.glass], self._pictures)
            self._figures.draw(seen)
            self._draw_glass(self._things, draws)
            self._draw_glass(extra, extra_draws)
            return self._target(view).read()

    def close(self) -> None:
        """Gives everything back. Nothing may be called afterwards."""
        self._context.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self, view: View) -> Doubles:
        self._context.gc()
        self._frame.write(frame_block(view, self._lighting))
        self._frame.bind_to_uniform_block(FRAME_UNIT)
        return clip_matrix(view)

    def _target(self, view: View) -> Target:
        size = view.width, view.height
        if size not in self._targets:
            self._targets[size] = Target(self._context, size, self._samples)
            if len(self._targets) > SIZES:
                self._targets.popitem(last=False)
        self._targets.move_to_end(size)
        return self._targets[size]

    def _bake(self, thing: Thing) -> Baked:
        """The thing's triangles, as they were if it is on the stage already."""
        if thing.surface.picture is not None and thing.surface.picture not in self._pictures:
            raise ValueError(f"the stage has no picture {thing.surface.picture!r}")
        kept = self._baked.get(id(thing))
        return baked(thing, lamps=bool(self._lighting.lamps)) if kept is None else kept[1]

    def _draw_stage(self, drawn: moderngl.Framebuffer, draws: Sequence[Draw]) -> None:
        gl = self._context
        drawn.use()
        drawn.clear(depth=1.0)
        self._noise.use(NOISE_UNIT)
        gl.enable_only(gl.DEPTH_TEST | gl.CULL_FACE)
        self._things.draw([draw for draw in draws if not draw.kind.glass], self._pictures)
        gl.enable_only(gl.DEPTH_TEST)
        self._background.render(vertices=3)
        self._stage_shade.lay()

    def _draw_glass(self, things: Things, draws: Sequence[Draw]) -> None:
        gl = self._context
        glass = [draw for draw in draws if draw.kind.glass]
        if not glass:
            return
        gl.enable_only(gl.DEPTH_TEST | gl.CULL_FACE | gl.BLEND)
        gl.blend_func = gl.ONE, gl.ONE_MINUS_SRC_ALPHA
        gl.fbo.depth_mask = False
        things.draw(glass, self._pictures)
        gl.fbo.depth_mask = True


def _same(a: View, b: View) -> bool:
    return (a.width, a.height) == (b.width, b.height) and all(
        np.array_equal(x, y) for x, y in ((a.k, b.k), (a.r, b.r), (a.t, b.t))
    )


_EGL: dict[str, Any] = {"backend": "egl"}
_ANY_VIEW = View(np.eye(3), np.eye(3), np.zeros(3), 1, 1)


def _context() -> moderngl.Context:
    try:
        from moderngl import create_standalone_context
    except ImportError as error:
        raise RendererError(
            "rendering needs moderngl: pip install openaisle[simulate] "
            "(and on Debian: apt install libegl1 libgl1-mesa-dri)"
        ) from error
    try:
        return create_standalone_context(require=330, **_EGL)
    except Exception as error:
        raise RendererError(
            f"no OpenGL 3.3 through EGL ({error}): on Debian apt install libegl1 libgl1-mesa-dri; "
            "moderngl and glcontext come with pip install openaisle[simulate]"
        ) from error
