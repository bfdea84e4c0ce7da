"""What instructions do with package managers: an index updated for nothing, and packages taken without verification."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.collect.images.instructions import Instruction, bounded, running, shown
from benchmark.collect.images.shell_words import Command
from benchmark.model.facts import JsonValue, Unavailable


@dataclass(frozen=True, slots=True)
class _Manager:
    """``updates`` refresh the index; of those, ``upgrades`` named with packages install them. ``installs`` install."""

    family: str
    updates: frozenset[str]
    installs: frozenset[str]
    upgrades: frozenset[str] = frozenset()


_APT: Final = _Manager(
    "apt",
    frozenset(("update",)),
    frozenset(
        ("install", "reinstall", "upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade", "build-dep", "satisfy")
    ),
)
# Without packages, update and upgrade bring the whole base up to date: a layer of its own that goes stale in the cache.
_RPM: Final = _Manager(
    "rpm",
    frozenset(("update", "upgrade", "up", "check-update", "makecache", "update-minimal", "upgrade-minimal")),
    frozenset(("install", "in", "localinstall", "groupinstall", "group", "module", "reinstall", "swap", "builddep")),
    frozenset(("update", "upgrade", "up", "update-minimal", "upgrade-minimal")),
)
_ZYPPER: Final = _Manager(
    "zypper",
    frozenset(("refresh", "ref", "update", "up")),
    frozenset(("install", "in", "patch", "dist-upgrade", "dup", "source-install", "si", "verify")),
    frozenset(("update", "up")),
)
_APK: Final = _Manager("apk", frozenset(("update",)), frozenset(("add", "upgrade", "fix")))
_OPKG: Final = _Manager("opkg", frozenset(("update",)), frozenset(("install", "upgrade")))
_MANAGERS: Final[Mapping[str, _Manager]] = {
    **dict.fromkeys(("apt-get", "apt", "aptitude"), _APT),
    **dict.fromkeys(("yum", "dnf", "dnf5", "microdnf", "tdnf"), _RPM),
    "zypper": _ZYPPER,
    "apk": _APK,
    "opkg": _OPKG,
}

_UNVERIFIED_FLAGS: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(
        ("apt-get", "apt", "aptitude"),
        frozenset(("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories")),
    ),
    **dict.fromkeys(
        ("yum", "dnf", "dnf5", "microdnf", "tdnf", "yum-config-manager"), frozenset(("--nogpgcheck", "--nogpg"))
    ),
    "zypper": frozenset(("--no-gpg-check", "--no-gpg-checks", "--allow-unsigned-rpm")),
    "rpm": frozenset(("--nosignature", "--nodigest", "--nogpg", "--noverify")),
    "apk": frozenset(("--allow-untrusted",)),
    **dict.fromkeys(
        ("pip", "pip2", "pip3", "uv", "easy_install"), frozenset(("--trusted-host", "--allow-insecure-host"))
    ),
    **dict.fromkeys(("npm", "yarn", "pnpm"), frozenset(("--no-strict-ssl", "--strict-ssl=false"))),
    "wget": frozenset(("--no-check-certificate",)),
    "curl": frozenset(("--insecure", "--proxy-insecure")),
    "dpkg": frozenset(("--force-bad-verify", "--no-debsig")),
}
_PYTHON_PIP: Final = frozenset(("python", "python2", "python3"))
_CURL_VALUED: Final = frozenset("AbcCdDeEFhHKmoPQrtTuUwxXyYz")  # short options of curl that take a value
_UNVERIFIED_SETTING: Final = re.compile(
    r"(?:APT::Get::)?AllowUnauthenticated(?:=|\s+)[\"']?(?:1|true|yes)\b"
    r"|Acquire::(?:https?::)?(?:AllowInsecureRepositories|AllowDowngradeToInsecureRepositories)(?:=|\s+)[\"']?(?:1|true|yes)\b"
    r"|Acquire::https::[\w.:-]{0,100}?Verify-Peer(?:=|\s+)[\"']?(?:0|false|no)\b"
    r"|(?:\b|_|(?<=\\n))gpgcheck\s{0,3}=\s{0,3}(?:0|false|no|off)\b"
    r"|\[[^\]\n]{0,200}\btrusted=yes\b"
    r"|\bSigLevel\s{0,3}=\s{0,3}(?:Never|TrustAll)\b"
    r"|\bstrict-ssl(?:=|\s+)false\b"
    r"|\bhttp\.sslVerify(?:=|\s+)[\"']?false\b",
    re.IGNORECASE,
)
_ONLY_LOOKS: Final = frozenset(
    ("sed", "grep", "egrep", "awk", "test", "[")
)  # the setting may stand in what is replaced
_UNVERIFIED_VARIABLES: Final[Mapping[str, frozenset[str]]] = {
    "NODE_TLS_REJECT_UNAUTHORIZED": frozenset(("0",)),
    "PYTHONHTTPSVERIFY": frozenset(("0",)),
    "GIT_SSL_NO_VERIFY": frozenset(("1", "true")),
    "NPM_CONFIG_STRICT_SSL": frozenset(("false",)),
}


def updates_alone(instructions: Iterable[Instruction]) -> list[JsonValue] | Unavailable:
    """Commands that update a package index in an instruction that installs nothing, as "step 3: apt-get update"."""
    found: list[str] = []
    for each in running(instructions):
        if isinstance(each, Unavailable):
            return each
        instruction, commands = each
        uses = [use for command in commands if (use := _use(command)) is not None]
        installed = {family for family, installs in uses if installs}
        updated = [command for command in commands if (use := _use(command)) and not use[1] and use[0] not in installed]
        found.extend(f"{instruction.place}: {shown(' '.join(command.words))}" for command in updated)
    return bounded(found)


def unverified_installs(instructions: Iterable[Instruction]) -> list[JsonValue] | Unavailable:
    """Commands that take packages or files without verifying where they come from, as "line 9: yum --nogpgcheck …"."""
    found: list[str] = []
    for each in running(instructions):
        if isinstance(each, Unavailable):
            return each
        instruction, commands = each
        found.extend(
            f"{instruction.place}: {shown(' '.join(command.words))}" for command in commands if _unverified(command)
        )
    return bounded(found)


def _use(command: Command) -> tuple[str, bool] | None:
    """(family, installs) of a package manager's command; None when it does neither, or is none."""
    if command.program == "pacman":
        return _pacman(command.words[1:])
    manager = _MANAGERS.get(command.program)
    if manager is None:
        return None
    words = command.words[1:]
    for at, word in enumerate(words):
        if word in manager.installs:
            return manager.family, True
        if word in manager.updates:
            if manager is _APK and "--no-cache" in words:
                return None  # the index is not kept
            named = any(not each.startswith("-") for each in words[at + 1 :])
            return manager.family, word in manager.upgrades and named
    return None


