"""The demo utility: a town seen through its systems, with the truth beside them."""

from litso.demo.build import Built, build_demo, setting_of
from litso.demo.rates import Rates, read_rates

__all__ = ["Built", "Rates", "build_demo", "read_rates", "setting_of"]
