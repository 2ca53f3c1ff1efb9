"""Hashes are the same everywhere and always: stored keys depend on them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from litso.resolve.hashing import block_keys, combine, hash_text, hash_texts


def test_hashes_never_change() -> None:
    found = [hex(value) for value in hash_texts(pa.array(["иванов", "smith", "", None])).tolist()]
    assert found == ["0xb1e2b06414dc6b18", "0xff8dcc9bbee0e6bd", "0x0", "0x0"]
    assert hex(int(block_keys("phones", 0, hash_texts(pa.array(["+79161234567"])))[0])) == "0x69ccbfed628292ab"


@given(st.lists(st.one_of(st.none(), st.text(max_size=8)), max_size=8), st.integers(0, 3))
def test_a_text_hashes_alike_wherever_it_stands(texts: list[str | None], start: int) -> None:
    whole = hash_texts(pa.array(texts, pa.string()))
    assert hash_texts(pa.array(texts, pa.string()).slice(start)).tolist() == whole.tolist()[start:]
    assert [int(hash_texts(pa.array([text], pa.string()))[0]) for text in texts] == whole.tolist()


@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), min_size=1, max_size=5))
def test_many_texts_hash_as_few_do(texts: list[str | None]) -> None:
    """Above some hundreds of texts another way of calculation takes over."""
    many = hash_texts(pa.array(texts * 201, pa.string())).tolist()
    assert many == [hash_text(text or "") for text in texts] * 201


@given(st.sets(st.text(min_size=1, max_size=6), min_size=2, max_size=30))
def test_different_texts_differ(texts: set[str]) -> None:
    assert len(set(hash_texts(pa.array(sorted(texts))).tolist())) == len(texts)


def test_order_and_seed_of_parts_count() -> None:
    one, two = hash_texts(pa.array(["а"])), hash_texts(pa.array(["б"]))
    keys = [int(combine(seed, *parts)[0]) for seed in (1, 2) for parts in ((one, two), (two, one))]
    assert len(set(keys)) == 4
    assert combine(1, one, two).dtype == np.uint64
