"""Quarantine: rows that cannot become records, with a reason that a person understands and can act upon.

The codes are stable: the store, the screens and the documentation rely on them.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Reason(NamedTuple):
    """Why a row is rejected. `sentence` takes {line}, {column} and figures of the code's own, never values."""

    sentence: str
    suggestion: str


REASONS: Final[dict[str, Reason]] = {
    "missing_key": Reason(
        "Строка {line}: пуст ключ, столбец «{column}».",
        "Впишите ключ записи в этот столбец или исправьте строку в источнике.",
    ),
    "key_too_long": Reason(
        "Строка {line}: ключ в столбце «{column}» длиннее {limit} знаков.",
        "Похоже, в столбец ключа попал другой текст: проверьте порядок столбцов.",
    ),
    "duplicate_key": Reason(
        "Строка {line}: ключ из столбца «{column}» повторяется, взята более поздняя строка {winner}.",
        "Проверьте, какая из двух строк верна; если это разные записи, нужен другой ключ.",
    ),
    "wrong_field_count": Reason(
        "Строка {line}: полей {found}, в заголовке {expected}.",
        "Проверьте разделитель внутри значений: такое значение берут в кавычки.",
    ),
    "cut_short": Reason(
        "Строка {line}: файл обрывается посреди строки, полей {found} из {expected}.",
        "Файл передан не полностью: запросите его ещё раз.",
    ),
    "no_totals": Reason(
        "Строка {line}: в реестре нет строки итогов «{mark}», или она не читается; реестр отложен целиком.",
        "Похоже, реестр передан не полностью: запросите его ещё раз.",
    ),
    "totals_disagree": Reason(
        "Строка {line}: итоги реестра расходятся со строками ({what}: {found}, в итогах {expected}); "
        "реестр отложен целиком.",
        "Запросите реестр ещё раз: ни одна строка не загружена, чтобы не провести часть платежей.",
    ),
    "unbalanced_quote": Reason(
        "Строка {line}: кавычка открыта и не закрыта.",
        "Закройте кавычку или удвойте её, если она часть значения.",
    ),
    "bad_quotes": Reason(
        "Строка {line}: кавычки внутри значения не удвоены, границы полей неясны.",
        "Удвойте кавычки внутри значений, взятых в кавычки.",
    ),
    "undecodable": Reason(
        "Строка {line}: байты не читаются в кодировке файла {encoding}.",
        "Текст показан в кодировке {guess}: проверьте его и повторите загрузку строки.",
    ),
    "mixed_encoding": Reason(
        "Строка {line}: записана в {guess}, а файл в {encoding}.",
        "Текст показан в кодировке {guess}: проверьте его и повторите загрузку строки.",
    ),
    "nul_bytes": Reason(
        "Строка {line}: содержит нулевые байты.",
        "Удалите знаки ␀ и повторите загрузку строки.",
    ),
    "row_too_long": Reason(
        "Строка {line}: длина {size} байт, больше допустимых {limit}; показано начало.",
        "Вероятно, потеряны переводы строк или не закрыта кавычка: исправьте выгрузку.",
    ),
    "bad_json": Reason(
        "Строка {line}: это не JSON.",
        "Исправьте синтаксис JSON в этой строке.",
    ),
    "bad_consent": Reason(
        "Строка {line}: согласие не принято, не понято поле «{column}».",
        "Нужны контакт, цель, юрлицо, канал и состояние (given, refused, withdrawn); срок бывает только у данного.",
    ),
    "not_an_object": Reason(
        "Строка {line}: ожидается JSON-объект {{…}}.",
        "Каждая строка файла должна быть объектом с именами столбцов.",
    ),
}
"""Every code with its Russian sentence and what to do about it."""


class Rejected(NamedTuple):
    """A row in quarantine. `payload` is the row as far as it could be read: a JSON object of texts, fit for replay."""

    line: int | None
    source_id: str | None
    column: str | None
    code: str
    message: str
    suggestion: str
    payload: str


def reject(
    code: str,
    line: int | None,
    payload: str,
    *,
    column: str | None = None,
    source_id: str | None = None,
    **figures: object,
) -> Rejected:
    """Put a row into quarantine for the reason `code`; `figures` fill its sentence."""
    reason = REASONS[code]
    values = {"line": "—" if line is None else line, "column": column, **figures}
    return Rejected(
        line,
        source_id,
        column,
        code,
        reason.sentence.format(**values),
        reason.suggestion.format(**values),
        payload,
    )
