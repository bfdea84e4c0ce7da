"""Files below a root directory, read so that nothing there can lead out of it, hang us or pretend to be absent."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Final

from benchmark.collect.host.numbers import Numbers, read_numbers
from benchmark.collect.host.walk import MOST_LINKS, Entry, Walk
from benchmark.model.facts import ABSENT, Absent, Reason, Unavailable

DEFAULT_CAP: Final = 4 * 1024 * 1024
_MOST_NAMES: Final = 200_000
_READ: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_BOOT: Final = "/proc/sys/kernel/random/boot_id"
_CHUNK: Final = 1 << 16
_TYPES: Final = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFSOCK: "socket",
    stat.S_IFLNK: "link",
    stat.S_IFIFO: "fifo",
    stat.S_IFBLK: "block",
    stat.S_IFCHR: "char",
}


@dataclass(frozen=True, slots=True)
class FileStat:
    """What one fstat said. ``path`` is absolute as the target sees it, links resolved; ``mode`` is ``"0644"``, with
    setuid, setgid and sticky; ``changed_ns`` is the later of mtime and ctime in nanoseconds since the epoch.
    """

    path: str
    type: str  # file directory socket link fifo block char
    mode: str
    uid: int
    gid: int
    size: int
    inode: int
    device: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class FileContent:
    """A regular file's bytes, with the stat of the very descriptor they came from and their ``sha256:…``."""

    stat: FileStat
    data: bytes
    digest: str


class HostRoot:
    """The file system of a target below ``root``. No method raises for anything the file system does.

    Every path is resolved here, component by component: an absolute link restarts at the root, ``..`` stops at it.
    ABSENT is given only where the kernel said ENOENT or ENOTDIR for a name in a directory that could be searched.
    """

    def __init__(self, root: str = "/") -> None:
        self.root = os.path.abspath(root)  # noqa: PTH100  (a str is the contract; pathlib costs start-up time)

    @property
    def is_own(self) -> bool:
        """True when the target is the machine as this process sees it."""
        return self.root == "/"

    def stat(self, path: str) -> FileStat | Unavailable | Absent:
        """What is at ``path``, links followed."""
        with self.entry(path) as found:
            return file_stat(found) if isinstance(found, Entry) else found

    def lstat(self, path: str) -> FileStat | Unavailable | Absent:
        """What is at ``path``; a link there is not followed."""
        with self.entry(path, follow=False) as found:
            return file_stat(found) if isinstance(found, Entry) else found

    def resolve(self, path: str) -> str | Unavailable | Absent:
        """The real path, as seen from the target's own ``/``."""
        with self.entry(path) as found:
            return found.path if isinstance(found, Entry) else found

    def read(self, path: str, cap: int = DEFAULT_CAP) -> FileContent | Unavailable | Absent:
        """A regular file's content of at most ``cap`` bytes: NOT_REGULAR, OVERSIZE or CHANGED otherwise."""
        with self.entry(path) as found:
            if not isinstance(found, Entry):
                return found
            content = _read_entry(found, cap)
        if isinstance(content, Unavailable) and content.reason is Reason.CHANGED:
            with self.entry(path) as found:
                return _read_entry(found, cap) if isinstance(found, Entry) else found
        return content

    def list(self, path: str) -> tuple[str, ...] | Unavailable | Absent:
        """The names in a directory, sorted; NOT_DIRECTORY for anything else."""
        with self.entry(path) as found:
            return _list_entry(found) if isinstance(found, Entry) else found

    @contextmanager
    def entry(self, path: str, *, follow: bool = True) -> Iterator[Entry | Unavailable | Absent]:
        """An open ``Entry`` for a ``with`` block, or why there is none."""
        walk = Walk(path)
        try:
            yield self._enter(walk, follow)
        finally:
            walk.close()

    def _enter(self, walk: Walk, follow: bool) -> Entry | Unavailable | Absent:
        try:
            walk.start(self.root)
        except OSError as error:  # without its root nothing is proven, not even an absence
            return Unavailable(_reason(error), f"host root {printable(self.root)}: {_errno_name(error)}")
        except ValueError:
            return Unavailable(Reason.IO_ERROR, f"{printable(self.root)!r} is not a path")
        try:
            if not walk.go(follow):
                return Unavailable(Reason.LINK_LOOP, f"{printable(walk.wanted)}: more than {MOST_LINKS} links")
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                return failure(error, walk.wanted)
            if walk.device in self._automounts:
                return Unavailable(
                    Reason.INCOMPLETE, f"{printable(walk.wanted)}: below an automount that is not mounted"
                )
            return ABSENT
        except ValueError:
            return Unavailable(Reason.IO_ERROR, f"{printable(walk.wanted)!r} is not a path")
        return walk.entry()

    @cached_property
    def is_live(self) -> bool:
        """True when the target runs, on the kernel that runs us: what the kernel says is then true of it."""
        if self.is_own:
            return True
        theirs, ours = HostRoot(self.root).read(_BOOT, 64), HostRoot().read(_BOOT, 64)
        return isinstance(theirs, FileContent) and isinstance(ours, FileContent) and theirs.data == ours.data

    @cached_property
    def numbers(self) -> Numbers:
        """Whether numbers of users and groups mean here what they mean on the target."""
        return read_numbers(self.root)

    @cached_property
    def _automounts(self) -> frozenset[int]:
        """Devices of autofs mounts: O_PATH does not trigger them, so a name missing there proves nothing."""
        try:
            table = Path("/proc/self/mountinfo").read_bytes().splitlines()
            numbers = [line.split()[2].split(b":") for line in table if b" - autofs " in line]
            return frozenset(os.makedev(int(major), int(minor)) for major, minor in numbers)
        except (OSError, ValueError, IndexError):
            return frozenset()


