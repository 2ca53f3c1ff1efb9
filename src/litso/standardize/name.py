"""Names of persons: parts in any order, repaired where the language leaves one way to repair them."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from litso.standardize.bulk import columns
from litso.standardize.declension import Cases, decline
from litso.standardize.diminutives import is_diminutive
from litso.standardize.documents import is_nothing
from litso.standardize.letters import fold, tidy
from litso.standardize.lexicon import (
    GIVEN,
    MALE,
    PATRONYMIC,
    SURNAME,
    UNKNOWN,
    counts_of,
    looks_like_patronymic,
    looks_like_surname,
    slip_of,
)
from litso.standardize.name_cases import IN_NOMINATIVE, OBLIQUE
from litso.standardize.name_eastern import SURNAMES as EASTERN
from litso.standardize.name_eastern import is_syllables
from litso.standardize.name_roles import (
    LONGEST,
    LONGEST_WORD,
    PARTICLES,
    PREFIXES,
    Word,
    eastern,
    eastern_gender,
    gender_of,
    gender_without,
    is_of,
    roles,
    title,
    word_gender,
    word_of,
)
from litso.standardize.name_text import GARBAGE, NOISE, TYPO_FIXED, WEAK_PREFIXES, first_person, is_filler, simple_words


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
    """A name taken apart, without its cases; `gender` is null where there is no name."""

    surname: str | None
    given_name: str | None
    patronymic: str | None
    gender: str | None
    result: str | None
    qc: int
    problems: str | None


SCHEMA: Final = columns(Name)
PARTS_SCHEMA: Final = columns(Parts)
MAX_LENGTH: Final = 300
"""Longer cells are texts; what follows is not read."""
HARMLESS: Final = frozenset({"noise", "former_surname", "diminutive"})
"""Problems that do not cast doubt on the parts."""
DOUBTS: Final = ("no_surname", "no_given_name", "gender_conflict", "unknown_word", "diminutive")
"""What makes a reading less than sure, in the order in which it is named."""


_LETTER: Final = re.compile(r"[^\W\d_]")


def name(text: str | None) -> Name:
    """Take a name apart and decline it."""
    parts = name_parts(text)
    if parts.result is None:
        return Name(*parts[:5], None, None, None, *parts[5:])
    return Name(*parts[:5], *cases_of(*parts[:3], parts.gender or UNKNOWN), *parts[5:])


def cases_of(surname: str | None, given: str | None, patronymic: str | None, gender: str) -> Cases:
    """The three cases of a whole name; of an eastern one only the last word is declined, and only of a man's."""
    parts = (surname, given, patronymic)
    is_short = surname is not None and fold(surname) in EASTERN
    if is_short and is_eastern(" ".join(filter(None, parts))):
        line = _line(*parts)
        start = max(line.rfind(" "), line.rfind("-")) + 1
        last = line[start:]
        tails = decline(last, GIVEN, gender) if gender == MALE and _ENDS_IN_CONSONANT.search(last) else (last,) * 3
        return Cases(*(line[:start] + tail for tail in tails))
    is_fixed = is_short and not _ENDS_IN_CONSONANT.search(surname or "")  # «Ма», «Ли»
    forms = [
        (word,) * 3 if not word or (is_fixed and role == SURNAME) else decline(word, role, gender)
        for word, role in zip(parts, (SURNAME, GIVEN, PATRONYMIC), strict=True)
    ]
    return Cases(*(_line(*form) for form in zip(*forms, strict=True)))


_ENDS_IN_CONSONANT: Final = re.compile("[бвгджзйклмнпрстфхцчшщь]$")


def is_eastern(line: str) -> bool:
    """Whether a standard line is a Korean, Chinese or Vietnamese name, in which only the last word is declined."""
    words = [word_of(word) for word in line.split(" ")]
    if words[0].folded not in EASTERN or eastern(words) is None:
        return False
    return len(words) > len((SURNAME, GIVEN)) or not counts_of(words[1].folded).given


def name_parts(text: str | None) -> Parts:
    """Take a name apart: surname, given name, patronymic, gender.

    Words mean what the words beside them let them mean, and in garbage these have changed once it is printed: a name
    with particles, eastern surnames or signs that are of no name is read again until it says the same.
    """
    found = _read(text)
    if found.result is None or text is None or _is_plain(text):
        return found
    for _ in range(_READINGS):
        again = _read(found.result)
        if again.result == found.result:
            break
        found = again._replace(qc=1, problems=_joined(found.problems, again.problems, REREAD))
    return found


def _is_plain(text: str) -> bool:
    """Whether a text has only Russian letters and what stands between names, and no particles or eastern surnames."""
    return _PLAIN.fullmatch(text) is not None and _UNSTEADY.isdisjoint(_WORDS.findall(fold(text)))


_PLAIN: Final = re.compile("[а-яА-ЯёЁ .()-]*")
_UNSTEADY: Final = PARTICLES | PREFIXES | WEAK_PREFIXES | {surname for surname in EASTERN if len(surname) > 1}
_WORDS: Final = re.compile(r"\w+")
_READINGS: Final = 5
REREAD: Final = "read_again"
"""Problem of a name whose first reading did not hold."""


def _joined(*problems: str | None) -> str:
    return ";".join(dict.fromkeys(";".join(filter(None, problems)).split(";")))


