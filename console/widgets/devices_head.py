"""Over the table of devices: search and filter, what can be added or taken back, and a change on its way."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from console.language import tr
from console.operations.device_desk import DeviceDesk
from console.operations.store_takeover import StoreTakeover
from console.theme.appearance import Appearance
from console.theme.icons import Icon, icon
from console.theme.tokens import SPACE_2, SPACE_3
from console.widgets.labels import label
from console.widgets.takeover_bar import TakeoverBar


class DevicesHead(QWidget):
    """Search and buttons in one line; a second one only while the engine has not taken a change over."""

    def __init__(self, desk: DeviceDesk, takeover: StoreTakeover, appearance: Appearance) -> None:
        super().__init__()
        self._desk = desk
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search devices"))
        self.search.setAccessibleName(tr("Search devices"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(320)
        glass = self.search.addAction(
            icon(Icon.SEARCH, appearance.theme), QLineEdit.ActionPosition.LeadingPosition
        )
        appearance.changed.connect(lambda: glass.setIcon(icon(Icon.SEARCH, appearance.theme)))
        self.trouble_only = QPushButton(tr("Only those in trouble"))
        self.trouble_only.setCheckable(True)
        self.trouble_only.setAccessibleName(tr("Show only devices in trouble"))
        self.count = label("", "secondary")
        self.undo = QPushButton("")
        self.undo.setToolTip(tr("Put the store's file back as it was (Ctrl+Z)"))
        self.undo.setAccessibleName(tr("Take the last change back"))
        self.undo.hide()
        self.reload = QPushButton(tr("Read the store folder again"))
        self.reload.setToolTip(
            tr(
                "The engine takes over what was changed in the folder, and goes on with every cart "
                "(Ctrl+Shift+R). A folder with a mistake in it is refused, and nothing changes."
            )
        )
        self.add = QPushButton(tr("Add …"))
        self.add.setAccessibleName(tr("Add a device"))
        self.add.setToolTip(tr("A printer; of a live store also a camera, a scale, a gate, or the broker."))
        self.menu = QMenu(self.add)
        self.add.setMenu(self.menu)
        self.bar = TakeoverBar(takeover)
        self._lay_out()
        self.show_change()

    def show_change(self) -> None:
        """What can be taken back."""
        undoable = self._desk.store.undoable
        self.undo.setVisible(undoable is not None)
        if undoable is not None:
            self.undo.setText(tr("Take back: {what}", what=undoable.what))

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(SPACE_3)
        first.addWidget(self.search)
        first.addWidget(self.trouble_only)
        first.addStretch(1)
        for widget in (self.count, self.undo, self.reload, self.add):
            first.addWidget(widget)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_2)
        box.addLayout(first)
        box.addWidget(self.bar)
