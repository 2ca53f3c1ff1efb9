"""Words that name kinds of places and parts of houses: what the official type tables and people write.

A word means a `Role`: its kind decides how the name beside it is read, its code is what is printed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA


class Role(NamedTuple):
    """Kind of component that a word announces, and the short type that is printed for it."""

    kind: str
    code: str


REGION: Final = "region"
AREA: Final = "area"
CITY: Final = "city"
PLACE: Final = "place"
PLAN: Final = "plan"
STREET: Final = "street"
HOUSE: Final = "house"
BLOCK: Final = "block"
ENTRANCE: Final = "entrance"
FLOOR: Final = "floor"
FLAT: Final = "flat"
ROOM: Final = "room"
STEAD: Final = "stead"
BOX: Final = "box"
COUNTRY: Final = "country"
NOISE: Final = "noise"

NAMED: Final = frozenset({AREA, CITY, PLACE, PLAN, STREET})
NUMBERED: Final = frozenset({HOUSE, BLOCK, ENTRANCE, FLOOR, FLAT, ROOM, STEAD, BOX})

# kind, printed type, ways to write it (a phrase may have several words; letters of а/я stand for а-я and а.я. too)
_TABLE: Final = """
region обл: обл область области областью об обл-ть облась обасть облсть
region край: край края крае краю
region респ: респ республика республики республике респуб респ-ка рес-ка республ
region ао: ао а/о автономный+округ автономного+округа автономном+округе авт+округ авт+окр автономный+окр ао-югра
region аобл: аобл автономная+обл автономной+обл авт+обл автономная+область автономной+области авт+область
region г: гфз г/ф/з город+федерального+значения
area р-н: р-н район района районе рн р-он р-на р-не ра-н р-он-н муниципальный+район муниципального+района муниципальный+р-н м/р-н м.р-н мун+район мр-он р/н мун+р-н
area у: улус улуса у-с
area г.о.: г/о го гор+округ гор+окр городской+округ городского+округа городской+окр г/окр
area м.о.: муниципальный+округ м/окр мун+округ муниципального+округа м/округ
area кожуун: кожуун кожууна
city г: г гор город города городе г-д гор-д город-герой грд
place п: п пос поселок поселка поселке посёлок п-к поc
place пгт: пгт п/г/т поселок+городского+типа пос+гор+типа пос+городского+типа гп г/п городской+поселок
place рп: рп р/п рабочий+поселок раб+поселок раб+пос рабочий+пос
place дп: дп дачный+поселок дачный+пос
place кп: курортный+поселок
place с: с село селе села
place д: дер деревня деревни деревне дрв д-ня
place х: хутор хут хут-р
place ст-ца: ст-ца станица станицы стца стан
place ст: станция ж/д+ст жд+ст ж/д+станция железнодорожная+станция
place аул: аул
place аал: аал
place сл: слобода сл
place рзд: рзд разъезд раз-д
place нп: нп н/п населенный+пункт
place починок: починок
place высел: выселки высел
place кордон: кордон
place заимка: заимка
place м: местечко м-ко
place с/п: с/п сельское+поселение сельского+поселения сп сельск+поселение
place г/п: городское+поселение городского+поселения
place п: поселение
place с/с: с/с сельсовет сельсовета с-т с/сов с/совет сельский+совет
place с/о: с/о сельский+округ сельского+округа
place с/а: с/а сельская+администрация
place волость: волость
place п. ст: п/ст поселок+станции поселок+при+станции
plan мкр: мкр мкрн мкр-н микрорайон микрорайона мк-н м-н м/р м-р мкрн. микр мр-н мк микро-район микр-н мик-н м/район микрайон микрорайн мкр-он
plan кв-л: кв-л квартал квартала кварт квар-л к-л кв/л кв-ал
plan снт: снт с/т садоводческое+некоммерческое+товарищество садовое+товарищество сад+тов-во садовое+тов-во садоводческое+товарищество с/тов с/н/т сад+товарищество сдт садоводческое+неком+товарищество снтс
plan днт: днт д/н/т дачное+некоммерческое+товарищество
plan днп: днп дачное+некоммерческое+партнерство
plan дпк: дпк дачно-потребительский+кооператив дск
plan снп: снп
plan тсн: тсн
plan сот: сот
plan онт: онт
plan спк: спк
plan ст: садоводство садов-во сад-во
plan гск: гск гаражно-строительный+кооператив г/с/к гаражный+кооператив гк г/к
plan жск: жск
plan тер: тер территория терр тер-я тер-рия терр-я терр-рия
plan жк: жк ж/к жилой+комплекс
plan ж/м: ж/м жилмассив жилой+массив жил+массив
plan массив: массив
plan ж/р: ж/р жилрайон жилой+район ж/район ж/р-н жил+район жр
plan в/г: в/г военный+городок воен+городок в/городок военгородок
plan в/ч: в/ч войсковая+часть вч
plan г-к: г-к городок
plan промзона: промзона пром+зона п/з промышленная+зона промзоны промплощадка
plan промузел: промузел
plan зона: зона
plan внт: внутригородская+территория вн/тер/г вн/тер внутригородское+муниципальное+образование вн+тер
plan ур: урочище
plan местность: местность
plan автодорога: автодорога а/д авто-дорога
plan ф/х: ф/х фермерское+хозяйство
plan тсж: тсж
street ул: ул улица улице улицы улицу ули у-ца ул-ца улиц уллица улца улиа улиуа улича
street пр-кт: пр-кт проспект просп пр-т прт прос-т проспекта пр-к пр-пект проспекте пркт прсп просп-т
street пер: пер переулок переул пер-к переулка пер-ок перулок прк переуло
street проезд: проезд пр-д пр-зд прд прзд пр-езд проезда п-д пр/д пр-дъ
street пл: пл площадь площ площади пл-дь
street ш: ш шоссе шос шосс шосе
street б-р: б-р бульвар бул бульв б/р бр-р бл-р бульвара
street наб: наб набережная набер набережной наб-я наб-ая
street туп: туп тупик тупика тупичок
street аллея: аллея ал алл аллеи
street линия: линия лин лн
street тракт: тракт тр-т тракта
street спуск: спуск с-к
street въезд: въезд взд
street заезд: заезд ззд
street съезд: съезд сзд
street просека: просека пр-ка
street просек: просек
street проулок: проулок проул
street переезд: переезд пер-д
street кольцо: кольцо к-цо
street дор: дорога дор
street мгстр: магистраль
street пл-ка: площадка пл-ка
street взвоз: взвоз
street км: км километр километра
street кольцевая: мкад
house д: д дом дм дома
house зд: зд здание здания
house влд: влд вл владение владения
house двлд: двлд домовладение дмвл домовл дв двл д/в д/вл
house соор: соор сооружение сооруж
house общ: общежитие общ
house онс: онс
block к: к корп корпус кор крп кпус корпуса корпс копус
block стр: стр строение строен стро стр-е стр-ние строения стр-ие
block литера: лит литера литер литеры лит-ра лтр
block блок: блок
block секция: секция сек секц б/с блок-секция блок+секция
entrance п: подъезд под подьезд подьъезд под-д п-зд подъ парадная пар парад п/д подезд
floor эт: эт этаж этаже
flat кв: кв квартира квартиры кварт к-ра кв-ра квар квартире квра
flat офис: офис оф офиса
flat помещ: помещ помещение пом помещения пом-е пом-ие п/пом нежилое+помещение неж+пом нежил+пом пом-ние н/п+пом
flat гараж: гараж гар г-ж гаража
flat бокс: бокс
flat м/м: м/м машиноместо машино-место маш-место машиноместа а/м
flat клад: кладовая клад кладовка кладовое
flat пав: павильон пав
flat скл: склад скл
flat цех: цех
flat подв: подвал подв
flat каб: кабинет каб
flat секция: мастерская
flat ап: апартаменты апарт апартамент
room ком: ком комн комната комнаты к-та комнат кмн
stead уч: уч участок участка з/у земельный+участок зем+участок уч-к уч-ок зу зем+уч участ
box а/я: а/я абонентский+ящик абон+ящик абонент+ящик
country Россия: россия рф российская+федерация российской+федерации россии russia
noise -: адрес адресу индекс почтовый n адреса проживания регистрации по +
"""


def _phrases() -> dict[str, Role]:
    table: dict[str, Role] = {}
    for line in _TABLE.strip().splitlines():
        head, _, forms = line.partition(": ")
        kind, _, code = head.partition(" ")
        for form in forms.split():
            table.setdefault(form.replace("+", " ").strip(), Role(kind, code))
    return table


_ALL: Final = _phrases()
SINGLE: Final[dict[str, Role]] = {form: role for form, role in _ALL.items() if " " not in form and "/" not in form and form}
"""Words that are one token."""


def _sequences() -> dict[str, tuple[tuple[tuple[str, ...], bool, Role], ...]]:
    """By first token: the tokens that follow, whether they are joined letters (а/я, п.г.т.), and the role."""
    found: dict[str, list[tuple[tuple[str, ...], bool, Role]]] = {}
    for form, role in _ALL.items():
        joined = "/" in form
        parts = form.replace("/", " ").split()
        if len(parts) > 1:
            found.setdefault(parts[0], []).append((tuple(parts[1:]), joined, role))
    for letters, role in (("р п", Role(PLACE, "рп")), ("а о", Role(REGION, "ао")), ("г о", Role(AREA, "г.о."))):
        first, *rest = letters.split()
        found.setdefault(first, []).append((tuple(rest), True, role))
    return {first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in found.items()}


SEQUENCES: Final = _sequences()

_TYPO_TARGETS: Final = (
    "проспект",
    "переулок",
    "проезд",
    "бульвар",
    "набережная",
    "площадь",
    "область",
    "квартира",
    "корпус",
    "строение",
    "микрорайон",
    "деревня",
    "поселок",
    "станица",
    "республика",
    "подъезд",
    "общежитие",
    "домовладение",
    "владение",
    "квартал",
    "территория",
    "помещение",
    "комната",
)
_NOT_TYPOS: Final = frozenset({"площадка", "поселки", "посолок", "корпусов", "республик", "область-", "проезжая"})


@lru_cache(maxsize=65536)
def typo(word: str) -> Role | None:
    """The type word that a misspelt word of six letters or more stands for, or None.

    The first letter must agree and one edit (two in ten letters) must do: a name is never taken for a type lightly.
    """
    if len(word) < 6 or word in _NOT_TYPOS:
        return None
    for target in _TYPO_TARGETS:
        if word[0] == target[0] and OSA.distance(word, target, score_cutoff=2) <= (2 if len(target) > 9 else 1):
            return SINGLE[target]
    return None
