"""Writes the types and calls of litso.client from the OpenAPI document.

`--check` writes nothing and exits with 1 if they are out of date.
"""

from __future__ import annotations

import json
import keyword
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from litso.api.app import openapi_schema
from litso.settings import load_settings

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "src" / "litso" / "client"

OPEN: Final = frozenset({
    "action", "actors", "asked_by", "attribute", "attributes", "author", "by", "cancelled_by", "claim",
    "claimed_by", "code", "columns", "created_by", "datacontenttype", "decided_by", "delivery", "detail",
    "dimension", "error", "errors", "evidence", "fields", "grade", "id", "instance", "kind", "kinds", "list",
    "locale", "message_id", "model", "next_cursor", "opened_by", "operation", "other", "outcome", "parties",
    "party", "problem_type", "problems", "purpose", "reads", "role", "rule", "said_by", "source", "sources",
    "specversion", "standing", "started_by", "state", "status", "subject", "title_of_source", "type",
    "undone_by", "unit", "verdict", "version", "versions", "what", "withheld",
})  # fmt: skip
"""Texts that are not personal by their name; of all others it is not known, so they are."""

_TYPES: Final = ("list", "dict", "str", "int", "float", "bool", "date", "datetime")
_OPEN_ENDS: Final = ("_id", "_ids", "_at", "_by", "_party")
_WRITES: Final = ("post", "put", "patch", "delete")
_HEADERS: Final = {"If-Match": "if_match", "Idempotency-Key": "idempotency_key", "Prefer": "prefer"}
_MARK: Final = '"""{title}\n\nMade by scripts/client.py from the OpenAPI document: do not edit.\n"""\n\n'
Schema = Mapping[str, Any]


class Types:
    """Types of schemas. told: names of those that answers are made of; asked: of those that requests are made of."""

    def __init__(self, document: Schema) -> None:
        self.schemas: Mapping[str, Schema] = document["components"]["schemas"]
        operations = [one for methods in document["paths"].values() for one in methods.values()]
        self.told = self._reached(
            content["schema"]
            for one in operations
            for status, answer in one["responses"].items()
            if status.startswith("2")
            for content in answer.get("content", {}).values()
        )
        self.asked = self._reached(
            content["schema"]
            for one in operations
            for content in one.get("requestBody", {}).get("content", {}).values()
        )

    def _reached(self, found: Iterable[Any]) -> frozenset[str]:
        names: set[str] = set()
        waiting = list(found)
        while waiting:
            for name in set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(waiting.pop()))) - names:
                names.add(name)
                waiting.append(self.schemas[name])
        return frozenset(names)

    def text(self, schema: Schema, *, field: str = "", is_told: bool = False) -> str:
        """The type of a value; a text of an answer that may be personal is wrapped."""
        if "$ref" in schema:
            return str(schema["$ref"]).rsplit("/", 1)[1]
        if "const" in schema or "enum" in schema:
            values = schema.get("enum", [schema.get("const")])
            shown = ", ".join(json.dumps(value, ensure_ascii=False) for value in values if value is not None)
            return f"Literal[{shown}]" + (" | None" if None in values else "")
        for several in ("oneOf", "anyOf"):
            if several in schema:
                return self._union(schema[several], field=field, is_told=is_told)
        if is_told and self.is_personal(schema, field):
            return f"Personal[{self.text(schema)}]"
        match schema.get("type"):
            case "string":
                return {"date-time": "datetime", "date": "date"}.get(schema.get("format", ""), "str")
            case "array":
                return f"list[{self.text(schema.get('items', {}), field=field, is_told=is_told)}]"
            case "object":
                of = schema.get("additionalProperties", {})
                return f"dict[str, {self.text(of if isinstance(of, dict) else {}, field=field, is_told=is_told)}]"
        return {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}.get(
            schema.get("type", ""), "Any"
        )

    def _union(self, parts: Iterable[Schema], *, field: str, is_told: bool) -> str:
        kinds = list(dict.fromkeys(self.text(one) for one in parts))
        if not is_told or not any(self.is_personal(one, field) for one in parts):
            told = dict.fromkeys(self.text(one, field=field, is_told=is_told) for one in parts)
            return " | ".join(told)
        inside = " | ".join(kind for kind in kinds if kind != "None")
        return f"Personal[{inside}]" + (" | None" if "None" in kinds else "")

    def is_personal(self, schema: Schema, field: str) -> bool:
        """Whether a value of this name may say something of a person: text, lists of it, and what is not described."""
        if field in OPEN or field.endswith(_OPEN_ENDS) or "$ref" in schema or "enum" in schema or "const" in schema:
            return False
        match schema.get("type"):
            case "string":
                return "format" not in schema or schema["format"] == "date"
            case "array":
                return self.is_personal(schema.get("items", {}), field)
            case "object":
                of = schema.get("additionalProperties", {})
                return self.is_personal(of if isinstance(of, dict) else {}, field)
            case None:
                return "oneOf" not in schema or any(self.is_personal(one, field) for one in schema["oneOf"])
        return False


