"""Words for what standardization finds: kinds, components, codes, reasons. `english_parse` has them in English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

KINDS: Final = MappingProxyType(
    {
        "address": "Адрес",
        "name": "ФИО",
        "phone": "Телефон",
        "email": "Почта",
        "birth_date": "Дата рождения",
        "passport": "Паспорт",
        "snils": "СНИЛС",
        "inn": "ИНН",
        "ogrn": "ОГРН",
        "kpp": "КПП",
        "bik": "БИК",
        "account": "Лицевой счёт",
        "company": "Организация",
        "vehicle": "Номер автомобиля",
        "bank_account": "Счёт в банке",
        "driver_licence": "Водительское удостоверение",
    }
)

COMPONENTS: Final = MappingProxyType(
    {
        "result": "Итог",
        "value": "Значение",
        "surname": "Фамилия",
        "given_name": "Имя",
        "patronymic": "Отчество",
        "gender": "Пол",
        "genitive": "Родительный",
        "dative": "Дательный",
        "instrumental": "Творительный",
        "phone": "Телефон",
        "e164": "Номер E.164",
        "extension": "Добавочный",
        "type": "Тип",
        "provider": "Оператор",
        "region": "Регион",
        "city": "Город",
        "timezone": "Часовой пояс",
        "country": "Страна",
        "others": "Другие номера",
        "email": "Почта",
        "local": "Ящик",
        "domain": "Домен",
        "postal_code": "Индекс",
        "area": "Район",
        "settlement": "Населённый пункт",
        "planning_structure": "Микрорайон, квартал, СНТ",
        "street": "Улица",
        "stead": "Участок",
        "house": "Дом",
        "block": "Корпус, строение",
        "entrance": "Подъезд",
        "floor": "Этаж",
        "flat": "Квартира",
        "room": "Комната",
        "fias_id": "Код ФИАС",
        "fias_level": "Уровень ФИАС",
        "unparsed": "Не разобрано",
        "birth_date": "Дата рождения",
        "series": "Серия",
        "number": "Номер",
        "issued_by_code": "Код подразделения",
        "issuer": "Кем выдан",
        "opf": "Правовая форма",
        "opf_full": "Правовая форма полностью",
        "name": "Название",
        "inn": "ИНН",
        "kpp": "КПП",
        "ogrn": "ОГРН",
        "bank": "Банк",
        "bank_city": "Город банка",
    }
)

_CODES: Final = MappingProxyType(
    {
        0: "разобрано уверенно",
        1: "разобрано с допущениями или не полностью: нужна проверка",
        2: "пусто или заведомый мусор",
    }
)
_PHONE: Final = MappingProxyType(
    {
        0: "российский номер, уверенно",
        1: "с допущениями или не распознан: нужна проверка",
        3: "несколько номеров, взят первый: нужна проверка",
        7: "иностранный номер, уверенно",
    }
)
_EMAIL: Final = MappingProxyType(
    {
        0: "верно по общим правилам",
        1: "неверный адрес: нужна проверка",
        3: "одноразовый адрес",
        4: "исправлены опечатки: нужна проверка",
    }
)
_ADDRESS: Final = MappingProxyType(
    {
        0: "разобран уверенно",
        1: "остались лишние части или данных мало: нужна проверка",
        3: "есть другие варианты: нужна проверка",
    }
)
_DOCUMENT: Final = MappingProxyType({0: "верный", 1: "неверный: нужна проверка", 10: "недействительный"})
_BY_KIND: Final[Mapping[str, Mapping[int, str]]] = {
    "name": MappingProxyType({}),
    "company": MappingProxyType({}),
    "birth_date": MappingProxyType({}),
    "account": MappingProxyType({}),
    "phone": _PHONE,
    "email": _EMAIL,
    "address": _ADDRESS,
}

COMPLETE: Final = MappingProxyType(
    {
        0: "годен для письма",
        1: "нет региона",
        2: "нет города или населённого пункта",
        3: "нет улицы",
        4: "нет дома",
        5: "нет квартиры",
        6: "неполный",
        7: "иностранный",
        8: "до востребования или абонентский ящик",
        9: "сначала проверьте разбор",
        10: "дома нет в реестре",
    }
)
HOUSE: Final = MappingProxyType({2: "дом есть в реестре", 3: "есть похожий дом", 10: "дома нет в реестре"})

PROBLEMS: Final = MappingProxyType(
    {
        "area_renamed": "район переименован",
        "area_respelled": "опечатка в районе исправлена по реестру",
        "city_corrected": "город исправлен",
        "city_renamed": "город переименован",
        "city_respelled": "опечатка в городе исправлена по реестру",
        "closed_bank": "банк закрыт",
        "code_from_address": "код города взят из адреса",
        "company": "похоже на организацию",
        "digits_in_letters": "цифры вместо букв",
        "disposable": "одноразовая почта",
        "domain_repaired": "исправлен домен",
        "doubled_prefix": "двойной префикс",
        "extra_words": "лишние слова",
        "foreign_passport": "похоже на заграничный паспорт",
        "former_surname": "указана прежняя фамилия",
        "gender_conflict": "части имени разного рода",
        "impossible_year": "невозможный год бланка",
        "in_future": "дата в будущем",
        "initials_only": "только инициалы",
        "invalid_passport": "паспорт в списке недействительных",
        "look_alikes": "латинские буквы вместо русских",
        "month_first": "месяц стоит первым",
        "no_area_code": "нет кода города",
        "no_at_sign": "нет знака @",
        "no_digits": "нет цифр",
        "no_domain": "нет домена",
        "no_given_name": "нет имени",
        "no_legal_form": "нет правовой формы",
        "no_letters": "нет букв",
        "no_mailbox": "нет ящика перед @",
        "no_name": "нет названия",
        "no_such_date": "такой даты нет",
        "no_surname": "нет фамилии",
        "noise": "посторонние слова",
        "not_digits": "не цифры",
        "not_in_directory": "нет в справочнике БИК",
        "not_in_plan": "нет в плане нумерации",
        "not_understood": "не распознано",
        "old_code": "устаревший код города",
        "placeholder": "заглушка вместо значения",
        "plus_before_8": "плюс перед восьмёркой",
        "region_corrected": "регион исправлен",
        "settlement_renamed": "населённый пункт переименован",
        "settlement_respelled": "опечатка в населённом пункте исправлена по реестру",
        "several": "несколько значений",
        "several_persons": "несколько человек",
        "spreadsheet_number": "число из таблицы вместо даты",
        "street_renamed": "улица переименована",
        "street_respelled": "опечатка в улице исправлена по реестру",
        "street_type": "тип улицы исправлен по реестру",
        "too_long": "слишком длинный",
        "too_old": "слишком давняя дата",
        "too_short": "слишком короткий",
        "oblique_case": "имя дано не в именительном падеже",
        "typo_fixed": "исправлена опечатка",
        "unassigned_range": "номер из нераспределённого диапазона",
        "unknown_code": "неизвестный код",
        "read_again": "прочитан не с первого раза",
        "street_alias": "разговорное название улицы",
        "other_region": "городской номер другого региона",
        "other_city": "городской номер другого города",
        "issued_before_14": "паспорт выдан раньше, чем владельцу исполнилось 14 лет",
        "unknown_issuer": "нет такого кода подразделения",
        "unknown_region": "неизвестный регион",
        "unknown_word": "неизвестное слово",
        "wrong_checksum": "не сходится контрольная сумма",
        "wrong_domain": "неверный домен",
        "wrong_foreign_number": "неверный иностранный номер",
        "wrong_format": "неверный формат",
        "wrong_layout": "не та раскладка клавиатуры",
        "wrong_length": "неверная длина",
        "wrong_mailbox": "неверный ящик",
        "year_only": "только год",
    }
)


def meaning(kind: str, qc: int) -> str:
    """What a quality code means for a kind."""
    own = _BY_KIND.get(kind, _DOCUMENT)
    return own.get(qc) or _CODES.get(qc, str(qc))


def reason(problem: str) -> str:
    """A reason in words; an unknown one as it is named."""
    return PROBLEMS.get(problem, problem.replace("_", " "))
