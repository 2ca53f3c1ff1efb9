"""Who is what to whom, as people and programs ask for it: roles of a party, an account or a premise with its people
over time, a household. Reads are logged, one entry a party that is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from litso.domain.record import ORGANIZATION, PERSON
from litso.domain.scope import FINANCE
from litso.errors import NotFound
from litso.golden.search import DOCUMENT, NAME, words
from litso.golden.ties import OWNER
from litso.standardize.account import account as standard_account
from litso.store import audit, facts, golden, graph
from litso.store.database import Connection, beyond
from litso.store.graph import Member, Role
from litso.usecases.access import Actor, demand, demand_seen, seen, why
from litso.usecases.graph import follow
from litso.usecases.profiles import source_titles

_FACTS: Final = 20


@dataclass(frozen=True, slots=True)
class Origin:
    """A source record that says so."""

    source: str
    source_title: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Related:
    """A role of a party. `until` is the first day on which it is over; `is_present` holds on the day asked for.

    `seen_from` is the first day on which a source speaks of it; `since` is null where none tells the beginning.
    """

    party_id: str
    name: str
    kind: str
    role: str
    account: str | None
    place: str | None
    address: str | None
    since: date | None
    until: date | None
    seen_from: date | None
    reason: str
    is_present: bool
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class HouseholdMember:
    """A member of a household; `reasons` say what binds it to the others."""

    party_id: str
    name: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Household:
    """Persons who live as one unit. It is no party: its members stay themselves."""

    household_id: str
    place: str
    address: str | None
    members: tuple[HouseholdMember, ...]


@dataclass(frozen=True, slots=True)
class Officer:
    """A person whom an organization names: a director, an owner. `party_id` where exactly one person is called so."""

    name: str
    role: str
    title: str | None
    since: date | None
    until: date | None
    party_id: str | None


@dataclass(frozen=True, slots=True)
class Branch:
    """An organization with the same ИНН and another КПП: tied, never merged."""

    party_id: str
    name: str
    kpp: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class Organization:
    """The card of an organization beside its golden record."""

    form: str | None
    inn: str | None
    kpp: str | None
    ogrn: str | None
    branches: tuple[Branch, ...]
    officers: tuple[Officer, ...]


@dataclass(frozen=True, slots=True)
class Headship:
    """An organization whose records name a person of this full name."""

    party_id: str
    name: str
    role: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Relations:
    """Everything that a party is to others. `organization` for an organization, `heads` for a person."""

    roles: tuple[Related, ...]
    household: Household | None
    organization: Organization | None
    heads: tuple[Headship, ...]


@dataclass(frozen=True, slots=True)
class AccountNumber:
    """Another number of an account (ЕЛС, ИЖКУ); `others` are accounts that have it too: a conflict."""

    number: str
    source_title: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An account with its people over time; `owed_by` are those who owed on the day asked for. Balance in roubles."""

    account: str
    numbers: tuple[AccountNumber, ...]
    on: date
    place: str | None
    address: str | None
    title: str | None
    status: str | None
    balance: Decimal | None
    owed_by: tuple[Related, ...]
    roles: tuple[Related, ...]

    @property
    def has_two_state_numbers(self) -> bool:
        """Whether the books give the account two different ЕЛС."""
        return len({one.number.partition("-")[0] for one in self.numbers}) > 1

    @property
    def has_conflict(self) -> bool:
        """Whether a number belongs to another account too, or two different ЕЛС to this one."""
        return self.has_two_state_numbers or any(one.others for one in self.numbers)


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """A premise with its people over time, its accounts and its households."""

    place: str
    address: str | None
    on: date
    accounts: tuple[str, ...]
    roles: tuple[Related, ...]
    households: tuple[Household, ...]


def read_relations(
    connection: Connection, actor: Actor, party_id: str, on: date | None = None, *, is_logged: bool = False
) -> Relations:
    """Roles, household, and the card of an organization, of a party by its present id.

    Everybody who is named is logged; the party itself is not where `is_logged` says that it is already.
    """
    demand(actor, "read_parties")
    demand_seen(connection, actor, party_id)
    with beyond(connection):
        follow(connection, [party_id])
    record = golden.get(connection, party_id)
    is_person = record.kind == PERSON
    found = Relations(
        roles=_related(connection, graph.roles_of_party(connection, party_id), on or _today()),
        household=_household_of(connection, actor, party_id) if is_person else None,
        organization=None if is_person else _organization(connection, actor, record),
        heads=_heads(connection, actor, record.name) if is_person else (),
    )
    named = {one.party_id for one in found.household.members} if found.household else set()
    named |= {one.party_id for one in found.organization.officers if one.party_id} if found.organization else set()
    _log(connection, actor, named - {party_id} if is_logged else named | {party_id})
    return found


