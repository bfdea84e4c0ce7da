"""What a running engine itself reports of its settings, and whether configuration agrees with it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, Absent, FactValue, JsonValue, Reason, Source, Unavailable

NOT_ASKED: Final = Unavailable(Reason.NO_ENGINE, "no engine was asked")
_NOT_REPORTED: Final = Unavailable(Reason.UNSUPPORTED, "engines before 24.0 do not report it")
_REMAPPED_SUFFIX: Final = re.compile(r"/\d+\.\d+")
_SCHEME: Final = re.compile(r"^https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EngineSays:
    """Run-time reports, as facts: a value, ABSENT (it reports that there is none) or why it could not be asked.

    ``icc`` is the default bridge's ``com.docker.network.bridge.enable_icc`` (ABSENT without that network).
    ``insecure_registries`` are the names of IndexConfigs whose Secure is false and the CIDRs without the loopback ranges.
    ``seccomp_profile`` is ABSENT when the kernel has no seccomp. ``no_new_privileges`` is
    reported since 24.0 (name=no-new-privileges in SecurityOptions); leave it Unavailable for older engines.
    """

    version: FactValue = NOT_ASKED
    product: FactValue = NOT_ASKED
    authorization_plugins: FactValue = NOT_ASKED
    cgroup_driver: FactValue = NOT_ASKED
    data_root: FactValue = NOT_ASKED
    debug: FactValue = NOT_ASKED
    experimental: FactValue = NOT_ASKED
    icc: FactValue = NOT_ASKED
    insecure_registries: FactValue = NOT_ASKED
    live_restore: FactValue = NOT_ASKED
    log_driver: FactValue = NOT_ASKED
    no_new_privileges: FactValue = _NOT_REPORTED
    rootless: FactValue = NOT_ASKED
    seccomp_profile: FactValue = NOT_ASKED
    selinux: FactValue = NOT_ASKED
    storage_driver: FactValue = NOT_ASKED
    userns: FactValue = NOT_ASKED
    read_at: str = ""


# setting -> (what reports it, the field above)
_REPORTS: Final = {
    "authorization-plugins": ("GET /info", "authorization_plugins"),
    "data-root": ("GET /info", "data_root"),
    "debug": ("GET /info", "debug"),
    "experimental": ("GET /info", "experimental"),
    "icc": ("GET /networks/bridge", "icc"),
    "insecure-registries": ("GET /info", "insecure_registries"),
    "live-restore": ("GET /info", "live_restore"),
    "log-driver": ("GET /info", "log_driver"),
    "no-new-privileges": ("GET /info", "no_new_privileges"),
    "seccomp-profile": ("GET /info", "seccomp_profile"),
    "selinux-enabled": ("GET /info", "selinux"),
    "storage-driver": ("GET /info", "storage_driver"),
    "userns-remap": ("GET /info", "userns"),
}


def report_of(engine: EngineSays, name: str) -> tuple[FactValue, Source] | None:
    """What the engine reports for a setting, None for settings that it reports nothing about."""
    entry = _REPORTS.get(name)
    if entry is None:
        return None
    locator, field = entry
    value: FactValue = getattr(engine, field)
    if value is ABSENT and name != "seccomp-profile":  # without a default bridge, say: nothing is reported
        return None
    return value, Source(locator, engine.read_at, says=None if isinstance(value, Unavailable) else shown(value))


def agrees(name: str, configured: JsonValue, reported: FactValue, files_root: HostRoot | Unavailable) -> bool:
    """True unless configuration and report contradict each other, whatever way each of them is written."""
    if name == "userns-remap":
        return bool(configured) is bool(reported)
    if name == "seccomp-profile":
        builtin = ("", "default", "builtin")
        return reported is ABSENT or configured == reported or (configured in builtin and reported in builtin)
    if name == "selinux-enabled":  # a kernel without SELinux leaves the option without effect
        return bool(configured) or not reported
    if name == "storage-driver":  # the containerd image store calls overlay2 overlayfs
        return configured == reported or {configured, reported} == {"overlay2", "overlayfs"}
    if name == "data-root":
        return _same_root(str(configured), str(reported), files_root)
    if name in ("insecure-registries", "authorization-plugins"):
        return _registries(configured) == _registries(reported)
    return configured == reported


def shown(value: FactValue) -> str:
    """A value as provenance and notes write it."""
    if value is ABSENT:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or "[]"
    if isinstance(value, dict):
        return ", ".join(f"{key}={each}" for key, each in value.items()) or "{}"
    return str(value) if value != "" else '""'


def _same_root(configured: str, reported: str, files_root: HostRoot | Unavailable) -> bool:
    """Remapped engines work in <data-root>/<uid>.<gid>, and every engine resolves links first."""
    if isinstance(files_root, Unavailable):
        return True  # a link may lie between them, and we may not look
    names, real = {configured.rstrip("/")}, files_root.resolve(configured)
    if not isinstance(real, Unavailable | Absent):
        names.add(real.rstrip("/"))
    return any(
        reported == each or (reported.startswith(each) and _REMAPPED_SUFFIX.fullmatch(reported[len(each) :]))
        for each in names
    )


def _registries(value: FactValue) -> frozenset[str]:
    return frozenset(_registry(str(each)) for each in value) if isinstance(value, list) else frozenset()


def _registry(word: str) -> str:
    plain = _SCHEME.sub("", word)
    if plain == "index.docker.io":
        return "docker.io"
    if "/" not in plain:
        return plain
    try:
        return str(ipaddress.ip_network(plain, strict=False))
    except ValueError:
        return plain
