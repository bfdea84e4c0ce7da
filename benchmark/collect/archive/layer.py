"""One layer as its headers show it: what it adds, what it deletes, and what in it deserves a look."""

from __future__ import annotations

from typing import Final, NamedTuple

from benchmark.collect.archive.limits import Budget
from benchmark.collect.archive.paths import OPAQUE, WHITEOUT, WHITEOUT_PRIVATE, leaves, parent, place, show
from benchmark.collect.archive.private_keys import interest, kind_of_key
from benchmark.collect.archive.tar import DIRECTORY, FILE, HARDLINK, OTHER, SYMLINK, Entry, Payload
from benchmark.model.facts import Reason, Unavailable

PASSWD: Final = b"etc/passwd"
SETUID: Final = 0o4000
SETGID: Final = 0o2000
OTHERS_WRITE: Final = 0o0002
STICKY: Final = 0o1000
KIND_BITS: Final = 3
KIND_MASK: Final = 7
_NOTEWORTHY: Final = SETUID | SETGID | OTHERS_WRITE
_PRIVILEGE: Final = SETUID | SETGID


class Escape(NamedTuple):
    """An entry that would leave the root: its name as written, and how."""

    name: str
    kind: str


class Layer:
    """A sink for the entries of one layer, and the payload of the file that is being looked at.

    ``paths`` gives size << KIND_BITS | kind by path; of entries with one path the last counts, as for the engine.
    ``modes`` holds the modes of files and directories that deserve a look, ``links`` the target of every hard link.
    ``ambiguous`` is set when engines could come to different results about what the layer deletes: its deletions are then
    not believed, so that nothing is taken for gone that may be there.
    """

    __slots__ = (
        "_budget",
        "_head",
        "_path",
        "_wanted",
        "ambiguous",
        "escapes",
        "keys",
        "links",
        "loose",
        "modes",
        "opaque",
        "passwd",
        "paths",
        "whiteouts",
    )

    def __init__(self, budget: Budget) -> None:
        self.paths: dict[bytes, int] = {}
        self.modes: dict[bytes, int] = {}
        self.links: dict[bytes, bytes] = {}
        self.whiteouts: set[bytes] = set()
        self.opaque: set[bytes] = set()
        self.loose: set[bytes] = set()  # symbolic links that are absolute or climb above the root
        self.escapes: list[Escape] = []
        self.keys: dict[bytes, str] = {}
        self.passwd: bytes | Unavailable | None = None
        self.ambiguous = False
        self._budget = budget
        self._path = b""
        self._head = bytearray()
        self._wanted = 0

    def entry(self, entry: Entry) -> Payload | None:
        """Note the entry; the layer itself takes the bytes of files that need a look inside."""
        path, slip = place(entry.name)
        if slip:
            self._escape(entry.name, slip)
        self.ambiguous = self.ambiguous or entry.overlay
        base = path.rpartition(b"/")[2]
        if base.startswith(WHITEOUT):
            self._delete(entry.name, parent(path), base)
            return None
        if not path and entry.kind != DIRECTORY:
            self._escape(entry.name, "root")  # no engine replaces its root; neither may it hide what lies below
            return None
        self._add(path, entry)
        return self._look_inside(path, entry.size) if entry.kind == FILE else None

    def take(self, piece: bytes) -> bool:
        """The next bytes of the file that is looked at."""
        self._head += piece[: self._wanted - len(self._head)]
        return len(self._head) < self._wanted

    def close(self) -> None:
        """The file has been read as far as it was wanted."""
        path, head = self._path, bytes(self._head)
        if path == PASSWD:
            self.passwd = head
            return
        kind = kind_of_key(path, head)
        if kind is not None:
            self.keys[path] = kind

    def finish(self) -> None:
        """All entries are known: hard links share one mode, and what lies below a link that leaves has left."""
        for name, target in self.links.items():
            if self.modes.get(name, 0) & _PRIVILEGE and self.paths.get(target, -1) & KIND_MASK == FILE:
                self.modes[target] = self.modes.get(target, 0) | self.modes[name]
        for name, target in self.links.items():
            if target in self.modes and self.paths.get(target, -1) & KIND_MASK == FILE:
                self.modes[name] = self.modes.get(name, 0) | self.modes[target]
        if self.loose:
            self._find_through_links()

    def _add(self, path: bytes, entry: Entry) -> None:
        known, packed = self.paths.get(path), entry.size << KIND_BITS | entry.kind
        if known is not None and _is_no_directory(known) != _is_no_directory(packed):
            self.ambiguous = True
            packed = max(known, packed, key=_is_no_directory)
        elif known is not None:
            self._forget(path)
        self.paths[path] = packed
        if entry.kind == SYMLINK:
            self._note_symlink(path, entry)
        elif entry.kind != OTHER:
            self._note_mode(path, entry)

    def _note_mode(self, path: bytes, entry: Entry) -> None:
        if entry.kind == DIRECTORY:
            noteworthy = bool(entry.mode & OTHERS_WRITE) and not entry.mode & STICKY
        else:  # a link has from its target whether others may write
            noteworthy = bool(entry.mode & (_NOTEWORTHY if entry.kind == FILE else _PRIVILEGE))
        if noteworthy:
            self.modes[path] = entry.mode
        if entry.kind == HARDLINK:
            self._link(path, entry)

    def _note_symlink(self, path: bytes, entry: Entry) -> None:
        climbs = leaves(path, entry.target)
        if climbs:
            self._escape(entry.name, "symlink")
        if climbs or entry.target.startswith(b"/"):
            self.loose.add(path)

    def _forget(self, path: bytes) -> None:
        """What was noted about an earlier entry of the same path; a key stays, since its bytes are in the archive."""
        self.modes.pop(path, None)
        self.links.pop(path, None)
        self.loose.discard(path)
        if path == PASSWD:
            self.passwd = None

    def _link(self, path: bytes, entry: Entry) -> None:
        target, slip = place(entry.target)
        if slip == "parent":
            self._escape(entry.name, "hardlink")
        target = self.links.get(target, target)
        if target != path:
            self.links[path] = target
            if target in self.modes:
                self.modes[path] = self.modes.get(path, 0) | self.modes[target]

    def _look_inside(self, path: bytes, size: int) -> Payload | None:
        if path == PASSWD:
            most = self._budget.limits.accounts_bytes
            if size > most:
                self.passwd = Unavailable(Reason.OVERSIZE, f"/etc/passwd has {size} bytes, at most {most} are read")
                return None
            wanted = size
        else:
            wanted = min(size, interest(path, size))
            if not wanted:
                return None
        self._path, self._wanted = path, wanted
        self._head = bytearray()
        return self

    def _delete(self, name: bytes, directory: bytes, base: bytes) -> None:
        if base == OPAQUE:
            self.opaque.add(directory)
            return
        if base.startswith(WHITEOUT_PRIVATE):
            return
        gone = base[len(WHITEOUT) :]
        if gone in (b"", b".", b".."):
            self._escape(name, "whiteout")
            return
        self.whiteouts.add(directory + b"/" + gone if directory else gone)

    def _escape(self, name: bytes, kind: str) -> None:
        self.escapes.append(Escape(show(name), kind))

    def _find_through_links(self) -> None:
        """Entries below a symbolic link of the same layer that is absolute or leaves: unpacked in place they follow it."""
        below: dict[bytes, bool] = {b"": False}
        for path in self.paths:
            climb = []
            directory = parent(path)
            while directory not in below:
                climb.append(directory)
                directory = parent(directory)
            leads_out = below[directory]
            for each in reversed(climb):
                leads_out = below[each] = leads_out or each in self.loose
            if leads_out:
                self._escape(path, "through_link")


def _is_no_directory(packed: int) -> bool:
    return packed & KIND_MASK != DIRECTORY
