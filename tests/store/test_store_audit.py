"""The audit in the store: sealing while others write, what tampering leaves behind, and which ledgers write into it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from litso.errors import LitsoError, Misconfigured
from litso.privacy.chain import ids_of
from litso.store import audit
from litso.store.audit_blocks import Verified, head, seal_next, tail, verify
from litso.store.database import Connection, Store, connect

PARTY = "0199aaaa-0000-7000-8000-000000000001"


@pytest.fixture(autouse=True)
def new_numbers(database_url: str) -> None:
    """The tests count gaps: ids begin anew, as in a new store."""
    with connect(database_url) as connection:
        connection.execute("alter sequence audit_number restart")


def write(store: Store, count: int = 1, actor: str = "anna") -> None:
    with store.transaction() as connection:
        for _ in range(count):
            audit.write(connection, actor=actor, action="profile", party_id=PARTY, fields=["phones"], purpose="call")


def sealed(store: Store) -> list[int]:
    """Seal once; answers the ids of the block."""
    with store.transaction() as connection:
        block = seal_next(connection)
        return [] if block is None else ids_of(block)


def checked(store: Store, **span: int) -> Verified:
    with store.transaction() as connection:
        return verify(connection, **span)


def ids(store: Store) -> list[int]:
    with store.transaction() as connection:
        return [row[0] for row in connection.execute("select audit_id from audit order by 1").fetchall()]


def gaps(store: Store) -> int:
    with store.transaction() as connection:
        return len(connection.execute("select from audit_gap").fetchall())


def forget_gaps(store: Store) -> None:
    """Seal until no gap waits: transactions of other tests on this server keep them."""
    for _ in range(600):
        sealed(store)
        if gaps(store) == 0:
            return
        time.sleep(0.05)
    raise AssertionError("gaps are kept")


# Sealing --------------------------------------------------------------------------------------------------------


def test_what_is_written_is_sealed_once(store: Store) -> None:
    write(store, 3)
    first = sealed(store)
    write(store, 2)
    assert [*first, *sealed(store)] == ids(store)
    assert sealed(store) == []
    found = checked(store)
    assert (found.blocks, found.rows, found.faults) == (2, 5, ())
    with store.transaction() as connection:
        assert tail(connection).rows == 0


def test_a_row_committed_late_is_sealed_in_the_next_block(store: Store) -> None:
    with connect(store.url) as slow:
        audit.write(slow, actor="slow", action="profile")
        write(store, 2)
        early = sealed(store)
        assert gaps(store) == 1
        assert sealed(store) == []  # and the gap is kept while its transaction lives
        assert gaps(store) == 1
        slow.commit()
    with store.transaction() as connection:
        assert tail(connection).rows == 1
    late = sealed(store)
    assert len(early) == 2
    assert late[0] < early[0]
    assert checked(store).faults == ()
    forget_gaps(store)


def test_the_gap_of_a_failed_transaction_is_forgotten(store: Store) -> None:
    with connect(store.url) as failing:
        audit.write(failing, actor="failing", action="profile")
        write(store)
        sealed(store)
        failing.rollback()
    forget_gaps(store)
    assert ids(store) == [2]


def test_one_seals_at_a_time(store: Store) -> None:
    write(store)
    with store.transaction() as one, store.transaction() as other:
        assert seal_next(one) is not None
        assert seal_next(other) is None


def test_many_write_commit_late_and_fail_while_two_seal(store: Store) -> None:
    stop = Event()

    def writer(seed: int) -> int:
        chance, kept = random.Random(seed), 0
        with connect(store.url) as connection:
            for _ in range(40):
                count = chance.randint(1, 3)
                for _ in range(count):
                    audit.write(connection, actor=f"writer {seed}", action="profile")
                    stop.wait(chance.choice((0, 0, 0.002, 0.01)))
                if chance.random() < 0.25:
                    connection.rollback()
                else:
                    connection.commit()
                    kept += count
        return kept

    def sealer() -> int:
        count = 0
        while not stop.is_set():
            count += len(sealed(store))
            assert checked(store).faults == ()
        return count

    with ThreadPoolExecutor(8) as pool:
        sealers = [pool.submit(sealer) for _ in range(2)]
        kept = sum(pool.map(writer, range(6)))
        stop.set()
        done = sum(one.result() for one in sealers)
    while rest := sealed(store):
        done += len(rest)
    found = checked(store)
    assert found.faults == ()
    assert kept == done == found.rows == len(ids(store))
    forget_gaps(store)


# Tampering ------------------------------------------------------------------------------------------------------


def tampered(store: Store, statement: str) -> None:
    """What somebody does who rules the database."""
    with connect(store.url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(statement.encode())


@pytest.mark.parametrize("statement", [
    "update audit set actor = 'boris'", "delete from audit", "truncate audit", "update audit_block set last_id = 0",
    "delete from audit_block",
])  # fmt: skip
def test_nothing_is_changed_or_deleted_in_the_ordinary_way(store: Store, statement: str) -> None:
    write(store)
    sealed(store)
    with pytest.raises(Misconfigured, match="append-only"), store.transaction() as connection:
        connection.execute(statement.encode())


CASES: list[tuple[str, str, int, tuple[int, ...]]] = [
    ("update audit set actor = 'boris' where audit_id = {0}", "rows were changed", 1, (0,)),
    ("update audit set fields = '{{}}' where audit_id = {4}", "rows were changed", 2, (4,)),
    ("update audit set at = at + interval '1 microsecond' where audit_id = {1}", "rows were changed", 1, (1,)),
    ("update audit set audit_id = audit_id + 1000 where audit_id = {5}", "rows are gone", 2, (5,)),
    ("delete from audit where audit_id in ({0}, {2})", "rows are gone", 1, (0, 2)),
    ("update audit a set actor = b.actor, purpose = b.purpose, at = b.at from audit b"
     " where b.audit_id = {5} and a.audit_id = {4}", "rows were changed", 2, (4,)),
    ("insert into audit (audit_id, actor, action) values ({3}, 'nobody', 'profile')", "rows were added", 2, (3,)),
    ("update audit_block set hash = sha256(hash) where block_id = 1", "the block itself was changed", 1, ()),
    ("update audit_block set members = substr(members, 17) where block_id = 2", "the block itself was changed", 2, ()),
    ("update audit_block set sealed_at = now() where block_id = 2", "the block itself was changed", 2, ()),
    ("delete from audit_block where block_id = 1", "blocks before it are gone", 2, ()),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "said", "block", "places"), CASES, ids=[case[0][:60] for case in CASES])
def test_tampering_is_found_with_its_block_and_rows(
    store: Store, statement: str, said: str, block: int, places: tuple[int, ...]
) -> None:
    write(store, 3)
    sealed(store)
    with connect(store.url) as failing:
        audit.write(failing, actor="failing", action="profile")
        failing.rollback()
    write(store, 2)
    sealed(store)
    forget_gaps(store)
    numbers = ids(store)
    numbers.insert(3, numbers[2] + 1)  # the id of the failed one
    tampered(store, statement.format(*numbers))
    faults = checked(store).faults
    assert (block, said, tuple(numbers[place] for place in places)) in [tuple(fault) for fault in faults]


def test_a_part_of_the_chain_is_verified_alone(store: Store) -> None:
    for _ in range(4):
        write(store, 2)
        sealed(store)
    tampered(store, f"delete from audit where audit_id = {ids(store)[2]}")
    assert [fault.block_id for fault in checked(store).faults] == [2]
    assert checked(store, first=3).faults == ()
    assert checked(store, last=1).faults == ()
    found = checked(store, first=2, last=3)
    assert (found.blocks, found.rows, len(found.faults)) == (2, 4, 1)


def test_a_late_row_beyond_the_verified_part_is_no_fault(store: Store) -> None:
    with connect(store.url) as slow:
        audit.write(slow, actor="slow", action="profile")
        write(store)
        sealed(store)
        slow.commit()
    assert checked(store).faults == ()  # committed, waits for its block
    sealed(store)
    assert checked(store, last=1).faults == ()


def test_random_tampering_is_always_found(store: Store) -> None:
    write(store, 60)
    sealed(store)
    chance, numbers = random.Random(7), ids(store)
    edits: list[Callable[[int], str]] = [
        lambda one: f"update audit set actor = actor || ' ' where audit_id = {one}",
        lambda one: f"update audit set purpose = 'request' where audit_id = {one}",
        lambda one: f"update audit set party_id = null where audit_id = {one}",
        lambda one: f"delete from audit where audit_id = {one}",
    ]
    for one in chance.sample(numbers, 20):
        with connect(store.url) as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute(chance.choice(edits)(one).encode())
            [fault] = verify(connection).faults
            connection.rollback()
        assert fault.rows == (one,)
    assert checked(store).faults == ()


# Who writes into it ---------------------------------------------------------------------------------------------


def test_every_ledger_writes_into_the_audit(connection: Connection) -> None:
    """A table that says who did something, and when, has a trigger; those that do not say why here."""
    exempt = {
        "policy": "made with a trial, which is written",
        "job": "work of programs",
        "consumer": "its log is written",
        "connection": "what people do to it is written by litso.usecases.connecting",
        "connection_run": "its loads are written",
        "idempotency": "an answer kept for a while",
        "audit": "is the audit",
    }  # fmt: skip
    query = """
        select c.relname, exists (select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
                                  where t.tgrelid = c.oid and p.proname in ('audit_ledger', 'audit_row'))
        from pg_class c
        where c.relnamespace = 'litso'::regnamespace and c.relkind = 'r' and exists (
            select from pg_attribute a where a.attrelid = c.oid
            and (a.attname ~ '_by$' and a.attname <> 'superseded_by' or a.attname in ('author', 'actor')))"""
    silent = {name for name, is_written in connection.execute(query).fetchall() if not is_written}
    assert silent <= exempt.keys(), silent - exempt.keys()


def told(connection: Connection) -> list[tuple[str, str, str]]:
    query = "select actor, action, object from audit order by audit_id"
    return [(who, what, which) for who, what, which in connection.execute(query).fetchall()]


PIN = "insert into pin (source, source_id, attribute, value, author, reason) values ('crm', %s, 'email', 'x', %s, 'r')"


def test_acts_in_a_ledger_are_entries_each_and_many_at_once_are_one(connection: Connection) -> None:
    connection.execute(PIN, ["1", "anna"])
    connection.execute("update pin set value = 'y'")
    connection.execute("update pin set undone_by = 'boris', undone_at = now()")
    (number,) = connection.execute("select pin_id from pin").fetchone() or (0,)
    assert told(connection) == [("anna", "pin.add", f"pin {number}"), ("boris", "pin.undo", f"pin {number}")]
    assert connection.execute("select distinct fields from audit where action = 'pin.add'").fetchone() == (["email"],)
    connection.execute(
        "insert into pin (source, source_id, attribute, value, author, reason)"
        " select 'crm', n::text, 'email', 'x', 'anna', 'r' from generate_series(2, 300) n"
    )
    entry = connection.execute("select actor, action, object, found from audit order by audit_id desc").fetchone()
    assert entry == ("anna", "pin.add", "pin", 299)


SOURCE = "insert into source (name, party, mapping) values ('crm', 'person', 'a: b')"


def test_rows_without_an_author_are_those_of_whom_the_transaction_works_for(connection: Connection) -> None:
    audit.acting(connection, "anna")
    connection.execute(SOURCE)
    connection.execute("update source set priority = 7, updated_at = now()")
    connection.execute("update source set updated_at = now()")
    audit.acting(connection, "")
    connection.execute("delete from source")
    first, second, third = told(connection)
    assert [first, second] == [("anna", "source.add", "source crm"), ("anna", "source.change", "source crm")]
    assert third[0].startswith("database ")
    assert third[1:] == ("source.remove", "source crm")
    assert connection.execute("select fields from audit where action = 'source.change'").fetchall() == [(["priority"],)]


def test_no_value_gets_into_the_audit(connection: Connection) -> None:
    connection.execute(PIN.replace("'x'", "'secret@example.org'"), ["1", "anna"])
    connection.execute(
        "insert into user_account (login, name, role, password_hash) values ('x', 'X', 'steward', 'hush')"
    )
    kept = connection.execute("select string_agg(a::text, ' ') from audit a").fetchone()
    assert kept is not None
    assert not {"secret", "hush"} & set(kept[0].replace("@", " ").split())


def test_an_entry_that_cannot_be_written_takes_its_change_with_it(store: Store) -> None:
    with connect(store.url) as broken:
        broken.execute("alter table audit add constraint full_disk check (false) not valid")
    try:
        with pytest.raises(LitsoError), store.transaction() as connection:
            connection.execute(PIN, ["1", "anna"])
        with store.transaction() as connection:
            assert connection.execute("select from pin").fetchall() == []
            assert head(connection) is None
    finally:
        with connect(store.url) as whole:
            whole.execute("alter table audit drop constraint full_disk")
