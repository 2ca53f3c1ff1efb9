"""One-time codes against the vectors of RFC 4226 and RFC 6238, and what a clock that is wrong may do."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.domain import totp

SECRET = b"12345678901234567890"

HOTP = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
TOTP = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


@pytest.mark.parametrize(("step", "code"), list(enumerate(HOTP)))
def test_codes_of_rfc_4226(step: int, code: str) -> None:
    assert totp.code_at(SECRET, step) == code


@pytest.mark.parametrize(("seconds", "code"), TOTP)
def test_codes_of_rfc_6238(seconds: int, code: str) -> None:
    assert totp.code_at(SECRET, totp.step_at(seconds), digits=8) == code


@pytest.mark.parametrize(("early", "step"), [(0, 1000), (-30, 999), (30, 1001), (-60, None), (60, None), (3600, None)])
def test_a_clock_may_be_one_step_off(early: int, step: int | None) -> None:
    code = totp.code_at(SECRET, totp.step_at(30_000 + early))
    assert totp.find_step(SECRET, code, 30_000) == step


@pytest.mark.parametrize("code", ["", "12345", "1234567", "абвгде", "-1", "00000\x00", "٤٥٦٧٨٩"])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert totp.find_step(SECRET, code, 59) is None


def test_a_code_may_be_typed_in_two_groups() -> None:
    assert totp.find_step(SECRET, " 287 082 ", 59) == 1


@given(st.binary(min_size=20, max_size=20))
def test_the_secret_is_what_the_authenticator_is_told(secret: bytes) -> None:
    told = totp.shown(secret)
    assert base64.b32decode(told + "=" * (-len(told) % 8)) == secret
    assert totp.uri_of(secret, issuer="Litso", account="anna b") == (
        f"otpauth://totp/Litso%3Aanna%20b?secret={told}&issuer=Litso"
    )


def test_secrets_are_long_and_differ() -> None:
    found = {totp.new_secret() for _ in range(100)}
    assert len(found) == 100
    assert {len(secret) for secret in found} == {20}
