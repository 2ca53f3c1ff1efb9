"""Writes docs/reference/ from the code. `--check` writes nothing and exits with 1 if a page is out of date."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable
from functools import cache
from itertools import starmap
from types import ModuleType
from typing import Any, Final

import pyarrow as pa
from documents import ROOT, all_steps
from program import Command, arguments, command_of, commands, is_option, words_of

from litso import errors, settings
from litso.api.app import openapi_schema
from litso.domain import record
from litso.sources import gates, mapping, quarantine

FOLDER: Final = ROOT / "docs" / "reference"
SCHEMA: Final = ROOT / "src" / "litso" / "store" / "schema.sql"

EXAMPLE: Final = re.compile(r"^ *Example: (litso .*)$", re.MULTILINE)

MAPPING_KEYS: Final = {
    "source": "name of the source: letters, digits, dots, hyphens, underscores; **required**",
    "title": "name of the source on the screen",
    "files": "pattern, or list of patterns, of the files of the source in a folder: `billing*.csv`",
    "sheet": "name of the sheet of a spreadsheet; the first one if absent",
    "encoding": "encoding of a text file, if it should not be found by itself",
    "delimiter": "one character, or a name of one; found by itself if absent",
    "header": "names of the columns, for files without a header line",
    "register": "line of totals of a register of payments, which must agree with its rows: "
    '`{totals: "=", count: 1, sums: {column: 2}, comments: "#"}`',
    "rows": "XML: the element that is a row, `Контрагенты/Контрагент`; columns are paths below it",
    "brand": "legal entity or brand whose source this is: access can be limited by it",
    "priority": "whole number; a higher one is trusted more in survivorship; 0 if absent",
    "party": "what a row is: `person`, `organization`, `auto` (decided row by row, the default), `none` (facts alone)",
    "key": "column, or list of columns, that identifies a row in its source for ever; **required**",
    "updated_at": "column with the source's own time of change",
    "deleted": "column that says that a row was deleted in its source (`1`, `true`, `да`…), "
    "or `{column: …, values: […]}`",
    "attributes": "attributes of the party: what a row says of a person or an organization",
    "custom": "attributes of your own that help matching: `name: {column: …, compare: …}`",
    "locale": "`ru` (default), or `generic`: no Russian rules",
    "territory": "`{region: …, city: …}`: where addresses and land-lines are when the source does not say",
    "facts": "list of what else a row says: payments, meters, requests…",
    "gates": "limits of this source that hold a load for a person",
}
FACT_FIELDS: Final = {
    "kind": "which kind of fact; **required**",
    "key": "what identifies the fact among those of its kind in the source",
    "at": "when it happened or began",
    "until": "when it ended or will end",
    "account": "the account it hangs on",
    "address": "the address it hangs on, a column or several",
    "flat": "the flat, where the address has none",
    "amount": "money in roubles; the balance of an account: a debt is positive",
    "title": "what is shown first",
    "status": "the state it is in",
    "data": "anything else: `name: column`",
}
GATES: Final = {
    "rows": "difference of the number of rows from the median of the last loads",
    "nulls": "growth of the empty share of an attribute",
    "deleted": "share of live records that a load would delete",
    "quarantine": "share of rows in quarantine",
}


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(text: object) -> str:
    """Text as code in a line."""
    return f"`{text}`"


def codes(names: Iterable[object]) -> str:
    """Names as codes, divided by commas."""
    return ", ".join(map(code, names))


def explained(told: dict[str, str], real: Iterable[str]) -> list[tuple[str, str]]:
    """Rows of a table of names; the code's names and those explained here must be the same."""
    names = tuple(real)
    if set(names) != set(told):
        raise SystemExit(f"scripts/reference.py explains other names than the code has: {set(names) ^ set(told)}")
    return [(code(name), told[name]) for name in names]


def page(title: str, *parts: str) -> str:
    """A page of Markdown."""
    note = "<!-- Generated from the code by scripts/reference.py: do not edit. -->"
    return "\n\n".join((note, f"# {title}", *parts)) + "\n"


# The command line -----------------------------------------------------------------------------------------------


def cli_page() -> str:
    """Every command with its options and the examples that the documents run."""
    statuses = table(
        ("status", "meaning"),
        [
            ("0", "done"),
            ("1", "done, but rows are in quarantine and `--strict` was asked for"),
            ("2", "wrong usage or configuration"),
            ("3", "the input cannot be used"),
        ],
    )
    about = "Errors are one sentence on stderr. `litso --version` prints the version, `litso COMMAND --help` the help."
    return page("Command line", about, statuses, *map(command_part, commands().items()))


def command_part(named: tuple[str, Command]) -> str:
    """One command: usage, help, arguments and options, examples."""
    name, command = named
    usage = " ".join(
        ("litso", name, *("[OPTIONS]" for _ in options_of(command)[:1]), *map(usage_of, arguments(command)))
    )
    rows = [*map(argument_row, arguments(command)), *map(option_row, options_of(command))]
    parts = [
        f"## litso {name}",
        f"```text\n{usage}\n```",
        EXAMPLE.sub("", inspect.cleandoc(command.help or "")).strip(),
    ]
    if rows:
        parts.append(table(("argument or option", "meaning", "default"), rows))
    return "\n\n".join((*parts, *examples_of(name)))


