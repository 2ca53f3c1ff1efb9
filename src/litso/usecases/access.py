"""Who reads what: actors, the sight of their role, and the audit.

Every read of personal data goes through `logged`, in the transaction that reads: when the log cannot be written,
nothing is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from litso.errors import BadUsage, Forbidden
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
ROLES: Final = (ADMINISTRATOR, OPERATOR, STEWARD, ANALYST, INTEGRATOR, COMPLIANCE)

PURPOSES: Final = ("call", "identity", "request", "stewardship", "subject", "integration", "screening")
"""Why personal data may be shown in full."""

_INTEGRATION: Final = "integration"
_MAY: Final = MappingProxyType(
    {
        "read_parties": frozenset({ADMINISTRATOR, OPERATOR, STEWARD, INTEGRATOR, COMPLIANCE}),
        "read_accesses": frozenset({ADMINISTRATOR, STEWARD, INTEGRATOR, COMPLIANCE}),
        "read_audit": frozenset({ADMINISTRATOR, COMPLIANCE}),
        "reveal": frozenset({ADMINISTRATOR, OPERATOR, STEWARD, INTEGRATOR, COMPLIANCE}),
        "write_records": frozenset({ADMINISTRATOR, INTEGRATOR}),
        "judge": frozenset({ADMINISTRATOR, STEWARD, INTEGRATOR}),
        "record_consents": frozenset({ADMINISTRATOR, OPERATOR, STEWARD, INTEGRATOR}),
        "tune": frozenset({ADMINISTRATOR, STEWARD, INTEGRATOR}),
        "read_changes": frozenset({ADMINISTRATOR, STEWARD, INTEGRATOR}),
        "read_sources": frozenset({ADMINISTRATOR, STEWARD, ANALYST, INTEGRATOR}),
        "decide_loads": frozenset({ADMINISTRATOR, STEWARD, INTEGRATOR}),
        "read_checks": frozenset({COMPLIANCE}),
        "manage_consumers": frozenset({ADMINISTRATOR, INTEGRATOR}),
        "consume": frozenset({CONSUMER}),
        "send_events": frozenset({ADMINISTRATOR, INTEGRATOR, COLLECTOR}),
        "manage_people": frozenset({ADMINISTRATOR}),
        "rule_cases": frozenset({ADMINISTRATOR}),
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """A named user or a program with a service token. `name` is what the audit says."""

    name: str
    role: str
    title: str = ""
    is_service: bool = False

    def may(self, right: str) -> bool:
        """Whether the role has a right."""
        return self.role in _MAY[right]


def demand(actor: Actor, right: str) -> None:
    """Forbidden unless the actor has the right."""
    if not actor.may(right):
        raise Forbidden(f"the role {actor.role} has no right to {right.replace('_', ' ')}")


def sight_of(actor: Actor, purpose: str | None) -> tuple[Sight, str]:
    """How much the actor sees for a purpose, and the purpose that is logged.

    A program with the role of integrator always sees everything: it keeps the data of other systems right.
    """
    if purpose is not None and purpose not in PURPOSES:
        raise BadUsage(f"purpose must be one of: {', '.join(PURPOSES)}")
    if actor.is_service and actor.role == INTEGRATOR:
        return Sight.FULL, purpose or _INTEGRATION
    if purpose is not None:
        demand(actor, "reveal")
        return Sight.FULL, purpose
    return Sight.MASKED, ""
