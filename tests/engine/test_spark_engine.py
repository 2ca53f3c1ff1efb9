"""`litso resolve --engine spark`: the same parties, links and golden values as with DuckDB, to the last one."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysail.spark import SparkConnectServer

from litso.cli import main
from litso.demo import build_demo, setting_of
from litso.demo.rates import USUAL
from litso.engine.spark import Cluster, mapped
from litso.errors import SourceUnusable
from litso.resolve.cluster import components
from litso.usecases import spark_work as work
from litso.usecases.batch import BatchRequest, resolve_files
from litso.usecases.batch_spark import resolve_files_on_spark

MEMBERS = """
source: members
files: members*.csv
key: id
party: auto
locale: generic
attributes:
  full_name: name
  birth_date: born
  phone: [phone, mobile]
  city: town
  inn: tax
custom:
  job`s: {column: job, compare: fuzzy}
  badge: {column: badge, compare: exact}
"""


@pytest.fixture(scope="module")
def remote() -> Iterator[str]:
    """The address of a Spark Connect server in this process."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RUST_LOG", "error")
        server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    yield f"sc://127.0.0.1:{server.listening_address[1]}"
    server.stop()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo utility: persons and organizations."""
    folder = tmp_path_factory.mktemp("town")
    build_demo(folder, persons=1_000, seed=7, setting=setting_of("A"), rates=USUAL, today=date(2025, 11, 21))
    return folder


@pytest.fixture(scope="module")
def town_by_duckdb(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What DuckDB makes of the town."""
    out = tmp_path_factory.mktemp("duckdb")
    resolve_files(BatchRequest([town / "mappings"], [town], out))
    return out


def members(folder: Path, seed: int, order: int | None = None) -> Path:
    """Members of a club in several files: one row repeated, one without a key, and one replaced by another.

    seed: of what they are. order: of the rows; where it is given no row is replaced, as the order would count.
    """
    draw = random.Random(seed)
    names = ["Ann Lee", "Anna Lee", "Bob Stone", "Robert Stone", "Maria da Silva", "María Silva", "Acme Ltd", "ACME"]
    rows = [
        {
            "id": str(number),
            "name": draw.choice(names),
            "born": draw.choice(["1980-03-12", "1980-12-03", "1991-07-01", None]),
            "phone": draw.choice(["+351 912 345 678", "+351 912 345 679", None]),
            "mobile": draw.choice(["+351 933 111 222", None]),
            "town": draw.choice(["Porto", "Lisboa"]),
            "tax": draw.choice(["1234567890", None, None]),
            "job": draw.choice(["engineer", "enginer", "baker", None]),
            "badge": draw.choice([None, str(number // 3)]),
        }
        for number in range(400)
    ]
    rows.append({**rows[5], "id": ""})
    rows += [rows[7]] if order is not None else [rows[7], {**rows[8], "town": "Faro"}]
    random.Random(order or seed).shuffle(rows)
    folder.mkdir()
    for part in range(3):
        pl.DataFrame(rows[part::3]).write_csv(folder / f"members{part}.csv")
    (folder / "members.yaml").write_text(MEMBERS, "utf-8")
    return folder


def outcome(out: Path) -> dict[str, Any]:
    """All that an output says, with parties known by their records."""
    crosswalk = pl.read_parquet(out / "crosswalk.parquet")
    parties = crosswalk.group_by("party_id").agg(pl.concat_str("source", pl.lit(":"), "source_id").sort().alias("keys"))
    golden = pl.read_parquet(out / "golden.parquet").join(parties, on="party_id").drop("party_id")
    report = json.loads((out / "report.json").read_text("utf-8"))
    figures = {name: report[name] for name in report if name not in ("seconds", "peak_memory_mb", "versions")}
    standard, links = (pl.read_parquet(out / f"{name}.parquet") for name in ("standard", "links"))
    return {
        "golden": golden.sort(pl.col("keys").list.first()).to_dicts(),
        "standard": standard.sort("source", "source_id").to_dicts(),
        "links": links.sort("left_source", "left_id", "right_source", "right_id").to_dicts(),
        "quarantine": pl.read_parquet(out / "quarantine.parquet").sort("line", "source_id").to_dicts(),
        "model": (out / "model.json").read_text("utf-8"),
        "figures": figures,
    }


@pytest.mark.parametrize("bucket_rows", [700, 50_000])
def test_a_town_has_the_same_parties(
    town: Path, town_by_duckdb: Path, tmp_path: Path, remote: str, bucket_rows: int
) -> None:
    report = resolve_files_on_spark(
        BatchRequest([town / "mappings"], [town], tmp_path), remote, bucket_rows=bucket_rows
    )
    assert outcome(tmp_path) == outcome(town_by_duckdb)
    assert report["hubs"]
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in town_by_duckdb.iterdir()}


@pytest.mark.parametrize("seed", [1, 2])
def test_other_countries_customs_repeats_and_training(tmp_path: Path, remote: str, seed: int) -> None:
    folder = members(tmp_path / "in", seed)
    by_duckdb, by_spark = (
        BatchRequest([folder / "members.yaml"], [folder], tmp_path / name, train=seed == 1, threshold=seed - 2.0)
        for name in ("duckdb", "spark")
    )
    resolve_files(by_duckdb)
    resolve_files_on_spark(by_spark, remote, bucket_rows=100 * seed)
    found = outcome(by_spark.out)
    assert found == outcome(by_duckdb.out)
    assert (found["figures"]["quarantined"], found["figures"]["repeated"]) == (2, 1)
    assert found["figures"]["hubs"]


@pytest.mark.soak
def test_permutations_and_buckets_leave_one_partition(tmp_path: Path, remote: str) -> None:
    found = set()
    for order in range(1, 41):
        folder = members(tmp_path / f"in{order}", 4, order)
        request = BatchRequest([folder / "members.yaml"], [folder], tmp_path / f"out{order}")
        resolve_files_on_spark(request, remote, bucket_rows=random.Random(order).randint(20, 1_000))
        keys = pl.read_parquet(request.out / "crosswalk.parquet").sort("source_id")
        found.add(frozenset(map(tuple, keys.group_by("party_id").agg("source_id")["source_id"].to_list())))
    assert len(found) == 1


def test_party_ids_survive_as_with_duckdb(tmp_path: Path, remote: str) -> None:
    """Parties that merge and split: both engines keep and redirect the same ids."""
    folder = members(tmp_path / "in", 3)
    first = BatchRequest([folder / "members.yaml"], [folder], tmp_path / "first", threshold=6.0)
    resolve_files(first)
    (folder / "members2.csv").unlink()
    kept, redirects = [], []
    for name, resolve in (
        ("duckdb", resolve_files),
        ("spark", lambda request: resolve_files_on_spark(request, remote)),
    ):
        request = BatchRequest([folder / "members.yaml"], [folder], tmp_path / name, previous=first.out)
        resolve(request)
        old = set(pl.read_parquet(first.out / "crosswalk.parquet")["party_id"])
        rows = pl.read_parquet(request.out / "crosswalk.parquet").rows()
        kept.append({row if row[2] in old else (*row[:2], "new") for row in rows})
        redirects.append(set(pl.read_parquet(request.out / "redirects.parquet").rows()))
    assert kept[0] == kept[1]
    assert redirects[0] == redirects[1]
    assert redirects[0]


def test_records_of_one_and_of_nobody(tmp_path: Path, remote: str) -> None:
    """No pair, no link, no hub: every stage has an empty table."""
    (tmp_path / "one.csv").write_text("id,name\n1,Иванов Иван Иванович\n", "utf-8")
    (tmp_path / "one.yaml").write_text("source: s\nkey: id\nattributes: {full_name: name}\n", "utf-8")
    request = BatchRequest([tmp_path / "one.yaml"], [tmp_path / "one.csv"], tmp_path / "out")
    report = resolve_files_on_spark(request, remote)
    assert (report["records"], report["parties"], report["pairs"]) == (1, 1, 0)
    assert pl.read_parquet(tmp_path / "out" / "links.parquet").is_empty()


def refuse(table: pa.Table) -> pa.Table:
    raise SourceUnusable(f"calls.csv: {len(table)} rows are too many")


def test_errors_of_executors_and_of_spark_are_one_sentence(tmp_path: Path, remote: str) -> None:
    with Cluster(remote, tmp_path) as cluster:
        rows = cluster.frame(pa.table({"one": [1, 2]}))
        with pytest.raises(SourceUnusable, match=r"^calls\.csv: 2 rows are too many$"):
            cluster.make("refused", mapped(rows, refuse, pa.schema([("one", pa.int64())])))
        with pytest.raises(SourceUnusable, match=r"^Spark gave up: .*nowhere"):
            cluster.rows("select * from nowhere")
    assert list(tmp_path.iterdir()) == []


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize(
    ("address", "options", "message"),
    [
        (None, [], "set LITSO_SPARK_REMOTE to a Spark Connect server"),
        ("http://host", [], "must be the address of a Spark Connect server, such as sc://host:15002"),
        ("sc://127.0.0.1:{port}", [], "no Spark Connect server answers at 127.0.0.1:{port}"),
        ("sc://127.0.0.1", ["--memory-limit", "1GB"], "--memory-limit and --threads are of DuckDB"),
    ],
)
def test_without_a_cluster_there_is_one_clear_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    address: str | None,
    options: list[str],
    message: str,
) -> None:
    port = closed_port()
    monkeypatch.delenv("LITSO_SPARK_REMOTE", raising=False)
    if address is not None:
        monkeypatch.setenv("LITSO_SPARK_REMOTE", address.format(port=port))
    (tmp_path / "one.csv").write_text("id,name\n1,Иванов\n", "utf-8")
    (tmp_path / "one.yaml").write_text("source: s\nkey: id\nattributes: {full_name: name}\n", "utf-8")
    words = ["--mapping", str(tmp_path / "one.yaml"), "--out", str(tmp_path / "out"), str(tmp_path / "one.csv")]
    monkeypatch.setattr("sys.argv", ["litso", "resolve", "--engine", "spark", *options, *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert message.format(port=port) in capsys.readouterr().err


# What executors do, without Spark ------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    edges=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40)).filter(lambda pair: pair[0] < pair[1]), min_size=1
    ),
    buckets=st.integers(1, 9),
)
def test_rounds_of_contraction_end_in_components(edges: list[tuple[int, int]], buckets: int) -> None:
    """An edge goes to the buckets of both its nodes; when nothing is new, each node's least root is its component's."""
    found = pa.table([[two for _, two in edges], [one for one, _ in edges], [True] * len(edges)], schema=work.EDGES)
    while any(found["is_new"].to_pylist()):
        nodes, roots = found["node"].to_numpy(), found["root"].to_numpy()
        parts = (found.filter(pa.array((nodes * 7 % buckets == one) | (roots * 7 % buckets == one)))
                 for one in range(buckets))  # fmt: skip
        found = pa.concat_tables([work.contracted(part) for part in parts if len(part)])
    root: dict[int, int] = {}
    for node, first in zip(found["node"].to_pylist(), found["root"].to_pylist(), strict=True):
        root[node] = min(first, root.get(node, first))
    home = components(41, *(np.array(side) for side in zip(*edges, strict=True)))
    firsts = {number: int(np.flatnonzero(home == number)[0]) for number in np.unique(home).tolist()}
    assert {node: root.get(node, node) for node in range(41)} == {node: firsts[home[node]] for node in range(41)}
