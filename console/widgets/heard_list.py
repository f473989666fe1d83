"""Who speaks at the broker just now, to see at once which device is meant, and to take its name over."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from console.item_models.shelf_words import plain_grams
from console.item_models.words import span
from console.language import tr, tr_n
from console.language.sentences import in_words
from console.operations.device_desk import DeviceDesk
from console.operations.health import Tone
from console.theme.fonts import sized
from console.theme.tokens import SPACE_1
from console.widgets.labels import label, set_tone
from inference.capture.broker_listener import Heard
from inference.capture.payloads import DeviceTopic, Topic

SILENT_S = 3.0
"""A scale that has said nothing for so long says nothing now."""
HIGH = 132


class HeardList(QWidget):
    """What the device of this name says now, and all of its kind that speak. Listens while it is shown."""

    picked = Signal(str)
    """A device was chosen from the list."""
    broker_asked = Signal()
    """There is none yet, and somebody wants to set it up."""

    def __init__(self, desk: DeviceDesk, kind: DeviceTopic, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._kind, self._name = desk, kind, ""
        self.now = label("", "body", wrap=True, name=tr("What it says now"))
        self.list = QListWidget()
        self.list.setAccessibleName(
            tr("Scales that speak now") if kind == "scale" else tr("Gates that have spoken")
        )
        self.list.setFixedHeight(sized(HIGH))
        self._caption = label("", "secondary", wrap=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_1)
        self.set_up = QPushButton(tr("Set up the broker …"))
        self.set_up.setAutoDefault(False)
        self.set_up.clicked.connect(self.broker_asked)
        box.addWidget(self.now)
        box.addWidget(self.set_up, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self._caption)
        box.addWidget(self.list)
        self.list.itemActivated.connect(self._pick)
        self.list.itemClicked.connect(self._pick)
        desk.listening.heard.connect(self.show_heard)

    def listen(self) -> None:
        """From now on; without a broker it is said what to do."""
        broker = self._desk.store.layout.file.broker
        if broker is not None:
            store = self._desk.store.layout.file.store.id
            self._desk.listening.start(broker, store, self._desk.store.secrets, self._desk.store.folder)
        self.show_heard()

    def stop(self) -> None:
        """No more."""
        self._desk.listening.stop()

    def look_for(self, name: str) -> None:
        """The device that the form is about."""
        self._name = name
        self.show_heard()

    def show_heard(self) -> None:
        """As it is now."""
        listening, layout = self._desk.listening, self._desk.store.layout
        heard = {t.device: h for t, h in listening.devices.items() if t.kind == self._kind}
        words, tone = self._now_words(heard.get(self._name))
        self.now.setText(words)
        set_tone(self.now, tone)
        known = layout.scales if self._kind == "scale" else layout.gates
        order = sorted(heard, key=lambda name: (name in known, name))
        self._caption.setText(
            tr_n("{n} speaks at the broker; choose it here:", "{n} speak at the broker; choose one here:",
                 len(order))
            if order
            else ""
        )  # fmt: skip
        self._caption.setVisible(bool(order))
        self.set_up.setVisible(layout.file.broker is None)
        self.list.setVisible(bool(order))
        if [self.list.item(i).data(Qt.ItemDataRole.UserRole) for i in range(self.list.count())] != order:
            self.list.clear()
            for name in order:
                item = QListWidgetItem()
                item.setData(Qt.ItemDataRole.UserRole, name)
                self.list.addItem(item)
        for row, name in enumerate(order):
            new = "" if name in known else f"  ·  {tr('new here')}"
            self.list.item(row).setText(f"{name}: {said_now(heard[name])}{new}")

    # -- inside --------------------------------------------------------------------------------------

    def _now_words(self, heard: Heard | None) -> tuple[str, Tone]:
        listening, broker = self._desk.listening, self._desk.store.layout.file.broker
        if broker is None:
            return tr("There is no broker yet through which it could speak: set it up first."), "waiting"
        if listening.trouble:
            return in_words(listening.trouble), "wrong"
        if not listening.connected:
            return tr("Connecting to the broker …"), "waiting"
        topic = Topic(self._kind, self._name)
        path = f"openaisle/{self._desk.store.layout.file.store.id}/{topic.kind}/{topic.device or '…'}"
        if heard is None:
            return tr("Nothing has come on {topic} yet.", topic=path), "waiting"
        if heard.problem:
            return tr("It speaks on {topic}, but not so that it can be understood: {why}", topic=path,
                      why=heard.problem), "wrong"  # fmt: skip
        ago = time.time() - heard.at
        if self._kind == "scale" and ago > SILENT_S:
            return tr("It has said nothing for {time}.", time=span(ago)), "waiting"
        if self._kind == "scale":
            return tr("{name} is saying {what} now.", name=self._name, what=said_now(heard)), "good"
        return tr(
            "{name} said {what}, {time} ago.", name=self._name, what=said_now(heard), time=span(ago)
        ), "good"

    def _pick(self, item: QListWidgetItem) -> None:
        self.picked.emit(item.data(Qt.ItemDataRole.UserRole))


def said_now(heard: Heard) -> str:
    """In a word or two."""
    if heard.problem:
        return tr("not understood")
    if heard.grams is not None:
        return plain_grams(heard.grams)
    if heard.passed:
        return tr("somebody came in") if heard.passed == "entry" else tr("somebody went out")
    return tr("something")
