"""Mapped records whose columns already hold standard values (`--assume-standard`)."""

from __future__ import annotations

from typing import Final

import polars as pl
import pyarrow as pa

from litso.domain.record import AUTO, CUSTOM_PREFIX, ORGANIZATION, PERSON, STANDARD_TEXT, standard_schema
from litso.resolve.columns import parsed_dates

_LISTS: Final = {"phones": "phone", "emails": "email", "accounts": "account"}


def assumed_standard(mapped: pa.Table) -> pa.Table:
    """Standard records of mapped records whose values are standard: taken as they are, without quality codes.

    A birth date is read in any of the usual forms; lists are sorted and freed of repeats.
    """
    frame = pl.DataFrame(mapped)
    customs = tuple(name.removeprefix(CUSTOM_PREFIX) for name in mapped.column_names if name.startswith(CUSTOM_PREFIX))
    texts = [pl.col(name) for name in STANDARD_TEXT if name in frame.columns]
    lists = [pl.col(given).list.unique().list.sort().alias(name) for name, given in _LISTS.items()]
    dates = pl.Series("birth_date", parsed_dates(mapped.column("birth_date").combine_chunks()), dtype=pl.Date)
    kept = frame.select("source", "source_id", "updated_at", _kind(), *texts, *lists, pl.col(f"^{CUSTOM_PREFIX}.*$"))
    table = kept.with_columns(dates, _company().alias("company")).to_arrow()
    schema = standard_schema(customs)
    columns = [table.column(field.name).cast(field.type) if field.name in table.column_names
               else pa.nulls(len(table), field.type) for field in schema]  # fmt: skip
    return pa.table(columns, schema=schema)


def _kind() -> pl.Expr:
    """What the mapping says; in a mixed source an organization is who has an organization's numbers."""
    has_legal_inn = (pl.col("inn").str.len_chars() == 10).fill_null(False)
    is_organization = pl.col("ogrn").is_not_null() | pl.col("kpp").is_not_null() | has_legal_inn
    found = pl.when(is_organization).then(pl.lit(ORGANIZATION)).otherwise(pl.lit(PERSON))
    return pl.when(pl.col("party") == AUTO).then(found).otherwise(pl.col("party")).alias("kind")


def _company() -> pl.Expr:
    return pl.when(pl.col("kind") == ORGANIZATION).then(pl.col("full_name"))
