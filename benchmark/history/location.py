"""Where a store is: a file of SQLite, or a database of PostgreSQL."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote

from benchmark.history.store_error import StoreError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A file; ``str`` is its path."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class PostgresqlDatabase:
    """A database; ``str`` names it without password and without options, which may hold one."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        authority, slash, rest = self.url.partition("://")[2].partition("/")
        user, at, host = authority.rpartition("@")
        return f"postgresql://{user.partition(':')[0]}{at}{host}{slash}{rest.partition('?')[0]}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that must not be repeated from a message of a library: the password, as written and decoded."""
        authority, _, rest = self.url.partition("://")[2].partition("/")
        found = [authority.rpartition("@")[0].partition(":")[2]]
        options = (each.partition("=") for each in rest.partition("?")[2].split("&"))
        found += [value for name, _, value in options if "password" in name.lower() or "secret" in name.lower()]
        return tuple({text for each in found if each for text in (each, unquote(each))})


Location: TypeAlias = "SqliteFile | PostgresqlDatabase"


def read_location(text: str) -> Location:
    """``/var/lib/dockmark/history.db``, ``sqlite:///var/lib/…`` (the path after ``sqlite://``), ``postgresql://…``.

    Raises StoreError for another scheme, and for a URL whose password could be taken for a part of the address. A URL is
    never repeated.
    """
    found = _SCHEME.match(text)
    if found is None:
        if not text or "\0" in text:
            raise StoreError("the store has no name")
        return SqliteFile(Path(text).absolute())
    match found[1]:
        case "sqlite":
            path = unquote(text[found.end() :])
            if not path.startswith("/") or path == "/" or "\0" in path or "?" in text:
                raise StoreError("a store of SQLite is named by its whole path: sqlite:///var/lib/dockmark/history.db")
            return SqliteFile(Path(path))
        case "postgresql":
            return _postgresql(text, text[found.end() :])
        case _:
            raise StoreError("a store is a path, sqlite:///PATH or postgresql://USER@HOST/DATABASE")


def _postgresql(url: str, rest: str) -> PostgresqlDatabase:
    before_options = rest.partition("?")[0]
    if before_options.count("@") > 1 or ("@" in before_options and "/" in before_options.rpartition("@")[0]):
        raise StoreError("in the URL of a store, '@', ':', '/' and '?' of a password are written %40, %3A, %2F and %3F")
    if any(ord(each) <= ord(" ") for each in url):
        raise StoreError("the URL of a store holds no blanks")
    return PostgresqlDatabase(url)
