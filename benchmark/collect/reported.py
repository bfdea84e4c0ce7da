"""From what the engine reports to what the daemon's settings are resolved with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmark.collect.daemon.defaults import version_numbers
from benchmark.collect.daemon.engine_says import EngineSays
from benchmark.collect.daemon.settings import DaemonSettings
from benchmark.collect.engine.reports import CollectionReport, EngineReport
from benchmark.model.facts import ABSENT, FactValue, JsonValue, Reason, Source, Unavailable

_LOOPBACK: Final = frozenset({"127.0.0.0/8", "::1/128"})  # moby's own, in every engine
_BRIDGE_NAME: Final = "com.docker.network.bridge.name"


def engine_says(report: EngineReport) -> EngineSays:
    """The run-time reports among the engine's facts, with the normal forms that settings are written in."""
    facts = report.facts
    return EngineSays(
        version=facts["version.Version"],
        product=facts["product"],
        authorization_plugins=_listed(facts["info.Plugins.Authorization"]),
        cgroup_driver=facts["info.CgroupDriver"],
        data_root=facts["info.DockerRootDir"],
        debug=facts["info.Debug"],
        experimental=_experimental(facts),
        icc=report.bridge_icc,
        insecure_registries=_insecure_registries(facts),
        live_restore=facts["info.LiveRestoreEnabled"],
        log_driver=facts["info.LoggingDriver"],
        no_new_privileges=_no_new_privileges(facts),
        rootless=facts["security.rootless"],
        seccomp_profile=facts["security.seccomp"],
        selinux=facts["security.selinux"],
        storage_driver=facts["info.Driver"],
        userns=facts["security.userns"],
        read_at=_read_at(report),
    )


def default_bridge(settings: DaemonSettings, networks: CollectionReport) -> tuple[FactValue, tuple[Source, ...]]:
    """``daemon.bridge`` and its sources: as configured, else (configuration out of sight) as the networks show it."""
    configured = settings.facts["daemon.bridge"]
    sources = settings.sources.get("daemon.bridge", ())
    if not isinstance(configured, Unavailable) or networks.gap is not None:
        return configured, sources
    for network in networks.subjects:
        if network.name == "bridge" and network.fact("Driver") == "bridge":
            options = network.fact("Options")
            name = options.get(_BRIDGE_NAME, "") if isinstance(options, dict) else configured
            return name, networks.sources
    return "none", networks.sources


def _listed(value: FactValue) -> FactValue:
    """Go writes a list without elements as null."""
    return [] if value is None else value


def _experimental(facts: Mapping[str, FactValue]) -> FactValue:
    """/version leaves Experimental out when it is false; /info always says it."""
    said = facts["version.Experimental"]
    return facts["info.ExperimentalBuild"] if said is ABSENT else said


def _no_new_privileges(facts: Mapping[str, FactValue]) -> FactValue:
    """Reported among the security options since 24.0; an older engine's silence says nothing."""
    version, options = facts["version.Version"], _listed(facts["info.SecurityOptions"])
    if isinstance(options, Unavailable) or (version_numbers(version) or (0,)) < (24,):
        return EngineSays().no_new_privileges
    return isinstance(options, list) and "name=no-new-privileges" in options


def _insecure_registries(facts: Mapping[str, FactValue]) -> FactValue:
    """Names and address ranges that are reached without verified TLS, loopback left out, sorted."""
    found: list[JsonValue] = []
    for name in ("info.RegistryConfig.InsecureIndexes", "info.RegistryConfig.InsecureRegistryCIDRs"):
        value = _listed(facts[name])
        if isinstance(value, Unavailable):
            return value
        if not isinstance(value, list):
            return Unavailable(Reason.UNSUPPORTED, f"{name} is not reported")
        found.extend(each for each in value if each not in _LOOPBACK)
    return sorted(found, key=str)


def _read_at(report: EngineReport) -> str:
    sources = report.sources.get("info.Driver", ())
    return sources[0].read_at if sources else ""
