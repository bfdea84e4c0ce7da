"""One resolution of a path below a root: ``..`` stops at the root, absolute links restart there."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from typing import Final

MOST_LINKS: Final = 40  # as the kernel: path_resolution(7)
_PATH_ONLY: Final = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Entry:
    """An open O_PATH descriptor below the root, valid inside ``HostRoot.entry``.

    ``parents`` are the directories in which a name was looked up on the way, links' directories included: whoever may
    write one of them decides what ``path`` leads to. ``loose_links`` are those of them that have the sticky bit and hold
    a link that was followed and does not belong to root.
    """

    fd: int
    path: str
    status: os.stat_result
    parents: tuple[tuple[str, os.stat_result], ...]
    loose_links: tuple[str, ...] = ()


class Walk:
    """The chain of open directories from the root to where we are; ``start``, ``go``, ``entry``, then ``close``."""

    __slots__ = ("chain", "loose_links", "names", "parents", "wanted")

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        self.names: list[str] = []
        self.chain: list[tuple[int, os.stat_result]] = []
        self.parents: dict[str, os.stat_result] = {}
        self.loose_links: list[str] = []

    def start(self, root: str) -> None:
        """Opens the root. Raises OSError."""
        fd = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self.chain.append((fd, os.fstat(fd)))

    def go(self, follow: bool) -> bool:
        """Walks to the end; False where there are too many links. Raises OSError as the kernel's own walk would."""
        waiting = self.wanted.split("/")
        waiting.reverse()
        links = 0
        while waiting:
            part = waiting.pop()
            where, status = self.chain[-1]
            if not stat.S_ISDIR(status.st_mode):
                raise NotADirectoryError(errno.ENOTDIR, "not a directory")
            if part in ("", "."):
                continue
            if part == "..":
                self._up_to(max(len(self.chain) - 1, 1))
                continue
            self.parents[self.path] = status
            fd = os.open(part, _PATH_ONLY, dir_fd=where)
            self.names.append(part)
            self.chain.append((fd, os.fstat(fd)))
            if not stat.S_ISLNK(self.chain[-1][1].st_mode) or not (follow or waiting):
                continue
            links += 1
            if links > MOST_LINKS:
                return False
            target = os.readlink("", dir_fd=fd)
            if status.st_mode & stat.S_ISVTX and self.chain[-1][1].st_uid != 0:
                self.loose_links.append(self.path.rpartition("/")[0] or "/")
            self._up_to(1 if target.startswith("/") else len(self.chain) - 1)
            waiting.extend(reversed(target.split("/")))
        return True

    def entry(self) -> Entry:
        """Where the walk ended."""
        fd, status = self.chain[-1]
        return Entry(fd, self.path, status, tuple(self.parents.items()), tuple(self.loose_links))

    @property
    def path(self) -> str:
        """Where we are, as the target sees it."""
        return "/" + "/".join(self.names)

    @property
    def device(self) -> int:
        """The device of where we are."""
        return self.chain[-1][1].st_dev

    def close(self) -> None:
        """Closes every descriptor."""
        self._up_to(0)

    def _up_to(self, length: int) -> None:
        while len(self.chain) > length:
            os.close(self.chain.pop()[0])
            del self.names[max(len(self.chain) - 1, 0) :]
