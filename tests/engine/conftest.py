"""The client of Spark takes a process whose main module has no file for its own doctests; so is a worker of xdist."""

from __future__ import annotations

import sys

main = sys.modules["__main__"]
if not hasattr(main, "__file__"):
    main.__file__ = __file__
