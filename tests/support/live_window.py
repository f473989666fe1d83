"""A window over a play of a live store whose folder may be changed, with people who work there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel, QWidget

from console.back_office import Ledger, operators
from console.back_office.permissions import Actor
from console.widgets.signed_foot import SignedFoot
from console.window import MainWindow
from inference.messages.codec import settle_types
from store_layout.model import StoreLayout
from store_layout.reader import read_store
from store_layout.writer import write_store
from tests.back_office.people import PIN, crew
from tests.support.fake_engine import FakeEngine


def folder_of(layout: StoreLayout, place: Path) -> Path:
    """The layout as a store folder, every fixture with a name."""
    named = tuple(msgspec.structs.replace(f, name=f.name or f.id) for f in layout.file.fixture)
    file = msgspec.structs.replace(layout.file, fixture=named)
    write_store(msgspec.structs.replace(layout, file=file), place)
    return place


@contextmanager
def live_window(folder: Path, place: Path, engine: FakeEngine | None = None) -> Iterator[MainWindow]:
    """Mara, a manager, and Sam work there; ``place``: where ledger and state are."""
    layout = read_store(folder)
    settle_types()
    before, cheap = operators.hasher, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    operators.hasher = lambda: cheap
    try:
        with Ledger.open(place / "ledger.db") as file:
            crew(file, "Sam")
        made = MainWindow(
            layout,
            engine or FakeEngine(layout, 2, recording=False),
            place / "ledger.db",
            place / "state" / "window",
            layout_folder=folder,
            store_folder=folder,
        )
        made.session.take_over(Actor("Mara", "manager", "window"))
        made.show()
        made.activateWindow()
        try:
            yield made
        finally:
            made.close()
            made.deleteLater()
    finally:
        operators.hasher = before


def sign(foot: SignedFoot, name: str = "Mara", pin: str = "") -> None:
    """Type a PIN and Return, as a manager does."""
    foot.who.show_names([name], name)
    foot.who.pin.setFocus()
    QTest.keyClicks(foot.who.pin, pin or PIN[name])
    foot.sign()


def shown(window: QWidget, kind: type[QDialog]) -> QDialog:
    """The only dialog of this kind that is open."""
    found = [dialog for dialog in window.findChildren(kind) if dialog.isVisible()]
    assert len(found) == 1, found
    return found[0]


def closed(window: QWidget, kind: type[QDialog]) -> bool:
    """Whether none of this kind is open."""
    return not any(dialog.isVisible() for dialog in window.findChildren(kind))


def told(pane: QWidget) -> str:
    """All that can be read in it."""
    return " | ".join(f.text() for f in pane.findChildren(QLabel) if f.isVisible() and f.text())
