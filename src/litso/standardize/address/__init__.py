"""Addresses of Russia: free text or parts → standard components, a line, a key of the house, and codes of quality."""

from litso.standardize.address.bulk import SCHEMA, parse_column
from litso.standardize.address.model import COLUMNS, Address
from litso.standardize.address.parts import parse_parts
from litso.standardize.address.reader import parse

__all__ = ["COLUMNS", "SCHEMA", "Address", "parse", "parse_column", "parse_parts"]
