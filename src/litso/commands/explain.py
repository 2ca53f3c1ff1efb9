"""`litso explain`: why two records are, or are not, one party, and how a party was formed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json
from litso.domain.record_key import parse_key
from litso.errors import BadUsage
from litso.resolve.english import find_english
from litso.resolve.explain import CROWDED, DIFFERS, MEETS, MISSING, Explanation, Meeting
from litso.settings import load_settings
from litso.store.judgements import Judgement
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.explaining import (
    REASONS,
    Answer,
    Formed,
    Hop,
    Step,
    explain_output,
    explain_store,
    form_output,
    form_party,
    party_of_record,
)
from litso.usecases.resolution import Key

STORE: Final = "store"
LANGUAGES: Final = ("ru", "en")

_ACTOR: Final = Actor("cli", ADMINISTRATOR)
_PURPOSE: Final = "stewardship"

_CLASSES: Final = {
    "same": ("один субъект", "one party"),
    "moved": ("один субъект, переехал", "one party, moved"),
    "household": ("одно домохозяйство", "one household"),
    "relative": ("родственники", "relatives"),
    "heir": ("отец и сын с одним именем", "father and son of one name"),
    "namesake": ("тёзки", "namesakes"),
    "unrelated": ("посторонние", "unrelated"),
}
_STATUSES: Final = {
    CROWDED: ("общий, но он у слишком многих", "in common, but too many have it"),
    DIFFERS: ("разный", "differs"),
    MISSING: ("указан не у обеих", "missing from one of them"),
}


def explain(
    where: Annotated[str, typer.Argument(metavar="DIR|store", help="Output folder of `litso resolve`, or `store`.")],
    left: Annotated[str, typer.Argument(metavar="KEY", help="A record as source:source_id.")],
    right: Annotated[str | None, typer.Argument(metavar="[KEY]", help="Another record.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the words: ru or en.")] = "ru",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Explain why two records are, or are not, one party; with one record, how its party was formed.

    Example: litso explain resolved billing:1001 crm:17
    """
    if lang not in LANGUAGES:
        raise BadUsage(f"--lang is one of {', '.join(LANGUAGES)}, not {lang}")
    keys = [parse_key(text) for text in (left, right) if text is not None]
    found = _of_store(keys) if where == STORE else _of_output(Path(where), keys)
    if as_json:
        print_json(as_document(found) if isinstance(found, Answer) else formed_document(found))
    else:
        typer.echo(_answer_in_words(found, lang) if isinstance(found, Answer) else _formed_in_words(found, lang))


def _of_output(output: Path, keys: Sequence[Key]) -> Answer | Formed:
    return explain_output(output, keys[0], keys[1]) if len(keys) == 2 else form_output(output, keys[0])


def _of_store(keys: Sequence[Key]) -> Answer | Formed:
    with open_store(load_settings()) as store, store.transaction() as connection:
        if len(keys) == 2:
            return explain_store(connection, _ACTOR, keys[0], keys[1], purpose=_PURPOSE)
        return form_party(connection, _ACTOR, party_of_record(connection, keys[0]))


# Documents ------------------------------------------------------------------------------------------------------


def as_document(answer: Answer) -> dict[str, Any]:
    """An answer as --json prints it."""
    document: dict[str, Any] = {
        "left": list(answer.left),
        "right": list(answer.right),
        "left_party": answer.left_party,
        "right_party": answer.right_party,
        "one_party": answer.is_one_party,
        "reason": answer.reason,
        "threshold": answer.threshold,
        "chain": [_hop_document(hop) for hop in answer.chain],
        "balance": None
        if answer.balance is None
        else {"total": answer.balance.total, "against": _hop_document(answer.balance.against)},
        "judgements": [_judgement_document(entry) for entry in answer.judgements],
    }
    if answer.explanation is not None:
        found = answer.explanation
        document |= {
            "weight": found.weight,
            "base": found.base,
            "evidence": [ground._asdict() for ground in found.grounds],
            "classes": dict(found.classes),
            "compared": found.is_candidate,
            "keys": [key._asdict() for key in found.keys],
        }
    return document


