"""Messages in the shape of the Segment specification, one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.errors import RowRejected
from litso.sources.messages import attributes_of, read_message

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def at(raw: dict[str, Any], sent_at: datetime | None = None) -> datetime:
    return read_message({"type": "track", "userId": "1", "event": "x", **raw}, NOW, sent_at).at


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        ("track", {"userId": "u", "event": "Login"}, ("u", "Login", {})),
        ("track", {"userId": 42, "event": "Login"}, ("42", "Login", {})),
        ("track", {"anonymousId": "a", "event": "x", "properties": {"n": 1}}, ("anonymous:a", "x", {"n": 1})),
        ("page", {"userId": "u", "properties": {"title": "Цены"}}, ("u", "Цены", {"title": "Цены"})),
        ("page", {"userId": "u", "name": "Счёт", "properties": {"path": "/"}}, ("u", "Счёт", {"path": "/"})),
        ("screen", {"userId": "u"}, ("u", "", {})),
        ("identify", {"userId": "u", "traits": {"email": "a@b.ru"}}, ("u", "", {"email": "a@b.ru"})),
        ("group", {"userId": "u", "groupId": 7, "traits": {"name": "ООО"}}, ("u", "ООО", {"name": "ООО"})),
        ("track", {"userId": "u", "event": "a\x00b", "properties": {"k\x00": ["\x00"]}}, ("u", "ab", {"k": [""]})),
    ],
)
def test_a_message_is_read(kind: str, raw: dict[str, Any], expected: tuple[Any, ...]) -> None:
    found = read_message({"type": kind, **raw}, NOW)
    assert (found.kind, found.owner, found.title, dict(found.values)) == (kind, *expected)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"userId": "u"}, "message_type"),
        ({"type": "trek", "userId": "u"}, "message_type"),
        ({"type": ["track"], "userId": "u"}, "message_type"),
        ({"type": "track", "event": "x"}, "message_user"),
        ({"type": "track", "userId": " ", "event": "x"}, "message_user"),
        ({"type": "track", "userId": "anonymous:x", "event": "x"}, "message_user"),
        ({"type": "track", "userId": "", "event": "x"}, "message_shape"),
        ({"type": "track", "userId": "u"}, "message_shape"),
        ({"type": "track", "userId": "u", "event": 5}, "message_shape"),
        ({"type": "track", "userId": "u", "event": "x", "timestamp": "yesterday"}, "message_shape"),
        ({"type": "group", "userId": "u"}, "message_shape"),
        ({"type": "alias", "userId": "u"}, "message_shape"),
        ({"type": "identify", "userId": "u", "traits": []}, "message_shape"),
        ({"type": "track", "userId": "u", "event": "x", "messageId": "m" * 101}, "message_shape"),
        ({"type": "track", "userId": "u", "event": "x", "properties": {"t": "я" * 17_000}}, "message_size"),
        ({"type": "track", "userId": "u", "event": "x", "timestamp": "2999-01-01T00:00:00Z"}, "message_timestamp"),
        ({"type": "track", "userId": "u", "event": "x", "timestamp": "0001-01-01T00:00:00Z"}, "message_timestamp"),
    ],
)
def test_a_wrong_message_has_a_reason(raw: dict[str, Any], code: str) -> None:
    with pytest.raises(RowRejected) as met:
        read_message(raw, NOW)
    assert met.value.code == code


def test_a_reason_tells_no_value() -> None:
    with pytest.raises(RowRejected) as met:
        read_message({"type": "track", "userId": "u", "event": "x", "timestamp": "+7 912 345-67-89"}, NOW)
    assert "912" not in str(met.value)


@pytest.mark.parametrize(
    ("raw", "sent_at", "expected"),
    [
        ({}, None, NOW),
        ({"timestamp": "2026-11-20T10:00:00Z"}, None, NOW - timedelta(days=2, hours=2)),
        ({"timestamp": "2026-11-20T10:00:00"}, None, NOW - timedelta(days=2, hours=2)),
        # The clock of the device is an hour late: it happened ten minutes before it was sent.
        ({"timestamp": "2026-11-22T10:50:00Z", "sentAt": "2026-11-22T11:00:00Z"}, None, NOW - timedelta(minutes=10)),
        ({"originalTimestamp": "2026-11-22T10:50:00Z", "timestamp": "2026-11-01T00:00:00Z"},
         datetime(2026, 11, 22, 11, tzinfo=UTC), NOW - timedelta(minutes=10)),
        # It cannot have happened after it was sent.
        ({"timestamp": "2026-11-22T13:00:00Z"}, None, NOW),
    ],
)  # fmt: skip
def test_the_clock_of_the_device_is_corrected(
    raw: dict[str, Any], sent_at: datetime | None, expected: datetime
) -> None:
    assert at(raw, sent_at) == expected


@given(
    skew=st.timedeltas(timedelta(days=-300), timedelta(days=300)), ago=st.timedeltas(timedelta(0), timedelta(days=900))
)
def test_a_wrong_clock_changes_nothing(skew: timedelta, ago: timedelta) -> None:
    sent = NOW + skew
    assert at({"timestamp": (sent - ago).isoformat(), "sentAt": sent.isoformat()}) == NOW - ago


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        ({"name": "Иванов Пётр"}, {"full_name": ["Иванов Пётр"]}),
        ({"name": "Петя", "firstName": "Пётр", "lastName": "Иванов"}, {"given_name": ["Пётр"], "surname": ["Иванов"]}),
        ({"email": "a@b.ru", "plan": "free"}, {"email": ["a@b.ru"]}),
        ({"phone": ["1", "2"], "account": 81234}, {"phone": ["1", "2"], "account": ["81234"]}),
        ({"birthday": "1961-04-12T00:00:00.000Z"}, {"birth_date": ["1961-04-12"]}),
        ({"address": {"street": "ул Ленина, 5", "city": "Самара", "postalCode": 443001}},
         {"address": ["443001, Самара, ул Ленина, 5"]}),
        ({"address": "Самара, ул Ленина, 5"}, {"address": ["Самара, ул Ленина, 5"]}),
        ({"email": None, "phone": True, "name": " "}, {}),
        ({"name": {"first": "x"}}, {}),
    ],
)  # fmt: skip
def test_traits_are_attributes(traits: dict[str, Any], expected: dict[str, list[str]]) -> None:
    assert attributes_of(traits) == expected
