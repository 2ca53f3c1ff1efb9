"""Row security alone, without the checks of the use cases: each policy hides what is foreign and shows what is own."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from two_towns import URAL, VOLGA, Land, built

from litso.domain.scope import Scope
from litso.errors import Forbidden, Misconfigured
from litso.store import reader
from litso.store.database import READER, beyond
from litso.store.invariants import check_invariants

REGION = VOLGA.scope.territories[0].partition("/")[0]
OF_PARTIES = (
    "party", "golden", "golden_version", "tie", "role", "household_member", "change", "check_match", "check_decision",
    "check_officer",
)  # fmt: skip


@pytest.fixture(scope="module")
def land(server_url: str, template: str) -> Iterator[Land]:
    with built(server_url, template) as made:
        yield made


def marked(land: Land, town: str, table: str) -> str:
    """A condition that holds for the rows of a table that belong to a town, whoever reads them."""
    known = land.known[town]
    by_party = f"party_id in ('{known.party}', '{known.second}', '{known.merged}', '{known.company}')"
    of_source = {
        "source_record": f"source = '{town}'",
        "source_record_version": by_party,
        "fact": f"source = '{town}'",
        "consent": f"source = '{town}'",
        "pin": f"source = '{town}'",
        "written_value": f"source = '{town}'",
        "judgement": f"left_source = '{town}'",
        "steward_case": f"left_source = '{town}'",
        "case_verdict": f"case_id = {known.case}",
        "operation": f"operation_id = {known.operation}",
        "idempotency": f"actor = '{town}'",
        "audit": by_party,
    }
    return by_party if table in OF_PARTIES else of_source[table]


@pytest.fixture(scope="module")
def filled(land: Land) -> Land:
    """Rows of the tables that the towns leave empty."""
    with land.store.transaction() as connection:
        for town, known in land.known.items():
            connection.execute(
                "insert into source_record_version"
                " (record_id, version, load_id, payload, valid_from, valid_to, party_id)"
                " select min(record_id), 99, 1, '{}', now(), now(), %s from source_record where source = %s",
                [known.party, town],
            )
            connection.execute(
                "insert into case_verdict (case_id, round, verdict, author) values (%s, 1, 'unsure', 'root')",
                [known.case],
            )
            connection.execute(
                "insert into idempotency (key, actor, request_hash, status, response) values ('k', %s, '', 200, '')",
                [town],
            )
            connection.execute(
                "insert into written_value (row_id, source, source_id, column_name, attributes, value)"
                " select 1, source, source_id, 'tel', '{phones}', '1' from source_record where source = %s limit 1",
                [town],
            )
            connection.execute("update operation set author = %s where operation_id = %s", [town, known.operation])
            connection.execute(
                "insert into household_member select %s, gen_random_uuid(), 'x#1', '{alone}'"
                " on conflict (party_id) do nothing",
                [known.party],
            )
    return land


def counted(land: Land, table: str) -> tuple[int, int]:
    """Own and foreign rows of a table that an actor called «volga» with the limits of the Volga reads."""
    found = []
    with land.store.seen_by("volga", VOLGA.scope).transaction() as connection:
        for town in ("volga", "ural"):
            query = f"select count(*) from {table} where {marked(land, town, table)}"
            row = connection.execute(query.encode()).fetchone()
            found.append(int(row[0]) if row else -1)
    return found[0], found[1]


@pytest.mark.parametrize("table", reader.SCOPED)
def test_own_rows_are_seen_and_foreign_ones_are_not(filled: Land, table: str) -> None:
    own, foreign = counted(filled, table)
    assert (own > 0, foreign) == (True, 0)


@pytest.mark.parametrize("table", reader.SCOPED)
def test_the_rows_of_both_towns_are_there(filled: Land, table: str) -> None:
    with filled.store.transaction() as connection:
        for town in ("volga", "ural"):
            row = connection.execute(
                f"select count(*) from {table} where {marked(filled, town, table)}".encode()
            ).fetchone()
            assert row is not None
            assert row[0] > 0


@pytest.mark.parametrize("table", reader.SCOPED)
def test_without_its_policies_a_table_is_told_by_doctor_and_leaks_or_hides(filled: Land, table: str) -> None:
    """Each removal is caught twice: by what is read, and by what doctor says."""
    with filled.store.transaction() as connection:
        names = [row[0] for row in connection.execute(
            "select polname from pg_policy where polrelid = %s::regclass", [f"litso.{table}"])]  # fmt: skip
    assert names
    assert _mutated(filled, table, "alter table {} disable row level security") != counted(filled, table)
    for name in names:
        dropped = _mutated(filled, table, "drop policy {1} on {0}", name)
        assert dropped[0] == 0 or name == "written"


def _mutated(land: Land, table: str, change: str, *names: str) -> tuple[int, int]:
    """What is read in a transaction in which a policy is taken away, which is rolled back; doctor notices it there."""
    limits = {
        "actor": "volga",
        "limits": "",
        "brands": list(VOLGA.scope.brands),
        "territories": list(VOLGA.scope.territories),
    }
    found = []
    with land.store.transaction() as connection, connection.transaction(force_rollback=True):
        connection.execute(sql.SQL(change).format(sql.Identifier(table), *map(sql.Identifier, names)))
        told = reader.problem(connection)
        assert told or names == ("written",) or "audit" in table
        connection.execute(f"set local role {READER}".encode())
        connection.execute(reader.statements("scope")["limit"], limits)
        for town in ("volga", "ural"):
            row = connection.execute(
                f"select count(*) from {table} where {marked(land, town, table)}".encode()
            ).fetchone()
            found.append(int(row[0]) if row else -1)
        connection.execute("reset role")
    return found[0], found[1]


def test_nothing_is_seen_where_no_limits_were_told(filled: Land) -> None:
    with filled.store.transaction() as connection:
        connection.execute(f"set local role {READER}".encode())
        for table in reader.SCOPED:
            if table != "fact":  # outages and premises tell of no person
                row = connection.execute(f"select count(*) from {table}".encode()).fetchone()
                assert row == (0,), table
        connection.execute("reset role")


def test_every_table_that_the_reader_may_read_is_guarded_or_known_to_be_open(land: Land) -> None:
    with land.store.transaction() as connection:
        rows = connection.execute(
            "select c.relname, c.relrowsecurity from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'litso' and c.relkind = 'r' and has_table_privilege(%s, c.oid, 'select')",
            [READER],
        ).fetchall()
    assert {name for name, is_guarded in rows if is_guarded} == set(reader.SCOPED)
    assert {name for name, is_guarded in rows if not is_guarded} == set(reader.OPEN)


def test_views_ask_with_the_rights_of_the_reader(land: Land) -> None:
    with land.store.transaction() as connection:
        rows = connection.execute(
            "select c.relname, 'security_invoker=true' = any(c.reloptions) from pg_class c"
            " join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'litso' and c.relkind = 'v' and has_table_privilege(%s, c.oid, 'select')",
            [READER],
        ).fetchall()
    assert dict(rows) == dict.fromkeys(reader.VIEWS, True)


def test_the_reader_writes_only_what_is_granted(land: Land) -> None:
    limited = land.store.seen_by("volga", VOLGA.scope)
    for statement in ("delete from golden", "update party set kind = 'person'", "select * from user_account"):
        with pytest.raises(Misconfigured), limited.transaction() as connection:
            connection.execute(statement.encode())
    with pytest.raises((psycopg.Error, Misconfigured)), limited.transaction() as connection:
        connection.execute("insert into audit (actor, action) values ('somebody else', 'search')")
    with pytest.raises(Forbidden), limited.session():
        pass


def test_work_beyond_the_limits_ends_where_it_is_said_to(land: Land) -> None:
    foreign = land.known["ural"].party
    limited = land.store.seen_by("volga", VOLGA.scope)
    query = "select count(*) from golden where party_id = %s"
    with limited.transaction() as connection:
        with beyond(connection), beyond(connection):
            assert connection.execute(query, [foreign]).fetchone() == (1,)
        assert connection.execute(query, [foreign]).fetchone() == (0,)
        with pytest.raises(KeyError), beyond(connection):
            raise KeyError
        assert connection.execute(query, [foreign]).fetchone() == (0,)
    with limited.transaction() as connection:
        assert connection.execute(query, [foreign]).fetchone() == (0,)


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope(territories=(REGION,)), {"volga"}),
        (Scope(territories=URAL.scope.territories), {"ural"}),
        (Scope(brands=(URAL.brand,)), {"ural"}),
        (Scope(brands=(VOLGA.brand, URAL.brand)), {"volga", "ural"}),
        (Scope(territories=(REGION,), brands=(URAL.brand,)), set()),
        (Scope(territories=("Нигде",)), set()),
    ],
)
def test_places_and_brands_are_both_to_fit(land: Land, scope: Scope, seen: set[str]) -> None:
    ids = {town: land.known[town].party for town in ("volga", "ural")}
    with land.store.seen_by("x", scope).transaction() as connection:
        rows = connection.execute(
            "select party_id::text from golden where party_id = any(%s::uuid[])", [[*ids.values()]]
        )
        assert {row[0] for row in rows} == {ids[town] for town in seen}


def test_scopes_are_those_of_the_records(land: Land) -> None:
    with land.store.transaction() as connection:
        found = {one.invariant: one.violations for one in check_invariants(connection)}
        assert found["A1"] == 0
        connection.execute("update source set brand = 'Другая' where name = %s", ["ural"])
        assert {one.invariant: one.violations for one in check_invariants(connection)}["A1"] > 0
        connection.execute("update source set brand = %s where name = 'ural'", [URAL.brand])
