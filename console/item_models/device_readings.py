"""What a device of the store's file is for, and what it says now: to see at once that it is the right one."""

from __future__ import annotations

from console.item_models.shelf_words import fault_word, plain_grams
from console.language import tr
from console.operations.device_desk import DeviceDesk
from inference.messages.shelves import ScaleView
from inference.messages.wire import DeviceKind, DeviceStatus, Snapshot
from store_layout.model import GateKind, StoreLayout

MOST_SLOTS = 4


def gate_words(kind: GateKind) -> str:
    """Which way people go."""
    return {"both": tr("In and out"), "entry": tr("In only"), "exit": tr("Out only")}[kind]


def reading_words(device: DeviceStatus, snapshot: Snapshot | None, layout: StoreLayout) -> str:
    """In a sentence; empty where there is nothing to say."""
    match device.kind:
        case "scale":
            views = () if snapshot is None else snapshot.scales
            return _scale_words(device.device, {view.scale: view for view in views}, layout)
        case "gate" if device.device in layout.gates:
            gate = layout.gates[device.device]
            return f"{gate.name}: {gate_words(gate.kind)}."
        case _:
            return ""


def _scale_words(scale: str, views: dict[str, ScaleView], layout: StoreLayout) -> str:
    slots = layout.slots_of_scale.get(scale, ())
    goods = [
        layout.products[sku].name
        for slot in slots
        for sku in layout.skus_of_slot[slot.id]
        if sku in layout.products
    ]
    names = ", ".join(slot.id for slot in slots[:MOST_SLOTS]) + (" …" if len(slots) > MOST_SLOTS else "")
    told = []
    view = views.get(scale)
    if view is not None and view.t >= 0 and "silent" not in view.faults:
        told.append(tr("Says {grams} now", grams=plain_grams(view.level_g + view.zero_g)))
        told += [fault_word(fault) for fault in view.faults]
    if names:
        told.append(tr("under slot {slots}", slots=names))
    if goods:
        told.append(", ".join(dict.fromkeys(goods)))
    return f"{'; '.join(told)}." if told else ""


def all_devices(snapshot: Snapshot | None, desk: DeviceDesk, *, can_edit: bool) -> tuple[DeviceStatus, ...]:
    """The engine's, those in the file that it does not know yet, and the window's own."""
    own = (*desk.printers, *desk.models)
    if snapshot is None:
        return own
    known = {(device.kind, device.device) for device in snapshot.devices}
    file = desk.store.layout.file
    filed: list[tuple[DeviceKind, str]] = [
        *(("camera", camera.id) for camera in file.camera),
        *(("scale", scale.id) for scale in file.scale),
        *(("gate", gate.id) for gate in file.gate),
    ]
    if file.broker is not None:
        filed.append(("broker", "broker"))
    why = tr("It is in the store's file; the engine has not taken it over yet")
    new = (
        [DeviceStatus(name, kind, "off", 0.0, why=why) for kind, name in filed if (kind, name) not in known]
        if can_edit
        else []
    )
    return (*snapshot.devices, *new, *own)
