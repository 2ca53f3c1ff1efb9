"""What is known of the words of Russian names: how often each is which part of a name, and its gender.

Counts come from the data of the package `russiannames`, read when the first name is read. Surnames that their ending
betrays («Иванов») are not kept: the ending says as much, and the table stays a third of the size.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, Final, NamedTuple

import polars as pl

from litso.standardize.letters import skeleton
from litso.standardize.wordlists import data_lines, sections

MALE: Final = "М"
FEMALE: Final = "Ж"
UNKNOWN: Final = "НД"

SURNAME: Final = "S"
GIVEN: Final = "F"
PATRONYMIC: Final = "M"


class Counts(NamedTuple):
    """How often a folded word was met as each part of a name, and the gender of the given name."""

    surname: int
    given: int
    patronymic: int
    gender: str


NOT_MET: Final = Counts(0, 0, 0, UNKNOWN)
TOTAL_SURNAMES: Final = 4_163_020
TOTAL_GIVEN: Final = 2_605_725
TOTAL_PATRONYMICS: Final = 2_679_948

_SURNAME_END: Final = (
    "(?:[оеё]в|[оеё]ва|[иы]н|[иы]на|[сц]кий|[сц]кая|[сц]кой|енко|ченко|чук|щук|нюк|люк|рюк|дзе|швили|ян|янц|[иы]х|аго|яго|"
    "ово|уля|ейко|айло|ань|кевич|лович|ович|евич)"
)
SURE_SURNAME: Final = re.compile(r".{2,}(?:[оеё]ва?|[сц]к(?:ий|ая|ой)|енко|чук|щук|дзе|швили|янц|[иы]на|[иы]н)")
LIKE_SURNAME: Final = re.compile(rf".{{2,}}{_SURNAME_END}")
PATRONYMIC_LIKE: Final = re.compile(
    r".{2,}(?:ович|евич|ьич|[дклмнрств]ыч|[ае]ич|"
    r"овна|евна|ична|инишна|овична|евична|оглы|оглу|кызы|гызы|угли|кизи|[^ ]улы|уулу)"
)
MALE_PATRONYMIC: Final = re.compile(r".*(?:ич|ыч|оглы|оглу|угли|улы|уулу|ули|огли)")
FEMALE_PATRONYMIC: Final = re.compile(r".*(?:вна|чна|шна|кызы|гызы|кизи|кзы|кыз)")
MALE_SURNAME: Final = re.compile(r".{2,}(?:[оеё]в|[иы]н|[сцж]кий|[сц]кой|ый|ний|чий|щий|жий|улы|уулу|оглы)|.{3,}ой")
FEMALE_SURNAME: Final = re.compile(r".{2,}(?:[оеё]ва|[иы]на|[сц]кая|ая|няя|кызы)")
_FEMALE_SOFT: Final = re.compile(r".*(?:[гз][уе]ль|[нбрдс][еэ]ль|вь)")
_TABLE: Final = {SURNAME: "surnames", GIVEN: "names", PATRONYMIC: "midnames"}


def looks_like_surname(word: str) -> bool:
    """Whether the ending of a folded word is one of surnames."""
    return LIKE_SURNAME.fullmatch(word) is not None


def looks_like_patronymic(word: str) -> bool:
    """Whether the ending of a folded word is one of patronymics."""
    return PATRONYMIC_LIKE.fullmatch(word) is not None


def read_words(role: str, least: int = 0) -> pl.DataFrame:
    """Words of one part of a name: folded `word`, `count`, `gender`; of spellings met at least so often."""
    path = resources.files("russiannames").joinpath(f"data/{_TABLE[role]}.parquet")
    with resources.as_file(path) as file:
        table = pl.read_parquet(file, columns=["text", "count", "gender"])
    word = pl.col("text").str.to_lowercase().str.replace_all("ё", "е", literal=True)
    return (
        table.filter(pl.col("count") >= least)
        .select(word=word, count="count", gender="gender")
        .filter(pl.col("word").str.contains(r"^[а-я]+(?:[-'][а-я]+)*$"))
        .sort("count", descending=True)
        .group_by("word", maintain_order=True)
        .agg(pl.col("count").sum(), pl.col("gender").first())
    )


WORLD: Final = 60
"""How often names of other languages count as met where Russian data have them seldom or never."""


@lru_cache(maxsize=1)
def world_names() -> Mapping[str, Mapping[str, str | None]]:
    """Given names and surnames of other languages: by part of a name, the word and its gender, None for several."""
    found = sections("world_names.txt")
    both = found["male"] & found["female"]
    given = {
        word: None if word in both else "m" if word in found["male"] else "f"
        for word in found["male"] | found["female"]
    }
    return {GIVEN: given, SURNAME: dict.fromkeys(found["surnames"])}


def _with_world(role: str) -> pl.DataFrame:
    """`read_words` with the names of other languages; a gender is believed where the word was met often enough."""
    words = world_names()[role]
    world = pl.DataFrame({"word": list(words), "world_gender": list(words.values())}, schema_overrides=_TEXT)
    joined = read_words(role).join(world.with_columns(world=WORLD), on="word", how="full", coalesce=True)
    is_sure = pl.col("count").fill_null(0) >= TRUSTED
    return joined.select(
        "word",
        count=pl.max_horizontal("count", "world"),
        gender=pl.when(is_sure & pl.col("gender").is_not_null())
        .then("gender")
        .otherwise(pl.coalesce("world_gender", "gender")),
    )


_TEXT: Final = {"word": pl.String, "world_gender": pl.String}
_BITS: Final = 20
_MASK: Final = (1 << _BITS) - 1
GENDERS: Final = (UNKNOWN, MALE, FEMALE)


@lru_cache(maxsize=1)
def tables() -> Mapping[str, int]:
    """Counts by folded word, without the surnames with a telling ending that are nothing else.

    The three counts and the gender are packed into one number of 62 bits: a fifth of the memory of tuples, and nothing
    for the garbage collector to walk over.
    """
    given, patronymic, surname = _with_world(GIVEN), read_words(PATRONYMIC), _with_world(SURNAME)
    others = pl.concat([given["word"], patronymic["word"]]).unique()
    told = surname["word"].str.contains(rf"^(?:{SURE_SURNAME.pattern})$")
    surname = surname.filter(~told | surname["word"].is_in(others.implode()))
    gender = pl.col("gender").replace_strict({"m": 1, "f": 2}, default=0, return_dtype=pl.Int64)
    packed = (
        surname.select("word", surname="count")
        .join(given.select("word", gender=gender, given="count"), on="word", how="full", coalesce=True)
        .join(patronymic.select("word", patronymic="count"), on="word", how="full", coalesce=True)
        .fill_null(0)
        .select(
            "word",
            packed=pl.col("surname")
            + pl.col("given") * (1 << _BITS)
            + pl.col("patronymic") * (1 << 2 * _BITS)
            + pl.col("gender") * (1 << 3 * _BITS),
        )
    )
    return dict(zip(packed["word"].to_list(), packed["packed"].to_list(), strict=True))


@lru_cache(maxsize=131_072)
def counts_of(word: str) -> Counts:
    """Counts of a folded word; the rarer half decides for a double word («анна-мария»)."""
    found = tables().get(word)
    if found is not None:
        return _unpacked(found)
    halves = [_unpacked(tables().get(half, 0)) for half in word.split("-") if half] if "-" in word else []
    if not halves:
        return NOT_MET
    surname, given, patronymic = (min(column) for column in zip(*(half[:3] for half in halves), strict=True))
    return Counts(surname, given, patronymic, halves[0].gender)


def is_met(word: str) -> bool:
    """Whether a folded word is in the tables of names."""
    return any(counts_of(word)[:3])


def _unpacked(packed: int) -> Counts:
    surname, given, patronymic, gender = unpacked(packed)
    return Counts(surname, given, patronymic, GENDERS[gender])


def unpacked(packed: Any) -> tuple[Any, Any, Any, Any]:
    """Counts and the place of the gender in `GENDERS`, of one number of `tables` or of an array of them."""
    return packed & _MASK, packed >> _BITS & _MASK, packed >> 2 * _BITS & _MASK, packed >> 3 * _BITS


TRUSTED: Final = 5
"""How often a given name must be met for its gender to be believed before that of the surname."""


def given_gender(word: str) -> str:
    """Gender of a folded given name by dictionary; НД when it is met too seldom to be trusted."""
    found = counts_of(word)
    return found.gender if found.given >= TRUSTED else UNKNOWN


@lru_cache(maxsize=1)
def _of_both() -> frozenset[str]:
    """Given names that men and women bear."""
    return frozenset(word for word, gender in world_names()[GIVEN].items() if gender is None)


def guessed_gender(word: str) -> str:
    """Gender that a folded given name seems to have: by dictionary, else by its ending; НД when that says nothing."""
    found = counts_of(word)
    if (found.gender != UNKNOWN and found.given) or word in _of_both():
        return found.gender
    last = word.rsplit("-", 1)[-1]
    if last.endswith("о") and not last.endswith(("ко", "но")):
        return MALE
    if not last or last[-1] in "иоуеэюы":
        return UNKNOWN
    return FEMALE if last[-1] in "ая" or _FEMALE_SOFT.fullmatch(last) else MALE


def patronymic_gender(word: str) -> str:
    """Gender of a folded patronymic by its ending."""
    if FEMALE_PATRONYMIC.fullmatch(word):
        return FEMALE
    return MALE if MALE_PATRONYMIC.fullmatch(word) else UNKNOWN


def surname_gender(word: str) -> str:
    """Gender of a folded surname by its ending."""
    last = word.rsplit("-", 1)[-1]
    if FEMALE_SURNAME.fullmatch(last):
        return FEMALE
    return MALE if MALE_SURNAME.fullmatch(last) else UNKNOWN


RARE: Final = 100
"""A given name met this often is never a slip."""
RARE_PATRONYMIC: Final = 500
COMMON: Final = 500
"""Only words met this often are what a slip may have meant."""
CHANGED: Final = 1000
"""How many times commoner the meant word is, when a letter was changed for another."""
MISSED: Final = 400
"""The same, when a letter was lost, doubled or exchanged with its neighbour: fingers do that more often."""
MISSED_IN_PATRONYMIC: Final = 150
CHANGED_IN_PATRONYMIC: Final = 400
"""The same in a patronymic: those are long, and fewer in kind than given names."""


@lru_cache(maxsize=1)
def by_form() -> Mapping[str, tuple[str, ...]]:
    """Common given names and patronymics by themselves with one letter left out, for look-ups of `_near`."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in tables():
        if len(word) >= 4 and max(_packed_count(word, GIVEN), _packed_count(word, PATRONYMIC)) >= COMMON:
            for form in _forms(word):
                found[form].append(word)
    return {form: tuple(words) for form, words in found.items()}


