"""What is said of the people of a block beside its sources: permissions for their contacts, and lists that name them.

Drawn after the sources, by random streams of its own: the rows of sources do not depend on it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from litso.demo.cells.names import true_parts
from litso.demo.chance import Ints, pick, stream
from litso.demo.people import ADULT
from litso.demo.sheet import dates, digits, joined, where
from litso.demo.systems.rows import Rows
from litso.demo.world import World

LEGAL_ENTITY: Final = "АО «Водоканал»"
ASKED: Final = 0.3
"""Of the cards of the CRM with one plain phone: their people were asked for permission to advertise."""
STATES: Final = (("given", 0.72), ("refused", 0.2), ("withdrawn", 0.08))

LISTED: Final = 0.002
"""Of adults: they are on the utility's own black list or in the register of bankrupts."""
NAMESAKES: Final = 0.001
"""Of adults: a stranger of their name is on a list, of another day of birth."""
LISTED_COMPANIES: Final = 0.02
BLACKLIST, BANKRUPTS = "blacklist", "bankrupts"
TITLES: Final = {BLACKLIST: "Отдел сбыта", BANKRUPTS: "ЕФРСБ"}
"""Whose list it is, as its file says."""
_REASONS: Final = {
    BLACKLIST: ("самовольное подключение", "подлог документов", "угрозы сотрудникам"),
    BANKRUPTS: ("реализация имущества", "реструктуризация долгов"),
}
LISTED_SCHEMA: Final = {
    "list": pl.String, "name": pl.String, "birth_date": pl.String, "inn": pl.String, "reason": pl.String,
    "person_id": pl.String,
}  # fmt: skip
"""An entry of a list and whom it means: null for a stranger who only has the name."""


def consent_rows(world: World, crm: Rows, cabinet: Rows) -> pl.DataFrame:
    """Statements as `litso consent load` takes them: on cards of the CRM, and of users who want the newsletter."""
    return pl.concat([_advertising(world, crm), _newsletter(cabinet)], how="diagonal")


def _advertising(world: World, crm: Rows) -> pl.DataFrame:
    rng = stream(world.demo.seed, "consents", world.index)
    number = crm.frame["phone"].fill_null("").str.replace_all(r"\D", "")
    plain = number.str.contains(r"^[78]?9\d{9}$")
    chosen = np.flatnonzero(plain.to_numpy() & (rng.random(len(number)) < ASKED))
    cards = crm.frame[chosen]
    state = pl.Series([name for name, _ in STATES]).gather(
        pick(rng, np.array([share for _, share in STATES]), len(chosen))
    )
    return pl.DataFrame(
        {
            "source": ["crm"] * len(chosen),
            "source_id": cards["contact_id"],
            "contact": joined("+7", number.gather(chosen).str.slice(-10)),
            "purpose": ["marketing"] * len(chosen),
            "legal_entity": [LEGAL_ENTITY] * len(chosen),
            "channel": where(rng.random(len(chosen)) < 0.7, "sms", "call"),
            "state": state,
            "at": cards["updated_at"].cast(pl.String).str.slice(0, 10),
            "form": ["paper"] * len(chosen),
            "text_version": ["2024-1"] * len(chosen),
        }
    )


def _newsletter(cabinet: Rows) -> pl.DataFrame:
    users = cabinet.frame.filter(pl.col("newsletter") & pl.col("email").str.contains(r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$"))
    return users.select(
        pl.lit("cabinet").alias("source"),
        pl.col("user_id").alias("source_id"),
        pl.col("email").alias("contact"),
        pl.lit("mailing").alias("purpose"),
        pl.lit(LEGAL_ENTITY).alias("legal_entity"),
        pl.lit("email").alias("channel"),
        pl.lit("given").alias("state"),
        pl.col("registered_at").dt.strftime("%Y-%m-%d").alias("at"),
        pl.lit("web").alias("form"),
        pl.lit("2024-1").alias("text_version"),
    )


def listed_rows(world: World) -> pl.DataFrame:
    """Entries of lists (LISTED_SCHEMA): of people of the block, of strangers with their names, of companies."""
    rng = stream(world.demo.seed, "lists", world.index)
    adults = np.flatnonzero(world.people.age(world.demo.today) >= ADULT)
    chance = rng.random(len(adults))
    meant = adults[chance < LISTED]
    strangers = adults[(chance >= LISTED) & (chance < LISTED + NAMESAKES)]
    firms = np.flatnonzero(rng.random(len(world.companies)) < LISTED_COMPANIES)
    parts = [
        _persons(world, rng, meant, world.people.born[meant], world.person_ids(meant)),
        _persons(world, rng, strangers, world.people.born[strangers] - 3_000, pl.Series([None] * len(strangers))),
        _companies(world, rng, firms),
    ]
    return pl.concat([part.cast(LISTED_SCHEMA) for part in parts])  # type: ignore[arg-type]


def list_rows(listed: pl.DataFrame, name: str) -> pl.DataFrame:
    """The file of one list, which does not tell whom it means."""
    return listed.filter(pl.col("list") == name).drop("person_id").with_columns(list=pl.lit(TITLES[name]))


def _persons(world: World, rng: np.random.Generator, who: Ints, born: Ints, ids: pl.Series) -> pl.DataFrame:
    surname, given, patronymic = true_parts(world, who)
    is_bankrupt = rng.random(len(who)) < 0.5
    return pl.DataFrame(
        {
            "list": where(is_bankrupt, BANKRUPTS, BLACKLIST),
            "name": joined(surname, " ", given, " ", patronymic),
            "birth_date": dates(born, "%d.%m.%Y"),
            "inn": where(ids.is_not_null().to_numpy() & is_bankrupt, digits(world.people.inn[who], 12), None),
            "reason": _reasons(rng, is_bankrupt),
            "person_id": ids,
        },
        schema=LISTED_SCHEMA,
    )


def _companies(world: World, rng: np.random.Generator, firms: Ints) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "list": [BANKRUPTS] * len(firms),
            "name": world.companies.full.gather(firms),
            "birth_date": [None] * len(firms),
            "inn": digits(world.companies.inn[firms], 10),
            "reason": _reasons(rng, np.ones(len(firms), bool)),
            "person_id": world.person_ids(-2 - firms),
        },
        schema=LISTED_SCHEMA,
    )


def _reasons(rng: np.random.Generator, is_bankrupt: np.typing.NDArray[np.bool_]) -> pl.Series:
    of_list = (pl.Series(_REASONS[name]) for name in (BANKRUPTS, BLACKLIST))
    bankrupt, other = (texts.gather(rng.integers(0, len(texts), len(is_bankrupt))) for texts in of_list)
    return where(is_bankrupt, bankrupt, other)
