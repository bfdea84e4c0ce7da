"""Whether the numbers of users and groups mean here what they mean on the target.

In a user namespace the kernel translates them: a file of the host's root may show the number of nobody, and one of nobody
the number 0 (user_namespaces(7)). Whoever believes that finds owners that are none.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmark.model.facts import Reason, Unavailable

_WHOLE: Final = [b"0", b"0", b"4294967295"]
_USUAL_OVERFLOW: Final = 65534
_FOREIGN: Final = Unavailable(
    Reason.INCOMPLETE, "this process is in a user namespace, which shows other numbers than the host's"
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """``foreign`` says why no number can be believed; ``overflow`` are the numbers of user and group that stand for all
    those without a place in our user namespace; both None outside of one.
    """

    foreign: Unavailable | None = None
    overflow: tuple[int, int] | None = None

    def hidden_user(self, uid: int) -> Unavailable | None:
        """Why the user ``uid`` is not known to be that user; None when he is."""
        return self.foreign or self._hidden(uid, 0)

    def hidden_group(self, gid: int) -> Unavailable | None:
        """The same of a group."""
        return self.foreign or self._hidden(gid, 1)

    @property
    def hidden_entries(self) -> Unavailable | None:
        """Why entries of an access control list are not known; None when they are."""
        return self.foreign or (None if self.overflow is None else _FOREIGN)

    def _hidden(self, number: int, kind: int) -> Unavailable | None:
        return _FOREIGN if self.overflow is not None and number == self.overflow[kind] else None


def read_numbers(root: str) -> Numbers:
    """The same for the target at ``root``, whose top directory belongs to root wherever numbers can be believed."""
    if _is_whole("/proc/self/uid_map") and _is_whole("/proc/self/gid_map"):
        return Numbers()
    try:
        top = os.stat(root)  # noqa: PTH116  (a str is the contract of HostRoot)
    except OSError:
        return Numbers(_FOREIGN)
    if (top.st_uid, top.st_gid) != (0, 0):
        return Numbers(_FOREIGN)
    return Numbers(None, (_overflow("overflowuid"), _overflow("overflowgid")))


def _is_whole(path: str) -> bool:
    """True for the map of the first user namespace, and where the kernel knows none."""
    try:
        return Path(path).read_bytes().split() == _WHOLE
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _overflow(name: str) -> int:
    try:
        return int(Path("/proc/sys/kernel", name).read_bytes())
    except (OSError, ValueError):
        return _USUAL_OVERFLOW
