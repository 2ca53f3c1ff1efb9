"""Words of the screens for the names of the program. Russian; `english` translates them like any other text."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from litso.golden.policy import CRITERIA, ONLY, TIE
from litso.usecases import reference

ROLES: Final = MappingProxyType(
    {
        "administrator": "администратор",
        "operator": "оператор",
        "steward": "дата-стюард",
        "analyst": "аналитик",
        "integrator": "интегратор",
        "compliance": "комплаенс",
        "collector": "сборщик событий",
        "assistant": "ассистент",
        "consumer": "получатель",
    }
)

FIELD_CLASSES: Final = MappingProxyType(
    {
        "contact": "контакты",
        "document": "документы",
        "finance": "деньги",
        "special": "особые",
    }
)

ROLE_DUTIES: Final = MappingProxyType(
    {
        "administrator": "Всё, и заводит людей.",
        "operator": "Ищет субъектов, видит карточку, раскрывает контакты с указанием цели.",
        "steward": "То же, и решает судьбу загрузок и карантина.",
        "analyst": "Видит источники и качество данных; персональных данных не видит.",
        "integrator": "Источники, загрузки и карантин; работает через API.",
        "compliance": "Видит карточку, совпадения с перечнями и риски, решает по ним; больше их не видит никто.",
    }
)

PURPOSES: Final = MappingProxyType(
    {
        "call": "Разговор с абонентом",
        "identity": "Проверка личности",
        "request": "Работа по обращению",
        "stewardship": "Разбор данных",
        "subject": "Запрос самого субъекта",
        "integration": "Обмен данными",
        "screening": "Проверка по перечням",
    }
)
"""Why personal data may be shown in full."""

HIT_KINDS: Final = MappingProxyType(
    {
        "name": "имя",
        "phone": "телефон",
        "account": "ЛС",
        "meter": "прибор",
        "email": "почта",
        "address": "адрес",
        "birth_date": "дата рождения",
        "document": "документ",
    }
)

ATTRIBUTES: Final = MappingProxyType(
    {
        "full_name": "ФИО или название",
        "name": "Имя",
        "surname": "Фамилия",
        "given_name": "Имя",
        "patronymic": "Отчество",
        "gender": "Пол",
        "birth_date": "Дата рождения",
        "address": "Адрес",
        "phone": "Телефон",
        "phones": "Телефоны",
        "email": "Почта",
        "emails": "Почта",
        "account": "Лицевой счёт",
        "accounts": "Лицевые счета",
        "snils": "СНИЛС",
        "inn": "ИНН",
        "ogrn": "ОГРН",
        "kpp": "КПП",
        "passport": "Паспорт",
        "national_id": "Удостоверение личности",
        "opf": "Правовая форма",
        "company": "Название",
        "postal_code": "Индекс",
        "region": "Регион",
        "city": "Город",
        "street": "Улица",
        "house": "Дом",
        "block": "Корпус",
        "flat": "Квартира",
        "record": "Запись целиком",
    }
)

RULES: Final = MappingProxyType(
    {**CRITERIA, ONLY: "других значений нет", TIE: "равные доводы: первый источник по порядку", "pin": "закреплено"}
)
"""Why a value won."""

QUALITY: Final = MappingProxyType(
    {
        0: "надёжно",
        1: "есть сомнения",
        2: "пусто или мусор",
        3: "есть варианты",
        4: "исправлено",
        5: "без города",
        6: "неполно",
        7: "иностранное",
        10: "недействительно",
    }
)

EVENT_KINDS: Final = MappingProxyType(
    {
        "payment": "Платёж",
        "charge": "Начисление",
        "reading": "Показание",
        "request": "Обращение",
        "call": "Звонок",
        "delivery": "Доставка",
        "outage": "Отключение",
        "event": "Действие на сайте",
    }
)
EVENT_KINDS_MANY: Final = MappingProxyType(
    {
        "payment": "Платежи",
        "charge": "Начисления",
        "reading": "Показания",
        "request": "Обращения",
        "call": "Звонки",
        "delivery": "Доставки",
        "outage": "Отключения",
        "event": "Действия на сайте",
    }
)
EVENT_ICONS: Final = MappingProxyType(
    {
        "payment": "ruble",
        "charge": "receipt",
        "reading": "gauge",
        "request": "chat",
        "call": "phone",
        "delivery": "mail",
        "outage": "bolt",
        "event": "eye",
    }
)

PARTY_KINDS: Final = MappingProxyType(
    {
        "person": "физлица",
        "organization": "юрлица",
        "auto": "физлица и юрлица",
        "none": "только факты",
    }
)

LOAD_STATUSES: Final = MappingProxyType(
    {
        "running": "идёт",
        "held": "ждёт решения",
        "done": "опубликована",
        "failed": "не удалась",
        "rejected": "отклонена",
    }
)
LOAD_TONES: Final = MappingProxyType(
    {"running": "info", "held": "warn", "done": "good", "failed": "bad", "rejected": "bad"}
)
LOAD_MODES: Final = MappingProxyType({"full": "полная", "delta": "изменения", "stream": "поток", "renewal": "пересчёт"})

DETAILS: Final = MappingProxyType(
    {
        "channel": "канал",
        "operator": "оператор",
        "seconds": "разговор, с",
        "residents": "проживает",
        "brand": "марка",
        "floor": "этаж",
        "entrance": "подъезд",
        "section": "участок сети",
        "class": "вид",
        "resource": "ресурс",
        "category": "категория",
        "crew": "бригада",
        "els": "ЕЛС",
        "izhku": "ИЖКУ",
        "cadastral": "кадастровый номер",
    }
)
"""Names that sources often give to the details of facts."""

VERDICTS: Final = MappingProxyType({"same": "Один субъект:", "different": "Разные:", "unsure": "Неясно:"})

BAD_ROWS: Final = MappingProxyType(
    {
        "there is no such record": "такой записи нет",
        "a source and a key are expected": "нужны источник и ключ",
        "a verdict is one of": "решение — same, different или unsure",
        "a judgement is about two different records": "это одна и та же запись",
        "the pair is judged in line": "эта пара уже есть выше",
        "somebody else is at case": "вопрос уже разбирают:",
        "case": "решают двое, вопрос",
    }
)
"""How the reason begins for which a row of judgements in bulk is not taken; a number at its end stays."""

QUARANTINE_CODES: Final = MappingProxyType(
    {
        "missing_key": "нет ключа",
        "key_too_long": "слишком длинный ключ",
        "duplicate_key": "повтор ключа",
        "wrong_field_count": "не то число полей",
        "cut_short": "файл обрывается",
        "no_totals": "нет итогов реестра",
        "totals_disagree": "итоги реестра расходятся",
        "unbalanced_quote": "незакрытая кавычка",
        "bad_quotes": "кавычки внутри значения",
        "undecodable": "не читается кодировка",
        "mixed_encoding": "смешаны кодировки",
        "nul_bytes": "нулевые байты",
        "row_too_long": "слишком длинная строка",
        "bad_consent": "непонятное согласие",
        "bad_json": "не JSON",
        "not_an_object": "не JSON-объект",
        "message_type": "неизвестный вид сообщения",
        "message_shape": "сообщение не по спецификации",
        "message_size": "слишком большое сообщение",
        "message_user": "сообщение ни о ком",
        "message_timestamp": "неверное время события",
    }
)

REFERENCE_TITLES: Final = MappingProxyType({name: kind.title for name, kind in reference.KINDS.items()})
REFERENCE_PUBLISHERS: Final = MappingProxyType({name: kind.official for name, kind in reference.KINDS.items()})
KEY_STATUSES: Final = MappingProxyType(
    {
        "meets": "сводит пару",
        "crowded": "общий, но он у слишком многих",
        "differs": "разный",
        "missing": "указан не у обеих",
    }
)

TUNING_STATUSES: Final = MappingProxyType(
    {
        "rehearsing": "считается",
        "failed": "не получилась",
        "rehearsed": "готова",
        "applying": "применяется",
        "applied": "применена",
        "rolling_back": "откатывается",
        "rolled_back": "откачена",
    }
)
TUNING_CHANGES: Final = MappingProxyType(
    {
        "merge": "объединение",
        "split": "разделение",
        "regroup": "перегруппировка",
        "judged": "под решением стюарда",
    }
)
LABELS: Final = MappingProxyType(
    {"same": "один субъект", "different": "разные субъекты", "unsure": "неясно", "dismiss": "вопрос снят"}
)

CHANNELS: Final = MappingProxyType({"sms": "СМС", "call": "звонок", "email": "письмо"})
"""Ways to reach a party."""

CASE_KINDS: Final = MappingProxyType(
    {
        "cut": "Похожи, но разделены",
        "doubt": "Пара под вопросом",
        "documents": "Документы противоречат",
        "split": "Возможное разделение",
        "bridge": "Слабая связь",
        "large": "Слишком крупный субъект",
        "manual": "Вопрос вручную",
    }
)
CASE_STATES: Final = MappingProxyType(
    {
        "live": "ждут решения",
        "open": "ждёт",
        "second": "ждёт второго",
        "escalated": "разногласие",
        "decided": "решено",
        "dismissed": "снято",
        "obsolete": "основание исчезло",
    }
)

OPERATION_KINDS: Final = MappingProxyType({"merge": "объединение", "split": "разделение", "bulk": "решения пачкой"})
"""What a steward does at once."""

OPERATION_STATUSES: Final = MappingProxyType(
    {
        "rehearsing": "считается",
        "failed": "не получилась",
        "rehearsed": "готова",
        "applying": "применяется",
        "applied": "применена",
        "undoing": "отменяется",
        "undone": "отменена",
    }
)

CONSENT_STATES: Final = MappingProxyType(
    {"given": "согласие", "refused": "отказ", "withdrawn": "отозвано", "expired": "истекло"}
)

CONSENT_PURPOSES: Final = MappingProxyType(
    {
        "processing": "обработка данных",
        "service": "обслуживание",
        "mailing": "рассылки",
        "marketing": "реклама",
        "debt": "долг",
        "survey": "опросы",
        "receipt": "чеки",
        "transfer": "передача другим",
    }
)

CONSENT_CHANNELS: Final = MappingProxyType(
    {
        "call": "звонок",
        "autocall": "автоматический звонок",
        "sms": "СМС",
        "messenger": "мессенджер",
        "email": "письмо",
        "push": "приложение",
        "post": "почта",
    }
)

CONSUMER_STATUSES: Final = MappingProxyType({"active": "работает", "paused": "приостановлен", "stopped": "остановлен"})
DELIVERY_PROBLEMS: Final = MappingProxyType(
    {
        "no answer in time": "не ответил вовремя",
        "no stream takes this subject": "поток не принимает эту тему",
        "the file cannot be written": "файл не записать",
        "no connection": "нет соединения",
        "the certificate is not valid": "сертификат недействителен",
        "the answer is no HTTP": "ответ не по HTTP",
        "the address is not a URL": "адрес написан неверно",
        "the address must be an https": "адрес должен начинаться с https://",
        "the address must be https": "адрес должен начинаться с https://",
        "the address must hold no user name, fragment or blank": "в адресе не может быть имени, # и пробелов",
        "the host of the address is unknown": "узел с таким адресом не найден",
        "the address leads into a private network": "адрес ведёт во внутреннюю сеть",
        "it answered 410": "ответил 410: больше не нужно",
        "it has failed for": "слишком долго не принимает",
    }
)
"""How what kept a delivery from its consumer begins; what follows a colon there is for engineers and stays."""

CONNECTORS: Final = MappingProxyType(
    {
        "folder": "папка",
        "sftp": "сервер SFTP",
        "s3": "хранилище S3",
        "imap": "почтовый ящик",
        "http": "служба HTTP",
        "postgresql": "база PostgreSQL",
        "mysql": "база MySQL или MariaDB",
        "nats": "поток NATS JetStream",
        "kafka": "темы Kafka",
        "mqtt": "брокер MQTT",
    }
)
RUN_STATUSES: Final = MappingProxyType(
    {
        "running": "идёт",
        "done": "выполнен",
        "held": "ждёт решения",
        "failed": "будет повторён",
        "stopped": "источник остановлен",
    }
)
CONSUMER_ACTS: Final = MappingProxyType(
    {
        "added": "подключён",
        "failed": "ошибка",
        "stopped": "остановлен",
        "tested": "проба",
        "paused": "пауза",
        "resumed": "возобновлён",
        "replayed": "повтор",
        "limited": "новые пределы",
        "secret": "новый секрет",
    }
)
"""What happened to a consumer."""
WRITEBACK_RULES: Final = MappingProxyType(
    {
        "empty": "только если в источнике пусто",
        "better": "ещё если значение источника сомнительное, а золотое надёжное",
        "older": "ещё если запись источника старше золотого значения",
    }
)
WRITEBACK_WAYS: Final = MappingProxyType(
    {"sql": "запросом в базу источника", "http": "вызовом службы", "file": "файлом для оператора"}
)
WRITEBACK_STATUSES: Final = MappingProxyType({"running": "идёт", "done": "закончен", "failed": "прерван"})
WRITEBACK_OUTCOMES: Final = MappingProxyType(
    {
        "written": "записано",
        "handed": "выдано в файле",
        "conflict": "разошлось",
        "missing": "нет строки",
        "refused": "отказано",
        "sending": "отправляется",
    }
)
WRITEBACK_KEPT: Final = MappingProxyType(
    {
        "filled": "В источнике своё значение",
        "quality": "Значение источника не хуже золотого",
        "age": "Значение источника не старше золотого",
        "declined": "Источник уже отказался от этого значения",
        "tried": "Уже не вышло, и запись с тех пор не изменилась",
    }
)
"""Why values of a source are left alone."""

SIGN_IN_METHODS: Final = MappingProxyType(
    {
        "": "неизвестно как",
        "password": "по паролю",
        "code": "по паролю и коду",
        "recovery": "по запасному коду",
        "provider": "через вход организации",
        "invitation": "по приглашению",
    }
)
"""How a session was opened."""

EXPORT_KINDS: Final = MappingProxyType(
    {"parties": "субъекты", "debtors": "должники", "failing": "ключи плохих записей"}
)
EXPORT_STATUSES: Final = MappingProxyType(
    {
        "waiting": "ждёт разрешения",
        "approved": "готовится",
        "ready": "готова",
        "refused": "отказано",
        "failed": "не получилась",
        "withdrawn": "отозвана",
        "expired": "файла больше нет",
    }
)
EXPORT_CONDITIONS: Final = MappingProxyType(
    {
        "query": "поиск",
        "kind": "кто",
        "territory": "территория",
        "brand": "бренд",
        "source": "источник",
        "lacks": "не хватает",
        "least": "долг от",
        "attribute": "поле",
        "dimension": "показатель",
        "other": "второй источник",
    }
)
EXPORT_COLUMNS: Final = MappingProxyType(
    {
        "party_id": "идентификатор",
        "kind": "кто",
        "name": "имя",
        "birth_date": "дата рождения",
        "gender": "пол",
        "address": "адрес",
        "accounts": "лицевые счета",
        "phones": "телефоны",
        "emails": "почта",
        "snils": "СНИЛС",
        "inn": "ИНН",
        "passport": "паспорт",
        "records": "записей",
        "account": "лицевой счёт",
        "debt": "долг",
        "lacks": "чего не хватает",
        "has": "что есть",
        "source": "источник",
        "source_id": "ключ источника",
    }
)
