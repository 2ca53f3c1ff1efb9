"""DuckDB as a calculator: it joins and groups within a bound of memory, spills to disk, and owns nothing.

All SQL that Litso runs in bulk passes through this door; what DuckDB cannot do is reported once, as our own error.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, Self

import duckdb
import pyarrow as pa

from litso.errors import BadUsage, SourceUnusable

_SIZE: Final = re.compile(r"^(?P<number>\d+(\.\d+)?)\s*(?P<unit>[KMGT]i?B|%)$", re.IGNORECASE)


class Engine:
    """One DuckDB database in memory, with a bound of memory and a folder to spill into. A context manager.

    memory_limit: as DuckDB takes it ("4GB"); None leaves DuckDB's default. share: the part of the limit that is for
    DuckDB, where its caller wants the rest. threads: None takes all cores.
    """

    def __init__(self, *, memory_limit: str | None = None, share: float = 1.0, threads: int | None = None) -> None:
        limit = None if memory_limit is None else _share_of(memory_limit, share)
        self._spill = tempfile.TemporaryDirectory(prefix="litso-")
        self._connection = duckdb.connect(":memory:")
        self.run("set temp_directory = ?", self._spill.name)
        if limit is not None:
            self.run("set memory_limit = ?", limit)
        if threads is not None:
            self.run("set threads = ?", threads)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._spill.cleanup()

    def run(self, sql: str, *parameters: object) -> None:
        """Run a statement and forget its result."""
        with _translated():
            self._connection.execute(sql, list(parameters) or None).fetchall()

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows of a query; for small results."""
        with _translated():
            return self._connection.execute(sql, list(parameters) or None).fetchall()

    def table(self, sql: str) -> pa.Table:
        """The result of a query as an Arrow table."""
        with _translated():
            return self._connection.sql(sql).to_arrow_table()

    def batches(self, sql: str, rows: int) -> Iterator[pa.Table]:
        """The result of a query in pieces of up to `rows` rows, at least one; other statements may run in between."""
        with _translated(), self._connection.cursor() as cursor:
            reader = cursor.sql(sql).to_arrow_reader(rows)
            yield reader.schema.empty_table()
            for batch in reader:
                yield pa.Table.from_batches([batch])

    def tables(self) -> set[str]:
        """Names of the tables that there are."""
        return {row[0] for row in self.rows("select table_name from duckdb_tables()")}

    def columns(self, relation: str) -> list[str]:
        """Names of the columns of a table or view."""
        return [row[0] for row in self.rows(f"describe {relation}")]

    @contextmanager
    def lent(self, name: str, table: pa.Table) -> Iterator[None]:
        """Let SQL read an Arrow table under a name, without a copy, inside the block."""
        self._connection.register(name, table)
        try:
            yield
        finally:
            self._connection.unregister(name)

    def append(self, name: str, tables: Iterable[pa.Table]) -> None:
        """Append Arrow tables to a table, which is made of the first one when it does not exist; by column name."""
        for table in tables:
            with self.lent("appended", table):
                self.run(f"create table if not exists {name} as from appended limit 0")
                self.run(f"insert into {name} by name from appended")

    def write(self, sql: str, path: str) -> None:
        """Write the result of a query to a Parquet file."""
        with _translated():
            self._connection.sql(sql).write_parquet(path, compression="zstd")


def _share_of(limit: str, share: float) -> str:
    """A part of a limit of memory, as DuckDB takes it; BadUsage when it is none."""
    found = _SIZE.match(limit)
    if found is None:
        raise BadUsage(f"--memory-limit {limit}: give a number and a unit, such as 4GB or 512MB")
    return f"{float(found['number']) * share:f}{found['unit']}"


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of DuckDB that the user can do something about, in our own words."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise SourceUnusable(
            "the memory limit is too small for this work: give a larger --memory-limit, or fewer --threads"
        ) from error
    except duckdb.IOException as error:
        reason = str(error).splitlines()[0]
        raise SourceUnusable(f"the file system refused the files of the calculation: {reason}") from error
