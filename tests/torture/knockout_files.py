"""Everything that can be wrong with a file, a directory or a link on which something was looked up, read or listed.

A fault is a *state* where a healthy host may be like that too (the file is not there), and *damage* where nobody can tell what
the host is like (it cannot be read). Every fault is real where that can be arranged; what needs a broken disk is put between
the product and the kernel (knockout_system.py).
"""
# ruff: noqa: PTH101,PTH104,PTH108,PTH112,PTH113,PTH114,PTH119,PTH120,PTH123,PTH211  (os is what is wrapped)

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.torture.knockout_host import Rows, Standing
from tests.torture.knockout_structure import changed_documents
from tests.torture.knockout_system import System, without_overrides

_SPARSE: Final = 1 << 36
_EVERY: Final = frozenset(("look", "read", "list", "bytes", "names", "link", "xattr"))


@dataclass(frozen=True)
class Touched:
    """A path on disk that was looked at, and how: operations of ``System``."""

    path: str
    by: frozenset[str]

    @property
    def is_missing(self) -> bool:
        return "missing" in self.by


@dataclass(frozen=True)
class FileCase:
    """A fault at a path. ``damage``: nobody can tell what the host is like. ``blind``: nothing of it can be used, its content
    ("content") or not even its being there ("entry"). ``own``: the stat of the path itself is honestly another.
    ``lame``: looked at without the capabilities that read past permissions.
    """

    fault: str
    touched: Touched
    damage: bool
    blind: str = ""
    own: bool = False
    lame: bool = False
    argument: Any = None

    @property
    def depth(self) -> str:
        """What a healthy host would have to be like for the same verdicts: another entry, or the same with other content."""
        return "content" if self.argument is not None or (self.blind == "content" and not self.own) else "entry"


Put = Callable[[Standing, FileCase], Any]  # a context manager


def look_at(standing: Standing, case: FileCase | None = None, *, lame: bool = False) -> Rows:
    """The verdicts on ``standing``, with ``case`` done to it while it is looked at."""
    with ExitStack() as stack:
        if case is not None:
            stack.enter_context(FAULTS[case.fault].put(standing, case))
        if lame or (case is not None and case.lame):
            stack.enter_context(without_overrides())
        return standing.look()


def touched_by(standing: Standing) -> list[Touched]:
    """Every path that a look at ``standing`` touches, below its root and among its documents."""
    system = System(standing.top, standing.documents)
    standing.look(system())
    assert not system.around, f"opened in a way that this harness does not see: {sorted(set(system.around))}"
    return [Touched(path, frozenset(by)) for path, by in sorted(system.touched.items()) if path != str(standing.top)]


def cases_of(touched: Touched) -> Iterator[FileCase]:
    """Every fault that applies to ``touched``."""
    for name, fault in FAULTS.items():
        yield from fault.cases(name, touched)


@dataclass(frozen=True)
class _Fault:
    cases: Callable[[str, Touched], Iterator[FileCase]]
    put: Put


@contextmanager
def _replaced(standing: Standing, path: str, make: Callable[[str], None] | None) -> Iterator[None]:
    """Something else at ``path``, or nothing, with the owner and the mode of what was there."""
    aside = str(standing.aside / "original")
    try:
        before = os.lstat(path)
    except FileNotFoundError:
        before = None
    if before is not None:
        os.rename(path, aside)
    try:
        if make is not None:
            make(path)
            if before is not None and not stat.S_ISLNK(os.lstat(path).st_mode):
                os.chown(path, before.st_uid, before.st_gid)
                os.chmod(path, stat.S_IMODE(before.st_mode))
        yield
    finally:
        if os.path.lexists(path):
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        if before is not None:
            os.rename(aside, path)


def _make_socket(path: str) -> None:
    os.mknod(path, stat.S_IFSOCK | 0o600)


def _make_device(path: str) -> None:
    os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))  # /dev/zero: it never ends


def _make_loop(path: str) -> None:
    os.symlink(os.path.basename(path), path)


def _make_dangling(path: str) -> None:
    os.symlink("nowhere-at-all", path)


