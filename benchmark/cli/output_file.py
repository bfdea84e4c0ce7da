"""Files we write: whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import Final

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class OutputFile:
    """A sink that becomes the file ``path`` on ``commit`` and leaves nothing behind on ``discard``.

    Opening it writes an empty file beside the target (mode 0600, O_EXCL), so a target that cannot be written is found before
    any work is done: then OSError is raised, and nothing stays. A target that is there already must be a regular file:
    renaming over /dev/null or /dev/stdout would destroy it, and a link may lead to another's file. ``mode`` is what it is
    allowed to be read and written by; only what changes a file of the user's keeps another than 0600.
    """

    def __init__(self, path: str, mode: int = 0o600) -> None:
        self.name = path
        self._target = Path(path)
        _require_replaceable(self._target)
        self._temporary = self._target.with_name(f".dockmark-{os.urandom(8).hex()}.tmp")
        self._file = os.fdopen(os.open(self._temporary, _NEW, 0o600), "wb")
        if mode != 0o600:
            os.fchmod(self._file.fileno(), mode)

    def write(self, text: str) -> None:
        """Adds ``text`` in UTF-8. Raises OSError."""
        self._file.write(text.encode("utf-8", "backslashreplace"))

    def write_bytes(self, data: bytes) -> None:
        """Adds ``data``. Raises OSError."""
        self._file.write(data)

    def commit(self) -> None:
        """Puts the file in its place, on disk before its name is. Raises OSError, and then the old file is still there."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._temporary.rename(self._target)
        directory = os.open(self._target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def discard(self) -> None:
        """Removes what was written. Does nothing after a commit."""
        with contextlib.suppress(OSError):  # a full disk: the bytes are not wanted any more
            self._file.close()
        self._temporary.unlink(missing_ok=True)


def _require_replaceable(target: Path) -> None:
    if not target.name:
        raise OSError("it is a directory; name a regular file, or - for standard output")
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISREG(mode):
        return
    kind = "a directory" if stat.S_ISDIR(mode) else "a symbolic link" if stat.S_ISLNK(mode) else "not a regular file"
    raise OSError(f"it is {kind}; name a regular file, or - for standard output")
