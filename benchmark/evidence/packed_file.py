"""A file of a pack, and the two lists that name them all: ``SHA256SUMS`` for people's tools, ``manifest.json`` for programs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S+)")


@dataclass(frozen=True, slots=True)
class PackedFile:
    """Path inside the pack, SHA-256 in hexadecimal, size in bytes."""

    path: str
    sha256: str
    size: int


def packed_file(path: str, data: bytes) -> PackedFile:
    """The entry of a file with this content."""
    return PackedFile(path, hashlib.sha256(data).hexdigest(), len(data))


def encode_sums(files: Iterable[PackedFile]) -> bytes:
    """The list that ``sha256sum --check`` reads."""
    return "".join(f"{each.sha256}  {each.path}\n" for each in files).encode()


def sums_differences(data: bytes, files: Iterable[PackedFile]) -> tuple[str, ...]:
    """What the list says in another way than ``encode_sums(files)``, as sentences; none when it is the same."""
    expected = tuple(files)
    if data == encode_sums(expected):
        return ()
    said: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        found = _LINE.fullmatch(line)
        if found is None or found[2] in said:
            return ("a line that is no digest and name, or a name that stands twice",)
        said[found[2]] = found[1]
    wanted = {each.path: each.sha256 for each in expected}
    differences = [f"{name} is not in the list" for name in sorted(wanted.keys() - said.keys())]
    differences += [f"{name} is in the list, and not in the pack" for name in sorted(said.keys() - wanted.keys())]
    differences += [
        f"{name} has another digest" for name in sorted(said.keys() & wanted.keys()) if said[name] != wanted[name]
    ]
    return tuple(differences) or ("the lines are in another order, or end in another way",)
