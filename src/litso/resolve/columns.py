"""Nodes as columns of small integers, ready to be compared by the million.

Every attribute is dictionary-coded: equal values have equal codes, -1 is missing. What comparison needs to know of a
value (its stem, sound, frequency) is worked out once for each distinct value, never for each pair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from litso.domain.record import STANDARD_LISTS
from litso.resolve import words
from litso.resolve.diminutives import FAMILIES, FULL_NAMES
from litso.resolve.hashing import Hashes, block_keys, hash_texts

Codes = npt.NDArray[np.int32]
Indices = npt.NDArray[np.int64]

Fact = TypeVar("Fact", bound=np.generic)

MISSING: Final = -1
NAME_PARTS: Final = ("surname", "given_name", "patronymic")


@dataclass(frozen=True)
class Coded:
    """One attribute: `codes` per node into `values` (distinct folded texts, sorted by nothing in particular)."""

    codes: Codes
    values: pa.Array

    @cached_property
    def hashes(self) -> Hashes:
        """Hash of each distinct value."""
        return hash_texts(self.values)

    @cached_property
    def lengths(self) -> npt.NDArray[np.int32]:
        """Letters of each distinct value."""
        return letters(self.values)

    @cached_property
    def has_space(self) -> npt.NDArray[np.bool_]:
        """Which distinct values are of several words."""
        return np.asarray(pc.match_substring(self.values, " ").to_numpy(zero_copy_only=False), dtype=np.bool_)

    def hash_of_nodes(self) -> Hashes:
        """Hash per node, 0 where missing."""
        return spread(self.hashes, self.codes)


@dataclass(frozen=True)
class Listed:
    """A list attribute: values of node `n` are `codes[offsets[n]:offsets[n + 1]]`, without repeats."""

    offsets: Indices
    codes: Codes
    values: pa.Array

    @cached_property
    def hashes(self) -> Hashes:
        """Hash of each distinct value."""
        return hash_texts(self.values)

    @cached_property
    def owners(self) -> Indices:
        """The node of each value."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    @cached_property
    def lengths(self) -> Indices:
        """How many values each node has."""
        return np.diff(self.offsets)


def spread(per_value: npt.NDArray[Fact], codes: Codes) -> npt.NDArray[Fact]:
    """Per-value facts spread over rows; rows without a value (code -1) get zero."""
    return np.concatenate((per_value, np.zeros(1, per_value.dtype)))[codes]


def _plain(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


PLAIN: Final = ("snils", "inn", "ogrn", "kpp", "passport", "national_id", "house_key", *STANDARD_LISTS)
"""Attributes whose standard values are written in one way only."""


def encode(texts: pa.Array, *, is_plain: bool = False) -> tuple[Codes, pa.Array]:
    """Codes and distinct values of a text column, folded unless they are plain; only distinct values are folded."""
    if len(texts) <= words.FEW:
        return _encode_few(texts, is_plain=is_plain)
    raw = texts.dictionary_encode()
    if is_plain and not pc.any(pc.equal(raw.dictionary, "")).as_py():
        return raw.indices.fill_null(MISSING).to_numpy(zero_copy_only=False).astype(np.int32), raw.dictionary
    folded = words.fold(raw.dictionary).dictionary_encode()
    inner = folded.indices.fill_null(MISSING).to_numpy(zero_copy_only=False).astype(np.int32)
    outer = raw.indices.fill_null(len(inner)).to_numpy(zero_copy_only=False)
    return np.append(inner, np.int32(MISSING))[outer], folded.dictionary


def _encode_few(texts: pa.Array, *, is_plain: bool) -> tuple[Codes, pa.Array]:
    """As `encode`, value by value."""
    folded = texts.to_pylist()
    if not is_plain or "" in folded:
        folded = [text and (words.of_one(words.fold, text) or None) for text in folded]
    numbers: dict[str, int] = {}
    codes = [MISSING if not text else numbers.setdefault(text, len(numbers)) for text in folded]
    return np.array(codes, dtype=np.int32), pa.array(list(numbers), pa.string())


def coded(column: pa.ChunkedArray | pa.Array, *, is_plain: bool = False) -> Coded:
    """Dictionary-code one text column."""
    return Coded(*encode(_plain(column), is_plain=is_plain))


def listed(column: pa.ChunkedArray | pa.Array) -> Listed:
    """Dictionary-code one list column; null is an empty list. Values must be distinct within a list, and plain."""
    lists = _plain(column)
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    codes, values = encode(_plain(pc.list_flatten(lists)), is_plain=True)
    return Listed(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), codes, values)


