"""Mapped records to standard records: every attribute by its kind, in bulk.

The stages are functions from the table of mapped records to some columns of the standard record; `standardize` puts
them side by side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

import polars as pl
import pyarrow as pa

from litso.domain.record import (
    AUTO,
    CUSTOM_PREFIX,
    NO_PARTY,
    ORGANIZATION,
    PERSON,
    QC_KINDS,
    standard_schema,
)
from litso.domain.territory import Territory
from litso.errors import BadUsage
from litso.standardize import documents
from litso.standardize.address.parts import line as address_line
from litso.standardize.birth_date import SCHEMA as BIRTH_DATE_SCHEMA
from litso.standardize.birth_date import birth_date
from litso.standardize.bulk import Schema, by_distinct, frame, weave
from litso.standardize.cells import (
    BLANKS,
    CELL_SCHEMA,
    NO_CODE,
    NOTED,
    Cell,
    account_cells,
    checked,
    email_cells,
    given,
    listed,
    phone_cell,
    phone_cells,
    united_cells,
)
from litso.standardize.company import company_column, core
from litso.standardize.documents import SCHEMA as NUMBER_SCHEMA
from litso.standardize.documents_bulk import inn_column, snils_column
from litso.standardize.generic import generic_records
from litso.standardize.lexicon import FEMALE, MALE, UNKNOWN
from litso.standardize.name_bulk import name_parts_column
from litso.standardize.passport import AGE_OF_PASSPORT, ISSUED_TOO_EARLY, issue_date, passport, with_issuer
from litso.standardize.phone_place import misplaced_column
from litso.standardize.registers import NO_REGISTERS, Registers, address_column

RUSSIAN: Final = "ru"
GENERIC: Final = "generic"
NAME_PARTS: Final = ("surname", "given_name", "patronymic")
ADDRESS_PARTS: Final = ("region", "city", "street", "house", "block", "flat")


def standardize(
    mapped: pa.Table,
    *,
    locale: str = RUSSIAN,
    territory: Territory | None = None,
    registers: Registers = NO_REGISTERS,
) -> pa.Table:
    """Standard records of mapped records, in their order.

    `mapped` has the columns of `mapped_schema`, custom attributes included; the result has those of `standard_schema`.
    `locale` is `ru` or `generic`; `territory` is where addresses and land lines without a place belong. With the
    State Address Register among the `registers` addresses have the names of today.
    """
    table = pl.DataFrame(pl.from_arrow(mapped))
    if locale not in (RUSSIAN, GENERIC):
        raise BadUsage(f"unknown locale «{locale}»: ru and generic are known")
    columns = generic_records(table) if locale == GENERIC else russian_records(table, territory, registers)
    customs = tuple(name.removeprefix(CUSTOM_PREFIX) for name in mapped.column_names if name.startswith(CUSTOM_PREFIX))
    result = table.select("source", "source_id", "updated_at", *(custom(name) for name in customs)).hstack(columns)
    schema = standard_schema(customs)
    with_problems = result.with_columns(problems=gathered(result.columns))
    return with_problems.select(schema.names).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)


def custom(name: str) -> pl.Expr:
    """A custom attribute without blanks at its ends; the empty text is null."""
    text = pl.col(CUSTOM_PREFIX + name).str.strip_chars(BLANKS)
    return pl.when(text != "").then(text).alias(CUSTOM_PREFIX + name)


def gathered(columns: Iterable[str]) -> pl.Expr:
    """All problems of a record as «<kind>:<reason>»."""
    noted = [
        pl.lit(kind + ":") + pl.col(NOTED + kind).str.replace_all(";", f";{kind}:", literal=True)
        for kind in QC_KINDS
        if NOTED + kind in columns
    ]
    joined = pl.concat_str(*noted, separator=";", ignore_nulls=True)
    return pl.when(joined != "").then(joined.str.split(";")).otherwise(pl.lit([], dtype=pl.List(pl.String)))


def russian_records(
    table: pl.DataFrame, territory: Territory | None, registers: Registers = NO_REGISTERS
) -> pl.DataFrame:
    """Columns of standard records for Russian data."""
    births = _birth_dates(table)
    numbers = _numbers(table)
    addresses = _addresses(table, territory, registers)
    parties = _parties(table, numbers)
    lists = _lists(table, addresses, territory)
    passports = _passports(table, births["birth_date"], registers)
    return pl.concat([parties, numbers, passports, addresses, lists, births], how="horizontal")


# Names ---------------------------------------------------------------------------------------------------------


def _parties(table: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Kind of party, its name in parts, its gender; an organization's legal form and core."""
    texts = table.select(name_text().alias("text"))["text"]
    party = table["party"]
    is_person = party.is_in([PERSON, AUTO])
    people = name_parts_column(_where(texts, is_person))
    organization = _is_organization(party, people, numbers)
    companies = _companies(_where(texts, organization))
    names = pl.DataFrame(
        {"party": party, "is_organization": organization, "text": texts, "gender_given": table["gender"]}
    ).with_columns(kind=_kind())
    names = names.hstack(people.rename(lambda name: "p_" + name)).hstack(companies.rename(lambda name: "c_" + name))
    return names.select(*_party_columns())


