"""Residence: at which of the premises that its ties name a person lives now, and why.

Each premise that is in question gets a sum of weights in bits; the heaviest wins if it is heavy enough. It is weighed
twice: the second time with what the first told of family and strangers. The weights say which of the premises in
question is the home, or that none is; `benchmarks/learn_homes.py` learns them on one demo utility, and
`benchmarks/bench_graph.py` measures them on others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import polars as pl

from litso.golden.ties import OWNER, PAYER, SELF

WEIGHTS: Final = {
    "bias": 5.15,
    "said_last": 3.41,
    "said_before": 2.82,
    "said_often": 2.56,
    "said_account": 1.75,
    "no_account_here": -1.42,
    "pays_here": 1.54,
    "pays_and_owns_not": 1.31,
    "owns_here": 1.49,
    "owns_since_then": 0.42,
    "owns_and_never_spoke": -1.07,
    "took_over_since_then": 1.26,
    "family_now": 0.82,
    "strangers_now": -0.89,
    "strangers_later": -0.51,
    "strangers_pay": -1.42,
    "strangers_pay_too": -1.15,
    "strangers_took_over": -1.99,
    "let": -1.57,
    "no_word_of_own": -2.11,
    "only_of_name_in_house": -1.07,
    "family_has_right": 1.43,
    "strangers_bought": -3.82,
    "family_sold": -3.69,
    "family_lives_here": 2.24,
    "strangers_live_here": -0.99,
    "contact_lives_here": 2.57,
}
"""Claim of a person and a premise → its weight in bits. Claims are the columns that `claimed` and `company` make."""

FLOOR: Final = -0.7
"""A premise whose weight is below is nobody's home. At 0 a home is as likely as none; a little below, as many members
of households are found as are mistaken."""

MOST_AT_PLACE: Final = 40
"""Parties tied to one premise above which it says nothing of who lives with whom: an office, a dormitory."""

_REGISTERED: Final = ("family_has_right", "strangers_bought", "family_sold")

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
    is_whole = ~pl.col("place").str.ends_with("#") | ~_house(pl.col("place")).is_in(houses_with_flats.implode())
    whole = ties.with_columns(pl.when(is_whole).then("place").alias("place"))
    of_account = account_places(whole).rename({"place": "_place"})
    joined = whole.join(of_account, on="account", how="left").with_columns(
        pl.coalesce("_place", "place").alias("place")
    )
    return joined.drop("_place")


class Around(NamedTuple):
    """What beside ties tells where persons live.

    people: `party_id`, `stem` (of the surname, null where unknown), persons alone.
    contacts: pairs (`party_id`, `other`) of persons who share a phone or an e-mail that few have.
    namesakes: pairs (`party_id`, `other`) who named a `house` under one surname.
    rights: `place`, `stem`, `since`, `until` of those who own by the register.
    """

    people: pl.DataFrame
    contacts: pl.DataFrame
    namesakes: pl.DataFrame
    rights: pl.DataFrame


def residences(ties: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Where persons live now (HOME_SCHEMA), from ties of `placed`."""
    claims = claimed(ties, around)
    homes = heaviest(claims)
    return heaviest(claims.join(company(claims, homes, around), on=["party_id", "place"], how="left"))


def claimed(ties: pl.DataFrame, around: Around) -> pl.DataFrame:
    """A line a person and premise in question, with a column for each claim that needs no homes of others."""
    own = ties.join(around.people, on="party_id", how="inner").filter(pl.col("place").is_not_null())
    crowd = own.group_by("place").agg(pl.col("party_id").n_unique().alias("crowd"))
    own = own.join(crowd.filter(pl.col("crowd") <= MOST_AT_PLACE), on="place", how="inner")
    return _claims(_asked(own, around), around.rights)


def _asked(own: pl.DataFrame, around: Around) -> pl.DataFrame:
    """A line a person and premise in question: its own premises, those of people who share a contact with it, those of
    its kin (a family moves together, and not everybody tells), and the only premise of its surname in a house that it
    named, perhaps without the flat or with another."""
    is_self, is_owner, is_payer = (pl.col("what") == what for what in (SELF, OWNER, PAYER))
    stated = own.group_by("party_id", "place").agg(
        pl.col("times").filter(is_self).sum().alias("words"),
        pl.col("last_at").filter(is_self).max().alias("last_word"),
        pl.col("last_at").filter(is_owner).max().alias("last_owned"),
        (is_self & pl.col("account").is_not_null()).any().alias("with_account"),
        pl.col("begins").filter(is_owner).max().alias("begins"),
        is_owner.any().alias("owns"),
        is_payer.any().alias("pays"),
    )
    places = stated.select(pl.col("party_id").alias("other"), "place")
    through = pl.concat([around.contacts, _kin(stated, around.people)]).unique().join(places, on="other")
    named = _in_house(stated, around.namesakes)
    near = pl.concat([through.select("party_id", "place"), named]).unique()
    others = near.join(stated, on=["party_id", "place"], how="anti")
    both = pl.concat([stated, others], how="diagonal").with_columns(
        pl.col("words").fill_null(0), pl.col("owns", "pays").fill_null(False)
    )
    has_account = (
        own.filter(pl.col("account").is_not_null()).select("place", pl.lit(True).alias("account_here")).unique()
    )
    everywhere = stated.group_by("party_id").agg(
        pl.col("words").sum().alias("all_words"), pl.col("last_word").max().alias("latest")
    )
    return (
        both.join(around.people, on="party_id")
        .join(everywhere, on="party_id", how="left")
        .join(has_account, on="place", how="left")
        .join(named.with_columns(in_house=pl.lit(True)), on=["party_id", "place"], how="left")
    )


