"""The model: scores that can be taken apart, files, training without labels."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.domain.record import ORGANIZATION, PERSON
from litso.errors import Misconfigured
from litso.resolve.model import Model, from_json, score, shipped, take_apart, to_json, untrained
from litso.resolve.training import Verdicts, train

MODELS = {locale: shipped(locale) for locale in ("ru", "generic")}


def some_levels(model: Model, kind: str, seed: int, pairs: int = 20) -> npt.NDArray[np.uint8]:
    """Random levels of pairs, many of them silent."""
    chance = np.random.default_rng(seed)
    rows = [chance.integers(0, len(claim.levels) + 1, pairs) for claim in model.claims(kind)]
    return (np.stack(rows) * chance.integers(0, 2, (len(rows), pairs))).astype(np.uint8)


@pytest.mark.parametrize("locale", ["ru", "generic"])
@pytest.mark.parametrize("kind", [PERSON, ORGANIZATION])
@given(seed=st.integers(0, 1000))
def test_weights_add_up_to_the_score(locale: str, kind: str, seed: int) -> None:
    model = MODELS[locale].with_customs({"custom:x": "exact"})
    levels = some_levels(model, kind, seed)
    parts = take_apart(model, kind, levels)
    assert (parts.bases + parts.weights.sum(axis=0)).tolist() == score(model, kind, levels).tolist()
    assert (parts.weights[levels == 0] == 0).all()
    assert np.allclose(parts.classes.sum(axis=0), 1)


@pytest.mark.parametrize("locale", ["ru", "generic"])
def test_a_model_survives_its_file(locale: str) -> None:
    model = MODELS[locale]
    again = from_json(to_json(model), "again")
    assert again.model_id == model.model_id
    levels = some_levels(model, PERSON, 1)
    assert score(again, PERSON, levels).tolist() == score(model, PERSON, levels).tolist()


def _broken(change: str) -> str:
    document = json.loads(to_json(MODELS["generic"]))
    if change == "format":
        document["format"] = 99
    elif change == "level":
        del document["kinds"]["person"]["weights"]["surname"]["differs"]
    elif change == "claim":
        document["kinds"]["person"]["weights"]["shoe_size"] = {}
    return json.dumps(document)


@pytest.mark.parametrize("text", ["", "[]", "{}", _broken("format"), _broken("level"), _broken("claim")])
def test_a_broken_file_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(Misconfigured, match=r"my\.json"):
        from_json(text, "my.json")


def test_an_unknown_locale_is_refused() -> None:
    with pytest.raises(Misconfigured, match="klingon"):
        shipped("klingon")


def test_training_finds_the_classes_again() -> None:
    """Pairs drawn from a known model: the share of the same party and the levels of names come back without labels."""
    truth = MODELS["ru"]
    chance = np.random.default_rng(7)
    claims = truth.claims(PERSON)
    shares = np.exp2(truth.kinds[PERSON].prior)
    classes = chance.choice(len(shares), 30_000, p=shares / shares.sum())
    wanted = ("surname", "given_name", "birth_date", "address", "account")
    levels = np.zeros((len(claims), len(classes)), dtype=np.uint8)
    for place, (claim, table) in enumerate(zip(claims, truth.weights(PERSON), strict=True)):
        if claim.name in wanted:
            groups = np.array([level.group for level in claim.levels])
            likely = np.exp2(table[:, 1:]) * (groups == 0)
            likely /= likely.sum(axis=1, keepdims=True)
            for number in range(len(shares)):
                chosen = classes == number
                levels[place, chosen] = 1 + chance.choice(len(claim.levels), chosen.sum(), p=likely[number])
    learned = train(untrained("ru", truth.frequencies), PERSON, levels, np.ones(len(classes), dtype=np.int64))
    is_one = classes < 2
    found = score(learned, PERSON, levels) > 0
    assert (found == is_one).mean() > 0.97
    assert abs(np.exp2(learned.kinds[PERSON].prior[:2]).sum() - is_one.mean()) < 0.05


def test_training_is_deterministic_and_needs_pairs() -> None:
    model = untrained("ru", MODELS["ru"].frequencies)
    levels = some_levels(model, PERSON, 3, 200)
    counts = np.arange(200, dtype=np.int64)
    once, twice = (to_json(train(model, PERSON, levels, counts)) for _ in range(2))
    assert once == twice
    assert train(model, PERSON, levels[:, :0], counts[:0]) is model


@pytest.mark.parametrize("seed", range(8))
def test_what_stewards_say_of_a_pair_moves_pairs_like_it(seed: int) -> None:
    """A verdict that stands for many pairs outweighs what is learned without labels."""
    model = MODELS["ru"]
    levels, counts = some_levels(model, PERSON, seed, 60), np.full(60, 10)

    def learned(answer: bool) -> int:
        verdicts = Verdicts(levels[:, :1], np.array([answer]), np.array([2_000.0]))
        return int(score(train(model, PERSON, levels, counts, verdicts), PERSON, levels)[0])

    assert learned(False) < 0 < learned(True)


def test_an_only_answer_keeps_its_weight() -> None:
    model = untrained("ru", MODELS["ru"].frequencies)
    place = [claim.name for claim in model.claims(ORGANIZATION)].index("alone")
    levels = np.ones((len(model.claims(ORGANIZATION)), 1), dtype=np.uint8)
    learned = train(model, ORGANIZATION, levels, np.array([1_000]))
    assert np.array_equal(learned.weights(ORGANIZATION)[place], model.weights(ORGANIZATION)[place])
    assert "alone" not in learned.kinds[ORGANIZATION].weights