# Types ------------------------------------------------------------------------------------------------------------


def models_text(types: Types) -> str:
    """The module of types."""
    names = sorted((types.told | types.asked) - {"Problem"})
    head = _MARK.format(title="What the server tells and is told.") + _imports(
        "from datetime import date, datetime",
        "from typing import Any, Literal",
        "",
        "from msgspec import field",
        "",
        "from litso.client.personal import Answer, Personal, Question",
    )
    return head + "".join(class_text(types, name) for name in names)


def _imports(*lines: str) -> str:
    return "\n".join(("from __future__ import annotations", "", *lines)) + "\n"


def class_text(types: Types, name: str) -> str:
    """One type: its values that are needed, then the others."""
    schema = types.schemas[name]
    is_told = name in types.told and name not in types.asked
    needed = set(schema.get("required", ())) if not is_told else set(schema["properties"])
    order = sorted(schema["properties"], key=lambda one: one not in needed)
    base = "Answer, frozen=True, kw_only=True" if is_told else "Question, kw_only=True"
    lines = [f"\n\nclass {name}({base}):", _docstring(schema.get("description") or f"`{name}` of the API.", 4)]
    for known in order:
        lines.append(_field(types, known, schema["properties"][known], known in needed, is_told))
    if is_told and "party_id" in schema["properties"] and _is_number(schema["properties"].get("version", {})):
        lines.append(_ETAG)
    return "\n".join(lines) + "\n"


def _is_number(schema: Schema) -> bool:
    return schema.get("type") == "integer"


_ETAG: Final = '''
    @property
    def etag(self) -> str:
        """What If-Match takes: the party at the version that was seen."""
        return f'"{self.party_id}.{self.version}"'
'''


def _field(types: Types, known: str, schema: Schema, is_needed: bool, is_told: bool) -> str:
    kind = types.text(schema, field=known, is_told=is_told)
    name = python_name(known)
    if is_told and known not in ("items",) and schema.get("default") is None and "default" in schema:
        is_needed = False
    default = "" if is_needed else "UNSET"
    renamed = name != known
    if is_needed:
        return f"    {name}: {kind}" + (f' = field(name="{known}")' if renamed else "")
    value = schema.get("default")
    if default and value is None and "None" not in kind.split(" | "):
        kind = f"{kind} | None"
    shown = repr(value) if isinstance(value, (str, int, float, bool)) else "None"
    return f"    {name}: {kind} = " + (f'field(name="{known}", default={shown})' if renamed else shown)


def python_name(known: str) -> str:
    """A name of the API as a name of Python."""
    snake = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: "_" + found[1].lower(), known).replace("-", "_")
    return snake + "_" if keyword.iskeyword(snake) or snake in _TYPES else snake


def _docstring(text: str, indent: int) -> str:
    paragraphs = [
        textwrap.fill(" ".join(part.split()), 114 - indent, break_long_words=False) for part in text.split("\n\n")
    ]
    whole = "\n\n".join(paragraphs).replace("\\", "\\\\")
    closing = "\n" if "\n" in whole else ""
    return textwrap.indent(f'"""{whole}{closing}"""', " " * indent, lambda line: bool(line.strip()))


# Calls ------------------------------------------------------------------------------------------------------------


