"""What program this is, beyond its version: a digest of its text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def own_digest() -> str:
    """``sha256:`` and the digest over the names and digests of all modules of this package, by name.

    In its directory: ``find . -name '*.py' | LC_ALL=C sort | xargs sha256sum | sha256sum``.
    """
    lines = (
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(_modules(files("benchmark"), "."))
    )
    return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"


def _modules(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _modules(each, f"{path}/{each.name}")
        elif each.name.endswith(".py"):
            yield f"{path}/{each.name}", each.read_bytes()