def options_of(command: Command) -> list[Command]:
    """Options of a command, in order."""
    return [parameter for parameter in command.params if is_option(parameter) and not parameter.hidden]


def usage_of(argument: Command) -> str:
    """An argument in a usage line: FILE, [FILE], FILE…"""
    name = str(argument.metavar or argument.name.upper()).rstrip(".") + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def argument_row(argument: Command) -> tuple[str, str, str]:
    """Row of an argument."""
    return code(usage_of(argument)), one_line(argument.help), ""


def option_row(option: Command) -> tuple[str, str, str]:
    """Row of an option: its spellings, help, default."""
    names = " ".join(map(code, (*option.opts, *option.secondary_opts)))
    return names, one_line(option.help), default_of(option)


def default_of(option: Command) -> str:
    """The default of an option as it is worth telling."""
    default = option.default
    if default is None or default == [] or default == () or not option.show_default or callable(default):
        return ""
    if option.is_flag:
        spellings = option.opts if default else option.secondary_opts
        return code(spellings[0]) if option.secondary_opts else ""
    return code(getattr(default, "value", default))


def one_line(text: str | None) -> str:
    """Help text on one line."""
    return " ".join((text or "").split())


def examples_of(name: str) -> list[str]:
    """The examples of a command in the documents and its help, each once, shortest first."""
    shown = {step.command for step in all_steps() if step.command.startswith("litso ")}
    told = {line for line in shown if command_of(words_of(line)) == name}
    lines = sorted(told | set(EXAMPLE.findall(commands()[name].help or "")), key=lambda line: (len(line), line))
    return ["```bash\n" + "\n".join(lines) + "\n```"] if lines else []


# Mappings and attributes ----------------------------------------------------------------------------------------


def mapping_page() -> str:
    """Keys of a mapping."""
    return page(
        "Mapping",
        "A mapping is a YAML file that says which columns of a source mean what. How to write one: "
        "[Add a source of your own](../how-to/add-a-source.md).",
        one_paragraph(mapping),
        table(("key", "meaning"), explained(MAPPING_KEYS, mapping.KEYS)),
        f"Encodings: {codes(mapping.ENCODINGS)}. Names of delimiters: {codes(mapping.DELIMITERS)}.",
        "## attributes",
        f"One value each: {codes(record.TEXT_ATTRIBUTES)}.",
        f"Several values, from one column or many: {codes(record.LIST_ATTRIBUTES)}.",
        "Other names that are understood: "
        + ", ".join(f"`{alias}` for `{name}`" for alias, name in record.ATTRIBUTE_ALIASES.items())
        + ".",
        "## custom",
        f"`compare` is one of {codes(mapping.COMPARISONS)}; `exact` if absent.",
        "## facts",
        table(("key of a fact", "meaning"), explained(FACT_FIELDS, ("kind", *mapping.FACT_FIELDS, "data"))),
        f"Kinds of facts: {codes(record.FACT_KINDS)}.",
        "## gates",
        "A load beyond a limit is held until a person decides. Limits are shares of one.",
        table(
            ("gate", "what is measured", "limit"),
            [
                (*row, str(gates.LIMITS[name]))
                for name, row in zip(gates.LIMITS, explained(GATES, gates.LIMITS), strict=True)
            ],
        ),
    )


def one_paragraph(module: ModuleType) -> str:
    """The docstring of a module without its first line."""
    return inspect.getdoc(module).split("\n\n", 1)[1]  # type: ignore[union-attr]


def attributes_page() -> str:
    """The shapes of records between the rooms."""
    notes = comments_of(record)
    return page(
        "Attributes and files",
        one_paragraph(record),
        "## Mapped record",
        doc_of(record.mapped_schema),
        schema_table(record.mapped_schema(), {}),
        "## Standard record",
        doc_of(record.standard_schema),
        schema_table(record.standard_schema(), notes),
        "## Fact",
        doc_of(record.fact_schema),
        schema_table(record.fact_schema(), {}),
    )


def doc_of(function: Callable[..., object]) -> str:
    """Docstring of a function as a paragraph."""
    return inspect.getdoc(function) or ""


def comments_of(module: ModuleType) -> dict[str, str]:
    """Names in tuples of the module's source with the comment after each."""
    return dict(re.findall(r'^\s+"(\w+)",\s+# (.+)$', inspect.getsource(module), re.MULTILINE))


def schema_table(schema: pa.Schema, notes: dict[str, str]) -> str:
    """Columns of an Arrow schema."""
    rows = [(code(field.name), str(field.type) + ("" if field.nullable else ", never null")) for field in schema]
    if not notes:
        return table(("column", "type"), rows)
    return table(("column", "type", "note"), [(*row, notes.get(row[0].strip("`"), "")) for row in rows])


# The store ------------------------------------------------------------------------------------------------------


