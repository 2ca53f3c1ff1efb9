"""A small town in the store: a few parties with everything that a screen can show, and one of each misfortune."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import pyarrow as pa
from psycopg import sql

from litso.domain.record import QC_KINDS, STANDARD_LISTS, STANDARD_TEXT, fact_schema
from litso.store import changes, facts, loads, nodes, parties, quarantine, sources
from litso.store.database import Connection, Store
from litso.store.loads import Counts
from litso.store.nodes import Link
from litso.store.quarantine import RejectedRow
from litso.usecases.publication import publish_few

PASSWORD = "correct horse battery"
NOW = datetime.now(UTC).replace(microsecond=0)
_NAMES = UUID("5b1f6a52-3f0e-4b59-9d3f-0a8a5a4f7c11")
_COLUMNS = ("kind", *STANDARD_TEXT, "birth_date", *STANDARD_LISTS, "problems", *(f"qc_{kind}" for kind in QC_KINDS))

BILLING_MAPPING = """source: billing
title: Биллинг
priority: 30
party: auto
key: abonent_id
attributes:
  full_name: fio
  birth_date: bdate
  phone: tel
  account: ls
"""

SOURCES = {
    "billing": ("Биллинг", "auto", 30, BILLING_MAPPING),
    "crm": ("CRM", "auto", 40, BILLING_MAPPING.replace("billing", "crm").replace("Биллинг", "CRM")),
    "meters": ("Учёт приборов", "auto", 10, BILLING_MAPPING.replace("billing", "meters")),
    "outages": ("Отключения", "none", 0, BILLING_MAPPING.replace("billing", "outages")),
}


def party_id(name: str) -> str:
    """The id of a party of the town by the key of its first record."""
    return str(uuid5(_NAMES, name))


HOME = {
    "address": "Самара, ул Ленина, д 5, кв 12",
    "region": "Самарская область",
    "city": "Самара",
    "street": "ул Ленина",
    "house": "5",
    "flat": "12",
    "house_key": "самара|ленина|5|",
    "qc_address": 0,
}

IVANOV = {
    "kind": "person",
    "full_name": "Иванов Пётр Ильич",
    "surname": "Иванов",
    "given_name": "Пётр",
    "patronymic": "Ильич",
    "gender": "М",
    "birth_date": "1961-04-12",
    "qc_name": 0,
    "qc_birth_date": 0,
}

RECORDS: Mapping[str, Sequence[tuple[str, str, dict[str, Any]]]] = {
    "ivanov": [
        (
            "billing",
            "1001",
            {
                **IVANOV,
                **HOME,
                "phones": ["+79123456789"],
                "accounts": ["00081234", "00085678"],
                "snils": "11223344595",
                "qc_phone": 0,
                "qc_snils": 0,
                "qc_account": 0,
            },
        ),
        (
            "crm",
            "C-17",
            {
                **IVANOV,
                "phones": ["+79123456789", "+78462316014"],
                "emails": ["ivanov.petr@mail.ru"],
                "passport": "3605123456",
                "qc_phone": 0,
                "qc_email": 0,
                "qc_passport": 0,
            },
        ),
        (
            "meters",
            "СВ-0017",
            {
                **HOME,
                "kind": "person",
                "full_name": "Иванов П И",
                "surname": "Иванов",
                "given_name": "П",
                "patronymic": "И",
                "accounts": ["00081234"],
                "qc_name": 1,
                "qc_account": 0,
                "problems": ["name:initials"],
            },
        ),
    ],
    "petrova": [
        (
            "crm",
            "C-18",
            {
                "kind": "person",
                "full_name": "Петрова Анна Сергеевна",
                "surname": "Петрова",
                "given_name": "Анна",
                "patronymic": "Сергеевна",
                "gender": "Ж",
                "birth_date": "1988-11-02",
                "phones": ["+79270001122"],
                "qc_name": 0,
                "qc_phone": 0,
                **{**HOME, "address": "Самара, ул Ленина, д 7, кв 3", "house": "7", "flat": "3", "house_key": "s|7"},
            },
        )
    ],
    "romashka": [
        (
            "billing",
            "2001",
            {
                "kind": "organization",
                "full_name": 'ООО "Ромашка"',
                "opf": "ООО",
                "company": "Ромашка",
                "inn": "6311000000",
                "accounts": ["00099999"],
                "phones": ["+78462310000"],
                "qc_inn": 0,
                "qc_phone": 0,
            },
        )
    ],
    "nameless": [("meters", "СВ-9999", {"kind": "person", "accounts": ["00070000"], "qc_account": 0})],
    "hostile": [
        (
            "crm",
            "<b>1</b>",
            {
                "kind": "person",
                "full_name": "<script>alert(1)</script> Злобин",
                "surname": "Злобин",
                "emails": ["\"onmouseover='alert(1)'@x.ru"],
                "qc_email": 1,
            },
        )
    ],
}


class Town(NamedTuple):
    """Ids of the loads that the tests ask for."""

    done: int
    held: int
    quarantined: int


class Place(NamedTuple):
    """The small town in a store of its own; `tokens` of programs by role."""

    store: Store
    town: Town
    tokens: dict[str, str]


class Served(NamedTuple):
    """A running `litso serve` over the small town: its URL and the link that it printed at first start."""

    url: str
    link: str
    store: Store
    town: Town


def build(store: Store) -> Town:
    """Fill an empty store."""
    with store.transaction() as connection:
        for name, (title, party, priority, mapping) in SOURCES.items():
            sources.register(connection, name=name, title=title, party=party, priority=priority, mapping=mapping)
        done = {name: _loaded(connection, name) for name in SOURCES}
        for key, members in RECORDS.items():
            _add_party(connection, done, key, members)
        _add_facts(connection, done)
        held = _held_load(connection)
        quarantined = _quarantine(connection, done["billing"])
    return Town(done["billing"], held, quarantined)


def _loaded(connection: Connection, source: str) -> int:
    load_id = loads.start(connection, source=source, mode="full", file_name=f"{source}.csv", started_by="test")
    loads.write_counts(connection, load_id, Counts(rows_in=1200, inserted=1100, unchanged=98, quarantined=2))
    quality = {
        "full_name": {"filled": 1190, "qc": {"0": 1100, "1": 90}, "distinct": 1150},
        "phone": {"filled": 900, "qc": {"0": 820, "1": 50, "2": 30}, "distinct": 870},
    }
    loads.write_quality(connection, load_id, quality, ())
    loads.finish(connection, load_id)
    return load_id


def _held_load(connection: Connection) -> int:
    load_id = loads.start(connection, source="crm", mode="full", file_name="crm-half.jsonl", started_by="test")
    loads.write_counts(connection, load_id, Counts(rows_in=600))
    message = "Строк 600: на 50 % меньше обычного (1200)."
    loads.hold(connection, load_id, [{"gate": "rows", "message": message, "measured": 0.5, "limit": 0.3}])
    return load_id


def _quarantine(connection: Connection, load_id: int) -> int:
    row = '{"abonent_id": "", "fio": "Сидоров Олег", "bdate": "05.06.1970", "tel": "8 927 111-22-33", "ls": "00044444"}'
    rejected = RejectedRow(None, 17, "abonent_id", "missing_key", "Строка 17: пуст ключ.", "Заполните ключ.", row)
    broken = RejectedRow(None, 18, None, "too_many_columns", "Строка 18: лишние столбцы.", None, "a;b;c;d;e;f;g;h;i")
    quarantine.add(connection, load_id, "billing", [rejected, broken])
    return quarantine.list_rows(connection, source="billing")[0].quarantine_id


def _add_party(
    connection: Connection, done: Mapping[str, int], key: str, members: Sequence[tuple[str, str, dict[str, Any]]]
) -> None:
    owner = party_id(key)
    parties.mint(connection, {owner: members[0][2]["kind"]})
    rows, node_ids = [], []
    for source, source_id, values in members:
        fingerprint = uuid5(_NAMES, f"{source} {source_id}").hex
        node_id = nodes.add_handful(connection, {fingerprint: (owner, [])})[fingerprint]
        node_ids.append(node_id)
        row = {name: values.get(name) for name in _COLUMNS}
        row |= {name: values.get(name, []) for name in (*STANDARD_LISTS, "problems")}
        identity = {"source": source, "source_id": source_id, "updated_at": NOW - timedelta(days=len(rows))}
        _insert(connection, {**row, **identity, "load_id": done[source], "content_hash": 0, "payload": "{}"}, node_id)
        rows.append({**row, **identity, "party_id": owner, "priority": SOURCES[source][2]})
    weak, strong = bytes([2, 1, 1, 0, 0, 2]), bytes([1, 2, 2, 1, 1])
    nodes.add_links(connection, [Link(*pair, 12.5, strong) for pair in pairwise(node_ids)])
    if len(node_ids) > 2:
        nodes.add_links(connection, [Link(node_ids[0], node_ids[-1], 2.5, weak)])
    publish_few(connection, [rows], {"00081234": ["СВ-0017"]})
    changes.append(connection, [("party.created", owner, {})])


def _insert(connection: Connection, row: Mapping[str, Any], node_id: int) -> None:
    names = [*row, "node_id"]
    query = sql.SQL("insert into source_record ({}) values ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, names)), sql.SQL(", ").join(map(sql.Placeholder, names))
    )
    connection.execute(query, {**row, "node_id": node_id})


def _fact(kind: str, source: str, key: str, **values: Any) -> dict[str, Any]:
    blank: dict[str, Any] = dict.fromkeys([*fact_schema().names, "house_key"])
    return {**blank, "kind": kind, "source": source, "fact_key": key, "source_id": key, "data": "{}", **values}


def _facts_by_source() -> Mapping[str, list[dict[str, Any]]]:
    naive = NOW.replace(tzinfo=None)
    house = HOME["house_key"]
    billing = [
        _fact("account", "billing", "1001a", account="00081234", amount="1240.50", title="Вода", status="открыт"),
        _fact("account", "billing", "1001b", account="00085678", amount="-90.00", title="Отопление"),
        *(
            _fact("payment", "billing", f"p{n}", account="00081234", amount="1200.00", title="СБП",
                  at=naive - timedelta(days=30 * n + 5))
            for n in range(40)
        ),
    ]  # fmt: skip
    crm = [
        _fact("request", "crm", "42", account="00081234", title="Нет воды", status="в работе",
              at=naive - timedelta(days=1), until=naive + timedelta(days=5), data='{"channel": "сайт"}'),
        _fact("request", "crm", "41", account="00081234", title="Перерасчёт", status="закрыта",
              at=naive - timedelta(days=200)),
    ]  # fmt: skip
    meters = [
        _fact("meter", "meters", "СВ-0017", account="00081234", title="ХВС", data='{"serial": "СВ-0017"}',
              at=naive - timedelta(days=2000), until=naive - timedelta(days=10)),
        _fact("reading", "meters", "r1", account="00081234", at=naive - timedelta(days=20),
              data='{"serial": "СВ-0017", "value": "412"}'),
        _fact("reading", "meters", "r0", account="00081234", at=naive - timedelta(days=50),
              data='{"serial": "СВ-0017", "value": "405"}'),
    ]  # fmt: skip
    outages = [
        _fact("outage", "outages", "o1", house_key=house, title="Авария на сети ХВС", status="идёт",
              at=naive - timedelta(hours=3), until=naive + timedelta(hours=4)),
        _fact("outage", "outages", "o0", house_key=house, title="Плановый ремонт", status="завершено",
              at=naive - timedelta(days=90), until=naive - timedelta(days=89)),
    ]  # fmt: skip
    return {"billing": billing, "crm": crm, "meters": meters, "outages": outages}


def _add_facts(connection: Connection, done: Mapping[str, int]) -> None:
    schema = fact_schema().append(pa.field("house_key", pa.string()))
    for source, rows in _facts_by_source().items():
        columns = {name: [row[name] for row in rows] for name in schema.names}
        columns["amount"] = pa.array(columns["amount"]).cast(pa.decimal128(14, 2))
        facts.publish(connection, done[source], source, pa.table(columns, schema=schema), full=True)
