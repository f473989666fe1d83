from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from console.printing.jobs import Job
from console.printing.printer_lock import printer_lock
from console.printing.queue import LOST, PrintQueue, QueueError


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "print.sqlite"


def body_of(copy: int) -> bytes:
    return b"copy %d" % copy


def test_a_job_goes_its_way_and_is_there_again_after_a_restart(path: Path) -> None:
    with PrintQueue.open(path) as queue:
        job = queue.add_document("counter", "R-000001", body_of)
        assert (job.state, job.what, job.copy, job.attempts) == ("queued", "R-000001", 0, 0)
    with PrintQueue.open(path) as queue:
        assert queue.jobs("queued") == [job]
        claimed = queue.claim("counter")
        assert claimed is not None
        assert (claimed.state, claimed.attempts, queue.body(job.id)) == ("printing", 1, b"copy 0")
        assert queue.claim("counter") is None
        queue.sending(claimed)
        done = queue.printed(claimed, confirmed=True)
        assert (done.state, done.confirmed) == ("printed", True)


def test_each_printer_has_its_own_jobs_oldest_first(path: Path) -> None:
    with PrintQueue.open(path) as queue:
        first, _, third = (queue.add(p, "test page", b"x") for p in ("a", "b", "a"))
        claimed = [queue.claim("a"), queue.claim("a"), queue.claim("a")]
        assert [job and job.id for job in claimed] == [first.id, third.id, None]
        assert [job.id for job in queue.jobs(printer="a")] == [third.id, first.id]


def test_an_original_is_given_once_and_copies_are_counted(path: Path) -> None:
    with PrintQueue.open(path) as queue:
        job = queue.add_document("a", "R-000001", body_of)
        with pytest.raises(QueueError, match="R-000001 is in the queue as job 1"):
            queue.add_document("a", "R-000001", body_of)
        queue.cancel(job.id)
        job = queue.add_document("a", "R-000001", body_of)  # nothing came of the first
        claimed = queue.claim("a")
        assert claimed is not None
        queue.sending(claimed)
        queue.printed(claimed, confirmed=False)
        with pytest.raises(QueueError, match="was printed; another one is a copy"):
            queue.add_document("a", "R-000001", body_of)
        copies = [queue.add_document("a", "R-000001", body_of, copy=True) for _ in range(2)]
        assert [(c.copy, c.what, queue.body(c.id)) for c in copies] == [
            (1, "R-000001 copy 1", b"copy 1"),
            (2, "R-000001 copy 2", b"copy 2"),
        ]
        assert queue.add_document("a", "R-000002", body_of, copy=True).copy == 1


def test_a_number_that_was_taken_before_is_the_copys_own(path: Path) -> None:
    with PrintQueue.open(path) as queue:
        taken = queue.next_copy("R-000001")
        other = queue.add_document("a", "R-000001", body_of, copy=True)
        mine = queue.add_document("a", "R-000001", body_of, given=taken)
        assert [(c.copy, c.what, queue.body(c.id)) for c in (mine, other)] == [
            (1, "R-000001 copy 1", b"copy 1"),
            (2, "R-000001 copy 2", b"copy 2"),
        ]
        assert queue.add_document("a", "R-000001", body_of).copy == 0  # the original is still to come


def test_an_original_that_may_have_printed_is_not_made_again_by_cancelling_it(path: Path) -> None:
    with PrintQueue.open(path) as queue:
        job = queue.add_document("a", "R-000001", body_of)
        claimed = queue.claim("a")
        assert claimed is not None
        queue.sending(claimed)
        queue.not_known(claimed, "power")
        queue.cancel(job.id)
        with pytest.raises(QueueError, match="another one is a copy"):
            queue.add_document("a", "R-000001", body_of)


def test_an_original_that_somebody_says_did_not_print_can_still_be_printed(path: Path) -> None:
    with PrintQueue.open(path) as queue:
        job = queue.add_document("a", "R-000001", body_of)
        claimed = queue.claim("a")
        assert claimed is not None
        queue.sending(claimed)
        queue.not_known(claimed, "power")
        queue.answer(job.id, printed=False)
        queue.cancel(job.id)
        assert queue.add_document("a", "R-000001", body_of).copy == 0


