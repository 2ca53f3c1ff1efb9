"""Roles in time: who owns, pays for, rents, lives at or only calls about an account and its premise, since when and
until when.

The books name an owner and keep the name when the owner has moved away; payments tell who pays; where people live is
worked out by `residence`. Dates are as good as the sources: `since` and `until` are null where nobody says, and
`seen_from` is the first time a source speaks of the role at all.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from litso.golden.ties import OWNER, PAYER, SELF

TENANT: Final = "tenant"
RESIDENT: Final = "resident"
CONTACT: Final = "contact"
ROLES: Final = (OWNER, PAYER, TENANT, RESIDENT, CONTACT)

ROLE_SCHEMA: Final = pl.Schema(
    {
        "party_id": pl.String(),
        "role": pl.String(),
        "account": pl.String(),
        "place": pl.String(),
        "since": pl.Date(),
        "until": pl.Date(),
        "seen_from": pl.Date(),
        "reason": pl.String(),
        "records": pl.List(pl.Int64),
    }
)
"""`until` is the first day on which the role is over. `reason` is one of REASONS. `records` are the newest that say
so."""

REASONS: Final = (
    "books",
    "books_ended",
    "moved_out",
    "pays",
    "paid_before",
    "lives",
    "moved_in",
    "lived_before",
    "asked",
    "register",
    "register_ended",
)

_RECENT_DAYS: Final = 100
"""A payment this much older than the latest one of the account is no longer a habit."""


def roles(ties: pl.DataFrame, homes: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Roles (ROLE_SCHEMA) from `residence.placed` ties, `residence.residences` and people (`party_id`, `stem`)."""
    moves = _moves(ties, homes, people)
    parts = [
        _owners(ties, homes, people, moves),
        _payers(ties),
        _residents(ties, homes, people, moves),
        _former_residents(ties, moves),
        _contacts(ties, homes, moves),
    ]
    found = pl.concat([part.select(list(ROLE_SCHEMA)).cast(ROLE_SCHEMA) for part in parts])
    none = pl.lit([], dtype=pl.List(pl.Int64))
    return found.with_columns(pl.col("records").fill_null(none)).sort(
        "party_id", "role", "account", "place", nulls_last=True
    )


