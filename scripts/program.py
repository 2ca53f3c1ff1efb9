"""The program `litso` as data: its commands, their options, and whether a command line would be understood."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from itertools import takewhile
from typing import Any, Final

import typer

from litso.cli import app

Command = Any
"""A command or parameter of Typer, which carries its own copy of click and gives it no public types."""

_ROOT: Final[Command] = typer.main.get_command(app)


def commands() -> dict[str, Command]:
    """Every command by its words: `{"load": …, "source add": …}`; a group that runs alone is there too."""
    return dict(_walk(_ROOT, ()))


def _walk(command: Command, path: tuple[str, ...]) -> Iterator[tuple[str, Command]]:
    inner = getattr(command, "commands", {})
    if path and (not inner or command.invoke_without_command):
        yield " ".join(path), command
    for name in sorted(inner):
        yield from _walk(inner[name], (*path, name))


def options(command: Command) -> dict[str, Command]:
    """Options of a command by each of their spellings."""
    named = [parameter for parameter in command.params if is_option(parameter)]
    return {word: parameter for parameter in named for word in (*parameter.opts, *parameter.secondary_opts)}


def arguments(command: Command) -> list[Command]:
    """Positional arguments of a command, in order."""
    return [parameter for parameter in command.params if not is_option(parameter)]


def is_option(parameter: Command) -> bool:
    """Whether a parameter is an option rather than a positional argument."""
    return bool(parameter.opts[0].startswith("-"))


def words_of(line: str) -> list[str]:
    """Words of a command line after its `litso`, up to a comment, a pipe or a redirection."""
    words = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    words.whitespace_split = True
    return list(takewhile(lambda word: word[0] not in "|&;<>", words))[1:]


def command_of(words: list[str]) -> str:
    """Words that name the command in a command line (without `litso`); empty where none does."""
    known = commands()
    tries = (" ".join(words[:length]) for length in (2, 1))
    return next((name for name in tries if name in known), "")


def problem_of(line: str) -> str | None:
    """Why the program would not understand a command line `litso …`; None where it would."""
    words = words_of(line)
    if words == ["--help"] or words == ["--version"]:
        return None
    name = command_of(words)
    if not name:
        return f"no such command: litso {' '.join(words[:2])}"
    return _problem_of_rest(commands()[name], words[len(name.split()) :])


def _problem_of_rest(command: Command, rest: list[str]) -> str | None:
    known = options(command)
    given = 0
    left = iter(rest)
    for word in left:
        option, _, value = word.partition("=")
        if not word.startswith("-"):
            given += 1
        elif option == "--help":
            return None
        elif option not in known:
            return f"no such option: {option}"
        elif not known[option].is_flag and not value and next(left, None) is None:
            return f"{option} wants a value"
    return _problem_of_count(arguments(command), given)


def _problem_of_count(wanted: list[Command], given: int) -> str | None:
    needed = sum(argument.required for argument in wanted)
    most = float("inf") if any(argument.nargs == -1 for argument in wanted) else len(wanted)
    return None if needed <= given <= most else f"{given} arguments given, {needed} to {most} wanted"
