"""What can be done with the shelves themselves: add, change, remove; and take the last change back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget

from console.language import tr
from console.operations.fixture_drafts import full_slots, without_fixture
from console.operations.gondolas import Face
from console.operations.live_state import LiveState
from console.operations.operator_session import OperatorSession
from console.operations.shelving_drafts import followed
from console.operations.store_desk import StoreDesk
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_1
from console.widgets.fixture_form import FixtureForm
from console.widgets.shelving_form import ShelvingForm
from store_layout.model import Fixture


class ShelfTools(QWidget):
    """Of a live store only: a recording's and a simulated store's shelves are part of it."""

    def __init__(
        self,
        desk: StoreDesk,
        session: OperatorSession,
        state: LiveState,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._desk, self._state, self._appearance = desk, state, appearance
        self.button = QPushButton(tr("The shelf …"))
        self.button.setToolTip(tr("Add a shelf; change, rebuild or remove the chosen one"))
        self.menu = QMenu(self.button)
        self.button.setMenu(self.menu)
        self.undo = QPushButton()
        self.undo.setToolTip(tr("Put the store's file back as it was"))
        self.undo.setAccessibleName(tr("Take the last change back"))
        self.undo.clicked.connect(desk.undo)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_1)
        box.addWidget(self.undo)
        box.addWidget(self.button)
        desk.changed.connect(self.follow)
        self.follow()

    def offer(self, *actions: QAction) -> None:
        """What is in the menu."""
        self.menu.addActions(list(actions))

    @property
    def can_edit(self) -> bool:
        """Whether there is a store file that may be changed."""
        snapshot = self._state.snapshot
        return self._desk.folder is not None and snapshot is not None and snapshot.source.kind == "live"

    def follow(self) -> None:
        """What can be done now."""
        can, saved = self.can_edit, self._desk.undoable
        self.button.setVisible(can)
        self.undo.setVisible(can and saved is not None)
        if saved is not None:
            self.undo.setText(tr("Take back: {what}", what=saved.what))

    def add(self) -> None:
        """A new shelf."""
        if self.can_edit:
            self._open(None)

    def change(self, fixture: str) -> None:
        """Rename or move one."""
        known = self._desk.layout.fixtures.get(fixture)
        if known is not None and self.can_edit:
            self._open(known)

    def rebuild(self, face: Face | None, slot: str) -> None:
        """Divide and join slots, add, move and take out boards of a side."""
        known = None if face is None else self._desk.layout.fixtures.get(face.fixture.id)
        if face is not None and known is not None and self.can_edit:
            form = ShelvingForm(
                self._desk,
                self._session,
                self._state,
                followed(face, self._state.layout, self._desk.layout),
                slot=slot,
                appearance=self._appearance,
                parent=self,
            )
            form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            form.open()

    def remove(self, fixture: str) -> None:
        """Take one out, with its slots and scales; that can be taken back."""
        layout = self._desk.layout
        known = layout.fixtures.get(fixture)
        if known is None or not self.can_edit:
            return
        full = full_slots(layout, fixture)
        if full:
            slots = ", ".join(full[:4]) + (" …" if len(full) > 4 else "")
            self._desk.refused.emit(
                tr("{shelf} is not empty by the planogram: take the products out of {slots} first.",
                   shelf=known.name or known.id, slots=slots)
            )  # fmt: skip
            return
        self._desk.edit(
            lambda before: without_fixture(before, fixture),
            about=fixture,
            what="removed a shelf",
            said=tr("{device} is removed.", device=known.name or known.id),
        )

    def _open(self, fixture: Fixture | None) -> None:
        form = FixtureForm(self._desk, self._appearance, fixture, self)
        form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form.open()