def _moves(ties: pl.DataFrame, homes: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Persons who spoke of a premise as theirs before they lived where they live now: `party_id`, `place`, `moved_on`.

    The day lies between the last word of the family at the old premise and its first word at the new one, or the first
    sign of those who came after them. Where somebody of the name still lives there, nobody has moved: a child calls
    for the mother.
    """
    words = ties.filter((pl.col("what") == SELF) & pl.col("place").is_not_null())
    words = words.group_by("party_id", "place").agg(pl.col("first_at").min(), pl.col("last_at").max())
    home = homes.select("party_id", pl.col("place").alias("home")).join(people, on="party_id")
    spoken = words.join(home, on="party_id")
    # Of a family whatever one said of the old premise and of the new one holds for all.
    family = ["stem", "home"]
    old = spoken.filter(pl.col("place") != pl.col("home")).group_by(*family, "place").agg(pl.col("last_at").max())
    new = spoken.filter(pl.col("place") == pl.col("home")).select(*family, pl.col("first_at").alias("said_new"))
    living = homes.join(people, on="party_id").select("place", pl.col("stem").alias("heir"), "party_id")
    heirs = living.join(ties.select("party_id", "place", "first_at"), on=["party_id", "place"], how="left")
    stays = living.select("place", pl.col("heir").alias("stem"), pl.lit(True).alias("stays")).unique()
    left = old.join(stays, on=["place", "stem"], how="left").filter(pl.col("stays").is_null()).drop("stays")
    after = left.join(new, on=family, how="left").filter(
        pl.col("said_new").is_null() | (pl.col("said_new") > pl.col("last_at"))
    )
    came = left.join(heirs.select("place", pl.col("first_at").alias("came")), on="place", how="left").filter(
        pl.col("came") > pl.col("last_at")
    )
    bound = pl.concat(
        [
            after.select(*family, "place", "last_at", pl.col("said_new").alias("by")),
            came.select(*family, "place", "last_at", pl.col("came").alias("by")),
        ]
    )
    day = bound.group_by(*family, "place").agg(pl.coalesce(pl.col("by").min(), pl.col("last_at").max()).alias("day"))
    return home.join(day, on=family).select("party_id", "place", "home", pl.col("day").dt.date().alias("moved_on"))


def _owners(ties: pl.DataFrame, homes: pl.DataFrame, people: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """Those whom the books name; one who lived there, moved away and left it to strangers is the owner no more."""
    named = (
        _of(ties, OWNER)
        .group_by("party_id", "account")
        .agg(
            pl.col("place").first(),
            pl.col("begins").min().dt.date().alias("since"),
            pl.when(pl.col("ends").is_not_null().all()).then(pl.col("ends").max()).dt.date().alias("ends"),
            pl.col("first_at").min().dt.date().alias("seen_from"),
            pl.col("records").explode().head(5),
        )
    )
    occupied = homes.join(people, on="party_id").select("place", pl.lit(True).alias("is_occupied")).unique()
    known = named.join(moves.select("party_id", "place", "moved_on"), on=["party_id", "place"], how="left")
    known = known.join(occupied, on="place", how="left")
    left = pl.col("moved_on").is_not_null() & pl.col("is_occupied").fill_null(False)
    successor = pl.when(pl.col("ends").is_null()).then(pl.col("ends").max().over("account"))
    return known.with_columns(
        since=pl.coalesce("since", successor),
        until=pl.min_horizontal("ends", pl.when(left).then("moved_on")),
        reason=pl.when(left).then(pl.lit("moved_out"))
        .when(pl.col("ends").is_not_null()).then(pl.lit("books_ended")).otherwise(pl.lit("books")),
        role=pl.lit(OWNER),
    )  # fmt: skip


def _payers(ties: pl.DataFrame) -> pl.DataFrame:
    """Who paid; the one who paid most often of late pays still."""
    paid = (
        _of(ties, PAYER)
        .group_by("party_id", "account")
        .agg(
            pl.col("place").first(),
            pl.col("first_at").min(),
            pl.col("last_at").max(),
            pl.col("times").sum(),
            pl.col("records").explode().head(5),
        )
    )
    newest = pl.col("last_at").max().over("account")
    is_recent = pl.col("last_at") >= newest - pl.duration(days=_RECENT_DAYS)
    ordered = paid.with_columns(is_recent=is_recent).sort(
        "account", "is_recent", "times", "last_at", "party_id", descending=[False, True, True, True, False]
    )
    is_main = pl.int_range(pl.len()).over("account") == 0
    return ordered.with_columns(
        since=pl.lit(None, pl.Date),
        until=pl.when(~is_main).then(pl.col("last_at").dt.date() + pl.duration(days=1)),
        seen_from=pl.col("first_at").dt.date(),
        reason=pl.when(is_main).then(pl.lit("pays")).otherwise(pl.lit("paid_before")),
        role=pl.lit(PAYER),
    )


def _residents(ties: pl.DataFrame, homes: pl.DataFrame, people: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """Those who live at a premise, for each account of it: tenants where the owners live elsewhere and are no kin."""
    accounts = ties.filter(pl.col("account").is_not_null() & pl.col("place").is_not_null())
    accounts = accounts.select("account", "place").unique()
    here = homes.select("party_id", "place").join(accounts, on="place", how="left").join(people, on="party_id")
    own = ties.filter(pl.col("what").is_in([SELF, OWNER, PAYER]))
    own = own.group_by("party_id", "place").agg(
        pl.col("first_at").min().dt.date().alias("seen_from"), pl.col("records").explode().head(5)
    )
    came = moves.group_by("party_id").agg(pl.col("moved_on").max())
    owner = _of(ties, OWNER).filter(pl.col("ends").is_null()).select("account", pl.col("party_id").alias("owner"))
    living = homes.select(pl.col("party_id").alias("owner"), pl.col("place").alias("owner_home"))
    named = people.select(pl.col("party_id").alias("owner"), pl.col("stem").alias("owner_stem"))
    left = moves.select(pl.col("party_id").alias("owner"), pl.col("place"), pl.lit(True).alias("has_left"))
    let = (
        here.select("party_id", "account", "place", "stem")
        .join(owner.unique(), on="account")
        .join(living, on="owner")
        .join(named, on="owner")
        .join(left, on=["owner", "place"], how="left")
        .group_by("party_id", "account")
        .agg(
            (
                (pl.col("owner_home") != pl.col("place"))
                & pl.col("has_left").is_null()
                & (pl.col("owner_stem") != pl.col("stem")).fill_null(True)
            )
            .all()
            .alias("is_let")
        )
    )
    found = here.join(own, on=["party_id", "place"], how="left").join(came, on="party_id", how="left")
    found = found.join(let, on=["party_id", "account"], how="left", nulls_equal=True)
    return found.with_columns(
        role=pl.when(pl.col("is_let")).then(pl.lit(TENANT)).otherwise(pl.lit(RESIDENT)),
        since=pl.col("moved_on"),
        until=pl.lit(None, pl.Date),
        reason=pl.when(pl.col("moved_on").is_null()).then(pl.lit("lives")).otherwise(pl.lit("moved_in")),
    )


def _former_residents(ties: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """Those who lived at a premise by their own word and moved away."""
    words = _words(ties).join(moves, on=["party_id", "place"])
    return words.with_columns(
        role=pl.lit(RESIDENT), since=pl.lit(None, pl.Date), until=pl.col("moved_on"), reason=pl.lit("lived_before")
    )


def _contacts(ties: pl.DataFrame, homes: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """Those who speak for an account and neither live nor lived there."""
    words = _words(ties).filter(pl.col("account").is_not_null())
    elsewhere = words.join(homes.select("party_id", "place"), on=["party_id", "place"], how="anti", nulls_equal=True)
    others = elsewhere.join(moves.select("party_id", "place"), on=["party_id", "place"], how="anti", nulls_equal=True)
    return others.with_columns(
        role=pl.lit(CONTACT), since=pl.lit(None, pl.Date), until=pl.lit(None, pl.Date), reason=pl.lit("asked")
    )


def _words(ties: pl.DataFrame) -> pl.DataFrame:
    return (
        _of(ties, SELF)
        .group_by("party_id", "account", "place")
        .agg(pl.col("first_at").min().dt.date().alias("seen_from"), pl.col("records").explode().head(5))
    )


def _of(ties: pl.DataFrame, what: str) -> pl.DataFrame:
    chosen = ties.filter(pl.col("what") == what)
    return chosen if what == SELF else chosen.filter(pl.col("account").is_not_null())
