"""One audit of a target at a time: a scheduled one and one by hand do not get into each other's way."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import stat
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.recording import default_store
from benchmark.cli.streams import say
from benchmark.history.location import Location, SqliteFile
from benchmark.history.place import make_directory
from benchmark.history.store_error import StoreError

_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_TARGET: Final = ("DOCKER_HOST", "DOCKER_CONTEXT")
_LOOK_AGAIN: Final = 0.2


@contextlib.contextmanager
def only_audit(location: Location | None, arguments: Namespace, environment: Mapping[str, str]) -> Iterator[None]:
    """Holds the lock of the target that the options name, where the history at ``location`` is (None: nothing is recorded,
    and nothing is locked).

    Another audit of it is waited for, at most ``--wait`` seconds; then Refusal is raised. The kernel frees the lock of a process
    that is gone, however it ended. Where no lock can be had, the audit goes on without: recording it will say why.
    """
    descriptor = (
        None if location is None else _opened(_directory(location, environment), _target(arguments, environment))
    )
    if descriptor is None:
        yield
        return
    try:
        _take(descriptor, arguments.wait)
        _sign(descriptor)
        yield
    finally:
        os.close(descriptor)


def _directory(location: Location, environment: Mapping[str, str]) -> Path:
    """Beside a store that is a file; for one that is a server, where this user's own would be."""
    return (location.path if isinstance(location, SqliteFile) else default_store(environment, os.geteuid())).parent


def _opened(directory: Path, target: str) -> int | None:
    """The lock's file, ours alone: what another has put there is never written to."""
    try:
        make_directory(directory / "lock")
        descriptor = os.open(directory / f"audit-{target}.lock", _FLAGS, 0o600)
    except (OSError, StoreError):
        return None
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_nlink == 1:
        return descriptor
    os.close(descriptor)
    return None


def _take(descriptor: int, patience: float) -> None:
    end = time.monotonic() + patience
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not told:
                say(
                    f"dockmark: another audit of this target is running (process {_holder(descriptor)}); waiting for it"
                )
                told = True
            if time.monotonic() >= end:
                raise Refusal(
                    f"another audit of this target is still running (process {_holder(descriptor)}) after {patience:g} s;"
                    " --wait waits longer",
                    ExitCode.UNREACHABLE,
                ) from None
            time.sleep(_LOOK_AGAIN)
        else:
            return


def _sign(descriptor: int) -> None:
    """Says who holds it, for those who wait."""
    with contextlib.suppress(OSError):  # a full disk: the lock holds all the same
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


def _holder(descriptor: int) -> str:
    told = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
    return told if told.isdigit() else "unknown"


def _target(arguments: Namespace, environment: Mapping[str, str]) -> str:
    """A name for the target, as the options give it: no path, no secret."""
    named = (arguments.host, arguments.context, arguments.host_root, *(environment.get(each) for each in _TARGET))
    return hashlib.sha256(repr(named).encode()).hexdigest()[:16]
