"""Secrets that the program itself has to read again are sealed: a copy of the database alone tells nobody any of them.

AES-256-GCM with a key from a file beside the database, never in it. Each sealed value names its key, so that a new key
can be put first and the former ones stay below it, and is bound to its place: moved to another row it does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from litso.errors import Misconfigured
from litso.settings import Settings

OWN_KEY: Final = "secret.key"
"""Name of the key file that the embedded store makes for itself in LITSO_HOME."""

_FORMAT: Final = b"\x01"
_KEY_BYTES: Final = 32
_NAME_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_VARIABLE: Final = "LITSO_SECRET_KEY_FILE"


class Box:
    """Seals with its first key and opens what any of its keys sealed."""

    def __init__(self, keys: list[bytes]) -> None:
        self._first = _name(keys[0])
        self._ciphers = {_name(key): AESGCM(key) for key in keys}

    @property
    def names(self) -> list[str]:
        """Names of the keys, which tell nothing of them."""
        return sorted(name.hex() for name in self._ciphers)

    def seal(self, plain: bytes, place: str) -> bytes:
        """Seal a value for one place, such as `consumer 12`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[self._first].encrypt(nonce, plain, place.encode())
        return _FORMAT + self._first + nonce + sealed

    def open(self, sealed: bytes, place: str) -> bytes:
        """The value sealed for this place; Misconfigured when the key is another one or the value was tampered with."""
        name, rest = sealed[1 : 1 + _NAME_BYTES], sealed[1 + _NAME_BYTES :]
        cipher = self._ciphers.get(name)
        if sealed[:1] != _FORMAT or cipher is None:
            raise Misconfigured(f"{_VARIABLE} does not hold the key by which the secrets of the store were sealed")
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], place.encode())
        except InvalidTag:
            raise Misconfigured("a secret of the store was changed or moved: it does not open") from None


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"litso key " + key).digest()[:_NAME_BYTES]


def load_box(settings: Settings) -> Box:
    """The box of this installation; Misconfigured without a key. An embedded store makes its own key at first need."""
    if settings.secret_key_file is not None:
        return Box(_read(settings.secret_key_file))
    if settings.database_url is not None:
        raise Misconfigured(f"{_VARIABLE} is not set: it names a file with the key that seals secrets of the store")
    own = settings.home / OWN_KEY
    if not own.exists():
        _make(own)
    return Box(_read(own))


def is_available(settings: Settings) -> bool:
    """Whether there is, or can be, a key."""
    return settings.secret_key_file is not None or settings.database_url is None


def new_key() -> str:
    """A key as it stands in its file."""
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def _make(path: Path) -> None:
    """Write a new key for our eyes alone, unless another process was quicker. It appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(new_key() + "\n")
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _read(path: Path) -> list[bytes]:
    try:
        lines = path.read_text(encoding="ascii").split()
        keys = [base64.b64decode(line, validate=True) for line in lines]
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(f"{_VARIABLE}: the file cannot be read") from None
    except binascii.Error:
        keys = []
    if not keys or any(len(key) != _KEY_BYTES for key in keys):
        raise Misconfigured(f"{_VARIABLE} must hold keys of 32 bytes in base64, a line each: openssl rand -base64 32")
    return keys
