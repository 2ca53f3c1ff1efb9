"""Golden records as they are shown, with provenance, search tokens and earlier versions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
import polars as pl
import pyarrow as pa

from litso.errors import Conflict, NotFound
from litso.store import scope
from litso.store.bulk import copy_frame, filling, read_batches
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.parties import is_party_id
from litso.store.queries import statements

GOLDEN_SCHEMA: Final = pa.schema(
    [
        ("party_id", pa.string()),
        ("kind", pa.string()),
        ("name", pa.string()),
        ("golden_values", pa.string()),
        ("provenance", pa.string()),
        ("records", pa.int32()),
        ("tokens", pa.list_(pa.string())),
    ]
)
"""`golden_values` and `provenance` are JSON objects, of the latter one text for one meaning; `tokens` are those of
`litso.golden.search`."""

_LONGEST_TOKEN: Final = 500  # bytes; PostgreSQL's limit is 2046


class Golden(NamedTuple):
    """A golden record. `version` is what If-Match compares."""

    party_id: str
    kind: str
    version: int
    name: str
    golden_values: dict[str, Any]
    provenance: dict[str, Any]
    records: int
    published_at: datetime


class GoldenVersion(NamedTuple):
    """A golden record as it was; `valid_to` is None for the present one."""

    version: int
    golden_values: dict[str, Any]
    provenance: dict[str, Any]
    valid_from: datetime
    valid_to: datetime | None


def publish(connection: Connection, golden: pa.Table) -> list[str]:
    """Publish golden records in bulk (GOLDEN_SCHEMA); answers ids of the parties that are new or changed.

    A record equal to the present one in values and provenance stays as it is; a changed one becomes a new version.
    """
    return publish_batches(connection, [golden], golden.num_rows)


def publish_batches(connection: Connection, batches: Iterable[pa.Table], expected: int) -> list[str]:
    """As `publish`, batch by batch, each party once; `expected` is about how many parties will come in all."""
    frames = map(_row_frame, batches)
    if scalar(connection, statements("golden")["any"]):
        return _merge(connection, frames)
    published: list[str] = []
    with filling(connection, {"golden": expected}) as emptied:
        for frame in frames:
            copy_frame(connection, "golden", frame, freeze=bool(emptied))
            published += frame["party_id"].to_list()
    scope.write_many(connection, published)
    return published


def _merge(connection: Connection, frames: Iterable[pl.DataFrame]) -> list[str]:
    connection.execute(statements("golden")["drop_incoming"])
    connection.execute(statements("golden")["create_incoming"])
    for frame in frames:
        copy_frame(connection, "incoming_golden", frame)
        scope.write(connection, frame["party_id"].to_list())
    connection.execute(statements("golden")["analyze_incoming"])
    connection.execute(statements("golden")["keep_versions"])
    changed = [row[0] for row in connection.execute(statements("golden")["merge"]).fetchall()]
    connection.execute(statements("golden")["refresh_search"])
    return changed


class Document(NamedTuple):
    """A golden record to publish. golden_values: attribute → value or values; provenance: a JSON object as text."""

    party_id: str
    kind: str
    name: str
    golden_values: Mapping[str, Any]
    provenance: str
    records: int
    tokens: Iterable[str]


def publish_few(connection: Connection, documents: Sequence[Document]) -> dict[str, int]:
    """As `publish`, a handful at once; answers the versions of the parties that are new or changed."""
    if not documents:
        return {}
    rows = "[" + ",".join(map(_row_text, documents)) + "]"
    published = connection.execute(statements("golden")["publish_few"], {"rows": rows})
    scope.write(connection, [document.party_id for document in documents])
    return dict(published.fetchall())


def _row_text(document: Document) -> str:
    row = document._replace(tokens=(), provenance="")._asdict() | {"search": tokens_literal(document.tokens)}
    # The provenance is JSON already: it stands as the last member of its name, which is the one that counts.
    return msgspec.json.encode(row).decode()[:-1] + ', "provenance": ' + document.provenance + "}"


def withdraw(connection: Connection, party_ids: Sequence[str]) -> int:
    """Take golden records of parties without records away; their last state stays among the versions."""
    if not party_ids:
        return 0
    ids = {"ids": list(party_ids)}
    connection.execute(statements("golden")["keep_withdrawn"], ids)
    scope.withdraw(connection, party_ids)
    return connection.execute(statements("golden")["withdraw"], ids).rowcount


def has_any(connection: Connection) -> bool:
    """Whether any party has a golden record."""
    return bool(scalar(connection, statements("golden")["any"]))


def find(connection: Connection, party_id: str) -> Golden | None:
    """The golden record of a party; None also when the text is no UUID."""
    if not is_party_id(party_id):
        return None
    return row_of(connection, Golden, statements("golden")["find"], {"party_id": party_id})


def get(connection: Connection, party_id: str, *, version: int | None = None) -> Golden:
    """The golden record of a party; Conflict when it is no longer at the `version` the caller saw."""
    found = find(connection, party_id)
    if found is None:
        raise NotFound("the party has no golden record")
    if version not in (None, found.version):
        raise Conflict(f"the party changed: it is at version {found.version}, not {version}")
    return found


def find_many(connection: Connection, party_ids: Sequence[str]) -> dict[str, Golden]:
    """Golden records of parties by party id."""
    found = rows_of(connection, Golden, statements("golden")["find_many"], {"ids": list(party_ids)})
    return {golden.party_id: golden for golden in found}


def versions(connection: Connection, party_id: str) -> list[GoldenVersion]:
    """The present golden record of a party, if it has one, and the earlier ones, the newest first."""
    return rows_of(connection, GoldenVersion, statements("golden")["versions"], {"party_id": party_id})


def content_hash(connection: Connection) -> str:
    """SHA-256 over all golden records, values and provenance: equal for equal ones, whatever their versions."""
    schema = pa.schema([("party_id", pa.string()), ("content", pa.string())])
    digest = hashlib.sha256()
    for table in read_batches(connection, statements("golden")["contents"], schema):
        frame = pl.DataFrame(table)
        lines = frame.select(pl.concat_str("party_id", "content")).to_series()
        digest.update("".join(lines).encode())
    return digest.hexdigest()


def tokens_literal(tokens: Iterable[str]) -> str:
    """Tokens as PostgreSQL writes a text-search vector, the same as `_vector_literal` gives."""
    short = (token for token in sorted(tokens) if len(token.encode()) <= _LONGEST_TOKEN)
    return " ".join("'" + token.replace("\\", "\\\\").replace("'", "''") + "'" for token in short)


def _row_frame(golden: pa.Table) -> pl.DataFrame:
    frame = pl.DataFrame(golden.select(GOLDEN_SCHEMA.names))
    return frame.with_columns(_vector_literal("tokens").alias("search")).drop("tokens")


def _vector_literal(name: str) -> pl.Expr:
    """`["a'b", "c"]` as `'a''b' 'c'`; overlong tokens are left out."""
    element = pl.element()
    short = element.filter(element.str.len_bytes() <= _LONGEST_TOKEN)
    escaped = short.str.replace_all("\\", "\\\\", literal=True).str.replace_all("'", "''", literal=True)
    return pl.col(name).list.eval("'" + escaped + "'").list.join(" ").fill_null("")
