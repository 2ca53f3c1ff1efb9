"""Delays of sign-ins that fail: how they grow, whom they hit, that nobody gets around them by being many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from litso.store import throttle
from litso.store.database import Connection, Store
from litso.store.throttle import ACCOUNT, ADDRESS, PAIR, RULES, delay_seconds, remaining

HERE, THERE = "192.0.2.1", "192.0.2.2"


def pass_time(connection: Connection, seconds: float) -> None:
    connection.execute(
        "update sign_in_attempt"
        " set at = at - make_interval(secs => %(s)s), until = until - make_interval(secs => %(s)s)",
        {"s": seconds},
    )


def failures(connection: Connection, login: str, address: str, most: int = 100) -> int:
    """How many attempts in a row are let through."""
    return next((count for count in range(most) if throttle.charge(connection, login, address) > 0), most)


def waits(connection: Connection, login: str, address: str) -> list[float]:
    """The delays that follow one another when somebody tries as soon as they may."""
    found = []
    for _ in range(20):
        wait = throttle.charge(connection, login, address)
        if wait > 0:
            found.append(wait)
            pass_time(connection, wait)
            assert throttle.charge(connection, login, address) == 0
    return found


@pytest.mark.parametrize(
    ("kind", "level", "seconds"),
    [
        (PAIR, 1, 0), (PAIR, 4, 0), (PAIR, 4.4, 0), (PAIR, 4.9, 15), (PAIR, 5, 15), (PAIR, 6.4, 30), (PAIR, 7, 60),
        (PAIR, 11, 900), (PAIR, 1e9, 900), (ACCOUNT, 9, 0), (ACCOUNT, 10, 5), (ACCOUNT, 17, 640), (ACCOUNT, 18, 900),
        (ADDRESS, 49, 0), (ADDRESS, 50, 5), (ADDRESS, 60, 900),
    ],
)  # fmt: skip
def test_delays_double_up_to_a_quarter_of_an_hour(kind: str, level: float, seconds: float) -> None:
    assert delay_seconds(RULES[kind], level) == seconds


@pytest.mark.parametrize(
    ("kind", "elapsed", "left"), [(PAIR, 0, 5), (PAIR, 600, 4), (PAIR, 900, 3.5), (PAIR, 1e9, 0), (ADDRESS, 60, 3)]
)
def test_failures_are_forgotten_one_by_one(kind: str, elapsed: float, left: float) -> None:
    assert remaining(RULES[kind], 5, elapsed) == left


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"), ("", ""), ("not an address", "not an address"),
    ],
)  # fmt: skip
def test_a_network_of_ipv6_counts_as_one_address(address: str, key: str) -> None:
    assert throttle.address_key(address) == key


def test_a_guesser_waits_longer_and_longer(connection: Connection) -> None:
    found = waits(connection, "anna", HERE)
    assert found[:4] == pytest.approx([15, 30, 60, 120], abs=1)
    assert all(200 < wait <= 900 for wait in found[5:]), "some ten an hour, for ever"


def test_waiting_costs_nothing_more(connection: Connection) -> None:
    assert failures(connection, "anna", HERE) == 5
    before = throttle.charge(connection, "anna", HERE)
    assert throttle.charge(connection, "anna", HERE) <= before


def test_an_unknown_login_waits_like_a_known_one_however_it_is_typed(connection: Connection) -> None:
    logins = ("nobody", " NoBody", "NOBODY ", "nobody", "nobody")
    assert [throttle.charge(connection, login, HERE) for login in logins] == [0] * 5
    assert throttle.charge(connection, "nobody", HERE) > 0
    assert throttle.charge(connection, "somebody", HERE) == 0


def test_many_addresses_slow_each_other_at_one_account(connection: Connection) -> None:
    tries = [throttle.charge(connection, "anna", f"198.51.100.{n}") for n in range(12)]
    assert tries[:10] == [0] * 10
    assert all(wait > 0 for wait in tries[10:])


def test_one_address_is_slowed_over_many_accounts(connection: Connection) -> None:
    tries = [throttle.charge(connection, f"user{n}", HERE) for n in range(52)]
    assert tries[:50] == [0] * 50
    assert all(wait > 0 for wait in tries[50:])
    assert throttle.charge(connection, "user51", THERE) == 0


def test_a_stranger_does_not_shut_a_user_out(connection: Connection) -> None:
    throttle.charge(connection, "anna", HERE)
    throttle.forgive(connection, "anna", HERE)
    for n in range(20):
        throttle.charge(connection, "anna", f"198.51.100.{n}")
    assert throttle.charge(connection, "anna", THERE) > 0
    assert throttle.charge(connection, "anna", HERE) == 0


def test_a_known_address_may_not_guess_for_ever(connection: Connection) -> None:
    throttle.charge(connection, "anna", HERE)
    throttle.forgive(connection, "anna", HERE)
    assert failures(connection, "anna", HERE) == 5


def test_one_valid_account_does_not_pay_for_guesses_at_others(connection: Connection) -> None:
    let = 0
    for n in range(100):
        if throttle.charge(connection, f"user{n}", HERE) > 0:
            break
        let += 1
        if throttle.charge(connection, "mine", HERE) > 0:
            break
        throttle.forgive(connection, "mine", HERE)
    assert let <= 50


def test_an_administrator_lets_somebody_try_again(connection: Connection) -> None:
    for n in range(20):
        throttle.charge(connection, "anna", f"198.51.100.{n // 5}")
    waiting = {one.kind for one in throttle.held(connection)}
    assert ACCOUNT in waiting
    throttle.release(connection, "Anna")
    assert throttle.charge(connection, "anna", "198.51.100.0") == 0
    assert throttle.held(connection) == []


def test_an_address_is_let_free(connection: Connection) -> None:
    for n in range(50):
        throttle.charge(connection, f"user{n}", HERE)
    [found] = throttle.held(connection)
    assert (found.kind, found.key, found.is_waiting) == (ADDRESS, HERE, True)
    assert throttle.release_address(connection, HERE)
    assert not throttle.release_address(connection, HERE)
    assert throttle.charge(connection, "user51", HERE) == 0


def test_many_at_once_gain_nothing(store: Store) -> None:
    def attempt(_: int) -> float:
        with store.transaction() as connection:
            return throttle.charge(connection, "anna", HERE)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(40)))
    assert answers.count(0) == 5


def test_logins_are_not_written_down(connection: Connection) -> None:
    throttle.charge(connection, "my-secret-password", HERE)
    stored = connection.execute("select string_agg(s::text, ' ') from sign_in_attempt s").fetchone()
    assert stored is not None
    assert "my-secret-password" not in stored[0]


def test_what_is_long_over_is_swept_away(connection: Connection) -> None:
    throttle.charge(connection, "anna", HERE)
    connection.execute("update sign_in_attempt set at = now() - interval '2 days', until = now() - interval '2 days'")
    throttle.charge(connection, "boris", THERE)
    throttle.forgive(connection, "boris", THERE)
    assert connection.execute("select count(*) from sign_in_attempt").fetchone() == (3,)
