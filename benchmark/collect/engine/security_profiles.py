"""The profiles that a container runs under: seccomp and AppArmor, each with how much it holds."""

from __future__ import annotations

import re
from typing import Final

from benchmark.collect.engine.confinement import is_privileged, running_pid, security_options, split_option
from benchmark.collect.engine.projection import known, part
from benchmark.collect.engine.reports import ContainerContext
from benchmark.collect.host.apparmor import ENGINE_PROFILE
from benchmark.collect.seccomp.profile import Profile, parse_profile, weaker_than_default
from benchmark.model.facts import ABSENT, Absent, FactValue, JsonValue, Reason, Unavailable

UNCONFINED: Final = "unconfined"
ENGINE_DEFAULT: Final = "engine default"
CUSTOM: Final = "custom"
_VERSION: Final = re.compile(r"(\d{1,4})\.(\d{1,4})", re.ASCII)


def seccomp_facts(
    document: dict[str, JsonValue], context: ContainerContext, capabilities: FactValue
) -> dict[str, FactValue]:
    """``seccomp``, ``seccomp_weaker`` and ``seccomp_default_action``; ``capabilities`` is the fact of that name."""
    kind, profile = _seccomp(document, context.daemon_seccomp)
    facts: dict[str, FactValue] = {"seccomp": kind, "seccomp_weaker": ABSENT, "seccomp_default_action": ABSENT}
    if isinstance(profile, Unavailable):
        facts["seccomp_weaker"] = facts["seccomp_default_action"] = profile
    elif profile is not None:
        held = [str(each) for each in capabilities] if isinstance(capabilities, list) else None
        unknown = capabilities if isinstance(capabilities, Unavailable) else Unavailable(Reason.UNDEFINED)
        weaker = weaker_than_default(profile, unknown if held is None else held, _numbers(context.engine_version))
        facts["seccomp_weaker"] = list[JsonValue](weaker)
        facts["seccomp_default_action"] = profile.default_action
    return facts


def apparmor_mode(document: dict[str, JsonValue], context: ContainerContext) -> FactValue:
    """The fact ``apparmor_mode``: the kernel's word for a running container, else that for the profile it will run under."""
    if context.daemon_apparmor is False:
        return ABSENT
    if context.daemon_apparmor is not True:
        return known(context.daemon_apparmor, "SecurityOptions")
    name = known(part(document, "AppArmorProfile"), "AppArmorProfile")
    if isinstance(name, Unavailable):
        return name
    if not isinstance(name, str):
        return Unavailable(Reason.WRONG_TYPE, "AppArmorProfile is not a string")
    pid = running_pid(document)
    if isinstance(pid, Unavailable):
        return pid
    if pid is not None:
        return context.apparmor_mode(pid, name)
    expected = name or _at_first_start(document)
    if isinstance(expected, Unavailable) or expected == UNCONFINED:
        return expected
    return context.apparmor_mode(None, expected)


def _seccomp(
    document: dict[str, JsonValue], daemon: FactValue
) -> tuple[str | Unavailable, Profile | Unavailable | None]:
    """The fact ``seccomp``, and the container's own profile: None where it has none, Unavailable where nobody can say."""
    privileged = is_privileged(document)
    if isinstance(privileged, Unavailable):
        return privileged, privileged
    options = security_options(document)
    if isinstance(options, Unavailable):
        return options, options
    profiles = [value for name, value in map(split_option, options) if name == "seccomp"]
    if privileged or UNCONFINED in profiles:
        return UNCONFINED, None
    if profiles and profiles[-1] != "builtin":
        profile = parse_profile(profiles[-1])
        if isinstance(profile, Profile) and profile.is_no_filter:
            return UNCONFINED, None
        return CUSTOM, profile
    if profiles:
        return ENGINE_DEFAULT, None
    if isinstance(daemon, Absent) or daemon == UNCONFINED:
        return UNCONFINED, None
    if isinstance(daemon, (str, Unavailable)):
        return ENGINE_DEFAULT if isinstance(daemon, str) else daemon, None
    return Unavailable(Reason.WRONG_TYPE, "the engine's default seccomp profile is not a string"), None


def _at_first_start(document: dict[str, JsonValue]) -> str | Unavailable:
    """The AppArmor profile of a container that was never started, which the engine notes only then."""
    privileged = is_privileged(document)
    if isinstance(privileged, Unavailable):
        return privileged
    options = security_options(document)
    if isinstance(options, Unavailable):
        return options
    named = [value for name, value in map(split_option, options) if name == "apparmor"]
    if named:
        return named[-1]
    return UNCONFINED if privileged else ENGINE_PROFILE


def _numbers(version: FactValue) -> tuple[int, ...] | None:
    found = _VERSION.match(version) if isinstance(version, str) else None
    return (int(found[1]), int(found[2])) if found else None
