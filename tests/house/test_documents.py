"""What the pages show is true: commands exist, are understood, and do what the page says when run in its order."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from documents import ROOT, Step, all_steps, blocks, pages, steps
from program import command_of, commands, problem_of, words_of
from typer.testing import CliRunner

from litso.cli import app

LITSO = re.compile(r"(?:\w+=\S* )*(litso( .*)?)")
MAKE = re.compile(r"make( \w[\w-]*)?( .*)?")

SHOWN = all_steps()
RUN = [page for page in pages() if any(b.language == "console" and not b.not_run for b in blocks(page))]


def of_program(step: Step) -> str:
    """The `litso …` part of a command, or nothing."""
    found = LITSO.fullmatch(step.command)
    return found[1] if found else ""


@pytest.mark.parametrize("step", list(filter(of_program, SHOWN)), ids=lambda step: f"{step.page}:{step.line}")
def test_shown_command_is_understood(step: Step) -> None:
    assert problem_of(of_program(step)) is None


def test_shown_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    shown = {words[1] for step in SHOWN if (words := step.command.split())[0] == "make" and len(words) > 1}
    assert shown
    assert shown <= targets


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("litso nonsense", "no such command"),
        ("litso source nonsense FILE", "no such command"),
        ("litso load billing billing.csv --fully", "no such option"),
        ("litso load", "arguments given"),
        ("litso demo build town --persons", "wants a value"),
    ],
)
def test_wrong_command_is_noticed(line: str, problem: str) -> None:
    assert problem in (problem_of(line) or "")


@pytest.mark.parametrize("name", RUN)
def test_page_runs_in_its_order(name: str, tmp_path: Path) -> None:
    for block in blocks(name):
        if block.file:
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "console" and not block.not_run:
            for step in steps(block):
                run(step, tmp_path)


def run(step: Step, folder: Path) -> None:
    """Run a command of a page in `folder`; it must succeed and print the lines that the page shows."""
    programs = Path(sys.executable).parent
    outside = {name: value for name, value in os.environ.items() if not name.startswith("LITSO_")}
    environment = outside | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "200"}
    done = subprocess.run(
        ["bash", "-c", step.command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{step.page}:{step.line}: {step.command}\n{done.stdout}"
    for line in step.output:
        assert shown_in(line, done.stdout), f"{step.page}:{step.line} shows «{line}», but got:\n{done.stdout}"


def shown_in(line: str, output: str) -> bool:
    """Whether a line of a page, where `…` stands for anything, is a line of the output; spaces do not count."""
    pattern = r"\s+".join(map(re.escape, line.split())).replace("…", ".*")
    return re.search(rf"^\s*{pattern}\s*$", output, re.MULTILINE) is not None


@pytest.mark.parametrize(
    ("line", "output", "is_shown"),
    [
        ("records  12", "a\nrecords 12 \n", True),
        ("records …", "records 12", True),
        ("… seconds", "in 3 seconds", True),
        ("records 12", "records 123", False),
        ("a.b", "axb", False),
    ],
)
def test_shown_in(line: str, output: str, is_shown: bool) -> None:
    assert shown_in(line, output) is is_shown


def test_every_command_is_shown_somewhere() -> None:
    shown = {command_of(words_of(line)) for line in map(of_program, SHOWN) if line}
    assert set(commands()) - shown == set()


@pytest.mark.parametrize("name", commands())
def test_command_explains_itself(name: str) -> None:
    command = commands()[name]
    assert command.help
    unexplained = [parameter.name for parameter in command.params if not parameter.help]
    assert unexplained == []


@pytest.mark.parametrize("name", commands())
def test_examples_of_the_help_are_understood(name: str) -> None:
    examples = re.findall(r"^\s*(?:Examples?: )?(litso .*)$", commands()[name].help or "", re.MULTILINE)
    assert [problem for line in examples if (problem := problem_of(line))] == []


@pytest.mark.parametrize("name", commands())
def test_help_is_printed(name: str) -> None:
    done = CliRunner().invoke(app, [*name.split(), "--help"], prog_name="litso")
    assert done.exit_code == 0, done.output
    assert f"litso {name}" in done.output
