"""How one source record is named."""

from __future__ import annotations

import pytest

from litso.domain.record_key import parse_key
from litso.errors import BadUsage


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("crm:17", ("crm", "17")),
        (" billing:1001 ", ("billing", "1001")),
        ("meters:2021:00:7", ("meters", "2021:00:7")),
        ("crm: 17", ("crm", " 17")),
    ],
)
def test_a_record_is_named_by_its_source_and_its_id_there(text: str, key: tuple[str, str]) -> None:
    assert parse_key(text) == key


@pytest.mark.parametrize("text", ["", "crm", "crm:", ":17", ":", "  "])
def test_half_a_name_is_told(text: str) -> None:
    with pytest.raises(BadUsage, match="name a record as source:source_id"):
        parse_key(text)
