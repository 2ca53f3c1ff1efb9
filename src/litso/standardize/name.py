"""Names of persons: parts in any order, repaired where the language leaves one way to repair them."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final, NamedTuple

from litso.standardize import company as companies
from litso.standardize.bulk import columns
from litso.standardize.declension import Cases, decline
from litso.standardize.diminutives import full_given_name
from litso.standardize.letters import digits_to_letters as with_letters
from litso.standardize.letters import fold, latin_to_cyrillic, tidy, twins_to_cyrillic, typed_in_russian
from litso.standardize.lexicon import (
    FEMALE,
    GIVEN,
    MALE,
    PATRONYMIC,
    RARE,
    SURNAME,
    TOTAL_GIVEN,
    TOTAL_PATRONYMICS,
    TOTAL_SURNAMES,
    UNKNOWN,
    counts_of,
    from_latin,
    given_gender,
    looks_like_patronymic,
    looks_like_surname,
    meant,
    patronymic_gender,
    surname_gender,
)
from litso.standardize.wordlists import sections


class Name(NamedTuple):
    """A person's name. Initials are single letters; `gender` is М, Ж or НД; cases are of the whole `result`.

    `qc` 0 sure, 1 assumed or not understood, 2 empty or garbage.
    """

    surname: str | None
    given_name: str | None
    patronymic: str | None
    gender: str | None
    result: str | None
    genitive: str | None
    dative: str | None
    instrumental: str | None
    qc: int
    problems: str | None


class Parts(NamedTuple):
    """A name taken apart, without its cases."""

    surname: str | None
    given_name: str | None
    patronymic: str | None
    gender: str
    qc: int
    problems: tuple[str, ...]


SCHEMA: Final = columns(Name)
MAX_LENGTH: Final = 300
EMPTY: Final = Parts(None, None, None, UNKNOWN, 2, ())

_LISTS: Final = sections("name_words.txt")
_GARBAGE: Final = _LISTS["garbage"]
_NOISE: Final = _LISTS["noise"]
_PARTICLES: Final = _LISTS["particles"]
_PREFIXES: Final = _LISTS["prefixes"]
_WEAK_PREFIXES: Final = _LISTS["weak_prefixes"]

_PHONE_OR_NUMBER: Final = re.compile(r"[+(]*\d[\d\s()+\-.]{3,}\d|(?<![^\W\d_])\d+(?:[.,/\\-]\d+)*(?![^\W\d_])")
_BRACKETS: Final = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}")
_INITIALS: Final = re.compile(r"(?<![^\W_])([^\W\d_])\s*\.(?=\s*[^\W\d_]|\s*$|\s*[,;)])")
_LABEL: Final = re.compile(r"\b(?:ф\.?\s?и\.?\s?о\.?|фамилия,?\s+имя,?\s+отчество|имя)\s*[:=]\s*", re.IGNORECASE)
_SHORT_WORDS: Final = re.compile(
    r"\b(?:г-н|г-жа|гр-н|гр-ка|гр-ну|гр-ке|л/с|и/п|т/ф|кв/с|гр\.|г\.р\.|д\.р\.)", re.IGNORECASE
)
_WORD: Final = re.compile(r"[^\W\d_](?:[\w'’`]*[^\W_])?(?:-[^\W\d_][\w'’`]*)*|[^\W\d_]")
_CAMEL: Final = re.compile(r"(?<=[а-яё]{2})(?=[А-ЯЁ][а-яё])")
_SPLIT: Final = re.compile(r"[,;/+&|\n]|\s(?:и|and)\s", re.IGNORECASE)


class Word(NamedTuple):
    """A word of a name: `folded` for look-up, `shown` as it will be written, `is_initial` for a single letter."""

    folded: str
    shown: str
    is_initial: bool


def title(word: str) -> str:
    """Capital at the head of each half of a double word: «иванов-петров» becomes «Иванов-Петров»."""
    halves = word.lower().split("-")
    return "-".join(
        half
        if place and half in _PARTICLES
        else (half[:1].upper() + half[1:] if "'" not in half else _with_apostrophe(half))
        for place, half in enumerate(halves)
    )


def _with_apostrophe(half: str) -> str:
    head, sign, tail = half.partition("'")
    return head.capitalize() + sign + tail.capitalize() if len(head) <= 2 else half.capitalize()


@lru_cache(maxsize=262_144)
def sure_role(folded: str) -> str | None:
    """The part of a name that a folded word certainly is, whatever stands beside it; None when it may be several."""
    met = counts_of(folded)
    if looks_like_patronymic(folded):
        is_sure = met.patronymic >= 20 and met.patronymic > 20 * max(met.surname, met.given)
        return PATRONYMIC if is_sure else None
    if looks_like_surname(folded) and met.given <= 2 and met.patronymic <= 2:
        return SURNAME
    if met.given >= RARE and met.given > 50 * max(met.surname, met.patronymic):
        return GIVEN
    if met.given >= 1000 and met.given > 20 * met.surname and met.given > 50 * met.patronymic:
        return GIVEN
    if met.surname >= 20 and met.surname > 50 * max(met.given, met.patronymic):
        return SURNAME
    return None


PLAIN_ORDERS: Final = {
    (SURNAME, GIVEN, PATRONYMIC): (0, 1, 2),
    (GIVEN, PATRONYMIC, SURNAME): (2, 0, 1),
    (SURNAME, GIVEN): (0, 1, None),
    (GIVEN, SURNAME): (1, 0, None),
}
"""Orders of sure words that need no weighing, and the places of surname, given name and patronymic in them."""
PLAIN: Final = re.compile(r"[а-яА-ЯёЁ]{2,}(?:-[а-яА-ЯёЁ]{2,})?(?: [а-яА-ЯёЁ]{2,}(?:-[а-яА-ЯёЁ]{2,})?){1,2}")


def word_gender(folded: str, role: str) -> str:
    """Gender that a word shows as a part of a name."""
    if role == PATRONYMIC:
        return patronymic_gender(folded)
    return given_gender(folded) if role == GIVEN else surname_gender(folded)


def plain_parts(line: str) -> Parts | None:
    """Two or three sure words in a usual order whose genders agree: the way of most names, also taken in bulk."""
    if PLAIN.fullmatch(line) is None:
        return None
    words = line.split(" ")
    folded = [fold(word) for word in words]
    roles = tuple(sure_role(word) for word in folded)
    order = PLAIN_ORDERS.get(roles)  # type: ignore[arg-type]
    if order is None:
        return None
    genders = {word_gender(word, role or "") for word, role in zip(folded, roles, strict=True)} - {UNKNOWN}
    if len(genders) > 1:
        return None
    surname, given, patronymic = (None if place is None else title(words[place]) for place in order)
    return Parts(surname, given, patronymic, next(iter(genders), UNKNOWN), 0, ())


def name(text: str | None) -> Name:
    """Take a name apart and decline it."""
    return with_cases(name_parts(text))


def name_parts(text: str | None) -> Parts:
    """Take a name apart: surname, given name, patronymic, gender."""
    if text is None:
        return EMPTY
    line = tidy(text[:MAX_LENGTH].replace("\n", " , ") if "\n" in text else text[:MAX_LENGTH])
    return plain_parts(line) or _hard(line)


def with_cases(parts: Parts) -> Name:
    """The name as it is written, and in three cases."""
    surname, given, patronymic, gender, qc, problems = parts
    noted = ";".join(dict.fromkeys(problems)) or None
    if not (surname or given or patronymic):
        return Name(None, None, None, None if qc == 2 else UNKNOWN, None, None, None, None, qc, noted)
    words = [(word, role) for word, role in ((surname, SURNAME), (given, GIVEN), (patronymic, PATRONYMIC)) if word]
    cases = [decline(word, role, gender) for word, role in words]
    forms = Cases(*(_line(list(form)) for form in zip(*cases, strict=True)))
    return Name(surname, given, patronymic, gender, _line([word for word, _ in words]), *forms, qc, noted)


def _line(words: list[str]) -> str:
    """Words in a row, initials with their full stops."""
    return " ".join(word + "." if len(word) == 1 else word for word in words)


def _hard(line: str) -> Parts:
    """All that is not plain: noise is set aside, letters repaired, persons told apart, then the words are weighed."""
    if not any(sign.isalpha() for sign in line):
        return EMPTY if not any(sign.isdigit() for sign in line) else EMPTY._replace(qc=2, problems=("no_letters",))
    if fold(line).strip(" .-_") in _GARBAGE:
        return EMPTY._replace(problems=("placeholder",))
    line, problems = _right_letters(line)
    line, set_aside = _without_noise(line)
    problems += set_aside
    if _names_company(line):
        return Parts(None, None, None, UNKNOWN, 1, (*problems, "company"))
    words, others = _first_person(line)
    problems += others
    if not words:
        return EMPTY._replace(qc=1 if problems else 2, problems=(*problems, "not_a_name"))
    if all(word.folded in _GARBAGE for word in words):
        return EMPTY._replace(problems=("placeholder",))
    return _weighed(words, tuple(problems))


_LATIN: Final = re.compile("[a-zA-Z]")
_CYRILLIC: Final = re.compile("[а-яА-ЯёЁ]")
_MIXED: Final = re.compile(r"[\w'`\[\];.,]*[^\W_][\w'`]*")
_UKRAINIAN: Final = str.maketrans("іІїЇєЄґҐ", "иИиИеЕгГ")


def _right_letters(line: str) -> tuple[str, list[str]]:
    """Cyrillic letters for look-alikes, digits, the other layout and romanization."""
    problems: list[str] = []
    if re.search("[іїєґІЇЄҐ]", line):
        line = line.translate(_UKRAINIAN)
    if _LATIN.search(line):
        line, problem = _from_latin_letters(line)
        problems += [problem] if problem else []
    fixed = re.sub(r"(?=\w*\d)(?=\w*[а-яё])[\w-]{3,}", _digits_fixed, line, flags=re.IGNORECASE)
    if fixed != line:
        problems.append("digits_in_letters")
    return fixed, problems


def _digits_fixed(found: re.Match[str]) -> str:
    word = with_letters(found[0].lower())
    without = re.sub(r"\d+", " ", found[0]).strip()
    if word.isalpha() and (_is_known(fold(word)) or not _is_known(fold(without))):
        return word
    return without


def _is_known(folded: str) -> bool:
    """Whether a folded word is met in names, or ends as they do."""
    return any(counts_of(folded)[:3]) or looks_like_surname(folded) or looks_like_patronymic(folded)


def _from_latin_letters(line: str) -> tuple[str, str | None]:
    if _CYRILLIC.search(line):
        fixed = re.sub(r"[^\W\d_]+", lambda found: _twins(found[0]), line)
        return (fixed, "look_alikes") if fixed != line and not _LATIN.search(fixed) else (fixed, "latin")
    twins = twins_to_cyrillic(line)
    if not _LATIN.search(twins):
        words = twins.lower().split()
        if any(_is_known(fold(word)) for word in words):
            return twins, "look_alikes"
    romanized, known = _from_romanization(line)
    typed = typed_in_russian(line)
    typed_words = re.findall(r"[а-яё-]{2,}", fold(typed))
    typed_known = sum(_is_known(word) for word in typed_words)
    plain = len(re.findall(r"[a-zA-Z'`-]{2,}", line))
    if typed_known > known and typed_known * 2 > len(typed_words) and not _LATIN.search(typed):
        return typed, "wrong_layout"
    if known and known * 2 >= plain:
        return romanized, "transliterated"
    return line, "latin"


def _twins(word: str) -> str:
    """A word of mixed alphabets in Cyrillic, when all its Latin letters have twins; a Latin word alone stays."""
    twins = twins_to_cyrillic(word)
    return word if _LATIN.search(twins) else twins


def _from_romanization(line: str) -> tuple[str, int]:
    """The line in Cyrillic and how many of its words are known or end as Russian names do."""
    known = 0

    def cyrillic(found: re.Match[str]) -> str:
        nonlocal known
        word = found[0].lower().replace("’", "'")
        if len(word) == 1:
            return latin_to_cyrillic(word)
        met = from_latin(word)
        ruled = latin_to_cyrillic(word)
        if met or looks_like_surname(fold(ruled)) or looks_like_patronymic(fold(ruled)):
            known += 1
            return met or ruled
        return ruled

    return re.sub(r"[a-zA-Z][a-zA-Z'’`]*", cyrillic, line), known


def _without_noise(line: str) -> tuple[str, list[str]]:
    """Numbers, brackets and labels set aside."""
    problems: list[str] = []
    line = _LABEL.sub(" ", line)
    for found in _BRACKETS.finditer(line):
        inside = next(filter(None, found.groups()), "")
        if any(sign.isalpha() for sign in inside):
            known = [word for word in re.findall(r"[а-яё-]+", fold(inside)) if word not in _NOISE]
            problems.append("former_surname" if known and all(looks_like_surname(word) for word in known) else "noise")
    line = _BRACKETS.sub(" ", line)
    cleaned = _PHONE_OR_NUMBER.sub(" ", _SHORT_WORDS.sub(" ", line))
    if cleaned != line:
        problems.append("noise")
    return cleaned, problems


def _names_company(line: str) -> bool:
    if not companies.is_company(line):
        return False
    folded = [fold(word) for word in _WORD.findall(line)]
    return not any(counts_of(word).patronymic >= 20 and looks_like_patronymic(word) for word in folded) or '"' in line


def _first_person(line: str) -> tuple[list[Word], list[str]]:
    """Words of the first person of a line; signs that only divide one name do not make several persons."""
    line = re.sub(r"(?<=[^\W\d_])\s+-\s*(?=[^\W\d_])|(?<=[^\W\d_])-\s+(?=[^\W\d_])", "-", line)
    line = re.sub(
        r"(?<!\w)(и)\s+(ван|горь|лья|рина|нна|ннокентий|ван\w+ич|льи\w+|горе\w+)(?!\w)",
        r"\1\2",
        line,
        flags=re.IGNORECASE,
    )
    segments = [(words, noise) for part in _SPLIT.split(line) if (found := _words(part)) for words, noise in (found,)]
    problems = ["noise"] if any(noise for _, noise in segments) else []
    people = [words for words, _ in segments if words]
    if not people:
        return [], problems
    if len(people) > 1 and _is_one(people):
        people = [[word for words in people for word in words]]
    first = _cut(people[0])
    if len(people) > 1 or len(first) < len(people[0]):
        problems.append("several_persons")
        first = _with_shared_surname(first, people)
    return first, problems


def _words(part: str) -> tuple[list[Word], bool]:
    """Words of a segment without noise, and whether there was noise."""
    spaced = _INITIALS.sub(r"\1 . ", part)
    words = [_word(piece) for piece in _WORD.findall(_CAMEL.sub(" ", spaced))]
    kept = [word for word in words if word.folded.replace("-", "") not in _NOISE or len(words) == 1]
    kept = [piece for word in kept for piece in _pulled_apart(word, len(kept))]
    return _joined(_with_initials(kept)), len(kept) < len(words)


def _word(piece: str) -> Word:
    piece = piece.replace("’", "'").replace("`", "'")
    return Word(fold(piece), title(piece), len(piece) == 1)


def _with_initials(words: list[Word]) -> list[Word]:
    """Two capitals beside longer words are initials: «Иванов ИИ»."""
    found: list[Word] = []
    for word in words:
        pair = len(word.folded) == 2 and len(words) == 2 and not _is_known(word.folded)
        found += [Word(fold(sign), sign.upper(), True) for sign in word.folded] if pair else [word]
    return found


def _pulled_apart(word: Word, total: int) -> list[Word]:
    """«ивановиваниванович» typed without spaces: taken apart from the end when every piece is known."""
    if total > 1 or len(word.folded) < 12 or _is_known_whole(word.folded):
        return [word]
    for cut in range(len(word.folded) - 6, 4, -1):
        tail = word.folded[cut:]
        if sure_role(tail) != PATRONYMIC:
            continue
        for middle in range(cut - 3, 2, -1):
            given, surname = word.folded[middle:cut], word.folded[:middle]
            if sure_role(given) == GIVEN and looks_like_surname(surname):
                return [_word(piece) for piece in (surname, given, tail)]
    return [word]


def _is_known_whole(folded: str) -> bool:
    return any(counts_of(folded)[:3])


def _joined(words: list[Word]) -> list[Word]:
    """Particles with the words they belong to: «Али оглы», «фон Бок»."""
    found: list[Word] = []
    prefix: list[Word] = []
    for place, word in enumerate(words):
        is_last = place == len(words) - 1
        if word.folded in _PARTICLES and found and not found[-1].is_initial:
            found[-1] = Word(f"{found[-1].folded} {word.folded}", f"{found[-1].shown} {word.folded}", False)
        elif not is_last and word.folded in _PREFIXES and len(words) > 2:
            prefix.append(word)
        else:
            head = " ".join(one.folded for one in prefix)
            found.append(Word(f"{head} {word.folded}", f"{head} {word.shown}", False) if prefix else word)
            prefix = []
    return found


def _is_one(people: list[list[Word]]) -> bool:
    """Whether commas only divide the parts of one name: «Иванов, Иван Иванович», «Иванов, Иван, Иванович»."""
    total = sum(len(words) for words in people)
    if total > 4 or any(len(words) > 2 for words in people):
        return False
    surnames = sum(_leans_to_surname(word) for words in people for word in words)
    givens = sum(sure_role(word.folded) == GIVEN for words in people for word in words)
    return surnames <= 1 and givens <= 1


def _leans_to_surname(word: Word) -> bool:
    return not word.is_initial and (looks_like_surname(word.folded) or sure_role(word.folded) == SURNAME)


def _cut(words: list[Word]) -> list[Word]:
    """The first of several persons written without anything between them."""
    roles = [sure_role(word.folded) if not word.is_initial else None for word in words]
    for end in (3, 2):
        rest = words[end:]
        if len(rest) >= 2 and any(_leans_to_surname(word) for word in rest) and _is_whole(words[:end], roles[:end]):
            if end == 2 and roles[end] == PATRONYMIC:
                continue
            return words[:end]
    return words


def _is_whole(words: list[Word], roles: list[str | None]) -> bool:
    """Whether words make a full name by themselves: with a patronymic, or a surname with two initials."""
    initials = sum(word.is_initial for word in words)
    if len(words) == 3:
        return looks_like_patronymic(words[2].folded) or looks_like_patronymic(words[1].folded) or initials == 2
    return False


_PLURAL: Final = re.compile(r"(.{2,}[оеё]в|.{2,}[иы]н)ы|(.{2,}[сц]к)ие")


def _with_shared_surname(first: list[Word], people: list[list[Word]]) -> list[Word]:
    """«Иван и Мария Ивановы»: the surname of the last is of the first too."""

    def singular(word: Word) -> Word:
        plural = _PLURAL.fullmatch(word.folded)
        if plural is None:
            return word
        gender = next((given_gender(one.folded) for one in first if sure_role(one.folded) == GIVEN), MALE)
        stem = plural[1] or plural[2] + ("ий" if gender != FEMALE else "ая")
        return _word(stem + ("а" if plural[1] and gender == FEMALE else ""))

    if any(_leans_to_surname(word) or _PLURAL.fullmatch(word.folded) for word in first):
        return [singular(word) for word in first]
    last = [word for word in people[-1] if _leans_to_surname(word) or _PLURAL.fullmatch(word.folded)]
    return [*first, singular(last[-1])] if len(people) > 1 and last else first


# Weighing: every allowed order of parts gets the sum of the logarithms of its likelihoods.

_ORDERS: Final = {
    1: {"S": 0.50, "F": 0.40, "M": 0.05},
    2: {"SF": 0.62, "FS": 0.25, "FM": 0.12, "MF": 0.002, "SM": 0.005},
    3: {
        "SFM": 0.80, "FMS": 0.13, "FSM": 0.004, "MFS": 0.001, "SMF": 0.004, "MSF": 0.001, "SSF": 0.004, "FSS": 0.003,
        "SFF": 0.004, "FFS": 0.004, "FFM": 0.001,
    },
    4: {
        "SSFM": 0.2, "SFFM": 0.25, "FMSS": 0.08, "FFMS": 0.05, "SFMM": 0.2, "SFMS": 0.05, "SFFF": 0.04, "SSFF": 0.02,
        "FFSS": 0.02, "FMMS": 0.05,
    },
}  # fmt: skip
_NO_PATRONYMIC: Final = 0.004
_UNKNOWN_WEIGHT: Final = {SURNAME: 0.6, GIVEN: 0.15, PATRONYMIC: 0.03}
"""Counts that a word never met has as each part."""


def _weight(word: Word, role: str) -> float:
    """Logarithm of how likely a word is as a part of a name."""
    if word.is_initial:
        return -30.0 if role == SURNAME else -2.0
    met = counts_of(word.folded)
    is_surname, is_patronymic = looks_like_surname(word.folded), looks_like_patronymic(word.folded)
    if role == SURNAME:
        bonus = 40.0 if is_surname and not is_patronymic else 4.0 if is_patronymic else _UNKNOWN_WEIGHT[SURNAME]
        if " " in word.folded and word.folded.split(" ")[0] in _PREFIXES:
            bonus = 100.0
        return math.log((met.surname + bonus) / TOTAL_SURNAMES)
    if role == GIVEN:
        slip = 10.0 if meant(word.folded, GIVEN) else 0.0
        bonus = 0.02 if is_surname or is_patronymic else _UNKNOWN_WEIGHT[GIVEN]
        return math.log((met.given + bonus + slip) / TOTAL_GIVEN)
    if " " in word.folded and word.folded.rsplit(" ", 1)[1] in _PARTICLES:
        return math.log(1000 / TOTAL_PATRONYMICS)
    slip = 20.0 if meant(word.folded, PATRONYMIC) else 0.0
    bonus = 30.0 if is_patronymic else 0.002 if is_surname else _UNKNOWN_WEIGHT[PATRONYMIC]
    return math.log((met.patronymic + bonus + slip) / TOTAL_PATRONYMICS)


def _roles(words: list[Word]) -> str:
    """The likeliest part of each word."""
    orders = _ORDERS[len(words)]
    weights = [{role: _weight(word, role) for role in "SFM"} for word in words]

    def total(order: str) -> float:
        return math.log(orders[order]) + sum(weights[place][role] for place, role in enumerate(order))

    return max(orders, key=total)


def _weighed(words: list[Word], problems: tuple[str, ...]) -> Parts:
    if len(words) > 4:
        problems += ("extra_words",)
        words = words[:4] if not looks_like_patronymic(words[2].folded) else words[:3]
    roles = _roles(words)
    parts: dict[str, list[Word]] = {SURNAME: [], GIVEN: [], PATRONYMIC: []}
    for word, role in zip(words, roles, strict=True):
        fixed = _without_slip(word, role)
        if fixed.folded != word.folded:
            problems += ("typo_fixed",)
        parts[role].append(fixed)
    gender, conflict = _gender(parts)
    problems += _doubts(parts, conflict)
    surname, given, patronymic = (_shown(parts[role]) for role in (SURNAME, GIVEN, PATRONYMIC))
    return Parts(surname, given, patronymic, gender, 1 if set(problems) - _HARMLESS else 0, problems)


_HARMLESS: Final = frozenset({"noise", "former_surname", "diminutive", "no_patronymic"})
"""Problems that do not cast doubt on the parts."""


def _shown(words: list[Word]) -> str | None:
    return " ".join(word.shown for word in words) or None


def _without_slip(word: Word, role: str) -> Word:
    if role == SURNAME or word.is_initial or " " in word.folded or "-" in word.folded:
        return word
    right = meant(word.folded, role)
    return Word(right, title(right), False) if right else word


def _gender(parts: dict[str, list[Word]]) -> tuple[str, bool]:
    """Gender by patronymic, given name, surname in this order of trust, and whether they contradict one another."""
    shown = [
        word_gender(word.folded, role)
        for role in (PATRONYMIC, GIVEN, SURNAME)
        for word in parts[role][:1]
        if not word.is_initial
    ]
    certain = [gender for gender in shown if gender != UNKNOWN]
    return (certain[0] if certain else UNKNOWN), len(set(certain)) > 1


def _doubts(parts: dict[str, list[Word]], conflict: bool) -> tuple[str, ...]:
    """What makes a reading less than sure."""
    found: list[str] = []
    if not parts[SURNAME]:
        found.append("no_surname")
    if not parts[GIVEN]:
        found.append("no_given_name")
    if conflict:
        found.append("gender_conflict")
    if any(not word.is_initial and not _fits(word, role) for role, words in parts.items() for word in words):
        found.append("unknown_word")
    if any(full_given_name(word.shown) not in (None, word.shown) for word in parts[GIVEN]):
        found.append("diminutive")
    return tuple(found)


def _fits(word: Word, role: str) -> bool:
    """Whether a word is known as the part it was taken for."""
    met = counts_of(word.folded.split(" ")[-1] if role == SURNAME else word.folded.split(" ")[0])
    if role == SURNAME:
        return met.surname > 0 or looks_like_surname(word.folded) or looks_like_patronymic(word.folded)
    if role == GIVEN:
        return met.given > 1 or full_given_name(word.shown) is not None
    return met.patronymic > 0 or looks_like_patronymic(word.folded) or " " in word.folded
