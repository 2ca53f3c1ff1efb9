"""Judgements, users, sessions, tokens, the audit of reads, repeated requests, models."""

from __future__ import annotations

from datetime import timedelta

import pytest
from psycopg import sql

from litso.errors import BadUsage, Conflict, Forbidden, NotFound
from litso.store import audit, idempotency, judgements, models, users
from litso.store.database import Connection, Store
from litso.store.idempotency import Reply

PARTY = "11111111-1111-4111-8111-111111111111"
A, B, C = ("billing", "1"), ("crm", "1"), ("crm", "Ё")


def judge(connection: Connection, verdict: str, left: tuple[str, str], right: tuple[str, str]) -> int:
    return judgements.add(connection, verdict=verdict, left=left, right=right, author="anna", reason="паспорт")


def test_a_judgement_is_added_undone_and_kept(connection: Connection) -> None:
    entry = judge(connection, "different", B, A)
    [active] = judgements.active_of(connection, [A])
    assert active[1:8] == ("different", *A, *B, "anna", "паспорт")
    undone, *revived = judgements.undo(connection, entry, "boris")
    assert revived == []
    assert (undone.undone_by, undone.undone_at is None) == ("boris", False)
    assert judgements.active_of(connection, [A, B]) == []
    assert judgements.of_records(connection, [B]) == [undone]
    with pytest.raises(Conflict):
        judgements.undo(connection, entry, "boris")
    with pytest.raises(NotFound):
        judgements.undo(connection, entry + 1, "boris")


def test_a_new_judgement_of_a_pair_takes_the_place_of_the_old(connection: Connection) -> None:
    first = judge(connection, "same", A, B)
    second = judge(connection, "different", B, A)
    third = judge(connection, "same", B, C)
    assert [entry.judgement_id for entry in judgements.active_of(connection, [B])] == [second, third]
    assert [entry.judgement_id for entry in judgements.of_records(connection, [A, B])] == [first, second, third]
    read = judgements.read_active(connection)
    assert read.schema == judgements.JUDGEMENT_SCHEMA
    assert read["verdict"].to_pylist() == ["different", "same"]
    assert read["right_id"].to_pylist() == ["1", "Ё"]


@pytest.mark.parametrize("pair", [(("a", "я"), ("a", "Z")), (("b", "ё"), ("b", "я")), (("A", "1"), ("a", "1"))])
def test_pairs_are_ordered_by_code_point(connection: Connection, pair: tuple[tuple[str, str], tuple[str, str]]) -> None:
    entry = judgements.get(connection, judge(connection, "same", *pair))
    assert [(entry.left_source, entry.left_id), (entry.right_source, entry.right_id)] == sorted(pair)


def test_a_record_is_not_judged_with_itself(connection: Connection) -> None:
    with pytest.raises(BadUsage):
        judge(connection, "same", A, A)


# Users ------------------------------------------------------------------------------------------------------------


def new_user(connection: Connection, login: str = "anna", role: str = "operator") -> users.User:
    return users.create(connection, login=login, name="Анна", role=role, password="длинный пароль")


WRONG = [("anna", "другой пароль"), ("anna", ""), ("boris", "длинный пароль"), ("", "")]


def test_a_user_signs_in_by_password_alone(connection: Connection) -> None:
    assert not users.any_active(connection)
    user = new_user(connection, " Anna ")
    assert users.any_active(connection)
    assert users.authenticate(connection, "ANNA", "длинный пароль") == user
    for login, password in (
        ("anna", "другой пароль"),
        ("anna", ""),
        ("boris", "длинный пароль"),
        ("", ""),
        ("anna", "x" * 10**6),
    ):
        assert users.authenticate(connection, login, password) is None
    [(stored,)] = connection.execute("select password_hash from user_account").fetchall()
    assert stored.startswith("$argon2id$")
    with pytest.raises(Conflict):
        new_user(connection)


@pytest.mark.parametrize("wrong", [{"login": "  "}, {"role": "god"}, {"password": "short"}, {"password": "x" * 1001}])
def test_a_bad_user_is_refused(connection: Connection, wrong: dict[str, str]) -> None:
    with pytest.raises(BadUsage):
        users.create(
            connection, **{"login": "a", "name": "", "role": "operator", "password": "длинный пароль", **wrong}
        )


def test_a_session_lives_until_signed_out(connection: Connection) -> None:
    user = new_user(connection)
    token = users.open_session(connection, user.user_id)
    assert users.find_session(connection, token) == user
    assert users.find_session(connection, token[:-1]) is None
    [(stored,)] = connection.execute("select token_hash from session").fetchall()
    assert token.encode() not in stored
    users.close_session(connection, token)
    assert users.find_session(connection, token) is None


@pytest.mark.parametrize("age", ["expires_at = now()", "seen_at = now() - interval '31 minutes'"])
def test_an_old_session_is_over(store: Store, age: str) -> None:
    with store.transaction() as connection:
        token = users.open_session(connection, new_user(connection).user_id)
        connection.execute(sql.SQL("update session set {}").format(sql.SQL(age)))  # type: ignore[arg-type]
    with store.transaction() as connection:
        assert users.find_session(connection, token) is None
        users.open_session(connection, users.list_all(connection)[0].user_id)
        assert connection.execute("select count(*) from session").fetchone() == (1,)


