"""Training without labels: expectation-maximization of the latent classes over grouped patterns of evidence.

Deterministic: it starts from the first guesses of the claims, so there are no seeds, and classes keep their meaning.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from litso.domain.record import PERSON
from litso.resolve.claims import Claim
from litso.resolve.columns import NAME_PARTS, Columns
from litso.resolve.compare import RARE_FATHER, Frequencies
from litso.resolve.model import (
    CLASSES,
    HEIR,
    HOUSEHOLD,
    MATCHES,
    MOVED,
    NAMESAKE,
    RELATIVE,
    SAME,
    KindModel,
    Model,
    Table,
    class_sums,
    first_guess,
    log2_sum,
)
from litso.resolve.words import patronymic_stem

ROUNDS: Final = 60
_SETTLED: Final = 1e-6
"""Mean change of the log-likelihood of a pair, in bits, at which training stops."""

SAMPLE: Final = 400_000
"""Pairs that training looks at, at most: more of them make it longer, not better."""

_DOUBT: Final = 150.0
"""Pairs' worth of belief in the first guess, per class and claim: rare levels stay near it."""

SIBLINGS: Final = 0.1
HEIRS: Final = 0.03
"""Pairs of brothers and sisters (at least), and of father and son of one name, for each pair in a household."""

PERSONAL: Final = (
    "surname", "given_name", "patronymic", "crowd", "birth_date", "snils", "inn", "passport", "national_id", "company",
    "legal_form", "ogrn",
)  # fmt: skip
"""Claims that answer alike for a party that moved and for one that did not; learned together, they keep the two apart.

So does the flat for a person, but not for an organization, which may have several in one house.
"""

NAMES: Final = ("surname", "given_name", "patronymic")
RARITY: Final = slice(0, 3)
"""Levels of names that agree: those of namesakes are as rare as anyone's, chance is the matter of `crowd`."""

COUNTED: Final[Mapping[str, Mapping[int, float]]] = {"namesakes": {0: 0.6}, "crowd": {0: 0.7}}
"""Claims about how many share a name: in a household with one name twice they answer as anywhere.

What their answers of these groups say against chance follows from counting, so it is guessed and not learned: learned
freely, both would count the size of the town. The numbers say how far the guess is believed.
"""

CAUTIOUS: Final = ("ru",)
"""Locales in which answers that speak of a father and his son are believed to be errors only so often."""

KNOWN_SHARE: Final = 1 / 20_000
COMMON_SHARE: Final = 1 / 1_000
"""Shares of nodes from which a name is known, and common."""


class Verdicts(NamedTuple):
    """What stewards said of pairs: levels (claims, pairs), whether they are of one party, and for how many pairs, as
    training counts them, each of them stands."""

    levels: npt.NDArray[np.uint8]
    is_same: npt.NDArray[np.bool_]
    worth: npt.NDArray[np.float64]


def train(
    model: Model, kind: str, levels: npt.NDArray[np.uint8], counts: npt.NDArray[np.int64] | npt.NDArray[np.float64],
    verdicts: Verdicts | None = None, rounds: int = ROUNDS,
) -> Model:  # fmt: skip
    """Fit the model of one kind. levels: (claims, patterns); counts: pairs per pattern; none changes nothing.

    verdicts: of these pairs it is known on which side they are, of all others nothing.
    """
    if not counts.sum():
        return model
    claims = model.claims(kind)
    has_rivals = [[len(claim.levels) > 1] for claim in claims]
    barred = np.zeros((len(CLASSES), levels.shape[1]))
    if verdicts is not None:
        levels = np.concatenate([levels, verdicts.levels], axis=1)
        counts = np.concatenate([counts, verdicts.worth])
        barred = np.concatenate([barred, _barred(verdicts.is_same)], axis=1)
    is_met = counts > 0
    levels, counts, barred = np.where(has_rivals, levels, np.uint8(0))[:, is_met], counts[is_met], barred[:, is_met]
    guesses = {claim.name: _shares(claim, np.exp2(first_guess(claim)[:, 1:])) for claim in claims}
    likelihood = -np.inf
    for _ in range(rounds):
        sums = class_sums(model, kind, levels) + barred
        whole = log2_sum(sums)
        model = _with_kind(
            model, kind, _maximized(model, kind, levels, np.exp2(sums - whole) * counts.astype(np.float64), guesses)
        )
        before, likelihood = likelihood, float(whole @ counts) / float(counts.sum())
        if abs(likelihood - before) < _SETTLED:
            break
    return model


def _barred(is_same: npt.NDArray[np.bool_]) -> Table:
    """Log2 of what is left of each class for pairs of known sides: (classes, pairs)."""
    is_match = np.arange(len(CLASSES)) < MATCHES
    return np.where(is_match[:, None] == is_same, 0.0, -np.inf)


def sample(of_pair: npt.NDArray[np.int32], patterns: int) -> npt.NDArray[np.int64]:
    """Pairs of each pattern, for `train`, among every n-th of the pairs. of_pair: the pattern of each pair.

    Pairs stand in the order of their nodes, and those in the order of hashes, so this is as good as chance and does not
    depend on the order of records.
    """
    return np.bincount(of_pair[:: step_of(len(of_pair))], minlength=patterns)


