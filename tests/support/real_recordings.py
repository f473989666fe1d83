"""Makes recordings of the real data beside the checkout, for ``make bench``; prints its options.

``python -m tests.support.real_recordings FOLDER``; where there is no real data it prints nothing.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from inference.detection import add_model
from inference.recording.autocheckout import import_autocheckout
from tests.support import pets09
from tests.support.data import real_data


def options(target: Path) -> list[str]:
    """Convert what is there into ``target``, anew; the options for ``main.py bench``."""
    shutil.rmtree(target, ignore_errors=True)
    found: list[str] = []
    case, crowd, models = (real_data(name) for name in ("autocheckout-benchmark-1", "pets09", "models"))
    if case is not None:
        import_autocheckout(case, target / "autocheckout-benchmark-1")
        found += ["--with", str(target / "autocheckout-benchmark-1")]
    if crowd is not None and models is not None:
        found += ["--with", str(pets09.write_recording(crowd, target / "pets09"))]
        network = models / "yolox_nano_416x416.onnx"
        found += ["--detector", str(add_model(network, "yolox", target / "models", licence="Apache-2.0"))]
    return found


if __name__ == "__main__":
    sys.stdout.write(" ".join(options(Path(sys.argv[1]))))
