"""Which form is for which kind of device, and taking one out of the store's file."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from console.language import tr
from console.operations.device_desk import DeviceDesk
from console.operations.gate_drafts import without_gate
from console.operations.scale_drafts import without_scale
from console.theme.appearance import Appearance
from console.widgets.broker_form import BrokerForm
from console.widgets.camera_form import CameraForm
from console.widgets.gate_form import GateForm
from console.widgets.printer_form import PrinterForm
from console.widgets.scale_form import ScaleForm
from inference.messages.wire import DeviceKind

EDITABLE: tuple[DeviceKind, ...] = ("camera", "scale", "gate", "broker", "printer")
REMOVABLE: tuple[DeviceKind, ...] = ("camera", "scale", "gate", "printer")


def open_form(
    kind: DeviceKind, name: str, desk: DeviceDesk, appearance: Appearance, parent: QWidget
) -> QDialog | None:
    """The form of a device of the store's file; an empty name: of a new one. None: there is no such."""
    layout = desk.store.layout
    form: QDialog | None = None
    match kind:
        case "camera" if not name or name in layout.cameras:
            form = CameraForm(desk, appearance, layout.cameras.get(name), parent)
        case "scale" if not name or name in layout.scales:
            form = ScaleForm(desk, layout.scales.get(name), parent)
        case "gate" if not name or name in layout.gates:
            form = GateForm(desk, appearance, layout.gates.get(name), parent)
        case "broker":
            form = BrokerForm(desk, parent)
        case "printer":
            known = {printer.name: printer for printer in desk.printer_book.printers()}
            if not name or name in known:
                form = PrinterForm(desk, known.get(name), parent)
        case _:
            pass
    if form is not None:
        form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form.open()
    return form


def remove_device(kind: DeviceKind, name: str, desk: DeviceDesk) -> None:
    """Out of the store's file; that can be taken back."""
    said = tr("{device} is removed.", device=name)
    match kind:
        case "camera":
            desk.store.remove_camera(name)
        case "scale" if name in desk.store.layout.scales:
            desk.store.edit(
                lambda layout: without_scale(layout, name), about=name, what="removed a scale", said=said
            )
        case "printer":
            desk.printer_book.remove(name)
        case "gate" if name in desk.store.layout.gates:
            desk.store.edit(
                lambda layout: without_gate(layout, name), about=name, what="removed a gate", said=said
            )
        case _:
            pass
