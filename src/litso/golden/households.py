"""Households: persons who live at one premise and are bound by a surname, a contact or an account.

Living at one address alone makes no household: a communal flat has several. A household is never a person: its members
stay parties of their own.
"""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

import polars as pl

NAME: Final = "surname"
CONTACT: Final = "contact"
ACCOUNT: Final = "account"
ADDRESS: Final = "address"
ALONE: Final = "alone"
REASONS: Final = (NAME, CONTACT, ACCOUNT, ADDRESS, ALONE)
"""What binds a member to others of the household at the same premise: `address` where it has no account of its own and
only one household there has any; `alone` where nobody else lives."""

MEMBER_SCHEMA: Final = pl.Schema(
    {"household_id": pl.String(), "party_id": pl.String(), "place": pl.String(), "reasons": pl.List(pl.String)}
)


def household_id(place: str, number: int) -> str:
    """The id of a household by its premise and its number among the households there."""
    return str(UUID(hashlib.blake2b(f"{place}\x1f{number}".encode(), digest_size=16).hexdigest()))


def households(homes: pl.DataFrame, people: pl.DataFrame, ties: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Members of households (MEMBER_SCHEMA), from `residences` and what these were worked out from."""
    living = homes.select("party_id", "place").join(people, on="party_id")
    used = _used(living, ties)
    bonds = pl.concat([_by_name(living), _by_contact(living, contacts), _by_account(used)])
    bonds = pl.concat([bonds, _by_address(_labelled(living, bonds), used)])
    grouped = _labelled(living, bonds)
    size = grouped.group_by("place", "label").agg(pl.len().alias("size"))
    order = size.sort("place", "size", "label", descending=[False, True, False])
    numbered = order.with_columns(number=pl.int_range(pl.len()).over("place"))
    ids = [household_id(place, number) for place, number in numbered.select("place", "number").iter_rows()]
    named = numbered.with_columns(household_id=pl.Series(ids, dtype=pl.String)).select("place", "label", "household_id")
    reasons = bonds.group_by("party_id").agg(pl.col("reason").unique().sort().alias("reasons"))
    alone = pl.lit([ALONE], dtype=pl.List(pl.String))
    found = grouped.join(named, on=["place", "label"]).join(reasons, on="party_id", how="left")
    return found.with_columns(pl.col("reasons").fill_null(alone)).select(list(MEMBER_SCHEMA)).sort("party_id")


def _by_name(living: pl.DataFrame) -> pl.DataFrame:
    named = living.filter(pl.col("stem").is_not_null()).sort("party_id")
    return _chained(named, ["place", "stem"], NAME)


def _used(living: pl.DataFrame, ties: pl.DataFrame) -> pl.DataFrame:
    """Accounts of the premise where they live that people are tied to."""
    accounts = ties.filter(pl.col("account").is_not_null()).select("party_id", "account", "place").unique()
    return living.join(accounts, on=["party_id", "place"])


def _by_account(used: pl.DataFrame) -> pl.DataFrame:
    return _chained(used.sort("party_id"), ["place", "account"], ACCOUNT)


def _by_address(grouped: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """Groups without an account bound to the only one of the premise that has any."""
    has_account = used.select("party_id", pl.lit(True).alias("pays")).unique()
    groups = grouped.join(has_account, on="party_id", how="left").group_by("place", "label").agg(pl.col("pays").any())
    only = groups.filter("pays").filter(pl.len().over("place") == 1).select("place", pl.col("label").alias("other"))
    loose = groups.filter(~pl.col("pays")).join(only, on="place").select("place", "label", "other")
    bound = grouped.join(loose, on=["place", "label"])
    return bound.select("party_id", "other", pl.lit(ADDRESS).alias("reason"))


def _by_contact(living: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    others = living.select(pl.col("party_id").alias("other"), "place")
    shared = contacts.join(living, on="party_id").join(others, on=["other", "place"])
    return shared.select("party_id", "other", pl.lit(CONTACT).alias("reason"))


def _chained(living: pl.DataFrame, by: list[str], reason: str) -> pl.DataFrame:
    """Each of a group of two or more bound to the first of it, and the first to the second."""
    grouped = living.with_columns(
        first=pl.col("party_id").first().over(by), second=pl.col("party_id").get(1, null_on_oob=True).over(by)
    )
    other = pl.when(pl.col("party_id") == pl.col("first")).then("second").otherwise("first")
    bound = grouped.select("party_id", other.alias("other"), pl.lit(reason).alias("reason"))
    return bound.filter(pl.col("other").is_not_null()).unique()


def _labelled(living: pl.DataFrame, bonds: pl.DataFrame) -> pl.DataFrame:
    """`living` with `label`, one a group that bonds make: its smallest party id."""
    labels = _components(living["party_id"].to_list(), bonds)
    return living.with_columns(label=pl.col("party_id").replace_strict(labels, return_dtype=pl.String))


def _components(parties: list[str], bonds: pl.DataFrame) -> dict[str, str]:
    """Party → the smallest party id of those that bonds lead to."""
    root = {party: party for party in parties}

    def find(party: str) -> str:
        while root[party] != party:
            root[party] = root[root[party]]
            party = root[party]
        return party

    for one, two in bonds.select("party_id", "other").iter_rows():
        low, high = sorted((find(one), find(two)))
        root[high] = low
    return {party: find(party) for party in parties}