def formed_document(formed: Formed) -> dict[str, Any]:
    """How a party was formed, as --json prints it."""
    return {
        "party": formed.party_id,
        "kind": formed.kind,
        "threshold": formed.threshold,
        "records": [list(key) for key in formed.records],
        "nodes": formed.nodes,
        "steps": [_step_document(step) for step in formed.steps],
        "judgements": [_judgement_document(entry) for entry in formed.judgements],
    }


def _step_document(step: Step) -> dict[str, Any]:
    return {
        "what": step.what,
        "left": [list(key) for key in step.left],
        "right": [list(key) for key in step.right],
        "total": step.total,
        "link": None if step.link is None else _hop_document(step.link),
        "party": step.party,
        "judgement": None if step.judgement is None else step.judgement.judgement_id,
    }


def _hop_document(hop: Hop) -> dict[str, Any]:
    return {
        "left": [list(key) for key in hop.left],
        "right": [list(key) for key in hop.right],
        "weight": hop.weight,
    }


def _judgement_document(entry: Judgement) -> dict[str, Any]:
    return {
        "judgement": entry.judgement_id,
        "verdict": entry.verdict,
        "left": [entry.left_source, entry.left_id],
        "right": [entry.right_source, entry.right_id],
        "author": entry.author,
        "reason": entry.reason,
    }


# Words ----------------------------------------------------------------------------------------------------------


def _say(lang: str, russian: str, english: str) -> str:
    return russian if lang == "ru" else english


def _evidence(lang: str, text: str) -> str:
    """A word of evidence in the language."""
    return text if lang == "ru" else find_english(text) or text


def _names(keys: Sequence[Key]) -> str:
    """The first records of a group by name."""
    shown = ", ".join(":".join(key) for key in keys[:3])
    return shown if len(keys) <= 3 else f"{shown} +{len(keys) - 3}"


def _answer_in_words(answer: Answer, lang: str) -> str:
    verdict = _say(lang, "Один субъект", "One party") if answer.is_one_party else _say(
        lang, "Разные субъекты", "Different parties")  # fmt: skip
    join = _say(lang, "и", "and")
    lines = [f"{verdict}: {':'.join(answer.left)} {join} {':'.join(answer.right)}"]
    lines.append(_evidence(lang, REASONS[answer.reason]))
    lines += [_judgement(entry, lang) for entry in answer.judgements]
    if answer.explanation is not None:
        lines += [*_weights(answer.explanation, answer.threshold, lang), *_meetings(answer.explanation, lang)]
    lines += [f"  {_hop(hop, lang)}" for hop in answer.chain]
    if answer.balance is not None:
        against = _hop(answer.balance.against, lang)
        lines.append(_say(
            lang,
            f"Лучшая и худшая пары двух субъектов вместе {answer.balance.total:+.2f}; сильнее всего против: {against}",
            f"The best and the worst pair between them: {answer.balance.total:+.2f}; the most against: {against}",
        ))  # fmt: skip
    return "\n".join(lines)


def _judgement(entry: Judgement, lang: str) -> str:
    verdict = {"same": ("связать", "same"), "different": ("запрет слияния", "different"),
               "unsure": ("неясно", "unsure")}[entry.verdict]  # fmt: skip
    pair = f"{entry.left_source}:{entry.left_id} — {entry.right_source}:{entry.right_id}"
    reason = f" ({entry.reason})" if entry.reason else ""
    head = f"{_say(lang, 'решение', 'judgement')} {entry.judgement_id}"
    return f"  {head}: {_say(lang, *verdict)} {pair}, {entry.author}{reason}"