def _forms(word: str) -> set[str]:
    """A word, and the same with one letter left out."""
    return {word, *[word[:place] + word[place + 1 :] for place in range(len(word))]}


@lru_cache(maxsize=4096)
def _near(word: str) -> tuple[str, ...]:
    """Common given names and patronymics at one slip's distance of a word; asked for by each part in turn."""
    meant = by_form()
    forms = meant.keys() & _forms(word)
    return tuple({one for form in forms for one in meant[form] if one_slip(word, one)})


@lru_cache(maxsize=131_072)
def slip_of(word: str, role: str) -> str | None:
    """The common given name or patronymic of which a folded word is certainly a slip, or None.

    One letter lost, added, changed or two exchanged; frequency decides: the meant word is many times commoner than the
    slip, and ten times commoner than any other meaning. The first letter may differ only in a word hardly ever met.
    A word with a hyphen may be a contraction: «ал-др» is «александр».
    """
    if "-" in word:
        head, _, tail = word.partition("-")
        return _contracted(head, tail, role) if "-" not in tail else None
    if role == PATRONYMIC and (full := full_patronymic(word)):
        return full
    own = _count(word, role)
    if own >= (RARE if role == GIVEN else RARE_PATRONYMIC) or len(word) < 4 or word in real_names():
        return None
    best = _far_commonest((one for one in _near(word) if _count(one, role) >= COMMON), role)
    if best is None:
        return None
    count = _count(best, role)
    is_changed = len(best) == len(word) and sorted(best) != sorted(word)
    missed, changed = (MISSED, CHANGED) if role == GIVEN else (MISSED_IN_PATRONYMIC, CHANGED_IN_PATRONYMIC)
    if count < (changed if is_changed else missed) * max(own, 1) or (best[0] != word[0] and own > 2):
        return None
    return best


