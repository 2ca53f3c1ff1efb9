"""Two towns in one store, of two brands: whoever is limited to one of them sees nothing of the other.

Each town has a party of two records with everything that can hang on one, a second party, a merged id, an account with
payments, a case, a consent, a pin, a judgement, a hit of a list, and logged reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import pyarrow as pa

from databases import cloned_database
from litso.domain.record import fact_schema
from litso.domain.scope import Scope
from litso.store import audit, checks, exports, facts, loads, operations, users
from litso.store.database import Connection, Store
from litso.usecases import case_desk, consenting, graph, pinning, profiles, stewardship
from litso.usecases.access import ADMINISTRATOR, ASSISTANT, COLLECTOR, CONSUMER, ROLES, Actor
from litso.usecases.consenting import Said
from litso.usecases.limiting import standard_scope
from litso.usecases.loading import register_source
from litso.usecases.online import Given, upsert_records

ADMIN = Actor("root", ADMINISTRATOR)
EVERY_ROLE = (*ROLES, ASSISTANT, CONSUMER, COLLECTOR)


class Town(NamedTuple):
    """What a town is made of: its source, brand and region, and values that nobody else has."""

    source: str
    brand: str
    region: str
    city: str
    surname: str
    phone: str
    email: str
    account: str
    street: str
    inn: str
    year: int

    @property
    def scope(self) -> Scope:
        """Limits that leave this town alone."""
        return standard_scope(Scope(territories=(f"{self.region}/{self.city}",), brands=(self.brand,)))

    @property
    def canaries(self) -> tuple[str, ...]:
        """Texts that tell of the town's people."""
        return (self.surname, self.surname.upper(), self.phone, self.email, self.account, self.street, self.inn)


VOLGA = Town(
    "volga", "Волгавода", "Самарская область", "Самара", "Волгарёв", "+79271110022", "volgarev@mail.ru", "71110022",
    "Ленинская", "6311000019", 1961,
)  # fmt: skip
URAL = Town(
    "ural", "Уралвода", "Свердловская область", "Екатеринбург", "Уральцев", "+79123330044", "uraltsev@mail.ru",
    "83330044", "Малышева", "6671000018", 1947,
)  # fmt: skip
TOWNS = (VOLGA, URAL)

_MAPPING = """source: {source}
title: Источник {source}
brand: {brand}
territory: {{region: {region}, city: {city}}}
party: auto
key: id
attributes: {{full_name: fio}}
"""


class Known(NamedTuple):
    """Ids of what is in a town."""

    party: str
    second: str
    merged: str
    company: str
    account: str
    place: str
    case: int
    consent: int
    pin: int
    judgement: int
    hit: int
    read: int
    operation: int
    export: int


class Land(NamedTuple):
    """The store, what it knows of each town by source, and tokens of programs limited to the first town by role."""

    store: Store
    known: Mapping[str, Known]
    tokens: Mapping[str, str]
    sessions: Mapping[str, str]


@contextmanager
def built(server_url: str, template: str) -> Iterator[Land]:
    """The two towns in a database of their own."""
    with cloned_database(server_url, template) as url:
        store = Store(url, most=8)
        store.open()
        for town in TOWNS:
            register_source(store, _MAPPING.format(**town._asdict()), "mapping.yaml")
            with store.transaction() as connection:
                upsert_records(connection, ADMIN, list(_records(town)))
                _add_facts(connection, town)
        with store.transaction() as connection:
            graph.refresh(connection)
        known = {town.source: _filled(store, town) for town in TOWNS}
        tokens, sessions = {}, {}
        with store.transaction() as connection:
            for role in EVERY_ROLE:
                tokens[role] = users.issue_service_token(connection, f"a {role}", role, scope=VOLGA.scope)
            for role in ROLES:
                user = users.create(
                    connection, login=role, name=f"Имя {role}", role=role, password="correct horse", scope=VOLGA.scope
                )
                sessions[role] = users.open_session(connection, user.user_id)
        yield Land(store, known, tokens, sessions)
        store.close()


def _records(town: Town) -> Iterator[Given]:
    name = f"{town.surname} Пётр Ильич"
    home = f"{town.region}, г {town.city}, ул {town.street}, д 5, кв 12"
    both = {"full_name": name, "birth_date": f"12.04.{town.year}", "phone": town.phone, "account": town.account}
    yield Given(town.source, f"{town.source}-1", {**both, "address": home})
    yield Given(town.source, f"{town.source}-2", {**both, "email": town.email})
    other = {"full_name": f"{town.surname} Анна Львовна", "birth_date": f"02.11.{town.year + 9}", "address": home}
    yield Given(town.source, f"{town.source}-3", other)
    third = {"full_name": f"{town.surname} Олег Маркович", "birth_date": f"05.05.{town.year + 20}", "address": home}
    yield Given(town.source, f"{town.source}-4", third)
    company = {"full_name": f'ООО "{town.surname} и сыновья"', "inn": town.inn}
    yield Given(town.source, f"{town.source}-5", company, "organization")


