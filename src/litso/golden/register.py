"""What a register of rights says by name, put to the persons who are known at the premise.

A register names a person in a text and knows no party. Whoever is tied to the same premise or account and has the name
is meant; where two could be, nobody is. What the register says of an owner goes before the books of the utility.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from litso.golden.roles import ROLE_SCHEMA
from litso.golden.ties import OWNER

STATED_SCHEMA: Final = pl.Schema(
    {
        "role": pl.String(),
        "name": pl.String(),
        "account": pl.String(),
        "house_key": pl.String(),
        "flat": pl.String(),
        "since": pl.Date(),
        "until": pl.Date(),
    }
)
"""A right: the name is «Surname Given Patronymic»."""

NAME_SCHEMA: Final = pl.Schema(
    {"party_id": pl.String(), "stem": pl.String(), "given_name": pl.String(), "patronymic": pl.String()}
)
"""Names of persons, folded; the surname by its stem."""


def with_register(roles: pl.DataFrame, stated: pl.DataFrame, ties: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Roles (ROLE_SCHEMA) as the register corrects and completes them.

    stated: rights (STATED_SCHEMA, with `place`, and the parts of the name as in NAME_SCHEMA). ties: of
    `residence.placed`. An owner of the books whose right has ended owns no more; one whom the books do not name is
    added for every account of the premise.
    """
    known = _meant(stated, ties, names)
    accounts = ties.filter(pl.col("account").is_not_null() & pl.col("place").is_not_null())
    accounts = accounts.select("place", pl.col("account").alias("of_place")).unique()
    listed = known.join(accounts, on="place", how="left").with_columns(account=pl.coalesce("account", "of_place"))
    rights = listed.group_by("party_id", "role", "account", "place").agg(
        pl.col("since").min(),
        pl.when(pl.col("until").is_not_null().all()).then(pl.col("until").max()).alias("until"),
    )
    both = roles.join(
        rights.select("party_id", "role", "account", pl.col("since").alias("_since"), pl.col("until").alias("_until"),
                      pl.lit(True).alias("_is_right")).unique(["party_id", "role", "account"]),
        on=["party_id", "role", "account"], how="left",
    )  # fmt: skip
    ended = pl.col("_until").is_not_null()
    lasts = pl.col("_is_right").fill_null(False) & ~ended
    corrected = both.with_columns(
        since=pl.coalesce("since", "_since"),
        until=pl.when(ended).then("_until").when(lasts & (pl.col("reason") == "moved_out")).then(None)
        .otherwise("until"),
        reason=pl.when(ended).then(pl.lit("register_ended")).when(lasts).then(pl.lit("register")).otherwise("reason"),
    )  # fmt: skip
    new = rights.join(roles, on=["party_id", "role", "account"], how="anti", nulls_equal=True).with_columns(
        seen_from=pl.col("since"),
        reason=pl.when(pl.col("until").is_null()).then(pl.lit("register")).otherwise(pl.lit("register_ended")),
        records=pl.lit([], dtype=pl.List(pl.Int64)),
    )
    columns = list(ROLE_SCHEMA)
    found = pl.concat([corrected.select(columns), new.select(columns).cast(ROLE_SCHEMA)])
    return _succeeded(found, rights).sort("party_id", "role", "account", "place", nulls_last=True)


def _meant(stated: pl.DataFrame, ties: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Rights with the `party_id` that is meant, those of nobody known left out."""
    numbered = stated.with_row_index("right")
    here = ties.select("party_id", "place").drop_nulls().unique()
    of_name = numbered.join(here, on="place").join(names, on="party_id", suffix="_known")
    given, known = pl.col("given_name"), pl.col("given_name_known")
    second, second_known = pl.col("patronymic"), pl.col("patronymic_known")
    fits = (
        (pl.col("stem") == pl.col("stem_known"))
        & (given.str.starts_with(known) | known.str.starts_with(given)).fill_null(False)
        & (second.str.starts_with(second_known) | second_known.str.starts_with(second)).fill_null(True)
    )
    candidates = of_name.filter(fits).with_columns(exact=(given == known).cast(pl.Int8) + (second == second_known))
    best = candidates.filter(pl.col("exact").fill_null(0) == pl.col("exact").fill_null(0).max().over("right"))
    return best.filter(pl.len().over("right") == 1)


def _succeeded(roles: pl.DataFrame, rights: pl.DataFrame) -> pl.DataFrame:
    """Owners of the books without a right end where the register names the owner that came after them."""
    owned = rights.filter((pl.col("role") == OWNER) & pl.col("until").is_null() & pl.col("account").is_not_null())
    latest = owned.group_by("account").agg(pl.col("since").max().alias("_bought"))
    joined = roles.join(latest, on="account", how="left")
    is_former = (
        (pl.col("role") == OWNER)
        & ~pl.col("reason").str.starts_with("register")
        & pl.col("until").is_null()
        & (pl.coalesce("since", "seen_from") < pl.col("_bought"))
    ).fill_null(False)
    return joined.with_columns(
        until=pl.when(is_former).then("_bought").otherwise("until"),
        reason=pl.when(is_former).then(pl.lit("register_ended")).otherwise("reason"),
    ).select(list(ROLE_SCHEMA))
