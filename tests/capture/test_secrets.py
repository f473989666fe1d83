from __future__ import annotations

from collections.abc import Callable, Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, NoKeyringError, PasswordDeleteError

from inference.capture import (
    KeyringSecrets,
    MemorySecrets,
    SecretsUnavailableError,
    broker_key,
    camera_key,
)
from inference.capture.secrets import environment_name


class DictKeyring(KeyringBackend):
    """A keyring in memory."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring leaves it untyped
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError("no such password")
        del self.kept[service, username]


class BrokenKeyring(DictKeyring):
    """Raises the same error whatever it is asked."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self.error

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error

    def delete_password(self, service: str, username: str) -> None:
        raise self.error


@pytest.fixture
def use_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def test_keys_and_their_environment_names() -> None:
    assert camera_key("demo", "cam-1") == "camera/demo/cam-1"
    assert broker_key("demo") == "broker/demo"
    assert environment_name(camera_key("demo", "cam-1")) == "OPENAISLE_SECRET_CAMERA_DEMO_CAM_1"


def test_memory() -> None:
    secrets = MemorySecrets({"a": "1"})
    secrets.set("b", "2")
    secrets.delete("a")
    secrets.delete("never there")
    assert (secrets.get("a"), secrets.get("b")) == (None, "2")


@pytest.mark.usefixtures("use_keyring")
def test_the_keyring_keeps_and_forgets() -> None:
    backend = DictKeyring()
    keyring.set_keyring(backend)
    secrets = KeyringSecrets({})
    assert secrets.get("camera/demo/c") is None
    secrets.set("camera/demo/c", "hunter2")
    assert backend.kept == {("openaisle", "camera/demo/c"): "hunter2"}
    assert secrets.get("camera/demo/c") == "hunter2"
    secrets.delete("camera/demo/c")
    secrets.delete("camera/demo/c")
    assert secrets.get("camera/demo/c") is None


@pytest.mark.usefixtures("use_keyring")
def test_the_environment_comes_first_and_is_only_read() -> None:
    keyring.set_keyring(DictKeyring())
    environment = {"OPENAISLE_SECRET_BROKER_DEMO": "from outside"}
    secrets = KeyringSecrets(environment)
    secrets.set("broker/demo", "kept")
    assert secrets.get("broker/demo") == "from outside"
    assert environment == {"OPENAISLE_SECRET_BROKER_DEMO": "from outside"}


@pytest.mark.usefixtures("use_keyring")
def test_without_a_keyring_the_remedy_is_named() -> None:
    keyring.set_keyring(BrokenKeyring(NoKeyringError("no backend")))
    secrets = KeyringSecrets({"OPENAISLE_SECRET_BROKER_DEMO": "from outside"})
    assert secrets.get("broker/demo") == "from outside"
    acts: list[Callable[[], object]] = [
        lambda: secrets.get("camera/demo/c"),
        lambda: secrets.set("camera/demo/c", "hunter2"),
        lambda: secrets.delete("camera/demo/c"),
    ]
    for act in acts:
        with pytest.raises(SecretsUnavailableError, match="OPENAISLE_SECRET_CAMERA_DEMO_C") as caught:
            act()
        assert "no keyring" in str(caught.value)
        assert "hunter2" not in str(caught.value)


@pytest.mark.usefixtures("use_keyring")
def test_a_locked_keyring_says_so() -> None:
    keyring.set_keyring(BrokenKeyring(KeyringLocked("locked")))
    with pytest.raises(SecretsUnavailableError, match="locked"):
        KeyringSecrets({}).get("broker/demo")
