"""Private keys of Docker clients and authorities: where the tools put them, by the names that Docker's guide gives them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Final

from benchmark.collect.host.accounts import Accounts
from benchmark.collect.host.files import Members, describe_file
from benchmark.collect.host.provenance import file_source
from benchmark.collect.host.root import HostRoot, printable
from benchmark.model.facts import ABSENT, Reason, Source, Subject, Unavailable

_KEY: Final = "key.pem"  # key.pem, ca-key.pem, server-key.pem
_CONTEXTS: Final = "contexts/tls"  # of the docker command: contexts/tls/ID/docker/key.pem
_MOST_HOMES: Final = 2000
_MOST_CONTEXTS: Final = 100


def enumerate_key_files(root: HostRoot, directories: Iterable[str], accounts: Accounts) -> Members:
    """Every private key in ``directories`` (the daemon's) and in ~/.docker of every account, sorted by path."""
    finder = _Finder(root, accounts)
    for directory in sorted(set(directories)):
        finder.look_into(directory)
    homes = _homes(root)
    if isinstance(homes, Unavailable):
        return finder.members(), finder.gap or homes, tuple(finder.sources)
    finder.sources.append(file_source("/etc/passwd", says=f"{len(homes)} homes, looked into for .docker"))
    for home in homes:
        finder.look_into(posixpath.join(home, ".docker"))
        finder.look_into_contexts(posixpath.join(home, ".docker", _CONTEXTS))
    return finder.members(), finder.gap, tuple(finder.sources)


class _Finder:
    def __init__(self, root: HostRoot, accounts: Accounts) -> None:
        self.gap: Unavailable | None = None
        self.sources: list[Source] = []
        self._root = root
        self._accounts = accounts
        self._found: dict[str, Subject] = {}

    def members(self) -> tuple[Subject, ...]:
        return tuple(self._found[path] for path in sorted(self._found))

    def look_into(self, directory: str) -> None:
        names = self._root.list(directory)
        if isinstance(names, Unavailable):
            self.gap = self.gap or names
        elif names is not ABSENT:
            self.sources.append(file_source(directory))
            for name in names:
                if name == _KEY or name.endswith(f"-{_KEY}"):
                    path = posixpath.join(directory, name)
                    self._found[path] = describe_file(self._root, path, self._accounts)

    def look_into_contexts(self, directory: str) -> None:
        names = self._root.list(directory)
        if isinstance(names, Unavailable):
            self.gap = self.gap or names
        elif names is not ABSENT:
            if len(names) > _MOST_CONTEXTS:
                why = f"{printable(directory)}: more than {_MOST_CONTEXTS} contexts"
                self.gap = self.gap or Unavailable(Reason.OVERSIZE, why)
            for name in names[:_MOST_CONTEXTS]:
                self.look_into(posixpath.join(directory, name, "docker"))


def _homes(root: HostRoot) -> list[str] | Unavailable:
    """The home directories in /etc/passwd, each once."""
    content = root.read("/etc/passwd", 32 * 1024 * 1024)
    if isinstance(content, Unavailable):
        return content
    if content is ABSENT:
        return Unavailable(Reason.INCOMPLETE, "/etc/passwd does not exist, so nobody can say who has a home")
    fields = [line.split(":") for line in content.data.decode("utf-8", "surrogateescape").splitlines()]
    homes = sorted({each[5] for each in fields if len(each) == 7 and each[5].startswith("/")})
    if len(homes) > _MOST_HOMES:
        return Unavailable(Reason.OVERSIZE, f"/etc/passwd: more than {_MOST_HOMES} homes")
    return homes
