"""Who reads what: actors, the sight of their role, and the audit.

Every read of personal data goes through `logged`, in the transaction that reads: when the log cannot be written,
nothing is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from litso.domain.scope import DOCUMENT, EVERYTHING, Scope
from litso.errors import BadUsage, Forbidden, NotFound
from litso.store import records, scope
from litso.store.database import Connection
from litso.store.judgements import SourceKey
from litso.usecases.masking import Sight

ADMINISTRATOR: Final = "administrator"
OPERATOR: Final = "operator"
STEWARD: Final = "steward"
ANALYST: Final = "analyst"
INTEGRATOR: Final = "integrator"
COMPLIANCE: Final = "compliance"
CONSUMER: Final = "consumer"
"""Of a program that reads its own part of the change feed and nothing else."""
COLLECTOR: Final = "collector"
"""Of a website or an app that sends what happens there and reads nothing."""
ASSISTANT: Final = "assistant"
"""Of a program that reads for a language model: always masked, and it says with every call why it asks."""
ROLES: Final = (ADMINISTRATOR, OPERATOR, STEWARD, ANALYST, INTEGRATOR, COMPLIANCE)

PURPOSES: Final = ("call", "identity", "request", "stewardship", "subject", "integration", "screening")
"""Why personal data may be shown as they are."""

_NO_DOCUMENTS: Final = ("call", "request")
"""Purposes that contacts serve and documents do not."""

ASSISTED: Final = f"{ASSISTANT}: "
"""Before the purpose of an assistant in the access log: what it read was masked."""

_INTEGRATION: Final = "integration"
_MAY: Final = MappingProxyType(
    {
        "read_parties": frozenset({ASSISTANT, ADMINISTRATOR, OPERATOR, STEWARD, INTEGRATOR, COMPLIANCE}),
        "read_accesses": frozenset({ADMINISTRATOR, STEWARD, INTEGRATOR, COMPLIANCE}),
        "read_audit": frozenset({ADMINISTRATOR, COMPLIANCE}),
        "reveal": frozenset({ADMINISTRATOR, OPERATOR, STEWARD, INTEGRATOR, COMPLIANCE}),
        "write_records": frozenset({ADMINISTRATOR, INTEGRATOR}),
        "write_records_in_background": frozenset({ADMINISTRATOR, INTEGRATOR}),
        "judge": frozenset({ADMINISTRATOR, STEWARD, INTEGRATOR}),
        "judge_many": frozenset({ADMINISTRATOR, STEWARD, INTEGRATOR}),
        "record_consents": frozenset({ADMINISTRATOR, OPERATOR, STEWARD, INTEGRATOR}),
        "tune": frozenset({ADMINISTRATOR, STEWARD, INTEGRATOR}),
        "read_changes": frozenset({ADMINISTRATOR, STEWARD, INTEGRATOR}),
        "read_sources": frozenset({ASSISTANT, ADMINISTRATOR, STEWARD, ANALYST, INTEGRATOR}),
        "decide_loads": frozenset({ADMINISTRATOR, STEWARD, INTEGRATOR}),
        "read_checks": frozenset({COMPLIANCE}),
        "manage_consumers": frozenset({ADMINISTRATOR, INTEGRATOR}),
        "consume": frozenset({CONSUMER}),
        "send_events": frozenset({ADMINISTRATOR, INTEGRATOR, COLLECTOR}),
        "connect_sources": frozenset({ADMINISTRATOR, INTEGRATOR}),
        "export": frozenset({ADMINISTRATOR, OPERATOR, STEWARD, INTEGRATOR, COMPLIANCE}),
        "approve_exports": frozenset({ADMINISTRATOR, COMPLIANCE}),
        "manage_people": frozenset({ADMINISTRATOR}),
        "rule_cases": frozenset({ADMINISTRATOR}),
    }
)


_WHOLE: Final = frozenset(
    {
        "tune", "read_changes", "read_sources", "decide_loads", "judge_many", "manage_consumers", "manage_people",
        "read_audit", "rule_cases", "approve_exports", "connect_sources", "send_events", "write_records_in_background",
    }
)  # fmt: skip
"""Rights over all parties at once: nobody with limits has them, whatever their role."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A named user or a program with a service token. `name` is what the audit says; `scope` limits it."""

    name: str
    role: str
    title: str = ""
    is_service: bool = False
    purpose: str = ""
    """Why it asks, as far as that is said of the call as a whole."""
    scope: Scope = EVERYTHING

    def may(self, right: str) -> bool:
        """Whether the role has a right, and the limits leave it."""
        return self.role in _MAY[right] and not (self.scope.is_limited and right in _WHOLE)