def _pacman(words: tuple[str, ...]) -> tuple[str, bool] | None:
    short = "".join(each[1:] for each in words if each.startswith("-") and not each.startswith("--"))
    if "U" in short or "--upgrade" in words:
        return "pacman", True
    if "S" not in short and "--sync" not in words:
        return None
    if any(not each.startswith("-") for each in words):
        return "pacman", True
    return ("pacman", False) if "y" in short or "--refresh" in words else None


def _unverified(command: Command) -> bool:
    program, words = command.program, command.words[1:]
    if program in _PYTHON_PIP and words[:2] == ("-m", "pip"):
        program, words = "pip", words[2:]
    flags = _UNVERIFIED_FLAGS.get(program, frozenset())
    if any(each in flags or each.partition("=")[0] in flags for each in words):
        return True
    if program == "curl" and any(_has_k(each) for each in words):
        return True
    assigned = (*command.assignments, *_exported(command))
    if any(value.strip("\"'").lower() in _UNVERIFIED_VARIABLES.get(name.upper(), ()) for name, value in assigned):
        return True
    if program in _ONLY_LOOKS:
        return False
    return any(_UNVERIFIED_SETTING.search(each) for each in (" ".join(words), *command.heredocs))


def _exported(command: Command) -> tuple[tuple[str, str], ...]:
    if command.program not in ("export", "declare", "typeset"):
        return ()
    pairs = (each.partition("=") for each in command.words[1:])
    return tuple((name, value) for name, equals, value in pairs if equals)


def _has_k(word: str) -> bool:
    """True for -k and for -fsSLk, but not for -okernel, where k belongs to the value of -o."""
    if not word.startswith("-") or word.startswith("--"):
        return False
    for letter in word[1:]:
        if letter == "k":
            return True
        if letter in _CURL_VALUED:
            return False
    return False
