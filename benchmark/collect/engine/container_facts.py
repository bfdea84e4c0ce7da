"""The facts of one container, from what ``inspect`` says of it and what is known around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from benchmark.collect.engine.confinement import (
    capabilities,
    cut_inline_profile,
    no_new_privileges,
)
from benchmark.collect.engine.main_process import main_process_facts
from benchmark.collect.engine.mounts import MountReader
from benchmark.collect.engine.ports import published_ports
from benchmark.collect.engine.projection import compile_projection, known, part, project
from benchmark.collect.engine.reports import ContainerContext
from benchmark.collect.engine.security_profiles import apparmor_mode, seccomp_facts
from benchmark.collect.redaction import redact_words
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, Absent, FactValue, JsonValue, Reason, Subject, Unavailable
from benchmark.model.facts_container import CONTAINER_FACTS

_PROJECTION: Final = compile_projection(CONTAINER_FACTS, without=frozenset({"Mounts"}))
_SERVICE_LABEL: Final = "com.docker.swarm.service.id"
_LONGEST_LABEL: Final = 512
_RESTART: Final = "Spec.TaskTemplate.RestartPolicy."
_SERVICE_RESTART: Final = (  # fact, fact of the service, swarm's default where the service states no policy
    ("service_restart.condition", _RESTART + "Condition", "any"),
    ("service_restart.max_attempts", _RESTART + "MaxAttempts", 0),
)


def container_facts(
    document: dict[str, JsonValue], identifier: str, context: ContainerContext, mounts: MountReader
) -> dict[str, FactValue]:
    """Every declared fact of a container but ``execs``, which takes further requests, and those that rest on other containers
    (``shared_namespaces.py``).
    """
    facts = project(_PROJECTION, document)
    options = facts["HostConfig.SecurityOpt"]
    if isinstance(options, list):
        facts["HostConfig.SecurityOpt"] = [cut_inline_profile(str(each)) for each in options]
    facts["Config.Healthcheck.Test"] = redacted_strings(facts["Config.Healthcheck.Test"])
    facts["Mounts"] = mounts.read(document)
    facts["networks"] = _networks(document)
    facts["published_ports"] = published_ports(document)
    facts["capabilities"] = capabilities(document)
    facts.update(seccomp_facts(document, context, facts["capabilities"]))
    facts["apparmor_mode"] = apparmor_mode(document, context)
    facts["no_new_privileges"] = no_new_privileges(document, context)
    facts.update(main_process_facts(document, context))
    facts["processes"] = _processes(facts["State.Running"], identifier, context.processes)
    facts["processes_seen"] = _processes(facts["State.Running"], identifier, context.processes_seen)
    facts["environment_names"] = environment_names(document)
    facts["labels"] = _labels(document, context.labels)
    facts.update(_service_restart(document, context))
    return facts


def environment_names(document: dict[str, JsonValue]) -> FactValue:
    """The names in Config.Env, in its order; the values are left behind here. ABSENT where there is no Config.Env."""
    value = part(document, "Config", "Env")
    if value is None:
        return []
    if isinstance(value, (Unavailable, Absent)):
        return value
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return Unavailable(Reason.WRONG_TYPE, "Config.Env is not a list of strings")
    return [str(each).partition("=")[0] for each in value]


def redacted_strings(value: FactValue) -> FactValue:
    """The words of a command with secrets replaced; anything else as it is."""
    return [*redact_words([str(each) for each in value])] if isinstance(value, list) else value


def _networks(document: dict[str, JsonValue]) -> FactValue:
    value = known(part(document, "NetworkSettings", "Networks"), "NetworkSettings.Networks")
    if isinstance(value, Unavailable):
        return value
    if value is None:
        return []
    if isinstance(value, dict):
        return list[JsonValue](sorted(value))
    return Unavailable(Reason.WRONG_TYPE, "NetworkSettings.Networks is not an object")


def _processes(
    running: FactValue, identifier: str, names_of: Callable[[str], tuple[str, ...] | Unavailable]
) -> FactValue:
    if running is False:
        return []  # the engine says that its main process has ended, and with it its pid namespace
    if running is not True:
        return known(running, "State.Running")
    names = names_of(identifier)
    return names if isinstance(names, Unavailable) else list[JsonValue](sorted(set(names)))


def _labels(document: dict[str, JsonValue], kept: tuple[str, ...]) -> FactValue:
    """Those of its labels whose keys are in ``kept``; what other labels say is left behind here."""
    value = known(part(document, "Config", "Labels"), "Config.Labels")
    if isinstance(value, Unavailable):
        return value
    if value is None:
        return {}
    if not isinstance(value, dict):
        return Unavailable(Reason.WRONG_TYPE, "Config.Labels is not an object")
    found = {key: value[key] for key in kept if key in value}
    longest = max((len(each) for each in found.values() if isinstance(each, str)), default=0)
    if longest > _LONGEST_LABEL:
        return Unavailable(Reason.OVERSIZE, f"a label of {longest} characters, at most {_LONGEST_LABEL} are kept")
    return conform(CONTAINER_FACTS["labels"], "Config.Labels", found)


def _service_restart(document: dict[str, JsonValue], context: ContainerContext) -> dict[str, FactValue]:
    service = _service_of(document, context)
    if not isinstance(service, Subject):
        return {name: service for name, _, _ in _SERVICE_RESTART}
    if service.blocked is not None:
        return {name: service.blocked for name, _, _ in _SERVICE_RESTART}
    facts: dict[str, FactValue] = {}
    for name, fact, default in _SERVICE_RESTART:
        value = service.facts.get(fact, ABSENT)
        facts[name] = default if isinstance(value, Absent) else value
    return facts


def _service_of(document: dict[str, JsonValue], context: ContainerContext) -> Subject | Unavailable | Absent:
    labels = part(document, "Config", "Labels")
    if labels is None or isinstance(labels, Absent):
        return ABSENT
    if isinstance(labels, Unavailable):
        return labels
    if not isinstance(labels, dict):
        return Unavailable(Reason.WRONG_TYPE, "Config.Labels is not an object")
    identifier = labels.get(_SERVICE_LABEL)
    if identifier is None:
        return ABSENT
    if isinstance(context.services, Unavailable):
        return context.services
    found = context.services.get(identifier) if isinstance(identifier, str) else None
    return found or Unavailable(Reason.NOT_FOUND, "the service that its label names is not among the services")
