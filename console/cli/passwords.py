"""``main.py password``: passwords of cameras and of the broker, in the system's keyring."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from console.cli.say import errors_in_words, fail, out
from inference.capture import KeyringSecrets, SecretsUnavailableError, broker_key, camera_key
from store_layout.model import StoreLayout
from store_layout.problems import StoreProblems
from store_layout.reader import read_store

app = typer.Typer(help="Keep the passwords of devices in the system's keyring.", no_args_is_help=True)

BROKER = "broker"
StoreOption = Annotated[Path, typer.Option("--store", help="Store folder.", show_default=False)]
DeviceArgument = Annotated[str, typer.Argument(help="Id of a camera, or 'broker'.", show_default=False)]


@app.command("set")
def set_password(device: DeviceArgument, store: StoreOption) -> None:
    """Ask for a device's password and keep it. From a pipe, one line is read."""
    with errors_in_words(StoreProblems, SecretsUnavailableError, OSError):
        key = _key(read_store(store), device)
        told = getpass(f"Password for {device}: ") if sys.stdin.isatty() else sys.stdin.readline()
        password = told.rstrip("\r\n")
        if not password:
            raise fail("no password was given; nothing was changed")
        KeyringSecrets().set(key, password)
    out.print(f"Kept in the keyring, for {device}", markup=False, highlight=False)


@app.command("forget")
def forget_password(device: DeviceArgument, store: StoreOption) -> None:
    """Take a device's password out of the keyring."""
    with errors_in_words(StoreProblems, SecretsUnavailableError, OSError):
        KeyringSecrets().delete(_key(read_store(store), device))
    out.print(f"The keyring holds no password for {device} now", markup=False, highlight=False)


@app.command("list")
def list_passwords(store: StoreOption) -> None:
    """Say which devices have a user name, and whether there is a password for it. Never the password."""
    with errors_in_words(StoreProblems, SecretsUnavailableError, OSError):
        layout = read_store(store)
        secrets = KeyringSecrets()
        rows = [(c.id, c.user) for c in layout.file.camera if c.user is not None]
        if layout.file.broker is not None and layout.file.broker.user is not None:
            rows.append((BROKER, layout.file.broker.user))
        table = Table("Device", "User", "Password", box=None)
        for device, user in rows:
            known = secrets.get(_key(layout, device)) is not None
            table.add_row(device, user, "kept" if known else "missing: main.py password set " + device)
    out.print(table if rows else "No device of this store has a user name.")


def _key(layout: StoreLayout, device: str) -> str:
    store = layout.file.store.id
    if device == BROKER:
        if layout.file.broker is None:
            raise fail("this store has no [broker]")
        return broker_key(store)
    if device not in layout.cameras:
        known = ", ".join([*layout.cameras, BROKER])
        raise fail(f"{device} is no camera of this store. Known: {known}")
    return camera_key(store, device)
