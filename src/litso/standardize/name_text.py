"""From the text of a cell to the words of the first person: letters repaired, noise and other persons set aside."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from litso.standardize import company as companies
from litso.standardize.letters import (
    capital,
    digits_to_letters,
    fold,
    latin_to_cyrillic,
    twins_to_cyrillic,
    typed_in_russian,
)
from litso.standardize.lexicon import (
    FEMALE,
    GIVEN,
    MALE,
    PATRONYMIC,
    SURNAME,
    counts_of,
    from_latin,
    given_gender,
    is_met,
    looks_like_patronymic,
    looks_like_surname,
)
from litso.standardize.name_cases import is_oblique
from litso.standardize.name_roles import LONGEST, PARTICLES, PREFIXES, Word, roles, sure_role, word_of
from litso.standardize.name_torn import untorn
from litso.standardize.wordlists import sections

_LISTS: Final = sections("name_words.txt")
GARBAGE: Final = _LISTS["garbage"]
NOISE: Final = _LISTS["noise"]
WEAK_PREFIXES: Final = _LISTS["weak_prefixes"]
TYPO_FIXED: Final = "typo_fixed"


class Found(NamedTuple):
    """Words of the first person of a cell and what was noticed on the way."""

    words: list[Word]
    problems: tuple[str, ...]


def is_known(folded: str) -> bool:
    """Whether a folded word is met in names, or ends as they do."""
    return is_met(folded) or looks_like_surname(folded) or looks_like_patronymic(folded)


_KEYBOARD: Final = "йцукенгшщзхъ фывапролджэ ячсмитьбю qwertyuiop asdfghjkl zxcvbnm"


def is_filler(folded: str) -> bool:
    """Whether a word only fills the field: one letter again and again, or neighbours on the keyboard."""
    return len(folded) > 2 and (not folded.strip(folded[0]) or (len(folded) > 3 and folded in _KEYBOARD))


# The short way: Cyrillic words and initials without anything to set aside.

SIMPLE: Final = r"[а-яА-ЯёЁ]+(?:-[а-яА-ЯёЁ]+)*(?:[. ]{1,2}[а-яА-ЯёЁ]+(?:-[а-яА-ЯёЁ]+)*){0,4}\.?"
CAMEL: Final = r"[а-яё]{2}[А-ЯЁ](?:[а-яё]|[А-ЯЁ]?(?:$|[. ]))"
"""Words written together, as «ИвановИван», «ИвановИ.И.», «ИвановИИ»."""
_IS_SIMPLE: Final = re.compile(SIMPLE)
_IS_CAMEL: Final = re.compile(CAMEL)
_PIECE: Final = re.compile(r"[а-яА-ЯёЁ]+(?:-[а-яА-ЯёЁ]+)*")
_SPECIAL: Final = NOISE | GARBAGE | PARTICLES | PREFIXES | WEAK_PREFIXES | companies.telling_words()


def simple_words(line: str) -> Found | None:
    """Words of a cell that holds nothing but one name; None when it may hold more."""
    if _IS_SIMPLE.fullmatch(line) is None or _IS_CAMEL.search(line):
        return None
    written = _PIECE.findall(line)
    words = [word_of(piece) for piece in written]
    if "и" in written or not all(map(is_ordinary, words)):
        return None
    pieces = untorn(written)
    words = _with_initials(words if pieces == written else [word_of(piece) for piece in pieces], pieces)
    initials = sum(word.is_initial for word in words)
    if not 2 <= len(words) <= LONGEST or initials > 2 or (initials == 2 and len(words) == LONGEST):
        return None
    return Found(words, (TYPO_FIXED,) if pieces != written else ())


def is_ordinary(word: Word) -> bool:
    """Whether a word has no meaning but that of a name, and is not in another case."""
    folded = word.folded
    return word.is_initial or not (
        folded.replace("-", "") in _SPECIAL or folded[-2:-1] == "-" or is_filler(folded) or is_oblique(folded)
    )


# The long way.


def first_person(line: str) -> Found:
    """Words of the first person of any cell. No words when it holds none; the problem `company` when it names one."""
    line, has_asides = _without_asides(line)
    line, problems = _right_letters(line)
    problems += ["noise"] if has_asides else []
    if companies.is_company(_BETWEEN.sub(" ", _LOOSE_HYPHEN.sub(" ", line))) and not _is_person_after_all(line):
        return Found([], (*problems, "company"))
    line, noise = _without_noise(line)
    words, others = _first_of_several(line)
    return Found(words, (*problems, *noise, *others))


_ASIDES: Final = re.compile(
    r"[\w.+-]+@[\w.-]+|\bс\s+(?:семь[её]й|сыном|дочерью|детьми|мужем|женой)\b|(?<!\w)[IVX]{2,4}(?!\w)|(?<=\w{3})\s+б\.\s?о\.?$"
    r"|(?<=\s)(?:урожд\w*\.?|девичья(?:\s+фамилия)?|до\s+брака|ранее|бывшая|дев\.)\s+[\w-]{3,}",
    re.IGNORECASE,
)
_HAS_ASIDE: Final = re.compile(r"@|\bс\s|[ivx]{2}|б\.|урожд|девич|брака|ранее|бывш|дев\.")
"""E-mails, company («с семьёй»), numbers of namesakes («II»), and «б. о.» for a patronymic that is not there."""


def _without_asides(line: str) -> tuple[str, bool]:
    """The line without what is beside a name in letters of its own; only where words of a name stand in Cyrillic."""
    if not _HAS_ASIDE.search(line.lower()) or not _CYRILLIC.search(line):
        return line, False
    cleaned = _ASIDES.sub(" ", line)
    return (cleaned, True) if cleaned != line and _CYRILLIC.search(cleaned) else (line, False)


_LOOSE_HYPHEN: Final = re.compile(r"(?<!\w)-+|-+(?!\w)")
_LATIN: Final = re.compile("[a-zA-Z]")
_CYRILLIC: Final = re.compile("[а-яА-ЯёЁ]")
_UKRAINIAN: Final = str.maketrans("іІїЇєЄґҐ", "иИиИеЕгГ")
_OTHER_DIGIT: Final = re.compile(r"(?![0-9])\d")
_DIGIT: Final = re.compile(r"[0-9]")
_DIGITS_INSIDE: Final = re.compile(r"(?=[\w-]*[0-9])(?=[\w-]*[а-яё])[\w-]{3,}", re.IGNORECASE)
_LATIN_INITIAL: Final = re.compile(r"(?<!\S)([a-zA-Z`,;'\[\]])\.(?=\s|$)")
_LATIN_WORD: Final = re.compile(r"[a-zA-Z][a-zA-Z'’`]*")


def _right_letters(line: str) -> tuple[str, list[str]]:
    """Cyrillic letters for look-alikes, digits, the other layout and romanization."""
    problems: list[str] = []
    line = _SPACED.sub(_written_together, _OTHER_DIGIT.sub(" ", line.translate(_UKRAINIAN)))
    if _LATIN.search(line):
        line, problem = _from_latin_letters(line)
        problems.append(problem)
    fixed = _DIGITS_INSIDE.sub(_digits_fixed, line) if _DIGIT.search(line) else line
    return fixed, problems + (["digits_in_letters"] if fixed != line else [])


_SPACED: Final = re.compile(r"(?<!\S)[^\W\d_](?: [^\W\d_]){3,}(?!\S)")


def _written_together(found: re.Match[str]) -> str:
    """«и в а н о в» is one word where that is known."""
    word = found[0].replace(" ", "")
    return word if is_known(fold(word)) else found[0]


def _digits_fixed(found: re.Match[str]) -> str:
    """Letters for digits where that makes a word of names; digits beside a word that is one already fall away."""
    without = re.sub(r"[0-9_]+", " ", found[0]).strip(" -")
    word = digits_to_letters(found[0].lower())
    if word.replace("-", "").isalpha() and (is_known(fold(word)) or not is_known(fold(without))):
        return word
    return without


def _from_latin_letters(line: str) -> tuple[str, str]:
    """The line in Cyrillic, and how it came to be in Latin letters; `latin` where it stays so."""
    if _CYRILLIC.search(line):
        fixed = re.sub(r"[^\W\d_]+", lambda found: _twins(found[0]), line)
        return fixed, "latin" if _LATIN.search(fixed) else "look_alikes"
    twins = twins_to_cyrillic(line)
    if not _LATIN.search(twins) and any(is_known(fold(word)) for word in re.findall(r"\w{2,}", twins)):
        return twins, "look_alikes"
    romanized, known = _from_romanization(line)
    typed = typed_in_russian(_LATIN_INITIAL.sub(r"\1 ", line))
    typed_words = re.findall(r"[а-яё-]{3,}", fold(typed))
    typed_known = sum(map(is_known, typed_words))
    if typed_known > known and typed_known * 2 > len(typed_words) and not _LATIN.search(typed):
        return typed, "wrong_layout"
    whole = len(re.findall(r"[a-zA-Z'`-]{2,}", line))
    return (romanized, "transliterated") if known and known * 2 >= whole else (line, "latin")


def _twins(word: str) -> str:
    """A word in Cyrillic when all its Latin letters have twins there."""
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
        met, ruled = from_latin(word), latin_to_cyrillic(word)
        known += bool(met or looks_like_surname(fold(ruled)) or looks_like_patronymic(fold(ruled)))
        return met or ruled

    return _LATIN_WORD.sub(cyrillic, line), known


_PHONE_OR_NUMBER: Final = re.compile(
    r"[+(]*[0-9][0-9\s()+\-.]{3,}[0-9]|(?<![^\W\d_])[0-9]+(?:[.,/\\-][0-9]+)*(?![^\W\d_])|(?<=[^\W\d_])[0-9]+(?![\w])"
)
_BRACKETS: Final = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}")
_LABEL: Final = re.compile(r"\b(?:ф\.?\s?и\.?\s?о\.?|фамилия,?\s+имя,?\s+отчество|имя)\s*[:=]\s*", re.IGNORECASE)
_SHORT_WORDS: Final = re.compile(
    r"(?<!\w)(?:т|тел|моб|сот|дом|раб|м|лс|кв|д)\.?:?\s*(?=[+(]*[0-9])|(?<!\w)(?:г-н|г-жа|гр-н|гр-ка|гр-ну|гр-ке|гр-на|л/с|и/п|б/о|т/ф|кв/с|гр\.|г\.\s?р\.|д\.\s?р\.|и\.п\.|кв\.|тел\.|д\.)\s*"
    r"(?=[^\W\d_]{2}|[0-9]|$)",
    re.IGNORECASE,
)


def _without_noise(line: str) -> tuple[str, list[str]]:
    """Numbers, brackets, labels and e-mails set aside."""
    problems = [bracketed(next(filter(None, found.groups()), "")) for found in _BRACKETS.finditer(line)]
    line = _BRACKETS.sub(" ", _LABEL.sub(" ", line))
    cleaned = _PHONE_OR_NUMBER.sub(" ", _SHORT_WORDS.sub(" ", line))
    return cleaned, [*filter(None, problems), *(["noise"] if cleaned != line else [])]


def bracketed(inside: str) -> str | None:
    """What brackets beside a name hold."""
    words = [word for word in re.findall(r"[а-яё-]+", fold(inside)) if word not in NOISE]
    if not words:
        return "noise" if inside.strip() else None
    return "former_surname" if all(map(looks_like_surname, words)) else "noise"


def _is_person_after_all(line: str) -> bool:
    """Whether a line with a word of organizations is a person's name: a patronymic in it tells."""
    if '"' in line or "«" in line:
        return False
    folded = [fold(word) for word in re.findall(r"[^\W\d_]+", line)]
    return any(counts_of(word).patronymic >= 20 and looks_like_patronymic(word) for word in folded)