def test_copies_are_remembered_when_jobs_are_purged(path: Path) -> None:
    clock = Clock()
    with PrintQueue.open(path, clock) as queue:
        for copy in (False, True):
            queue.add_document("a", "R-000001", lambda n: b"secret words %d" % n, copy=copy)
            claimed = queue.claim("a")
            assert claimed is not None
            queue.sending(claimed)
            queue.printed(claimed, confirmed=True)
        waiting = queue.add("a", "test page", b"x")
        clock.now += 8 * 86_400
        assert queue.purge() == 2
        assert queue.jobs() == [waiting]
        assert queue.add_document("a", "R-000001", body_of, copy=True).copy == 2
        with pytest.raises(QueueError, match="another one is a copy"):
            queue.add_document("a", "R-000001", body_of)
    sqlite3.connect(path).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"secret words" not in path.read_bytes()


def test_what_a_dead_worker_left_is_settled_by_whether_bytes_had_left(path: Path) -> None:
    with PrintQueue.open(path) as queue:
        for _ in range(2):
            queue.add("a", "test page", b"x")
        first, second = queue.claim("a"), queue.claim("a")
        assert first is not None
        assert second is not None
        queue.sending(second)
    with PrintQueue.open(path) as queue:
        assert [(j.id, j.state, j.reason) for j in queue.settle("a")] == [
            (first.id, "queued", ""),
            (second.id, "unknown", LOST),
        ]
        assert queue.settle("a") == []


def test_only_a_person_makes_an_unknown_job_print_again(path: Path) -> None:
    with PrintQueue.open(path) as queue:
        for number in (1, 2):
            queue.add("a", "test page", b"x")
            claimed = queue.claim("a")
            assert claimed is not None
            queue.sending(claimed)
            queue.not_known(claimed, "lost")
            assert queue.claim("a") is None
            with pytest.raises(
                QueueError, match=f"print job {number} .* somebody must say whether it printed"
            ):
                queue.retry(number)
        assert queue.answer(1, printed=True).state == "printed"
        assert queue.answer(2, printed=False).state == "queued"
        again = queue.claim("a")
        assert again is not None
        assert (again.id, again.sent, again.attempts) == (2, False, 1)
        with pytest.raises(QueueError, match="is printed, and over"):
            queue.answer(1, printed=False)


def test_a_postponed_job_waits_and_can_be_tried_at_once(path: Path) -> None:
    clock = Clock()
    with PrintQueue.open(path, clock) as queue:
        job = queue.add("a", "test page", b"x")
        claimed = queue.claim("a")
        assert claimed is not None
        queue.postpone(claimed, "off", clock.now + 60)
        assert queue.claim("a") is None
        assert queue.retry(job.id).reason == ""
        claimed = queue.claim("a")
        assert claimed is not None
        queue.postpone(claimed, "off", clock.now + 60)
        clock.now += 61
        assert queue.claim("a") is not None


def test_errors_say_what_can_be_done(path: Path, tmp_path: Path) -> None:
    with PrintQueue.open(path) as queue:
        with pytest.raises(QueueError, match="there is no print job 7"):
            queue.cancel(7)
        queue.add("a", "test page", b"x")
        assert queue.cancel(1).state == "cancelled"
        with pytest.raises(QueueError, match="is cancelled, and over"):
            queue.cancel(1)
    (tmp_path / "text").write_text("this is not a database, it is a letter" * 30)
    with pytest.raises(QueueError, match="cannot be opened as a print queue"):
        PrintQueue.open(tmp_path / "text")


def test_a_damaged_file_is_an_error_with_a_remedy(path: Path) -> None:
    with PrintQueue.open(path) as queue:
        for _ in range(50):
            queue.add("a", "test page", bytes(5000))
        queue._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(QueueError, match=r"print\.sqlite"), PrintQueue.open(path) as queue:
        queue.jobs()


