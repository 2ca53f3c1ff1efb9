"""The mapping of a source: which columns of its files are which attributes and facts.

A plain name is a column, `{value: "…"}` a constant. Several columns of one attribute are joined by a space; of a phone,
e-mail or account each gives a value of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Final

from litso.domain.record import ATTRIBUTE_ALIASES, ATTRIBUTES, AUTO, FACT_KINDS, NO_PARTY, PARTY_KINDS
from litso.domain.territory import Territory
from litso.errors import Misconfigured
from litso.sources.gates import LIMITS
from litso.sources.xml_path import XmlPath, parse_path
from litso.sources.yaml_tree import Tree, parse_tree

COMPARISONS: Final = ("exact", "fuzzy", "date", "number")
LOCALES: Final = ("ru", "generic")
DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
ENCODINGS: Final = ("utf-8", "utf-16", "cp1251", "cp866", "koi8-r")

KEYS: Final = (
    "source",
    "title",
    "files",
    "sheet",
    "encoding",
    "delimiter",
    "header",
    "register",
    "rows",
    "priority",
    "party",
    "key",
    "updated_at",
    "deleted",
    "attributes",
    "custom",
    "locale",
    "territory",
    "brand",
    "facts",
    "gates",
)
FACT_FIELDS: Final = ("key", "at", "until", "account", "address", "flat", "amount", "title", "status")

DELETED_WORDS: Final = ("1", "true", "t", "yes", "y", "да", "д", "истина", "+", "x", "х")
"""What stands in a column that says whether a row was deleted, unless the mapping names its values; in any case."""

_SOURCE_NAME: Final = re.compile(r"[\w][\w.-]{0,63}")
_MAX_MAPPING: Final = 1_000_000
TOTALS: Final = "="
"""How the line of totals of a register begins unless the mapping says."""
_MOST_FIELDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Column:
    """The value of a column."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value in every row."""

    value: str


Operand = Column | Constant
Operands = tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Custom:
    """An attribute of the source's own that helps matching."""

    name: str
    columns: Operands
    compare: str


@dataclass(frozen=True, slots=True)
class FactMapping:
    """What a row says beside its party: a payment, a meter, a request…; absent fields are empty tuples."""

    kind: str
    fields: dict[str, Operands]
    data: dict[str, Operands]

    @property
    def deciding(self) -> Operands:
        """What must not be empty for a row to have this fact: its key or, if none is mapped, any of the fields."""
        return self.fields.get("key") or tuple(chain(*self.fields.values(), *self.data.values()))


@dataclass(frozen=True, slots=True)
class DeletedFlag:
    """The column that says that a row was deleted in its source, and the values that say so, in lower case."""

    column: str
    values: tuple[str, ...] = DELETED_WORDS


@dataclass(frozen=True, slots=True)
class Register:
    """A register of payments: which line holds its totals, and what they say.

    totals: how the line of totals begins; count: its field with the number of rows; sums: column → its field with the
    sum of that column. Fields count from 1 behind the beginning. comments: how other lines begin that are no rows.
    """

    totals: str
    count: int | None
    sums: tuple[tuple[str, int], ...]
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """A source as its mapping file describes it."""

    source: str
    key: tuple[str, ...]
    party: str = AUTO
    title: str = ""
    files: tuple[str, ...] = ()
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header: tuple[str, ...] = ()
    """Names of the columns of files that have no header line."""
    register: Register | None = None
    rows: XmlPath | None = None
    """The elements of XML files that are rows; columns are paths below them."""
    priority: int = 0
    updated_at: str | None = None
    deleted: DeletedFlag | None = None
    attributes: dict[str, Operands] = field(default_factory=dict)
    custom: tuple[Custom, ...] = ()
    locale: str = "ru"
    territory: Territory | None = None
    brand: str = ""
    """The legal entity whose customers the source holds."""
    facts: tuple[FactMapping, ...] = ()
    gates: dict[str, float] = field(default_factory=dict)
    text: str = field(default="", repr=False, compare=False)

    @property
    def customs(self) -> tuple[str, ...]:
        """Names of the custom attributes, as the schemas of records take them."""
        return tuple(custom.name for custom in self.custom)

    def columns(self) -> tuple[str, ...]:
        """Every column that the mapping names, each once, in the order of the file."""
        operands = chain(
            *self.attributes.values(),
            *(custom.columns for custom in self.custom),
            *(chain(*fact.fields.values(), *fact.data.values()) for fact in self.facts),
        )
        named = (operand.name for operand in operands if isinstance(operand, Column))
        times = (self.updated_at,) if self.updated_at else ()
        flags = (self.deleted.column,) if self.deleted else ()
        sums = (column for column, _ in self.register.sums) if self.register else ()
        return tuple(dict.fromkeys((*self.key, *times, *flags, *sums, *named)))