def _hop(hop: Hop, lang: str) -> str:
    weight = _say(lang, "решение", "judgement") if hop.weight is None else f"{hop.weight:+.2f}"
    return f"{_names(hop.left)} — {_names(hop.right)}: {weight}"


def _weights(found: Explanation, threshold: float, lang: str) -> list[str]:
    lines = [f"{_say(lang, 'Начальный вес', 'Before comparing'):<18} {found.base:>+8.2f}"]
    for ground in found.grounds:
        values = ground.left if ground.left == ground.right else f"{ground.left} ≠ {ground.right}"
        title, sentence = (_evidence(lang, text) for text in (ground.title, ground.sentence))
        lines.append(f"{title:<18} {ground.weight:>+8.2f}  {sentence}: {values}")
    likely = sorted(found.classes.items(), key=lambda item: -item[1])
    shares = ", ".join(f"{_say(lang, *_CLASSES[name])} {share:.1%}" for name, share in likely if share >= 0.001)
    bar = _say(lang, "порог", "threshold")
    return [*lines, f"{_say(lang, 'Итого', 'Total'):<18} {found.weight:>+8.2f}  ({bar} {threshold:+.2f}; {shares})"]


def _meetings(found: Explanation, lang: str) -> list[str]:
    """Which keys bring the records together, and if none, what would."""
    meets = [_evidence(lang, key.title) for key in found.keys if key.status == MEETS]
    if meets:
        shared = "; ".join(meets)
        return [_say(lang, f"Сравниваются, потому что у них {shared}.", f"They are compared because of: {shared}.")]
    none = _say(lang, "Общего ключа нет, поэтому напрямую записи не сравнивались:",
                "There is no key in common, so they were not compared with one another:")  # fmt: skip
    return [none, *(f"  {_evidence(lang, key.title)}: {_say(lang, *_STATUSES[key.status])}{_crowd(key, lang)}"
                    for key in found.keys)]  # fmt: skip


def _crowd(key: Meeting, lang: str) -> str:
    if key.status != CROWDED:
        return ""
    return _say(lang, f" ({key.nodes} записей, ключ связывает до {key.cap})",
                f" ({key.nodes} records, the key links up to {key.cap})")  # fmt: skip


def _formed_in_words(formed: Formed, lang: str) -> str:
    head = _say(
        lang,
        f"Субъект {formed.party_id}: записей {len(formed.records)}, различных {formed.nodes}",
        f"Party {formed.party_id}: {len(formed.records)} records, {formed.nodes} different ones",
    )
    steps = [f"{number:>3}. {_step(step, lang)}" for number, step in enumerate(formed.steps, 1)]
    return "\n".join([head, *(steps or [_say(lang, "Запись одна, шагов нет.", "One record, no steps.")])])


def _step(step: Step, lang: str) -> str:
    left, right = _names(step.left), _names(step.right)
    if step.what == "collapsed":
        return _say(lang, f"совпали во всех значениях: {left}", f"equal in every value: {left}")
    link = "" if step.link is None else _say(lang, f", сильнейшая связь {_hop(step.link, lang)}",
                                             f", strongest link {_hop(step.link, lang)}")  # fmt: skip
    if step.what == "joined":
        return _say(lang, f"объединены {left} и {right}: вместе {step.total:+.2f} над порогом{link}",
                    f"joined {left} and {right}: together {step.total:+.2f} over the threshold{link}")  # fmt: skip
    if step.what == "judged":
        return _say(lang, f"связаны решением стюарда: {left} и {right}", f"joined by a judgement: {left} and {right}")
    if step.what == "vetoed":
        return _say(lang, f"не объединены по запрету с {right} (субъект {step.party}){link}",
                    f"kept apart by a veto from {right} (party {step.party}){link}")  # fmt: skip
    return _say(lang, f"не объединены с {right} (субъект {step.party}): вместе {step.total:+.2f}{link}",
                f"not joined with {right} (party {step.party}): together {step.total:+.2f}{link}")  # fmt: skip
