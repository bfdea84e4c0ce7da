"""Private keys, told by the name of a file and by how it begins. The key itself is never kept."""

from __future__ import annotations

import re
from typing import Final

LOOKED_AT: Final = 4096  # bytes of a file whose name says that it may be a key
GLANCED_AT: Final = 96  # bytes of any other small file
SMALL: Final = 64 * 1024
UNRECOGNISED: Final = "named like a key"

_IDENTITY: Final = re.compile(rb"id_(?:rsa|dsa|ecdsa|ed25519|ecdsa_sk|ed25519_sk)")
_NAMES: Final = re.compile(rb"ssh_host_.*_key|.*\.(?:pem|key|ppk|p8|pk8|priv|asc|gpg)", re.IGNORECASE | re.DOTALL)
_HEADING: Final = re.compile(
    rb"-----BEGIN ((?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?)-----|(PuTTY)-User-Key-File-[0-9]"
)


def interest(path: bytes, size: int) -> int:
    """How many bytes of the file at ``path`` are needed to tell whether it is a private key; 0 when it cannot be one."""
    if size == 0:
        return 0
    if _is_named_like_one(path):
        return LOOKED_AT
    return GLANCED_AT if size <= SMALL else 0


def kind_of_key(path: bytes, head: bytes) -> str | None:
    """The key's heading ("RSA PRIVATE KEY"), UNRECOGNISED for an SSH identity without one, None for any other file."""
    named = _is_named_like_one(path)
    found = _HEADING.search(head) if named else _HEADING.match(head.lstrip())
    if found is not None:
        return (found[1] or found[2]).decode("ascii")
    return UNRECOGNISED if _IDENTITY.fullmatch(path.rpartition(b"/")[2]) else None


def _is_named_like_one(path: bytes) -> bool:
    directory, _, name = path.rpartition(b"/")
    if directory.endswith(b".ssh") and directory.rpartition(b"/")[2] == b".ssh":
        return True
    return _IDENTITY.fullmatch(name) is not None or _NAMES.fullmatch(name) is not None
