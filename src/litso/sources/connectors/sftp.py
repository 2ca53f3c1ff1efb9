"""Files on a server that one reaches by SFTP. Needs the extra `sftp`. The host key is pinned, never learned."""

from __future__ import annotations

import base64
import binascii
import io
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final, cast

from litso.errors import LitsoError, Misconfigured, SourceUnusable, Transient
from litso.sources.connectors.extras import needed
from litso.sources.connectors.file_source import KEYS, Choice, Entry, Files, choice_of, reason
from litso.sources.connectors.secrets import Secret, secret_of
from litso.sources.mapping import Mapping
from litso.sources.yaml_tree import Tree

if TYPE_CHECKING:
    import paramiko

_PORT: Final = 22
_SECONDS: Final = 20.0
_HOST_KEY: Final = re.compile(r"((?:ssh-|ecdsa-)[a-z0-9@.-]+) ([A-Za-z0-9+/]+={0,2})(?: .*)?")
_READ_AHEAD: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class SftpSettings:
    """sftp: a server and a folder on it. host_key: type and key as `ssh-keyscan` prints them."""

    host: str
    port: int
    user: str
    path: str
    host_key: str
    password: Secret | None
    private_key: Secret | None
    choice: Choice

    def open(self, mapping: Mapping) -> Files:
        """The connector of a source."""
        return Files(lambda: Sftp(self), self.choice.of(mapping))


def parse(tree: Tree) -> SftpSettings:
    """The settings under «sftp»."""
    items = tree.items(("host", "port", "user", "path", "host_key", "password", "private_key", *KEYS))
    for name in ("host", "user", "path", "host_key"):
        if name not in items:
            raise tree.problem(f"the key «{name}» is missing")
    if ("password" in items) == ("private_key" in items):
        raise tree.problem("either «password» or «private_key» is expected")
    return SftpSettings(
        host=items["host"].text("a host"),
        port=items["port"].whole(1, 65_535) if "port" in items else _PORT,
        user=items["user"].text("a user"),
        path=items["path"].text("a path").rstrip("/") or "/",
        host_key=_host_key(items["host_key"]),
        password=secret_of(items["password"]) if "password" in items else None,
        private_key=secret_of(items["private_key"]) if "private_key" in items else None,
        choice=choice_of(items),
    )


def _host_key(tree: Tree) -> str:
    found = _HOST_KEY.fullmatch(tree.text("a host key"))
    try:
        known = found is not None and bool(base64.b64decode(found[2], validate=True))
    except binascii.Error:
        known = False
    if found is None or not known:
        raise tree.problem("a host key is its type and the key, as `ssh-keyscan -t ed25519 HOST` prints them")
    return f"{found[1]} {found[2]}"


class Sftp:
    """A folder of an SFTP server as a place of files."""

    def __init__(self, settings: SftpSettings) -> None:
        self._driver = needed("paramiko", "sftp")
        self.title = f"SFTP {settings.host}:{settings.port}{settings.path}"
        self._path = settings.path
        with self._translated():
            self._transport, self._client = self._connected(settings)

    def _connected(self, settings: SftpSettings) -> tuple[paramiko.Transport, paramiko.SFTPClient]:
        kind, key = settings.host_key.split()
        credential = self._private_key(settings.private_key) if settings.private_key else None
        password = settings.password.read() if settings.password else None
        ssh = self._driver.SSHClient()
        entry = self._driver.hostkeys.HostKeyEntry.from_line(f"host {kind} {key}")
        name = settings.host if settings.port == _PORT else f"[{settings.host}]:{settings.port}"
        ssh.get_host_keys().add(name, kind, entry.key)
        ssh.set_missing_host_key_policy(self._driver.RejectPolicy())
        ssh.connect(
            settings.host,
            settings.port,
            settings.user,
            password,
            pkey=credential,
            timeout=_SECONDS,
            banner_timeout=_SECONDS,
            auth_timeout=_SECONDS,
            allow_agent=False,
            look_for_keys=False,
        )
        client = ssh.open_sftp()
        client.get_channel().settimeout(_SECONDS)
        self._ssh = ssh
        return ssh.get_transport(), client

    def _private_key(self, secret: Secret) -> Any:
        text = secret.read() + "\n"
        for kind in ("Ed25519Key", "ECDSAKey", "RSAKey"):
            try:
                return getattr(self._driver, kind).from_private_key(io.StringIO(text))
            except self._driver.SSHException:
                continue
        raise Misconfigured("sftp.private_key: the file holds no OpenSSH key without a passphrase")

    def entries(self, depth: int | None) -> Iterator[Entry]:
        """Regular files; links are not followed."""
        with self._translated():
            yield from self._below("", depth)

    def _below(self, prefix: str, depth: int | None) -> Iterator[Entry]:
        for one in self._client.listdir_attr(f"{self._path}/{prefix}"):
            if one.st_mode is not None and stat.S_ISREG(one.st_mode):
                yield _entry(prefix + one.filename, one)
            elif one.st_mode is not None and stat.S_ISDIR(one.st_mode) and depth != 0 and one.filename[0] != ".":
                yield from self._below(f"{prefix}{one.filename}/", None if depth is None else depth - 1)

    def open(self, path: str) -> IO[bytes]:
        """Read a file, its parts asked for ahead."""
        try:
            file = self._client.open(f"{self._path}/{path}", "rb", bufsize=_READ_AHEAD)
            file.prefetch()
        except self._driver.SSHException:
            raise OSError("соединение потеряно") from None
        return cast(IO[bytes], file)

    def look(self, path: str) -> Entry | None:
        """The file as it is now."""
        with self._translated():
            try:
                return _entry(path, self._client.stat(f"{self._path}/{path}"))
            except FileNotFoundError:
                return None

    def close(self) -> None:
        """End the connection."""
        self._ssh.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except LitsoError:
            raise
        except (self._driver.AuthenticationException, self._driver.BadAuthenticationType):
            raise SourceUnusable(f"{self.title}: сервер не принимает имя пользователя, пароль или ключ.") from None
        except self._driver.BadHostKeyException:
            raise SourceUnusable(f"{self.title}: ключ сервера не тот, что в подключении (host_key).") from None
        except FileNotFoundError:
            raise SourceUnusable(f"{self.title}: такой папки на сервере нет.") from None
        except PermissionError:
            raise SourceUnusable(f"{self.title}: нет права читать папку.") from None
        except (self._driver.SSHException, OSError, EOFError) as error:
            told = reason(error) if isinstance(error, OSError) else "соединение потеряно"
            if "not found in known_hosts" in str(error):
                raise SourceUnusable(
                    f"{self.title}: ключ сервера не того вида, что в подключении (host_key)."
                ) from None
            raise Transient(f"{self.title}: сервер не отвечает: {told}.") from None


def _entry(path: str, found: paramiko.SFTPAttributes) -> Entry:
    return Entry(path, found.st_size or 0, float(found.st_mtime or 0))
