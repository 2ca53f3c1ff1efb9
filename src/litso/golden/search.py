"""Search tokens of a golden record: what a party can be found by.

A token is a letter that names its namespace, a colon and a normal form: `n:иванов`, `t:79123456789`. The store keeps
the tokens of a party as a text-search vector; `usecases.search_plan` writes queries in the same tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import polars as pl

NAME: Final = "n"
INITIAL: Final = "i"
PLACE: Final = "w"
HOUSE: Final = "h"
BLOCK: Final = "b"
FLAT: Final = "f"
PHONE: Final = "t"
PHONE_END: Final = "r"
ACCOUNT: Final = "a"
METER: Final = "m"
EMAIL: Final = "e"
BIRTH_DATE: Final = "d"
BIRTH_YEAR: Final = "y"
DOCUMENT: Final = "x"

NAMESPACES: Final = MappingProxyType(
    {
        NAME: "name",
        INITIAL: "name",
        PLACE: "address",
        HOUSE: "address",
        BLOCK: "address",
        FLAT: "address",
        PHONE: "phone",
        PHONE_END: "phone",
        ACCOUNT: "account",
        METER: "meter",
        EMAIL: "email",
        BIRTH_DATE: "birth_date",
        BIRTH_YEAR: "birth_date",
        DOCUMENT: "document",
    }
)
"""Namespace → the kind of hit that a screen names."""

_PLACE_TYPES: Final = """
    г город гор ул улица пр просп проспект пер переулок пл площадь бульвар бул ш шоссе наб набережная пос поселок п
    с село д деревня дер ст станица мкр микрорайон квартал тер территория снт рп пгт х хутор обл область район проезд
    туп тупик аллея линия тракт