def _kind() -> pl.Expr:
    stays = pl.when(pl.col("party") == NO_PARTY).then(pl.lit(NO_PARTY))
    return stays.when("is_organization").then(pl.lit(ORGANIZATION)).otherwise(pl.lit(PERSON))


def name_text() -> pl.Expr:
    """The name as one text: as given whole, else its parts in the usual order."""
    parts = pl.concat_str(
        *(pl.when(given(part)).then(pl.col(part).str.strip_chars(BLANKS)) for part in NAME_PARTS),
        separator=" ", ignore_nulls=True,
    )  # fmt: skip
    return pl.when(given("full_name")).then(pl.col("full_name")).when(parts != "").then(parts)


def _companies(texts: pl.Series) -> pl.DataFrame:
    """`company_column` with `core`, the name by which organizations are compared."""
    found = company_column(texts)
    cores = by_distinct(found["name"], lambda name: (core(name) if name else None,), {"core": pl.String})
    return found.hstack(cores)


def _where(texts: pl.Series, mask: pl.Series) -> pl.Series:
    return pl.DataFrame({"text": texts, "mask": mask}).select(pl.when("mask").then("text"))["text"]


def _is_organization(party: pl.Series, people: pl.DataFrame, numbers: pl.DataFrame) -> pl.Series:
    """Of `auto` records those with a company's name, a ten-digit ИНН, a КПП or a thirteen-digit ОГРН."""
    facts = pl.DataFrame(
        {"party": party, "noted": people["problems"], **{name: numbers[name] for name in ("inn", "kpp", "ogrn")}}
    )
    return facts.select(
        (pl.col("party") == ORGANIZATION)
        | (
            (pl.col("party") == AUTO)
            & (
                pl.col("noted").str.contains(r"(?:^|;)company(?:;|$)").fill_null(False)
                | (pl.col("inn").str.len_bytes() == 10).fill_null(False)
                | pl.col("kpp").is_not_null()
                | (pl.col("ogrn").str.len_bytes() == 13).fill_null(False)
            )
        )
    ).to_series()


def _party_columns() -> list[pl.Expr]:
    is_company, is_none = pl.col("is_organization"), pl.col("kind") == NO_PARTY
    given = pl.col("gender_given").str.strip_chars(BLANKS).str.to_lowercase()
    stated = (
        pl.when(given.str.contains(GENDER_MALE))
        .then(pl.lit(MALE))
        .when(given.str.contains(GENDER_FEMALE))
        .then(pl.lit(FEMALE))
    )
    told = pl.when(pl.col("p_gender") != UNKNOWN).then("p_gender")
    gender = (
        pl.when(pl.col("p_patronymic").str.len_chars() > 1)
        .then(pl.coalesce(told, stated))
        .otherwise(pl.coalesce(stated, told))
    )
    has_name = pl.col("text").is_not_null() & ~is_none
    person = ~is_company & ~is_none
    return [
        pl.col("kind"),
        pl.when(is_company).then("c_result").when(person).then("p_result").alias("full_name"),
        *(pl.when(person).then("p_" + part).alias(part) for part in NAME_PARTS),
        pl.when(person).then(gender).alias("gender"),
        pl.when(is_company).then("c_opf").alias("opf"),
        pl.when(is_company).then("c_core").alias("company"),
        pl.when(has_name).then(pl.when(is_company).then("c_qc").otherwise("p_qc")).cast(pl.Int8).alias("qc_name"),
        pl.when(has_name).then(pl.when(is_company).then("c_problems").otherwise("p_problems")).alias(NOTED + "name"),
    ]