def step_of(pairs: int) -> int:
    """For how many of so many pairs each one stands that training looks at."""
    return max(1, -(-pairs // SAMPLE))


def _with_kind(model: Model, kind: str, fitted: KindModel) -> Model:
    return replace(model, kinds={**model.kinds, kind: fitted})


def _shares(claim: Claim, table: Table) -> Table:
    """Each level's share of its group, per class; table: (classes, levels)."""
    groups = np.array([level.group for level in claim.levels])
    totals = np.stack([table[:, groups == group].sum(axis=1) for group in groups], axis=1)
    return np.asarray(table / totals)


def _maximized(
    model: Model, kind: str, levels: npt.NDArray[np.uint8], shares: Table, guesses: Mapping[str, Table]
) -> KindModel:
    """Priors and weights that fit the shares of pairs that each class has of each pattern."""
    weights = {}
    for claim, row in zip(model.claims(kind), levels, strict=True):
        if row.any():
            size = len(claim.levels) + 1
            seen = np.stack([np.bincount(row, weights=share, minlength=size) for share in shares])
            if claim.name in PERSONAL or (claim.name == "flat" and kind == PERSON):
                seen[:MATCHES] = seen[:MATCHES].sum(axis=0)
            believed = seen[:, 1:] + _DOUBT * guesses[claim.name]
            found = _shares(claim, believed)
            if model.locale in CAUTIOUS:
                found = _cautious(claim, found)
            _tie(claim, found)
            for family in FAMILY:
                found[family.number] = family.levels(claim, found, guesses[claim.name])
            weights[claim.name] = np.pad(np.log2(found), ((0, 0), (1, 0)))
    total = shares.sum(axis=1) + 1
    total[RELATIVE] = max(total[RELATIVE], total[HOUSEHOLD] * SIBLINGS)
    total[HEIR] = total[HOUSEHOLD] * HEIRS
    return KindModel(np.log2(total / total.sum()), weights)


def _cautious(claim: Claim, found: Table) -> Table:
    """Shares of levels with those that speak of another person kept as rare as their claim says."""
    for place, level in enumerate(claim.levels):
        if level.error is not None:
            found[:MATCHES, place] = np.minimum(found[:MATCHES, place], level.error)
    return found


def _tie(claim: Claim, found: Table) -> None:
    """Make shares of levels (classes, levels) follow from those of one person where the classes leave no choice."""
    if claim.name in COUNTED:
        found[HOUSEHOLD] = found[SAME]
        slopes = COUNTED[claim.name]
        tied = [level.group in slopes for level in claim.levels]
        odds = np.exp2([slopes.get(level.group, 0) * (level.namesake - level.same) for level in claim.levels])
        found[NAMESAKE:, tied] = _shares(claim, found[[MOVED]] * odds)[:, tied]
    if claim.name in NAMES:
        found[NAMESAKE, RARITY] = found[SAME, RARITY] * (found[NAMESAKE, RARITY].sum() / found[SAME, RARITY].sum())


class Family(NamedTuple):
    """A class with too few pairs to be learned freely: it is put together of others.

    Some claims answer as for one person, some as the first guess says, all others as in any household.
    """

    number: int
    as_same: tuple[str, ...]
    as_guessed: tuple[str, ...]

    def levels(self, claim: Claim, found: Table, guess: Table) -> npt.NDArray[np.float64]:
        """Shares of the levels of a claim."""
        if claim.name in self.as_guessed:
            return np.asarray(guess[self.number])
        return np.asarray(found[SAME if claim.name in self.as_same else HOUSEHOLD])


FAMILY: Final = (
    Family(RELATIVE, ("surname", "patronymic"), ("given_name", "birth_date")),
    Family(HEIR, ("surname", "given_name", "namesakes", "crowd", "company"), ("birth_date", "patronymic")),
)


def name_frequencies(columns: Columns) -> Frequencies:
    """Frequencies of the names of these nodes: what is not listed is rare."""
    return frequencies_of({part: (columns.names.values, counts) for part, counts in name_counts(columns).items()})


def name_counts(columns: Columns) -> dict[str, npt.NDArray[np.int64]]:
    """By part of the name: how many nodes have each word of `columns.names`."""
    codes = {part: getattr(columns, part).codes for part in NAME_PARTS}
    size = len(columns.names.values)
    return {part: np.bincount(known[known >= 0], minlength=size) for part, known in codes.items()}


def frequencies_of(counted: Mapping[str, tuple[pa.Array, npt.NDArray[np.int64]]]) -> Frequencies:
    """Frequencies from (words, nodes that have each of them) by part of the name."""
    tables = {part: _frequency_table(*counted[part]) for part in NAME_PARTS}
    fathers, counts = counted["patronymic"]
    return Frequencies(**tables, unlisted=0, fathers=fathers_bits(patronymic_stem(fathers).to_pylist(), counts))


def _frequency_table(words: pa.Array, counts: npt.NDArray[np.int64]) -> dict[str, int]:
    """1 for words that are known, 2 for common ones; counts: nodes of each word."""
    total = max(int(counts.sum()), 1)
    known = np.flatnonzero((counts >= total * KNOWN_SHARE) & (counts >= 5))
    listed = pc.take(words, pa.array(known)).to_pylist()
    return {word: 1 + int(counts[code] >= total * COMMON_SHARE) for word, code in zip(listed, known, strict=True)}


def fathers_bits(stems: Iterable[str], counts: npt.NDArray[np.int64]) -> dict[str, int]:
    """`Frequencies.fathers` from how often the patronymics with these stems occur."""
    totals: Counter[str] = Counter()
    for stem, count in zip(stems, counts.tolist(), strict=True):
        totals[stem] += count
    whole = max(totals.total(), 1)
    bits = {stem: round(math.log2(whole / count)) for stem, count in totals.items() if count * 2**RARE_FATHER > whole}
    return {stem: bit for stem, bit in bits.items() if bit < RARE_FATHER}
