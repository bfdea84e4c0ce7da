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
    name = user_part(user)
    known = (ids or {}).get(name, name)
    return int(known) == 0 if is_number(known) else known in ("", "root")


def user_part(user: str) -> str:
    """What stands before the colon: the rest is the group."""
    return user.partition(":")[0]


def is_number(name: str) -> bool:
    """True for what the engine takes as a number when no account has that name."""
    return _NUMBER.fullmatch(name) is not None


def is_administrator(user: str) -> bool | Unavailable:
    """The same for Windows. UNKNOWN_VALUE where the user is not stated: base images differ in what they start as."""
    found = _WINDOWS_USERS.get(user.rpartition("\\")[2].lower())
    if found is None:
        return Unavailable(Reason.UNKNOWN_VALUE, f"nobody can say what {user[:80]!r} may do on Windows")
    return found