GENDER_MALE: Final = r"^(?:м|m|man|1)(?:\.|$)|^муж|^male$"
GENDER_FEMALE: Final = r"^(?:ж|f|w|woman|2)(?:\.|$)|^жен|^female$"


# Numbers -------------------------------------------------------------------------------------------------------


NUMBER_KINDS: Final[dict[str, Callable[[str | None], documents.Number]]] = {
    "snils": documents.snils,
    "inn": documents.inn,
    "ogrn": documents.ogrn,
    "kpp": documents.kpp,
}


_NUMBER_COLUMNS: Final = {"snils": snils_column, "inn": inn_column}


def _numbers(table: pl.DataFrame) -> pl.DataFrame:
    """Document numbers that are right; wrong ones are null with their reason noted."""
    columns: list[pl.Series] = []
    for kind, parse in NUMBER_KINDS.items():
        in_bulk = _NUMBER_COLUMNS.get(kind)
        found = in_bulk(table[kind]) if in_bulk else by_distinct(table[kind], parse, NUMBER_SCHEMA)
        columns += checked(kind, found.select(pl.when("valid").then("value")).to_series(), found, table[kind])
    cleaned = by_distinct(table["national_id"], lambda text: (national_number(text),), {"national_id": pl.String})
    columns.append(cleaned["national_id"])
    return pl.DataFrame(columns)


