"""Growing delays of sign-ins that fail, kept in the store: they outlive restarts and all servers share them.

An attempt is counted before the password is looked at and forgiven when it succeeds, so that many at once gain nothing.
Three counts slow each other's guesses: of the account, of the address, and of both together. An address from which the
account signed in lately waits for its own failures alone: a stranger cannot shut a user out.
An unknown login is counted like a known one. Logins are kept as hashes: people type passwords into the wrong field.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from types import MappingProxyType
from typing import Final, NamedTuple

from litso.store.database import Connection, rows_of
from litso.store.queries import statements

ACCOUNT: Final = "account"
ADDRESS: Final = "address"
PAIR: Final = "pair"

TRUSTED: Final = timedelta(days=30)
"""How long an address is known as one from which the account signs in."""
KEPT: Final = timedelta(days=1)
_LONGEST: Final = 900.0
_MOST_DOUBLINGS: Final = 20


class Rule(NamedTuple):
    """free: failures without a delay. first: seconds of the first delay, which doubles with each more.

    forgotten: seconds after which one failure is forgotten.
    """

    free: int
    first: float
    forgotten: float


RULES: Final = MappingProxyType(
    {ACCOUNT: Rule(10, 5.0, 1800.0), ADDRESS: Rule(50, 5.0, 30.0), PAIR: Rule(5, 15.0, 600.0)}
)


class Held(NamedTuple):
    """An account or an address that has to wait, or had many failures lately."""

    kind: str
    key: str
    level: float
    until: datetime
    is_waiting: bool


class _Count(NamedTuple):
    kind: str
    key: str
    level: float
    elapsed: float  # seconds since the last failure
    wait: float  # seconds until the next attempt
    is_trusted: bool


def delay_seconds(rule: Rule, level: float) -> float:
    """How long to wait after a failure that brought the count to `level`."""
    over = round(level) - rule.free  # rounded: the seconds between five failures have forgotten a little already
    return 0.0 if over < 0 else min(_LONGEST, rule.first * 2.0 ** min(over, _MOST_DOUBLINGS))


def remaining(rule: Rule, level: float, elapsed: float) -> float:
    """The count after a time without failures, in seconds."""
    return max(0.0, level - elapsed / rule.forgotten)


def account_key(login: str) -> str:
    """The key of an account: a hash of its login."""
    return hashlib.sha256(login.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()


def address_key(address: str) -> str:
    """The key of an address. A subscriber has a whole /64 of IPv6 addresses: they count as one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:100]
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"


def charge(connection: Connection, login: str, address: str) -> float:
    """Count an attempt as if it had failed. Answers the seconds to wait; above 0 nothing was counted: do not try."""
    keys = _keys(login, address)
    connection.execute(statements("throttle")["ensure"], keys)
    counts = rows_of(connection, _Count, statements("throttle")["lock"], keys)
    is_trusted = any(one.is_trusted for one in counts if one.kind == PAIR)
    wait = max(one.wait for one in counts if one.kind == PAIR or not is_trusted)
    if wait > 0:
        return wait
    for one in counts:
        rule = RULES[one.kind]
        level = remaining(rule, one.level, one.elapsed) + 1
        row = {"kind": one.kind, "key": one.key, "level": level, "delay": delay_seconds(rule, level)}
        connection.execute(statements("throttle")["raise_level"], row)
    return 0.0


def forgive(connection: Connection, login: str, address: str, *, attempts: int = 1) -> None:
    """The attempts were those of the user: forget the failures of the account here, and trust the address for it.

    The address gets its own attempts back alone: else one valid account would pay for guesses at all others.
    """
    connection.execute(statements("throttle")["sweep"], {"kept": KEPT})
    parameters = {**_keys(login, address), "trusted": TRUSTED, "attempts": attempts}
    connection.execute(statements("throttle")["forgive"], parameters)


def release(connection: Connection, login: str) -> None:
    """Forget every failure of an account, by an administrator."""
    connection.execute(statements("throttle")["release"], {"key": account_key(login)})


def release_address(connection: Connection, address: str) -> bool:
    """Forget every failure of an address, by an administrator; whether there was any."""
    parameters = {"kind": ADDRESS, "key": address}
    return connection.execute(statements("throttle")["release_one"], parameters).rowcount == 1


def held(connection: Connection) -> list[Held]:
    """Accounts and addresses that have to wait now, the longest first."""
    return rows_of(connection, Held, statements("throttle")["held"])


def _keys(login: str, address: str) -> dict[str, object]:
    account, place = account_key(login), address_key(address)
    return {"kinds": [ACCOUNT, ADDRESS, PAIR], "keys": [account, place, f"{account} {place}"]}
