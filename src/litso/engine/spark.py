"""Spark as a calculator, through Spark Connect: it joins and groups beyond one machine, and owns nothing.

Tables between stages are Parquet in a folder that the cluster and this process both see. So no stage is calculated
twice, a lost executor costs one stage at most, and row counts are read from the files' footers.
"""

from __future__ import annotations

import re
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from litso.errors import BadUsage, Misconfigured, SourceUnusable

try:
    from pyspark.errors.exceptions.base import PySparkException
    from pyspark.sql.connect import functions
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.connect.session import SparkSession
    from pyspark.sql.pandas.types import from_arrow_schema

    _IS_INSTALLED = True
except ImportError:  # the extra `spark` is not installed; `Cluster` says so
    _IS_INSTALLED = False

Work = Callable[[pa.Table], pa.Table]
"""What executors do with a table: a function of a module (or a partial of one), as it is sent by its name."""

BATCH: Final = 50_000
"""Rows that executors work on at a time where rows are independent of one another."""

_ADDRESS: Final = re.compile(r"^sc://(?P<host>\[[^\]]+\]|[^:/;]+)(:(?P<port>\d+))?(/.*)?$")
_PORT: Final = 15002
_PATIENCE: Final = 10.0
"""Seconds to wait for the first answer of the server."""

_OWN_ERROR: Final = re.compile(r"litso\.errors\.\w+: (.+)")
_ERROR: Final = re.compile(r"^(?:\[[A-Z_.]+\]|[\w.]*(?:Error|Exception|Invalid)\b).*", re.MULTILINE)
_TABLE: Final = re.compile(r"^[a-z_0-9]+$")


class Cluster:
    """A session of Spark and a folder for the tables of one calculation. A context manager.

    remote: address of a Spark Connect server, such as sc://host:15002. folder: where tables between stages are kept
    until the end; executors must see it under the same path. Raises Misconfigured and BadUsage when it cannot start.
    """

    def __init__(self, remote: str, folder: Path) -> None:
        if not _IS_INSTALLED:
            raise BadUsage("--engine spark needs the client of Spark: pip install 'litso[spark]'")
        _probe(remote)
        self._folder = Path(tempfile.mkdtemp(prefix=".spark-", dir=folder.absolute()))
        with _translated():
            self._session = SparkSession.builder.remote(remote).create()
            self._session.conf.set("spark.sql.session.timeZone", "UTC")
        self.version: str = self._session.version
        self._check_folder()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._session.stop()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
        if self._folder.exists() and error is None:
            raise Misconfigured(
                f"{self._folder} could not be removed and holds personal data: remove it, and let executors run as the"
                " user of this program"
            )

    def sql(self, text: str) -> DataFrame:
        """A query over tables that were made; it runs when its result is kept or collected."""
        with _translated():
            return self._session.sql(text)

    def frame(self, table: pa.Table) -> DataFrame:
        """A small table of this process."""
        with _translated():
            rows = table if len(table) else []
            return self._session.createDataFrame(rows, schema_of(table.schema))

    def make(self, name: str, frame: DataFrame) -> int:
        """Calculate a table and keep it under a name for later queries; gives the number of its rows."""
        if not _TABLE.match(name):
            raise ValueError(name)
        folder = self._folder / name
        with _translated():
            frame.write.mode("overwrite").parquet(str(folder))
            is_empty = not any(folder.glob("*.parquet"))  # of no rows some servers make no file
            kept = (
                self._session.createDataFrame([], frame.schema) if is_empty else self._session.read.parquet(str(folder))
            )
            kept.createOrReplaceTempView(name)
        return self.count(name)

    def view(self, name: str, frame: DataFrame) -> None:
        """Let later queries name a query."""
        with _translated():
            frame.createOrReplaceTempView(name)

    def parquet(self, path: Path) -> DataFrame:
        """A Parquet file that executors can see."""
        with _translated():
            return self._session.read.parquet(str(path.absolute()))

    def rows(self, text: str) -> list[dict[str, Any]]:
        """Rows of a query; for small results."""
        rows: list[dict[str, Any]] = self.table(text).to_pylist()
        return rows

    def table(self, text: str) -> pa.Table:
        """The result of a query as an Arrow table; for results that fit this process."""
        with _translated():
            return self._session.sql(text).toArrow()

    def count(self, name: str) -> int:
        """Rows of a kept table."""
        return sum(pq.read_metadata(file).num_rows for file in self._files(name))

    def batches(self, name: str) -> Iterator[pa.Table]:
        """A kept table in bounded pieces, in the order of its files."""
        for file in self._files(name):
            with pq.ParquetFile(file) as opened:
                for batch in opened.iter_batches(BATCH):
                    yield pa.Table.from_batches([batch])

    def _files(self, name: str) -> list[Path]:
        return sorted((self._folder / name).glob("*.parquet"))

    def _check_folder(self) -> None:
        """Whether what executors write is to be seen here."""
        if self.make("seen", self.frame(pa.table({"one": [1]}))) != 1:
            raise Misconfigured(
                f"what Spark writes into {self._folder.parent} is not to be seen here: --out must be a folder that the"
                " executors and this machine share"
            )


