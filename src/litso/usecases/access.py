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
ASSISTANT: Final = "assistant"
"""Of a program that reads for a language model: always masked, and it says with every call why it asks."""
ROLES: Final = (ADMINISTRATOR, OPERATOR, STEWARD, ANALYST, INTEGRATOR, COMPLIANCE)

PURPOSES: Final = ("call", "identity", "request", "stewardship", "subject", "integration", "screening")
"""Why personal data may be shown in full."""

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
        "judge": frozenset({ADMINISTRATOR, STEWARD, INTEGRATOR}),
        "record_consents": frozenset({ADMINISTRATOR, OPERATOR, STEWARD, INTEGRATOR}),
        "tune": frozenset({ADMINISTRATOR, STEWARD, INTEGRATOR}),
        "read_changes": frozenset({ADMINISTRATOR, STEWARD, INTEGRATOR}),
        "read_sources": frozenset({ASSISTANT, ADMINISTRATOR, STEWARD, ANALYST, INTEGRATOR}),
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
    purpose: str = ""
    """Why it asks, as far as that is said of the call as a whole."""

    def may(self, right: str) -> bool:
        """Whether the role has a right."""
        return self.role in _MAY[right]


def demand(actor: Actor, right: str) -> None:
    """Forbidden unless the actor has the right."""
    if not actor.may(right):
        raise Forbidden(f"the role {actor.role} has no right to {right.replace('_', ' ')}")


def sight_of(actor: Actor, purpose: str | None) -> tuple[Sight, str]:
    """How much the actor sees for a purpose, and the purpose that is logged.

    A program with the role of integrator always sees everything: it keeps the data of other systems right. An
    assistant always sees masked values.
    """
    if actor.role == ASSISTANT:
        return Sight.MASKED, why(actor, purpose)
    if purpose is not None and purpose not in PURPOSES:
        raise BadUsage(f"purpose must be one of: {', '.join(PURPOSES)}")
    if actor.is_service and actor.role == INTEGRATOR:
        return Sight.FULL, purpose or _INTEGRATION
    if purpose is not None:
        demand(actor, "reveal")
        return Sight.FULL, purpose
    return Sight.MASKED, ""


def action_of(sight: Sight, purpose: str | None) -> str:
    """What the log calls the read of a golden record: a reveal, when it is shown in full because of a purpose."""
    return "reveal" if purpose and sight is Sight.FULL else "profile"


def why(actor: Actor, purpose: str | None = None) -> str:
    """What is logged as the purpose of a read that shows everybody the same; BadUsage for an assistant without one."""
    if actor.role != ASSISTANT:
        return ""
    asked = purpose or actor.purpose
    if asked not in PURPOSES:
        raise BadUsage(f"an assistant says why it asks, in the header Litso-Purpose: {', '.join(PURPOSES)}")
    return ASSISTED + asked
