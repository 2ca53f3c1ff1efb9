"""Accounts in debt whose debtor cannot be taken to court yet: what a court order must say of him is not known.

The list tells which needs are not met and which attributes are there, by name; it holds no document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from litso.domain.scope import FINANCE
from litso.errors import BadUsage
from litso.golden.writ import DEBTOR, demands_on, identifiers, lacking
from litso.store import audit, graph
from litso.store.database import Connection, beyond
from litso.store.graph import Debt, Lack
from litso.usecases.access import Actor, demand, demand_class, seen, why
from litso.usecases.graph import follow
from litso.usecases.relations import addresses

PAGE: Final = 50
_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Debtor:
    """An account in debt and its debtor. `lacks` are unmet needs, `has` attributes that meet one; `debt` in roubles."""

    account: str
    debt: Decimal
    address: str | None
    party_id: str | None
    name: str
    kind: str
    lacks: tuple[str, ...]
    has: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DebtorPage:
    """A page of debtors, the largest debt first; `after` continues it."""

    items: tuple[Debtor, ...]
    after: str | None


def needs() -> tuple[str, ...]:
    """What may be asked for as lacking today."""
    return (DEBTOR, *dict.fromkeys(one.need for one in demands_on(_today())))


def list_debtors(
    connection: Connection,
    actor: Actor,
    *,
    lacks: str | None = None,
    least: Decimal = Decimal(0),
    after: str | None = None,
    limit: int = PAGE,
) -> DebtorPage:
    """A page of debtors who lack something (anything the law demands of them, if `lacks` is None: all debtors).

    Each debtor named is logged. BadUsage for an unknown need or place.
    """
    demand(actor, "read_parties")
    demand_class(actor, FINANCE)
    with beyond(connection):
        follow(connection)
    found = _read(connection, lacks, least, after, limit)
    shown = _debtors(connection, _seen(connection, actor, found))
    for party in sorted({one.party_id for one in shown if one.party_id}):
        audit.write(
            connection, actor=actor.name, action="profile", party_id=party, fields=("debt",), purpose=why(actor)
        )
    return DebtorPage(shown, _place(found[-1]) if len(found) == limit else None)


def all_debtors(
    connection: Connection, actor: Actor, *, lacks: str | None = None, least: Decimal = Decimal(0)
) -> Iterator[Debtor]:
    """All debtors, as `list_debtors`, for an export, which writes into the audit whom it names."""
    demand(actor, "read_parties")
    demand_class(actor, FINANCE)
    with beyond(connection):
        follow(connection)
    after = None
    while True:
        found = _read(connection, lacks, least, after, _AT_ONCE)
        yield from _debtors(connection, _seen(connection, actor, found))
        if len(found) < _AT_ONCE:
            return
        after = _place(found[-1])


def _read(connection: Connection, lacks: str | None, least: Decimal, after: str | None, limit: int) -> list[Debt]:
    return graph.debts(connection, day=_today(), least=least, lack=_lack(lacks), after=_after(after), limit=limit)


def _seen(connection: Connection, actor: Actor, found: list[Debt]) -> list[Debt]:
    """With limits, the debts of parties that the actor may see; a debt of nobody known is nobody's to see."""
    if not actor.scope.is_limited:
        return found
    known = seen(connection, actor, {one.party_id for one in found if one.party_id})
    return [one for one in found if one.party_id in known]


def _lack(need: str | None) -> Lack | None:
    if need is None:
        return None
    if need == DEBTOR:
        return Lack(DEBTOR, "", ())
    for one in demands_on(_today()):
        if one.need == need:
            return Lack(one.need, one.kind, one.any_of)
    raise BadUsage(f"lacks must be one of: {', '.join(needs())}")


def _place(debt: Debt) -> str:
    return f"{debt.amount}/{debt.fact_id}/{debt.party_id or ''}"


def _after(place: str | None) -> tuple[Decimal, int, str] | None:
    if place is None:
        return None
    amount, _, rest = place.partition("/")
    fact_id, _, party = rest.partition("/")
    try:
        return Decimal(amount), int(fact_id), party
    except (ArithmeticError, ValueError):
        raise BadUsage("there is no such place in the list") from None


def _debtors(connection: Connection, found: list[Debt]) -> tuple[Debtor, ...]:
    lines = addresses(connection, (one.place for one in found if one.place))
    return tuple(_debtor(one, lines.get(one.place or "")) for one in found)


def _debtor(debt: Debt, address: str | None) -> Debtor:
    known = debt.party_id is not None
    return Debtor(
        account=debt.account,
        debt=debt.amount,
        address=address,
        party_id=debt.party_id,
        name=debt.name,
        kind=debt.kind,
        lacks=lacking(debt.kind, debt.golden_values, _today()) if known else (DEBTOR,),
        has=identifiers(debt.kind, debt.golden_values, _today()) if known else (),
    )


def _today() -> date:
    return datetime.now(UTC).date()