def _probe(remote: str) -> None:
    """Whether somebody listens there; the client itself would try for many minutes."""
    found = _ADDRESS.match(remote)
    if found is None:
        raise Misconfigured("LITSO_SPARK_REMOTE must be the address of a Spark Connect server, such as sc://host:15002")
    host, port = found["host"].strip("[]"), int(found["port"] or _PORT)
    try:
        socket.create_connection((host, port), _PATIENCE).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise Misconfigured(
            f"LITSO_SPARK_REMOTE: no Spark Connect server answers at {host}:{port} ({reason})"
        ) from error


# Arrow functions on executors ---------------------------------------------------------------------------------------


def quoted(name: str) -> str:
    """A name as an identifier of Spark's SQL."""
    return "`" + name.replace("`", "``") + "`"


def schema_of(schema: pa.Schema) -> Any:
    """An Arrow schema in the words of Spark; a time stays without a zone."""
    return from_arrow_schema(_loose(schema), prefer_timestamp_ntz=True)


def mapped(frame: DataFrame, work: Work, schema: pa.Schema, batch: int = BATCH) -> DataFrame:
    """Apply `work` to rows that are independent of one another, some `batch` rows at a time."""
    loose = _loose(schema)

    def run(batches):  # type: ignore[no-untyped-def]
        for table in _pieces(batches, batch):
            yield from work(table).cast(loose).combine_chunks().to_batches()

    with _translated():
        return frame.mapInArrow(run, schema_of(schema))


def grouped(frame: DataFrame, bucket: str, work: Work, schema: pa.Schema) -> DataFrame:
    """Apply `work` to each bucket of rows as a whole; bucket: an SQL expression over the columns of `frame`."""
    loose = _loose(schema)

    def run(table):  # type: ignore[no-untyped-def]
        return work(table).cast(loose).combine_chunks()

    with _translated():
        return frame.groupBy(functions.expr(bucket)).applyInArrow(run, schema_of(schema))


def _pieces(batches: Iterable[pa.RecordBatch], least: int) -> Iterator[pa.Table]:
    """Batches put together to tables of `least` rows or a little more; the last may have fewer."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) >= least:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def _loose(schema: pa.Schema) -> pa.Schema:
    """The schema with every column nullable, as Parquet of Spark has them."""
    return pa.schema([field.with_nullable(True) for field in schema])


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of Spark in one sentence; what our own code said on an executor comes through as it was said."""
    if not _IS_INSTALLED:
        yield
        return
    try:
        yield
    except PySparkException as error:
        text = str(error).strip()
        own, other = (pattern.findall(text) for pattern in (_OWN_ERROR, _ERROR))
        raise SourceUnusable(own[-1] if own else f"Spark gave up: {[*text.splitlines()[:1], *other][-1]}") from error
