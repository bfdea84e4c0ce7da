"""The content files of a directory: controls/<room>/<id>.yaml and mappings/<framework>.yaml, nothing overlooked."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmark.catalog.content_error import ContentError, ContentErrors

_MAX_BYTES: Final = 1 << 20
_MAX_FILES: Final = 5_000
_NOT_CONTENT: Final = "README.md"  # the one file that may stand beside content; names with a leading dot may too


@dataclass(frozen=True, slots=True)
class ContentFile:
    """One file: its path below the root with forward slashes, and its bytes."""

    path: str
    data: bytes


def read_content(root: Path) -> tuple[tuple[ContentFile, ...], tuple[ContentError, ...]]:
    """Every content file below ``root``, sorted by path, and an error for everything that is there and is not content.

    A control with a misspelt extension or in the wrong folder is an error, since overlooking it would raise the score.
    Raises ContentErrors when controls/ or mappings/ cannot be listed at all.
    """
    files: list[ContentFile] = []
    errors: list[ContentError] = []
    for folder, depth in (("controls", 1), ("mappings", 0)):
        for path in _walk(root, folder, depth, errors):
            if len(files) >= _MAX_FILES:
                raise ContentErrors([ContentError(folder, 1, 1, f"more than {_MAX_FILES} files")])
            data = read_file(root / path, path, errors)
            if data is not None:
                files.append(ContentFile(path, data))
    return tuple(sorted(files, key=lambda each: each.path)), tuple(errors)


def read_file(file: Path, path: str, errors: list[ContentError]) -> bytes | None:
    """The bytes of a regular file within the size bound; a FIFO neither hangs nor is read. None for a file with an error,
    which is noted under ``path``.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        errors.append(ContentError(path, 1, 1, f"cannot be read: {_reason(error)}"))
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        errors.append(ContentError(path, 1, 1, "not a regular file"))
        return None
    with os.fdopen(descriptor, "rb") as opened:
        try:
            data = opened.read(_MAX_BYTES + 1)
        except OSError as error:
            errors.append(ContentError(path, 1, 1, f"cannot be read: {_reason(error)}"))
            return None
    if len(data) > _MAX_BYTES:
        errors.append(ContentError(path, 1, 1, f"the file is larger than {_MAX_BYTES} bytes"))
        return None
    return data


def _walk(root: Path, folder: str, depth: int, errors: list[ContentError]) -> list[str]:
    """Paths of the ``.yaml`` files exactly ``depth`` directories below ``folder``."""
    try:
        entries = sorted(os.scandir(root / folder), key=lambda each: each.name)
    except OSError as error:
        raise ContentErrors([ContentError(folder, 1, 1, f"cannot be listed: {_reason(error)}")]) from None
    found: list[str] = []
    for entry in entries:
        path = f"{folder}/{entry.name}"
        if entry.name.startswith(".") or entry.name == _NOT_CONTENT:
            continue
        if depth and entry.is_dir():
            found += _walk(root, path, depth - 1, errors)
        elif depth or not entry.name.endswith(".yaml"):
            errors.append(ContentError(path, 1, 1, _misplaced(depth, entry.is_dir())))
        else:
            found.append(path)
    return found


def _misplaced(depth: int, is_directory: bool) -> str:
    if depth:
        return "a control lies in the folder of its room: controls/ROOM/ID.yaml"
    return "a folder where only .yaml files belong" if is_directory else "not content: the name must end in .yaml"


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
