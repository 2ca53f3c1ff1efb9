"""E-mails, birth dates, documents, account numbers."""

from __future__ import annotations

import numpy as np
import polars as pl

from litso.demo import spoil
from litso.demo.chance import Ints
from litso.demo.sheet import Sheet, dates, digits, joined, put, where
from litso.demo.world import World


def emails(sheet: Sheet, world: World, who: Ints) -> pl.Series:
    """E-mails of persons."""
    own = sheet.blank("email_missing", world.email.gather(who))
    mate = world.block.mate[who]
    of_mate = where(mate >= 0, world.email.gather(np.maximum(mate, 0)), None)
    rows = sheet.hit("email_of_family", of_mate.is_not_null().to_numpy())
    text = put(own, rows, of_mate.gather(rows).to_list())
    is_fake = sheet.chance("email_placeholder", len(who))
    text = sheet.spoil("email_typo", text, ~is_fake, spoil.email_typo)
    rows = sheet.noted("email_placeholder", is_fake)
    fakes = pl.Series(spoil.PLACEHOLDER_EMAILS).gather(sheet.rng.integers(0, len(spoil.PLACEHOLDER_EMAILS), len(rows)))
    return put(text, rows, fakes.to_list())


def birth_dates(sheet: Sheet, world: World, who: Ints) -> pl.Series:
    """Birth dates of persons as YYYY-MM-DD; some are no dates (a month of 17) since day and month were exchanged."""
    text = sheet.blank("birth_date_missing", dates(world.people.born[who]))
    is_fake = sheet.chance("birth_date_placeholder", len(who))
    text = sheet.spoil("birth_date_typo", text, ~is_fake, spoil.birth_typo)
    day = text.str.slice(8, 2).cast(pl.Int64)
    can_swap = ((day <= 12) & (text.str.slice(5, 2) != text.str.slice(8, 2))).fill_null(False)
    text = sheet.spoil("birth_date_swapped", text, can_swap.to_numpy() & ~is_fake, spoil.birth_swapped)
    rows = sheet.noted("birth_date_placeholder", is_fake)
    fakes = pl.Series(spoil.PLACEHOLDER_BIRTHS).gather(sheet.rng.integers(0, len(spoil.PLACEHOLDER_BIRTHS), len(rows)))
    return put(text, rows, fakes.to_list())


def dotted(iso: pl.Series) -> pl.Series:
    """YYYY-MM-DD as DD.MM.YYYY."""
    return joined(iso.str.slice(8, 2), ".", iso.str.slice(5, 2), ".", iso.str.slice(0, 4))


def documents(sheet: Sheet, numbers: Ints, width: int, filled: float, placeholder: str) -> pl.Series:
    """Documents of persons as digits; `filled` is the share of rows that have one."""
    text = where(sheet.rng.random(len(numbers)) < filled, digits(numbers, width), None)
    text = sheet.spoil("document_typo", text, np.ones(len(numbers), bool), spoil.digit_typo)
    rows = sheet.hit("document_placeholder", text.is_not_null().to_numpy())
    return put(text, rows, [placeholder] * len(rows))


def account_texts(sheet: Sheet, numbers: Ints) -> pl.Series:
    """Account numbers, some with words around them; -1 is missing."""
    text = sheet.blank("account_missing", digits(numbers))
    text = sheet.spoil("account_typo", text, np.ones(len(numbers), bool), spoil.digit_typo)
    ways = ("л/с {}", "№ {}", "ЛС{}", "{} ")
    return sheet.spoil("account_decorated", text, np.ones(len(numbers), bool), lambda v, c: ways[c % 4].format(v))