def store_page() -> str:
    """Tables of the store."""
    return page(
        "Store",
        "The store is PostgreSQL; its tables are in the schema `litso`. Read them as you like, write only through "
        "the program.",
        *(f"## {name}\n\n```sql\n{text}\n```" for name, text in tables_of(SCHEMA.read_text(encoding="utf-8"))),
    )


def tables_of(text: str) -> list[tuple[str, str]]:
    """Name and text of every table of a schema, with the comment above it."""
    found = re.finditer(
        r"((?:^--[^\n]*\n)*)^create table (?:if not exists )?(\w+) \(.*?^\);", text, re.MULTILINE | re.DOTALL
    )
    return sorted((match[2], match[0]) for match in found)


# Errors and settings --------------------------------------------------------------------------------------------


def errors_page() -> str:
    """Errors of the program and codes of the quarantine."""
    rows = [(code(name), reason.sentence, reason.suggestion) for name, reason in quarantine.REASONS.items()]
    return page(
        "Errors and quarantine",
        "## Errors",
        "```text\n" + (inspect.getdoc(errors) or "") + "\n```",
        "## Quarantine",
        "Codes are stable; in braces stand the figures of the row.",
        table(("code", "sentence", "suggestion"), [tuple(map(in_table, row)) for row in rows]),
    )


def in_table(text: str) -> str:
    """Doubled braces, which the sentences need, are single to a reader."""
    return text.replace("{{", "{").replace("}}", "}")


def settings_page() -> str:
    """Environment variables."""
    return page("Settings", "Settings are read from the environment, once, at the start.", one_paragraph(settings))


# The HTTP API ---------------------------------------------------------------------------------------------------


@cache
def openapi() -> dict[str, Any]:
    """The OpenAPI document, with default settings."""
    return openapi_schema(settings.load_settings({}))


def openapi_json() -> str:
    """The OpenAPI document as `litso openapi` prints it."""
    return json.dumps(openapi(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def http_page() -> str:
    """Every call of the API."""
    document = openapi()
    calls = [(path, method, call) for path, item in document["paths"].items() for method, call in item.items()]
    return page(
        "HTTP API",
        document["info"]["description"],
        "The whole document, OpenAPI "
        + document["openapi"]
        + ": [openapi.json](openapi.json); a running server has it at "
        "`/openapi.json`. How to get a token: [Call the API](../how-to/call-the-api.md).",
        table(("call", "what"), [(link_of(*call), call[2].get("summary", "")) for call in calls]),
        *starmap(call_part, calls),
    )


def title_of(path: str, method: str) -> str:
    """GET /v1/parties/{party_id}."""
    return f"{method.upper()} {path}"


def link_of(path: str, method: str, call: dict[str, Any]) -> str:
    """Link from the list of calls to the part of one."""
    return f"[{title_of(path, method)}](#{call['operationId']})"


def call_part(path: str, method: str, call: dict[str, Any]) -> str:
    """One call: what it does, its parameters and body, what it answers."""
    head = f"## `{title_of(path, method)}` {{ #{call['operationId']} }}"
    parameters = [
        (code(given["name"]), given["in"], "yes" if given.get("required") else "", one_line(given.get("description")))
        for given in call.get("parameters", ())
    ]
    answers = [
        (status, ", ".join(map(shape_of, answer.get("content", {}).values())), one_line(answer.get("description")))
        for status, answer in sorted(call["responses"].items())
    ]
    bodies = ", ".join(map(shape_of, call.get("requestBody", {}).get("content", {}).values()))
    parts = [head, inspect.cleandoc(call.get("description", call.get("summary", "")))]
    if parameters:
        parts.append(table(("parameter", "in", "required", "meaning"), parameters))
    if bodies:
        parts.append(f"Body: {bodies}.")
    return "\n\n".join((*parts, table(("answer", "body", "when"), answers)))


def shape_of(content: dict[str, Any]) -> str:
    """Name of the schema of a body."""
    schema = content.get("schema", {})
    if "items" in schema:
        return "list of " + shape_of({"schema": schema["items"]})
    return code(schema["$ref"].rpartition("/")[2]) if "$ref" in schema else code(schema.get("type", "any"))


PAGES: Final = {
    "cli.md": cli_page,
    "mapping.md": mapping_page,
    "attributes.md": attributes_page,
    "store.md": store_page,
    "errors.md": errors_page,
    "settings.md": settings_page,
    "http.md": http_page,
    "openapi.json": openapi_json,
}


def outdated() -> list[str]:
    """Names of the pages that differ from what the code says."""
    return [name for name, write in PAGES.items() if not is_written(name, write())]


def is_written(name: str, text: str) -> bool:
    """Whether a page is on disk with this text."""
    path = FOLDER / name
    return path.exists() and path.read_text(encoding="utf-8") == text


def main() -> None:
    """Write the pages, or only look."""
    names = outdated()
    if sys.argv[1:] == ["--check"]:
        sys.exit(f"out of date, run `make docs`: {', '.join(names)}" if names else 0)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names:
        (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
        sys.stderr.write(f"docs/reference/{name}\n")


if __name__ == "__main__":
    main()
