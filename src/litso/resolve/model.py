"""The model, one JSON file: how likely each level is in each class of pairs, frequencies of names, thresholds.

A pair is one of seven latent classes: two records of the *same* party at one place, or of a party that *moved*; members
of one *household* (for organizations: neighbours that share an address or a phone), *relatives* with one father
(brothers and sisters, who share surname and patronymic too), an *heir* (a son who has his father's name and home),
*namesakes* (who share a name and nothing else), or *unrelated*. The score is the log2 odds of the first two against the
other five; +1 doubles the odds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from litso.domain.record import CUSTOM_PREFIX, ORGANIZATION, PERSON
from litso.errors import Misconfigured
from litso.resolve.claims import Claim, claims_of
from litso.resolve.compare import Frequencies

CLASSES: Final = ("same", "moved", "household", "relative", "heir", "namesake", "unrelated")
SAME, MOVED, HOUSEHOLD, RELATIVE, HEIR, NAMESAKE = (
    CLASSES.index(name) for name in ("same", "moved", "household", "relative", "heir", "namesake")
)
MATCHES: Final = 2
"""The first classes are those of one party."""

UNIT: Final = 100
"""Scores are whole hundredths of a bit, so that their sums do not depend on the order of adding."""

FORMAT: Final = 2

Table = npt.NDArray[np.float64]
Scores = npt.NDArray[np.int32]


@dataclass(frozen=True)
class KindModel:
    """The model of one kind of party: `prior`, log2 shares of the classes; `weights`, by claim (classes, levels + 1).

    Column 0 of weights (says nothing) is zero in every class.
    """

    prior: Table
    weights: Mapping[str, Table]


@dataclass(frozen=True, eq=False)
class Model:
    """What resolution needs to know beside the records."""

    locale: str
    kinds: Mapping[str, KindModel]
    frequencies: Frequencies
    threshold: float = 0.0
    review: float = -3.0
    customs: Mapping[str, str] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        """Whether the content is the same."""
        return self is other or (isinstance(other, Model) and self.model_id == other.model_id)

    def __hash__(self) -> int:
        """By content."""
        return hash(self.model_id)

    def claims(self, kind: str) -> tuple[Claim, ...]:
        """The claims that this model weighs, in their fixed order."""
        return claims_of(kind, self.customs)

    def with_customs(self, customs: Mapping[str, str]) -> Model:
        """The same model with custom attributes, whose weights are first guesses unless it has learned them."""
        if dict(customs) == self.customs:
            return self
        return Model(self.locale, self.kinds, self.frequencies, self.threshold, self.review, dict(customs))

    def weights(self, kind: str) -> list[Table]:
        """Weights of the claims in their order; of a claim that was never trained the first guess."""
        return self._weights[kind]

    @cached_property
    def _weights(self) -> dict[str, list[Table]]:
        return {
            kind: [of.weights[claim.name] if claim.name in of.weights else first_guess(claim) for claim in claims]
            for kind, of in self.kinds.items()
            for claims in [self.claims(kind)]
        }

    @cached_property
    def custom_names(self) -> tuple[str, ...]:
        """Names of the custom attributes, sorted, without the prefix of their columns."""
        return tuple(sorted(column.removeprefix(CUSTOM_PREFIX) for column in self.customs))

    @cached_property
    def model_id(self) -> str:
        """Hash of the content."""
        return hashlib.sha256(to_json(self).encode()).hexdigest()[:16]


def first_guess(claim: Claim) -> Table:
    """Weights from the guesses of the claim's levels, shape (classes, levels + 1), relative to unrelated pairs."""
    table = np.zeros((len(CLASSES), len(claim.levels) + 1))
    for place, level in enumerate(claim.levels, 1):
        moved = level.same if level.moved is None else level.moved
        heir = level.household if level.heir is None else level.heir
        table[:-1, place] = (level.same, moved, level.household, level.relative, heir, level.namesake)
    return table


def class_sums(model: Model, kind: str, levels: npt.NDArray[np.uint8]) -> Table:
    """Log2 of prior × likelihood of each class, shape (classes, patterns); levels: (claims, patterns)."""
    sums = np.repeat(model.kinds[kind].prior[:, None], levels.shape[1], axis=1)
    for table, row in zip(model.weights(kind), levels, strict=True):
        sums += table[:, row]
    return sums


def log2_sum(values: Table) -> Table:
    """Log2 of the sum of 2**values over the first axis."""
    top = values.max(axis=0)
    return np.asarray(top + np.log2(np.exp2(values - top).sum(axis=0)))


def score(model: Model, kind: str, levels: npt.NDArray[np.uint8]) -> Scores:
    """Score of each pattern in hundredths of a bit: log2 odds of one party against everything else."""
    sums = class_sums(model, kind, levels)
    return np.rint((log2_sum(sums[:MATCHES]) - log2_sum(sums[MATCHES:])) * UNIT).astype(np.int32)


class Parts(NamedTuple):
    """Scores taken apart, in hundredths of a bit: `bases` + the sums of `weights` (claims, patterns) = `totals`.

    classes: probability of each class, shape (classes, patterns).
    """

    bases: Scores
    weights: Scores
    totals: Scores
    classes: Table


