"""Errors of life on one value: pure functions of the value and a random number."""

from __future__ import annotations

from typing import Final

from litso.demo.names import DIMINUTIVES

_ROWS: Final = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
_LATIN_ROWS: Final = ("qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,.")
_LAYOUT: Final = {ord(a): b for ru, en in zip(_ROWS, _LATIN_ROWS, strict=True) for a, b in zip(ru, en, strict=True)}
_LAYOUT_CAPITAL: Final = {ord(chr(a).upper()): b.upper() for a, b in _LAYOUT.items()}
_KEYBOARD: Final = {**_LAYOUT, **_LAYOUT_CAPITAL, ord("ё"): "`", ord("Ё"): "~"}

_NEIGHBOURS: Final = {
    letter: row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    for row in _ROWS
    for place, letter in enumerate(row)
}
_BY_EAR: Final = {"о": "а", "а": "о", "е": "и", "и": "е", "д": "т", "т": "д", "б": "п", "п": "б", "з": "с", "с": "з",
                  "г": "к", "в": "ф", "ш": "щ", "щ": "ш", "ы": "и", "я": "е", "й": "и"}  # fmt: skip
_BY_SCANNER: Final = {"О": "0", "З": "3", "Б": "6", "Ч": "4", "о": "0", "з": "3", "б": "6", "ш": "щ", "и": "н",
                      "н": "и", "п": "л", "в": "а", "е": "с", "ц": "и", "ь": "ы", "Ш": "Щ", "И": "Н", "Н": "И",
                      "П": "Л"}  # fmt: skip
_LOOK_ALIKE: Final = str.maketrans("АВЕКМНОРСТХаеорсух", "ABEKMHOPCTXaeopcyx")

_PASSPORT: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "i",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "ie", "ы": "y", "ь": "", "э": "e", "ю": "iu",
    "я": "ia",
}  # fmt: skip
_COLLOQUIAL: Final = {**_PASSPORT, "й": "y", "х": "h", "щ": "sch", "ъ": "", "ю": "yu", "я": "ya"}
_SCHEMES: Final = tuple(
    str.maketrans({**scheme, **{letter.upper(): text.capitalize() for letter, text in scheme.items()}})
    for scheme in (_PASSPORT, _COLLOQUIAL)
)

PLACEHOLDER_PHONES: Final = (9999999999, 9000000000, 1111111111, 9270000000, 1234567890)
PLACEHOLDER_EMAILS: Final = ("no@mail.ru", "net@net.ru", "noemail@mail.ru", "123@mail.ru", "mail@mail.ru", "нет")
PLACEHOLDER_BIRTHS: Final = ("1900-01-01", "1970-01-01", "1901-01-01", "1980-01-01")


def typo(value: str, chance: int) -> str:
    """One slip: a letter lost, doubled, exchanged with the next, hit beside, written by ear; never the first one."""
    letters = [place for place in range(1, len(value)) if value[place].isalpha()]
    if not letters:
        return value
    chance, place = chance // 5, letters[chance // 5 % len(letters)]
    return _slip(value, place, chance % 5, chance // 5)


def _slip(value: str, place: int, way: int, chance: int) -> str:
    letter = value[place]
    if way == 0 and len(value) > 3:
        return value[:place] + value[place + 1 :]
    if way == 1:
        return value[:place] + letter + value[place:]
    if way == 2 and place + 1 < len(value) and value[place + 1] not in (letter, " ", "-"):
        return value[:place] + value[place + 1] + letter + value[place + 2 :]
    if way == 3 and letter.lower() in _BY_EAR:
        return value[:place] + _cased(_BY_EAR[letter.lower()], letter) + value[place + 1 :]
    beside = _NEIGHBOURS.get(letter.lower(), "о")
    return value[:place] + _cased(beside[chance % len(beside)], letter) + value[place + 1 :]


def _cased(letter: str, like: str) -> str:
    return letter.upper() if like.isupper() else letter


def scanned(value: str, chance: int) -> str:
    """As a scanner reads it: one letter mistaken, or Latin letters that look the same."""
    if chance % 3 == 0:
        return value.translate(_LOOK_ALIKE)
    places = [place for place, letter in enumerate(value) if letter in _BY_SCANNER]
    if not places:
        return value.translate(_LOOK_ALIKE)
    place = places[chance // 3 % len(places)]
    return value[:place] + _BY_SCANNER[value[place]] + value[place + 1 :]


def wrong_layout(value: str, chance: int) -> str:
    """Typed with the Latin layout on: «Иванов» → «Bdfyjd»."""
    return value.translate(_KEYBOARD)


def transliterated(value: str, chance: int) -> str:
    """In Latin letters, as in a passport or as people do."""
    return value.translate(_SCHEMES[chance % 2])


def latin(value: str) -> str:
    """Lower-case Latin letters for an e-mail."""
    return value.translate(_SCHEMES[1]).lower().replace("-", "").replace("'", "")


def diminutive(value: str, chance: int) -> str:
    """«Мария» → «Маша»; the value itself where people have no short form."""
    forms = DIMINUTIVES.get(value, value).split()
    return forms[chance % len(forms)]


def digit_typo(value: str, chance: int) -> str:
    """One digit wrong, lost, or exchanged with the next."""
    places = [place for place in range(len(value)) if value[place].isdigit()]
    if not places:
        return value
    place = places[chance // 8 % len(places)]
    if chance % 8 == 0:
        return value[:place] + value[place + 1 :]
    return value[:place] + str((int(value[place]) + 1 + chance // 100 % 9) % 10) + value[place + 1 :]


def email_typo(value: str, chance: int) -> str:
    """A slip in an e-mail: in a known domain, a comma for the dot, a letter lost."""
    slips = (
        (".ru", ",ru"), ("gmail.com", "gmial.com"), ("mail.ru", "mail.ri"), ("yandex", "yandeks"),
        ("mail.ru", "mal.ru"),
        ("gmail.com", "gmail.co"), ("@", "@@"), (".ru", ".tu"), ("yandex.ru", "yadnex.ru"), (".com", ",com"),
    )  # fmt: skip
    fitting = [slip for slip in slips if slip[0] in value]
    if not fitting or chance % 3 == 0:
        place = chance // 3 % max(1, value.find("@"))
        return value[:place] + value[place + 1 :]
    wrong = fitting[chance // 3 % len(fitting)]
    return value.replace(*wrong)


def birth_typo(value: str, chance: int) -> str:
    """Another day, month or year (YYYY-MM-DD) by one digit, and still a date."""
    year, month, day = (int(part) for part in value.split("-"))
    way = chance % 3
    if way == 0:
        year += (1, -1, 10, -10)[chance // 3 % 4]
    elif way == 1:
        month = month % 12 + 1
    else:
        day = day + 1 if day < 28 else day - 10
    is_shorter = way == 1 or (month == 2 and day == 29)
    return f"{year:04d}-{month:02d}-{min(day, 28) if is_shorter else day:02d}"


def birth_swapped(value: str, chance: int) -> str:
    """Day and month exchanged (YYYY-MM-DD)."""
    year, month, day = value.split("-")
    return f"{year}-{day}-{month}"