def coded_together(columns: Iterable[pa.ChunkedArray | pa.Array]) -> list[Coded]:
    """Code several text columns into one common dictionary, so that their codes can be compared across."""
    arrays = [_plain(column).cast(pa.string()) for column in columns]
    codes, values = encode(pa.concat_arrays(arrays))
    places = np.cumsum([0, *(len(array) for array in arrays)])
    return [Coded(codes[start:stop], values) for start, stop in pairwise(places)]


@dataclass(frozen=True)
class Names(Coded):
    """Facts of each distinct word of the name dictionary, by its code."""

    frequencies: dict[tuple[int, str], npt.NDArray[np.uint8]] = field(default_factory=dict)
    """What comparisons have looked up already, for speed."""

    @cached_property
    def surname_stems(self) -> Codes:
        """Code of the stem as a surname."""
        return _codes(words.surname_stem(self.values))

    @cached_property
    def patronymic_stems(self) -> Codes:
        """Code of the stem as a patronymic."""
        return _codes(words.patronymic_stem(self.values))

    @cached_property
    def stem_hashes(self) -> Hashes:
        """Hash of the surname stem of the word's family: one for «Саша» and «Александр», «Иванов» and «Иванова»."""
        families = pa.array([FAMILIES.get(word, word) for word in self.values.to_pylist()], pa.string())
        return hash_texts(words.surname_stem(families))

    @cached_property
    def patronymic_hashes(self) -> Hashes:
        """Hash of the patronymic's stem."""
        return hash_texts(words.patronymic_stem(self.values))

    @cached_property
    def sound_hashes(self) -> Hashes:
        """Hash of the sound of the word."""
        return hash_texts(words.sound(self.values))

    @cached_property
    def initial_hashes(self) -> Hashes:
        """Hash of the first letter of the word's family."""
        return hash_texts(pc.utf8_slice_codeunits(self.values, 0, 1))

    @cached_property
    def initials(self) -> Codes:
        """Code of the first letter."""
        return _codes(pc.utf8_slice_codeunits(self.values, 0, 1))

    @cached_property
    def is_initial(self) -> npt.NDArray[np.bool_]:
        """True where only the initial is known."""
        return np.asarray(pc.equal(pc.utf8_length(pc.utf8_rtrim(self.values, ".")), 1).to_numpy(zero_copy_only=False))

    @cached_property
    def full_names(self) -> Codes:
        """Up to four full names that the word may stand for, as codes of their own, shape (words, 4), -1 where none."""
        known: dict[str, int] = {}
        table = np.full((len(self.values), 4), MISSING, dtype=np.int32)
        for row, word in enumerate(self.values.to_pylist()):
            for place, name in enumerate(FULL_NAMES.get(word, ())):
                table[row, place] = known.setdefault(name, len(known))
        return table


def letters(texts: pa.Array) -> npt.NDArray[np.int32]:
    """Letters of each text."""
    return np.asarray(pc.utf8_length(texts).to_numpy(zero_copy_only=False)).astype(np.int32)


def _codes(texts: pa.Array) -> Codes:
    return np.asarray(texts.dictionary_encode().indices.to_numpy(zero_copy_only=False)).astype(np.int32)


@dataclass(frozen=True)
class Dates:
    """Dates as year, month, day; year 0 is missing."""

    years: npt.NDArray[np.int16]
    months: npt.NDArray[np.int8]
    days: npt.NDArray[np.int8]


def dates(column: pa.ChunkedArray | pa.Array) -> Dates:
    """Split a date column."""
    plain = _plain(column)

    def part(value: pa.Array) -> npt.NDArray[np.int64]:
        return np.asarray(pc.fill_null(value, 0).to_numpy(zero_copy_only=False), dtype=np.int64)

    return Dates(
        part(pc.year(plain)).astype(np.int16),
        part(pc.month(plain)).astype(np.int8),
        part(pc.day(plain)).astype(np.int8),
    )