def _make_file(data: bytes) -> Callable[[str], None]:
    def make(path: str) -> None:
        Path(path).write_bytes(data)

    return make


def _instead(make: Callable[[str], None] | None, *, damage: bool, blind: str = "", own: bool = True) -> _Fault:
    """Another thing in its place. A name that was missing is damaged only by what cannot be looked at either."""

    def cases(name: str, touched: Touched) -> Iterator[FileCase]:
        if make is None and touched.is_missing:
            return
        if os.path.isdir(touched.path) and make is os.mkdir:
            return
        if (
            blind != "entry" and "read" not in touched.by
        ):  # nothing is read there: its stat is all that counts, and honest
            yield FileCase(name, touched, damage=False, own=own)
        else:
            yield FileCase(name, touched, damage=damage, blind=blind, own=own)

    return _Fault(cases, lambda standing, case: _replaced(standing, case.touched.path, make))


def _error(number: int, operation: str, *, damage: bool = True) -> _Fault:
    def cases(name: str, touched: Touched) -> Iterator[FileCase]:
        if operation in touched.by or (operation == "look" and touched.is_missing):
            blind = (
                "entry" if operation == "look" else "content" if operation in ("read", "list", "bytes", "names") else ""
            )
            yield FileCase(name, touched, damage=damage, blind=blind if damage else "")

    @contextmanager
    def put(standing: Standing, case: FileCase) -> Iterator[None]:
        def fail(what: str, path: str) -> None:
            if (what, path) == (operation, case.touched.path):
                raise OSError(number, os.strerror(number))

        with System(standing.top, standing.documents, before=fail)():
            yield

    return _Fault(cases, put)


def _denied_file() -> _Fault:
    def cases(name: str, touched: Touched) -> Iterator[FileCase]:
        if touched.by & {"read", "list"} and os.path.lexists(touched.path):
            yield FileCase(name, touched, damage=True, blind="content", own=True, lame=True)

    @contextmanager
    def put(_: Standing, case: FileCase) -> Iterator[None]:
        before = stat.S_IMODE(os.lstat(case.touched.path).st_mode)
        os.chmod(case.touched.path, before & ~0o444)
        try:
            yield
        finally:
            os.chmod(case.touched.path, before)

    return _Fault(cases, put)


def _denied_parent() -> _Fault:
    def cases(name: str, touched: Touched) -> Iterator[FileCase]:
        yield FileCase(name, touched, damage=True, blind="entry", lame=True)

    @contextmanager
    def put(_: Standing, case: FileCase) -> Iterator[None]:
        parent = os.path.dirname(case.touched.path)
        before = stat.S_IMODE(os.lstat(parent).st_mode)
        os.chmod(parent, before & ~0o111)
        try:
            yield
        finally:
            os.chmod(parent, before)

    return _Fault(cases, put)


def _changes() -> _Fault:
    """It grows by a line while it is read, every time that it is opened to be read."""

    def cases(name: str, touched: Touched) -> Iterator[FileCase]:
        if "bytes" in touched.by:
            yield FileCase(name, touched, damage=True, blind="content")

    @contextmanager
    def put(standing: Standing, case: FileCase) -> Iterator[None]:
        opened: list[str] = []

        def grow(what: str, path: str) -> None:
            if (what, path) == ("read", case.touched.path):
                opened.append(path)
            if (what, path) == ("bytes", case.touched.path) and opened:
                opened.clear()
                with open(path, "ab") as file:
                    file.write(b"\n")

        before = Path(case.touched.path).read_bytes()
        with System(standing.top, standing.documents, after=grow)():
            yield
        Path(case.touched.path).write_bytes(before)

    return _Fault(cases, put)


