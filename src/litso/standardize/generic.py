"""Records of any country: trimmed, in one case, without a rule of any language."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

import polars as pl

from litso.domain.record import NO_PARTY, ORGANIZATION, PERSON
from litso.standardize.birth_date import SCHEMA as BIRTH_DATE_SCHEMA
from litso.standardize.birth_date import birth_date
from litso.standardize.bulk import by_distinct, columns
from litso.standardize.cells import CELL_SCHEMA, NOTED, Cell, account_cells, checked, email_cells, given, listed
from litso.standardize.documents import is_nothing
from litso.standardize.letters import tidy
from litso.standardize.phone import phones

_WORDS: Final = ("surname", "given_name", "patronymic", "region", "city", "street")
_CODES: Final = ("house", "block", "flat", "postal_code")
_CODED: Final = ("snils", "inn", "ogrn", "kpp", "passport")
_PLACE: Final = ("address", "postal_code", "region", "city", "street", "house", "block", "flat", "house_key")
_NUMBERS: Final = ("snils", "inn", "ogrn", "kpp", "passport", "national_id")


class Text(NamedTuple):
    """A text in one case and spacing; null when it says that there is none."""

    value: str | None
    qc: int


_SCHEMA: Final = columns(Text)


def words(text: str | None) -> Text:
    """Words as they are written, composed letters, a capital at the head of each when all were of one case."""
    if text is None or is_nothing(text):
        return Text(None, 2)
    line = unicodedata.normalize("NFC", tidy(text)).strip(" ,;.")
    if line.islower() or line.isupper():
        line = re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)*", lambda word: word[0][:1].upper() + word[0][1:].lower(), line)
    return Text(line or None, 0 if line else 2)


def code(text: str | None) -> Text:
    """A number or mark in capitals, without spaces: house, flat, postal code, document."""
    if text is None or is_nothing(text):
        return Text(None, 2)
    line = re.sub(r"[\s.]+", "", tidy(text)).strip(",;").upper()
    return Text(line or None, 0 if line else 2)


def phone_cell(text: str | None) -> Cell:
    """Numbers in E.164 where they say their country, else their digits."""
    found = [one.e164 for one in phones(text) if one.e164 and one.qc == 7]
    if found:
        return tuple(found), 7, ()
    digits = re.sub(r"\D", "", text or "")
    return ((digits,), 0, ()) if len(digits) >= 6 else ((), 1, ("too_short",))


def _phone_cells(texts: pl.Series) -> pl.DataFrame:
    return by_distinct(texts, phone_cell, CELL_SCHEMA)


def _cleaned(table: pl.DataFrame, column: str) -> pl.Series:
    parse = words if column in _WORDS else code
    return by_distinct(table[column], parse, _SCHEMA)["value"].alias(column)


def generic_records(table: pl.DataFrame) -> pl.DataFrame:
    """Columns of standard records for data of any country."""
    cleaned = pl.DataFrame([_cleaned(table, column) for column in (*_WORDS, *_CODES, *_NUMBERS)])
    whole = pl.DataFrame(
        {
            "party": table["party"],
            "name": by_distinct(table["full_name"], words, _SCHEMA)["value"],
            "line": by_distinct(table["address"], words, _SCHEMA)["value"],
            "gender": table["gender"].str.strip_chars().str.to_uppercase(),
        }
    )
    both = cleaned.hstack(whole).with_columns(_names()).with_columns(_addresses())
    dates = by_distinct(table["birth_date"], birth_date, BIRTH_DATE_SCHEMA)
    columns_ = [
        *both.select(*_columns()),
        *checked("birth_date", dates["birth_date"].str.to_date("%Y-%m-%d"), dates, table["birth_date"]),
        *listed("phone", "phones", table["phone"], _phone_cells),
        *listed("email", "emails", table["email"], email_cells),
        *listed("account", "accounts", table["account"], account_cells),
    ]
    return pl.DataFrame(columns_)


def _names() -> list[pl.Expr]:
    """Parts of a name given whole: «Smith, John» or «John Smith»; parts that were given stay."""
    name = pl.col("name")
    has_comma = name.str.contains(", ", literal=True)
    last = pl.when(has_comma).then(name.str.extract("^([^,]+),", 1)).otherwise(name.str.extract(r"(\S+)$", 1))
    first = pl.when(has_comma).then(name.str.extract(r",\s*(.+)$", 1)).otherwise(name.str.extract(r"^(.+)\s\S+$", 1))
    whole = pl.concat_str("given_name", "patronymic", "surname", separator=" ", ignore_nulls=True)
    return [
        pl.coalesce("surname", last).alias("surname"),
        pl.coalesce("given_name", first).alias("given_name"),
        pl.coalesce("name", pl.when(whole != "").then(whole)).alias("full_name"),
        _kind().alias("kind"),
    ]


def _kind() -> pl.Expr:
    stays = pl.when(pl.col("party").is_in([NO_PARTY, ORGANIZATION])).then("party")
    return stays.otherwise(pl.lit(PERSON))


def _addresses() -> list[pl.Expr]:
    """Street and house kept as text, one line of all, and a key of the house."""
    street = pl.coalesce("street", "line")
    parts = pl.concat_str(
        street, "house", "block", "flat", "city", "region", "postal_code", separator=", ", ignore_nulls=True
    )
    key = pl.concat_str("city", street, "house", separator="|").str.to_lowercase()
    return [
        street.alias("street"),
        pl.when(parts != "").then(parts).alias("address"),
        pl.when(pl.col("house").is_not_null())
        .then(key)
        .when(pl.col("street").is_null() & pl.col("line").str.contains(r"\d"))
        .then(pl.col("line").str.to_lowercase())  # an address in one piece is a house when it has a number
        .alias("house_key"),
    ]


def _columns() -> list[pl.Expr]:
    is_person, is_company = pl.col("kind") == PERSON, pl.col("kind") == ORGANIZATION
    none = pl.lit(None, dtype=pl.String)
    has_name, has_address = pl.col("full_name").is_not_null(), pl.col("address").is_not_null()
    return [
        pl.col("kind"),
        pl.when(pl.col("kind") != NO_PARTY).then("full_name").alias("full_name"),
        *(pl.when(is_person).then(part).alias(part) for part in ("surname", "given_name", "patronymic")),
        pl.when(is_person & pl.col("gender").str.contains("^M|^М")).then(pl.lit("М"))
        .when(is_person & pl.col("gender").str.contains("^F|^Ж|^W")).then(pl.lit("Ж")).alias("gender"),
        none.alias("opf"),
        pl.when(is_company).then(pl.col("full_name").str.to_uppercase()).alias("company"),
        *(pl.col(name) for name in (*_NUMBERS, *_PLACE)),
        pl.when(has_name & (pl.col("kind") != NO_PARTY)).then(pl.lit(0)).cast(pl.Int8).alias("qc_name"),
        none.alias(NOTED + "name"),
        pl.when(has_address).then(pl.lit(0)).cast(pl.Int8).alias("qc_address"),
        *(pl.when(given(name)).then(pl.lit(0)).cast(pl.Int8).alias("qc_" + name) for name in _CODED),
    ]  # fmt: skip
