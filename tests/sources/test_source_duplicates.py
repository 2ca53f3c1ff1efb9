"""A key that occurs more than once: the latest row wins, and no row is lost silently."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litso.sources.mapping import parse_mapping
from litso.sources.reading import open_files, read_files

MAPPING = parse_mapping(
    "source: s\nkey: id\nupdated_at: at\nattributes: {full_name: name}\nfacts: [{kind: payment, amount: name}]",
    "m.yaml",
)


def load(
    folder: Path, *contents: str
) -> tuple[dict[str, tuple[str, int]], list[tuple[int | None, str, str]], int, int]:
    paths = []
    for number, content in enumerate(contents):
        paths.append(folder / f"{number}.csv")
        paths[-1].write_text("id;at;name\n" + content, encoding="utf-8")
    records: dict[str, tuple[str, int]] = {}
    rejected, repeated, facts = [], 0, 0
    for batch in read_files(open_files(paths, MAPPING), MAPPING):
        for row in batch.records.to_pylist():
            assert row["source_id"] not in records
            records[row["source_id"]] = (row["full_name"], row["line"])
        rejected += [(row.line, row.code, row.message) for row in batch.rejected]
        repeated += batch.repeated
        facts += batch.facts.num_rows
    assert facts == sum(name is not None for name, _ in records.values())
    return records, rejected, repeated, len(records) + len(rejected) + repeated


def test_the_last_line_wins_without_times(tmp_path: Path) -> None:
    records, rejected, repeated, rows = load(tmp_path, "1;;a\n2;;x\n1;;b\n1;;b\n")
    assert records == {"1": ("b", 5), "2": ("x", 3)}
    assert [(line, code) for line, code, _ in rejected] == [(2, "duplicate_key")]
    assert "более поздняя строка 5" in rejected[0][2]
    assert (repeated, rows) == (1, 4)


def test_the_latest_wins_by_time(tmp_path: Path) -> None:
    records, rejected, _, _ = load(tmp_path, "1;02.05.2024;new\n1;01.05.2024;old\n1;;undated\n")
    assert records == {"1": ("new", 2)}
    assert [line for line, _, _ in rejected] == [3, 4]


def test_keys_are_compared_over_all_files(tmp_path: Path) -> None:
    records, rejected, repeated, _ = load(tmp_path, "1;;a\n2;;b\n", "2;;c\n1;;a\n")
    assert records == {"2": ("c", 2), "1": ("a", 3)}
    assert repeated == 1
    assert "строка 2 файла 1.csv" in rejected[0][2]


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from("123"), st.sampled_from(["", "2024-01-01", "2024-01-02"]), st.sampled_from("ab")),
        max_size=12,
    ),
    st.sampled_from([10, 40, 1000]),
)
def test_as_a_dictionary_would(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], block: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("litso.sources.blocks.BATCH_BYTES", block)
        records, _, repeated, count = load(
            tmp_path_factory.getbasetemp(), "".join(";".join(row) + "\n" for row in rows)
        )
    latest = {}
    for line, (key, at, name) in enumerate(rows, start=2):
        if key not in latest or at >= latest[key][1]:
            latest[key] = (name, at, line)
    assert records == {key: (name, line) for key, (name, _, line) in latest.items()}
    assert count == len(rows)
    winners = {(key, at, name) for key, (name, at, _) in latest.items()}
    assert repeated == sum(row in winners for row in rows) - len(winners)


def test_progress_is_told_in_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in paths:
        path.write_text("id;at;name\n1;;a\n", encoding="utf-8")
    told: list[int] = []
    for _ in read_files(open_files(paths, MAPPING), MAPPING, told.append):
        pass
    assert told == sorted(told)
    assert told[-1] == sum(path.stat().st_size for path in paths)


def test_the_payload_of_the_loser_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;at;name\n1;;a\n1;;b\n", encoding="utf-8")
    rejected = [row for batch in read_files(open_files([path], MAPPING), MAPPING) for row in batch.rejected]
    assert json.loads(rejected[0].payload) == {"id": "1", "at": "", "name": "a"}
    assert rejected[0].source_id == "1"
