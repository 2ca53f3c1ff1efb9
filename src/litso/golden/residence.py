"""Residence: at which of the premises that its ties name a person lives now, and why.

Each premise that is in question gets a sum of weights in bits; the heaviest wins if it is heavy enough. It is weighed
twice: the second time with what the first told of family and strangers. The weights say which of the premises in
question is the home; they were learned on one demo utility, and `benchmarks/bench_graph.py` measures them on others.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from litso.golden.ties import OWNER, PAYER, SELF

WEIGHTS: Final = {
    "bias": -2.24,
    "said_last": 7.4,
    "said_before": 6.77,
    "said_often": 3.44,
    "no_account_here": -3.29,
    "pays_here": 5.56,
    "owns_since_then": 2.01,
    "owns_and_never_spoke": 2.51,
    "took_over_since_then": 5.85,
    "only_premise": 8.01,
    "family_now": 2.47,
    "strangers_now": -0.42,
    "strangers_later": -1.49,
    "strangers_pay": -0.97,
    "no_word_of_own": 2.42,
    "family_lives_here": 2.69,
    "strangers_live_here": -3.17,
    "contact_lives_here": 2.96,
}
"""Claim about a person and a premise → its weight. The claims are the columns that `_claims` makes."""

FLOOR: Final = -2.2
"""A premise whose weight is below is nobody's home: better none than a wrong one."""

MOST_AT_PLACE: Final = 40
"""Parties tied to one premise above which it says nothing of who lives with whom: an office, a dormitory."""

HOME_SCHEMA: Final = pl.Schema({"party_id": pl.String(), "place": pl.String(), "weight": pl.Float64()})


def account_places(ties: pl.DataFrame) -> pl.DataFrame:
    """The premise of each account, `account`, `place`: the one that most records name, the books counting threefold."""
    named = ties.filter(pl.col("account").is_not_null() & pl.col("place").is_not_null())
    votes = named.group_by("account", "place").agg(
        (pl.col("times").sum() + pl.col("what").n_unique().cast(pl.Int32) + 2 * (pl.col("what") == OWNER).any()).alias(
            "votes"
        )
    )
    best = votes.sort("account", "votes", "place", descending=[False, True, False])
    return best.unique("account", keep="first", maintain_order=True).select("account", "place")


def placed(ties: pl.DataFrame, houses_with_flats: pl.Series) -> pl.DataFrame:
    """Ties with their premise: of the account where it has one, else their own; `has_account` tells which.

    An address without a flat is a premise only in a house that has none.
    """
    house = pl.col("place").str.split("#").list.first()
    is_whole = ~pl.col("place").str.ends_with("#") | ~house.is_in(houses_with_flats.implode())
    whole = ties.with_columns(pl.when(is_whole).then("place").alias("place"))
    of_account = account_places(whole).rename({"place": "_place"})
    joined = whole.join(of_account, on="account", how="left").with_columns(
        pl.coalesce("_place", "place").alias("place")
    )
    return joined.drop("_place")


