"""E-mail addresses: repaired when there is one way to repair them, typed by domain and mailbox."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

import polars as pl

from litso.standardize.bulk import by_distinct, columns, weave
from litso.standardize.documents import is_nothing
from litso.standardize.letters import tidy, twins_to_latin, typed_in_latin
from litso.standardize.wordlists import sections


class Email(NamedTuple):
    """`type` PERSONAL, CORPORATE, ROLE or DISPOSABLE.

    `qc` 0 right, 1 wrong or several in the cell, 2 empty or a known placeholder, 3 disposable, 4 repaired.
    """

    email: str | None
    local: str | None
    domain: str | None
    type: str | None
    qc: int
    problems: str | None


class Domain(NamedTuple):
    """A domain as it should be: repaired, typed; `problem` names the repair or what is wrong with it."""

    name: str
    type: str
    is_right: bool
    problem: str | None


SCHEMA: Final = columns(Email)
NOTHING: Final = Email(None, None, None, None, 2, None)
PERSONAL: Final = "PERSONAL"
CORPORATE: Final = "CORPORATE"
ROLE: Final = "ROLE"
DISPOSABLE: Final = "DISPOSABLE"


def lists() -> Mapping[str, frozenset[str]]:
    """Lists of `data/email.txt`."""
    return sections("email.txt")


_LOCAL: Final = re.compile(r"[^\s@\"(),:;<>\[\]\\.\x00-\x1f]+(?:\.[^\s@\"(),:;<>\[\]\\.\x00-\x1f]+)*")
_LABEL: Final = re.compile(r"[^\W_](?:[^\W_]|-(?=.*[^\W_]))*")
_TOP: Final = re.compile(r"[^\W\d_]{2,24}|xn--[a-z0-9-]{2,58}", re.UNICODE)
_QUOTED: Final = re.compile(r"\"(?:[^\"\\\x00-\x1f]|\\.)+\"")
_SPACED_AT: Final = re.compile(r"\s*(?:\((?:at|а|a|собака|эт)\)|\[(?:at|собака)\]|\{at\}|\s(?:at|собака|эт)\s|@)\s*")
_SPACED_DOT: Final = re.compile(r"\s*(?:\((?:dot|точка)\)|\[(?:dot|точка)\]|\s(?:dot|точка)\s)\s*")
_LABELS: Final = re.compile(
    r"^(?:e-?mail|mail|почта|эл\.?\s*почта|электронная почта|адрес|mailto|имейл|емейл|мейл)\s*[:=]\s*"
)
_SEPARATORS: Final = re.compile(r"[;|\n\r\t]+|,\s+|\s+(?:и|или|or|and)\s+|,(?=[^,@]+@)|\s+(?=[^\s@]+@)|/(?=[^/@]+@)")


def email(text: str | None) -> Email:
    """The address in a cell; of several the first right one, with `qc` 1 and the problem `several`."""
    found = emails(text)
    if len(found) < 2:
        return found[0] if found else NOTHING
    best = next((one for one in found if one.qc in (0, 3, 4)), found[0])
    return best._replace(qc=1, problems=";".join(filter(None, ("several", best.problems))))


def emails(text: str | None) -> list[Email]:
    """All addresses of a cell, without repeats, in their order."""
    if is_nothing(text):
        return []
    lowered = tidy_keeping_lines(text or "").lower()
    whole = _LABELS.sub("", lowered)
    parts = [whole] if _QUOTED.match(whole) else list(_split(whole))
    found = [_settled(part) for part in parts]
    if "".join(lowered.split()) != "".join((text or "").lower().split()):
        found = [_noted_as_repaired(one) for one in found]  # signs of other alphabets became plain ones
    return list(dict.fromkeys(found))


def _noted_as_repaired(one: Email) -> Email:
    return one._replace(qc=4, problems="repaired") if one.qc == 0 else one


_READINGS: Final = 3


def _settled(text: str) -> Email:
    """One address; one that had to be repaired is read again, as it is then, until it says the same: «мейл;ru» is
    «мейл.ru» first, and then `mail.ru`."""
    found = _one(text)
    for _ in range(_READINGS):
        if found.qc != 4 or found.email is None:
            break
        again = _one(found.email)
        if again.email == found.email:
            break
        found = _noted_as_repaired(again)
    return found


_NUMBER_WITH_STOP: Final = re.compile("[\u2488-\u249b]")
"""«⒈», one sign: two when it is made plain, and a domain of one label more."""


def tidy_keeping_lines(text: str) -> str:
    """Tidy each line of a cell by itself."""
    return "\n".join(filter(None, (tidy(line) for line in _NUMBER_WITH_STOP.sub("\ufffd", text).splitlines())))


def _with_plain_signs(line: str) -> str:
    """The line with «@» and «.» for the words and brackets that stand for them, and no spaces about them."""
    if _BLANK_OR_BRACKET.search(line.strip()) is None:
        return line
    return _SPACED_DOT.sub(".", _SPACED_AT.sub("@", line))


_BLANK_OR_BRACKET: Final = re.compile(r"[\s(\[{]")


def _split(line: str) -> Iterator[str]:
    spaced = _with_plain_signs(line)
    if spaced.count("@") < 2:
        yield " ".join(line.split())
        return
    for part in _SEPARATORS.split(spaced):
        if part.strip(" .,;<>()"):
            yield part


def _one(text: str) -> Email:
    """One address: as it is, then repaired."""
    named = _NAMED.fullmatch(text)
    line = (named[1] if named else text).strip(" '`«»()[]{},;:|")
    line = _DOUBLED.sub(r"\1", line) if line.count("@") == 2 else line
    line, is_extracted = _extracted(re.sub(r"^mailto:", "", line))
    quoted = _QUOTED.match(line)
    if quoted and line[quoted.end() : quoted.end() + 1] == "@":
        return _typed(quoted[0], line[quoted.end() + 1 :], None)
    repaired = _repair(line.strip('"'))
    if is_placeholder(repaired):
        return NOTHING._replace(problems="placeholder")
    local, at, domain = repaired.rpartition("@")
    if not at or not local or not domain:
        return _broken("no_at_sign" if "@" not in repaired else "no_mailbox" if not local else "no_domain")
    if " " in local:
        return _broken("space_in_mailbox")
    return _typed(local, domain, None if repaired == line and not is_extracted else "repaired")


_NAMED: Final = re.compile(r"\s*(?:\"[^\"]*\"|[^<>@\".,;:()]+)\s*<([^<>@]+@[^<>@]+)>\s*")
"""An address behind the name of its owner, as mail programs write it."""
_ADDRESS: Final = re.compile(
    r"(?:(?<![^\s<(\[,;:])|(?<=://))[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*"
    r"@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?![^\s>)\],;:])"
)
_WORD_BEFORE: Final = re.compile(r"[a-z0-9._-]+[\s,]*$")
_OWN_WORDS: Final = re.compile(r"(?:e-?mail|mail|pochta|adres)\s*$")


def _extracted(line: str) -> tuple[str, bool]:
    """The one whole address among other words; a Latin word right before it may be a part of it, so nothing then."""
    found = list(_ADDRESS.finditer(line))
    if len(found) != 1 or line.count("@") != 1 or found[0][0] == line:
        return line, False
    before = line[: found[0].start()]
    if _WORD_BEFORE.search(before) and not _OWN_WORDS.search(before):
        return line, False
    rest = line[found[0].end() :]
    return (line, False) if re.match(r"\s*[,/]?\s*(?:ru|com|net|org)\b", rest) else (found[0][0], True)


def _broken(problem: str) -> Email:
    return Email(None, None, None, None, 1, problem)


def _repair(line: str) -> str:
    """The line with an at-sign and without spaces, when the way is clear."""
    line = _with_plain_signs(f" {line} ").strip()
    line = line.replace(" ", "") if " " in line and _LETTERS_APART.fullmatch(line) else line
    if not line.isascii() and re.search("[а-яё]", line):
        line = _from_russian_keys(line)
    line = re.sub(r"@[@\s]*@|@[\s#\"']+|[\"]@", "@", line)
    line = _SPLIT_DOMAIN.sub(r"@\1.\2", _TWICE.sub(r"\1", line))
    if "@" not in line:
        line = _find_at(line)
    local, at, domain = line.rpartition("@")
    if not at:
        return line
    domain = re.sub(r"\s*[,/:;.][,/:;.\s]*", ".", domain.strip(" .,;/\\"))
    if " " in domain:
        together, dotted = domain.replace(" ", ""), domain.replace(" ", ".")
        domain = next((one for one in (together, dotted) if _is_known(one)), domain)
    mailbox = _SPACE_BY_SIGN.sub("", local).strip(",;: ")
    return (_SITE.sub("", mailbox) or mailbox) + at + domain


_DOUBLED: Final = re.compile(r"^([^@\s]+@[^@\s]+?)\1$")
"""A whole address twice without anything between: the field was filled again."""
_LETTERS_APART: Final = re.compile(r"(?:[^\s@] ){3,}[^\s@]@[^\s@](?: [^\s@])+")
_SITE: Final = re.compile(r"^(?:www\.)+")
"""What sites begin with, and mailboxes do not."""
_TWICE: Final = re.compile(r"(@[^@\s]+)\1$")
_SPLIT_DOMAIN: Final = re.compile(r"@([a-z-]+)@(ru|com)$")
_SPACE_BY_SIGN: Final = re.compile(r"\s+(?=[._+-]|[0-9]+$|$)|(?<=[._+-])\s+")
"""Blanks that cannot divide two words: beside a sign, before the last digits, at the end."""


_CYRILLIC_ADDRESS: Final = re.compile(
    r"[^@]+@[а-яё0-9-]+(?:\.[а-яё0-9-]+)*\.(?:рф|рус|москва|дети|онлайн|сайт|орг|бел|укр|қаз)"
)


def _from_russian_keys(line: str) -> str:
    """Undo the Russian layout («шмфт"ьфшд.кг») or Cyrillic look-alikes; what may be meant so stays."""
    if _CYRILLIC_ADDRESS.fullmatch(line):
        return line
    local, at, domain = line.rpartition("@")
    if (told := _spoken(domain)) and local.isascii():
        return local + at + told
    candidates = [twins_to_latin(line)]
    if not at or not domain.isascii() or _is_gibberish(local):
        candidates.append((typed_in_latin(local) + at + typed_in_latin(domain)).strip("`'[]{}"))
    fitting = (one for one in candidates if one.isascii() and _is_known(one.replace('"', "@").rpartition("@")[2]))
    twins = twins_to_latin(line)
    return next(fitting, twins if twins.isascii() else line)


_SPOKEN: Final = {
    "мейл": "mail", "мэйл": "mail", "маил": "mail", "майл": "mail", "яндекс": "yandex", "рамблер": "rambler",
    "джимейл": "gmail", "гмайл": "gmail", "гмаил": "gmail", "инбокс": "inbox", "аутлук": "outlook",
}  # fmt: skip
_SPOKEN_TOPS: Final = {"ру": "ru", "ком": "com"}


def _spoken(domain: str) -> str | None:
    """A well-known mail domain written as it is spoken: «мейл.ру», «mail.ру»; None for others."""
    base, _, top = re.sub(r"[.,\s]+", ".", domain.strip(" .,")).rpartition(".")
    name = f"{_SPOKEN.get(base, base)}.{_SPOKEN_TOPS.get(top, top)}"
    return name if name in lists()["common"] else None


def _is_gibberish(word: str) -> bool:
    """Whether letters have too few vowels to be words in Cyrillic: «шмфтщм» is `ivanov` on the other keys."""
    letters = re.findall("[а-яё]", word)
    return len(letters) > 3 and 5 * sum(letter in "аеёиоуыэюя" for letter in letters) < len(letters)


def _is_known(domain: str) -> bool:
    """Whether a domain is a well-known one, or a slip of one."""
    name = domain_of(re.sub(r"[,/\s]+", ".", domain.strip(" .,"))).name
    return name in lists()["free"] or name in lists()["corporate"]


def _find_at(line: str) -> str:
    """Put the at-sign before a known mail domain: «ivanov mail.ru», «ivanov"mail.ru», «ivanov2mail.ru» stays."""
    found = re.fullmatch(r"([a-z0-9._-]{2,})[\s\"#№*&]+([a-z0-9-]+(?:[.,/][a-z]{2,6}))", line)
    if found and _is_known(found[2]):
        return f"{found[1]}@{found[2]}"
    return line


_DENIAL: Final = re.compile(r"(?:нет|не|без|нету)\s+[а-яё]+")


def is_placeholder(line: str) -> bool:
    """Whether an address only fills a compulsory field: `no@mail.ru`, `net@net.ru`, `111@111.ru`."""
    local, at, domain = line.rpartition("@")
    if not at:
        return line in lists()["empty"] or _DENIAL.match(line) is not None
    first = domain.split(".")[0]
    if local in lists()["nobody"] or (len(set(local)) == 1 and len(local) > 2 and local[0] in "0123456789x-_."):
        return True
    return local == first and (local in lists()["fillers"] or len(set(local)) == 1 or local.isdigit())


def _typed(local: str, domain: str, problem: str | None) -> Email:
    found = domain_of(domain)
    address = f"{local}@{found.name}"
    problems = ";".join(dict.fromkeys(filter(None, (problem, found.problem)))) or None
    right_local = _LOCAL.fullmatch(local) is not None or _QUOTED.fullmatch(local) is not None
    right_local &= local.isascii() or not found.name.isascii() or found.type != PERSONAL
    if not right_local and found.is_right and _LOCAL.fullmatch(local.strip(".").replace("..", ".")) and "." in local:
        local = re.sub(r"\.{2,}", ".", local)
        return Email(f"{local}@{found.name}", local, found.name, None, 1, "wrong_mailbox")
    if not right_local or not found.is_right or len(local.encode()) > 64 or len(address.encode()) > 254:
        wrong = found.problem if right_local and not found.is_right else "wrong_mailbox"
        return _broken(wrong or "too_long")
    if found.type == DISPOSABLE:
        return Email(address, local, found.name, DISPOSABLE, 3, ";".join(filter(None, ("disposable", problems))))
    kind = ROLE if local.split("+")[0] in lists()["role"] else found.type
    return Email(address, local, found.name, kind, 4 if problems else 0, problems)


@lru_cache(maxsize=65536)
def domain_of(domain: str) -> Domain:
    """Check, repair and type one domain, lower-case."""
    known = lists()
    name = _unicode(domain)
    repaired = _repaired_domain(name)
    problem = None if repaired == name else "domain_repaired"
    if not _is_domain(repaired) or not _is_readable(repaired):
        return Domain(repaired, CORPORATE, False, "wrong_domain")
    if not known["disposable"].isdisjoint(_with_parents(repaired)):
        return Domain(repaired, DISPOSABLE, True, problem)
    return Domain(repaired, PERSONAL if repaired in known["free"] else CORPORATE, True, problem)


def _with_parents(domain: str) -> Iterator[str]:
    """A domain and those it belongs to: `a.b.ru`, `b.ru`, `ru`."""
    while domain:
        yield domain
        domain = domain.partition(".")[2]


def _unicode(domain: str) -> str:
    """International names in their letters: `xn--80a1acny.xn--p1ai` is «почта.рф»."""
    if "xn--" not in domain:
        return domain
    try:
        found = ".".join(
            label[4:].encode("ascii").decode("punycode").lower() if label.startswith("xn--") else label
            for label in domain.split(".")
        )
    except (UnicodeError, ValueError):
        return domain
    is_plain = tidy(found).lower() == found and not twins_to_latin(found).isascii()
    return found if is_plain else domain  # what only looks Latin, or would be written otherwise, stays as it was


def _is_domain(name: str) -> bool:
    labels = name.split(".")
    if len(labels) < 2 or not _TOP.fullmatch(labels[-1]) or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    sizes = [len(label) if label.isascii() else len(label.encode("punycode")) + 4 for label in labels]
    return max(sizes) <= 63 and sum(sizes) + len(sizes) - 1 <= 253


_CYRILLIC_TOPS: Final = frozenset(
    "рф рус москва дети онлайн сайт орг ком бел укр қаз мон срб мкд ею бг католик".split()  # noqa: SIM905
)


def _is_readable(name: str) -> bool:
    """Whether a Cyrillic top domain is a real one, and no label mixes what is read from the left and from the right."""
    if name.isascii():
        return True
    labels = name.split(".")
    if re.search("[а-яё]", labels[-1]) and labels[-1] not in _CYRILLIC_TOPS:
        return False
    directions = [[unicodedata.bidirectional(sign) for sign in label] for label in labels]
    if not any(direction in ("R", "AL") for label in directions for direction in label):
        return True
    return all(
        label[0] in ("L", "R", "AL") and not {"L", "R"} <= set(label) and not {"L", "AL"} <= set(label)
        for label in directions
    )


_WRONG_TOPS: Final = {
    "con": "com", "cim": "com", "comm": "com", "cpm": "com", "vom": "com", "xom": "com", "ocm": "com", "om": "com",
    "ry": "ru", "tu": "ru", "ri": "ru", "rru": "ru", "ruu": "ru", "ur": "ru", "ru1": "ru", "tru": "ru", "r": "ru",
    "u": "ru", "rh": "ru", "rn": "ru", "ey": "ru", "rut": "ru", "rus": "ru", "rur": "ru", "rub": "ru", "rux": "ru",
    "ruy": "ru", "pu": "ru", "ru2": "ru", "com1": "com", "com2": "com", "ruru": "ru", "comcom": "com", "eru": "ru",
    "ryu": "ru", "co": "com", "cm": "com", "cmo": "com", "coom": "com", "comn": "com",
}  # fmt: skip
"""Top domains typed wrong. Some exist (`tu` once did), so they count only behind a well-known mail name."""


def _repaired_domain(name: str) -> str:
    """A domain one slip away from a well-known mail domain becomes it; other domains stay as they are."""
    known = lists()
    if name in known["free"] or name in known["protected"] or name in known["disposable"]:
        return name
    base, dot, top = name.rpartition(".")
    if dot and top in _WRONG_TOPS and f"{base}.{_WRONG_TOPS[top]}" in known["free"]:
        return f"{base}.{_WRONG_TOPS[top]}"
    if base in known["common"] and top in ("ru", "com"):
        return base  # «yandex.ru.ru»
    return _slips().get(name, name)


@lru_cache(maxsize=1)
def _slips() -> dict[str, str]:
    """Every spelling one slip away from the commonest mail domains, told apart only where one domain is meant."""
    meant: dict[str, set[str]] = {}
    for domain in lists()["common"]:
        for slip in _one_slip(domain):
            meant.setdefault(slip, set()).add(domain)
    known = lists()
    real = known["free"] | known["protected"] | known["disposable"]
    return {slip: next(iter(domains)) for slip, domains in meant.items() if len(domains) == 1 and slip not in real}


def _one_slip(domain: str) -> Iterator[str]:
    """Deletions, exchanges, insertions and replacements in the name; a lost, doubled or early dot; a lost end."""
    base, _, top = domain.rpartition(".")
    yield from (base + top, base, f"{base}-{top}", f"{base}_{top}")
    for place in range(1 if len(base) > 4 else len(base), len(base)):
        yield base[:place] + base[place + 1 :] + "." + top
    for place in range(len(base) - 1):
        yield base[:place] + base[place + 1] + base[place] + base[place + 2 :] + "." + top
    for place in range(len(base) + 1):
        for letter in "abcdefghijklmnopqrstuvwxyz":
            yield base[:place] + letter + base[place:] + "." + top
            is_first_safe = len(base) > 5 and top == "ru"  # no other domain is like «yandex.ru»
            if (place > 0 or is_first_safe) and place < len(base) and len(base) > 4:
                yield base[:place] + letter + base[place + 1 :] + "." + top
    yield base + "." + base + "." + top


_PLAIN: Final = r"^ *[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)+ *$"


def plain_emails(texts: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
    """`local`, `name` and `type` of plain ASCII addresses in a known-good domain, and which cells those are.

    Addresses are taken apart by expressions, each distinct domain is judged by `domain_of`.
    """
    lower = pl.DataFrame({"text": texts.cast(pl.String).str.to_lowercase()})
    plain = pl.when(pl.col("text").str.contains(_PLAIN)).then(pl.col("text").str.strip_chars(" "))
    parts = lower.select(plain.str.split_exact("@", 1).struct.rename_fields(["local", "name"])).to_series()
    table = parts.struct.unnest().join(_good_domains(parts), on="name", how="left", maintain_order="left")
    fillers = list(lists()["nobody"] | lists()["fillers"])
    return table, table.select(
        pl.col("type").is_not_null()
        & ~pl.col("local").is_in(fillers)
        & pl.col("local").str.contains("[a-z].*[a-z]")
        & ~pl.col("local").str.starts_with("www.")
        & (pl.col("local").str.len_bytes() <= 64)
        & (pl.col("local") != pl.col("name").str.split(".").list.first())
        & (pl.col("local").str.len_bytes() + pl.col("name").str.len_bytes() <= 253)
    ).to_series().fill_null(False)


def _good_domains(parts: pl.Series) -> pl.DataFrame:
    """Domains that are right as they are and not disposable, with their types."""
    names = [name for name in parts.struct.field("name").unique().to_list() if name is not None]
    good = [
        (name, found.type)
        for name in names
        if (found := domain_of(name)).is_right and found.name == name and found.type != DISPOSABLE
    ]
    return pl.DataFrame(good, schema={"name": pl.String, "type": pl.String}, orient="row")


def email_column(values: pl.Series) -> pl.DataFrame:
    """`email` for every text of a column: plain addresses by expressions, all others by `email`."""
    table, is_fast = plain_emails(values)
    mailbox = pl.col("local").str.split("+").list.first()
    fast = table.filter(is_fast).select(
        email=pl.col("local") + "@" + pl.col("name"),
        local="local",
        domain="name",
        type=pl.when(mailbox.is_in(list(lists()["role"]))).then(pl.lit(ROLE)).otherwise("type"),
        qc=pl.lit(0, dtype=pl.Int8),
        problems=pl.lit(None, dtype=pl.String),
    )
    return weave(fast, is_fast, by_distinct(values.filter(~is_fast), email, SCHEMA))
