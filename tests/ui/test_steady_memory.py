"""Garbage is found in the window's thread, whoever made it."""

from __future__ import annotations

import gc
import threading

from pytestqt.qtbot import QtBot

from console.operations.steady_memory import steady_memory


class Knot:
    """Refers to itself, and tells in which thread it ended."""

    ended: list[threading.Thread] = []  # noqa: RUF012  # of all of them

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        self.ended.append(threading.current_thread())


def test_what_a_worker_leaves_is_found_by_the_window(qtbot: QtBot) -> None:
    Knot.ended.clear()
    before = gc.isenabled()
    with steady_memory():
        assert not gc.isenabled()
        worker = threading.Thread(target=lambda: [Knot() for _ in range(5000)])
        worker.start()
        worker.join()
        qtbot.waitUntil(lambda: len(Knot.ended) == 5000)
        assert set(Knot.ended) == {threading.main_thread()}
    assert gc.isenabled() == before
