"""Cells that hold several values, and the columns that standard records are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import polars as pl

from litso.domain.territory import Territory
from litso.standardize.account import account
from litso.standardize.bulk import Schema, by_distinct, weave
from litso.standardize.email import Email, emails, plain_emails
from litso.standardize.numbering import default_plan
from litso.standardize.phone import CONFLICTS, Phone, phones
from litso.standardize.phone_bulk import plain_nationals

NOTED: Final = "noted_"
"""Prefix of the columns in which a kind leaves its problems, as one text."""


BLANKS: Final = " \t\r\n\x0b\x0c\u00a0\u2007\u202f\u3000"


def given(column: str) -> pl.Expr:
    """Whether a column has more than blanks."""
    return pl.col(column).str.strip_chars(BLANKS).fill_null("") != ""


def checked(kind: str, value: pl.Series, found: pl.DataFrame, texts: pl.Series) -> list[pl.Series]:
    """Value, quality code (null where nothing was given) and problems of a kind."""
    codes = pl.DataFrame({"given": texts, "qc": found["qc"]}).select(pl.when(given("given")).then("qc")).to_series()
    return [value.alias(kind), codes.cast(pl.Int8).alias("qc_" + kind), found["problems"].alias(NOTED + kind)]


Cell: TypeAlias = tuple[tuple[str, ...], int, tuple[str, ...]]
"""Standard values of one cell, its quality code, its problems."""

WORSE: Final = {0: 0, 7: 1, 4: 2, 3: 3, 1: 4, 2: 5}
"""Quality codes from the best to the worst: a record has that of its best value."""


NO_CODE: Final = "no_area_code"
"""Problem of a phone number that needs to know its town."""


def phone_cell(text: str | None, territory: Territory | None = None) -> Cell:
    """Numbers of a cell in E.164."""
    return phone_values(phones(text, territory=territory))


def phone_values(found: list[Phone]) -> Cell:
    """Numbers that were understood, and why others were not."""
    return (
        tuple(one.e164 for one in found if one.e164),
        min((one.qc for one in found), key=WORSE.__getitem__, default=2),
        tuple(reason for one in found if one.problems for reason in one.problems.split(";") if reason not in CONFLICTS),
    )


def email_cell(text: str | None) -> Cell:
    """Addresses of a cell that are right or were repaired."""
    found: list[Email] = emails(text)
    return (
        tuple(one.email for one in found if one.email and one.qc in (0, 3, 4)),
        min((one.qc for one in found), key=WORSE.__getitem__, default=2),
        tuple(reason for one in found if one.problems for reason in one.problems.split(";")),
    )


def account_cell(text: str | None) -> Cell:
    """Accounts of a cell, divided by commas, semicolons or lines."""
    if text is None:
        return (), 2, ()
    found = [account(part) for part in text.replace(";", ",").replace("\n", ",").split(",")]
    return (
        tuple(one.value for one in found if one.value),
        min((one.qc for one in found), key=WORSE.__getitem__, default=2),
        tuple(one.problems for one in found if one.problems),
    )


CELL_SCHEMA: Final[Schema] = {"values": pl.List(pl.String), "qc": pl.Int8, "reasons": pl.List(pl.String)}


def phone_cells(texts: pl.Series) -> pl.DataFrame:
    """`phone_cell` for a column, without a territory."""
    national, is_plain = plain_nationals(texts, default_plan())
    return _with_plain(
        "+7" + national.filter(is_plain), is_plain, by_distinct(texts.filter(~is_plain), phone_cell, CELL_SCHEMA)
    )


def email_cells(texts: pl.Series) -> pl.DataFrame:
    """`email_cell` for a column."""
    table, is_plain = plain_emails(texts)
    values = table.filter(is_plain).select(pl.col("local") + "@" + pl.col("name")).to_series()
    return _with_plain(values, is_plain, by_distinct(texts.filter(~is_plain), email_cell, CELL_SCHEMA))


def account_cells(texts: pl.Series) -> pl.DataFrame:
    """`account_cell` for a column: plain digits are accounts as they are."""
    is_plain = (texts.str.contains(r"^\d{1,40}$") & texts.str.contains("[1-9]")).fill_null(False)
    rest = by_distinct(texts.filter(~is_plain), account_cell, CELL_SCHEMA)
    return _with_plain(texts.filter(is_plain), is_plain, rest)


def _with_plain(values: pl.Series, is_plain: pl.Series, rest: pl.DataFrame) -> pl.DataFrame:
    """Cells of one sure value each, woven with the rest."""
    plain = pl.DataFrame({"values": values}).select(
        values=pl.concat_list("values"),
        qc=pl.lit(0, dtype=pl.Int8),
        reasons=pl.lit([], dtype=pl.List(pl.String)),
    )
    return weave(plain, is_plain, rest)


def listed(kind: str, column: str, texts: pl.Series, parse: Callable[[pl.Series], pl.DataFrame]) -> list[pl.Series]:
    """A list attribute, all cells of a record together."""
    cells = pl.DataFrame({"row": pl.int_range(len(texts), eager=True, dtype=pl.UInt32), "text": texts}).explode("text")
    cells = cells.filter(given("text"))
    return united_cells(kind, column, len(texts), cells["row"], parse(cells["text"]))


def united_cells(kind: str, column: str, rows: int, row: pl.Series, cells: pl.DataFrame) -> list[pl.Series]:
    """Cells of one record together."""
    rank = pl.col("qc").replace_strict(WORSE, return_dtype=pl.Int8)
    back = {rank: code for code, rank in WORSE.items()}
    united = (
        cells.with_columns(row=row, rank=rank)
        .group_by("row")
        .agg(
            values=pl.col("values").explode(empty_as_null=False).drop_nulls().unique().sort(),
            qc=pl.col("rank").min().replace_strict(back, return_dtype=pl.Int8),
            reasons=pl.col("reasons").explode(empty_as_null=False).drop_nulls().unique(maintain_order=True),
        )
    )
    table = pl.DataFrame({"row": pl.int_range(rows, eager=True, dtype=pl.UInt32)}).join(
        united, on="row", how="left", maintain_order="left"
    )
    return list(
        table.select(
            pl.col("values").fill_null(pl.lit([], dtype=pl.List(pl.String))).alias(column),
            pl.col("qc").alias("qc_" + kind),
            pl.when(pl.col("reasons").list.len() > 0).then(pl.col("reasons").list.join(";")).alias(NOTED + kind),
        )
    )
