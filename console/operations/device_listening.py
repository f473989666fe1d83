"""Who speaks at the store's broker just now, for a form that adds a scale or a gate."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from console.operations.background import Background
from inference.capture import Secrets
from inference.capture.broker_listener import BrokerListener, Heard
from inference.capture.payloads import Topic
from inference.messages.said import Words
from store_layout.model import Broker

LOOK_MS = 250


class DeviceListening(QObject):
    """Listens while a form is open. The engine has its own connection and does not notice."""

    heard = Signal()
    """Somebody spoke, or the connection is otherwise."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background(self, workers=1)
        self._listener: BrokerListener | None = None
        self.devices: dict[Topic, Heard] = {}
        self.trouble: Words = ""
        self.connected = False
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether a connection is still being ended."""
        return self._background.busy

    def start(self, broker: Broker, store: str, secrets: Secrets, folder: Path | None) -> None:
        """Listen from now on; whatever was listened to before is over."""
        self.stop()
        listener = self._listener = BrokerListener(broker, store, secrets, folder)
        self._background.run(listener.start, lambda _: None, _raised)
        self._timer.start()

    def stop(self) -> None:
        """No more."""
        self._timer.stop()
        listener, self._listener = self._listener, None
        self.devices, self.trouble, self.connected = {}, "", False
        if listener is not None:
            self._background.run(listener.stop, lambda _: None, _raised)

    def close(self) -> None:
        """End the connection, and wait for that."""
        listener, self._listener = self._listener, None
        self._timer.stop()
        self._background.close()
        if listener is not None:
            listener.stop()

    def _look(self) -> None:
        listener = self._listener
        if listener is None:
            return
        now = (listener.heard(), listener.trouble, listener.connected)
        if now != (self.devices, self.trouble, self.connected):
            self.devices, self.trouble, self.connected = now
            self.heard.emit()


def _raised(error: Exception) -> None:
    raise error
