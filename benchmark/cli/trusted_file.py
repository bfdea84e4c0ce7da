"""Files that change what a verdict means are believed only where nobody else could have written them."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH
_MOST_LINKS: Final = 40  # as Linux has it (path_resolution(7))


def read_trusted(path: str, most: int) -> bytes:
    """The bytes of the regular file ``path``, at most one more than ``most``. A FIFO neither hangs nor is read.

    Raises OSError; as root also where somebody else could have written the file: it or a directory on the way belongs to
    another user, or its group or everybody may write there. A directory with the sticky bit, such as /tmp, may be on the way:
    nobody can replace what root owns in it.
    """
    if os.geteuid() == 0:
        _require_own_way(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is not a regular file")
        if os.geteuid() == 0:
            _require_own(path, found)
        return file.read(most + 1)


def _require_own_way(path: str) -> None:
    """Walks to ``path`` from the root, through every link, and looks at each directory on the way."""
    here = Path("/")
    left = [*reversed(Path(path).absolute().parts[1:])]
    links = 0
    _require_own(str(here), here.stat())
    while left:
        name = left.pop()
        if name == "..":
            here = here.parent
            continue
        there = here / name
        found = there.lstat()
        if stat.S_ISLNK(found.st_mode):
            links += 1
            if links > _MOST_LINKS:
                raise OSError("too many symbolic links")
            if found.st_uid != 0:
                raise OSError(f"{there} is a symbolic link of uid {found.st_uid}, and this is root: {_ADVICE}")
            target = there.readlink()
            here = Path("/") if target.is_absolute() else here
            left.extend(reversed(target.parts[1:] if target.is_absolute() else target.parts))
            continue
        _require_own(str(there), found)
        here = there


def _require_own(path: str, found: os.stat_result) -> None:
    if found.st_uid != 0:
        raise OSError(f"{path} belongs to uid {found.st_uid}, and this is root: {_ADVICE}")
    sticky = stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX
    if found.st_mode & _OTHERS and not sticky:
        raise OSError(
            f"{path} can be written by others (mode {stat.S_IMODE(found.st_mode):04o}), and this is root: {_ADVICE}"
        )


_ADVICE: Final = "whoever can write it decides what the report says; chown root and chmod go-w"
