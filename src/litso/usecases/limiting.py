"""Limits of actors as people write them: places in the standard form that records have."""

from __future__ import annotations

import re
from typing import Final

from litso.domain.scope import Scope
from litso.domain.territory import Territory
from litso.standardize.address.places import flat, region_by_name, town_by_name

_TOWN: Final = re.compile(r"^(?:г\.?|город|гор\.?)\s+", re.IGNORECASE)


def standard_region(text: str) -> str:
    """«Самарская обл.» as records have it, «Самарская»; a text that names no region of Russia stays as it is."""
    found = region_by_name(text)
    return found.name if found else text.strip()


def standard_city(text: str) -> str:
    """«г. Самара» as records have it, «Самара»."""
    bare = _TOWN.sub("", text.strip())
    found = town_by_name(flat(bare))
    return found.name if found else bare


def standard_territory(territory: Territory | None) -> Territory:
    """The place of a source in standard form."""
    region, city = (territory.region or "", territory.city or "") if territory else ("", "")
    return Territory(standard_region(region) if region else None, standard_city(city) if city else None)


def standard_scope(scope: Scope) -> Scope:
    """Limits with their territories, «region» or «region/city», in standard form."""
    return Scope(tuple(map(_standard_place, scope.territories)), scope.brands, scope.classes)


def _standard_place(text: str) -> str:
    region, slash, city = text.partition("/")
    return f"{standard_region(region)}/{standard_city(city)}" if slash else standard_region(region)
