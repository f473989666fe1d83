"""Import of a case of the CPS-IoT AutoCheckout competition (2020) as a store and a recording.

A case is a folder of JSON lines: ``plate_data.json``, ``full_targets.json``, ``planogram.json`` and
``products.json`` (``autocheckout_case``).

Frames, as found in the data and checked against it: planogram boxes are metres; a box spans
``[0, dim_x] x [0, dim_y] x [0, dim_z]`` in its own frame, which its ``global_coordinates`` turn about z and
move into the store. Gondolas 1 to 4 stand in a row along x with their open side at y = 0; shoppers walk at
y < 0. Skeletons are inches in the same frame: no more than a factor of 0.0254 is needed (at the one take of
the public case the right wrist is then 5 cm before the plate that lost the bottle).

The case has no gates. Where shoppers are first and last seen, gates are made, with signals at these times
(``autocheckout_store``).
"""

from __future__ import annotations

from pathlib import Path

from inference.recording.autocheckout_case import read_plates, read_skeletons, scale_of
from inference.recording.autocheckout_store import GATE_LEAD_S, gate_signals, sights_of, store_of
from inference.recording.format import RecordingError
from inference.recording.writer import RecordingWriter


def import_autocheckout(folder: Path, out: Path) -> None:
    """Turn a case into a recording in ``out``, with its store folder in ``out/store``.

    Raises :class:`RecordingError`, naming file and line, for a case that is not one, and for an ``out`` that
    is not empty.
    """
    plates = read_plates(folder / "plate_data.json")
    seen = read_skeletons(folder / "full_targets.json")
    if not plates or not any(s.items for s in seen.values()):
        raise RecordingError(f"{folder}: no plate data, or no shopper: nothing to import")
    sights = sights_of(seen)
    layout = store_of(folder, set(plates), sights)
    started = min(*seen, *(batches[0].t for batches in plates.values())) - 2 * GATE_LEAD_S
    note = "Imported from a CPS-IoT AutoCheckout case; gates were made where shoppers appear and disappear."
    with RecordingWriter(out, layout, started_at=started, recording_id=folder.name, note=note) as writer:
        for signal in gate_signals(layout, sights):
            writer.gate(signal)
        for skeletons in seen.values():
            writer.skeletons(skeletons)
        kept = (b for key, batches in plates.items() if scale_of(key) in layout.scales for b in batches)
        for batch in sorted(kept, key=lambda b: (b.t, b.scale)):
            writer.weights(batch)