def _far_commonest(words: Iterable[str], role: str) -> str | None:
    """The word that is met ten times as often as any other of them, if one is."""
    ranked = sorted(((_count(word, role), word) for word in words), reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] < 10 * ranked[1][0]):
        return None
    return ranked[0][1]


def _contracted(head: str, tail: str, role: str) -> str | None:
    """The common name that a hyphen cuts («оль-га»), or that begins and ends so, ten times commoner than any other."""
    if _count(head + tail, role) >= COMMON:
        return head + tail
    if not 2 <= len(head) <= 5 or not 1 <= len(tail) <= 6 or (len(tail) > 3 and _met_as(tail, role)):
        return None
    longer = (one for one in _common(role).get(head[:2], ()) if len(one) > len(head) + len(tail))
    return _far_commonest((one for one in longer if one.startswith(head) and one.endswith(tail)), role)


def _met_as(word: str, role: str) -> bool:
    return _count(word, role) > 0 or (role == GIVEN and looks_like_surname(word))


@lru_cache(maxsize=2)
def _common(role: str) -> Mapping[str, tuple[str, ...]]:
    """Common given names or patronymics by their first two letters."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in tables():
        if "-" not in word and _packed_count(word, role) >= COMMON:
            found[word[:2]].append(word)
    return {start: tuple(words) for start, words in found.items()}


SPOKEN: Final = (("ыч", "ович"), ("аич", "аевич"), ("еич", "еевич"))
SPOKEN_SHORTER: Final = {
    "палыч": "павлович", "саныч": "александрович", "алексаныч": "александрович", "михалыч": "михайлович",
    "михална": "михайловна", "пална": "павловна", "санна": "александровна", "николавна": "николаевна",
    "максимыч": "максимович",
}  # fmt: skip


def full_patronymic(word: str) -> str | None:
    """The patronymic that is spoken as «Иваныч» or «Сергеич»; None for others."""
    if word in SPOKEN_SHORTER:
        return SPOKEN_SHORTER[word]
    for spoken, written in SPOKEN:
        full = word.removesuffix(spoken) + written
        if word.endswith(spoken) and counts_of(full).patronymic >= COMMON:
            return full
    return None


def _packed_count(word: str, role: str) -> int:
    return tables()[word] >> (_BITS if role == GIVEN else 2 * _BITS) & _MASK


def _count(word: str, role: str) -> int:
    found = counts_of(word)
    return found.given if role == GIVEN else found.patronymic


def one_slip(left: str, right: str) -> bool:
    """Whether two words differ by one lost, added or changed letter or two neighbours exchanged."""
    short, long = sorted((left, right), key=len)
    if len(long) - len(short) > 1 or short == long:
        return False
    start = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    if short[start + 1 :] == long[start + 1 :]:
        return True
    return short[start : start + 2] == long[start : start + 2][::-1] and short[start + 2 :] == long[start + 2 :]


@lru_cache(maxsize=1)
def real_names() -> frozenset[str]:
    """Rare given names that are not slips of common ones («Ганна», «Олена»)."""
    rare = frozenset(word for line in data_lines("rare_names.txt") for word in line.split())
    return rare.union(world_names()[GIVEN])


@lru_cache(maxsize=1)
def _by_skeleton() -> Mapping[str, str]:
    """The likeliest Cyrillic word of every romanization (`letters.skeleton`)."""
    best: dict[str, tuple[float, str]] = {}
    for role, least, total in (
        (SURNAME, 15, TOTAL_SURNAMES),
        (GIVEN, 30, TOTAL_GIVEN),
        (PATRONYMIC, 30, TOTAL_PATRONYMICS),
    ):
        table = read_words(role).filter(pl.col("count") >= least)
        for word, count in zip(table["word"].to_list(), table["count"].to_list(), strict=True):
            key, weight = skeleton(word), count / total
            if weight > best.get(key, (0.0, ""))[0]:
                best[key] = (weight, word)
    return {key: word for key, (_, word) in best.items()}


_IN_LATIN: Final = {
    "alexander": "александр", "alexandre": "александр", "aleksander": "александр", "michael": "михаил",
    "mikhael": "михаил", "eugene": "евгений", "evgueni": "евгений", "eugenia": "евгения", "evguenia": "евгения",
    "catherine": "екатерина", "iouri": "юрий", "ioulia": "юлия", "youri": "юрий", "youlia": "юлия", "lubov": "любовь",
    "vitali": "виталий", "arkadi": "аркадий", "guennadi": "геннадий", "grigori": "григорий", "serguei": "сергей",
    "oksana": "оксана", "maxim": "максим", "nicolai": "николай", "nicolay": "николай", "victor": "виктор",
    "victoria": "виктория", "valentine": "валентин", "constantin": "константин", "oxana": "оксана",
}  # fmt: skip
"""Given names as passports and bank cards spell them by English and French rules."""


def from_latin(word: str) -> str | None:
    """The Cyrillic word that a romanized lower-case word stands for, if it is a known one."""
    return _IN_LATIN.get(word) or _by_skeleton().get(skeleton(word))
