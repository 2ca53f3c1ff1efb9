"""Parts of an address → the place: region, area, city, settlement, quarter, street; runs get their meaning here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from litso.domain.territory import Territory
from litso.standardize.address.look import region_at, town_at
from litso.standardize.address.names import fold, gender, join, street_name
from litso.standardize.address.places import (
    FEDERAL,
    Town,
    flat,
    has_rival,
    near_region,
    near_town,
    region_by_name,
    regions,
    town_by_name,
)
from litso.standardize.address.state import RUN, Part, Walk
from litso.standardize.address.tables import table, word_group
from litso.standardize.address.tokens import Token
from litso.standardize.address.words import AREA, CITY, NOISE, PLACE, PLAN, REGION, SINGLE, STREET

_ISLANDS: Final = {"в о": "В.О.", "васильевский остров": "В.О.", "п с": "П.С.", "петроградская сторона": "П.С."}
"""Parts of St. Petersburg that tell streets of one name apart."""

_RURAL: Final = frozenset({"с/п", "г/п", "с/с", "с/о", "с/а", "волость"})
"""Levels above a settlement that are no part of a postal address when the settlement is told."""

_URBAN_DISTRICTS: Final = word_group("urban_district")
_FOREIGN: Final = dict(pair.split("=") for pair in word_group("foreign"))
_FOREIGN_TOWNS: Final = dict(pair.split("=") for pair in word_group("foreign_town"))
_ADJECTIVAL_TOWN: Final = ("ый", "ий", "ой")


@dataclass(slots=True)
class Head:
    """The place of an address, before its house.

    `alternatives` tells that the town's name alone does not decide, `restante` that letters wait at the post office.
    """

    country: str | None = None
    postal_code: str | None = None
    region: str | None = None
    area: str | None = None
    area_type: str | None = None
    city: str | None = None
    city_type: str | None = None
    settlement: str | None = None
    settlement_type: str | None = None
    plans: list[tuple[str, str]] = field(default_factory=list)
    street: str | None = None
    street_type: str | None = None
    alternatives: bool = False
    restante: bool = False
    unparsed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def located(self) -> bool:
        """Whether a city or a settlement is known."""
        return bool(self.city or self.settlement)


def head(state: Walk, territory: Territory | None) -> Head:
    """Judge the parts of a walk: named ones first, then the runs, then what the region, town or territory implies."""
    place = Head(country=state.country, postal_code=state.postal_code, region=state.region)
    place.unparsed += state.unparsed
    told = any(part.kind in (STREET, PLAN) for part in state.parts)
    for part in state.parts:
        if part.kind == RUN:
            _strip_head(part, place, alone=len(state.parts) == 1)
            _town_of_run(place, part, told=told)
        else:
            _NAMED[part.kind](place, part)
    runs = [part for part in state.parts if part.kind == RUN and part.tokens]
    _judge(place, runs, house=state.follows or state.tail.house is not None)
    _imply(place, territory)
    _call_rightly(place)
    return place


def _drop(place: Head, tokens: Iterable[Token]) -> None:
    place.unparsed += [token.text for token in tokens]


def _strip_head(part: Part, place: Head, *, alone: bool) -> None:
    while part.tokens:
        token = part.tokens[0]
        if token.role is not None and token.role.kind == NOISE:
            part.tokens = part.tokens[1:]
        elif [word.low for word in part.tokens[:2]] == ["до", "востребования"]:
            place.restante, part.tokens = True, part.tokens[2:]
        elif fold(token.text) in _FOREIGN and place.country is None:
            place.country = _FOREIGN[fold(token.text)]
            part.tokens = part.tokens[1:]
        elif not _strip_region(part, place, alone=alone):
            return


def _strip_region(part: Part, place: Head, *, alone: bool) -> bool:
    """Take a bare region («Татарстан, …», «Самарская, г. …») or a misspelt one («Саматская обл») off a run."""
    for at, token in enumerate(part.tokens):
        if at and token.role is not None and token.role.kind == REGION:
            near = near_region(part.tokens[at - 1].low, token.role.code) or _other_kind(part.tokens[at - 1].low)
            if near and place.region in (None, near):
                place.region = near
                place.problems.append("region_corrected")
                part.tokens = part.tokens[: at - 1] + part.tokens[at + 1 :]
                return True
    found = region_at(part.tokens, 0)
    if found is None or place.region not in (None, found[0]):
        return False
    name, size = found
    phrase = " ".join(token.low for token in part.tokens[:size])
    if town_by_name(flat(phrase)) is not None:
        return False
    whole = size == len(part.tokens)
    if gender([token.text for token in part.tokens[:size]]) >= 0 and not (whole and part.first and not part.number):
        return False
    if (
        len(phrase) < 4
        and not phrase.endswith("ао")
        and not (whole and not part.number)
        and phrase not in ("днр", "лнр", "кбр", "кчр")
    ):
        return False
    if (whole and part.number) or (alone and whole and gender([token.text for token in part.tokens]) >= 0):
        return False
    place.region = name
    part.tokens = part.tokens[size:]
    return True


def _other_kind(word: str) -> str | None:
    """«Приморский обл»: the name is right, the type is not."""
    for region in regions().values():
        if region.type in ("обл", "край") and fold(region.name)[:-2] == word[:-2]:
            return region.name
    return None


def _area(place: Head, part: Part) -> None:
    name = _nominative(join(part.words))
    if part.code == "г.о." or part.code == "м.о.":
        town = town_by_name(flat(name))
        if town is not None:
            if place.city is None and not place.settlement:
                _set_town(place, town)
            return
    if _within_city(place, part, name):
        place.plans.append((part.code, name))
    elif place.area is None:
        place.area, place.area_type = name, part.code
    elif (place.area, place.area_type) != (name, part.code):
        if part.code in ("г.о.", "м.о."):
            return
        _drop(place, part.tokens)


def _within_city(place: Head, part: Part, name: str) -> bool:
    """Districts of a city, and since 2020 the municipal ones of Moscow and St. Petersburg."""
    is_district = part.code == "р-н" or (part.code == "м.о." and place.city in FEDERAL)
    return is_district and place.city is not None and place.settlement is None and not part.extra


def _nominative(name: str) -> str:
    """«Большеболдинского» (района) → «Большеболдинский»."""
    if name.endswith("ского") or name.endswith("цкого"):
        return name[:-3] + "ий"
    return name


def _set_town(place: Head, town: Town, code: str = "г") -> None:
    if town.name in FEDERAL:
        place.region = place.region or town.name
        if place.city is None:
            place.city, place.city_type = town.name, "г"
        return
    if place.region is not None and place.region not in town.regions and len(town.regions) == 1:
        pass
    place.city, place.city_type = town.name, code


def _city(place: Head, part: Part) -> None:
    words = part.words
    town = town_by_name(flat(" ".join(words)), place.region)
    if town is None:
        town = _respelled(place, words)
    name = town.name if town else join(words)
    if town is not None and town.name in FEDERAL:
        if place.region is None:
            place.region = town.name
        if place.city is None:
            place.city, place.city_type = town.name, "г"
        elif place.region == town.name and place.city not in FEDERAL:
            return
        return
    if place.settlement == name and place.settlement_type == "п":
        place.settlement = place.settlement_type = None
    if place.city is None or place.city == place.region:
        place.city, place.city_type = name, "г"
    elif place.city != name:
        _second_place(place, name, "г", part)


def _respelled(place: Head, words: list[str]) -> Town | None:
    """A misspelt town of a known region."""
    if place.region is None:
        return None
    town = near_town(flat(" ".join(words)), place.region)
    if town is not None:
        place.problems.append("city_corrected")
    return town


def _settlement(place: Head, part: Part) -> None:
    words = [("имени" if fold(word) == "им" else word) for word in part.words]
    name = join(words)
    code = part.code
    if code in _RURAL and (place.settlement is not None or part.extra):
        return
    town = town_by_name(flat(" ".join(words)), place.region)
    if town is not None and code in ("пгт", "рп", "п") and place.city == town.name:
        return
    if place.settlement is None:
        place.settlement, place.settlement_type = name, code
    elif place.settlement == name:
        place.settlement_type = place.settlement_type if place.settlement_type not in _RURAL else code
    else:
        _second_place(place, name, code, part)


def _second_place(place: Head, name: str, code: str, part: Part) -> None:
    """Two settlements: the later one is the nearer; the earlier one stands in for the city, or for the area."""
    if code == "г":
        if place.settlement is None:
            place.settlement, place.settlement_type = name, code
        else:
            _drop(place, part.tokens)
        return
    earlier, earlier_code = place.settlement, place.settlement_type
    if earlier_code in _RURAL:
        pass
    elif place.city is None:
        place.city, place.city_type = earlier, earlier_code
    elif place.area is None:
        place.area, place.area_type = earlier, earlier_code
    else:
        place.unparsed += [f"{earlier_code or ''}".upper(), earlier or ""]
    place.settlement, place.settlement_type = name, code


def _plan(place: Head, part: Part) -> None:
    code, words = part.code, part.words
    if code == "внт":
        return
    if code == "тер" and words:
        inner = SINGLE.get(fold(words[0]))
        if inner is not None and inner.kind == PLAN and len(words) > 1:
            code, words = inner.code, words[1:]
    name = join(words)
    if code == "мкр" and name.isdigit() and len(name) < 3:
        name += "-й"
    if (code, name) not in place.plans:
        place.plans.append((code, name))


def _street(place: Head, part: Part) -> None:
    words, code = part.words, part.code
    if code == "км":
        name = " ".join(words)
        name = name if "-" in name else name + "-й"
        if place.street:
            place.street = f"{place.street} {name} км"
        else:
            place.street, place.street_type = name, "км"
        return
    name = street_name(tuple(words), tuple(part.dotted)) if words else ""
    if part.extra:
        name = f"{name} ({part.extra})"
    if code == "кольцевая":
        name, code = ("МКАД" + (f" {name}" if name else "")), ""
    if place.street is None:
        place.street, place.street_type = name, code or None
    elif place.street_type == "км":
        place.street, place.street_type = f"{name} {place.street} км", code or None
    elif (place.street, place.street_type) != (name, code):
        place.unparsed += [code.upper(), *words]


_NAMED: Final = {AREA: _area, CITY: _city, PLACE: _settlement, PLAN: _plan, STREET: _street}


def _town_of_run(place: Head, run: Part, *, told: bool) -> None:
    """A run that begins with a town's name names the town, unless a city is known already."""
    found = town_at(run.tokens, 0)
    if found is None:
        return
    town, size = found
    if not _is_town(place, run, town, whole=size == len(run.tokens), told=told):
        return
    if place.region is not None and place.region not in town.regions:
        town = town_by_name(flat(" ".join(token.text for token in run.tokens[:size])), place.region) or town
    if not _take_town(place, town):
        return
    while town_at(run.tokens, 0) == found:
        run.tokens = run.tokens[size:]
    _strip_head(run, place, alone=False)


