"""Buckets of requests: steady, with a burst, each on its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.errors import TooMany
from litso.settings import load_settings
from litso.usecases.access import INTEGRATOR, OPERATOR, Actor
from litso.usecases.limits import Buckets, Limits


class Clock:
    """A clock that goes when it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def passed(buckets: Buckets, name: str, tries: int) -> int:
    count = 0
    for _ in range(tries):
        try:
            buckets.take(name)
            count += 1
        except TooMany:
            pass
    return count


def test_a_burst_then_as_many_as_flow_in() -> None:
    clock = Clock()
    buckets = Buckets(2, clock)
    assert passed(buckets, "anna", 100) == 20
    assert passed(buckets, "boris", 5) == 5
    clock.now = 1.5
    assert passed(buckets, "anna", 100) == 3
    with pytest.raises(TooMany) as refused:
        buckets.take("anna")
    assert refused.value.seconds == 1
    clock.now = 1000
    assert passed(buckets, "anna", 100) == 20


@given(st.lists(st.floats(0, 3), max_size=80), st.integers(1, 5))
def test_no_more_than_the_rate_and_one_burst_pass(pauses: list[float], rate: int) -> None:
    clock, count = Clock(), 0
    buckets = Buckets(rate, clock)
    for pause in pauses:
        clock.now += pause
        count += passed(buckets, "anna", 7)
    assert count <= rate * 10 + clock.now * rate + 1e-6


def test_programs_and_users_have_limits_of_their_own() -> None:
    limits = Limits(load_settings({"LITSO_USER_RATE": "1", "LITSO_TOKEN_RATE": "100"}))
    for _ in range(10):
        limits.take(Actor("anna", OPERATOR))
    with pytest.raises(TooMany):
        limits.take(Actor("anna", OPERATOR))
    for _ in range(500):
        limits.take(Actor("anna", INTEGRATOR, is_service=True))
