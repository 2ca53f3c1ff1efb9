"""Credentials: named in the configuration, read from a file or the environment at the moment of use, kept nowhere."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from litso.errors import Misconfigured
from litso.sources.yaml_tree import Tree

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LARGEST: Final = 64 << 10


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a credential is: the path of a file, or the name of a variable."""

    file: Path | None = None
    environment: str | None = None

    def read(self) -> str:
        """The credential, without the end of its line. Misconfigured names the place where it is not."""
        if self.environment is not None:
            found = os.environ.get(self.environment, "")
            place = f"the environment variable {self.environment}"
        else:
            found, place = self._of_file(), f"the file {self.file}"
        if not found.strip():
            raise Misconfigured(f"{place} holds no credential")
        return found.rstrip("\r\n")

    def _of_file(self) -> str:
        assert self.file is not None
        try:
            with self.file.open(encoding="utf-8") as stream:
                return stream.read(_LARGEST)
        except (OSError, UnicodeDecodeError):
            raise Misconfigured(f"the file {self.file} with a credential cannot be read") from None


def secret_of(tree: Tree) -> Secret:
    """`{file: /path}` or `{environment: NAME}`; a credential itself is refused, and not repeated in the error."""
    if tree.is_text or tree.is_list:
        raise tree.problem("a credential is never written here: {file: /path} or {environment: NAME}")
    items = tree.items(("file", "environment"))
    if len(items) != 1:
        raise tree.problem("either «file» or «environment» is expected here")
    if "environment" in items:
        name = items["environment"].text("the name of a variable")
        if not _VARIABLE.fullmatch(name):
            raise items["environment"].problem("this is no name of an environment variable")
        return Secret(environment=name)
    path = Path(items["file"].text("a path")).expanduser()
    if not path.is_absolute():
        raise items["file"].problem("an absolute path is expected here")
    return Secret(file=path)