def _take_town(place: Head, town: Town) -> bool:
    """Make the town the city of the place, if there is room for it."""
    if place.city is None or (town.name in FEDERAL and place.region in (None, town.name)):
        _set_town(place, town)
    elif place.city == place.region and place.region in town.regions:
        place.city, place.city_type = town.name, "г"
    else:
        return place.city == town.name
    return True


def _is_town(place: Head, run: Part, town: Town, *, whole: bool, told: bool) -> bool:
    if run.after_house and place.city is not None:
        return False
    if town.name in FEDERAL and place.region is None and not run.after_house:
        return True
    if place.city is not None and place.city not in FEDERAL and place.city != town.name:
        return False
    phrase = run.tokens[0].low
    if len(phrase) < 3 and phrase != "нн":
        return whole or told
    if phrase.endswith(_ADJECTIVAL_TOWN) and gender([phrase]) >= 0:
        return whole and (told or not run.number) and (place.region is None or place.region in town.regions)
    if whole and run.number and not told:
        return town.name in FEDERAL or phrase not in ("горький", "чкалов", "молотов", "калинин", "киров")
    return True


def _judge(place: Head, runs: list[Part], *, house: bool) -> None:
    """What the remaining runs are: the one before the house is the street, an earlier one the settlement."""
    street = None
    if place.street is None:
        others = [run for run in runs if not run.after_house][-1:] or (runs[:1] if house else [])
        candidates = [run for run in runs if run.number] or ([] if place.plans or place.settlement else others)
        if candidates and _streetlike(place, candidates[0], runs):
            street = candidates[0]
    for run in runs:
        island = _ISLANDS.get(flat(" ".join(run.words)))
        if island and place.street and place.region == "Санкт-Петербург":
            place.street += "" if place.street.endswith(island) else f" {island}"
        elif run is street:
            _run_street(place, run)
        elif _run_place(place, run, street=place.street is not None or street is not None):
            continue
        else:
            _drop(place, run.tokens)


