"""A PostgreSQL server of the tests' own: private directories, a unix socket and no other, an account without rights."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final

_PLACES: Final = Path("/usr/lib/postgresql")
_ROLE: Final = "dockmark"
_PATIENCE: Final = 60
# Power does not fail in tests; what survives the end of a process is what they are about.
_SETTINGS: Final = (
    "fsync=off",
    "full_page_writes=off",
    "listen_addresses=",
    "max_connections=60",
    "shared_buffers=16MB",
)


@cache
def programs() -> Path | None:
    """The newest directory of PostgreSQL's server programs, from Debian's packages."""
    found = sorted(_PLACES.glob("*/bin/postgres"), key=lambda each: int(each.parts[-3]))
    return found[-1].parent if found else None


@cache
def why_no_postgresql() -> str:
    """What this machine lacks to start a server; "" when nothing."""
    if programs() is None:
        return "no PostgreSQL server is installed (package postgresql)"
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return "setpriv is not installed (package util-linux)"
    return ""


@dataclass
class Server:
    """A running server, and how to make databases in it."""

    directory: Path
    start_words: list[str]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, for the first time or again. Raises RuntimeError with its log when it does not."""
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(self.start_words, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        _wait(self, self.process)

    def crash(self) -> None:
        """Ends it without a checkpoint, as a kill of all its processes does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(_PATIENCE)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # fast shutdown
            self.process.wait(_PATIENCE)

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"history{next(self.numbers)}"
        self.sql(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, database: str, *, user: str = _ROLE, password: str = "") -> str:
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@/{database}?host={self.directory}"

    def sql(self, statement: str, database: str = "postgres") -> str:
        """What psql prints for ``statement``."""
        bin_ = programs()
        assert bin_ is not None
        words = [str(bin_ / "psql"), "-h", str(self.directory), "-U", _ROLE, "-d", database, "-XAtqc", statement]
        done = subprocess.run(words, capture_output=True, text=True, timeout=_PATIENCE, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@contextmanager
def postgresql_server() -> Iterator[Server]:
    """A server for as long as the context lasts; nothing of it stays."""
    directory = Path(tempfile.mkdtemp(prefix="dm-pg-"))
    bin_ = programs()
    assert bin_ is not None
    start = _as_nobody(directory)
    data = directory / "data"
    settings = [word for each in _SETTINGS for word in ("-c", each)]
    server = Server(directory, [*start, str(bin_ / "postgres"), "-D", str(data), "-k", str(directory), *settings])
    try:
        made = [*start, str(bin_ / "initdb"), "-D", str(data), "-U", _ROLE, "-A", "trust", "-E", "UTF8", "-N"]
        subprocess.run([*made, "--locale=C.UTF-8"], check=True, capture_output=True, timeout=_PATIENCE)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _as_nobody(directory: Path) -> list[str]:
    """The words before a command of PostgreSQL, which refuses to run as root."""
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    os.chown(directory, nobody.pw_uid, nobody.pw_gid)
    directory.chmod(0o755)
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    bin_ = programs()
    assert bin_ is not None
    ready = [str(bin_ / "pg_isready"), "-q", "-h", str(server.directory)]
    end = time.monotonic() + _PATIENCE
    while subprocess.run(ready, check=False).returncode:
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError((server.directory / "log").read_text(encoding="utf-8", errors="replace"))
        time.sleep(0.05)
