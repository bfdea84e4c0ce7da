"""A cache of compiled catalogues for work in a checkout. It may fail in any way without anybody noticing."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import Final

_KEPT: Final = 8  # catalogues, so that a few checkouts do not push each other out
_MAX_BYTES: Final = 32 << 20


def read_cached(key: str) -> bytes | None:
    """What was stored under ``key``, when it is this user's own file in a directory only this user can change."""
    directory = _directory()
    if directory is None or not _is_private(directory):
        return None
    try:
        descriptor = os.open(directory / _name(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(_MAX_BYTES) if _is_own(os.fstat(descriptor), stat.S_IFREG) else None
    except OSError:
        return None


def write_cached(key: str, data: bytes) -> None:
    """Stores ``data`` under ``key``, whole or not at all; silently not at all when that is not possible."""
    directory = _directory()
    if directory is None:
        return
    temporary = directory / f".{os.getpid()}.{os.urandom(8).hex()}"
    try:
        os.makedirs(directory, mode=0o700, exist_ok=True)  # noqa: PTH103  (Path.mkdir ignores the mode of parents)
        if not _is_private(directory):
            return
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            temporary.replace(directory / _name(key))
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        _prune(directory)
    except OSError:
        return


def _directory() -> Path | None:
    """$XDG_CACHE_HOME/dockmark, or ~/.cache/dockmark; a relative $XDG_CACHE_HOME is ignored (XDG base directories 0.8)."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        base = Path(os.path.expanduser("~/.cache"))  # noqa: PTH111  (Path.expanduser raises without a home)
    return base / "dockmark" if base.is_absolute() else None


def _name(key: str) -> str:
    return f"catalogue-{key}.json"


def _is_private(directory: Path) -> bool:
    try:
        return _is_own(directory.lstat(), stat.S_IFDIR)
    except OSError:
        return False


def _is_own(found: os.stat_result, kind: int) -> bool:
    """True for an entry of this kind that belongs to this user and that nobody else may write."""
    return stat.S_IFMT(found.st_mode) == kind and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _prune(directory: Path) -> None:
    stored = sorted(directory.glob(_name("*")), key=lambda each: each.lstat().st_mtime_ns, reverse=True)
    for each in stored[_KEPT:]:
        each.unlink()