def failure(error: OSError, path: str) -> Unavailable:
    """What an OSError means for evidence: DENIED, LINK_LOOP, VANISHED (ESRCH), else IO_ERROR; with path and errno."""
    return Unavailable(_reason(error), f"{printable(path)}: {_errno_name(error)}")


def printable(path: str) -> str:
    r"""``path`` as text that can be encoded: bytes that are no UTF-8 become ``\xNN``, lone surrogates ``\uNNNN``."""
    if path.isascii():
        return path
    try:
        return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return path.encode("utf-8", "backslashreplace").decode("utf-8")


def _reason(error: OSError) -> Reason:
    if error.errno in (errno.EACCES, errno.EPERM):
        return Reason.DENIED
    if error.errno == errno.ELOOP:
        return Reason.LINK_LOOP
    return Reason.VANISHED if error.errno == errno.ESRCH else Reason.IO_ERROR


def _errno_name(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, f"errno {error.errno}")


def file_stat(entry: Entry) -> FileStat:
    """What an open entry's fstat said."""
    return _file_stat(entry.path, entry.status)


def _file_stat(path: str, status: os.stat_result) -> FileStat:
    return FileStat(
        path=path,
        type=_TYPES.get(stat.S_IFMT(status.st_mode), "unknown"),
        mode=f"{stat.S_IMODE(status.st_mode):04o}",
        uid=status.st_uid,
        gid=status.st_gid,
        size=status.st_size,
        inode=status.st_ino,
        device=status.st_dev,
        changed_ns=max(status.st_mtime_ns, status.st_ctime_ns),
    )


def _read_entry(found: Entry, cap: int) -> FileContent | Unavailable:
    if not stat.S_ISREG(found.status.st_mode):
        kind = _TYPES.get(stat.S_IFMT(found.status.st_mode), "unknown")
        return Unavailable(Reason.NOT_REGULAR, f"{printable(found.path)}: {kind}")
    if found.status.st_size > cap:
        return Unavailable(
            Reason.OVERSIZE, f"{printable(found.path)}: {found.status.st_size} bytes, at most {cap} are read"
        )
    try:
        fd = _reopen(found.fd, _READ)
    except FileNotFoundError:
        return Unavailable(Reason.VANISHED, f"{printable(found.path)}: cannot be reopened through /proc/self/fd")
    except OSError as error:
        return failure(error, found.path)
    try:
        return _read_descriptor(fd, found.path, cap)
    except OSError as error:
        return failure(error, found.path)
    finally:
        os.close(fd)


def _read_descriptor(fd: int, path: str, cap: int) -> FileContent | Unavailable:
    before = os.fstat(fd)
    pieces: list[bytes] = []
    length = 0
    while length <= cap and (piece := os.read(fd, min(_CHUNK, cap + 1 - length))):
        pieces.append(piece)
        length += len(piece)
    if length > cap:
        return Unavailable(Reason.OVERSIZE, f"{printable(path)}: more than {cap} bytes")
    after = os.fstat(fd)
    # procfs has size 0 whatever it holds, and times that mean nothing
    if (before.st_size or after.st_size) and _version(before) != _version(after):
        return Unavailable(Reason.CHANGED, f"{printable(path)}: changed while it was read")
    data = b"".join(pieces)
    return FileContent(_file_stat(path, before), data, "sha256:" + hashlib.sha256(data).hexdigest())


def _version(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _list_entry(found: Entry) -> tuple[str, ...] | Unavailable:
    if not stat.S_ISDIR(found.status.st_mode):
        kind = _TYPES.get(stat.S_IFMT(found.status.st_mode), "unknown")
        return Unavailable(Reason.NOT_DIRECTORY, f"{printable(found.path)}: {kind}")
    try:
        fd = _reopen(found.fd, _READ | os.O_DIRECTORY)
    except OSError as error:
        return failure(error, found.path)
    try:
        with os.scandir(fd) as names:
            listed = sorted(each.name for each in islice(names, _MOST_NAMES + 1))
    except OSError as error:
        return failure(error, found.path)
    finally:
        os.close(fd)
    if len(listed) > _MOST_NAMES:
        return Unavailable(Reason.OVERSIZE, f"{printable(found.path)}: more than {_MOST_NAMES} names")
    return tuple(listed)


def _reopen(fd: int, flags: int) -> int:
    """The same file, opened to be read: what was checked is what is read. Raises OSError."""
    return os.open(f"/proc/self/fd/{fd}", flags)
