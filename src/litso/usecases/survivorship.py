"""What decides which value wins: the active policy, the pins of the parties that are to be published, and the ages of
values whose place in the source one of ours has taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from litso.golden.pins import Pin
from litso.golden.policy import DEFAULT_POLICY, Policy
from litso.golden.records import DatesOf
from litso.store import pins, policies, writebacks
from litso.store.database import Connection
from litso.usecases.policy_files import parse_policy

_NO_PINS: Final[Mapping[str, Sequence[Pin]]] = MappingProxyType({})
_NO_DATES: Final[DatesOf] = MappingProxyType({})


class Survivorship(NamedTuple):
    """A policy, pins by party id, and ages of values that are not those of their records."""

    policy: Policy = DEFAULT_POLICY
    pins: Mapping[str, Sequence[Pin]] = _NO_PINS
    dates: DatesOf = _NO_DATES


SHIPPED: Final = Survivorship()


def in_force(connection: Connection, parties: Collection[str] | None = None) -> Survivorship:
    """The active policy, at first the shipped one, and the pins and ages of values of some parties or of all."""
    standing = policies.standing(connection)
    held: dict[str, list[Pin]] = {}
    for pin in pins.held(connection, parties) if standing.has_pins else ():
        if pin.party_id is not None:
            entry = Pin(pin.pin_id, pin.attribute, pin.value, pin.parts, pin.pinned_at)
            held.setdefault(pin.party_id, []).append(entry)
    dates = writebacks.dates(connection, parties) if standing.has_written else {}
    return Survivorship(_policy(connection, standing.policy_id), held, dates)


def active_policy(connection: Connection) -> Policy:
    """The active policy; at first the shipped one."""
    return _policy(connection, policies.find_active_id(connection))


def _policy(connection: Connection, policy_id: str | None) -> Policy:
    return DEFAULT_POLICY if policy_id is None else policy_by_id(connection, policy_id)


def policy_by_id(connection: Connection, policy_id: str) -> Policy:
    """A kept policy; a text is parsed once."""
    return _parsed(policies.get(connection, policy_id).content)


@lru_cache(maxsize=8)
def _parsed(content: str) -> Policy:
    return parse_policy(content, "the kept policy", None)
