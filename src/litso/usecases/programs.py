"""Programs that call the API, and their tokens: made, changed with two valid at once, revoked. The audit sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from litso.domain.scope import EVERYTHING, Scope
from litso.errors import BadUsage, Conflict
from litso.store import audit, users
from litso.store.database import Connection, Store
from litso.store.users import CONSUMER, GRACE, Service
from litso.usecases.access import Actor, demand
from litso.usecases.limiting import standard_scope

LIFE_DAYS: Final = 365
LONGEST_DAYS: Final = 3650
_MANAGE: Final = "manage_people"


def life_of(days: int) -> timedelta | None:
    """How long a token lives; None for 0 days: it does not expire. BadUsage for what is no number of days."""
    if not 0 <= days <= LONGEST_DAYS:
        raise BadUsage(f"a token lives 1 to {LONGEST_DAYS} days, or 0: for ever")
    return timedelta(days=days) if days else None


def list_programs(connection: Connection, actor: Actor) -> list[Service]:
    """Every program, by name, revoked ones too."""
    demand(actor, _MANAGE)
    return users.list_services(connection)


def issue(store: Store, actor: Actor, name: str, role: str, *, days: int = LIFE_DAYS, scope: Scope = EVERYTHING) -> str:
    """A token of a new program, with limits of what it sees, shown once; Conflict when the name is taken."""
    demand(actor, _MANAGE)
    if role not in users.SERVICE_ROLES:
        raise BadUsage(f"a role is one of {', '.join(users.SERVICE_ROLES)}")
    with store.transaction() as connection:
        audit.acting(connection, actor.name)
        return users.issue_service_token(connection, name, role, life=life_of(days), scope=standard_scope(scope))


def limit(store: Store, actor: Actor, name: str, scope: Scope) -> None:
    """Limit what a program sees; NotFound without one in force, Conflict for a consumer, whose limits are its own."""
    demand(actor, _MANAGE)
    with store.transaction() as connection:
        audit.acting(connection, actor.name)
        _no_consumer(connection, name)
        users.limit_service(connection, name, standard_scope(scope))


def rotate(store: Store, actor: Actor, name: str, *, days: int = LIFE_DAYS, grace: timedelta = GRACE) -> str:
    """A new token of a program, shown once; the former one stays valid for `grace`. NotFound without one in force."""
    demand(actor, _MANAGE)
    with store.transaction() as connection:
        audit.acting(connection, actor.name)
        _no_consumer(connection, name)
        return users.rotate_service_token(connection, name, life=life_of(days), grace=grace)


def revoke(store: Store, actor: Actor, name: str) -> None:
    """Shut a program out at once, with both its tokens; NotFound when none of this name is in force."""
    demand(actor, _MANAGE)
    with store.transaction() as connection:
        audit.acting(connection, actor.name)
        users.revoke_service(connection, name)


def _no_consumer(connection: Connection, name: str) -> None:
    if any(one.name == name and one.role == CONSUMER for one in users.list_services(connection)):
        raise Conflict("a consumer is changed where it is attached: litso consumer")