def _passports(table: pl.DataFrame, births: pl.Series, registers: Registers) -> pl.DataFrame:
    """Passports that are right and can be those of whoever was born then."""
    read = by_distinct(table["passport"], lambda text: issued_passport(text, registers), _ISSUED_SCHEMA)
    is_early = pl.col("issued") < (pl.col("birth") // 10_000 + AGE_OF_PASSPORT) * 10_000 + pl.col("birth") % 10_000
    born = births.dt.year().cast(pl.Int32) * 10_000 + births.dt.month().cast(pl.Int32) * 100 + births.dt.day()
    found = read.with_columns(birth=born).with_columns(is_early=is_early.fill_null(False) & (pl.col("qc") == 0))
    found = found.with_columns(
        qc=pl.when("is_early").then(pl.lit(1, dtype=pl.Int8)).otherwise("qc"),
        problems=pl.when("is_early")
        .then(pl.concat_str("problems", pl.lit(ISSUED_TOO_EARLY), separator=";", ignore_nulls=True))
        .otherwise("problems"),
    )
    return pl.DataFrame(checked("passport", found.select(_WHOLE_PASSPORT).to_series(), found, table["passport"]))


_ISSUED_SCHEMA: Final[Schema] = {"passport": pl.String, "qc": pl.Int8, "problems": pl.String, "issued": pl.Int32}
_WHOLE_PASSPORT: Final = pl.when(pl.col("qc") == 0).then("passport")


def issued_passport(text: str | None, registers: Registers) -> tuple[str | None, int, str | None, int | None]:
    """Ten digits of a passport, quality code, problems, and the day of issue as the number YYYYMMDD."""
    found = with_issuer(passport(text), registers.issuers)
    whole = (found.series or "").replace(" ", "") + (found.number or "")
    issued = issue_date(text)
    return whole or None, found.qc, found.problems, int(f"{issued:%Y%m%d}") if issued else None


def national_number(text: str | None) -> str | None:
    """A document number of another country in capitals, without blanks and signs between."""
    return re.sub(r"[\s\-./]+", "", (text or "").upper()) or None


def _birth_dates(table: pl.DataFrame) -> pl.DataFrame:
    found = by_distinct(table["birth_date"], birth_date, BIRTH_DATE_SCHEMA)
    return pl.DataFrame(checked("birth_date", found["birth_date"].str.to_date("%Y-%m-%d"), found, table["birth_date"]))


# Addresses -----------------------------------------------------------------------------------------------------


def _addresses(table: pl.DataFrame, territory: Territory | None, registers: Registers) -> pl.DataFrame:
    texts = address_texts(table)
    found = address_column(texts, territory, registers)
    return (
        pl.DataFrame({"given": texts})
        .hstack(found)
        .select(
            pl.col("result").alias("address"),
            "postal_code",
            "region",
            pl.coalesce("city", "settlement").alias("city"),
            pl.coalesce("street", "planning_structure").alias("street"),
            pl.coalesce("house", "stead").alias("house"),
            "block",
            pl.coalesce("flat", "room").alias("flat"),
            "house_key",
            pl.when(given("given")).then("qc").cast(pl.Int8).alias("qc_address"),
            pl.when(pl.col("problems").list.len() > 0).then(pl.col("problems").list.join(";")).alias(NOTED + "address"),
        )
    )


def address_texts(table: pl.DataFrame) -> pl.Series:
    """The address as one text: as given whole with the parts that it may lack before and after it, or the parts."""
    parts = ["postal_code", *ADDRESS_PARTS]
    has_parts = table.select(pl.any_horizontal(*(given(part) for part in parts))).to_series()
    whole = table.select(pl.when(given("address")).then("address")).to_series()
    if not has_parts.any():
        return whole
    rows = table.select("address", *parts).filter(has_parts).iter_rows()
    composed = iter(composed_address(*row) for row in rows)
    return pl.Series(
        [next(composed) if mask else text for mask, text in zip(has_parts, whole, strict=True)], dtype=pl.String
    )


def composed_address(
    address: str | None,
    postal_code: str | None,
    region: str | None,
    city: str | None,
    street: str | None,
    house: str | None,
    block: str | None,
    flat: str | None,
) -> str | None:
    """One text of an address that came in several columns; a whole address takes the place of street and house."""
    if address is None or not address.strip():
        return address_line(region, city, street, house, block, flat, postal_code)
    lacking = [None if part is None or part.strip().lower() in address.lower() else part for part in (region, city)]
    return address_line(lacking[0], lacking[1], address.strip(), house, block, flat, postal_code)


# Phones, e-mails, accounts ---------------------------------------------------------------------------------------


def _lists(table: pl.DataFrame, addresses: pl.DataFrame, territory: Territory | None) -> pl.DataFrame:
    """Phones, e-mails and accounts: sorted, without repeats."""
    columns = [
        *_phones(table, addresses, territory),
        *listed("email", "emails", table["email"], email_cells),
        *listed("account", "accounts", table["account"], account_cells),
    ]
    return pl.DataFrame(columns)


def _phones(table: pl.DataFrame, addresses: pl.DataFrame, territory: Territory | None) -> list[pl.Series]:
    """Phones; a number without its area code takes that of the record's own address, else of the territory."""
    texts = table["phone"]
    cells = pl.DataFrame(
        {
            "row": pl.int_range(len(texts), eager=True, dtype=pl.UInt32),
            "text": texts,
            "region": addresses["region"],
            "city": addresses["city"],
        }
    ).explode("text")
    cells = cells.filter(given("text"))
    found = phone_cells(cells["text"])
    lacking = found["reasons"].list.contains(NO_CODE)
    if lacking.any():
        again = _placed(cells.filter(lacking).select("text", "region", "city"), territory)
        found = weave(found.filter(~lacking), ~lacking, again)
    phones, codes, noted = united_cells("phone", "phones", len(texts), cells["row"], found)
    elsewhere = misplaced_column(phones, addresses["region"], addresses["city"])
    joined = pl.concat_str(noted, elsewhere, separator=";", ignore_nulls=True)
    return [phones, codes, pl.select(pl.when(joined != "").then(joined)).to_series().alias(noted.name)]


def placed_phone(text: str | None, region: str | None, city: str | None, territory: Territory | None) -> Cell:
    """`phone_cell` with the area code of the record's own town, or of its source's where that does not fit."""
    own = phone_cell(text, Territory(region, city) if city else territory)
    return phone_cell(text, territory) if city and NO_CODE in own[2] else own


def _placed(cells: pl.DataFrame, territory: Territory | None) -> pl.DataFrame:
    """`placed_phone` of each `text` with its `region` and `city`: once for all that are equal."""
    distinct = cells.unique(maintain_order=True)
    read = frame(
        [placed_phone(text, region, city, territory) for text, region, city in distinct.iter_rows()], CELL_SCHEMA
    )
    found = cells.join(distinct.hstack(read), on=cells.columns, how="left", nulls_equal=True, maintain_order="left")
    return found.select(*CELL_SCHEMA)
