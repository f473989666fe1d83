from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference.engine.appearance_memory import PHASE_RUNNING, AppearanceMemory
from inference.engine.pictures import PictureBoard, PictureReader, PictureWriter, remove_pictures, tile_of
from inference.engine.shared_block import attach_block, create_block, create_or_attach, remove_block
from inference.messages import Frame
from inference.messages.codec import Vectors

ROOT = Path(__file__).resolve().parents[2]

HAMMER = """
import sys, numpy as np
from inference.engine.pictures import PictureWriter
writer = PictureWriter(sys.argv[1])
print("ready", flush=True)
number = 0
while True:
    number += 1
    height, width = (360, 640) if number % 2 else (180, 320)
    writer.write(np.full((height, width, 4), number % 251, np.uint8))
"""


def vectors(*values: float) -> Vectors:
    return [np.asarray([v, v + 0.5], np.float32) for v in values]


def test_blocks_outlive_whoever_made_them(block_name: str) -> None:
    made = create_block(block_name, 100)
    with pytest.raises(FileExistsError):
        create_block(block_name, 100)
    made.close()
    attached = attach_block(block_name)
    attached.close()
    larger = create_or_attach(block_name, attached.size * 3)
    assert larger.size >= attached.size * 3
    larger.close()
    assert remove_block(block_name)
    assert not remove_block(block_name)
    with pytest.raises(FileNotFoundError):
        attach_block(block_name)


def test_no_tracker_process_is_started(block_name: str) -> None:
    script = (
        "import sys; from inference.engine.shared_block import create_block\n"
        "b = create_block(sys.argv[1], 64)\n"
        "b.close()\n"
        "from multiprocessing import resource_tracker as r; sys.exit(r._resource_tracker._pid is not None)"
    )
    subprocess.run([sys.executable, "-c", script, block_name], cwd=ROOT, check=True, timeout=30)
    attach_block(block_name).close()


def test_the_two_latest_checkpoints_find_their_vectors(memory: AppearanceMemory) -> None:
    memory.checkpoint(0, vectors(1))
    memory.note(3, vectors(3))
    memory.checkpoint(10, vectors(10, 11))
    memory.note(12, vectors(12, 12.25))
    memory.checkpoint(20, vectors(20))
    memory.note(21, [])
    memory.note(22, vectors(22))
    for count, base in ((10, vectors(10, 11)), (20, vectors(20))):
        found, entries = memory.recall(count)
        assert found is not None
        np.testing.assert_array_equal(found, base)
        assert sorted(entries) == [12, 22]
        np.testing.assert_array_equal(entries[12], vectors(12, 12.25))
    assert memory.recall(0)[0] is None


def test_another_process_finds_what_the_first_noted(memory: AppearanceMemory) -> None:
    memory.checkpoint(5, vectors(5))
    memory.note(6, vectors(6))
    memory.beat(PHASE_RUNNING)
    second = AppearanceMemory(memory.name, half_bytes=1_000_000)
    base, entries = second.recall(5)
    assert second.heartbeat == (1, PHASE_RUNNING)
    second.close()
    assert base is not None
    np.testing.assert_array_equal(base, vectors(5))
    np.testing.assert_array_equal(entries[6], vectors(6))


def test_a_full_half_asks_for_a_checkpoint(block_name: str) -> None:
    small = AppearanceMemory(block_name, half_bytes=400)
    small.checkpoint(0, [])
    number = 0
    while number < 100 and small.has_room:
        number += 1
        small.note(number, vectors(number))
    assert number < 100
    assert sorted(small.recall(0)[1]) == list(range(1, number))
    small.checkpoint(number, vectors(1))
    assert small.has_room
    small.forget()
    assert small.recall(number) == (None, {})
    small.remove()


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(garbage=st.binary(max_size=300))
def test_garbage_behind_the_valid_part_is_not_read(memory: AppearanceMemory, garbage: bytes) -> None:
    memory.forget()
    memory.checkpoint(1, vectors(1))
    memory.note(2, vectors(2))
    head = memory._heads[memory._current]
    at = memory._start_of(memory._current) + 32 + head[1]
    memory._bytes[at : at + len(garbage)] = garbage  # a kill between the bytes and their length
    base, entries = memory.recall(1)
    assert base is not None
    assert sorted(entries) == [2]
    memory.note(3, vectors(3))
    assert sorted(memory.recall(1)[1]) == [2, 3]


def test_pictures_are_never_torn(block_name: str) -> None:
    hammer = subprocess.Popen(
        [sys.executable, "-c", HAMMER, block_name], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert hammer.stdout is not None
    try:
        assert hammer.stdout.readline() == "ready\n"
        reader = PictureReader(block_name)
        values: set[int] = set()
        seen = 0
        until = time.monotonic() + 90
        while (seen < 400 or len(values) < 40) and time.monotonic() < until:
            picture = reader.read()
            if picture is None:
                continue
            seen += 1
            first = int(picture[0, 0, 0])
            assert (picture == first).all()
            values.add(first)
        reader.close()
    finally:
        hammer.kill()
        hammer.wait()
        hammer.stdout.close()
    assert seen >= 400
    assert len(values) >= 40


def test_a_writer_killed_in_the_middle_leaves_the_last_whole_picture(block_name: str) -> None:
    writer = PictureWriter(block_name)
    writer.write(np.full((4, 6, 4), 1, np.uint8))
    writer._words[4 + 4 * 0] = 2  # began the second picture, and died
    reader = PictureReader(block_name)
    picture = reader.read()
    assert picture is not None
    assert picture.shape == (4, 6, 4)
    writer.close()
    again = PictureWriter(block_name)
    again.write(np.full((2, 2, 4), 9, np.uint8))
    picture = reader.read()
    assert picture is not None
    assert picture.tolist() == np.full((2, 2, 4), 9).tolist()
    again.close()
    reader.close()


def test_the_board_scales_limits_the_rate_and_ends(block_name: str) -> None:
    now = [0.0]
    board = PictureBoard(block_name, clock=lambda: now[0])
    wide = np.zeros((1080, 1920, 3), np.uint8)
    wide[..., 2] = 200
    board.show(Frame("cam", 0, 5.0, wide))
    board.show(Frame("cam", 1, 5.01, wide))
    board.show(Frame("other", 0, 6.0, wide[:100, :100]))
    assert board.shown["cam"].t == 5.0
    assert (board.shown["cam"].width, board.shown["cam"].height) == (1920, 1080)
    now[0] = 0.1
    threads = [threading.Thread(target=board.show, args=(Frame("cam", i, 7.0, wide),)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert board.shown["cam"].t == 7.0
    reader = PictureReader(board.shown["cam"].name)
    picture = reader.read()
    assert picture is not None
    assert picture.shape == (360, 640, 4)
    assert picture[10, 10].tolist() == [0, 0, 200, 255]
    reader.close()
    board.close()
    board.show(Frame("third", 0, 8.0, wide))
    assert board.shown == {}
    remove_pictures(block_name)
    if Path("/dev/shm").is_dir():  # noqa: S108  # where Linux shows shared memory
        assert not list(Path("/dev/shm").glob(f"{block_name}*"))  # noqa: S108  # the same


@pytest.mark.parametrize(
    ("size", "tile"), [((1080, 1920), (360, 640)), ((48, 64), (48, 64)), ((1000, 500), (360, 180))]
)
def test_tiles_keep_their_shape(size: tuple[int, int], tile: tuple[int, int]) -> None:
    assert tile_of(np.zeros((*size, 3), np.uint8)).shape == (*tile, 4)