def load_mapping(path: Path | str) -> Mapping:
    """Read a mapping file."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Misconfigured(f"{path}: the mapping cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{path}: the mapping must be a UTF-8 text") from None
    return parse_mapping(text, str(path))


def parse_mapping(text: str, origin: str) -> Mapping:
    """Read a mapping from its YAML; `origin` names it in errors."""
    if len(text) > _MAX_MAPPING:
        raise Misconfigured(f"{origin}: a mapping is at most {_MAX_MAPPING} characters long")
    root = parse_tree(text, origin)
    given = root.items(KEYS)
    for needed in ("source", "key"):
        if needed not in given:
            raise root.problem(f"the key «{needed}» is missing")
    party = given["party"].choice(PARTY_KINDS) if "party" in given else AUTO
    attributes = _attributes(given["attributes"]) if "attributes" in given else {}
    if not attributes and party != NO_PARTY:
        raise root.problem("at least one attribute is needed under «attributes» (or `party: none` for facts alone)")
    mapping = Mapping(
        source=_source_name(given["source"]),
        key=_names(given["key"]),
        party=party,
        title=given["title"].text() if "title" in given else "",
        files=_patterns(given["files"]) if "files" in given else (),
        sheet=given["sheet"].text() if "sheet" in given else None,
        encoding=given["encoding"].choice(ENCODINGS) if "encoding" in given else None,
        delimiter=_delimiter(given["delimiter"]) if "delimiter" in given else None,
        header=_names(given["header"]) if "header" in given else (),
        register=_register(given["register"]) if "register" in given else None,
        rows=_rows(given["rows"]) if "rows" in given else None,
        priority=given["priority"].integer() if "priority" in given else 0,
        updated_at=given["updated_at"].text("a column") if "updated_at" in given else None,
        deleted=_deleted(given["deleted"]) if "deleted" in given else None,
        attributes=attributes,
        custom=_customs(given["custom"]) if "custom" in given else (),
        locale=given["locale"].choice(LOCALES) if "locale" in given else "ru",
        territory=_territory(given["territory"]) if "territory" in given else None,
        brand=given["brand"].text("the name of a legal entity") if "brand" in given else "",
        facts=tuple(map(_fact, given["facts"].elements())) if "facts" in given else (),
        gates=_gates(given["gates"]) if "gates" in given else {},
        text=text,
    )
    if mapping.rows:
        _check_paths(given["rows"], mapping.columns())
    return mapping


def _source_name(tree: Tree) -> str:
    name = tree.text("the name of the source")
    if not _SOURCE_NAME.fullmatch(name):
        raise tree.problem("a name is 1 to 64 letters, digits, dots, hyphens and underscores")
    return name


def _names(tree: Tree) -> tuple[str, ...]:
    return tuple(dict.fromkeys(element.text("a name") for element in tree.elements()))


def _patterns(tree: Tree) -> tuple[str, ...]:
    """Patterns of file names, which cannot leave the folder that is searched."""
    patterns = _names(tree)
    if any(pattern.startswith("/") or ".." in Path(pattern).parts for pattern in patterns):
        raise tree.problem("a pattern names files inside the folder that is given")
    return patterns


def _deleted(tree: Tree) -> DeletedFlag:
    if tree.is_text:
        return DeletedFlag(tree.text("a column"))
    items = tree.items(("column", "values"))
    if "column" not in items:
        raise tree.problem("the key «column» is missing")
    values = _names(items["values"]) if "values" in items else DELETED_WORDS
    return DeletedFlag(items["column"].text("a column"), tuple(value.casefold() for value in values))


def _register(tree: Tree) -> Register:
    items = tree.items(("totals", "count", "sums", "comments"))
    sums = items["sums"].items() if "sums" in items else {}
    if not sums and "count" not in items:
        raise tree.problem("what is in the line of totals? «count», «sums» or both")
    return Register(
        totals=items["totals"].text("the beginning of a line") if "totals" in items else TOTALS,
        count=items["count"].whole(1, _MOST_FIELDS) if "count" in items else None,
        sums=tuple((column, field.whole(1, _MOST_FIELDS)) for column, field in sums.items()),
        comments=_names(items["comments"]) if "comments" in items else (),
    )


def _rows(tree: Tree) -> XmlPath:
    try:
        path = parse_path(tree.text("the name of an element"))
    except ValueError as error:
        raise tree.problem(str(error)) from None
    if path.attribute is not None:
        raise tree.problem("rows are elements, not attributes")
    if any(step.test for step in path.steps[:-1]):
        raise tree.problem("only the last element of this path may have a test in brackets")
    return path


def _check_paths(tree: Tree, columns: tuple[str, ...]) -> None:
    for column in columns:
        try:
            parse_path(column)
        except ValueError as error:
            raise tree.problem(f"with rows of XML every column is a path; «{column}»: {error}") from None


def _delimiter(tree: Tree) -> str:
    value = tree.node.value if tree.is_text else ""
    found: str = DELIMITERS.get(value.strip(), value)
    if len(found) != 1 or not found.isascii() or found in '"\r\n' or found.isalnum():
        raise tree.problem(f"one character, or one of {', '.join(DELIMITERS)}, is expected here")
    return found


def _operand(tree: Tree) -> Operand:
    if tree.is_text:
        return Column(tree.text("a column"))
    if tree.is_list:
        raise tree.problem("a column or {value: …} is expected here, not a list in a list")
    items = tree.items(("value",))
    if not items:
        raise tree.problem("a column or {value: …} is expected here")
    return Constant(items["value"].text())


def _operands(tree: Tree) -> Operands:
    return tuple(map(_operand, tree.elements()))


def _attributes(tree: Tree) -> dict[str, Operands]:
    known = (*ATTRIBUTES, *ATTRIBUTE_ALIASES)
    found: dict[str, Operands] = {}
    for name, value in tree.items(known).items():
        attribute = ATTRIBUTE_ALIASES.get(name, name)
        if attribute in found:
            raise value.problem(f"«{attribute}» is given twice, under this name and another")
        found[attribute] = _operands(value)
    return found


def _customs(tree: Tree) -> tuple[Custom, ...]:
    return tuple(_custom(name, value) for name, value in tree.items().items())


def _custom(name: str, tree: Tree) -> Custom:
    if tree.is_text or tree.is_list:
        return Custom(name, _operands(tree), "exact")
    items = tree.items(("column", "compare"))
    if "column" not in items:
        raise tree.problem("the key «column» is missing")
    compare = items["compare"].choice(COMPARISONS) if "compare" in items else "exact"
    return Custom(name, _operands(items["column"]), compare)


def _territory(tree: Tree) -> Territory:
    items = tree.items(("region", "city"))
    return Territory(
        region=items["region"].text() if "region" in items else None,
        city=items["city"].text() if "city" in items else None,
    )


def _fact(tree: Tree) -> FactMapping:
    items = tree.items(("kind", *FACT_FIELDS, "data"))
    if "kind" not in items:
        raise tree.problem(f"the key «kind» is missing; allowed: {', '.join(FACT_KINDS)}")
    fact = FactMapping(
        kind=items["kind"].choice(FACT_KINDS),
        fields={name: _operands(items[name]) for name in FACT_FIELDS if name in items},
        data={name: _operands(value) for name, value in items["data"].items().items()} if "data" in items else {},
    )
    if not any(isinstance(operand, Column) for operand in fact.deciding):
        raise tree.problem("a fact needs a column, and so does its key")
    return fact


def _gates(tree: Tree) -> dict[str, float]:
    return {name: value.share() for name, value in tree.items(tuple(LIMITS)).items()}
