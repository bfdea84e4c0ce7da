"""What /version and /info say of the engine, as facts of the daemon."""

from __future__ import annotations

from typing import Final

from benchmark.collect.engine.projection import compile_projection, known, part, project
from benchmark.model.facts import ABSENT, Absent, FactValue, JsonValue, Reason, Unavailable
from benchmark.model.facts_daemon import DAEMON_FACTS

_VERSION: Final = compile_projection(
    {name: fact for name, fact in DAEMON_FACTS.items() if name.startswith("version.")}, "version."
)
_INFO: Final = compile_projection(
    {name: fact for name, fact in DAEMON_FACTS.items() if name.startswith("info.")}, "info."
)
_INFO_NAMES: Final = tuple(name for name in DAEMON_FACTS if name.startswith(("info.", "security.")))
_FEATURES: Final = ("apparmor", "selinux", "rootless", "userns")


def version_facts(version: dict[str, JsonValue]) -> dict[str, FactValue]:
    """``version.*`` and ``product``."""
    return project(_VERSION, version) | {"product": product_of(version)}


def product_of(version: dict[str, JsonValue]) -> str:
    """``podman`` when /version lists a Podman Engine among its components, else ``docker``."""
    components = version.get("Components")
    if isinstance(components, list):
        names = [each.get("Name") for each in components if isinstance(each, dict)]
        if "Podman Engine" in names:
            return "podman"
    return "docker"


def info_facts(info: JsonValue | Unavailable) -> dict[str, FactValue]:
    """``info.*`` and ``security.*``; all of them unavailable when /info is."""
    if not isinstance(info, dict):
        why = info if isinstance(info, Unavailable) else Unavailable(Reason.WRONG_TYPE, "GET /info: not an object")
        return dict.fromkeys(_INFO_NAMES, why)
    facts = project(_INFO, info)
    cidrs = facts["info.RegistryConfig.InsecureRegistryCIDRs"]
    if isinstance(cidrs, list):
        facts["info.RegistryConfig.InsecureRegistryCIDRs"] = list[JsonValue](sorted(str(each) for each in cidrs))
    facts["info.RegistryConfig.InsecureIndexes"] = _insecure_indexes(info)
    return facts | _security_facts(facts["info.SecurityOptions"])


def _insecure_indexes(info: dict[str, JsonValue]) -> FactValue:
    indexes = part(info, "RegistryConfig", "IndexConfigs")
    if isinstance(indexes, (Absent, Unavailable)):
        return indexes
    if indexes is None:
        return []
    if not isinstance(indexes, dict):
        return Unavailable(Reason.WRONG_TYPE, "RegistryConfig.IndexConfigs is not an object")
    insecure: list[JsonValue] = []
    for name, each in sorted(indexes.items()):
        secure = each.get("Secure") if isinstance(each, dict) else None
        if type(secure) is not bool:
            return Unavailable(Reason.WRONG_TYPE, f"RegistryConfig.IndexConfigs: Secure of {name!r} is not a boolean")
        if not secure:
            insecure.append(name)
    return insecure


def _security_facts(options: FactValue) -> dict[str, FactValue]:
    """``security.*`` out of SecurityOptions: ``name=seccomp,profile=default``, in old engines the bare name."""
    said = known(options, "SecurityOptions")
    if isinstance(said, Unavailable):
        return dict.fromkeys((*(f"security.{each}" for each in _FEATURES), "security.seccomp"), said)
    found: dict[str, dict[str, str]] = {}
    for option in said if isinstance(said, list) else ():
        pairs = {key: value for key, _, value in (each.partition("=") for each in str(option).split(","))}
        found[pairs.get("name", str(option))] = pairs
    facts: dict[str, FactValue] = {f"security.{each}": each in found for each in _FEATURES}
    if "seccomp" not in found:
        facts["security.seccomp"] = ABSENT
    else:
        profile = found["seccomp"].get("profile")
        facts["security.seccomp"] = profile or Unavailable(
            Reason.UNSUPPORTED, "the engine does not name its seccomp profile"
        )
    return facts
