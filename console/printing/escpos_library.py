"""python-escpos as it is used here, without what importing it does beside.

It sets up the root logger, and leaves a folder in the system's temporary folder with each start of a program.
"""

from __future__ import annotations

import logging
import shutil

_handlers = list(logging.root.handlers)

from escpos import capabilities  # noqa: E402 - the handlers before it are to be known
from escpos.escpos import Escpos  # noqa: E402
from escpos.exceptions import DeviceNotFoundError  # noqa: E402
from escpos.printer import Dummy, File, Network, Serial, Usb  # noqa: E402

for _handler in [h for h in logging.root.handlers if h not in _handlers]:
    logging.root.removeHandler(_handler)
shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)

Profile = capabilities.Profile

__all__ = ["DeviceNotFoundError", "Dummy", "Escpos", "File", "Network", "Profile", "Serial", "Usb"]
