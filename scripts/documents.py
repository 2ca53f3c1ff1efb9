"""The Markdown of this repository as data: fenced blocks, the commands in them, what they should print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[1]

_BLOCK: Final = re.compile(
    r"^(?:<!-- (?P<mark>file|not run): (?P<told>[^\n]*?) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """A fenced block of a page. `file` names the file that it is, `not_run` says why its commands are not run."""

    page: str
    line: int
    language: str
    text: str
    file: str | None
    not_run: str | None


class Step(NamedTuple):
    """A command of a block and the lines that the page says it prints."""

    page: str
    line: int
    command: str
    output: tuple[str, ...]


def pages() -> list[str]:
    """Paths of the pages that people wrote, relative to the root; the generated reference is not among them."""
    written = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    names = sorted(path.relative_to(ROOT).as_posix() for path in written)
    return [name for name in names if not name.startswith("docs/reference/")]


def blocks(page: str) -> list[Block]:
    """Fenced blocks of a page, in its order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [_block(page, text, found) for found in _BLOCK.finditer(text)]


def _block(page: str, text: str, found: re.Match[str]) -> Block:
    told = {found["mark"]: found["told"]}
    line = text.count("\n", 0, found.start("text")) + 1
    return Block(page, line, found["language"], found["text"], told.get("file"), told.get("not run"))


def steps(block: Block) -> list[Step]:
    """Commands of a `console` block (after `$`) or of a `bash` block (every line)."""
    found: list[Step] = []
    for number, line in enumerate(_joined(block.text), block.line):
        if block.language == "bash" and line.strip():
            found.append(Step(block.page, number, line, ()))
        elif block.language == "console" and line.startswith("$ "):
            found.append(Step(block.page, number, line[2:], ()))
        elif block.language == "console" and line.strip():
            found[-1] = found[-1]._replace(output=(*found[-1].output, line))
    return found


def _joined(text: str) -> Iterator[str]:
    """Lines, with those that end in a backslash joined to the next."""
    yield from text.replace("\\\n", " ").splitlines()


def all_steps() -> list[Step]:
    """Every command of every page."""
    return [step for page in pages() for block in blocks(page) for step in steps(block)]
