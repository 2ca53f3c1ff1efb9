"""English texts of the screens about consumers of the change feed."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

FEED_TEXTS: Final = MappingProxyType(
    {
        "Получатели": "Consumers",
        "не ответил вовремя": "no answer in time",
        "нет соединения": "no connection",
        "сертификат недействителен": "the certificate is not valid",
        "ответ не по HTTP": "the answer is no HTTP",
        "адрес написан неверно": "the address is not a URL",
        "адрес должен начинаться с https://": "the address must begin with https://",
        "в адресе не может быть имени, # и пробелов": "the address must hold no user name, fragment or blank",
        "узел с таким адресом не найден": "the host of the address is unknown",
        "адрес ведёт во внутреннюю сеть": "the address leads into a private network",
        "ответил 410: больше не нужно": "it answered 410: it wants no more",
        "слишком долго не принимает": "it has failed for too long",
        "Службы, которым Litso сообщает о новых, изменённых, объединённых и уничтоженных субъектах. Каждая видит только свои поля.": (  # noqa: E501
            "Services that Litso tells of new, changed, merged and erased parties. Each sees its own fields alone."
        ),
        "Получатель с таким именем уже есть.": "There is a consumer of this name already.",
        "Не принято: проверьте имя, цель и адрес. Адрес — https:// и не во внутренней сети.": (
            "Refused: check the name, the purpose and the address. An address is https:// and not in a private network."
        ),
        "Доставка стоит: не запущен": "Nothing is delivered: not running is",
        "Подключены": "Attached",
        "Отставание": "Lag",
        "Доставлено": "Delivered",
        "ошибок подряд: %s": "failures in a row: %s",
        "Ошибок подряд": "Failures in a row",
        "Никто ещё не подключён": "Nobody is attached yet",
        "Подключить получателя": "Attach a consumer",
        "Имя латиницей": "Name in Latin letters",
        "Цель: что служба делает с данными": "Purpose: what the service does with the data",
        "Litso отправляет (вебхук)": "Litso posts (webhook)",
        "служба приходит сама": "the service comes for them",
        "Адрес вебхука или брокера": "Address of the webhook or the broker",
        "поток NATS JetStream": "a stream of NATS JetStream",
        "тема Kafka": "a topic of Kafka",
        "файлы JSONL": "files of JSONL",
        "Брокер: имя:пароль; хранятся запечатанными": "Broker: user:password; they are kept sealed",
        "поток не принимает эту тему": "no stream takes this subject",
        "файл не записать": "the file cannot be written",
        "Какие значения сообщать; без отметок — только идентификаторы": "Values to tell; none ticked: ids alone",
        "Только субъекты с записями этих источников; без отметок — все": (
            "Only parties with records of these sources; none ticked: all"
        ),
        "Только изменения этих значений; без отметок — любые": "Only changes of these values; none ticked: any",
        "Только физлица или только юрлица; без отметок — все": ("Only persons or only organizations; none ticked: all"),
        "Сообщить и обо всём, что уже было": "Tell of all that ever happened, too",
        "Подключить": "Attach",
        "Секрет. Сохраните его сейчас: больше он не появится.": "The secret. Keep it now: it is not shown again.",
        "Проверка:": "Try it:",
        "Им подписан каждый запрос (Standard Webhooks). Прежний секрет действует ещё сутки.": (
            "Every request is signed with it (Standard Webhooks). A former secret is valid for another day."
        ),
        "Ответ на пробное событие:": "Answer to the test event:",
        "Как": "How",
        "следующая попытка": "next attempt",
        "Событие": "Event",
        "Пробное событие": "Test event",
        "Приостановить": "Pause",
        "Возобновить": "Resume",
        "Новый секрет": "New secret",
        "Повторить после события №": "Replay after event No.",
        "Повторить": "Replay",
        "Что видит": "What it sees",
        "только идентификаторы": "ids alone",
        "любые": "any",
        "Подключил": "Attached by",
        "Что было": "What happened",
        "Что": "What",
        "Кто или почему": "Who or why",
        "Отключить насовсем": "Detach for good",
        "Имя получателя, чтобы подтвердить": "Name of the consumer, to confirm",
        "Изменения": "Changes",
        "Цель": "Purpose",
        "Субъекты": "Parties",
        "все": "all",
        "Значения": "Values",
        # states and acts
        "работает": "active",
        "приостановлен": "paused",
        "остановлен": "stopped",
        "подключён": "attached",
        "ошибка": "failure",
        "проба": "test",
        "пауза": "pause",
        "возобновлён": "resumed",
        "повтор": "replay",
        "новый секрет": "new secret",
    }
)
