"""Raw rows become records, facts and rejected rows."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.domain.record import fact_schema, mapped_schema
from litso.errors import BadUsage
from litso.sources.mapped import MappedBatch, map_batch, replay, source_ids
from litso.sources.mapping import Mapping, parse_mapping
from litso.sources.payload import payloads
from litso.sources.raw import RawBatch

BILLING = parse_mapping(
    """
source: billing
key: id
party: person
updated_at: changed
attributes:
  full_name: [surname, name]
  address: [{value: Самара}, street]
  city: {value: Самара}
  phone: [tel1, tel2]
  email: mail
custom:
  occupation: occ
facts:
  - {kind: account, key: ls, account: ls, amount: saldo, data: {tariff: tarif}}
  - {kind: charge, at: month, amount: charged}
  - {kind: charge, amount: penalty}
""",
    "billing.yaml",
)


def raw(*rows: dict[str, str | None]) -> RawBatch:
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})
    return RawBatch(table, pa.array(range(2, 2 + len(rows)), pa.int64()), [])


def one(row: dict[str, str | None], mapping: Mapping = BILLING) -> dict[str, object]:
    return map_batch(raw(row), mapping).records.to_pylist()[0]


def test_a_row_becomes_a_record() -> None:
    row: dict[str, str | None] = {
        **{"id": " 7 ", "changed": "01.05.2024 10:00", "surname": "Иванов", "name": " Иван "},
        **{"street": "Ленина 1", "tel1": "", "tel2": "123", "mail": "NULL", "occ": "слесарь", "extra": "x"},
    }
    record = one(row)
    assert record["source"] == "billing"
    assert record["source_id"] == "7"
    assert record["line"] == 2
    assert record["party"] == "person"
    assert record["updated_at"] == datetime(2024, 5, 1, 10)
    assert record["full_name"] == "Иванов Иван"
    assert record["address"] == "Самара Ленина 1"
    assert record["city"] == "Самара"
    assert record["phone"] == ["123"]
    assert record["email"] is None
    assert record["custom:occupation"] == "слесарь"
    assert json.loads(str(record["payload"])) == row


def test_schemas_are_those_of_the_contract() -> None:
    for batch in (map_batch(raw({"id": "1", "ls": "2"}), BILLING), map_batch(raw({"id": ""}), BILLING)):
        assert batch.records.schema == mapped_schema(("occupation",))
        assert batch.facts.schema == fact_schema()


def test_a_constant_alone_is_no_address() -> None:
    assert one({"id": "1", "street": " "})["address"] is None


def test_lists_of_texts_give_several_values() -> None:
    record = one({"id": "1", "tel1": '["1", " 2 ", null, ""]', "tel2": "3", "surname": '["Иванов", "Петров"]'})
    assert record["phone"] == ["1", "2", "3"]
    assert record["full_name"] == "Иванов Петров"


def test_facts_of_a_row() -> None:
    row: dict[str, str | None] = {
        **{"id": "1", "ls": "400", "saldo": "1 234,5", "tarif": "Базовый", "month": "2024-05-01", "charged": "oops"},
    }
    batch = map_batch(raw(row, {"id": "2"}, {"id": "3", "charged": "1", "penalty": "2"}), BILLING)
    facts = batch.facts.select(["kind", "fact_key", "source_id", "at", "account", "amount", "data"]).to_pylist()
    assert [tuple(fact.values()) for fact in facts] == [
        ("account", "400", "1", None, "400", Decimal("1234.50"), '{"tariff":"Базовый"}'),
        ("charge", "1", "1", datetime(2024, 5, 1), None, None, "{}"),
        ("charge", "3", "3", None, None, Decimal("1.00"), "{}"),
        ("charge", "3#2", "3", None, None, Decimal("2.00"), "{}"),
    ]
    assert batch.unread == {"charged": 1}


@pytest.mark.parametrize(
    ("key", "code"), [("", "missing_key"), ("  ", "missing_key"), ("NULL", "missing_key"), ("x" * 501, "key_too_long")]
)
def test_a_row_without_a_usable_key_goes_to_quarantine(key: str, code: str) -> None:
    batch = map_batch(raw({"id": "1"}, {"id": key, "surname": "Иванов"}), BILLING)
    assert batch.records["source_id"].to_pylist() == ["1"]
    rejected = batch.rejected[0]
    assert (rejected.code, rejected.line, rejected.column) == (code, 3, "id")
    assert "Строка 3" in rejected.message
    assert "Иванов" not in rejected.message
    assert json.loads(rejected.payload) == {"id": key, "surname": "Иванов"}


def test_parts_of_a_key_cannot_run_into_each_other() -> None:
    mapping = parse_mapping("source: s\nkey: [a, b]\nparty: none", "m.yaml")
    rows = raw({"a": "x|y", "b": "z"}, {"a": "x", "b": "y|z"}, {"a": "x", "b": None})
    batch = map_batch(rows, mapping)
    assert batch.records["source_id"].to_pylist() == ["x||y|z", "x|y||z"]
    assert [row.code for row in batch.rejected] == ["missing_key"]
    assert source_ids(rows.rows, mapping).to_list() == ["x||y|z", "x|y||z", None]


def test_columns_are_found_without_case_and_spaces() -> None:
    assert one({" ID": "1", "Sur Name": "Иванов"})["full_name"] == "Иванов"


TEXT = st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6))
NAMES = ("id", "surname", 'tel"1', "ls", "saldo")
ROWS = st.lists(
    st.lists(TEXT, min_size=5, max_size=5).map(lambda texts: dict(zip(NAMES, texts, strict=True))), max_size=6
)


@given(ROWS)
def test_rows_in_are_records_and_rejected(rows: list[dict[str, str | None]]) -> None:
    batch = map_batch(raw(*rows) if rows else raw({"id": None}), BILLING)
    assert batch.rows_in == batch.records.num_rows + len(batch.rejected) == max(len(rows), 1)
    kept = {*batch.records["line"].to_pylist(), *(row.line for row in batch.rejected)}
    assert kept == set(range(2, 2 + batch.rows_in))


@given(ROWS)
def test_payload_is_the_row_as_json(rows: list[dict[str, str | None]]) -> None:
    texts = payloads(raw(*rows).rows).to_list() if rows else []
    expected = [{name: value for name, value in row.items() if value is not None} for row in rows]
    assert [json.loads(text) for text in texts] == expected


@given(ROWS, ROWS)
def test_equal_rows_have_equal_payloads(rows: list[dict[str, str | None]], others: list[dict[str, str | None]]) -> None:
    together = payloads(raw(*rows, *others).rows).to_list() if rows or others else []
    apart = [text for row in [*rows, *others] for text in payloads(raw(row).rows).to_list()]
    assert together == apart


def test_a_rejected_row_is_put_right_and_replayed() -> None:
    first = map_batch(raw({"id": "", "surname": "Иванов"}), BILLING)
    values = json.loads(first.rejected[0].payload)
    again = replay(json.dumps({**values, "id": "9", "_1": "surplus"}), BILLING)
    expected = map_batch(raw({"id": "9", "surname": "Иванов"}), BILLING)
    names = [name for name in expected.records.column_names if name != "line"]
    assert again.records.select(names).equals(expected.records.select(names))
    assert replay('{"surname": "Иванов"}', BILLING).rejected[0].code == "missing_key"
    assert replay("{}", BILLING).rows_in == 1


@pytest.mark.parametrize("payload", ["", "[]", '{"id": 1}', "{", '"x"'])
def test_only_objects_of_texts_are_replayed(payload: str) -> None:
    with pytest.raises(BadUsage, match="JSON"):
        replay(payload, BILLING)


def test_an_empty_batch_stays_empty() -> None:
    empty = RawBatch(raw({"id": "1"}).rows.slice(0, 0), pa.array([], pa.int64()), [])
    batch: MappedBatch = map_batch(empty, BILLING)
    assert (batch.records.num_rows, batch.facts.num_rows, batch.rows_in) == (0, 0, 0)
