"""POSIX ACLs, read from the extended attribute in which Linux keeps them (acl(5), linux/posix_acl_xattr.h)."""

from __future__ import annotations

import errno
import os
import struct
from typing import Final

from benchmark.collect.host.root import failure, printable
from benchmark.collect.host.walk import Entry
from benchmark.model.facts import Reason, Unavailable

_ATTRIBUTE: Final = "system.posix_acl_access"
_VERSION: Final = 2
_HEADER: Final = struct.Struct("<I")
_ENTRY: Final = struct.Struct("<HHI")
_BASE: Final = frozenset({0x01, 0x04, 0x20})  # owner, owning group, others: what the mode says
_USER: Final = 0x02
_GROUP: Final = 0x08
_MASK: Final = 0x10


def read_acl(entry: Entry) -> tuple[str, ...] | Unavailable:
    """The entries beyond the mode's three, as ``getfacl --numeric`` writes them; empty without an ACL."""
    try:
        data = os.getxattr(f"/proc/self/fd/{entry.fd}", _ATTRIBUTE)
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.EOPNOTSUPP):
            return ()
        return failure(error, entry.path)
    parsed = parse_acl(data)
    return Unavailable(Reason.SYNTAX, f"{printable(entry.path)}: ACL not understood") if parsed is None else parsed


def parse_acl(data: bytes) -> tuple[str, ...] | None:
    """The entries in an attribute's value, the base ones left out; None when it is no ACL of the version we know."""
    if len(data) < _HEADER.size or _HEADER.unpack_from(data)[0] != _VERSION or (len(data) - 4) % _ENTRY.size:
        return None
    entries: list[str] = []
    for tag, permissions, who in _ENTRY.iter_unpack(data[_HEADER.size :]):
        letters = "".join(letter if permissions & bit else "-" for letter, bit in (("r", 4), ("w", 2), ("x", 1)))
        if tag == _USER:
            entries.append(f"user:{who}:{letters}")
        elif tag == _GROUP:
            entries.append(f"group:{who}:{letters}")
        elif tag == _MASK:
            entries.append(f"mask::{letters}")
        elif tag not in _BASE:
            return None
    return tuple(entries)
