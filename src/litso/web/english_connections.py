"""English texts of the screens about sources that run by themselves."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

CONNECTION_TEXTS: Final = MappingProxyType(
    {
        "Источник остановлен. Исправьте причину и включите его снова.": (
            "The source is stopped. Put the cause right, then resume it."
        ),
        "Источник сам не загружается: не запущен": "The source does not run by itself: not running is",
        "Подключение": "Connection",
        "Откуда": "From",
        "Прочитан до конца": "Read to its end",
        "ещё не был": "not yet",
        "Следующий запуск": "Next run",
        "вручную": "by hand",
        "Запустить сейчас": "Run now",
        "Включить снова": "Resume",
        "Принять изменения": "Accept the changes",
        "Запуск": "Run",
        "Итог": "Outcome",
        "Как подключён": "How it is connected",
        "Решить": "Decide",
        "папка": "folder",
        "сервер SFTP": "SFTP server",
        "хранилище S3": "S3 storage",
        "почтовый ящик": "mailbox",
        "служба HTTP": "HTTP service",
        "база PostgreSQL": "PostgreSQL database",
        "база MySQL или MariaDB": "MySQL or MariaDB database",
        "поток NATS JetStream": "NATS JetStream stream",
        "темы Kafka": "Kafka topics",
        "брокер MQTT": "MQTT broker",
        "идёт": "running",
        "выполнен": "done",
        "ждёт решения": "waits for a decision",
        "будет повторён": "will be tried again",
        "источник остановлен": "the source is stopped",
    }
)
CONNECTION_PATTERNS: Final = (
    (r"Не взято: (.+)", r"Not taken: \1"),
    (
        r"(.+): раздел (.+): (\d+) сообщений удалены раньше, чем прочитаны\.",
        r"\1: partition \2: \3 messages were deleted before they were read.",
    ),
    (
        r"(.+): раздел (.+) начат заново и будет прочитан с начала\.",
        r"\1: partition \2 was made anew and is read from its beginning.",
    ),
    (r"Новые столбцы: (.+)\.", r"New columns: \1."),
    (r"Исчезли столбцы: (.+)\.", r"Columns that are gone: \1."),
    (r"Столбец «(.+)» сменил тип: был (.+), стал (.+)\.", r"Column «\1» changed its type from \2 to \3."),
    (r"Загрузка (\d+) ждёт решения\.", r"Load \1 waits for a decision."),
    (r"Загрузка (\d+) ждёт решения: новых не будет, пока его нет\.",
     r"Load \1 waits for a decision: none before that."),
    (r"Загрузка (\d+) отклонена: исправьте источник и включите его снова\.",
     r"Load \1 was refused: put the source right, then resume it."),
    (r"Приостановил: (.+)\.", r"Paused by \1."),
    (r"Фоновая работа отстаёт: загрузка начнётся, когда она догонит\.",
     r"Background work is behind: the load begins when it has caught up."),
)  # fmt: skip
