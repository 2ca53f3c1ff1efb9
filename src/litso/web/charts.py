"""Line charts of shares over time, drawn on the server as SVG: places of points and ticks. No colours, no words.

`_charts.html` draws them, with a title, a description and a table of the same figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

WIDTH: Final = 640
HEIGHT: Final = 160
"""Of the drawing, without the room for labels around it."""

_STEP: Final = 0.1
_MOST_DOTS: Final = 60
_TICKS: Final = 4


class Point(NamedTuple):
    """A share (0 to 1) at a moment, where it is drawn."""

    x: float
    y: float
    moment: datetime
    share: float


class Tick(NamedTuple):
    """A mark of the upright axis: how far down, and its share in percent."""

    y: float
    percent: float


class Trend(NamedTuple):
    """A line of shares over time. `line` are its points as SVG takes them; dots are left out where they would touch."""

    points: tuple[Point, ...]
    line: str
    dots: tuple[Point, ...]
    ticks: tuple[Tick, ...]

    @property
    def first(self) -> Point:
        """The oldest figure."""
        return self.points[0]

    @property
    def last(self) -> Point:
        """The newest figure."""
        return self.points[-1]

    @property
    def least(self) -> Point:
        """The lowest figure, the newest of several."""
        return min(reversed(self.points), key=lambda point: point.share)


def trend(figures: Sequence[tuple[datetime, float]]) -> Trend | None:
    """The chart of (moment, share) pairs, the oldest first; None without any.

    The axis ends at one and begins at the tenth below the lowest share: small changes are seen, and the ticks say so.
    """
    if not figures:
        return None
    begin, end = figures[0][0], figures[-1][0]
    span = (end - begin).total_seconds()
    low = _floor(min(share for _, share in figures))

    def place(moment: datetime, share: float) -> Point:
        x = WIDTH * ((moment - begin).total_seconds() / span if span else 1)
        return Point(round(x, 1), _height(share, low), moment, share)

    points = tuple(place(*figure) for figure in figures)
    line = " ".join(f"{point.x},{point.y}" for point in points)
    ticks = tuple(_tick(low + (1 - low) * step / _TICKS, low) for step in range(_TICKS + 1))
    return Trend(points, line, points if len(points) <= _MOST_DOTS else points[-1:], ticks)


def _floor(share: float) -> float:
    """The tenth below a share, and at least one tenth below the top."""
    return min(int(share / _STEP) * _STEP, 1 - _STEP)


def _height(share: float, low: float) -> float:
    return round(HEIGHT * (1 - (share - low) / (1 - low)), 1)


def _tick(share: float, low: float) -> Tick:
    return Tick(_height(share, low), round(100 * share, 1))
