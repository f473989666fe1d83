from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import msgspec
import pytest
from typer.testing import CliRunner

from console.cli.app import app
from inference.capture import KeyringSecrets, camera_key
from store_layout.model import Broker
from store_layout.writer import write_store
from tests.support.stores import small_store


class Drawer(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library's
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    before, mine = keyring.get_keyring(), Drawer()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    layout = small_store()
    camera = msgspec.structs.replace(layout.file.camera[0], url="rtsp://127.0.0.1/stream", user="viewer")
    file = msgspec.structs.replace(
        layout.file, camera=(camera, *layout.file.camera[1:]), broker=Broker(host="127.0.0.1", user="shop")
    )
    write_store(msgspec.structs.replace(layout, file=file), tmp_path / "store")
    return tmp_path / "store"


def test_a_password_goes_to_the_keyring_and_nowhere_else(store: Path, drawer: Drawer) -> None:
    camera, name = small_store().file.camera[0].id, small_store().file.store.id
    runner = CliRunner()
    before = {p: p.read_bytes() for p in store.iterdir()}
    listed = runner.invoke(app, ["password", "list", "--store", str(store)])
    assert listed.output.count("missing") == 2
    kept = runner.invoke(app, ["password", "set", camera, "--store", str(store)], input="s3cret\n")
    assert kept.exit_code == 0
    assert "s3cret" not in kept.output
    assert KeyringSecrets({}).get(camera_key(name, camera)) == "s3cret"
    assert {p: p.read_bytes() for p in store.iterdir()} == before
    assert runner.invoke(app, ["password", "list", "--store", str(store)]).output.count("missing") == 1
    assert runner.invoke(app, ["password", "forget", camera, "--store", str(store)]).exit_code == 0
    assert drawer.kept == {}


@pytest.mark.parametrize(
    ("device", "given", "part"), [("nobody", "x\n", "Known:"), ("broker", "\n", "no password")]
)
def test_what_cannot_be_kept_is_said(store: Path, drawer: Drawer, device: str, given: str, part: str) -> None:
    result = CliRunner().invoke(app, ["password", "set", device, "--store", str(store)], input=given)
    assert result.exit_code == 1
    assert part in result.output
    assert drawer.kept == {}