def _add_facts(connection: Connection, town: Town) -> None:
    load_id = loads.start(connection, source=town.source, mode="delta", file_name="facts.csv", started_by="test")
    loads.finish(connection, load_id)
    schema = fact_schema().append(pa.field("house_key", pa.string()))
    blank = dict.fromkeys(schema.names)
    own = f"{town.source}-1"
    rows = [
        {**blank, "kind": "account", "fact_key": "a", "source_id": own, "account": town.account, "amount": "1240.50"},
        {**blank, "kind": "payment", "fact_key": "p", "source_id": "p", "account": town.account, "amount": "77.00",
         "title": f"Оплата {town.surname}"},
        {**blank, "kind": "role", "fact_key": "r", "source_id": f"{town.source}-5", "title": "директор",
         "data": json.dumps({"name": f"{town.surname} Пётр Ильич", "role": "director"})},
    ]  # fmt: skip
    rows = [{**row, "source": town.source, "data": row["data"] or "{}"} for row in rows]
    columns = {name: [row[name] for row in rows] for name in schema.names}
    columns["amount"] = pa.array(columns["amount"]).cast(pa.decimal128(14, 2))
    facts.publish(connection, load_id, town.source, pa.table(columns, schema=schema), full=False)


def _filled(store: Store, town: Town) -> Known:
    """Everything that hangs on the parties of a town."""
    keys = [(town.source, f"{town.source}-{number}") for number in range(1, 6)]
    with store.transaction() as connection:
        owner = {key: _party(connection, key) for key in keys}
        former = owner[keys[3]]
    judged = stewardship.judge(store, ADMIN, verdict="unsure", left=keys[0], right=keys[4], reason=town.surname)
    # The fourth record joins the second party: its id redirects.
    stewardship.judge(store, ADMIN, verdict="same", left=keys[2], right=keys[3], reason=town.surname)
    said = Said(town.phone, "marketing", "АО «Водоканал»", "sms", "given")
    with store.transaction() as connection:
        second = _party(connection, keys[2])
    consent = consenting.state_consent(store, ADMIN, said, record=keys[0])
    pin = pinning.pin(store, ADMIN, owner[keys[0]], attribute="emails", value=town.email, reason=town.surname)
    case = case_desk.open_case(store, ADMIN, keys[0], keys[2], f"одна ли семья {town.surname}")
    with store.transaction() as connection:
        profiles.read_profile(connection, ADMIN, owner[keys[0]])
        entries = audit.of_party(connection, owner[keys[0]])
        read = next(one.audit_id for one in entries if one.action == "profile")
        hit = _hit(connection, owner[keys[0]], town)
        author = "a steward" if town is VOLGA else "root"
        operation = operations.add(connection, kind="merge", author=author, reason=town.surname)
        export = exports.add(
            connection,
            kind="parties",
            wanted={"query": town.surname},
            columns=["name"],
            classes=[],
            format="csv",
            purpose="call",
            reason=town.surname,
            counted=1,
            status="waiting",
            asked_by=author,
            is_program=True,
        )
    ids = {owner[keys[2]], former} - {second}
    return Known(
        owner[keys[0]], second, ids.pop(), owner[keys[4]], town.account, _place(store, town), case.case_id,
        consent.consent_id, pin.pin_id, judged.judgement.judgement_id, hit, read, operation, export,
    )  # fmt: skip


def _party(connection: Connection, key: tuple[str, str]) -> str:
    row = connection.execute(
        "select n.party_id::text from source_record r join node n using (node_id) where (source, source_id) = (%s, %s)",
        key,
    ).fetchone()
    assert row is not None
    return str(row[0])


def _place(store: Store, town: Town) -> str:
    with store.transaction() as connection:
        row = connection.execute(
            "select place from role r join source_record s on s.record_id = any(r.records)"
            " where place is not null and s.source = %s limit 1", [town.source],
        ).fetchone()  # fmt: skip
    return str(row[0]) if row else ""


def _hit(connection: Connection, party_id: str, town: Town) -> int:
    checks.keep_entries(connection, {("blacklist", len(town.source)): {"name": town.surname}})
    row = connection.execute(
        "insert into check_match (party_id, list, entry_id, grade, agrees, differs, edition)"
        " values (%s, 'blacklist', %s, 'sure', '{name}', '{}', 'one') returning match_id",
        [party_id, len(town.source)],
    ).fetchone()
    connection.execute("insert into check_officer values (%s, %s, 'director', '')", [party_id, town.surname])
    connection.execute(
        "insert into check_decision (party_id, list, entry_id, verdict, grade, reason, author)"
        " values (%s, 'blacklist', %s, 'open', 'sure', %s, 'root')", [party_id, len(town.source), town.surname],
    )  # fmt: skip
    assert row is not None
    return int(row[0])