def residences(ties: pl.DataFrame, people: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Where persons live now (HOME_SCHEMA).

    ties: of `placed`. people: `party_id`, `stem` (of the surname, null where unknown), persons alone. contacts: pairs
    (`party_id`, `other`) of persons who share a phone or an e-mail that few have.
    """
    own = ties.join(people, on="party_id", how="inner").filter(pl.col("place").is_not_null())
    crowd = own.group_by("place").agg(pl.col("party_id").n_unique().alias("crowd"))
    own = own.join(crowd.filter(pl.col("crowd") <= MOST_AT_PLACE), on="place", how="inner")
    asked = _asked(own, people, contacts)
    claims = _claims(asked, own, people)
    homes = _heaviest(claims)
    again = claims.join(_company(claims, homes, people, contacts), on=["party_id", "place"], how="left")
    return _heaviest(again)


def _asked(own: pl.DataFrame, people: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """A line a person and premise in question: its own premises, those of people who share a contact with it, and those
    of its kin: a family moves together, and not everybody tells."""
    is_self, is_owner, is_payer = (pl.col("what") == what for what in (SELF, OWNER, PAYER))
    stated = own.group_by("party_id", "place").agg(
        pl.col("times").filter(is_self).sum().alias("words"),
        pl.col("last_at").filter(is_self).max().alias("last_word"),
        pl.col("last_at").filter(is_owner).max().alias("last_owned"),
        pl.col("begins").filter(is_owner).max().alias("begins"),
        is_owner.any().alias("owns"),
        is_payer.any().alias("pays"),
    )
    related = pl.concat([contacts, _kin(stated, people)]).unique()
    through = related.join(stated.select(pl.col("party_id").alias("other"), "place"), on="other")
    others = through.select("party_id", "place").unique().join(stated, on=["party_id", "place"], how="anti")
    both = pl.concat([stated, others], how="diagonal").with_columns(
        pl.col("words").fill_null(0), pl.col("owns", "pays").fill_null(False)
    )
    has_account = (
        own.filter(pl.col("account").is_not_null()).select("place", pl.lit(True).alias("account_here")).unique()
    )
    everywhere = stated.group_by("party_id").agg(
        pl.len().alias("premises"), pl.col("words").sum().alias("all_words"), pl.col("last_word").max().alias("latest")
    )
    return (
        both.join(people, on="party_id")
        .join(everywhere, on="party_id", how="left")
        .join(has_account, on="place", how="left")
    )


def _kin(stated: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Pairs (`party_id`, `other`) of one surname who are both tied to one premise."""
    named = stated.select("party_id", "place").join(people.filter(pl.col("stem").is_not_null()), on="party_id")
    pairs = named.join(named.rename({"party_id": "other"}), on=["place", "stem"])
    return pairs.filter(pl.col("party_id") != pl.col("other")).select("party_id", "other").unique()


def _claims(asked: pl.DataFrame, own: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """`asked` with a column for each claim that does not need to know who lives where."""
    near = _neighbours(asked)
    joined = asked.join(near, on=["party_id", "place"], how="left")
    word = pl.col("words") > 0
    claims = {
        "said_last": word & (pl.col("last_word") == pl.col("latest")),
        "said_before": word & (pl.col("last_word") != pl.col("latest")),
        "said_often": pl.col("words") > 1,
        "no_account_here": pl.col("account_here").is_null(),
        "pays_here": pl.col("pays"),
        "owns_since_then": pl.col("owns") & (pl.col("last_owned") > pl.col("latest")),
        "owns_and_never_spoke": pl.col("owns") & (pl.col("all_words") == 0),
        "took_over_since_then": pl.col("owns") & (pl.col("begins") > pl.col("latest")),
        "only_premise": pl.col("premises") == 1,
        "family_now": pl.col("family") > 0,
        "strangers_now": pl.col("strangers") > 0,
        "strangers_later": pl.col("strangers_at") > pl.col("last_word"),
        "strangers_pay": (pl.col("strangers_paying") > 0) & ~pl.col("pays"),
        "no_word_of_own": ~word & ~pl.col("owns") & ~pl.col("pays"),
    }
    return joined.with_columns(**{name: claim.fill_null(False) for name, claim in claims.items()})


def _neighbours(asked: pl.DataFrame) -> pl.DataFrame:
    """Who else is tied to a premise: `family` and `strangers` by the surname, those whose latest word is of it."""
    present = (pl.col("last_word") == pl.col("latest")) & (pl.col("words") > 0)
    others = asked.filter(pl.col("words").is_not_null()).select(
        pl.col("party_id").alias("other"),
        "place",
        pl.col("stem").alias("other_stem"),
        present.fill_null(False).alias("is_present"),
        pl.col("pays").alias("other_pays"),
        pl.col("last_word").alias("other_word"),
        ((pl.col("words") > 0) | pl.col("owns") | pl.col("pays")).alias("is_tied"),
    )
    pairs = asked.select("party_id", "place", "stem").join(others.filter("is_tied"), on="place")
    pairs = pairs.filter(pl.col("party_id") != pl.col("other"))
    same = pl.col("stem") == pl.col("other_stem")
    return pairs.group_by("party_id", "place").agg(
        (same & (pl.col("is_present") | pl.col("other_pays"))).sum().alias("family"),
        (~same & pl.col("is_present")).sum().alias("strangers"),
        pl.col("other_word").filter(~same & pl.col("is_present")).max().alias("strangers_at"),
        (~same & pl.col("other_pays")).sum().alias("strangers_paying"),
    )


def _company(claims: pl.DataFrame, homes: pl.DataFrame, people: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """The claims that need to know who lives where, by `party_id` and `place`."""
    living = homes.join(people, on="party_id").select(
        pl.col("party_id").alias("other"), "place", pl.col("stem").alias("other_stem")
    )
    pairs = claims.select("party_id", "place", "stem").join(living, on="place")
    pairs = pairs.filter(pl.col("party_id") != pl.col("other"))
    same = pl.col("stem") == pl.col("other_stem")
    by_name = pairs.group_by("party_id", "place").agg(
        same.any().alias("family_lives_here"), (~same).any().alias("strangers_live_here")
    )
    by_contact = contacts.join(living, on="other").select("party_id", "place").unique()
    return by_name.join(
        by_contact.with_columns(contact_lives_here=pl.lit(True)), on=["party_id", "place"], how="full", coalesce=True
    )


def _heaviest(claims: pl.DataFrame) -> pl.DataFrame:
    """The heaviest premise of each person (HOME_SCHEMA) that is not below the floor."""
    present = [name for name in WEIGHTS if name in claims.columns]
    weight = pl.sum_horizontal(
        pl.lit(WEIGHTS["bias"]), *(pl.col(name).fill_null(False).cast(pl.Float64) * WEIGHTS[name] for name in present)
    ).round(6)
    ordered = claims.with_columns(weight=weight).sort("party_id", "weight", "place", descending=[False, True, False])
    best = ordered.unique("party_id", keep="first", maintain_order=True).filter(pl.col("weight") >= FLOOR)
    return best.select(list(HOME_SCHEMA))