def _in_house(stated: pl.DataFrame, namesakes: pl.DataFrame) -> pl.DataFrame:
    """`party_id`, `place`: the only premise of a house that namesakes are tied to, for those who named the house."""
    tied = stated.filter((pl.col("words") > 0) | pl.col("owns") | pl.col("pays"))
    places = tied.select(pl.col("party_id").alias("other"), "place", house=_house(pl.col("place")))
    found = namesakes.join(places, on=["other", "house"]).select("party_id", "house", "place").unique()
    return found.filter(pl.len().over("party_id", "house") == 1).select("party_id", "place")


def _kin(stated: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Pairs (`party_id`, `other`) of one surname who are both tied to one premise."""
    named = stated.select("party_id", "place").join(people.filter(pl.col("stem").is_not_null()), on="party_id")
    pairs = named.join(named.rename({"party_id": "other"}), on=["place", "stem"])
    return pairs.filter(pl.col("party_id") != pl.col("other")).select("party_id", "other").unique()


def _claims(asked: pl.DataFrame, rights: pl.DataFrame) -> pl.DataFrame:
    """`asked` with a column for each claim that does not need to know who lives where."""
    keys = ["party_id", "place"]
    joined = asked.join(_neighbours(asked), on=keys, how="left").join(_registered(asked, rights), on=keys, how="left")
    word, owns, pays = pl.col("words") > 0, pl.col("owns"), pl.col("pays")
    is_paid_by_strangers = pl.col("strangers_paying") > 0
    claims = {
        "said_last": word & (pl.col("last_word") == pl.col("latest")),
        "said_before": word & (pl.col("last_word") != pl.col("latest")),
        "said_often": pl.col("words") > 1,
        "said_account": pl.col("with_account"),
        "no_account_here": pl.col("account_here").is_null(),
        "pays_here": pays,
        "pays_and_owns_not": pays & ~owns,
        "owns_here": owns,
        "owns_since_then": owns & (pl.col("last_owned") > pl.col("latest")),
        "owns_and_never_spoke": owns & (pl.col("all_words").fill_null(0) == 0),
        "took_over_since_then": owns & (pl.col("begins") > pl.col("latest")),
        "family_now": pl.col("family") > 0,
        "strangers_now": pl.col("strangers") > 0,
        "strangers_later": pl.col("strangers_at") > pl.col("last_word"),
        "strangers_pay": is_paid_by_strangers & ~pays,
        "strangers_pay_too": is_paid_by_strangers & pays,
        "strangers_took_over": (pl.col("strangers_began") > pl.col("latest")) & ~owns,
        "let": owns & ~word & ((pl.col("strangers") > 0) | is_paid_by_strangers),
        "no_word_of_own": ~word & ~owns & ~pays,
        "only_of_name_in_house": pl.col("in_house"),
    }
    return joined.with_columns(
        pl.col(_REGISTERED).fill_null(False), **{name: claim.fill_null(False) for name, claim in claims.items()}
    )


def _registered(asked: pl.DataFrame, rights: pl.DataFrame) -> pl.DataFrame:
    """The claims that the register of rights makes, by `party_id` and `place`."""
    owners = rights.select("place", pl.col("stem").alias("owner"), "since", "until")
    pairs = asked.select("party_id", "place", "stem", "latest").join(owners, on="place")
    same = (pl.col("stem") == pl.col("owner")).fill_null(False)
    lasts = pl.col("until").is_null()
    after = (pl.col("since") > pl.col("latest").dt.date()).fill_null(False)
    family = (same & lasts).any()
    return pairs.group_by("party_id", "place").agg(
        family.alias("family_has_right"),
        ((~same & lasts & after).any() & ~family).alias("strangers_bought"),
        ((same & ~lasts).any() & ~family).alias("family_sold"),
    )


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
        pl.col("begins").alias("other_begins"),
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
        pl.col("other_begins").filter(~same).max().alias("strangers_began"),
    )


def company(claims: pl.DataFrame, homes: pl.DataFrame, around: Around) -> pl.DataFrame:
    """The claims that need to know who lives where, by `party_id` and `place`."""
    living = homes.join(around.people, on="party_id").select(
        pl.col("party_id").alias("other"), "place", pl.col("stem").alias("other_stem")
    )
    pairs = claims.select("party_id", "place", "stem").join(living, on="place")
    pairs = pairs.filter(pl.col("party_id") != pl.col("other"))
    same = (pl.col("stem") == pl.col("other_stem")).fill_null(False)
    by_name = pairs.group_by("party_id", "place").agg(
        same.any().alias("family_lives_here"), (~same.any()).alias("strangers_live_here")
    )
    by_contact = around.contacts.join(living, on="other").select("party_id", "place").unique()
    return by_name.join(
        by_contact.with_columns(contact_lives_here=pl.lit(True)), on=["party_id", "place"], how="full", coalesce=True
    )


def heaviest(claims: pl.DataFrame, weights: Mapping[str, float] = WEIGHTS) -> pl.DataFrame:
    """The heaviest premise of each person (HOME_SCHEMA) of those that are not below the floor."""
    present = [name for name in weights if name in claims.columns]
    weight = pl.sum_horizontal(
        pl.lit(weights["bias"]), *(pl.col(name).fill_null(False).cast(pl.Float64) * weights[name] for name in present)
    ).round(6)
    ordered = claims.with_columns(weight=weight).sort("party_id", "weight", "place", descending=[False, True, False])
    best = ordered.unique("party_id", keep="first", maintain_order=True).filter(pl.col("weight") >= FLOOR)
    return best.select(list(HOME_SCHEMA))


def _house(place: pl.Expr) -> pl.Expr:
    return place.str.split("#").list.first()
