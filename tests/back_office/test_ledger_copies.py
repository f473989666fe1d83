from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from console.back_office import Ledger, verify
from console.back_office import ledger_copies as copies
from console.back_office.audit import log
from console.back_office.ledger_copies import CopyError, SignIn, back_up, put_back
from console.back_office.operators import SignInError, sign_in
from console.back_office.permissions import NotAllowedError
from tests.back_office.people import PIN, crew
from tests.back_office.visits import closed, layout


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop" / "ledger.sqlite"
    with Ledger.open(path) as ledger:
        crew(ledger, "Sam")
        sell(ledger, 1, 2, 3)
    return path


def sell(ledger: Ledger, *numbers: int) -> None:
    for n in numbers:
        ledger.post_visit(closed(f"v{n}"), layout())


def signing(name: str, pin: str | None = None) -> SignIn:
    return lambda file: sign_in(file, name, pin or PIN[name], at=9_000.0, screen="test")


def names(folder: Path) -> set[str]:
    """But for what a reader leaves beside a ledger."""
    return {path.name for path in folder.iterdir() if path.suffix not in {".sqlite-wal", ".sqlite-shm"}}


def heads(path: Path) -> tuple[int, str]:
    with Ledger.open(path, read_only=True) as ledger:
        return ledger.head()


