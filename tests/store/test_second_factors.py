"""Authenticators and recovery codes: each code once, nothing in the store that lets anybody in."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from litso.domain import totp
from litso.errors import Misconfigured
from litso.store import second_factors, users
from litso.store.database import Connection, Store
from litso.store.sealing import Box

BOX = Box([b"k" * 32])
NOW = 1_800_000_000.0


def code(secret: bytes, seconds: float = NOW) -> str:
    return totp.code_at(secret, totp.step_at(seconds))


def new_user(connection: Connection, login: str = "anna") -> int:
    return users.create(connection, login=login, name="", role="steward", password=None).user_id


def enrolled(connection: Connection, login: str = "anna") -> tuple[int, bytes, list[str]]:
    user_id = new_user(connection, login)
    secret = second_factors.begin(connection, BOX, user_id)
    codes = second_factors.confirm(connection, BOX, user_id, code(secret), NOW)
    assert codes is not None
    return user_id, secret, codes


def test_nothing_is_demanded_before_the_first_right_code(connection: Connection) -> None:
    user_id = new_user(connection)
    assert second_factors.confirm(connection, BOX, user_id, "000000", NOW) is None
    secret = second_factors.begin(connection, BOX, user_id)
    assert second_factors.begin(connection, BOX, user_id) == secret, "a page that is loaded again shows the same"
    wrong = code(secret, NOW + 300)
    assert second_factors.confirm(connection, BOX, user_id, wrong, NOW) is None
    assert second_factors.find(connection, user_id) is None
    assert not second_factors.accept(connection, BOX, user_id, code(secret), NOW)
    assert second_factors.confirm(connection, BOX, user_id, code(secret), NOW) is not None
    found = second_factors.find(connection, user_id)
    assert found is not None
    assert found.left == 10
    assert second_factors.enrolled(connection) == {user_id}


def test_a_confirmed_authenticator_is_not_enrolled_over(connection: Connection) -> None:
    user_id, secret, _ = enrolled(connection)
    assert second_factors.begin(connection, BOX, user_id) == secret
    assert second_factors.confirm(connection, BOX, user_id, code(secret, NOW + 60), NOW + 60) is None


def test_a_code_works_once_and_no_earlier_one_after_it(connection: Connection) -> None:
    user_id, secret, _ = enrolled(connection)
    assert not second_factors.accept(connection, BOX, user_id, code(secret), NOW), "used up by the enrolment"
    assert second_factors.accept(connection, BOX, user_id, code(secret, NOW + 60), NOW + 60)
    assert not second_factors.accept(connection, BOX, user_id, code(secret, NOW + 60), NOW + 61)
    assert not second_factors.accept(connection, BOX, user_id, code(secret, NOW + 30), NOW + 60)
    assert second_factors.accept(connection, BOX, user_id, code(secret, NOW + 90), NOW + 60)
    assert not second_factors.accept(connection, BOX, user_id, code(secret, NOW + 300), NOW + 60)


def test_of_many_at_once_one_comes_in(store: Store) -> None:
    with store.transaction() as connection:
        user_id, secret, codes = enrolled(connection)

    def attempt(_: int) -> tuple[bool, bool]:
        with store.transaction() as connection:
            by_code = second_factors.accept(connection, BOX, user_id, code(secret, NOW + 60), NOW + 60)
            return by_code, second_factors.recover(connection, user_id, codes[0])

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(16)))
    assert [sum(column) for column in zip(*answers, strict=True)] == [1, 1]


def test_a_recovery_code_works_once_for_its_user(connection: Connection) -> None:
    user_id, _, codes = enrolled(connection)
    other, _, _ = enrolled(connection, "boris")
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){3}", one) for one in codes)
    assert not second_factors.recover(connection, other, codes[0])
    assert second_factors.recover(connection, user_id, f" {codes[0].replace('-', ' ').upper()} ")
    assert not second_factors.recover(connection, user_id, codes[0])
    renewed = second_factors.renew_codes(connection, user_id)
    assert not second_factors.recover(connection, user_id, codes[1])
    assert second_factors.recover(connection, user_id, renewed[1])
    found = second_factors.find(connection, user_id)
    assert found is not None
    assert found.left == 9


def test_the_store_alone_lets_nobody_in(connection: Connection) -> None:
    user_id, secret, codes = enrolled(connection)
    stored = connection.execute("select secret from second_factor").fetchone()
    assert stored is not None
    assert secret not in bytes(stored[0])
    hashes = b" ".join(bytes(row[0]) for row in connection.execute("select code_hash from recovery_code").fetchall())
    assert codes[0].replace("-", "").encode() not in hashes
    with pytest.raises(Misconfigured):
        second_factors.accept(connection, Box([b"x" * 32]), user_id, code(secret, NOW + 60), NOW + 60)


def test_a_secret_moved_to_another_user_does_not_open(connection: Connection) -> None:
    user_id, _, _ = enrolled(connection)
    other, secret, _ = enrolled(connection, "boris")
    connection.execute(
        "update second_factor set secret = (select secret from second_factor where user_id = %s) where user_id = %s",
        [other, user_id],
    )
    with pytest.raises(Misconfigured, match="moved"):
        second_factors.accept(connection, BOX, user_id, code(secret, NOW + 60), NOW + 60)


def test_it_is_removed_with_its_codes(connection: Connection) -> None:
    user_id, secret, codes = enrolled(connection)
    assert second_factors.remove(connection, user_id)
    assert not second_factors.remove(connection, user_id)
    assert not second_factors.recover(connection, user_id, codes[0])
    assert second_factors.begin(connection, BOX, user_id) != secret
