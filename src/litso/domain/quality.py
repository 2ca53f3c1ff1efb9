"""Quality of the records of a source: what is measured, with which formula, and when a figure is an alarm.

Every figure is a share, `good` of `total`, of the current records of one source; one attribute, one dimension, one
moment. Each bad value is counted by one dimension only: a placeholder is a lack, not a wrong value.

| dimension | `good` | of `total` |
|---|---|---|
| completeness | records with a value that is no placeholder | records of a kind that has the attribute |
| validity | records whose quality code says that the value needs no check | records with a value |
| uniqueness | records whose value too many parties do not share (`most_sharing`) | records with a value |
| uniqueness of records | records that are the only one of their party here | records that are cards |
| freshness | records changed in the source within `fresh_days` | records with a value |
| consistency | records whose value agrees with the golden value | records of parties that have several |
| consistency with a source | parties of which both sources say the same | parties of which both say anything |

Shares are from 0 to 1, counts in records (parties where two sources are compared), ages in days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from types import MappingProxyType
from typing import Final, NamedTuple

from litso.domain.record import ORGANIZATION, PERSON

COMPLETENESS: Final = "completeness"
VALIDITY: Final = "validity"
UNIQUENESS: Final = "uniqueness"
FRESHNESS: Final = "freshness"
CONSISTENCY: Final = "consistency"
DIMENSIONS: Final = (COMPLETENESS, VALIDITY, UNIQUENESS, FRESHNESS, CONSISTENCY)

RECORD: Final = "record"
"""In place of an attribute: the record as a whole."""

AGES: Final = (30, 90, 365, 1095)
"""Days within which records changed: the distribution of ages is the shares within each."""
FRESH_RECORD_DAYS: Final = 365

NO_VALUE: Final = 2
"""Quality code of what is no value: blank or a placeholder."""

_BOTH: Final = (PERSON, ORGANIZATION)
_SURE: Final = (0,)


class Asked(NamedTuple):
    """What is asked of an attribute.

    kinds: of party that have it. codes: quality codes of a value that needs no check, empty without codes.
    most_sharing: parties that may share a value, None for any number. fresh_days: age above which a value is doubtful,
    None where values do not age. is_compared: whether sources must say the same of one party.
    """

    kinds: tuple[str, ...] = _BOTH
    codes: tuple[int, ...] = _SURE
    most_sharing: int | None = None
    fresh_days: int | None = None
    is_compared: bool = True


FEW: Final = 8
"""Parties that may share a phone, an e-mail or an account: a family and those who work for it."""

ATTRIBUTES: Final = MappingProxyType(
    {
        "name": Asked(),
        "birth_date": Asked(kinds=(PERSON,)),
        "phone": Asked(codes=(0, 7), most_sharing=FEW, fresh_days=1095),  # 7: a sure foreign phone
        "email": Asked(most_sharing=FEW, fresh_days=1095),
        "address": Asked(fresh_days=1095),
        "account": Asked(most_sharing=FEW, is_compared=False),  # a party may have several
        "snils": Asked(kinds=(PERSON,), most_sharing=1),
        "inn": Asked(most_sharing=1),
        "passport": Asked(kinds=(PERSON,), most_sharing=1),
        "national_id": Asked(kinds=(PERSON,), codes=(), most_sharing=1),
        "ogrn": Asked(kinds=(ORGANIZATION,), most_sharing=1),
        "kpp": Asked(kinds=(ORGANIZATION,)),
    }
)
"""Attribute → what is asked of it, in the order in which people read them."""


def is_asked(attribute: str, dimension: str) -> bool:
    """Whether a dimension is measured of an attribute, or of whole records."""
    if attribute == RECORD:
        return dimension in (UNIQUENESS, FRESHNESS)
    if (asked := ATTRIBUTES.get(attribute)) is None:
        return False
    given = {
        COMPLETENESS: True,
        VALIDITY: bool(asked.codes),
        UNIQUENESS: asked.most_sharing is not None,
        FRESHNESS: asked.fresh_days is not None,
        CONSISTENCY: asked.is_compared,
    }
    return given.get(dimension, False)


_PARTS: Final = MappingProxyType(
    {
        **dict.fromkeys(("full_name", "surname", "given_name", "patronymic"), "name"),
        **dict.fromkeys(("region", "city", "street", "house", "block", "flat", "postal_code"), "address"),
    }
)


def attributes_of(mapped: Iterable[str]) -> tuple[str, ...]:
    """Attributes of ATTRIBUTES that a source gives, from the names that its mapping gives values to."""
    given = {_PARTS.get(name, name) for name in mapped}
    return tuple(name for name in ATTRIBUTES if name in given)


def parts_of(attribute: str) -> tuple[str, ...]:
    """Names under which a mapping gives values to an attribute."""
    return (attribute, *(part for part, whole in _PARTS.items() if whole == attribute))


class Figure(NamedTuple):
    """`good` of `total` at a moment. `other`: what it is compared with (consistency), or days (ages of records)."""

    source: str
    attribute: str
    dimension: str
    other: str
    good: int
    total: int
    measured_at: datetime

    @property
    def share(self) -> float | None:
        """The share that is good, None of nothing."""
        return self.good / self.total if self.total else None

    @property
    def bad(self) -> int:
        """How many are not good."""
        return self.total - self.good


# Alarms --------------------------------------------------------------------------------------------------------

HISTORY: Final = 10
"""Earlier measurements that say what is usual."""
LEAST_DROP: Final = 0.02
"""A smaller drop is no alarm, however steady the figure was."""
LEAST_DROP_OF_YOUNG: Final = 0.05
"""The same while there are fewer than `_YOUNG` earlier measurements."""
LEAST_RECORDS: Final = 30
"""Shares of fewer records say nothing."""

_YOUNG: Final = 3
_SPREADS: Final = 4.0
_OF_NORMAL: Final = 1.4826
_DEVIATIONS: Final = 3.0


class Alarm(NamedTuple):
    """A figure that dropped: `usual` is the median of `past` earlier shares, `least` the lowest of them."""

    figure: Figure
    usual: float
    least: float
    past: int

    @property
    def missing(self) -> int:
        """How many more records would be good at the usual share."""
        return max(round(self.usual * self.figure.total) - self.figure.good, 0)

    @property
    def reason(self) -> str:
        """Why it is an alarm, in words; no personal values."""
        one = self.figure
        what = "records" if one.attribute == RECORD else one.attribute
        return (
            f"{one.dimension} of {what} in {one.source} is {_percent(one.share or 0)}, usually {_percent(self.usual)}"
            f" (median of {self.past} earlier measurements, never below {_percent(self.least)});"
            f" {self.missing} more of {one.total} would be usual"
        )


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def find_alarm(series: Sequence[Figure]) -> Alarm | None:
    """Whether the last figure of a series (oldest first) is an alarm.

    It is when it lies below the median of up to HISTORY earlier shares by more than LEAST_DROP, four usual
    deviations from that median, and three standard errors of a share of so many records.
    """
    now = series[-1]
    past = [one.share for one in series[:-1] if one.share is not None and one.total >= LEAST_RECORDS][-HISTORY:]
    if now.share is None or now.total < LEAST_RECORDS or not past:
        return None
    usual = median(past)
    spread = _OF_NORMAL * median(abs(share - usual) for share in past)
    error = (usual * (1 - usual) / now.total) ** 0.5
    least = LEAST_DROP if len(past) >= _YOUNG else LEAST_DROP_OF_YOUNG
    if usual - now.share <= max(least, _SPREADS * spread, _DEVIATIONS * error):
        return None
    return Alarm(now, usual, min(past), len(past))


# The rhythm of a source ------------------------------------------------------------------------------------------


class Rhythm(NamedTuple):
    """When a source was loaded last, how long it is between its loads as a rule, and whether it is late."""

    source: str
    last: datetime | None
    usual: timedelta | None
    is_late: bool

    @property
    def reason(self) -> str:
        """Why it is late, in words."""
        day = timedelta(days=1)
        last = f"{self.last:%Y-%m-%d}" if self.last else "never"
        usual = f"{self.usual / day:.1f}" if self.usual else "?"
        return f"{self.source} is late: loaded last on {last}, usually every {usual} days"


_LOADS_OF_A_RHYTHM: Final = 3
_LATE_AFTER: Final = 2
_GRACE: Final = timedelta(days=1)


def rhythm(source: str, loads: Sequence[datetime], now: datetime) -> Rhythm:
    """The rhythm of a source from the times of its loads, in any order.

    Usual is the median time between loads, known from three loads on. Late: twice the usual time has passed since the
    last load, and a day more than usual.
    """
    times = sorted(loads)
    last = times[-1] if times else None
    if last is None or len(times) < _LOADS_OF_A_RHYTHM:
        return Rhythm(source, last, None, False)
    usual = timedelta(seconds=median((two - one).total_seconds() for one, two in pairwise(times)))
    return Rhythm(source, last, usual, now - last > max(_LATE_AFTER * usual, usual + _GRACE))
