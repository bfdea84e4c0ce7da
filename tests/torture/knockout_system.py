"""The system calls by which a host is looked at: what they touched is noted, and one of them can be made to go wrong.

Independent of what the product says it read. The wrappers are put around ``os`` itself, so that a collector written tomorrow
is seen too; an audit hook tells of files that were opened around them.
"""

from __future__ import annotations

import builtins
import ctypes
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_OVERRIDES: Final = (1 << 1) | (1 << 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
_VERSION_3: Final = 0x20080522
_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_OPENERS: Final = frozenset(("open", "os.listdir", "os.scandir"))
_BY_PATH: Final = ("stat", "lstat", "access", "statvfs", "listdir")

Hook = Callable[[str, str], None]  # what is done, to which path; raises OSError in place of doing it

_unwrapped: list[str] | None = None
_inside = 0


def _audited(event: str, arguments: tuple[Any, ...]) -> None:
    if _unwrapped is not None and not _inside and event in _OPENERS and isinstance(arguments[0], str | bytes):
        _unwrapped.append(os.fsdecode(arguments[0]))


sys.addaudithook(_audited)


class System:
    """``before`` is called with every operation below ``tops`` and its path; ``after`` once it is done.

    Operations: ``look`` (a name is looked up), ``read`` (opened to be read), ``list`` (opened to be listed), ``bytes`` (read),
    ``names`` (listed), ``link`` (a link's target), ``xattr`` (an access list). ``touched`` holds them by path, with ``missing``
    where there was nothing; ``around`` what was opened below ``tops`` in another way.
    """

    def __init__(self, *tops: Path, before: Hook | None = None, after: Hook | None = None) -> None:
        self._tops = tuple(str(each) for each in tops)
        self._before = before
        self._after = after
        self._busy = False
        self.touched: dict[str, set[str]] = defaultdict(set)
        self.around: list[str] = []

    @contextmanager
    def __call__(self) -> Iterator[System]:
        global _unwrapped  # noqa: PLW0603  (an audit hook cannot be taken away again, so it is switched)
        real = {
            name: getattr(os, name)
            for name in ("open", "read", "readlink", "scandir", "getxattr", "fstatvfs", *_BY_PATH)
        }
        opened = builtins.open
        _unwrapped = []
        os.open = self._open(real["open"])
        os.read = self._on_descriptor("bytes", real["read"])
        os.readlink = self._readlink(real["readlink"])
        os.scandir = self._on_descriptor("names", real["scandir"])
        os.getxattr = self._getxattr(real["getxattr"])
        for name in _BY_PATH:
            setattr(os, name, self._on_path(real[name]))
        try:
            yield self
        finally:
            for name, function in real.items():
                setattr(os, name, function)
            assert builtins.open is opened
            self.around = [each for each in _unwrapped if each.startswith(self._tops)]
            _unwrapped = None

    def _do(self, what: str, path: str, call: Callable[[], Any]) -> Any:
        if self._busy or not path.startswith(self._tops):
            return _quietly(call)
        self._tell(self._before, what, path)
        try:
            done = _quietly(call)
        except OSError:
            self.touched[path].add("missing" if what == "look" else what)
            raise
        self.touched[path].add(what)
        self._tell(self._after, what, path)
        return done

    def _tell(self, hook: Hook | None, what: str, path: str) -> None:
        if hook is None:
            return
        self._busy = True
        try:
            hook(what, path)
        finally:
            self._busy = False

    def _open(self, real: Any) -> Any:
        def wrapped(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
            what = "look" if flags & os.O_PATH else "list" if flags & os.O_DIRECTORY else "read"
            return self._do(what, _full(path, dir_fd), lambda: real(path, flags, mode, dir_fd=dir_fd))

        return wrapped

    def _readlink(self, real: Any) -> Any:
        def wrapped(path: Any, *, dir_fd: int | None = None) -> Any:
            if dir_fd is None:
                return real(path)
            return self._do("link", _full(path, dir_fd), lambda: real(path, dir_fd=dir_fd))

        return wrapped

    def _on_descriptor(self, what: str, real: Any) -> Any:
        def wrapped(place: Any = ".", *rest: Any) -> Any:
            path = _of(place) if isinstance(place, int) else os.fsdecode(place)
            return self._do(what, path, lambda: real(place, *rest))

        return wrapped

    def _getxattr(self, real: Any) -> Any:
        def wrapped(path: Any, attribute: Any, **more: Any) -> bytes:
            return self._do("xattr", _full(path, None), lambda: real(path, attribute, **more))

        return wrapped

    def _on_path(self, real: Any) -> Any:
        def wrapped(path: Any, *rest: Any, **more: Any) -> Any:
            if isinstance(path, int) or more.get("dir_fd") is not None:
                return real(path, *rest, **more)
            return self._do("look", os.fsdecode(path), lambda: real(path, *rest, **more))

        return wrapped


def _quietly(call: Callable[[], Any]) -> Any:
    global _inside  # noqa: PLW0603
    _inside += 1
    try:
        return call()
    finally:
        _inside -= 1


_readlink: Final = os.readlink


def _of(descriptor: int) -> str:
    try:
        return _readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return ""


def _full(path: Any, dir_fd: int | None) -> str:
    """The path as it stands on disk; of a descriptor opened anew that of the file behind it."""
    text = os.fsdecode(path)
    if dir_fd is not None:
        return f"{_of(dir_fd)}/{text}".rstrip("/")
    if text.startswith("/proc/self/fd/"):
        return _of(int(text.rpartition("/")[2]))
    return text


@contextmanager
def without_overrides() -> Iterator[None]:
    """This thread is root without the capabilities that read past permissions: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""
    header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)()
    _checked(_LIBC.capget(header, data))
    before = data[0]
    data[0] = before & ~_OVERRIDES
    _checked(_LIBC.capset(header, data))
    try:
        yield
    finally:
        data[0] = before
        _checked(_LIBC.capset(header, data))


def _checked(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), "capset")
