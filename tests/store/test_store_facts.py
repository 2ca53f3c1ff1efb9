"""Facts: written, changed, deleted by a full load, and found by record, account, house and party."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from store_rows import record, started

from litso.domain.record import fact_schema
from litso.store import facts, nodes, records
from litso.store.database import Connection
from litso.store.facts import Written

PARTY = "11111111-1111-4111-8111-111111111111"
SCHEMA = pa.schema([*fact_schema(), pa.field("house_key", pa.string())])
PAYMENT = {
    "source": "billing",
    "kind": "payment",
    "fact_key": "p1",
    "source_id": "a",
    "at": datetime(2026, 1, 2, 3, 4, 5, 678),
    "until": None,
    "account": "4400",
    "address": "Самара, Ленина 5-12",
    "flat": "12",
    "amount": Decimal("-123.45"),
    "title": "Банк «Первый»",
    "status": "paid",
    "data": '{"channel": "касса"}',
    "house_key": "самара|ленина|5",
}


def fact_table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([{**PAYMENT, **row} for row in rows], schema=SCHEMA)


def publish(connection: Connection, *rows: dict[str, Any], full: bool = False) -> Written:
    return facts.publish(connection, 1, "billing", fact_table(*rows), full=full)


def keys(found: list[facts.Fact]) -> list[str]:
    return [fact.fact_key for fact in found]


def test_a_fact_is_kept_whole(connection: Connection) -> None:
    load_id = started(connection)
    record_id = records.put(connection, load_id, record("a", content_hash=1, payload="{}"))
    assert facts.publish(connection, load_id, "billing", fact_table(PAYMENT), full=True) == Written(1, 0, 0)
    [fact] = facts.of_accounts(connection, ["4400"])
    assert fact[1:6] == ("payment", "billing", "p1", record_id, load_id)
    assert fact.at is not None
    assert fact.at.replace(tzinfo=None) == PAYMENT["at"]
    assert fact[7:11] == (None, "4400", "самара|ленина|5", "12")
    assert fact[11:] == (Decimal("-123.45"), "Банк «Первый»", "paid", {"channel": "касса"})
    assert facts.of_records(connection, [record_id]) == [fact]
    assert facts.count(connection) == {"payment": 1}


def test_a_home_has_the_outages_of_its_house_and_what_hangs_on_its_flat(connection: Connection) -> None:
    """However many flats the house has."""
    load_id, house = started(connection), "самара|ленина|5"
    rows = [{"kind": "premise", "fact_key": f"f{flat}", "house_key": house, "flat": str(flat)} for flat in range(300)]
    rows += [{"kind": "premise", "fact_key": "house", "house_key": house, "flat": None}]
    for key, flat in (("whole", None), ("own", "299"), ("neighbour's", "1")):
        rows.append({"kind": "outage", "fact_key": key, "house_key": house, "flat": flat})
    rows.append({"kind": "outage", "fact_key": "elsewhere", "house_key": "самара|ленина|7", "flat": "299"})
    facts.publish(connection, load_id, "billing", fact_table(*(PAYMENT | row for row in rows)), full=True)
    found = facts.of_homes(connection, {house: {"299"}}, limit=200)
    assert sorted(keys(found)) == ["f299", "own", "whole"]
    assert sorted(keys(facts.of_homes(connection, {house: set()}))) == ["whole"]
    assert facts.of_homes(connection, {}) == []


def test_facts_may_come_without_house_keys_and_data(connection: Connection) -> None:
    bare = fact_table({"data": None}).drop_columns("house_key")
    assert facts.publish(connection, 1, "billing", bare, full=True) == Written(1, 0, 0)
    [fact] = facts.of_accounts(connection, ["4400"])
    assert (fact.house_key, fact.data, fact.record_id) == (None, {}, None)


def test_the_same_facts_again_change_nothing(connection: Connection) -> None:
    publish(connection, {}, {"fact_key": "p2"})
    before = facts.of_accounts(connection, ["4400"])
    assert publish(connection, {}, {"fact_key": "p2"}, full=True) == Written(0, 0, 0)
    assert facts.of_accounts(connection, ["4400"]) == before


def test_facts_change_and_are_deleted_by_a_full_load_only(connection: Connection) -> None:
    publish(connection, {}, {"fact_key": "p2"}, {"kind": "request", "fact_key": "r1"})
    assert publish(connection, {"amount": Decimal(1)}) == Written(0, 1, 0)
    assert publish(connection, {"amount": Decimal(1)}, {"fact_key": "p3"}, full=True) == Written(1, 0, 1)
    assert sorted(keys(facts.of_accounts(connection, ["4400"]))) == ["p1", "p3", "r1"]
    assert facts.count(connection) == {"payment": 2, "request": 1}


def test_the_last_of_repeated_facts_counts(connection: Connection) -> None:
    assert publish(connection, {"title": "первый"}, {"title": "последний"}) == Written(1, 0, 0)
    assert [fact.title for fact in facts.of_accounts(connection, ["4400"])] == ["последний"]


def test_facts_of_several_sources_come_together(connection: Connection) -> None:
    publish(connection, {}, {"fact_key": "gone"})
    record_id = records.put(connection, started(connection), record("a", content_hash=1, payload="{}"))

    def delivery(source: str, *batches: list[str]) -> facts.Delivery:
        tables = [
            fact_table(*({"fact_key": key, "source": source, "title": "новый"} for key in keys)) for keys in batches
        ]
        owned = [table.append_column("record_id", pa.repeat(record_id, table.num_rows)) for table in tables]
        return facts.Delivery(7, source, owned, sum(map(len, batches)), True)

    written = facts.publish_many(connection, [delivery("crm", ["a", "b"], ["c"]), delivery("billing", ["p1"], ["p2"])])
    assert written == [Written(3, 0, 0), Written(1, 1, 1)]
    found = facts.of_records(connection, [record_id])
    assert sorted((fact.source, fact.fact_key, fact.title, fact.load_id) for fact in found) == [
        (source, key, "новый", 7) for source, key in (
            ("billing", "p1"), ("billing", "p2"), ("crm", "a"), ("crm", "b"), ("crm", "c"),
        )
    ]  # fmt: skip
    assert facts.publish_many(connection, []) == []


def test_no_facts_at_all(connection: Connection) -> None:
    assert publish(connection, full=True) == Written(0, 0, 0)
    publish(connection, {})
    assert publish(connection, full=True) == Written(0, 0, 0)
    assert facts.count(connection) == {"payment": 1}


def test_the_latest_come_first_and_each_kind_has_its_limit(connection: Connection) -> None:
    days = [{"fact_key": f"p{day}", "at": datetime(2026, 1, day)} for day in (3, 1, 2)]
    publish(connection, *days, {"kind": "request", "fact_key": "r", "at": datetime(2025, 1, 1)})
    assert keys(facts.of_accounts(connection, ["4400"], limit=2)) == ["p3", "p2", "r"]


def test_facts_of_a_party_hang_on_its_records_or_accounts(connection: Connection) -> None:
    load_id = started(connection)
    node_id = nodes.add_handful(connection, {"0" * 32: (PARTY, [])})["0" * 32]
    records.put(connection, load_id, record("a", node_id=node_id, content_hash=1, payload="{}"))
    by_record = {"fact_key": "by record", "account": None}
    by_account = {"fact_key": "by account", "source_id": "none"}
    neither = {"fact_key": "neither", "source_id": "none", "account": "other"}
    publish(connection, by_record, by_account, neither)
    assert set(keys(facts.of_party(connection, PARTY, ["4400"]))) == {"by record", "by account"}
    assert keys(facts.of_party(connection, PARTY, [])) == ["by record"]
