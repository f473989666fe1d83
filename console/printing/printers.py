"""The printers of this computer: what each is called, where it is, and what it can do. ``printers.toml``."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import msgspec

from console.language import tr
from console.printing.profiles import Confirmation, PrinterProfile, UnknownProfileError, profile_of

AddressKind = Literal["tcp", "serial", "usb", "file", "system"]
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
RAW_PORT = 9100
BAUD = 9600
EXAMPLES = (
    "tcp://192.168.1.50, serial:/dev/ttyUSB0?baud=38400, usb:04b8:0202, file:/dev/usb/lp0, or "
    "system:NAME for a printer of the operating system"
)


class PrintersError(ValueError):
    """A printer or its file is not as it should be; names it and the remedy."""


class Address(msgspec.Struct, frozen=True):
    """Where a printer is."""

    kind: AddressKind
    target: str
    """Host, device, path or the system's name of it; for USB ``vendor:product``, hexadecimal."""
    number: int = 0
    """TCP port, or baud of a serial line."""


class PrinterSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One printer."""

    name: str
    address: str
    profile: str = "80mm"
    confirmation: Confirmation | None = None
    """How it says that a job came out, where that is known better than from the profile."""

    def check(self) -> PrinterSettings:
        """Itself. Raises :class:`PrintersError`."""
        if not NAME.fullmatch(self.name):
            raise PrintersError(
                tr(
                    "{name} is no name for a printer: up to 32 of a-z, 0-9, - and _, the first of them a "
                    "letter or a figure",
                    name=repr(self.name),
                )
            )
        parse_address(self.address)
        try:
            profile_of(self.profile)
        except UnknownProfileError as error:
            raise PrintersError(tr("{name}: {error}", name=self.name, error=error)) from error
        return self

    @property
    def where(self) -> Address:
        """Its address, taken apart."""
        return parse_address(self.address)

    @property
    def model(self) -> PrinterProfile:
        """Its profile, with what is known better of this one."""
        profile = profile_of(self.profile)
        if self.confirmation is None:
            return profile
        return msgspec.structs.replace(profile, confirmation=self.confirmation)


class PrintersFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``printers.toml``: the first one is used where none is named."""

    printer: tuple[PrinterSettings, ...] = ()


def parse_address(text: str) -> Address:
    """Take an address apart. Raises :class:`PrintersError` with examples."""
    try:
        found = _address(text)
    except ValueError as error:
        raise PrintersError(
            tr(
                "{text_} is no address of a printer ({error}). Write {examples}",
                text_=repr(text),
                error=error,
                examples=EXAMPLES,
            )
        ) from error
    return found


def _address(text: str) -> Address:
    kind, colon, rest = text.partition(":")
    match kind:
        case "tcp":
            parts = urlsplit(text)
            if not parts.hostname or parts.path not in {"", "/"}:
                raise ValueError("a host is missing")
            return Address("tcp", parts.hostname, parts.port or RAW_PORT)
        case "serial":
            device, _, query = rest.partition("?")
            options = parse_qs(query, strict_parsing=bool(query))
            if not device or set(options) - {"baud"}:
                raise ValueError("a device is missing, or an option is not known")
            return Address("serial", device, int(options.get("baud", [str(BAUD)])[0]))
        case "usb":
            if not re.fullmatch(r"[0-9a-fA-F]{4}:[0-9a-fA-F]{4}", rest):
                raise ValueError("vendor and product are four hexadecimal figures each")
            return Address("usb", rest.lower())
        case "file" | "system" if colon:
            if kind == "file" and not rest:
                raise ValueError("a path is missing")
            return Address("file" if kind == "file" else "system", rest)
        case _:
            raise ValueError("it starts with no known kind")


def read_printers(path: Path) -> tuple[PrinterSettings, ...]:
    """All printers; none when there is no file. Raises :class:`PrintersError`."""
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=PrintersFile).printer
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PrintersError(
            tr("{path}: {error}. Mend it, or delete it and add the printers again", path=path, error=error)
        ) from error
    names = [printer.name for printer in found]
    for printer in found:
        printer.check()
        if names.count(printer.name) > 1:
            raise PrintersError(
                tr("{path}: two printers are called {name}; rename one", path=path, name=printer.name)
            )
    return found


def write_printers(path: Path, printers: tuple[PrinterSettings, ...]) -> None:
    """Write the file, whole or not at all. Raises :class:`PrintersError`."""
    text = msgspec.toml.encode({"printer": [_told(printer) for printer in printers]})
    made: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as new:
            made = Path(new.name)
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
        made.replace(path)
    except OSError as error:
        if made is not None:
            made.unlink(missing_ok=True)
        raise PrintersError(
            tr("{path}: cannot be written ({error}); nothing was changed", path=path, error=error)
        ) from error


def _told(printer: PrinterSettings) -> dict[str, str]:
    """TOML has no null: what is not said is left out."""
    return {key: value for key, value in msgspec.structs.asdict(printer.check()).items() if value is not None}


def choose(printers: tuple[PrinterSettings, ...], name: str | None) -> PrinterSettings:
    """The printer of that name; without one, the first. Raises :class:`PrintersError`."""
    if not printers:
        raise PrintersError(tr("there is no printer yet: main.py printers add NAME ADDRESS"))
    if name is None:
        return printers[0]
    for printer in printers:
        if printer.name == name:
            return printer
    known = ", ".join(printer.name for printer in printers)
    raise PrintersError(tr("there is no printer {name}. Known: {known}", name=repr(name), known=known))