@dataclass(frozen=True)
class Sharing:
    """How many nodes are in a block now: counted among the nodes at hand, or given from outside by the blocks' keys.

    Online the nodes at hand are a handful, and the caller says how many nodes of the store are in each block.
    """

    given: Callable[[list[int]], Sequence[int]] | None = None

    def sizes(self, keys: Hashes, occurring: Codes | None = None) -> npt.NDArray[np.int32]:
        """Nodes of each block. occurring: how often each key occurs as a number of it, where keys are distinct."""
        if self.given is not None:
            return np.array(self.given(keys.view(np.int64).tolist()), dtype=np.int32)
        if occurring is not None:
            return np.bincount(occurring[occurring >= 0], minlength=len(keys)).astype(np.int32)
        numbers = pa.array(keys).dictionary_encode().indices.to_numpy()
        return np.asarray(np.bincount(numbers, minlength=1)[numbers], dtype=np.int32)


class Columns:
    """The nodes of one kind of party as coded columns; each is made when first asked for, from what `fetch` gives.

    fetch: name of a node column (`nodes.node_schema`) → values, or None when there is no such column. places: for each
    node, the place of its value there (several nodes never share a place; places may be left out).
    """

    def __init__(self, places: Indices, fetch: Callable[[str], pa.Array | None], sharing: Sharing = Sharing()) -> None:
        self._places = places
        self._fetch = fetch
        self.sharing = sharing
        self._texts: dict[str, Coded] = {}
        self._lists: dict[str, Listed] = {}
        self._dates: dict[str, Dates] = {}
        self._numbers: dict[str, npt.NDArray[np.float64]] = {}
        self._counts: dict[str, npt.NDArray[np.int32]] = {}

    @classmethod
    def of_table(cls, nodes: pa.Table, sharing: Sharing = Sharing()) -> Columns:
        """Columns of an Arrow table of nodes, all of one kind."""
        have = set(nodes.column_names)
        return cls(np.arange(len(nodes)), lambda name: nodes.column(name) if name in have else None, sharing)

    def __len__(self) -> int:
        return len(self._places)

    @cached_property
    def names(self) -> Names:
        """Facts of the words of surnames, given names and patronymics."""
        return Names(self.surname.codes, self.surname.values)

    @cached_property
    def _name_parts(self) -> list[Coded]:
        whole = coded_together(self._column(name, pa.string()) for name in NAME_PARTS)
        return [self._of_nodes(part) for part in whole]

    @property
    def surname(self) -> Coded:
        """Surnames; coded together with given names and patronymics."""
        return self._name_parts[0]

    @property
    def given_name(self) -> Coded:
        """Given names; coded together with surnames and patronymics."""
        return self._name_parts[1]

    @property
    def patronymic(self) -> Coded:
        """Patronymics or middle names; coded together with surnames and given names."""
        return self._name_parts[2]

    def text(self, attribute: str) -> Coded:
        """Any text attribute."""
        if attribute not in self._texts:
            whole = coded(self._column(attribute, pa.string()), is_plain=attribute in PLAIN)
            self._texts[attribute] = self._of_nodes(whole)
        return self._texts[attribute]

    def list(self, attribute: str) -> Listed:
        """`phones`, `emails` or `accounts`."""
        if attribute not in self._lists:
            column = self._column(attribute, pa.list_(pa.string()))
            self._lists[attribute] = listed(column.take(pa.array(self._places)))
        return self._lists[attribute]

    def date(self, attribute: str = "birth_date") -> Dates:
        """A date attribute; a custom one arrives as ISO text."""
        if attribute not in self._dates:
            column = self._column(attribute, pa.date32())
            column = parsed_dates(column) if pa.types.is_string(column.type) else column
            self._dates[attribute] = dates(column.take(pa.array(self._places)))
        return self._dates[attribute]

    def number(self, attribute: str) -> npt.NDArray[np.float64]:
        """A custom attribute as numbers, NaN where it is none."""
        if attribute not in self._numbers:
            self._numbers[attribute] = parsed_numbers(self._column(attribute, pa.string()))[self._places]
        return self._numbers[attribute]

    def counts(self, attribute: str) -> npt.NDArray[np.int32]:
        """How many nodes carry each value of `phones`, `passport`…, by its code."""
        if attribute not in self._counts:
            value = self.list(attribute) if attribute in STANDARD_LISTS else self.text(attribute)
            self._counts[attribute] = self.sharing.sizes(block_keys(attribute, 0, value.hashes), value.codes)
        return self._counts[attribute]

    def name_facts(self, name: Coded, facts: Hashes) -> Hashes:
        """Facts of a part of names per node, 0 where it is missing or only an initial."""
        return np.where(spread(self.names.is_initial, name.codes), np.uint64(0), spread(facts, name.codes))

    @cached_property
    def name_hashes(self) -> Hashes:
        """Surname and given name in any order, without gender forms and diminutives; 0 unless both are known."""
        surname, given = (self.name_facts(part, self.names.stem_hashes) for part in (self.surname, self.given_name))
        with np.errstate(over="ignore"):
            return np.where((surname != 0) & (given != 0), surname + given, np.uint64(0))

    @cached_property
    def patronymic_hashes(self) -> Hashes:
        """The father's name, 0 where it is not known in full."""
        return self.name_facts(self.patronymic, self.names.patronymic_hashes)

    @cached_property
    def namesakes(self) -> npt.NDArray[np.int32]:
        """How many nodes have the name of each node, itself included."""
        return self.sharing.sizes(block_keys("name", 0, self.name_hashes))

    @cached_property
    def full_namesakes(self) -> npt.NDArray[np.int32]:
        """How many nodes have the name and patronymic of each node, itself included."""
        return self.sharing.sizes(block_keys("full_name", 0, self.name_hashes, self.patronymic_hashes))

    def has(self, attribute: str) -> bool:
        """Whether any node has a value of this attribute."""
        if attribute == "birth_date":
            return bool(self.date().years.any())
        if attribute in STANDARD_LISTS:
            return len(self.list(attribute).codes) > 0
        if attribute in NAME_PARTS:
            return bool((getattr(self, attribute).codes >= 0).any())
        return len(self.text(attribute).values) > 0

    def _of_nodes(self, whole: Coded) -> Coded:
        return Coded(whole.codes[self._places], whole.values)

    def _column(self, name: str, kind: pa.DataType) -> pa.Array:
        column = self._fetch(name)
        return pa.nulls(int(self._places.max(initial=-1)) + 1, kind) if column is None else _plain(column)