"""
PLACE_TYPES: Final = frozenset(_PLACE_TYPES.split())
"""Words that name the type of a place and tell nobody from anybody."""

_WORD: Final = re.compile(r"[^\W\d_]+")
_NOT_DIGIT: Final = re.compile(r"\D+")
_NOT_ALNUM: Final = re.compile(r"[\W_]+")
_DOCUMENTS: Final = ("snils", "inn", "ogrn", "passport", "national_id")
_SHORTEST_TYPO_WORD: Final = 4


def folded(text: str) -> str:
    """Lower case, ё as е: the form in which words are compared."""
    return text.lower().replace("ё", "е")


def words(text: str) -> list[str]:
    """Words of a text in folded form; digits and punctuation separate them."""
    return _WORD.findall(folded(text))


def digits(text: str) -> str:
    """The digits of a text."""
    return _NOT_DIGIT.sub("", text)


def code(text: str) -> str:
    """Normal form of an account or serial number: letters and digits in lower case, without leading zeros."""
    return _NOT_ALNUM.sub("", text).lower().lstrip("0")


def house_number(text: str) -> str:
    """Normal form of a house, block or flat number: «5 А» → «5а»."""
    return folded(text).replace(" ", "")


def search_tokens(values: Mapping[str, Any], also: Iterable[str] = ()) -> list[str]:
    """Sorted distinct tokens of golden `values` (attribute → value or list of values, as in a golden record).

    `also` are other full names of the party (maiden, misspelt, transliterated) under which it should be found. A list
    `meters` among the values gives serial numbers of its meters. Values may be of any type that `str` shows well.
    """
    tokens = {
        *_name_tokens(values, also),
        *_address_tokens(values),
        *_contact_tokens(values),
        *_birth_tokens(values.get("birth_date")),
    }
    tokens.update(f"{ACCOUNT}:{code(account)}" for account in values.get("accounts") or ())
    tokens.update(f"{METER}:{code(serial)}" for serial in values.get("meters") or ())
    tokens.update(f"{DOCUMENT}:{digits(values[name])}" for name in _DOCUMENTS if values.get(name))
    return sorted(token for token in tokens if len(token) > 2)


def typo_words(tokens: Iterable[str]) -> list[str]:
    """Words of names and places among the tokens that are long enough to be found with a typing error."""
    chosen = (token[2:] for token in tokens if token[0] in (NAME, PLACE))
    return [word for word in chosen if len(word) >= _SHORTEST_TYPO_WORD]


def _name_tokens(values: Mapping[str, Any], also: Iterable[str]) -> Iterable[str]:
    names = (values.get("full_name"), values.get("company"), *also)
    for name in names:
        yield from (f"{NAME}:{word}" for word in words(name or ""))
    for part in (values.get("given_name"), values.get("patronymic")):
        yield from (f"{INITIAL}:{word[0]}" for word in words(part or ""))


def _address_tokens(values: Mapping[str, Any]) -> Iterable[str]:
    for attribute in ("city", "street"):
        found = words(values.get(attribute) or "")
        yield from (f"{PLACE}:{word}" for word in found if word not in PLACE_TYPES)
    for attribute, namespace in (("house", HOUSE), ("block", BLOCK), ("flat", FLAT)):
        yield f"{namespace}:{house_number(values.get(attribute) or '')}"


def _contact_tokens(values: Mapping[str, Any]) -> Iterable[str]:
    for phone in values.get("phones") or ():
        number = digits(phone)
        yield f"{PHONE}:{number}"
        yield f"{PHONE_END}:{number[::-1]}"
    yield from (f"{EMAIL}:{folded(email)}" for email in values.get("emails") or ())


def _birth_tokens(birth_date: Any) -> Iterable[str]:
    date = str(birth_date or "")
    return (f"{BIRTH_DATE}:{date}", f"{BIRTH_YEAR}:{date[:4]}")


# Many parties, the same tokens --------------------------------------------------------------------------------------

# What `str.isalnum` says in Python, said to the regular expressions of Polars.
_LETTERS: Final = r"[\p{L}\p{Nl}\p{No}]+"
_NOT_ALNUM_CLASS: Final = r"[^\p{L}\p{N}]+"


def token_lists(golden: pl.DataFrame, names: pl.DataFrame, serials: pl.DataFrame) -> pl.Series:
    """`search_tokens` of many golden records: `tokens`, a list for each row of `golden`.

    golden: rows of `golden.records.golden_records`. names: `party_id` and `full_name`, other names of the parties.
    serials: `account` and `serial`, the meters of accounts.
    """
    rows = golden.with_row_index("place").lazy()
    others = rows.select("place", "party_id", "full_name").join(names.lazy(), on="party_id", suffix="_other")
    others = others.filter(pl.col("full_name_other").ne_missing(pl.col("full_name")))
    others = others.select("place", text="full_name_other")
    accounts = rows.select("place", "accounts").explode("accounts", empty_as_null=False).drop_nulls()
    meters = accounts.join(serials.lazy(), left_on="accounts", right_on="account").select("place", text="serial")
    parts = [
        *(_word_rows(rows.select("place", text=name), NAME) for name in ("full_name", "company")),
        _word_rows(others, NAME),
        *(_word_rows(rows.select("place", text=name), INITIAL, only_initial=True) for name in _GIVEN_NAMES),
        *(_word_rows(rows.select("place", text=name), PLACE) for name in ("city", "street")),
        *(_text_rows(rows.select("place", text=name), space, _house_number) for name, space in _HOUSE_PARTS),
        *_contact_rows(rows),
        _text_rows(rows.select("place", text=pl.col("birth_date").cast(pl.String)), BIRTH_DATE),
        _text_rows(rows.select("place", text=pl.col("birth_date").cast(pl.String)), BIRTH_YEAR, _year),
        _text_rows(accounts.select("place", text="accounts"), ACCOUNT, _code),
        _text_rows(meters, METER, _code),
        *(_text_rows(rows.select("place", text=name), DOCUMENT, _digits) for name in _DOCUMENTS),
    ]
    found = pl.concat(parts).sort("place").group_by("place", maintain_order=True).agg("token")
    joined = rows.select("place").join(found, on="place", how="left", maintain_order="left").collect()
    # Tokens are told apart and sorted within a party: as rows of all parties it costs three times as much.
    tokens = pl.col("token").list.unique().list.sort().fill_null(pl.lit([], dtype=pl.List(pl.String)))
    return joined.select(tokens.alias("tokens")).to_series()


def typo_words_of(tokens: pl.Series) -> list[str]:
    """`typo_words` of `token_lists`, each once."""
    token = pl.col("tokens")
    every = tokens.to_frame().lazy().explode("tokens", empty_as_null=False)
    chosen = every.filter(token.str.slice(0, 1).is_in([NAME, PLACE])).select(token.str.slice(2)).unique()
    return chosen.filter(token.str.len_chars() >= _SHORTEST_TYPO_WORD).collect()["tokens"].to_list()


_GIVEN_NAMES: Final = ("given_name", "patronymic")
_HOUSE_PARTS: Final = (("house", HOUSE), ("block", BLOCK), ("flat", FLAT))


def _word_rows(texts: pl.LazyFrame, namespace: str, *, only_initial: bool = False) -> pl.LazyFrame:
    """`place` and `token` of each word of `text`."""
    words = texts.drop_nulls().select("place", word=_folded(pl.col("text")).str.extract_all(_LETTERS))
    words = words.explode("word", empty_as_null=False)
    if namespace == PLACE:
        words = words.filter(~pl.col("word").is_in(sorted(PLACE_TYPES)))
    word = pl.col("word").str.slice(0, 1) if only_initial else pl.col("word")
    return words.select("place", token=pl.concat_str(pl.lit(f"{namespace}:"), word))


def _text_rows(
    texts: pl.LazyFrame, namespace: str, normal: Callable[[pl.Expr], pl.Expr] = lambda text: text
) -> pl.LazyFrame:
    """`place` and `token` of each `text` in its normal form; empty ones have no token."""
    found = texts.drop_nulls().select("place", text=normal(pl.col("text"))).filter(pl.col("text") != "")
    return found.select("place", token=pl.concat_str(pl.lit(f"{namespace}:"), "text"))


def _contact_rows(rows: pl.LazyFrame) -> list[pl.LazyFrame]:
    phones = rows.select("place", text="phones").explode("text", empty_as_null=False)
    emails = rows.select("place", text="emails").explode("text", empty_as_null=False)
    return [
        _text_rows(phones, PHONE, _digits),
        _text_rows(phones, PHONE_END, lambda text: _digits(text).str.reverse()),
        _text_rows(emails, EMAIL, _folded),
    ]


def _folded(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all("ё", "е", literal=True)


def _house_number(text: pl.Expr) -> pl.Expr:
    return _folded(text).str.replace_all(" ", "", literal=True)


def _digits(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"\D+", "")


def _code(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(_NOT_ALNUM_CLASS, "").str.to_lowercase().str.strip_chars_start("0")


def _year(text: pl.Expr) -> pl.Expr:
    return text.str.slice(0, 4)