def test_a_full_disk_is_an_error_and_nothing_half_written(path: Path) -> None:
    with PrintQueue.open(path) as queue:
        queue.add("a", "test page", b"x")
        queue._db.execute("PRAGMA max_page_count = 1")
        with pytest.raises(QueueError, match=r"was not written .*full.*nothing was changed"):
            queue.add_document("a", "R-000001", lambda _: bytes(1_000_000))
        queue._db.execute("PRAGMA max_page_count = 1000000")
        assert [job.what for job in queue.jobs()] == ["test page"]
        assert queue.add_document("a", "R-000001", body_of).copy == 0


def test_one_worker_at_a_time(path: Path) -> None:
    with (
        printer_lock(path, "a") as first,
        printer_lock(path, "a") as second,
        printer_lock(path, "b") as other,
    ):
        assert (first, second, other) == (True, False, True)
    with printer_lock(path, "a") as again:
        assert again


def test_a_lock_that_cannot_be_made_is_no_reason_to_wait_in_silence(tmp_path: Path) -> None:
    (tmp_path / "print.sqlite.a.lock").mkdir()
    with (
        pytest.raises(QueueError, match="cannot be used as a lock"),
        printer_lock(tmp_path / "print.sqlite", "a"),
    ):
        pass


class Machine(RuleBasedStateMachine):
    """Jobs in any order, with the worker killed between any two steps: paper never comes out unasked."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "print.sqlite"
        self.queue = PrintQueue.open(self.path)
        self.claimed: Job | None = None
        self.sending = False
        self.paper: dict[int, int] = {}
        """How often each job's bytes left."""
        self.asked: dict[int, int] = {}
        """How often somebody wanted it: queued, or said that it did not print."""

    def teardown(self) -> None:
        self.queue.close()
        self.folder.cleanup()

    @rule(document=st.sampled_from(["R-1", "R-2"]), copy=st.booleans())
    def add(self, document: str, copy: bool) -> None:
        try:
            job = self.queue.add_document("a", document, body_of, copy=copy)
        except QueueError:
            assert not copy
        else:
            self.asked[job.id] = 1

    @precondition(lambda self: self.claimed is None)
    @rule()
    def claim(self) -> None:
        self.claimed = self.queue.claim("a")
        self.sending = False

    @precondition(lambda self: self.claimed is not None and not self.sending)
    @rule()
    def send(self) -> None:
        assert self.claimed is not None
        self.queue.sending(self.claimed)
        self.sending = True
        self.paper[self.claimed.id] = self.paper.get(self.claimed.id, 0) + 1

    @precondition(lambda self: self.claimed is not None)
    @rule(well=st.booleans())
    def end(self, well: bool) -> None:
        assert self.claimed is not None
        if self.sending:
            if well:
                self.queue.printed(self.claimed, confirmed=False)
            else:
                self.queue.not_known(self.claimed, "lost")
        elif well:
            self.queue.postpone(self.claimed, "off", 0.0)
        else:
            self.queue.failed(self.claimed, "off")
        self.claimed = None

    @rule()
    def kill(self) -> None:
        self.queue.close()
        self.queue = PrintQueue.open(self.path)
        with printer_lock(self.path, "a") as mine:
            assert mine
            self.queue.settle("a")
        self.claimed = None

    @rule(number=st.integers(1, 6), what=st.sampled_from(["yes", "no", "retry", "cancel"]))
    def person(self, number: int, what: str) -> None:
        try:
            if what in {"yes", "no"}:
                self.queue.answer(number, printed=what == "yes")
            elif what == "retry":
                self.queue.retry(number)
            else:
                self.queue.cancel(number)
        except QueueError:
            return
        if what == "no":
            self.asked[number] += 1

    @invariant()
    def nothing_prints_unasked(self) -> None:
        for number, times in self.paper.items():
            assert times <= self.asked[number]

    @invariant()
    def no_job_is_lost_and_one_original_is_out(self) -> None:
        jobs = self.queue.jobs()
        assert {job.id for job in jobs} == set(self.asked)
        for document in ("R-1", "R-2"):
            mine = [job for job in jobs if job.document == document]
            copies = [job.copy for job in mine if job.copy]
            assert len(copies) == len(set(copies))
            assert (
                len([j for j in mine if not j.copy and (j.id in self.paper or j.state != "cancelled")]) <= 1
            )


Machine.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestPrintQueue = Machine.TestCase
