"""Authenticators of users and their recovery codes.

The secret is sealed; recovery codes are kept as SHA-256, as they hold 80 random bits.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from litso.domain import totp
from litso.store.database import Connection, row_of
from litso.store.queries import statements
from litso.store.sealing import Box

RECOVERY_CODES: Final = 10
_CODE_BYTES: Final = 10
_GROUP: Final = 4


class SecondFactor(NamedTuple):
    """The authenticator of a user; `left` recovery codes are not used yet."""

    user_id: int
    confirmed_at: datetime
    left: int


def find(connection: Connection, user_id: int) -> SecondFactor | None:
    """The authenticator of a user that was confirmed."""
    return row_of(connection, SecondFactor, statements("second_factors")["find"], {"user_id": user_id})


def enrolled(connection: Connection) -> set[int]:
    """Users with an authenticator."""
    return {row[0] for row in connection.execute(statements("second_factors")["enrolled"]).fetchall()}


def begin(connection: Connection, box: Box, user_id: int) -> bytes:
    """The secret to enrol with: the one that was begun, else a new one. A confirmed one is left alone."""
    sealed = box.seal(totp.new_secret(), _place(user_id))
    connection.execute(statements("second_factors")["begin"], {"user_id": user_id, "secret": sealed})
    return _secret(connection, box, user_id)


def is_begun(connection: Connection, user_id: int) -> bool:
    """Whether an enrolment waits for its first code. Others who ask wait until the end of the transaction."""
    return connection.execute(statements("second_factors")["is_begun"], {"user_id": user_id}).fetchone() is not None


def confirm(connection: Connection, box: Box, user_id: int, code: str, seconds: float) -> list[str] | None:
    """Begin to demand the authenticator, once it has shown a right code; answers the recovery codes, shown once.

    None when the code is wrong or nothing was begun.
    """
    if not is_begun(connection, user_id):
        return None
    step = totp.find_step(_secret(connection, box, user_id), code, seconds)
    if step is None:
        return None
    connection.execute(statements("second_factors")["confirm"], {"user_id": user_id, "step": step})
    return renew_codes(connection, user_id)


def accept(connection: Connection, box: Box, user_id: int, code: str, seconds: float) -> bool:
    """Whether this is a code of the confirmed authenticator that nobody has used yet; it is used up by that."""
    if find(connection, user_id) is None:
        return False
    step = totp.find_step(_secret(connection, box, user_id), code, seconds)
    if step is None:
        return False
    parameters = {"user_id": user_id, "step": step}
    return connection.execute(statements("second_factors")["accept"], parameters).rowcount == 1


def recover(connection: Connection, user_id: int, code: str) -> bool:
    """Whether this is a recovery code of the user that was not used yet; it is used up by that."""
    parameters = {"user_id": user_id, "code_hash": _digest(code)}
    return connection.execute(statements("second_factors")["recover"], parameters).rowcount == 1


def renew_codes(connection: Connection, user_id: int) -> list[str]:
    """New recovery codes in place of all former ones."""
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    connection.execute(statements("second_factors")["drop_codes"], {"user_id": user_id})
    parameters = {"user_id": user_id, "hashes": [_digest(code) for code in codes]}
    connection.execute(statements("second_factors")["add_codes"], parameters)
    return codes


def remove(connection: Connection, user_id: int) -> bool:
    """Forget the authenticator and its codes; whether there was one."""
    return connection.execute(statements("second_factors")["remove"], {"user_id": user_id}).rowcount == 1


def _secret(connection: Connection, box: Box, user_id: int) -> bytes:
    [(sealed,)] = connection.execute(statements("second_factors")["secret"], {"user_id": user_id}).fetchall()
    return box.open(bytes(sealed), _place(user_id))


def _place(user_id: int) -> str:
    return f"second factor {user_id}"


def _new_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def _digest(code: str) -> bytes:
    letters: Sequence[str] = [character for character in code.lower() if character.isalnum()]
    return hashlib.sha256("".join(letters).encode()).digest()
