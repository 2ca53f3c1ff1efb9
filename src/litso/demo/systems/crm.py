"""CRM: contact cards in separate fields, made at the desk and by telephone, with the last request of each."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from litso.demo.cells.addresses import EVERY_SPELLING, addresses, premise_of
from litso.demo.cells.names import NameParts, company_names, fields_errors, name_parts
from litso.demo.cells.phones import code_digits, phone_texts, phones
from litso.demo.cells.values import account_texts, birth_dates, documents, emails
from litso.demo.chance import Ints
from litso.demo.sheet import Sheet, joined, put, times, where
from litso.demo.systems.rows import Rows, doubled, ids
from litso.demo.systems.topics import CHANNELS, REQUEST_STATUSES, TOPICS
from litso.demo.world import World

SHARE: Final = 0.42
SECOND_CARD: Final = 0.07
COMPANY_SHARE: Final = 0.5
PHONE_FORMS: Final = (2.0, 3, 4, 1, 1, 1, 1, 1, 2, 1, 0)
HAS_REQUEST: Final = 0.45


def crm_rows(world: World) -> Rows:
    """Cards of persons, some with a second card made anew, then of companies."""
    sheet = Sheet("crm", world.demo.rates, world.demo.seed, world.index)
    who = _contacts(sheet, world)
    size = len(who)
    created = world.demo.today - (sheet.rng.beta(1, 1.6, size) * 2400).astype(np.int64) - 1
    updated = np.minimum(world.demo.today - 1, created + (sheet.rng.exponential(150, size)).astype(np.int64))
    moved = world.block.moved_on[world.people.household[who]]
    is_old = updated < moved
    frame = _names(sheet, world, who)
    premise = premise_of(world, who, is_old)
    passport = documents(sheet, world.people.passport[who], 10, 0.3, "0000000000")
    frame = frame.with_columns(
        birthday=birth_dates(sheet, world, who),
        phone=phones(sheet, world, who, PHONE_FORMS, world.demo.today - updated > 300),
        phone_extra=_extra(sheet, world, who),
        email=emails(sheet, world, who),
        address=addresses(sheet, world, world.block.house[premise], world.block.flat[premise], EVERY_SPELLING),
        account=account_texts(sheet, world.first_account(premise)),
        passport=_spaced(passport),
        sex=where(world.people.gender[who] == 1, "Ж", "М"),
        created_at=times(created, sheet.rng.integers(8 * 3600, 19 * 3600, size)),
        updated_at=times(updated, sheet.rng.integers(8 * 3600, 19 * 3600, size)),
    )
    frame, who = doubled(sheet, who, frame)
    frame, who = _with_companies(sheet, world, frame, who)
    keys = ids(world, len(frame), "C-")
    frame = _with_requests(sheet, world, frame, keys)
    return Rows(frame.insert_column(0, keys.alias("contact_id")), "contact_id", who, sheet.errors(keys))


def _contacts(sheet: Sheet, world: World) -> Ints:
    """Persons with a card; some have two."""
    chosen = np.flatnonzero((sheet.rng.random(len(world.people)) < SHARE) & world.block.is_adult)
    again = chosen[sheet.rng.random(len(chosen)) < SECOND_CARD]
    return np.concatenate([chosen, again])


def _names(sheet: Sheet, world: World, who: Ints) -> pl.DataFrame:
    """Names in three fields: exchanged, merged into one, or shortened to initials."""
    surname, given, patronymic = name_parts(sheet, world, who)
    every = np.ones(len(who), bool)
    rows = sheet.hit("name_swapped", every)
    surname, given = put(surname, rows, given.gather(rows).to_list()), put(given, rows, surname.gather(rows).to_list())
    is_free = every.copy()
    is_free[rows] = False
    rows = sheet.hit("initials", is_free)
    given = put(given, rows, joined(given.str.slice(0, 1), ".").gather(rows).to_list())
    patronymic = put(patronymic, rows, joined(patronymic.str.slice(0, 1), ".").gather(rows).to_list())
    is_free[rows] = False
    surname, given, patronymic = fields_errors(sheet, NameParts(surname, given, patronymic))
    rows = sheet.hit("name_merged", is_free)
    whole = joined(surname, " ", given, where(patronymic.is_not_null().to_numpy(), joined(" ", patronymic), ""))
    surname = put(surname, rows, whole.gather(rows).to_list())
    given, patronymic = (put(part, rows, [None] * len(rows)) for part in (given, patronymic))
    last_name = company_names(sheet, world, surname)
    is_other = (last_name != surname).to_numpy()
    return pl.DataFrame(
        {
            "last_name": last_name,
            "first_name": where(is_other, None, given),
            "middle_name": where(is_other, None, patronymic),
        }
    )


def _extra(sheet: Sheet, world: World, who: Ints) -> pl.Series:
    """A second number on the card."""
    number = np.where(world.people.landline[who] > 0, world.people.landline[who], world.people.second_mobile[who])
    text = phone_texts(number, sheet.draw(PHONE_FORMS, len(who)), code_digits(world, number))
    return where(sheet.rng.random(len(who)) < 0.3, text, None)


def _spaced(passport: pl.Series) -> pl.Series:
    """«3604 123456»."""
    return joined(passport.str.slice(0, 4), " ", passport.str.slice(4))


def _with_companies(sheet: Sheet, world: World, frame: pl.DataFrame, who: Ints) -> tuple[pl.DataFrame, Ints]:
    """Cards of companies: the name stands in the field of the surname."""
    firms = world.companies
    chosen = np.flatnonzero(sheet.rng.random(len(firms)) < COMPANY_SHARE)
    size = len(chosen)
    day = world.demo.today - sheet.rng.integers(1, 1500, size)
    seat = world.demo.book.texts(firms.house[chosen], np.zeros(size, np.int64), sheet.draw(EVERY_SPELLING, size))
    cards = pl.DataFrame(
        {
            "last_name": where(sheet.rng.random(size) < 0.3, firms.full.gather(chosen), firms.short.gather(chosen)),
            "phone": phone_texts(
                firms.phone[chosen], sheet.draw(PHONE_FORMS, size), code_digits(world, firms.phone[chosen])
            ),
            "email": firms.email.gather(chosen),
            "address": seat,
            "account": pl.Series(world.accounts.number[-len(firms) :][chosen]).cast(pl.String),
            "created_at": times(day, sheet.rng.integers(8 * 3600, 19 * 3600, size)),
            "updated_at": times(day, sheet.rng.integers(8 * 3600, 19 * 3600, size)),
        }
    )
    return pl.concat([frame, cards], how="diagonal"), np.concatenate([who, -2 - chosen])


def _with_requests(sheet: Sheet, world: World, frame: pl.DataFrame, keys: pl.Series) -> pl.DataFrame:
    """The last request of some contacts."""
    size = len(frame)
    has = sheet.rng.random(size) < HAS_REQUEST
    day = world.demo.today - (sheet.rng.beta(1, 3, size) * 720).astype(np.int64) - 1
    is_fresh = world.demo.today - day < 20
    status = where(is_fresh, sheet.choice(REQUEST_STATUSES[:3], (3, 4, 2), size), REQUEST_STATUSES[-1])
    seconds = sheet.rng.integers(8 * 3600, 20 * 3600, size)
    return frame.with_columns(
        request_no=where(has, joined("R-", keys.str.slice(2)), None),
        request_at=where(has, times(day, seconds), None),
        request_due=where(has, times(day + 10, seconds), None),
        request_topic=where(has, pl.Series(TOPICS).gather(sheet.rng.integers(0, len(TOPICS), size)), None),
        request_channel=where(has, sheet.choice(CHANNELS, (5, 3, 3, 2), size), None),
        request_status=where(has, status, None),
    )
