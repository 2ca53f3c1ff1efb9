"""Names, phones and e-mails a second, in bulk on one core and one by one, and peak memory, beside named peers.

    python benchmarks/bench_standardize.py [--rows N] [--peer PYTHON]

natasha is a peer where it is installed, or `--peer` names a Python that can import it (setuptools below 80 beside
it); it reads a sample of the same names in the same run.

Names are drawn by real frequency (data of `russiannames`): 93 % in full, the rest with initials, slips or noise. 7 % of
the phones are not plain (two in a cell, extensions, words), 2 % of the e-mails need repair. Peers
read a sample of the same rows in the same run: `phonenumbers`, `email-validator`, the parser of `russiannames`.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before polars is imported: one core is what is measured

import phonenumbers
import polars as pl
from email_validator import EmailNotValidError, validate_email
from russiannames import NamesParser

from litso.standardize.email import email, email_column
from litso.standardize.lexicon import GIVEN, PATRONYMIC, SURNAME, read_words
from litso.standardize.name import name_parts
from litso.standardize.name_bulk import name_column, name_parts_column
from litso.standardize.name_facts import one_word
from litso.standardize.name_words import word_book
from litso.standardize.one import standardize_one
from litso.standardize.phone import phone
from litso.standardize.phone_bulk import phone_column

BATCH = 131_072
PEER_ROWS = 3_000
WARM_UP = 20_000
"""Rows that are sure to need every dictionary."""


def names(chance: random.Random, rows: int) -> list[str]:
    """Full names, some spoilt."""
    found: list[str] = []
    for gender in "mf":
        parts = [drawn(chance, role, gender, rows // 2) for role in (SURNAME, GIVEN, PATRONYMIC)]
        found += [spoilt(chance, *(word.capitalize() for word in words)) for words in zip(*parts, strict=True)]
    chance.shuffle(found)
    return found


def drawn(chance: random.Random, role: str, gender: str, count: int) -> list[str]:
    table = read_words(role).filter((pl.col("gender") == gender) & (pl.col("count") >= 3))
    return chance.choices(table["word"].to_list(), table["count"].to_list(), k=count)


def spoilt(chance: random.Random, surname: str, given: str, patronymic: str) -> str:
    fate = chance.random()
    if fate < 0.93:
        whole = f"{surname} {given} {patronymic}" if fate < 0.8 else f"{given} {patronymic} {surname}"
        return whole.upper() if fate < 0.3 else whole
    if fate < 0.97:
        return f"{surname} {given[0]}.{patronymic[0]}."
    if fate < 0.985:
        place = chance.randrange(1, len(patronymic))
        return f"{surname} {given} {patronymic[:place] + patronymic[place + 1 :]}"
    return f"{surname} {given} (абонент)"


def phones(chance: random.Random, rows: int) -> list[str]:
    """Phones in the ways people write them."""
    shapes = ("8{}{}", "+7{}{}", "8 ({}) {}", "{}{}", "+7 {} {}")
    found = []
    for _ in range(rows):
        code = chance.choice(("903", "916", "927", "961", "846", "495"))
        local = f"{chance.randint(2_000_000, 9_999_999)}"
        text = chance.choice(shapes).format(
            code, f"{local[:3]}-{local[3:5]}-{local[5:]}" if chance.random() < 0.5 else local
        )
        fate = chance.random()
        found.append(
            f"{text} доб. 12"
            if fate < 0.02
            else f"{text}, 8927{local}"
            if fate < 0.05
            else f"моб. {text}"
            if fate < 0.07
            else text
        )
    return found


def emails(chance: random.Random, rows: int) -> list[str]:
    """E-mails, some with errors."""
    domains = [
        "mail.ru",
        "yandex.ru",
        "gmail.com",
        "bk.ru",
        "rambler.ru",
        *(f"firma{number}.ru" for number in range(3000)),
    ]
    weights = [30, 25, 20, 5, 3, *([17 / 3000] * 3000)]
    found = []
    for domain in chance.choices(domains, weights, k=rows):
        local = "".join(chance.choices("abcdefghiklmnoprstuv", k=chance.randint(3, 9))) + str(chance.randint(1, 99))
        text = f"{local}@{domain}"
        found.append(text.replace(".ru", ",ru").upper() if chance.random() < 0.02 else text)
    return found


def bulk_rate(column: Callable[[pl.Series], pl.DataFrame], values: pl.Series) -> float:
    """Rows a CPU second, batch by batch; dictionaries are loaded before, nothing is remembered of words."""
    column(values.head(WARM_UP))
    word_book.cache_clear()
    one_word.cache_clear()
    start = time.process_time()
    for offset in range(0, len(values), BATCH):
        column(values.slice(offset, BATCH))
    return len(values) / (time.process_time() - start)


def rate(one: Callable[[str], object], values: Sequence[str]) -> float:
    """Values a CPU second, one by one; what is loaded once is loaded before."""
    for value in values[:100]:
        one(value)
    start = time.process_time()
    for value in values:
        one(value)
    return len(values) / (time.process_time() - start)


def peer_phone(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, "RU")
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def peer_email(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


PEER = """
import sys, time
from natasha import MorphVocab, NamesExtractor
extract = NamesExtractor(MorphVocab())
rows = sys.stdin.read().splitlines()
list(extract(rows[0]))
start = time.process_time()
for row in rows:
    list(extract(row))
