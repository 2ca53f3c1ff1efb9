"""Nodes: the same fingerprint in SQL and Python, and what collapses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from resolve_records import record, table

from litso.engine.duckdb import Engine
from litso.resolve.nodes import fingerprint, is_thin, node_values
from litso.usecases.resolution import Judgement, collapse

WORDS = st.sampled_from(["Иванов", "Анна", "O'Neil", "А|Б", "ё", "", "12"])
MAYBE = st.one_of(st.none(), WORDS)
LISTS = st.lists(st.sampled_from(["1", "2", "a@b.ru"]), unique=True, max_size=2).map(sorted)
RECORDS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["person", "organization"]),
        "source": st.just("s"),
        **dict.fromkeys(("full_name", "surname", "given_name", "patronymic", "company", "inn", "city"), MAYBE),
        **dict.fromkeys(("street", "house", "block", "house_key", "custom:badge", "custom:'\""), MAYBE),
        "birth_date": st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2020, 1, 1))),
        **dict.fromkeys(("phones", "emails", "accounts"), LISTS),
    }
)


@settings(max_examples=25, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=6))
def test_sql_and_python_agree(rows: list[dict[str, Any]]) -> None:
    rows = [{**row, "source_id": str(number)} for number, row in enumerate(rows)]
    judgements = [Judgement("different", ("s", "0"), ("s", "1"))]
    with Engine() as engine:
        engine.append("standard", [table(rows, ("badge", "'\""))])
        collapse(engine, "standard", judgements)
        found = engine.rows(
            "select source_id, replace(fingerprint::varchar, '-', '')"
            " from record_node r join node n on n.rowid = r.node"
        )
    told_apart = {"0", "1"}
    wanted = {
        row["source_id"]: fingerprint(node_values(row), ("s", row["source_id"]), row["source_id"] in told_apart)
        for row in rows
    }
    assert dict(found) == wanted


@pytest.mark.parametrize(
    ("values", "thin"),
    [
        ({}, True),
        ({"surname": "Иванова", "given_name": "Анна"}, True),
        ({"phones": ["+79161234567"]}, True),
        ({"surname": "Иванова", "given_name": "Анна", "phones": ["+79161234567"]}, False),
        ({"surname": "Иванова", "given_name": "А", "house_key": "самара|мира|1"}, False),
        ({"snils": "11223344595"}, False),
        ({"company": "РОМАШКА", "kind": "organization"}, True),
        ({"company": "РОМАШКА", "kind": "organization", "house_key": "самара|мира|1"}, False),
    ],
)
def test_thin_records(values: dict[str, Any], thin: bool) -> None:
    assert is_thin(node_values(record("1", **values))) is thin


def test_equal_records_are_one_node_and_thin_ones_are_not() -> None:
    full = {"name": "Иванов Иван Иванович", "phones": ["+79161234567"]}
    rows = [record("1", **full), record("2", **full), record("3", "Иванова Анна"), record("4", "Иванова Анна")]
    with Engine() as engine:
        engine.append("standard", [table(rows)])
        collapse(engine, "standard", ())
        nodes = dict(engine.rows("select source_id, node from record_node"))
    assert nodes["1"] == nodes["2"]
    assert len({nodes["3"], nodes["4"], nodes["1"]}) == 3


def test_records_of_facts_alone_are_no_nodes() -> None:
    with Engine() as engine:
        engine.append("standard", [table([{**record("1", "Иванов Иван"), "kind": "none"}])])
        collapse(engine, "standard", ())
        assert engine.rows("select count(*) from record_node") == [(0,)]
