"""A process that makes pictures of a simulated store: ``python -m inference.engine.picture_process``.

Messages are msgpack after their length in four bytes: on stdin an :class:`Opening`, then an :class:`Ask` for
each picture; on stdout one :class:`Made` or :class:`Fault` for each. Pictures go through shared memory.
The process ends when its stdin does, so it does not outlive whoever asks.
"""

from __future__ import annotations

import importlib
import logging
import os
import signal
import sys
import time
from typing import IO

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.engine.shared_block import attach_block, bytes_of, remove_block
from inference.simulation.live.pictures import Moment, PictureMaker
from store_layout.model import StoreLayout

log = logging.getLogger(__name__)

LENGTH = 4
MODEST = 5
"""Steps of niceness: where cores are short, the engine goes first."""


class Opening(msgspec.Struct, frozen=True):
    """What is to be shown."""

    maker: str
    """``module:function`` that takes a layout and a seed and returns a ``PictureMaker``."""
    layout: StoreLayout
    seed: int
    block: str
    """Name of the shared memory, large enough for the largest camera."""


class Ask(msgspec.Struct, frozen=True):
    """A picture is wanted."""

    camera: str
    moment: Moment


class Made(msgspec.Struct, frozen=True, tag="made"):
    """It is in the shared memory: ``[height, width, 3]`` BGR from the first byte on."""

    height: int = 0
    width: int = 0
    took_s: float = 0.0


class Fault(msgspec.Struct, frozen=True, tag="fault"):
    """There is none; the text says why."""

    why: str


def send(pipe: IO[bytes], message: object) -> None:
    """Write one message. Raises ``OSError`` where nobody reads any more."""
    data = msgspec.msgpack.encode(message)
    pipe.write(len(data).to_bytes(LENGTH, "little") + data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """One message; None at the end."""
    head = pipe.read(LENGTH)
    if len(head) < LENGTH:
        return None
    length = int.from_bytes(head, "little")
    data = pipe.read(length)
    return data if len(data) == length else None


def main() -> int:
    """Serve until stdin ends."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to whoever asks; stdin then ends in order
    # Libraries print what they like: that must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    if hasattr(os, "nice"):
        os.nice(MODEST)
    asked = sys.stdin.buffer
    first = receive(asked)
    if first is None:
        return 0
    opening = msgspec.msgpack.decode(first, type=Opening)
    try:
        _serve(opening, asked, answers)
    except BrokenPipeError:
        log.info("nobody wants pictures any more")
    finally:
        remove_block(opening.block)  # whoever asked has done so, unless it was killed while this one opened
    return 0


def _serve(opening: Opening, asked: IO[bytes], answers: IO[bytes]) -> None:
    try:
        maker = _maker(opening)
    except Exception as error:  # whatever keeps a renderer from starting is told in its own words
        log.exception("no pictures can be made")
        send(answers, Fault(f"{type(error).__name__}: {error}"))
        return
    block = attach_block(opening.block)
    try:
        send(answers, Made())
        while (data := receive(asked)) is not None:
            ask = msgspec.msgpack.decode(data, type=Ask)
            began = time.perf_counter()
            try:
                picture = maker.picture(ask.camera, ask.moment)
            except Exception as error:  # one picture must not end the others
                log.exception("a picture of %s could not be made", ask.camera)
                send(answers, Fault(f"{type(error).__name__}: {error}"))
                continue
            height, width = _put(picture, bytes_of(block))
            send(answers, Made(height, width, time.perf_counter() - began))
    finally:
        block.close()
        maker.close()


def _maker(opening: Opening) -> PictureMaker:
    module, function = opening.maker.split(":")
    maker: PictureMaker = getattr(importlib.import_module(module), function)(opening.layout, opening.seed)
    return maker


def _put(picture: NDArray[np.uint8], memory: memoryview) -> tuple[int, int]:
    height, width = picture.shape[:2]
    target = np.frombuffer(memory, np.uint8, count=height * width * 3)
    target.reshape(height, width, 3)[:] = picture
    return height, width


if __name__ == "__main__":
    sys.exit(main())
