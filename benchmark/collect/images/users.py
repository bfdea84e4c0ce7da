"""Who a process runs as, from the text of USER or Config.User."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from benchmark.model.facts import Reason, Unavailable

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,40}")
_WINDOWS_USERS: Final[Mapping[str, bool]] = {
    "containeradministrator": True,
    "administrator": True,
    "containeruser": False,
}


def is_root(user: str, ids: Mapping[str, str] | None = None) -> bool:
    """True when ``user`` (name or number, with or without :group) stands for user id 0.

    Empty is root. Numbers are read as the engine does: 00, +0 and -0 are 0. ``ids`` are the image's own accounts, name to
    number, where its /etc/passwd was read; without them a name other than root is taken at its word.
    """
    name = user.partition(":")[0]
    known = (ids or {}).get(name, name)
    if _NUMBER.fullmatch(known):
        return int(known) == 0
    return known in ("", "root")


def is_administrator(user: str) -> bool | Unavailable:
    """The same for Windows. UNKNOWN_VALUE where the user is not stated: base images differ in what they start as."""
    found = _WINDOWS_USERS.get(user.rpartition("\\")[2].lower())
    if found is None:
        return Unavailable(Reason.UNKNOWN_VALUE, f"nobody can say what {user[:80]!r} may do on Windows")
    return found