def test_a_copy_is_one_file_and_the_ledger_of_that_moment(shop: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    with Ledger.open(shop) as busy:
        sell(busy, 4)  # still in the write-ahead log
        head = busy.head()
        made = back_up(shop, tmp_path / "safe" / "copy.sqlite", on_progress=lambda *said: told.append(said))
        sell(busy, 5)
    copy = Path(made.file)
    assert [path.name for path in copy.parent.iterdir()] == ["copy.sqlite"]
    assert (made.documents, made.visits, made.head) == (4, 4, head[1])
    assert made.bytes == copy.stat().st_size
    assert (copy.stat().st_mode & 0o077) == 0 or os.name == "nt"
    assert heads(copy) == head
    assert told[0][0] == "copying"
    assert told[-1][1] == told[-1][2]
    copy.parent.chmod(0o555)  # read where nothing can be written: nothing is needed beside it
    try:
        with Ledger.open(copy, read_only=True) as ledger:
            assert verify(ledger).sound
    finally:
        copy.parent.chmod(0o755)


def test_a_folder_gives_the_copy_a_name(shop: Path, tmp_path: Path) -> None:
    made = Path(back_up(shop, tmp_path).file)
    assert made.parent == tmp_path
    assert made.name.startswith("shop-ledger-2")
    with pytest.raises(CopyError, match="is there already"):
        back_up(shop, made)
    with pytest.raises(CopyError, match="is there already"):
        back_up(shop, shop)


def test_a_copy_is_one_moment_though_others_write_meanwhile(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page at a time, and a sale between any two: it neither begins anew for ever nor mixes moments."""
    monkeypatch.setattr(copies, "PAGES", 1)
    sold = iter(range(10, 10_000))
    before = heads(shop)
    with Ledger.open(shop) as other:

        def sale(part: str, done: int, of: int) -> None:
            if part == "copying" and done % 8 == 0:
                sell(other, next(sold))

        made = back_up(shop, tmp_path / "copy.sqlite", on_progress=sale)
        assert other.head()[0] > before[0] + 3
    assert heads(Path(made.file)) == before


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_copy_that_is_stopped_leaves_nothing(shop: Path, tmp_path: Path, after: int) -> None:
    """By Ctrl-C at any step."""
    steps = iter(range(100))

    def stop(*_: object) -> None:
        if next(steps) == after:
            raise KeyboardInterrupt

    (tmp_path / "safe").mkdir()
    with pytest.raises(KeyboardInterrupt):
        back_up(shop, tmp_path / "safe" / "copy.sqlite", on_progress=stop)
    assert names(tmp_path / "safe") == set()


def test_a_ledger_that_was_changed_is_not_copied(shop: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(shop)) as db:
        db.execute("DROP TRIGGER document_no_update")
        db.execute("UPDATE document SET total = 1 WHERE number = 2")
        db.commit()
    with pytest.raises(CopyError, match="not as it was written: document R-000002"):
        back_up(shop, tmp_path / "copy.sqlite")
    assert names(tmp_path) == {"shop"}


def test_a_lost_ledger_is_there_again(shop: Path, tmp_path: Path) -> None:
    copy = Path(back_up(shop, tmp_path).file)
    kept = copy.read_bytes()
    for path in shop.parent.iterdir():
        path.unlink()
    done = put_back(copy, shop, signing("Mara"), at=9_000.0)
    assert (done.documents, done.moved_aside) == (3, "")
    assert copy.read_bytes() == kept
    with Ledger.open(shop) as ledger:
        sell(ledger, 4)
        assert verify(ledger).sound
        assert ledger.document(4) is not None
        line = next(line for line in log(ledger) if line.what == "put a copy of the ledger back")
        assert (line.who, line.at) == ("Mara", 9_000.0)
        assert done.head in line.why


def test_a_damaged_ledger_is_moved_aside(shop: Path, tmp_path: Path) -> None:
    copy = Path(back_up(shop, tmp_path).file)
    with shop.open("r+b") as file:
        file.write(b"\0" * 8_192)
    damaged = shop.read_bytes()
    done = put_back(copy, shop, signing("Mara"), at=1_795_738_000.0)
    assert done.moved_aside.endswith("ledger-until-20261127T000640Z.sqlite")
    assert Path(done.moved_aside).read_bytes() == damaged
    with Ledger.open(shop) as ledger:
        assert verify(ledger).sound


def test_later_documents_are_lost_only_when_that_is_said(shop: Path, tmp_path: Path) -> None:
    copy = Path(back_up(shop, tmp_path).file)
    with Ledger.open(shop) as ledger:
        sell(ledger, 4)
    with pytest.raises(CopyError, match=r"\(4 documents there, 3 in the copy\): they would be lost"):
        put_back(copy, shop, signing("Mara"), at=9_000.0)
    assert names(shop.parent) == {"ledger.sqlite"}
    done = put_back(copy, shop, signing("Mara"), at=9_000.0, older=True)
    with Ledger.open(Path(done.moved_aside)) as aside, Ledger.open(shop) as ledger:
        assert aside.document(4) is not None
        assert ledger.document(4) is None
        assert verify(ledger).sound
        assert verify(aside).sound


def test_an_older_ledger_gives_way_to_a_copy_that_goes_on(shop: Path, tmp_path: Path) -> None:
    early = Path(back_up(shop, tmp_path / "early.sqlite").file)
    with Ledger.open(shop) as ledger:
        sell(ledger, 4)
    late = Path(back_up(shop, tmp_path / "late.sqlite").file)
    put_back(late, early, signing("Mara"), at=9_000.0)
    with Ledger.open(early, read_only=True) as ledger:
        assert ledger.document(4) is not None


def test_a_ledger_in_use_is_not_replaced(shop: Path, tmp_path: Path) -> None:
    copy = Path(back_up(shop, tmp_path).file)
    with Ledger.open(shop) as engine:
        engine.head()
        with pytest.raises(CopyError, match=r"is in use: end the console and its engine first"):
            put_back(copy, shop, signing("Mara"), at=9_000.0)
        sell(engine, 4)
        assert verify(engine).sound
    assert names(shop.parent) == {"ledger.sqlite"}


def test_only_a_manager_of_the_copy_puts_it_back(shop: Path, tmp_path: Path) -> None:
    copy = Path(back_up(shop, tmp_path).file)
    was = heads(shop)
    with pytest.raises(CopyError, match="has operators: a manager of them puts it back"):
        put_back(copy, shop, None, at=9_000.0)
    with pytest.raises(NotAllowedError, match="Sam is staff and may not put a copy of the ledger back"):
        put_back(copy, shop, signing("Sam"), at=9_000.0)
    with pytest.raises(SignInError):
        put_back(copy, shop, signing("Mara", "000111"), at=9_000.0)
    assert heads(shop) == was
    assert names(shop.parent) == {"ledger.sqlite"}
    bare = tmp_path / "bare.sqlite"
    with Ledger.open(bare) as ledger:
        sell(ledger, 1)
    put_back(Path(back_up(bare, tmp_path / "b.sqlite").file), tmp_path / "new.sqlite", None, at=9_000.0)
    assert heads(tmp_path / "new.sqlite")[0] == heads(bare)[0] + 1


def _changed(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TRIGGER entry_no_update")
        db.execute("UPDATE entry SET body = replace(body, 'cola', 'gold') WHERE cause LIKE 'receipt:%'")
        db.commit()


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('openaisle', 'm999_future')")
        db.commit()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_changed, "is not as it was written: entry "),
        (_newer, "made by a newer version of this program"),
        (lambda path: path.write_bytes(path.read_bytes()[:9_000]), "copy.sqlite"),
        (lambda path: path.write_text("no ledger", encoding="utf-8"), "cannot be read as a ledger"),
        (lambda path: path.write_bytes(b""), "cannot be read as a ledger"),
        (Path.unlink, "there is no such file"),
    ],
)
def test_what_is_no_sound_copy_takes_nothings_place(
    shop: Path, tmp_path: Path, spoil: Callable[[Path], object], words: str
) -> None:
    copy = Path(back_up(shop, tmp_path / "copy.sqlite").file)
    was = heads(shop)
    spoil(copy)
    with pytest.raises(CopyError, match=words) as refused:
        put_back(copy, shop, signing("Mara"), at=9_000.0)
    assert str(copy) in str(refused.value)
    assert ".ledger.sqlite." not in str(refused.value)  # the half file's name says nothing to anybody
    assert heads(shop) == was
    assert names(shop.parent) == {"ledger.sqlite"}


@contextmanager
def posting(path: Path) -> Iterator[threading.Event]:
    """Somebody who sells all the time."""
    ended, began = threading.Event(), threading.Event()

    def work() -> None:
        with Ledger.open(path) as ledger:
            for n in range(100, 10_000):
                sell(ledger, n)
                began.set()
                if ended.is_set():
                    return

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert began.wait(60)
        yield ended
    finally:
        ended.set()
        thread.join()


def test_copies_while_a_shop_sells_are_sound(shop: Path, tmp_path: Path) -> None:
    with posting(shop):
        made = [back_up(shop, tmp_path / f"{n}.sqlite") for n in range(4)]
    assert [copy.entries for copy in made] == sorted(copy.entries for copy in made)