print(len(rows) / (time.process_time() - start))
"""


def natasha_rate(peer: str | None, texts: Sequence[str]) -> float | None:
    """Names a CPU second of natasha's extractor, in this Python or in another one; None where neither has it."""
    python = peer or (sys.executable if find_spec("natasha") else None)
    if python is None:
        return None
    done = subprocess.run([python, "-c", PEER], input="\n".join(texts), capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Print one line a kind."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--peer", help="a Python that can import natasha")
    chosen = parser.parse_args()
    rows = chosen.rows
    chance = random.Random(1)
    texts = {"name": names(chance, rows), "phone": phones(chance, rows), "email": emails(chance, rows)}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    columns = {"name": name_parts_column, "phone": phone_column, "email": email_column}
    rates = {kind: bulk_rate(column, pl.Series(texts[kind])) for kind, column in columns.items()}
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with_cases = bulk_rate(name_column, pl.Series(texts["name"]))
    ones = {"name": name_parts, "phone": phone, "email": email}
    peers = {"name": NamesParser().parse, "phone": peer_phone, "email": peer_email}
    for kind, one in ones.items():
        sample = texts[kind][:PEER_ROWS]
        peer = rate(peers[kind], sample[: 300 if kind == "name" else PEER_ROWS])
        print(f"{kind:6} bulk {rates[kind]:>10,.0f}/s  one by one {rate(one, sample):>8,.0f}/s  peer {peer:>8,.0f}/s")
    natasha = natasha_rate(chosen.peer, texts["name"][:300])
    print(f"natasha's extractor of names: {f'{natasha:,.0f}/s' if natasha else 'not installed'}")
    print(f"name with three cases, bulk {with_cases:,.0f}/s")
    for what, name_rate in (("as loaded", rates["name"]), ("with three cases of the name", with_cases)):
        together = 1 / (1 / name_rate + 1 / rates["phone"] + 1 / rates["email"])
        print(f"name + phone + e-mail together, {what}: {together:,.0f} records/s on one core")
    records = [
        {"source": "s", "source_id": "1", "party": "auto", "full_name": name, "phone": [phone_text], "email": [mail],
         "address": "г Самара, ул Ленина, д 5, кв 7", "birth_date": "24.03.1980", "account": ["00123"]}
        for name, phone_text, mail in zip(*(texts[kind][:PEER_ROWS] for kind in texts), strict=True)
    ]  # fmt: skip
    print(f"one whole record online: {1000 / rate(standardize_one, records):.2f} ms")
    print(f"peak memory: {after / 1024:,.0f} MB, of which the rows before {before / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