def take_apart(model: Model, kind: str, levels: npt.NDArray[np.uint8]) -> Parts:
    """Scores of patterns as sums over their evidence; levels: (claims, patterns).

    The classes on either side are weighed by how probable each of them is for the pair: with those shares r, the log of
    a sum is the sum of r × log plus the entropy of r. So the parts add up and do not depend on any order.
    """
    sums = class_sums(model, kind, levels)
    shares = np.concatenate([_shares(sums[:MATCHES]), -_shares(sums[MATCHES:])])
    weights = np.zeros(levels.shape, dtype=np.int32)
    for place, (table, row) in enumerate(zip(model.weights(kind), levels, strict=True)):
        weights[place] = np.rint((shares * table[:, row]).sum(axis=0) * UNIT)
    totals = score(model, kind, levels)
    return Parts(totals - weights.sum(axis=0, dtype=np.int32), weights, totals, _shares(sums))


def _shares(sums: Table) -> Table:
    """Probabilities from their logarithms."""
    return np.asarray(np.exp2(sums - log2_sum(sums)))


# Files ----------------------------------------------------------------------------------------------------------


def to_json(model: Model) -> str:
    """The model as the text of its file: readable, stable, with the names of levels."""
    document = {
        "format": FORMAT,
        "locale": model.locale,
        "classes": CLASSES,
        "threshold": model.threshold,
        "review": model.review,
        "customs": dict(model.customs),
        "kinds": {kind: _kind_document(model, kind) for kind in model.kinds},
        "frequencies": _frequencies_document(model.frequencies),
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _kind_document(model: Model, kind: str) -> dict[str, Any]:
    known = model.kinds[kind]
    claims = {claim.name: claim for claim in model.claims(kind)}
    return {
        "prior": [round(value, 3) for value in known.prior.tolist()],
        "weights": {
            name: {level.name: [round(value, 3) for value in table[:, place].tolist()]
                   for place, level in enumerate(claims[name].levels, 1)}
            for name, table in known.weights.items() if name in claims
        },
    }  # fmt: skip


def _frequencies_document(frequencies: Frequencies) -> dict[str, Any]:
    def words(table: Mapping[str, int], wanted: int) -> str:
        return "|".join(sorted(word for word, frequency in table.items() if frequency == wanted))

    tables = {name: getattr(frequencies, name) for name in ("surname", "given_name", "patronymic")}
    listed = {name: {"known": words(table, 1), "common": words(table, 2)} for name, table in tables.items()}
    bits = sorted(set(frequencies.fathers.values()))
    fathers = {
        str(wanted): "|".join(sorted(stem for stem, bit in frequencies.fathers.items() if bit == wanted))
        for wanted in bits
    }
    return {"unlisted": frequencies.unlisted, **listed, "fathers": fathers}


def from_json(text: str, origin: str) -> Model:
    """Read a model file. Raises Misconfigured naming `origin` when it is not one."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise Misconfigured(f"{origin}: the model has format {document['format']}, this version reads {FORMAT}")
        customs = dict(document.get("customs", {}))
        kinds = {kind: _kind(kind, content, customs) for kind, content in document["kinds"].items()}
        frequencies = _frequencies(document["frequencies"])
        return Model(document["locale"], kinds, frequencies, document["threshold"], document["review"], customs)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Misconfigured(f"{origin}: not a model file of Litso ({type(error).__name__}: {error})") from error


def _kind(kind: str, content: Mapping[str, Any], customs: Mapping[str, str]) -> KindModel:
    claims = {claim.name: claim for claim in claims_of(kind, customs)}
    weights = {}
    for name, levels in content["weights"].items():
        table = np.zeros((len(CLASSES), len(claims[name].levels) + 1))
        for place, level in enumerate(claims[name].levels, 1):
            table[:, place] = levels[level.name]
        weights[name] = table
    return KindModel(np.array(content["prior"], dtype=np.float64), weights)


def _frequencies(content: Mapping[str, Any]) -> Frequencies:
    def table(name: str) -> dict[str, int]:
        known = dict.fromkeys(filter(None, content[name]["known"].split("|")), 1)
        return known | dict.fromkeys(filter(None, content[name]["common"].split("|")), 2)

    fathers = {stem: int(bits) for bits, stems in content["fathers"].items() for stem in stems.split("|")}
    return Frequencies(table("surname"), table("given_name"), table("patronymic"), content["unlisted"], fathers)


def shipped(locale: str) -> Model:
    """The model that comes with the product: `ru` or `generic`."""
    file = resources.files("litso.resolve") / "models" / f"{locale}.json"
    if not file.is_file():
        raise Misconfigured(f"there is no shipped model for the locale «{locale}»; known are ru and generic")
    return from_json(file.read_text(encoding="utf-8"), f"{locale}.json")


def untrained(locale: str, frequencies: Frequencies, customs: Mapping[str, str] | None = None) -> Model:
    """A model of first guesses alone, from which training starts."""
    prior = np.log2([0.35, 0.05, 0.23, 0.03, 0.01, 0.1, 0.23])
    kinds = {kind: KindModel(prior, {}) for kind in (PERSON, ORGANIZATION)}
    return Model(locale, kinds, frequencies, customs=dict(customs or {}))
