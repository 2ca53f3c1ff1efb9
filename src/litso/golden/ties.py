"""Ties: what the records of a party say of accounts and premises, gathered into a few lines a party.

A tie is a function of the party's own records, their earlier versions and the facts that hang on them. Whatever moves a
record to another party moves its ties, and brings them back.
"""

from __future__ import annotations

from typing import Final

import polars as pl

OWNER: Final = "owner"
PAYER: Final = "payer"
READER: Final = "reader"
SELF: Final = "self"
CONTACT: Final = "contact"
NAME: Final = "name"
WHATS: Final = (OWNER, PAYER, READER, SELF)
"""What a record is: the holder of an account by the books, a payment, a meter, or the person's own word (a card, a
call, a request). The first that holds, for a record may carry facts of several kinds."""

_WHAT_OF_FACT: Final = {
    "account": OWNER,
    "agreement": OWNER,
    "payment": PAYER,
    "meter": READER,
    "reading": READER,
}
FACT_KINDS: Final = tuple(_WHAT_OF_FACT)

_CLOSED: Final = r"(?i)закрыт|расторгнут|прекращ[её]н|closed"
_RECORDS_KEPT: Final = 5

RECORD_SCHEMA: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "record_id": pl.Int64(),
        "at": pl.Datetime("us"),
        "ended": pl.Datetime("us"),
        "house_key": pl.String(),
        "flat": pl.String(),
        "accounts": pl.List(pl.String),
    }
)
"""Statements: a record as it is, or as it was until `ended` where its party or its accounts were others then."""

FACT_SCHEMA: Final = pl.Schema(
    {
        "record_id": pl.Int64(),
        "kind": pl.String(),
        "account": pl.String(),
        "begins": pl.Datetime("us"),
        "ends": pl.Datetime("us"),
        "status": pl.String(),
    }
)
"""Facts of FACT_KINDS that hang on the records."""

TIE_SCHEMA: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "what": pl.String(),
        "account": pl.String(),
        "place": pl.String(),
        "first_at": pl.Datetime("us"),
        "last_at": pl.Datetime("us"),
        "begins": pl.Datetime("us"),
        "ends": pl.Datetime("us"),
        "times": pl.Int32(),
        "records": pl.List(pl.Int64),
    }
)
"""`first_at` and `last_at`: the records' own times. `begins` and `ends`: what the books say. `records`: the newest."""


def place_key(house_key: pl.Expr, flat: pl.Expr) -> pl.Expr:
    """A premise as one text, «house#flat»; null without a house."""
    return pl.concat_str(house_key, pl.lit("#"), flat.fill_null(""))


def gather_ties(records: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Ties (TIE_SCHEMA) of parties from all their statements (RECORD_SCHEMA) and the facts of these (FACT_SCHEMA)."""
    known = records.join(_what_of(facts), on="record_id", how="left").with_columns(pl.col("what").fill_null(SELF))
    stated = known.with_columns(place=place_key(pl.col("house_key"), pl.col("flat")))
    listed = stated.explode("accounts", empty_as_null=True, keep_nulls=True).rename({"accounts": "account"})
    listed = listed.filter(pl.col("account").is_not_null() | pl.col("place").is_not_null())
    dated = listed.join(_books(facts), on=["record_id", "account"], how="left").with_columns(
        pl.when(pl.col("ended").is_null()).then("begins").alias("begins")  # what was before has another beginning
    )
    ends = pl.min_horizontal("ended", pl.when(pl.col("is_closed")).then(pl.coalesce("ends", "at")).otherwise("ends"))
    return (
        dated.with_columns(ends=ends)
        .sort("at", "record_id", descending=True)
        .group_by("party_id", "what", "account", "place", maintain_order=True)
        .agg(
            pl.col("at").min().alias("first_at"),
            pl.col("at").max().alias("last_at"),
            pl.col("begins").min(),
            pl.when(pl.col("ends").is_not_null().all()).then(pl.col("ends").max()).alias("ends"),
            pl.len().cast(pl.Int32).alias("times"),
            pl.col("record_id").head(_RECORDS_KEPT).alias("records"),
        )
        .select(list(TIE_SCHEMA))
        .cast(TIE_SCHEMA)
    )


def contact_ties(records: pl.DataFrame) -> pl.DataFrame:
    """Ties of parties to their phones and e-mails: `contacts` of the records, in the column `contact`."""
    return _listed(records, pl.col("contacts"), CONTACT)


def name_ties(records: pl.DataFrame) -> pl.DataFrame:
    """Ties of parties to the names under which they named a house: «house~stem» in the column `contact`.

    records: with `stem`, of the surname as the record has it.
    """
    named = records.filter(pl.col("house_key").is_not_null() & pl.col("stem").is_not_null())
    return _listed(named, pl.concat_list(pl.concat_str("house_key", pl.lit("~"), "stem")), NAME)


def _listed(records: pl.DataFrame, contacts: pl.Expr, what: str) -> pl.DataFrame:
    listed = records.select("party_id", contacts.alias("contact"), "record_id")
    given = listed.explode("contact", empty_as_null=True, keep_nulls=True).filter(pl.col("contact").is_not_null())
    found = given.sort("record_id", descending=True).group_by("party_id", "contact", maintain_order=True)
    return found.agg(
        pl.len().cast(pl.Int32).alias("times"), pl.col("record_id").head(_RECORDS_KEPT).alias("records")
    ).with_columns(what=pl.lit(what))


def _what_of(facts: pl.DataFrame) -> pl.DataFrame:
    """`record_id`, `what`: the first of WHATS that the facts of a record speak for."""
    what = pl.col("kind").replace_strict(_WHAT_OF_FACT, return_dtype=pl.String)
    rank = what.replace_strict({name: place for place, name in enumerate(WHATS)}, return_dtype=pl.Int8)
    best = facts.with_columns(what=what, rank=rank).sort("rank", maintain_order=True)
    return best.unique("record_id", keep="first").select("record_id", "what")


def _books(facts: pl.DataFrame) -> pl.DataFrame:
    """What the books say of an account of a record: `begins`, `ends`, `is_closed`."""
    books = facts.filter(pl.col("kind").is_in(["account", "agreement"]) & pl.col("account").is_not_null())
    return books.group_by("record_id", "account").agg(
        pl.col("begins").min(),
        pl.col("ends").max(),
        pl.col("status").str.contains(_CLOSED).any().fill_null(False).alias("is_closed"),
    )