def demand(actor: Actor, right: str) -> None:
    """Forbidden unless the actor has the right."""
    if not actor.may(right):
        who = f"the role {actor.role}" if actor.role not in _MAY[right] else "an actor with limits"
        raise Forbidden(f"{who} has no right to {right.replace('_', ' ')}")


def demand_class(actor: Actor, field_class: str) -> None:
    """Forbidden when fields of a class are beyond the limits of the actor."""
    if not actor.scope.shows(field_class):
        raise Forbidden(f"fields of the class {field_class} are beyond your limits")


def seen(connection: Connection, actor: Actor, party_ids: Iterable[str]) -> set[str]:
    """Those of the parties that the actor may see: the first wall, told from its limits alone."""
    return scope.visible(connection, actor.scope, party_ids)


def demand_seen(connection: Connection, actor: Actor, *party_ids: str) -> None:
    """NotFound, as if they were not there, when one of the parties is beyond the limits of the actor."""
    if actor.scope.is_limited and not {*party_ids} <= seen(connection, actor, party_ids):
        raise NotFound("the party does not exist")


def seen_records(connection: Connection, actor: Actor, keys: Iterable[SourceKey]) -> set[SourceKey]:
    """Those of the records that are there and of parties that the actor may see."""
    found = {(one.source, one.source_id): one.party_id for one in records.find_many(connection, sorted(set(keys)))}
    if not actor.scope.is_limited:
        return set(found)
    parties = seen(connection, actor, {party for party in found.values() if party})
    return {key for key, party in found.items() if party in parties}


def demand_records(connection: Connection, actor: Actor, keys: Iterable[SourceKey]) -> None:
    """NotFound when one of the records is not there, or of a party beyond the limits of the actor."""
    wanted = set(keys)
    for source, source_id in sorted(wanted - seen_records(connection, actor, wanted)):
        raise NotFound(f"there is no record {source_id!r} in the source {source!r}")


def sight_of(actor: Actor, purpose: str | None) -> tuple[Sight, str]:
    """How much the actor sees for a purpose, within the limits of its classes, and the purpose that is logged.

    A program with the role of integrator always sees everything: it keeps the data of other systems right. An
    assistant always sees masked values.
    """
    if actor.role == ASSISTANT:
        return Sight.MASKED.within(actor.scope), why(actor, purpose)
    if purpose is not None and purpose not in PURPOSES:
        raise BadUsage(f"purpose must be one of: {', '.join(PURPOSES)}")
    if actor.is_service and actor.role == INTEGRATOR:
        return Sight.FULL.within(actor.scope), purpose or _INTEGRATION
    if purpose is None:
        return Sight.MASKED.within(actor.scope), ""
    demand(actor, "reveal")
    return sight_for(purpose).within(actor.scope), purpose


def sight_for(purpose: str) -> Sight:
    """How much a purpose shows; an empty one shows what is seen without any."""
    if not purpose:
        return Sight.MASKED
    return Sight(Sight.FULL.shown - {DOCUMENT}) if purpose in _NO_DOCUMENTS else Sight.FULL


def action_of(sight: Sight, purpose: str | None) -> str:
    """What the log calls the read of a golden record: a reveal, when a purpose shows more of it."""
    return "reveal" if purpose and sight.shown - Sight.MASKED.shown else "profile"


def why(actor: Actor, purpose: str | None = None) -> str:
    """What is logged as the purpose of a read that shows everybody the same; BadUsage for an assistant without one."""
    if actor.role != ASSISTANT:
        return ""
    asked = purpose or actor.purpose
    if asked not in PURPOSES:
        raise BadUsage(f"an assistant says why it asks, in the header Litso-Purpose: {', '.join(PURPOSES)}")
    return ASSISTED + asked
