"""Section 1 of CIS Docker: mounts, accounts, audit rules, versions. Each function is one recommendation, numbers of 1.8.0.

A function returns the verdict for each subject, "" for the host or daemon as a whole; it raises CannotTell where nobody can know.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.torture.oracle.files_of import (
    Verdicts,
    api_sockets,
    config_directory,
    config_file,
    containerd_socket,
    existing,
    programs,
    unit_files,
)
from tests.torture.oracle.host import AuditRule, Host
from tests.torture.oracle.in_force import CannotTell, numbers, running, setting
from tests.torture.oracle.stage_tree import real_path


def data_root_on_own_mount(host: Host) -> Verdicts:
    """1.1.1: the configured data root is itself a mount point. A bind of the directory onto itself brings no space: dockerd
    makes one, and the recommendation asks for a volume.
    """
    if host.hidden:
        raise CannotTell("the mounts of the daemon")
    root = running(host, "data-root")
    own = [each for each in host.mounts if each.point == root and (each.device, each.subtree) != ("8:1", root)]
    return {"": "pass" if own else "fail"}


def docker_group_members_approved(host: Host) -> Verdicts:
    """1.1.2: members of the group, and users whose primary group it is, are in the list of the site. No list: a person."""
    name = _group(host)
    groups = {each.gid for each in host.groups if each.name == name}
    if not groups and name.isdigit():
        groups = {int(name)}
    members = {user for each in host.groups if each.gid in groups for user in each.members}
    members |= {each.name for each in host.accounts if each.gid in groups}
    if members <= set(host.policy.accounts):
        return {"": "pass"}
    return {"": "fail" if host.policy.accounts else "notchecked"}


def _group(host: Host) -> str:
    """The group that the daemon gives its socket to. Raises CannotTell."""
    if host.hidden:
        raise CannotTell("the group of the daemon")
    return str(setting(host, "group"))


def is_watched(host: Host, path: str) -> str:
    """An audit rule records what everybody does with ``path``: one for the path itself, or for a directory above it.

    The kernel takes the first rule that fits: one that says never keeps later ones from it. One that says never of some
    (the noise of one program) leaves the rule that records all others: whether those matter, a person says.
    """
    kinds = [_first_to_decide(host, path, letter) for letter in "rwxa"]
    if "all but some" in kinds:
        return "notchecked"
    return "pass" if "all" in kinds else "fail"


def _first_to_decide(host: Host, path: str, letter: str) -> str:
    """Whose accesses of that kind are recorded."""
    recorded = "all"
    for rule in [each for each in _in_force(host) if each.kind == "task"]:
        if rule.never and not rule.narrowed:
            return "nobody's"
        if rule.never:
            recorded = "all but some"
        elif not rule.narrowed:
            break
    for rule in [each for each in _in_force(host) if each.kind != "task"]:
        if letter not in rule.perms or not _covers(host, rule, path):
            continue
        if rule.never and rule.narrowed:
            recorded = "all but some"
        elif not rule.narrowed:
            return "nobody's" if rule.never else recorded
    return "nobody's"


def _in_force(host: Host) -> list[AuditRule]:
    """In the kernel's order: -A puts a rule before those that are there."""
    rules: list[AuditRule] = []
    for each in (rule for rule in host.audit_rules if not rule.comment):
        rules.insert(0 if each.first else len(rules), each)
    return rules


def _covers(host: Host, rule: AuditRule, path: str) -> bool:
    if rule.kind == "any":
        return True
    above, _, name = rule.path.rpartition("/")
    watched = f"{real_path(host, above)}/{name}"  # links on the way are followed, the last one is not
    if watched == path:
        return True
    return rule.kind != "path" and path.startswith(watched.rstrip("/") + "/")


def _audited(list_files: Callable[[Host], dict[str, str]]) -> Callable[[Host], Verdicts]:
    """Every one of the files (name -> real path) is watched."""

    def judge(host: Host) -> Verdicts:
        return {name: is_watched(host, path) if path else "error" for name, path in list_files(host).items()}

    return judge


def _at(path: str) -> Callable[[Host], dict[str, str]]:
    return lambda host: existing(host, path)


def _dockerd(host: Host) -> dict[str, str]:
    """The program that runs (/proc/<pid>/exe)."""
    if host.hidden:
        raise CannotTell("the daemon's process")
    return existing(host, host.exe)


def _data_directory(host: Host) -> dict[str, str]:
    root = str(running(host, "data-root"))
    return {root: real_path(host, root)}


daemon_binary_audited = _audited(_dockerd)  # 1.1.3
containerd_runtime_directory_audited = _audited(_at("/run/containerd"))  # 1.1.4
data_directory_audited = _audited(_data_directory)  # 1.1.5
configuration_directory_audited = _audited(config_directory)  # 1.1.6
docker_service_unit_audited = _audited(lambda host: unit_files(host, "docker.service"))  # 1.1.7
containerd_socket_audited = _audited(containerd_socket)  # 1.1.8
api_socket_audited = _audited(
    api_sockets
)  # 1.1.9: the socket, also in 1.6.0, whose procedure follows ListenStream to it
default_file_audited = _audited(_at("/etc/default/docker"))  # 1.1.10
daemon_config_audited = _audited(config_file)  # 1.1.11
containerd_config_audited = _audited(_at("/etc/containerd/config.toml"))  # 1.1.12
sysconfig_file_audited = _audited(_at("/etc/sysconfig/docker"))  # 1.1.13
containerd_binary_audited = _audited(lambda host: programs(host, "containerd"))  # 1.1.14
containerd_shim_audited = _audited(lambda host: programs(host, "containerd-shim"))  # 1.1.15
containerd_shim_runc_v1_audited = _audited(lambda host: programs(host, "containerd-shim-runc-v1"))  # 1.1.16
containerd_shim_runc_v2_audited = _audited(lambda host: programs(host, "containerd-shim-runc-v2"))  # 1.1.17
runc_binary_audited = _audited(lambda host: programs(host, "runc"))  # 1.1.18


def host_hardened(_: Host) -> Verdicts:
    """1.2.1: a person says."""
    return {"": "notchecked"}


def engine_version_supported(host: Host) -> Verdicts:
    """1.2.2: at least the release that the site names; a person where it names none."""
    least = host.policy.minimum_version
    if not least:
        return {"": "notchecked"}
    return {"": "pass" if numbers(host.version) >= numbers(least) else "fail"}
