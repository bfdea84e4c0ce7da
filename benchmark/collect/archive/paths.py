"""Names in a layer, and where they lead."""

from __future__ import annotations

WHITEOUT = b".wh."
OPAQUE = b".wh..wh..opq"
WHITEOUT_PRIVATE = b".wh..wh."  # book-keeping of AUFS, which deletes nothing


def place(name: bytes) -> tuple[bytes, str]:
    """The path below the root (no slash at either end, b"" for the root itself), and how ``name`` tries to leave it.

    That is "absolute", "parent", or "" for a name that stays inside.
    """
    if name.startswith(b"./"):
        name = name[2:]
    if name.endswith(b"/"):
        name = name[:-1]
    if (
        not name.startswith((b"/", b"./", b"../"))
        and b"//" not in name
        and b"/." not in name
        and name not in (b".", b"..")
    ):
        return name, ""
    parts, climbed = _walk(name, [])
    slip = "parent" if climbed else "absolute" if name.startswith(b"/") else ""
    return b"/".join(parts), slip


def leaves(path: bytes, target: bytes) -> bool:
    """True when the symbolic link ``target`` at ``path`` climbs above the root. An absolute one restarts at the root."""
    start = [] if target.startswith(b"/") else path.split(b"/")[:-1]
    return _walk(target, start)[1]


def parent(path: bytes) -> bytes:
    """The directory that holds ``path``; b"" is the root."""
    return path.rpartition(b"/")[0]


def show(path: bytes) -> str:
    r"""``path`` for a report: bytes that are no UTF-8 as ``\xNN``."""
    return path.decode("utf-8", "backslashreplace")


def _walk(name: bytes, parts: list[bytes]) -> tuple[list[bytes], bool]:
    climbed = False
    for part in name.split(b"/"):
        if part == b"..":
            climbed = climbed or not parts
            del parts[-1:]
        elif part not in (b"", b"."):
            parts.append(part)
    return parts, climbed