def _read(text: str | None) -> Parts:
    if text is None or is_nothing(text):
        return _nothing(2, ())
    line = tidy(text[:MAX_LENGTH].replace("\n", " ; "))
    if not _LETTER.search(line):
        return _nothing(2, ("no_letters",))
    if fold(line).strip(" .-_") in GARBAGE:
        return _nothing(2, ("placeholder",))
    words, problems = simple_words(line) or first_person(line)
    if "company" in problems:
        return _nothing(1, problems)
    if all(word.folded in GARBAGE or word.folded in NOISE or is_filler(word.folded) for word in words):
        return _nothing(2, ("placeholder",))
    if all(word.is_initial for word in words):
        return _nothing(1, (*problems, "initials_only"))
    some = words[: LONGEST + 1]
    nominative = next(filter(None, (told(some) for told in IN_NOMINATIVE)), None)
    return _understood(nominative, (*problems, OBLIQUE)) if nominative else _understood(words, problems)


def _nothing(qc: int, problems: tuple[str, ...]) -> Parts:
    return Parts(None, None, None, None, None, qc, ";".join(dict.fromkeys(problems)) or None)


def _parts(
    surname: str | None, given: str | None, patronymic: str | None, gender: str, problems: tuple[str, ...]
) -> Parts:
    result = _line(surname, given, patronymic)
    qc = 0 if HARMLESS.issuperset(problems) else 1
    return Parts(surname, given, patronymic, gender, result, qc, ";".join(dict.fromkeys(problems)) or None)


def _line(surname: str | None, given: str | None, patronymic: str | None) -> str:
    """The parts in a row, initials with their full stops; «Ю», a surname, has none."""
    others = (word + "." if word and len(word) == 1 else word for word in (given, patronymic))
    return " ".join(filter(None, (surname, *others)))


def _understood(words: list[Word], problems: tuple[str, ...]) -> Parts:
    """Give every word its part, repair slips, find the gender."""
    if len(words) == LONGEST and words[-1].folded == words[0].folded:
        problems += ("extra_words",)  # the surname again
        words = words[:-1]
    if len(words) == LONGEST and any(word.is_initial for word in words):
        problems += ("extra_words",)
    if len(words) > LONGEST:
        problems += ("extra_words",)
        words = words[:3] if looks_like_patronymic(words[2].folded) else words[:LONGEST]
    parts: dict[str, list[Word]] = {SURNAME: [], GIVEN: [], PATRONYMIC: []}
    for word, role in zip(words, roles(words), strict=True):
        parts[role].append(word)
    kept = {role: _without_stray_initials(of_role, role) for role, of_role in parts.items()}
    problems += ("extra_words",) if kept != parts else ()
    parts = kept
    for role in (GIVEN, PATRONYMIC):
        if any(has_slip(word, role) for word in parts[role]):
            gender = gender_without(parts, role)
            repaired = [_without_slip(word, role, gender) for word in parts[role]]
            problems += (TYPO_FIXED,) if repaired != parts[role] else ()
            parts[role] = repaired
    gender, conflict = (eastern_gender(parts), False) if eastern(words) else gender_of(parts)
    surname, given, patronymic = (" ".join(word.shown for word in parts[role]) or None for role in parts)
    return _parts(surname, given, patronymic, gender, problems + _doubts(parts, conflict))


def _without_stray_initials(words: list[Word], role: str) -> list[Word]:
    """A surname is no initial; another part of several words has none among them, or is the first of them."""
    if len(words) == 1 and (role != SURNAME or words[0].folded in EASTERN):  # «Ю» is a surname
        return words
    return [word for word in words if not word.is_initial] or words[: role != SURNAME]


def _without_slip(word: Word, role: str, gender: str) -> Word:
    """The common name of which the word is certainly a slip, when its gender is that of the other parts."""
    right = slip_of(word.folded, role) if has_slip(word, role) else None
    if right is None or not is_of(word_gender(right, role), gender):
        return word
    return Word(right, title(right), False)


def has_slip(word: Word, role: str) -> bool:
    """Whether a word is certainly a slip of a common name in that part; surnames never are."""
    if role == SURNAME or word.is_initial or " " in word.folded or ("-" in word.folded and is_syllables(word.folded)):
        return False
    return slip_of(word.folded, role) is not None and not (role == GIVEN and is_diminutive(word.folded))


def _doubts(parts: dict[str, list[Word]], conflict: bool) -> tuple[str, ...]:
    """What makes a reading less than sure."""
    found = {
        "no_surname": not parts[SURNAME],
        "no_given_name": not parts[GIVEN],
        "gender_conflict": conflict,
        "unknown_word": not all(is_met_as(word, role) for role, words in parts.items() for word in words),
        "diminutive": any(is_diminutive(word.folded) for word in parts[GIVEN]),
    }
    return tuple(problem for problem in DOUBTS if found[problem])


def is_met_as(word: Word, role: str) -> bool:
    """Whether a word is known as that part."""
    if word.is_initial or (role == PATRONYMIC and " " in word.folded):
        return True
    last = word.folded.rsplit(" ", 1)[-1]
    if len(word.folded) > LONGEST_WORD:
        return False
    if last in PARTICLES:  # «оглы» alone, or in another part
        return False
    met = counts_of(last)
    if role == SURNAME:
        return word.folded not in PREFIXES and (
            met.surname > 0 or looks_like_surname(word.folded) or looks_like_patronymic(word.folded)
        )
    if role == GIVEN:
        is_surname = looks_like_surname(word.folded) and met.surname > 5 * met.given
        return (met.given > 1 and not is_surname) or is_diminutive(word.folded)
    return met.patronymic > 0 or looks_like_patronymic(word.folded)