def test_use_keeps_a_session_alive(store: Store) -> None:
    with store.transaction() as connection:
        token = users.open_session(connection, new_user(connection).user_id)
        connection.execute("update session set seen_at = now() - interval '20 minutes'")
    with store.transaction() as connection:
        assert users.find_session(connection, token) is not None
        assert connection.execute("select seen_at = now() from session").fetchone() == (True,)


def test_sessions_end_with_the_password_and_with_the_user(connection: Connection) -> None:
    user = new_user(connection)
    first = users.open_session(connection, user.user_id)
    users.set_password(connection, user.user_id, "новый пароль")
    assert users.find_session(connection, first) is None
    second = users.open_session(connection, user.user_id)
    users.deactivate(connection, user.user_id)
    assert users.find_session(connection, second) is None
    assert users.authenticate(connection, "anna", "новый пароль") is None
    assert not users.any_active(connection)
    with pytest.raises(NotFound):
        users.deactivate(connection, user.user_id + 1)


def test_a_one_time_token_makes_one_user(connection: Connection) -> None:
    token = users.issue_token(connection)
    assert users.is_token(connection, token)
    user = users.redeem_token(connection, token, login="root", name="", password="длинный пароль")
    assert user.role == "administrator"
    assert not users.is_token(connection, token)
    with pytest.raises(Forbidden):
        users.redeem_token(connection, token, login="other", name="", password="длинный пароль")


def test_tokens_are_void_once_the_first_user_exists_or_their_time_is_over(connection: Connection) -> None:
    first, second = users.issue_token(connection), users.issue_token(connection)
    late = users.issue_token(connection, life=timedelta(0))
    assert [users.is_token(connection, token) for token in (first, second, late)] == [True, True, False]
    users.redeem_token(connection, first, login="root", name="", password="длинный пароль")
    assert not users.is_token(connection, second)
    with pytest.raises(Forbidden):
        users.redeem_token(connection, late, login="late", name="", password="длинный пароль")


def test_a_token_survives_a_refused_password(store: Store) -> None:
    with store.transaction() as connection:
        token = users.issue_token(connection)
    with pytest.raises(BadUsage), store.transaction() as connection:
        users.redeem_token(connection, token, login="root", name="", password="short")
    with store.transaction() as connection:
        assert users.is_token(connection, token)


def test_a_program_has_a_token_until_it_is_revoked(connection: Connection) -> None:
    token = users.issue_service_token(connection, "cabinet")
    service = users.find_service(connection, token)
    assert service is not None
    assert service[:2] == ("cabinet", "integrator")
    with pytest.raises(Conflict):
        users.issue_service_token(connection, "cabinet")
    users.revoke_service(connection, "cabinet")
    assert users.find_service(connection, token) is None
    assert users.find_service(connection, users.issue_service_token(connection, "cabinet")) is not None
    assert users.find_service(connection, token) is None
    assert [one.name for one in users.list_services(connection)] == ["cabinet"]
    with pytest.raises(NotFound):
        users.revoke_service(connection, "erp")


# Audit, repeated requests, models ---------------------------------------------------------------------------------


def test_reads_are_written_down(connection: Connection) -> None:
    audit.write(connection, actor="anna", action="search", found=3)
    audit.write(connection, actor="boris", action="profile", party_id=PARTY, fields=["phone"], purpose="call")
    [read] = audit.of_party(connection, PARTY)
    assert read[2:] == ("boris", "profile", PARTY, "", ["phone"], "call", "", None, None)
    assert [one.actor for one in audit.recent(connection)] == ["boris", "anna"]
    assert [one.found for one in audit.recent(connection, audit.Filter(actor="anna"))] == [3]
    assert [one.actor for one in audit.recent(connection, before=read.audit_id)] == ["anna"]


def test_a_repeated_request_is_answered_as_before(connection: Connection) -> None:
    assert idempotency.find(connection, "anna", "k", b"{}") is None
    idempotency.keep(connection, "anna", "k", b"{}", Reply(201, '{"id": 1}', {"etag": '"1"'}))
    assert idempotency.find(connection, "anna", "k", b"{}") == Reply(201, '{"id": 1}', {"etag": '"1"'})
    assert idempotency.find(connection, "boris", "k", b"{}") is None
    with pytest.raises(BadUsage):
        idempotency.find(connection, "anna", "k", b"[]")


def test_answers_are_kept_for_a_day(connection: Connection) -> None:
    idempotency.keep(connection, "anna", "old", b"", Reply(200, "", {}))
    connection.execute("update idempotency set created_at = now() - interval '25 hours'")
    idempotency.keep(connection, "anna", "new", b"", Reply(200, "", {}))
    assert idempotency.sweep(connection) == 1
    assert idempotency.find(connection, "anna", "old", b"") is None
    assert idempotency.find(connection, "anna", "new", b"") is not None


def test_one_model_is_active(connection: Connection) -> None:
    assert models.find_active(connection) is None
    first = models.activate(connection, '{"a": 1}')
    second = models.activate(connection, '{"a": 2}')
    assert first != second
    assert models.find_active(connection) == models.Model(second, '{"a": 2}')
    assert models.activate(connection, '{"a": 1}') == first
    assert models.find_active(connection) == models.Model(first, '{"a": 1}')
