"""What is written in bounded pieces: whole parties in each, whatever the pieces; and how memory is told."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litso.engine.duckdb import Engine
from litso.errors import BadUsage
from litso.usecases.batch_output import whole_parties
from litso.usecases.memory import PeakMemory, memory_now


@settings(deadline=None)
@given(st.lists(st.integers(0, 12), max_size=40), st.lists(st.integers(0, 40), max_size=6))
def test_a_party_is_never_cut(clusters: list[int], cuts: list[int]) -> None:
    table = pa.table({"cluster": pa.array(sorted(clusters), pa.int32()), "row": pa.array(range(len(clusters)))})
    borders = [0, *sorted(min(cut, len(clusters)) for cut in cuts), len(clusters)]
    pieces = [table.slice(start, stop - start) for start, stop in pairwise(borders)]
    found = list(whole_parties(pieces))
    assert pa.concat_tables(found) == table
    homes = [set(piece["cluster"].to_pylist()) for piece in found]
    assert sum(map(len, homes)) == len(set(clusters))
    assert len(found) <= len(pieces) + 1


def test_pieces_of_a_query_leave_the_engine_free() -> None:
    with Engine() as engine:
        engine.append("t", [pa.table({"a": np.arange(10_000)})])
        counts = [(len(piece), engine.rows("select count(*) from t")[0][0]) for piece in engine.batches("from t", 3000)]
        assert sum(rows for rows, _ in counts) == 10_000
        assert max(rows for rows, _ in counts) <= 3000
        assert {whole for _, whole in counts} == {10_000}
        (none,) = engine.batches("select a from t where a < 0", 3000)
        assert (len(none), none.column_names) == (0, ["a"])


def test_memory_of_other_processes_counts() -> None:
    size = 200 << 20
    before = memory_now()
    with PeakMemory() as peak:
        script = f"import sys; held = bytearray({size}); sys.stdout.write('held'); sys.stdout.flush(); sys.stdin.read()"
        with subprocess.Popen([sys.executable, "-c", script], stdin=-1, stdout=-1) as child:
            assert child.stdout is not None
            assert child.stdout.read(4) == b"held"
            assert memory_now() - before > size * 0.9
            for _ in range(100):
                if peak.so_far() - before > size * 0.9:
                    break
                time.sleep(0.05)
            child.communicate()
    assert peak.so_far() - before > size * 0.9
    assert memory_now() - before < size / 2


@pytest.mark.parametrize(
    ("limit", "share", "bytes_"), [("4GB", 0.5, 2e9), ("512 MiB", 1.0, 2**29), ("1.5GB", 0.5, 75e7)]
)
def test_duckdb_gets_its_share_of_the_limit(limit: str, share: float, bytes_: float) -> None:
    with Engine(memory_limit=limit, share=share) as engine:
        shown = engine.rows("select current_setting('memory_limit')")[0][0]
    number, unit = shown.split()
    assert float(number) * {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}[unit] == pytest.approx(bytes_, rel=0.05)


def test_a_limit_must_be_a_size() -> None:
    with pytest.raises(BadUsage, match="--memory-limit much"):
        Engine(memory_limit="much")
