"""`litso explain`: why two records are, or are not, one party."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from litso.commands.console import print_json
from litso.errors import BadUsage
from litso.resolve.explain import CROWDED, DIFFERS, MEETS, MISSING, Explanation, Meeting
from litso.usecases.explaining import Answer, explain_output

_CLASSES: Final = {
    "same": "один субъект",
    "moved": "один субъект, переехал",
    "household": "одно домохозяйство",
    "relative": "родственники",
    "heir": "отец и сын с одним именем",
    "namesake": "тёзки",
    "unrelated": "посторонние",
}
_REASONS: Final = {
    "equal": "Записи совпадают во всех значениях: это одна запись, сравнивать нечего.",
    "kinds": "Одна запись о физлице, другая об юрлице: такие не объединяются.",
}


def explain(
    output: Annotated[Path, typer.Argument(metavar="DIR", help="Output folder of `litso resolve`.")],
    left: Annotated[str, typer.Argument(metavar="KEY", help="A record as source:source_id.")],
    right: Annotated[str, typer.Argument(metavar="KEY", help="The other record.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Explain why two records are, or are not, one party: evidence, weights, keys.

    Example: litso explain resolved billing:1001 crm:17
    """
    answer = explain_output(output, _key(left), _key(right))
    print_json(as_document(answer)) if as_json else typer.echo(_in_words(answer))


def _key(text: str) -> tuple[str, str]:
    source, colon, source_id = text.partition(":")
    if not (colon and source and source_id):
        raise BadUsage(f"{text}: name a record as source:source_id")
    return source, source_id


def as_document(answer: Answer) -> dict[str, Any]:
    """An answer as --json prints it."""
    document: dict[str, Any] = {
        "left": list(answer.left),
        "right": list(answer.right),
        "left_party": answer.left_party,
        "right_party": answer.right_party,
        "one_party": answer.is_one_party,
        "reason": answer.reason,
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


def _in_words(answer: Answer) -> str:
    verdict = "Один субъект" if answer.is_one_party else "Разные субъекты"
    head = f"{verdict}: {':'.join(answer.left)} и {':'.join(answer.right)}"
    if answer.explanation is None:
        return f"{head}\n{_REASONS[answer.reason]}"
    return "\n".join([head, *_weights(answer.explanation), *_meetings(answer)])


def _weights(found: Explanation) -> list[str]:
    lines = [f"{'Начальный вес':<16} {found.base:>+8.2f}"]
    for ground in found.grounds:
        values = ground.left if ground.left == ground.right else f"{ground.left} ≠ {ground.right}"
        lines.append(f"{ground.title:<16} {ground.weight:>+8.2f}  {ground.sentence}: {values}")
    likely = sorted(found.classes.items(), key=lambda item: -item[1])
    shares = ", ".join(f"{_CLASSES[name]} {share:.1%}" for name, share in likely if share >= 0.001)
    return [*lines, f"{'Итого':<16} {found.weight:>+8.2f}  ({shares})"]


def _meetings(answer: Answer) -> list[str]:
    """Which keys bring the records together, and if none, what would."""
    found = answer.explanation
    if found is None:
        return []
    meets = [key.title for key in found.keys if key.status == MEETS]
    if meets:
        return [f"Сравниваются, потому что у них {'; '.join(meets)}."]
    words = {CROWDED: "общий, но он у слишком многих", DIFFERS: "разный", MISSING: "указан не у обеих"}
    return ["Общего ключа нет, поэтому напрямую записи не сравнивались:",
            *(f"  {key.title}: {words[key.status]}{_crowd(key)}" for key in found.keys)]  # fmt: skip


def _crowd(key: Meeting) -> str:
    return f" ({key.nodes} записей, ключ связывает до {key.cap})" if key.status == CROWDED else ""
