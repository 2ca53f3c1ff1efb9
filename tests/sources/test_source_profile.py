"""Figures of a rehearsal, and the table of quarantine codes."""

from __future__ import annotations

import string

import polars as pl
import pyarrow as pa
import pytest

from litso.domain.record import standard_schema
from litso.sources.mapped import map_batch
from litso.sources.mapping import parse_mapping
from litso.sources.profile import Distinct, Profile
from litso.sources.quarantine import REASONS, reject
from litso.sources.raw import RawBatch

MAPPING = parse_mapping(
    "source: s\nkey: id\nattributes: {full_name: fio, phone: [t1, t2]}\ncustom: {occ: occ}", "m.yaml"
)


@pytest.mark.parametrize("count", [0, 1, 10, 1_000, 50_000, 400_000])
def test_distinct_values_are_estimated(count: int) -> None:
    distinct = Distinct()
    for _ in range(2):
        distinct.add(pl.Series([f"значение {number}" for number in range(count)] + [None], dtype=pl.String))
    assert distinct.estimate() == pytest.approx(count, rel=0.03)


def test_figures_of_two_batches() -> None:
    profile = Profile(MAPPING)
    for ids, names in ((["1", ""], ["а", "б"]), (["2", "3"], ["а", None])):
        columns = {"id": ids, "fio": names, "t1": ["1", ""], "t2": ["2", ""], "occ": ["x", "y"]}
        raw = RawBatch(pa.table(columns, schema=None).cast(TEXTS), pa.array([2, 3]), [])
        batch = map_batch(raw, MAPPING)
        profile.add(batch, standard(batch.records.num_rows))
    assert (profile.rows, profile.records, profile.rejected) == (4, 3, {"missing_key": 1})
    assert profile.quality() == {
        "full_name": {"filled": 2, "distinct": 1},
        "phone": {"filled": 2, "distinct": 2, "qc": {"0": 3}},
        "custom:occ": {"filled": 3, "distinct": 2},
    }
    assert profile.problems == {"phone:odd": 3}
    assert profile.duplicates == 2


TEXTS = pa.schema([(name, pa.string()) for name in ("id", "fio", "t1", "t2", "occ")])


def standard(count: int) -> pa.Table:
    """Equal records of one phone, as the standardization would give them."""
    schema = standard_schema()
    values = {
        "phones": ["+7999"],
        "qc_phone": 0,
        "problems": ["phone:odd"],
        "source": "s",
        "source_id": "x",
        "kind": "person",
    }
    return pa.table(
        {field.name: pa.array([values.get(field.name)] * count, field.type) for field in schema}, schema=schema
    )


@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_code_has_a_russian_sentence_with_its_place(code: str) -> None:
    reason = REASONS[code]
    fields = {name for _, name, _, _ in string.Formatter().parse(reason.sentence + reason.suggestion) if name}
    figures = dict.fromkeys(fields - {"line", "column"}, "17")
    rejected = reject(code, 12, "{}", column="ключ", **figures)
    assert "12" in rejected.message
    assert "{" not in rejected.suggestion
    assert rejected.message[0].isupper()
    assert rejected.message.endswith(".")
    assert rejected.suggestion.endswith(".")
    assert ("column" in fields) == ("ключ" in rejected.message)