def _streetlike(place: Head, run: Part, runs: list[Part]) -> bool:
    """Whether an untyped name is a street: not a village by its ending, nor the only word of a text without a house."""
    words = run.words
    last = fold(words[-1])
    if run.number and (place.plans or place.settlement) and len(words) == 1 and last in ("дом", "дача"):
        return False
    if not run.number and not place.located:
        return False
    if last.endswith(("ово", "ево", "ино", "ыно")) and len(words) == 1 and not place.settlement:
        return not (place.city is None or (run is runs[0] and len(runs) > 1))
    if last.endswith(("овка", "евка")) and not place.located and len(runs) == 1:
        return False
    return any(token.number or len(token.low) > 2 for token in run.tokens)


def _run_street(place: Head, run: Part) -> None:
    words, dotted = run.words, run.dotted
    if (
        len(words) > 1
        and not place.located
        and len(words[0]) > 3
        and fold(words[0]).endswith(("ово", "ево", "ино", "ка", "ск"))
    ):
        place.settlement = join(words[:1])
        words, dotted = words[1:], dotted[1:]
    name = street_name(tuple(words), tuple(dotted))
    place.street = name
    kind = gender(words)
    place.street_type = (
        "ул" if kind == 1 or (kind < 0 and not fold(words[-1]).endswith(("парк", "вал", "сад", "ряд"))) else None
    )