_SPLIT: Final = re.compile(r"[,;/+&|\n]|\s(?:и|and)\s", re.IGNORECASE)
_HYPHEN: Final = re.compile(r"(?<=[^\W\d_])(?:\s+-\s*|-\s+)(?=([^\W\d_]+))")
_TORN: Final = re.compile(
    r"(?<!\w)(и)\s+(ван|горь|лья|рина|нна|ннокентий|ван\w*(?:ич|вна)|льи\w+|горе\w+)(?!\w)", re.IGNORECASE
)


def _first_of_several(line: str) -> Found:
    """Words of the first person; signs that only divide the parts of one name do not make several persons."""
    line = _TORN.sub(r"\1\2", _HYPHEN.sub(_hyphen, line))
    segments = [_words(part) for part in _SPLIT.split(line)]
    problems = tuple(dict.fromkeys(problem for _, found in segments for problem in found))
    people = [words for words, _ in segments if words]
    if not people:
        return Found([], problems)
    if len(people) > 1 and _is_one(people):
        people = [[word for words in people for word in words]]
    first = _cut(people[0])
    if len(people) == 1 and len(first) == len(people[0]):
        return Found(first, problems)
    return Found(_with_shared_surname(first, people), (*problems, "several_persons"))


def _hyphen(found: re.Match[str]) -> str:
    """The hyphen of a double name; a dash before a remark («- сын») or a patronymic only divides."""
    word = fold(found[1])
    return " " if word in NOISE or sure_role(word) == PATRONYMIC else "-"