def _heads(connection: Connection, actor: Actor, name: str) -> tuple[Headship, ...]:
    with beyond(connection):  # names are looked up by an index that row security could not use
        found = graph.headed_by(connection, name)
    known = seen(connection, actor, {one.party_id for one in found})
    return tuple(Headship(*one) for one in found if one.party_id in known)


def _organization(connection: Connection, actor: Actor, record: golden.Golden) -> Organization:
    values = record.golden_values
    officers = [_officer(connection, actor, one) for one in graph.stated_of_party(connection, record.party_id)]
    return Organization(
        form=values.get("opf"),
        inn=values.get("inn"),
        kpp=values.get("kpp"),
        ogrn=values.get("ogrn"),
        branches=_branches(connection, actor, record),
        officers=tuple(dict.fromkeys(officers)),
    )


def _officer(connection: Connection, actor: Actor, stated: graph.Stated) -> Officer:
    """The person meant is the only one of this full name; an initial or a second bearer of the name tells nobody."""
    parts = words(stated.name)
    namesakes = _named(connection, actor, [f"{NAME}:{part}" for part in parts], PERSON) if len(parts) > 2 else []
    exact = [one.party_id for one in namesakes if words(one.name) == parts]
    return Officer(
        name=stated.name,
        role=stated.role,
        title=stated.title,
        since=stated.since,
        until=stated.until,
        party_id=exact[0] if len(exact) == 1 else None,
    )


def _named(connection: Connection, actor: Actor, tokens: Sequence[str], kind: str) -> list[graph.Named]:
    """Parties that have the tokens, of those that the actor may see."""
    with beyond(connection):  # as in search: row security could not use the index
        found = graph.find_by_tokens(connection, tokens, kind)
    known = seen(connection, actor, [one.party_id for one in found])
    return [one for one in found if one.party_id in known]


def officers_known(connection: Connection, actor: Actor, party_id: str) -> list[golden.Golden]:
    """Persons of the base whom an organization names as directors or owners and who alone have that full name."""
    told = [one for one in graph.stated_of_party(connection, party_id) if one.until is None]
    stated = [_officer(connection, actor, one) for one in told]
    return list(golden.find_many(connection, sorted({one.party_id for one in stated if one.party_id})).values())


def _branches(connection: Connection, actor: Actor, record: golden.Golden) -> tuple[Branch, ...]:
    inn, kpp = record.golden_values.get("inn"), record.golden_values.get("kpp")
    if not inn:
        return ()
    alike = _named(connection, actor, [f"{DOCUMENT}:{inn}"], ORGANIZATION)
    return tuple(
        Branch(one.party_id, one.name, one.golden_values.get("kpp"), one.golden_values.get("address"))
        for one in alike
        if one.party_id != record.party_id
        and one.golden_values.get("inn") == inn
        and one.golden_values.get("kpp") != kpp
    )


def _household_of(connection: Connection, actor: Actor, party_id: str) -> Household | None:
    """The household of a party; None when nobody knows where it lives."""
    found = _households(connection, _seen_members(connection, actor, graph.household_of(connection, party_id)))
    return found[0] if found else None


def _seen_members(connection: Connection, actor: Actor, members: Sequence[Member]) -> list[Member]:
    known = seen(connection, actor, {one.party_id for one in members})
    return [one for one in members if one.party_id in known]


def _seen_roles(connection: Connection, actor: Actor, found: Sequence[Role]) -> list[Role]:
    known = seen(connection, actor, {one.party_id for one in found})
    return [one for one in found if one.party_id in known]


