"""Where a store of SQLite lies: only this user may change it, and it is there whole or not at all."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path
from typing import Final

from benchmark.history.store_error import NoStore, NotYours, StoreDamaged, StoreError

_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH
_BESIDE: Final = ("", "-wal", "-shm", "-journal")


def require_store(path: Path) -> None:
    """Raises NoStore where nothing is, StoreDamaged for an empty file, and NotYours as ``require_own`` does."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise NoStore(f"there is no history at {path} yet; dockmark audit records one") from None
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from None
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{path}: not a regular file")
    require_own(path)
    if not found.st_size:
        raise StoreDamaged(f"{path}: the file is empty, and a history never is: it was damaged or is another file")


def make_directory(path: Path) -> None:
    """The directory of a new store, 0700, and on disk. Raises StoreError."""
    missing = []
    at = path.parent
    while not at.exists():
        missing.append(at)
        at = at.parent
    try:
        for each in reversed(missing):
            each.mkdir(mode=0o700, exist_ok=True)
            sync_directory(each.parent)
    except OSError as error:
        raise StoreError(f"cannot make {path.parent}: {error.strerror}") from None


def require_own(path: Path) -> None:
    """Raises NotYours when this is root, and another could write the store or put something else in its place."""
    if os.geteuid() != 0:
        return
    for suffix in _BESIDE:
        _require_own(Path(f"{path}{suffix}"), path)
    directory = path.parent.resolve()
    _require_own(directory, path)
    for each in directory.parents:
        if not each.stat().st_mode & stat.S_ISVTX:  # where it is set, nobody renames what is not theirs
            _require_own(each, path)


def _require_own(what: Path, store: Path) -> None:
    try:
        found = what.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"{what}: {error.strerror}") from None
    if stat.S_ISLNK(found.st_mode):
        raise NotYours(f"{store}: {what} is a symbolic link; root keeps its history in a plain file")
    if found.st_uid != 0:
        raise NotYours(
            f"{store}: {what} belongs to {_name(found.st_uid)}; root keeps its history where only root may write"
        )
    if found.st_mode & _OTHERS:
        raise NotYours(f"{store}: others may write {what}; root keeps its history where only root may write")


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def sync_directory(path: Path) -> None:
    """Puts the names in a directory on disk. Raises OSError."""
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