_BETWEEN: Final = re.compile(r"(?<=[а-яё]{2})(?=[А-ЯЁ](?:[а-яё]|[А-ЯЁ]?(?![^\W_])))|(?<=[а-яё]{2})-(?=[А-ЯЁ]\.)")
_INITIALS: Final = re.compile(r"(?<![^\W_])([^\W\d_])\s*\.")
_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|['’`](?=[^\W\d_]))*(?:-[^\W\d_](?:[^\W\d_]|['’`](?=[^\W\d_]))*)*")


def _words(part: str) -> tuple[list[Word], tuple[str, ...]]:
    """Words of a segment without noise, and what was noticed."""
    found = _WORD.findall(_INITIALS.sub(r"\1 . ", _BETWEEN.sub(" ", part)))
    telling = [piece for piece in found if fold(piece).replace("-", "") not in NOISE]
    pieces = untorn(telling)
    problems = (("noise",) if len(telling) < len(found) else ()) + ((TYPO_FIXED,) if pieces != telling else ())
    kept = [word_of(piece) for piece in pieces]
    apart = [piece for word in kept for piece in _pulled_apart(word, len(kept))]
    small = {piece for piece in pieces if piece.islower()}
    return joined(_with_initials(apart, pieces), small), problems


def _with_initials(words: list[Word], pieces: list[str]) -> list[Word]:
    """Two letters beside a longer word may be initials: «Иванов ИИ», «иванов вп», but «Ким Ен»."""
    if all(len(word.folded) <= 2 for word in words):
        return words
    capitals = {fold(piece) for piece in pieces if piece.isupper()} if not all(map(str.isupper, pieces)) else set()
    if any(looks_like_surname(word.folded) for word in words):  # no Korean name
        capitals |= {word.folded for word in words if len(word.folded) == 2}
    return [
        piece
        for word in words
        for piece in (_letters(word) if is_pair(word) and _is_two(word.folded, capitals) else (word,))
    ]


def is_pair(word: Word) -> bool:
    """Whether a word has two letters and is not known in names."""
    return len(word.folded) == 2 and not is_known(word.folded)


def _is_two(folded: str, capitals: set[str]) -> bool:
    """Whether two letters are two initials: both vowels, both consonants, or capitals in a text that has small ones."""
    return folded in capitals or (folded[0] in _VOWELS) == (folded[1] in _VOWELS)


_VOWELS: Final = frozenset("аеиоуыэюя")


def _letters(word: Word) -> list[Word]:
    return [Word(letter, capital(letter), True) for letter in word.folded]


def _pulled_apart(word: Word, total: int) -> list[Word]:
    """«ивановиваниванович» typed without spaces: taken apart from the end when every piece is known."""
    if total > 1 or not 12 <= len(word.folded) <= 60 or "-" in word.folded or is_met(word.folded):
        return [word]
    for cut in range(len(word.folded) - 6, 5, -1):
        tail, head = word.folded[cut:], word.folded[:cut]
        if sure_role(tail) == PATRONYMIC:
            for middle in range(cut - 3, 2, -1):
                if sure_role(head[middle:]) == GIVEN and looks_like_surname(head[:middle]):
                    return [word_of(piece) for piece in (head[:middle], head[middle:], tail)]
    return [word]


def joined(words: list[Word], small: set[str]) -> list[Word]:
    """Particles with the words they belong to: «Али оглы», «фон Бок»; one that belongs to none falls away.

    `small` are the words written in small letters.
    """
    found: list[Word] = []
    prefix: list[str] = []
    are_small = all(word.folded in small or word.shown.lower() in small for word in words)
    for place, word in enumerate(words):
        is_last = place == len(words) - 1
        is_before_prefix = not is_last and words[place + 1].folded in PREFIXES  # «Ван дер Берг»
        is_weak = word.folded in WEAK_PREFIXES and (is_before_prefix or (word.folded in small and not are_small))
        if word.folded in PARTICLES and found and not found[-1].is_initial and not prefix:
            if found[-1].folded.rpartition(" ")[2] not in PARTICLES:  # once is enough
                found[-1] = _together([found[-1].shown], word.folded)
        elif not is_last and not word.is_initial and (is_weak or _is_prefix(words, place)):
            if word.folded not in prefix:  # once is enough
                prefix.append(word.folded)
        else:
            others = [one for one in prefix if one != word.folded]
            found.append(_together(others, word.shown) if others and not word.is_initial else word)
            prefix = []
    return found if len(found) < 2 or found[-1].folded not in PREFIXES else found[:-1]


def _is_prefix(words: list[Word], place: int) -> bool:
    """Whether a word belongs to the surname behind it; before a given name and a patronymic it is one itself: «Дё»."""
    if words[place].folded not in PREFIXES:
        return False
    behind = words[place + 1 :]
    is_whole = len(behind) == len((GIVEN, PATRONYMIC)) and looks_like_patronymic(behind[1].folded)
    return not (is_whole and sure_role(behind[0].folded) == GIVEN)


def _together(head: list[str], tail: str) -> Word:
    text = " ".join([*head, tail])
    return Word(fold(text), text, False)


def _is_one(people: list[list[Word]]) -> bool:
    """Whether commas only divide the parts of one name: «Иванов, Иван Иванович», «Иванов, Иван, Иванович»."""
    if sum(map(len, people)) > 4 or any(len(words) > 2 for words in people[:-1]) or len(people[-1]) > 3:
        return False
    surnames = sum(leans_to_surname(word) for words in people for word in words)
    givens = sum(sure_role(word.folded) == GIVEN for words in people for word in words)
    return surnames <= 1 and givens <= 1


def leans_to_surname(word: Word) -> bool:
    """Whether a word is a surname rather than anything else."""
    if word.is_initial or looks_like_patronymic(word.folded):
        return False
    return sure_role(word.folded) == SURNAME or (looks_like_surname(word.folded) and sure_role(word.folded) is None)


def _cut(words: list[Word]) -> list[Word]:
    """The first of several persons written without anything between them."""
    rest = words[3:]
    if len(rest) >= 2 and any(map(leans_to_surname, rest)) and _is_whole(words[:3]):
        return words[:3]
    return words


def _is_whole(words: list[Word]) -> bool:
    """Whether three words make a full name by themselves: with a patronymic, or with two initials."""
    tells = looks_like_patronymic(words[2].folded) or looks_like_patronymic(words[1].folded)
    return tells or sum(word.is_initial for word in words) == 2


_PLURAL: Final = re.compile(r"(.{2,}[оеё]в|.{2,}[иы]н)ы|(.{2,}[сц]к)ие")


def _with_shared_surname(first: list[Word], people: list[list[Word]]) -> list[Word]:
    """«Иван и Мария Ивановы»: the surname of the last person is of the first too."""
    if any(leans_to_surname(word) or _PLURAL.fullmatch(word.folded) for word in first):
        return [_singular(word, first) for word in first]
    if len(people) == 1 or SURNAME in roles(first[:LONGEST]):
        return first
    last = [word for word in people[-1] if leans_to_surname(word) or _PLURAL.fullmatch(word.folded)]
    return [*first, _singular(last[-1], first)] if last else first


def _singular(word: Word, person: list[Word]) -> Word:
    """«Ивановы» as the surname of one person."""
    plural = _PLURAL.fullmatch(word.folded)
    if plural is None:
        return word
    genders = [given_gender(one.folded) for one in person if sure_role(one.folded) == GIVEN]
    is_female = (genders or [MALE])[0] == FEMALE
    if plural[1]:
        return word_of(plural[1] + ("а" if is_female else ""))
    return word_of(plural[2] + ("ая" if is_female else "ий"))
