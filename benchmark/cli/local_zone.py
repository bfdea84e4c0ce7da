"""The time zone of this machine, by its name."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

_LINK: Final = Path("/etc/localtime")  # localtime(5): a link into the zone files


def local_zone(environment: Mapping[str, str], link: Path = _LINK) -> str:
    """``Europe/Berlin``, of TZ or else of /etc/localtime, as systemd takes it; UTC where neither names a zone."""
    stated = environment.get("TZ", "").removeprefix(":")
    target = ""
    with contextlib.suppress(OSError):  # not there, or a copy: it has no name then
        target = str(link.readlink())
    for name in (stated, target.rpartition("zoneinfo/")[2]):
        if name and _is_zone(name):
            return name
    return "UTC"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True
