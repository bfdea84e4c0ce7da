"""Who runs this: the name that stands on the result."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping


def operator_name(environment: Mapping[str, str]) -> str:
    """The effective user's name, or ``uid N`` without one; ``root (sudo: alice)`` where sudo says who became root."""
    uid = os.geteuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = f"uid {uid}"
    behind = environment.get("SUDO_USER", "")
    return f"{name} (sudo: {behind})" if uid == 0 and behind and behind != name else name
