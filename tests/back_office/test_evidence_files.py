from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from console.back_office import Ledger, verify
from console.back_office.audit import log
from console.back_office.corrections import Change
from console.back_office.disputes import DisputeError, decide, open_dispute
from console.back_office.evidence_files import EvidenceFileError, EvidenceFiles, attach_file
from console.back_office.permissions import Actor, NotAllowedError
from tests.back_office.people import crew
from tests.back_office.visits import closed, layout

AT = 2000.0
ONE_COLA = (Change(kind="remove", line=1, count=1),)


@pytest.fixture(name="people")
def _people(ledger: Ledger) -> dict[str, Actor]:
    ledger.post_visit(closed("v1"), layout())
    people = crew(ledger, "Sam")
    open_dispute(ledger, people["Sam"], 1, ONE_COLA, "damaged", at=AT, key="a")
    return people


@pytest.fixture(name="photo")
def _photo(tmp_path: Path) -> Path:
    photo = tmp_path / "photo of Jo Doe.jpg"
    photo.write_bytes(b"a dented can")
    return photo


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_file_itself_is_kept_once_and_read_back(
    ledger: Ledger, people: dict[str, Actor], photo: Path
) -> None:
    for _ in range(2):
        found = attach_file(ledger, people["Sam"], "R-000001/a", photo, at=AT)
    store = EvidenceFiles.of(ledger)
    photo.unlink()
    (piece,) = found.evidence
    assert piece.sha256 == hashlib.sha256(b"a dented can").hexdigest()
    assert store.read(piece.sha256) == b"a dented can"
    (kept,) = files_in(store.folder)
    if os.name == "posix":
        assert kept.stat().st_mode & 0o077 == 0
    assert "Jo Doe" not in " ".join(row.why + row.what for row in log(ledger))
    assert verify(ledger).sound


def test_what_was_changed_or_is_gone_is_not_shown(
    ledger: Ledger, people: dict[str, Actor], photo: Path
) -> None:
    sha256 = attach_file(ledger, people["Sam"], "R-000001/a", photo, at=AT).evidence[0].sha256
    store = EvidenceFiles.of(ledger)
    path = store.path(sha256)
    path.chmod(0o600)
    path.write_bytes(b"a perfect can")
    with pytest.raises(EvidenceFileError, match="is not what was attached: its hash is another one"):
        store.read(sha256)
    path.unlink()
    with pytest.raises(EvidenceFileError, match="is not there: it was purged"):
        store.read(sha256)


def test_what_cannot_be_kept_is_not_attached(
    ledger: Ledger,
    people: dict[str, Actor],
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sam, store = people["Sam"], EvidenceFiles.of(ledger)
    head = ledger.head()
    with pytest.raises(EvidenceFileError, match=r"nothing\.jpg was not kept in .* \(No such file"):
        attach_file(ledger, sam, "R-000001/a", tmp_path / "nothing.jpg", at=AT)
    monkeypatch.setattr("console.back_office.evidence_files.LARGEST", 5)
    with pytest.raises(EvidenceFileError, match=r"is larger than .* attach the part that matters"):
        attach_file(ledger, sam, "R-000001/a", photo, at=AT)
    monkeypatch.undo()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("console.back_office.evidence_files.os.fsync", full)
    with pytest.raises(EvidenceFileError, match=r"No space left on device.*nothing was attached"):
        attach_file(ledger, sam, "R-000001/a", photo, at=AT)
    monkeypatch.undo()
    assert files_in(store.folder) == []
    assert ledger.head() == head
    with pytest.raises(DisputeError, match="no dispute"):
        attach_file(ledger, sam, "R-000001/b", photo, at=AT)
    decide(ledger, people["Mara"], "R-000001/a", "declined", at=AT)
    with pytest.raises(DisputeError, match="was decided by Mara"):
        attach_file(ledger, sam, "R-000001/a", photo, at=AT)
    assert files_in(store.folder) == []
    nobody = Actor("Robot", "robot", "test")  # type: ignore[arg-type]  # a role that may nothing
    with pytest.raises(NotAllowedError):
        attach_file(ledger, nobody, "R-000001/a", photo, at=AT)


def test_what_a_crash_left_is_swept_when_it_is_not_fresh_any_more(
    ledger: Ledger, people: dict[str, Actor], photo: Path, tmp_path: Path
) -> None:
    named = attach_file(ledger, people["Sam"], "R-000001/a", photo, at=AT).evidence[0].sha256
    store = EvidenceFiles.of(ledger)
    photo.write_bytes(b"left by a crash")
    orphan = store.keep(photo)
    half = store.folder / ".half"
    half.write_bytes(b"half")
    for path in files_in(store.folder):
        os.utime(path, (AT, AT))
    assert store.sweep({named}, now=AT + 3000.0).files == 0
    assert store.sweep({named}, now=AT + 3700.0, dry_run=True).files == 2
    assert store.path(orphan).exists()
    swept = store.sweep({named}, now=AT + 3700.0)
    assert (swept.files, swept.size) == (2, len(b"left by a crash") + 4)
    assert files_in(store.folder) == [store.path(named)]
    assert store.discard(ledger, named) is False
