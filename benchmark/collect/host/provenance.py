"""Where host facts were read, as an auditor can repeat it."""

from __future__ import annotations

import time

from benchmark.collect.host.root import FileContent, printable
from benchmark.model.facts import Source


def utc_now() -> str:
    """The time, to the second, as RFC 3339 with a ``Z``."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def file_source(path: str, *, says: str | None = None, digest: str | None = None) -> Source:
    """A file or directory that was looked at now; ``path`` is the target's."""
    return Source(f"file:{printable(path)}", utc_now(), digest, says)


def content_source(path: str, content: FileContent, *, says: str | None = None) -> Source:
    """A file whose content was read now."""
    return file_source(path, says=says, digest=content.digest)


def absence_source(path: str) -> Source:
    """The proof that ``path`` does not exist: its parent could be searched."""
    return file_source(path, says="absent (ENOENT)")
