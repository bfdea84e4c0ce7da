"""The names of a pack's files: a small alphabet, in which no two names can be taken for each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

MOST_CHARACTERS: Final = 200
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*(?:/[A-Za-z0-9][A-Za-z0-9._+-]*){0,7}")

MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
INSTRUCTIONS: Final = "VERIFY.txt"
CHAIN: Final = "chain.txt"
STATEMENT: Final = "statement.json"
ENVELOPE: Final = "envelope.json"
SSH_SIGNATURE: Final = "statement.json.sig"
TIMESTAMP: Final = "timestamp.tsr"

# what stands above the manifest: it cannot hold the digests of what is made from it
SEALS: Final = (STATEMENT, ENVELOPE, SSH_SIGNATURE, TIMESTAMP)


def name_defects(names: Iterable[str]) -> Iterator[str]:
    """What is wrong with the names of an archive, as sentences.

    A name is relative, in ASCII letters, digits and ``._+-``, without an empty or hidden component, so that it means the same
    place under every system and in every form of Unicode. No two differ in case alone, and none is another's directory.
    """
    seen: dict[str, str] = {}
    directories: dict[str, str] = {}
    for name in names:
        if len(name) > MOST_CHARACTERS or not _NAME.fullmatch(name) or name.endswith(".") or "./" in name:
            yield f"{name[:MOST_CHARACTERS]!r} is no name that a file of a pack can have"
            continue
        folded = name.lower()
        if folded in seen:
            twice = "stands twice" if seen[folded] == name else f"is also written {seen[folded]}"
            yield f"{name} {twice}"
        seen[folded] = name
        while "/" in folded:
            folded = folded.rpartition("/")[0]
            directories.setdefault(folded, name)
    for folded in sorted(directories.keys() & seen.keys()):
        yield f"{seen[folded]} is a file and, in {directories[folded]}, a directory"
