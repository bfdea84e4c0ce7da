"""The image's own /etc/passwd, read as the engine reads it to find the user of a container."""

from __future__ import annotations

import re
from typing import Final

from benchmark.model.facts import JsonValue

_NUMBER: Final = re.compile(rb"[+-]?[0-9]{1,18}")


def user_ids(data: bytes) -> dict[str, JsonValue]:
    """User name -> number, in decimal. The first line for a name counts; what is no number is 0, as runc reads it."""
    found: dict[str, JsonValue] = {}
    for line in data.split(b"\n"):
        fields = line.strip().split(b":")
        if not fields[0]:
            continue
        number = fields[2] if len(fields) > 2 else b""
        name = fields[0].decode("utf-8", "backslashreplace")
        found.setdefault(name, str(int(number)) if _NUMBER.fullmatch(number) else "0")
    return found
