"""What is known of the chosen device, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from console.item_models.devices import DeviceGroup, state_word, why_of
from console.language import tr
from console.language.sentences import in_words
from console.language.writing import decimal
from console.operations.health import TONE_OF_STATE
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from console.widgets.device_forms import EDITABLE, REMOVABLE
from console.widgets.labels import label, set_tone
from inference.messages.wire import DeviceStatus, Hold

HEIGHT = 84
"""Two lines under a heading: buttons come and go, and the table above must not jump."""
RESTARTABLE = ("camera", "scale", "gate", "broker")


class DeviceFoot(QWidget):
    """Words on the left; on the right the buttons of this kind of device."""

    reconnect_asked = Signal()
    edit_asked = Signal()
    remove_asked = Signal()
    hold_asked = Signal(str)
    """A gate: what it is to do."""
    print_asked = Signal()
    measure_asked = Signal()
    cancel_asked = Signal()
    use_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading, self._why = label("", "caption"), label("", "body", wrap=True)
        self._device: DeviceStatus | None = None
        self._measuring = ""
        self.reconnect = self._button(
            tr("Reconnect"),
            tr("Reconnect the chosen device"),
            tr("Drop the connection to the chosen device and make a new one now (Ctrl+R)"),
            self.reconnect_asked.emit,
        )
        self.edit = self._button(
            tr("Change …"),
            tr("Change the chosen device"),
            tr("Address, place, slots: what the store's file says of it (Ctrl+E)"),
            self.edit_asked.emit,
        )
        self.remove = self._button(
            tr("Remove"),
            tr("Remove the chosen device"),
            tr("Out of the store's file; that can be taken back (Ctrl+Del)"),
            self.remove_asked.emit,
        )
        self.holds: dict[Hold, QPushButton] = {
            "shut": self._button(
                tr("Let nobody in"),
                tr("Let nobody in at the chosen gate"),
                tr("Whoever is inside can leave as always (Ctrl+Shift+S)"),
                lambda: self.hold_asked.emit("shut"),
            ),
            "open": self._button(
                tr("Keep open"),
                tr("Keep the chosen gate open"),
                tr("Anybody can come in and leave (Ctrl+Shift+O)"),
                lambda: self.hold_asked.emit("open"),
            ),
            "free": self._button(
                tr("Let it work"),
                tr("Let the chosen gate do its work"),
                tr("It opens for whoever shows a card (Ctrl+Shift+F)"),
                lambda: self.hold_asked.emit("free"),
            ),
        }
        self.print = self._button(
            tr("Print a test receipt"),
            "",
            tr("Width, letters, logo, QR code and cutter (Ctrl+P)"),
            self.print_asked.emit,
        )
        self.measure = self._button(
            tr("Measure its speed"),
            "",
            tr("How many cameras this PC can run with it: takes some seconds (Ctrl+M)"),
            self._measure_or_cancel,
        )
        self.use = self._button(
            tr("Use it"), "", tr("It looks at the pictures when the engine has changed over (Ctrl+U)"),
            self.use_asked.emit,
        )  # fmt: skip
        self.progress = QProgressBar()
        self.progress.setAccessibleName(tr("How far the measurement is"))
        self.progress.setMaximumWidth(160)
        self.progress.setTextVisible(False)
        self.setMinimumHeight(HEIGHT)
        words = QVBoxLayout()
        words.setSpacing(SPACE_1)
        words.addWidget(self._heading)
        words.addWidget(self._why)
        box = QHBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        box.setSpacing(SPACE_2)
        box.addLayout(words, 1)
        for widget in (
            self.progress,
            *self.holds.values(),
            self.reconnect,
            self.remove,
            self.edit,
            self.print,
            self.measure,
            self.use,
        ):
            box.addWidget(widget)

    def show_chosen(
        self,
        chosen: DeviceStatus | DeviceGroup | None,
        *,
        can_edit: bool,
        measuring: str,
        reading: str = "",
    ) -> None:
        """Explain a device or a group of them.

        ``measuring``: the model that is being measured; ``reading``: what the device says now, in words.
        """
        device = chosen if isinstance(chosen, DeviceStatus) else None
        self._device, self._measuring = device, measuring
        kind = "" if device is None else device.kind
        restartable = kind in RESTARTABLE
        self.reconnect.setVisible(kind not in ("printer", "model", "gate"))
        self.reconnect.setEnabled(restartable)
        self.reconnect.setText(
            tr("Reconnect {device}", device=device.device)
            if device is not None and restartable
            else tr("Reconnect")
        )
        self.edit.setVisible(kind in EDITABLE)
        self.edit.setEnabled(can_edit)
        self.remove.setVisible(kind in REMOVABLE)
        self.remove.setEnabled(can_edit)
        for hold, button in self.holds.items():
            button.setVisible(kind == "gate")
            button.setEnabled(device is not None and (device.asked or device.held or "free") != hold)
        self.print.setVisible(kind == "printer")
        self.measure.setVisible(kind == "model")
        self.measure.setText(tr("Cancel") if measuring else tr("Measure its speed"))
        self.use.setVisible(kind == "model")
        self.use.setEnabled(can_edit and device is not None and device.state != "live" and not measuring)
        self.progress.setVisible(bool(measuring) and kind == "model")
        self._explain(chosen, reading)

    def show_progress(self, share: float) -> None:
        """How far the measurement is, 0 to 1."""
        self.progress.setValue(round(100 * share))

    # -- inside --------------------------------------------------------------------------------------

    def _explain(self, chosen: DeviceStatus | DeviceGroup | None, reading: str) -> None:
        if isinstance(chosen, DeviceGroup):
            heading, tone, text = f"{tr(chosen.title)}: {chosen.counts}", chosen.tone, ""
        elif chosen is None:
            heading, tone, text = tr("Choose a device to see why it is as it is"), "neutral", ""
        else:
            heading, tone = f"{chosen.device}: {state_word(chosen).lower()}", TONE_OF_STATE[chosen.state]
            text = f"{reading} {details(chosen)}".strip()
        self._heading.setText(heading)
        self._why.setText(text)
        set_tone(self._heading, tone)

    def _measure_or_cancel(self) -> None:
        (self.cancel_asked if self._measuring else self.measure_asked).emit()

    @staticmethod
    def _button(text: str, name: str, tip: str, clicked: Callable[[], object]) -> QPushButton:
        made = QPushButton(text)
        made.setToolTip(tip)
        if name:
            made.setAccessibleName(name)
        made.clicked.connect(clicked)
        return made


def details(device: DeviceStatus) -> str:
    """Why it is as it is, and what it has done."""
    told = why_of(device)
    why = f"{told}. " if told else ""
    error = f" {tr('Last error: {error}', error=in_words(device.last_error))}" if device.last_error else ""
    if device.kind in ("printer", "model"):
        return f"{why}{error}".strip()
    counted = tr(
        "{received} received, {dropped} dropped, {reconnects} reconnects.",
        received=decimal(device.received),
        dropped=decimal(device.dropped),
        reconnects=decimal(device.reconnects),
    )
    return f"{why}{counted}{error}"
