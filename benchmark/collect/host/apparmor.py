"""AppArmor on the target: which profile the kernel applies to a process and how, and which profiles are loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, Absent, Reason, Unavailable

LOADED: Final = "/sys/kernel/security/apparmor/profiles"
ENGINE_PROFILE: Final = "docker-default"
NOT_LOADED: Final = "not loaded"
NOT_VISIBLE: Final = "not visible"
MODES: Final = frozenset({"enforce", "complain", "kill", "prompt", "user", "mixed", "unconfined"})
_LINE: Final = re.compile(r"(.+) \(([a-z]{1,16})\)", re.DOTALL)  # the kernel: "NAME (MODE)"; a name may hold blanks
_CAP: Final = 4 * 1024 * 1024


def mode_of_process(root: HostRoot, pid: int) -> str | Unavailable | Absent:
    """The mode of the profile that confines the process: one of MODES. ABSENT where the kernel has no such file, which
    is so without AppArmor; NO_PROCESS when there is no such process.
    """
    for path in (f"/proc/{pid}/attr/apparmor/current", f"/proc/{pid}/attr/current"):
        content = root.read(path, 1 << 16)
        if isinstance(content, Unavailable):
            return Unavailable(Reason.NO_PROCESS, content.detail) if content.reason is Reason.VANISHED else content
        if content is ABSENT:
            continue
        text = content.data.decode("utf-8", "replace").rstrip("\n\0")
        if text == "unconfined":
            return text
        mode = _mode(text)
        return mode or Unavailable(Reason.UNKNOWN_VALUE, f"{path}: {text[:80]!r}")
    gone = root.stat(f"/proc/{pid}")
    return Unavailable(Reason.NO_PROCESS, f"no process {pid} in /proc") if gone is ABSENT else ABSENT


def loaded_profiles(root: HostRoot) -> Mapping[str, str] | Unavailable | Absent:
    """Mode by name of every profile that is loaded; ABSENT where securityfs does not show them."""
    content = root.read(LOADED, _CAP)
    if isinstance(content, Unavailable | Absent):
        return content
    found: dict[str, str] = {}
    for line in content.data.decode("utf-8", "replace").splitlines():
        match = _LINE.fullmatch(line)
        if match is not None and match[2] in MODES:
            found[match[1]] = match[2]
        elif line:
            return Unavailable(Reason.SYNTAX, f"{LOADED}: {line[:80]!r}")
    return found


def mode_when_started(profile: str, loaded: Mapping[str, str]) -> str:
    """The mode in which ``profile`` will confine a container that does not run now; NOT_LOADED where it cannot start.

    The engine loads its own profile before it starts a container, and in enforce mode (moby, ensureDefaultAppArmorProfile).
    """
    return loaded.get(profile, "enforce" if profile == ENGINE_PROFILE else NOT_LOADED)


def _mode(text: str) -> str | None:
    match = _LINE.fullmatch(text)
    return match[2] if match is not None and match[2] in MODES else None
