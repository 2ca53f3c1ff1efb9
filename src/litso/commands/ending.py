"""A program that is told to end has so long; what it has not ended by then it leaves as a kill would."""

from __future__ import annotations

import logging
import os
import sys
from threading import Timer
from typing import Final

_LOG: Final = logging.getLogger("litso.ending")
_CUT_OFF: Final = 75
"""Exit status: try again later (EX_TEMPFAIL)."""


def end_within(seconds: float) -> None:
    """End the process after `seconds` unless it has ended by itself.

    A thread cannot be interrupted; but PostgreSQL rolls back what the process had begun, and lets go of its locks, so
    that a job waits for another worker and a caller's repeated request is done once.
    """

    def cut_off() -> None:
        _LOG.warning("not everything under way has ended in %g s: it is given back", seconds)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_CUT_OFF)

    clock = Timer(seconds, cut_off)
    clock.daemon = True
    clock.start()