_DATE_FORMS: Final = (
    (r"^\d{4}-\d{2}-\d{2}$", "%Y-%m-%d"),
    (r"^\d{4}-\d{2}-\d{2}[T ]", "%Y-%m-%d"),
    (r"^\d{2}\.\d{2}\.\d{4}$", "%d.%m.%Y"),
    (r"^\d{2}/\d{2}/\d{4}$", "%d/%m/%Y"),
    (r"^\d{8}$", "%Y%m%d"),
)


def parsed_dates(texts: pa.Array) -> pa.Array:
    """Dates of a text column in any of the usual forms; what is no date becomes null."""
    found = pa.nulls(len(texts), pa.date32())
    for pattern, form in _DATE_FORMS:
        fitting = pc.if_else(pc.match_substring_regex(texts, pattern), pc.utf8_slice_codeunits(texts, 0, 10), None)
        parsed = pc.strptime(fitting.cast(pa.string()), format=form, unit="s", error_is_null=True)
        found = pc.coalesce(found, parsed.cast(pa.date32()))
    return found


def parsed_numbers(texts: pa.Array) -> npt.NDArray[np.float64]:
    """Numbers of a text column (a comma is a decimal point, spaces are ignored), NaN where there is none."""
    plain = pc.replace_substring_regex(pc.replace_substring_regex(texts, r"\s+", ""), ",", ".")
    is_number = pc.match_substring_regex(plain, r"^[+-]?\d{1,300}(\.\d+)?([eE][+-]?\d{1,2})?$")
    numbers = pc.if_else(is_number, plain, None).cast(pa.string()).cast(pa.float64())
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)
