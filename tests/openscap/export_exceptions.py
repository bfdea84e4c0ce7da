"""Where oscap, with the exported content, may say another word than dockmark: each with its reason, and each proven needed.

None of them lets oscap pass what dockmark fails, or fail what dockmark passes: oscap says that it does not know, or leaves out
what dockmark calls not applicable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.torture.oracle.host import Host

ANY = frozenset({"pass", "fail", "notchecked", "notapplicable"})
_UNSEEN_DRIVERS = frozenset({"syslog", "gelf", "fluentd", "splunk"})


@dataclass(frozen=True)
class Difference:
    """``controls`` says of which; ``ours`` and ``theirs`` are the words; ``where`` says on which hosts."""

    name: str
    controls: Callable[[str], bool]
    ours: frozenset[str]
    theirs: str
    reason: str
    where: Callable[[Host], bool] = lambda _: True

    def explains(self, control: str, ours: str, theirs: str, host: Host | None = None) -> bool:
        return (
            self.controls(control)
            and ours in self.ours
            and theirs == self.theirs
            and (host is None or self.where(host))
        )


def _of_daemon(control: str) -> bool:
    return control.startswith(DAEMON)


def _odd_flags(host: Host) -> bool:
    names = [each.name for each in host.flags]
    lists = ("host", "authorization-plugin", "insecure-registry", "default-ulimit", "storage-opt", "log-opt")
    short = ("debug", "log-level", "group", "storage-driver", "host", "bridge")
    return any(each.style in "sj" and each.name in short for each in host.flags) or any(
        names.count(each) > 1 for each in names if each not in lists
    )


def _linked(host: Host) -> bool:
    return any(target.endswith("real-daemon.json") for target in host.links.values())


def _group(host: Host) -> str:
    given = [each.value for each in host.flags if each.name == "group"]
    return str((given[-1] if given else (host.config or {}).get("group")) or "docker")


def _driver(host: Host) -> str:
    given = [each.value for each in host.flags if each.name == "log-driver"]
    return str(given[-1] if given else (host.config or {}).get("log-driver"))


DAEMON = (
    "authorization_plugin", "daemon_", "default_bridge_icc", "default_ulimits", "devicemapper", "experimental", "live_restore",
    "logs_sent", "no_insecure", "storage_driver", "tcp_listeners", "user_namespaces", "userland_proxy", "tls_", "data_root",
    "swarm_mode", "api_socket", "docker_group", "containerd_socket", "container_selinux", "container_seccomp",
)  # fmt: skip

_PLACED = ("api_socket", "containerd_socket", "daemon_config", "registry", "configuration_directory")
_PORTS = ("container_ports", "container_only", "container_no_privileged_host")

DIFFERENCES = (
    Difference(
        "nothing to judge",
        lambda _: True,
        frozenset({"notapplicable"}),
        "notchecked",
        "what a definition finds cannot make its result 'not applicable'; like it, 'not checked' does not count in the score",
    ),
    Difference(
        "words for ignorance",
        lambda _: True,
        frozenset({"error"}),
        "unknown",
        "a definition cannot decide to be an error; neither word is ever a pass",
    ),
    Difference(
        "a link",
        lambda control: control.startswith(("daemon_config", "registry", "default_file", "sysconfig", "docker_", "tls_")),
        ANY,
        "unknown",
        "an item of unix:file tells of a link itself and not of what it leads to",
        _linked,
    ),
    Difference(
        "a masked unit",
        lambda control: control.startswith(("docker_service_unit", "docker_socket_unit")),
        frozenset({"notapplicable"}),
        "unknown",
        "whether a link leads to /dev/null OVAL cannot ask",
        lambda host: any(each.masked for each in host.units),
    ),
    Difference(
        "a flag that is given twice or in its short form",
        _of_daemon,
        ANY,
        "unknown",
        "a command line is one text for OVAL, and which of several words counts it cannot tell",
        _odd_flags,
    ),
    Difference(
        "a configuration file that is a link",
        _of_daemon,
        ANY,
        "unknown",
        "when the file behind a link changed OVAL cannot ask",
        _linked,
    ),
    Difference(
        "a configuration file that changed after the start",
        _of_daemon,
        ANY,
        "unknown",
        "what the daemon read is gone, and what it reports OVAL cannot ask",
        lambda host: host.later_config is not None,
    ),
    Difference(
        "a daemon that cannot be seen",
        _of_daemon,
        ANY,
        "unknown",
        "without its process there is no command line, and the engine is not asked",
        lambda host: host.hidden,
    ),
    Difference(
        "the places of a daemon that cannot be seen",
        lambda control: control.startswith(_PLACED),
        frozenset({"error"}),
        "pass",
        "oscap takes the Values at their word where no process says otherwise",
        lambda host: host.hidden,
    ),
    Difference(
        "the places of a daemon that cannot be seen",
        lambda control: control.startswith(_PLACED),
        frozenset({"error"}),
        "fail",
        "the same",
        lambda host: host.hidden,
    ),
    Difference(
        "TLS files at their default places",
        lambda control: control.startswith("tls_"),
        ANY,
        "unknown",
        "where they are when nobody says so depends on the daemon's environment, which OVAL cannot read",
    ),
    Difference(
        "another group than docker",
        lambda control: control == "docker_group_members_approved",
        ANY,
        "unknown",
        "whose members count is said by the daemon's setting, and only the group docker is looked up",
        lambda host: _group(host) != "docker",
    ),
    Difference(
        "a task of a swarm service",
        lambda control: control == "container_restart_bounded",
        ANY,
        "unknown",
        "how often the swarm restarts a task is in the managers' store",
        lambda host: any(each.service for each in host.containers),
    ),
    Difference(
        "a seccomp profile of a container's own",
        lambda control: control == "container_seccomp_enabled",
        ANY,
        "unknown",
        "whether it is weaker than the engine's OVAL cannot compare",
        lambda host: any("seccomp" in option for each in host.containers for option in each.security_opt or ()),
    ),
    Difference(
        "where logs go",
        lambda control: control == "logs_sent_off_host",
        ANY,
        "unknown",
        "whether an address is this host's own OVAL cannot tell",
        lambda host: _driver(host) in _UNSEEN_DRIVERS,
    ),
    Difference(
        "the driver that the engine chose",
        lambda control: control.startswith(("storage_driver", "devicemapper")),
        ANY,
        "unknown",
        "a driver whose images are in the data root may be in use or have been in use before",
        lambda _: True,
    ),
    Difference(
        "a container that joins another one",
        lambda control: control.startswith(("container_no_host", *_PORTS)),
        ANY,
        "unknown",
        "items of one container cannot be followed to those of another one",
        lambda host: any("container:" in f"{c.network_mode}{c.pid_mode}{c.ipc_mode}" for c in host.containers),
    ),
    Difference(
        "a container between two restarts",
        lambda control: control.startswith(_PORTS),
        ANY,
        "unknown",
        "what it asks for counts then and not what it has; only what it has is read",
        lambda host: any(c.status == "restarting" for c in host.containers),
    ),
    Difference(
        "all capabilities but some, or names in small letters",
        lambda control: control == "container_capabilities_limited",
        ANY,
        "unknown",
        "what is left of all capabilities would have to be counted",
        lambda host: any(
            "ALL" in {name.upper() for name in each.cap_add or ()}
            or any(name != name.upper() for name in (*(each.cap_add or ()), *(each.cap_drop or ())))
            for each in host.containers
        ),
    ),
)  # fmt: skip


def explained(control: str, ours: str, theirs: str, host: Host | None = None) -> str:
    """The name of the difference that allows it; "" when both say the same, "!" when nothing allows it."""
    if ours == theirs:
        return ""
    return next((each.name for each in DIFFERENCES if each.explains(control, ours, theirs, host)), "!")