def read_account(connection: Connection, actor: Actor, number: str, on: date | None = None) -> AccountCard:
    """An account by its number, however written; NotFound when no source knows it."""
    demand(actor, "read_parties")
    with beyond(connection):
        follow(connection)
    given = standard_account(number).value or number
    account = graph.meant(connection, [given]).get(given, given)
    day = on or _today()
    found = _seen_roles(connection, actor, graph.roles_of_account(connection, [account]))
    numbers = graph.numbers_of(connection, account)
    known = facts.of_accounts(connection, [account, *(one.alias for one in numbers)], limit=_FACTS)
    if not found and (not known or actor.scope.is_limited):
        raise NotFound("no source knows such an account")
    _log(connection, actor, [one.party_id for one in found])
    roles = _related(connection, found, day)
    titles = source_titles(connection)
    stated = next((fact for fact in known if fact.kind == "account"), None)
    place = next((one.place for one in roles if one.place), None)
    return AccountCard(
        account=account,
        numbers=tuple(
            AccountNumber(one.alias, titles.get(one.source, one.source), tuple(one.others)) for one in numbers
        ),
        on=day,
        place=place,
        address=next((one.address for one in roles if one.place), None),
        title=stated.title if stated else None,
        status=stated.status if stated else None,
        balance=stated.amount if stated and actor.scope.shows(FINANCE) else None,
        owed_by=tuple(one for one in roles if one.role == OWNER and one.is_present),
        roles=roles,
    )


def read_place(connection: Connection, actor: Actor, place: str, on: date | None = None) -> PlaceCard:
    """A premise by its key; NotFound when nobody was ever anything there."""
    demand(actor, "read_parties")
    with beyond(connection):
        follow(connection)
    day = on or _today()
    found = _seen_roles(connection, actor, graph.roles_of_place(connection, place))
    if not found:
        raise NotFound("no source knows anybody at such a premise")
    members = _seen_members(connection, actor, graph.households_at(connection, place))
    _log(connection, actor, [*(one.party_id for one in found), *(one.party_id for one in members)])
    roles = _related(connection, found, day)
    return PlaceCard(
        place=place,
        address=roles[0].address,
        on=day,
        accounts=tuple(sorted({one.account for one in roles if one.account})),
        roles=roles,
        households=_households(connection, members),
    )


def _today() -> date:
    return datetime.now(UTC).date()


def _log(connection: Connection, actor: Actor, party_ids: Iterable[str]) -> None:
    for party_id in sorted(set(party_ids)):
        audit.write(
            connection, actor=actor.name, action="profile", party_id=party_id, fields=("roles",), purpose=why(actor)
        )


def _related(connection: Connection, found: Sequence[Role], day: date) -> tuple[Related, ...]:
    """Roles with the names of parties, addresses and origins; those that hold on the day come first."""
    names = golden.find_many(connection, sorted({one.party_id for one in found}))
    lines = addresses(connection, [one.place for one in found if one.place])
    titles = source_titles(connection)
    keys = graph.sources_of(connection, [record for one in found for record in one.records])
    listed = [
        Related(
            party_id=one.party_id,
            name=names[one.party_id].name if one.party_id in names else "",
            kind=names[one.party_id].kind if one.party_id in names else "person",
            role=one.role,
            account=one.account,
            place=one.place,
            address=lines.get(one.place or ""),
            since=one.since,
            until=one.until,
            seen_from=one.seen_from,
            reason=one.reason,
            is_present=_holds(one, day),
            origins=tuple(
                Origin(keys[record][0], titles.get(keys[record][0], keys[record][0]), keys[record][1])
                for record in one.records
                if record in keys
            ),
        )
        for one in found
    ]
    return tuple(sorted(listed, key=lambda one: not one.is_present))


def _holds(role: Role, day: date) -> bool:
    return (role.since is None or role.since <= day) and (role.until is None or day < role.until)


def addresses(connection: Connection, places: Iterable[str]) -> dict[str, str]:
    """Premise → its address in one line."""
    keys = {place: place.rpartition("#")[::2] for place in places}
    lines = graph.house_lines(connection, (house for house, _ in keys.values()))
    return {
        place: f"{lines.get(house, house)}, кв {flat}" if flat else lines.get(house, house)
        for place, (house, flat) in keys.items()
    }


def _households(connection: Connection, members: Sequence[Member]) -> tuple[Household, ...]:
    names = golden.find_many(connection, [one.party_id for one in members])
    lines = addresses(connection, [one.place for one in members])
    by_id: dict[str, list[Member]] = {}
    for one in members:
        by_id.setdefault(one.household_id, []).append(one)
    return tuple(
        Household(
            household_id=household_id,
            place=listed[0].place,
            address=lines.get(listed[0].place),
            members=tuple(
                HouseholdMember(one.party_id, names[one.party_id].name, tuple(one.reasons))
                for one in listed
                if one.party_id in names
            ),
        )
        for household_id, listed in sorted(by_id.items())
    )