def _vanishes() -> _Fault:
    """It is listed and gone when it is looked up."""

    def cases(name: str, touched: Touched) -> Iterator[FileCase]:
        if not touched.is_missing:
            yield FileCase(name, touched, damage=False)

    @contextmanager
    def put(standing: Standing, case: FileCase) -> Iterator[None]:
        path, aside = case.touched.path, str(standing.aside / "vanished")
        listed: list[str] = []

        def vanish(what: str, where: str) -> None:
            if what == "names" and where == os.path.dirname(path):
                listed.append(where)
            if what == "look" and where == path and listed and os.path.lexists(path):
                os.rename(path, aside)

        try:
            with System(standing.top, standing.documents, before=vanish)():
                yield
        finally:
            if os.path.lexists(aside):
                os.rename(aside, path)

    return _Fault(cases, put)


def _content(change: Callable[[bytes], Iterator[tuple[bytes, bool, str]]]) -> _Fault:
    """Other bytes: ``change`` gives them, whether that is damage, and what of it is then unusable."""

    def cases(name: str, touched: Touched) -> Iterator[FileCase]:
        if "bytes" not in touched.by or not os.path.isfile(touched.path):
            return
        for data, damage, blind in change(Path(touched.path).read_bytes()):
            yield FileCase(name, touched, damage=damage, blind=blind, argument=data)

    return _Fault(cases, lambda standing, case: _replaced(standing, case.touched.path, _make_file(case.argument)))


def _is_json(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data), dict | list)
    except ValueError:
        return False


def _bad_bytes(data: bytes) -> Iterator[tuple[bytes, bool, str]]:
    yield (
        data[: len(data) // 2] + b"\xff\xfe" + data[len(data) // 2 :],
        _is_json(data),
        "content" if _is_json(data) else "",
    )


def _cut(data: bytes) -> Iterator[tuple[bytes, bool, str]]:
    for length in sorted({0, len(data) // 3, len(data) * 2 // 3, len(data.rstrip()) - 1} - {-1, len(data)}):
        document = _is_json(data) and length > 0
        # of what ends every part with a NUL, as arguments and variables in /proc: one that ends within a part
        ended = data.endswith(b"\0") and length > 0 and not data[:length].endswith(b"\0")
        yield data[:length], document or ended, "content" if document else ""


def _broken_syntax(data: bytes) -> Iterator[tuple[bytes, bool, str]]:
    broken = _is_json(data)
    yield data + b"\n%\x01 not at all = [\n", broken, "content" if broken else ""


def _structure(kind: str, *, damage: bool, blind: str = "") -> _Fault:
    def change(data: bytes) -> Iterator[tuple[bytes, bool, str]]:
        if _is_json(data):
            for text in changed_documents(json.loads(data), kind):
                yield text.data, damage, blind

    return _content(change)


def _oversize(path: str) -> None:
    with open(path, "wb") as file:
        file.truncate(_SPARSE)


FAULTS: Final[dict[str, _Fault]] = {
    "missing": _instead(None, damage=False),
    "dangling link": _instead(_make_dangling, damage=False),
    "link loop": _instead(_make_loop, damage=True, blind="entry"),
    "fifo": _instead(os.mkfifo, damage=True, blind="content"),
    "device": _instead(_make_device, damage=True, blind="content"),
    "socket": _instead(_make_socket, damage=True, blind="content"),
    "directory": _instead(os.mkdir, damage=True, blind="content"),
    "empty file": _instead(_make_file(b""), damage=False),
    "oversize": _instead(_oversize, damage=True),
    "denied file": _denied_file(),
    "denied parent": _denied_parent(),
    **{f"I/O error at {each}": _error(errno.EIO, each) for each in sorted(_EVERY)},
    **{f"stale handle at {each}": _error(errno.ESTALE, each) for each in ("look", "read")},
    "process gone at bytes": _error(errno.ESRCH, "bytes", damage=False),
    "not UTF-8": _content(_bad_bytes),
    "truncated": _content(_cut),
    "syntax error": _content(_broken_syntax),
    "key missing": _structure("missing", damage=False),
    "null": _structure("null", damage=False),
    "wrong type": _structure("wrong type", damage=True),
    "duplicate key": _structure("duplicate", damage=True, blind="content"),
    "unknown value": _structure("unknown", damage=False),
    "changed while read": _changes(),
    "vanished": _vanishes(),
}