def calls_text(types: Types, document: Schema) -> str:
    """The module of calls."""
    calls = [
        call_text(types, method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    listings = [
        listing_text(types, path, methods["get"])
        for path, methods in document["paths"].items()
        if "get" in methods and is_listing(types, methods["get"])
    ]
    head = _MARK.format(title="The calls of the HTTP API.") + _imports(
        "from collections.abc import Sequence",
        "from datetime import date, datetime",
        "from typing import Any, Literal",
        "",
        "from litso.client import models",
        "from litso.client.models import *  # noqa: F403",
        "from litso.client.tables import Listing",
        "from litso.client.transport import Transport",
    )
    used = sorted(
        {name for one in (*calls, *listings) for name in re.findall(r"\b[A-Z]\w+\b", one)} & set(types.schemas)
    )
    head = head.replace("import *  # noqa: F403", "import (\n    " + ",\n    ".join(used) + ",\n)")
    head = head.replace("from litso.client import models\n", "")
    return (
        head
        + '\n\nclass Client(Transport):\n    """Calls of the API, by their names in its document."""\n'
        + "".join((*calls, *listings))
    )


class Parameters:
    """What a call is given: texts of Python."""

    def __init__(self, types: Types, operation: Schema, *, without: Iterable[str] = ()) -> None:
        known = [one for one in operation.get("parameters", []) if one["name"] not in {*without, "If-None-Match"}]
        self.path = {one["name"]: python_name(one["name"]) for one in known if one["in"] == "path"}
        self.query = {one["name"]: python_name(one["name"]) for one in known if one["in"] == "query"}
        self.headers = {one["name"]: _HEADERS[one["name"]] for one in known if one["in"] == "header"}
        named = [one for one in known if one["in"] != "path"]
        self.positional = [
            f"{self.path[one['name']]}: {types.text(one['schema'])}" for one in known if one["in"] == "path"
        ]
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content:
            kind = types.text(content["schema"]).replace("list[", "Sequence[")
            self.positional.append(f"body: {kind}")
        self.has_body = content is not None
        self.named = [self._named(types, one) for one in sorted(named, key=lambda one: not one.get("required"))]

    def _named(self, types: Types, one: Schema) -> str:
        name = _HEADERS.get(one["name"], python_name(one["name"]))
        kind = types.text(one["schema"])
        if one.get("required"):
            return f"{name}: {kind}"
        return f"{name}: {kind if 'None' in kind.split(' | ') else kind + ' | None'} = None"

    def signature(self, answer: str, name: str) -> str:
        """The line of a function."""
        star = ["*"] if self.named else []
        return f"\n    def {name}({', '.join(['self', *self.positional, *star, *self.named])}) -> {answer}:"

    def passed(self) -> Iterator[str]:
        """Arguments of the transport."""
        for kind in ("path", "query", "headers"):
            if found := getattr(self, kind):
                yield f"{kind}={{{', '.join(f'{json.dumps(one)}: {name}' for one, name in found.items())}}}"
        if self.has_body:
            yield "body=body"


def call_text(types: Types, method: str, path: str, operation: Schema) -> str:
    """One call."""
    parameters = Parameters(types, operation)
    answers = answers_of(types, operation)
    kinds = list(dict.fromkeys(answers.values()))
    shown = ", ".join(f"{status}: {kind}" for status, kind in answers.items())
    passed = [json.dumps(method.upper()), json.dumps(path), f"{{{shown}}}", *parameters.passed()]
    if method in _WRITES and "Idempotency-Key" in parameters.headers:
        passed.append("is_keyed=True")
    text = f"{operation.get('summary', '')}. {operation.get('description') or ''}".replace("?. ", "? ").strip()
    answer = " | ".join(kinds)
    result = f"        return self._call({', '.join(passed)})"
    if answer != "None":
        result = f"        answer: {answer} = self._call({', '.join(passed)})\n        return answer"
    else:
        result = result.replace("return ", "", 1)
    return "\n".join((parameters.signature(answer, operation["operationId"]), _docstring(text, 8), result)) + "\n"


def answers_of(types: Types, operation: Schema) -> dict[int, str]:
    """Status of success → type."""
    found = {}
    for status, answer in sorted(operation["responses"].items()):
        if status.startswith("2"):
            content = answer.get("content", {}).get("application/json", {}).get("schema")
            if "application/octet-stream" in answer.get("content", {}):
                found[int(status)] = "bytes"
                continue
            found[int(status)] = types.text(content) if content and content.get("type") != "null" else "None"
    return found


def is_listing(types: Types, operation: Schema) -> bool:
    """Whether an operation answers pages that follow one another."""
    names = {one["name"] for one in operation.get("parameters", [])}
    page = types.schemas.get(answers_of(types, operation).get(200, ""), {}).get("properties", {})
    return "items" in page and bool(names & {"cursor", "after"}) and "$ref" in page["items"].get("items", {})


def listing_text(types: Types, path: str, operation: Schema) -> str:
    """All pages of a list as one."""
    parameters = Parameters(types, operation, without=("cursor",))
    page = answers_of(types, operation)[200]
    item = types.text(types.schemas[page]["properties"]["items"]["items"])
    passed = [json.dumps(path), page, *parameters.passed()]
    return "\n".join(
        (
            parameters.signature(f"Listing[{item}]", operation["operationId"] + "_all"),
            _docstring(f"All pages of `{operation['operationId']}`; `limit` is the size of a page.", 8),
            f"        return self._listed({', '.join(passed)})\n",
        )
    )


# Files ------------------------------------------------------------------------------------------------------------


def files() -> dict[Path, str]:
    """Every file that is made, and what is in it."""
    document = openapi_schema(load_settings({}))
    types = Types(document)
    made = {FOLDER / "models.py": models_text(types), FOLDER / "calls.py": calls_text(types, document)}
    return {path: formatted(text) for path, text in made.items()}


def formatted(text: str) -> str:
    """As ruff formats it, without imports that are not used."""
    ruff = str(Path(sys.executable).parent / "ruff")
    for command in (["check", "--fix", "--select", "F401,I", "--quiet"], ["format", "--quiet"]):
        done = subprocess.run(
            [ruff, *command, "--stdin-filename", str(FOLDER / "made.py"), "-"],
            input=text, capture_output=True, text=True, cwd=ROOT, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"ruff: {done.stderr or done.stdout}")
        text = done.stdout
    return text


def main() -> int:
    """Write the files, or say which are out of date."""
    stale = [path for path, text in files().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    if "--check" in sys.argv[1:]:
        return int(bool(stale))
    made = files() if stale else {}
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