def _run_place(place: Head, run: Part, *, street: bool) -> bool:
    """An untyped name before the street is a settlement where none is known yet."""
    if run.after_house or place.located or any(token.role is not None for token in run.tokens):
        return False
    if not (street or place.plans or place.region or place.area or run.number) or not _placelike(run.words):
        return False
    place.settlement = join(run.words)
    return True


def _placelike(words: list[str]) -> bool:
    """One word, or a noun with adjectives before it: a person's name in front of an address is not a village."""
    *before, last = words
    if not all(gender([word]) >= 0 or fold(word).endswith(("ые", "ие")) for word in before):
        return False
    return len(last) > 2 and not fold(last).endswith(("вич", "вна", "чна"))


def _imply(place: Head, territory: Territory | None) -> None:
    """The region from the town or the territory, the town from the territory; nothing that the text contradicts."""
    told = place.region is not None
    place.country = place.country or _foreign_country(place)
    home = region_by_name(territory.region) if territory else None
    _city_of_territory(place, territory, home.name if home else None)
    if place.region is None and place.city is not None:
        town = town_by_name(flat(place.city))
        options = town.regions if town and town.name == place.city else ()
        if len(options) == 1:
            place.region = options[0]
        elif home is not None and (not options or home.name in options):
            place.region = home.name
        elif options:
            place.alternatives = True
    if place.city is not None and not told and place.region != (home.name if home else None):
        place.alternatives = place.alternatives or has_rival(flat(place.city))
    if place.region is None and place.city is None and home is not None and _domestic(place):
        place.region = home.name
    if place.region in FEDERAL and place.city is None:
        place.city, place.city_type = place.region, "г"
    if place.country is None and (place.region or place.city or place.settlement or place.street or place.plans):
        place.country = "Россия"


def _foreign_country(place: Head) -> str | None:
    """The country of a town abroad, where no region or area of Russia is named."""
    if place.region or place.area or place.city_type not in (None, "г") or place.settlement_type not in (None, "г"):
        return None
    return _FOREIGN_TOWNS.get(fold(place.city or place.settlement or ""))


@lru_cache(maxsize=1)
def _street_aliases() -> dict[tuple[str, str], tuple[str, str]]:
    """What people call streets of a town: (town, folded name) → standard name and type."""
    return {(row["city"], row["alias"]): (row["name"], row["type"]) for row in table("street_aliases.tsv")}


def _call_rightly(place: Head) -> None:
    """«Лиговка» in St. Petersburg is «Лиговский пр-кт», and so is «Лиговский» alone; told where the name changed."""
    if not place.city or not place.street or place.settlement:
        return
    name, kind = _street_aliases().get((place.city, fold(place.street)), (None, None))
    if name is None or place.street_type not in (None, "ул", kind):
        return
    if name != place.street:
        place.problems.append("street_alias")
    elif place.street_type is not None:
        return
    place.street, place.street_type = name, kind


def _domestic(place: Head) -> bool:
    return place.country in (None, "Россия") and bool(place.settlement or place.street or place.plans or place.area)


def _city_of_territory(place: Head, territory: Territory | None, home: str | None) -> None:
    if territory is None or not territory.city or place.located or not _domestic(place):
        return
    if place.region is not None and home is not None and place.region != home:
        return
    if place.area is not None:
        if fold(place.area) not in _URBAN_DISTRICTS or place.area_type != "р-н":
            return
        place.plans.insert(0, ("р-н", place.area))
        place.area = place.area_type = None
    town = town_by_name(flat(territory.city))
    if town is not None:
        _set_town(place, town)
    else:
        place.city, place.city_type = territory.city, "г"
