from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from inference.capture import Mailbox


def test_the_newest_wins_and_the_dropped_are_counted() -> None:
    box: Mailbox[int] = Mailbox()
    assert box.put(1)
    assert not box.put(2)
    assert not box.put(3)
    assert box.take(0) == 3
    assert box.take(0) is None
    assert (box.dropped, box.received) == (2, 3)


def test_falsy_items_are_items() -> None:
    box: Mailbox[int] = Mailbox()
    box.put(0)
    assert box.take(0) == 0


def test_taking_waits_for_the_next() -> None:
    box: Mailbox[str] = Mailbox()
    later = threading.Timer(0.05, box.put, ("late",))
    later.start()
    assert box.take(60.0) == "late"
    later.join()


def test_closing_wakes_whoever_waits_and_keeps_what_is_there() -> None:
    box: Mailbox[int] = Mailbox()
    got: list[int | None] = []
    waiter = threading.Thread(target=lambda: got.append(box.take()))
    waiter.start()
    box.close()
    waiter.join(60.0)
    assert got == [None]

    full: Mailbox[int] = Mailbox()
    full.put(7)
    full.close()
    assert not full.put(8)
    assert full.take(0) == 7
    assert full.closed


@given(st.lists(st.one_of(st.integers(), st.none()), max_size=60))
def test_every_item_is_taken_or_counted_as_dropped(steps: list[int | None]) -> None:
    box: Mailbox[int] = Mailbox()
    put, taken = 0, 0
    newest: int | None = None
    for step in steps:
        if step is None:
            assert box.take(0) == newest
            taken += newest is not None
            newest = None
        else:
            box.put(step)
            put, newest = put + 1, step
    assert put == taken + box.dropped + (newest is not None)


def test_a_listener_hears_of_what_lies_there_and_of_all_that_comes() -> None:
    box: Mailbox[int] = Mailbox()
    heard: list[int | None] = []
    box.put(1)
    box.listen(lambda: heard.append(box.take(0)))  # it may take at once: no lock is held
    box.put(2)
    box.put(3)
    assert heard == [1, 2, 3]
    box.close()
    assert not box.put(4)
    assert heard == [1, 2, 3]
