"""Every word of an explanation has its English."""

from __future__ import annotations

import re

import pytest

from litso.resolve.claims import claims_of
from litso.resolve.english import find_english
from litso.resolve.keys import rules_of

CUSTOMS = {f"custom:{compare}": compare for compare in ("exact", "fuzzy", "date", "number")}


@pytest.mark.parametrize("kind", ["person", "organization"])
def test_claims_levels_and_keys_have_english(kind: str) -> None:
    texts = [level.sentence for claim in claims_of(kind, CUSTOMS) for level in claim.levels]
    texts += [claim.title for claim in claims_of(kind) if re.search("[А-яё]", claim.title)]
    texts += [rule.title for rule in rules_of(kind, CUSTOMS)]
    assert [text for text in texts if not find_english(text)] == []
    assert not [text for text in texts if re.search("[А-яё]", find_english(text) or "")]


def test_documents_are_named_in_english() -> None:
    assert find_english("СНИЛС отличается одной цифрой") == "the SNILS differs by one digit"
    assert find_english("общее значение badge") == "a value of badge in common"
    assert find_english("чего нет") is None
