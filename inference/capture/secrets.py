"""Passwords of cameras and of the broker: in the operating system's keyring, never in the store folder.

Keys are ``camera/<store>/<camera>`` and ``broker/<store>``, under the service name ``openaisle``. A computer
without a desktop often has no keyring; there a service manager hands secrets over as environment variables.
:class:`KeyringSecrets` therefore looks into the environment first (``OPENAISLE_SECRET_`` and the key in
capitals, every other character an underscore: ``OPENAISLE_SECRET_CAMERA_DEMO_CAM_1``): what was set for this
process on purpose wins, and a locked keyring is not asked without need. The environment is only read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Protocol

from inference.messages.said import Said, said

SERVICE = "openaisle"
ENVIRONMENT_PREFIX = "OPENAISLE_SECRET_"


class SecretsUnavailableError(Exception):
    """There is no place for secrets here, or it is locked; the text says what to do."""


class Secrets(Protocol):
    """Where passwords are kept."""

    def get(self, key: str) -> str | None:
        """The secret, or None when there is none. Raises :class:`SecretsUnavailableError`."""

    def set(self, key: str, value: str) -> None:
        """Keep a secret. Raises :class:`SecretsUnavailableError`."""

    def delete(self, key: str) -> None:
        """Forget a secret; nothing happens when there is none. Raises :class:`SecretsUnavailableError`."""


def camera_key(store: str, camera: str) -> str:
    """Where the password of a camera is kept."""
    return f"camera/{store}/{camera}"


def broker_key(store: str) -> str:
    """Where the password for the broker is kept."""
    return f"broker/{store}"


def environment_name(key: str) -> str:
    """The environment variable that may hold the secret ``key``."""
    return ENVIRONMENT_PREFIX + re.sub(r"[^A-Za-z0-9]", "_", key).upper()


class MemorySecrets:
    """Secrets that die with the process: for tests, and for trying a password before it is kept."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._secrets = dict(secrets or {})

    def get(self, key: str) -> str | None:
        """The secret, or None."""
        return self._secrets.get(key)

    def set(self, key: str, value: str) -> None:
        """Keep a secret."""
        self._secrets[key] = value

    def delete(self, key: str) -> None:
        """Forget a secret."""
        self._secrets.pop(key, None)


class KeyringSecrets:
    """The operating system's keyring, with the environment before it (read only)."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        """``environment`` is the process's own unless given."""
        self._environment = os.environ if environment is None else environment

    def get(self, key: str) -> str | None:
        """The secret from the environment, else from the keyring, else None."""
        set_for_us = self._environment.get(environment_name(key))
        if set_for_us is not None:
            return set_for_us
        import keyring
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(SERVICE, key)
        except (KeyringError, RuntimeError, OSError) as error:
            raise SecretsUnavailableError(self._remedy(key, error)) from error

    def set(self, key: str, value: str) -> None:
        """Keep a secret in the keyring."""
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.set_password(SERVICE, key, value)
        except (KeyringError, RuntimeError, OSError) as error:
            raise SecretsUnavailableError(self._remedy(key, error)) from error

    def delete(self, key: str) -> None:
        """Forget a secret of the keyring; one in the environment stays."""
        import keyring
        from keyring.errors import KeyringError, PasswordDeleteError

        try:
            keyring.delete_password(SERVICE, key)
        except PasswordDeleteError:
            return
        except (KeyringError, RuntimeError, OSError) as error:
            raise SecretsUnavailableError(self._remedy(key, error)) from error

    @staticmethod
    def _remedy(key: str, error: Exception) -> Said:
        from keyring.errors import KeyringLocked, NoKeyringError

        variable = environment_name(key)
        match error:
            case NoKeyringError():
                return said(
                    "this computer has no keyring for passwords; install one (on Linux: gnome-keyring or "
                    "KWallet), or set the environment variable {variable} for the engine",
                    variable=variable,
                )
            case KeyringLocked():
                return said(
                    "the keyring is locked: log in on the desktop and unlock it, or set {variable}",
                    variable=variable,
                )
            case _:
                return said(
                    "the keyring did not answer ({name}); unlock it, or set {variable}",
                    name=type(error).__name__,
                    variable=variable,
                )
