"""Section 5 of CIS Docker: containers, stopped ones too but where only running ones are asked for. Each is one recommendation."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.torture.oracle.files_of import Verdicts
from tests.torture.oracle.host import Container, Host, Mount
from tests.torture.oracle.in_force import CannotTell, listeners, running, setting
from tests.torture.oracle.judge_images import is_root
from tests.torture.oracle.stage_tree import real_path

Judge = Callable[[Host, Container], str]
_SENSITIVE = ("/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr")
_USUAL_SOCKETS = (
    *("/run/docker.sock", "/run/containerd/containerd.sock", "/run/docker/containerd/containerd.sock"),
    "/run/podman/podman.sock",
)
_EVERY_ADDRESS = ("", "0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0", "::0", "::ffff:0.0.0.0")
_SSH = ("sshd", "dropbear")
# What the engine grants by itself, without NET_RAW.
_ALLOWED = {
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
}
_ALLOWED |= {"SETUID", "SYS_CHROOT"}
_DANGEROUS_CALLS = ("kexec_load",)


def _each(judge: Judge) -> Callable[[Host], Verdicts]:
    return lambda host: {each.name: judge(host, each) for each in host.containers}


def _running(judge: Judge) -> Callable[[Host], Verdicts]:
    return lambda host: {each.name: judge(host, each) for each in host.containers if each.lives}


def _one(passes: bool, otherwise: str = "fail") -> str:
    return "pass" if passes else otherwise


def _process_uid(_: Host, it: Container) -> str:
    """4.1: the main process is not root's; between two restarts there is none to look at."""
    return _one(it.uid != 0) if it.pid else "error"


container_runs_as_non_root = _running(_process_uid)


def _apparmor(host: Host, it: Container) -> str:
    """5.2: a profile that confines. The engine notes it at the first start: before that, its own will be taken."""
    if "apparmor" not in host.kernel:
        return "notapplicable"
    asked = [
        each.split(":" if "=" not in each else "=", 1)[1]
        for each in it.security_opt or []
        if each.startswith("apparmor")
    ]
    profile = it.apparmor
    if profile == "" and it.status == "created":
        profile = asked[-1] if asked else "unconfined" if it.privileged else "docker-default"
    if profile in ("", "unconfined"):
        return "fail"
    if it.pid:
        return _one(it.kernel_apparmor.endswith("(enforce)"))
    return _one(host.loaded_profiles.get(profile, "enforce" if profile == "docker-default" else "") == "enforce")


def _selinux(host: Host, it: Container) -> str:
    """5.3: both labels, and not switched off."""
    if "selinux" not in host.kernel:
        return "notapplicable"
    off = {"label=disable", "label:disable"} & set(it.security_opt or [])
    return _one(bool(it.process_label and it.mount_label and not off))


def _capabilities(_: Host, it: Container) -> str:
    """5.4: not privileged; nothing beyond what the engine grants, without NET_RAW. What is added wins over what is dropped."""
    added, dropped = (
        {each.upper().removeprefix("CAP_") for each in given or []} for given in (it.cap_add, it.cap_drop)
    )
    if it.privileged or added - _ALLOWED:
        return "fail"
    return _one(bool(dropped & {"ALL", "NET_RAW"}))


def host_paths(host: Host, mount: Mount) -> list[str]:
    """Where on the host a mount leads: its source, and the device of a volume that is a bind in disguise; links resolved."""
    sources = {"tmpfs": [], "volume": [mount.source, mount.device]}.get(mount.type, [mount.source])
    return [path for each in sources if each for path in (each, real_path(host, each))]


def _sensitive(host: Host, mount: Mount, version: str) -> bool:
    names = _SENSITIVE if version == "1.6.0" else (*_SENSITIVE, "/lib64")
    return any(
        path == "/" or any(path == each or path.startswith(each + "/") for each in names)
        for path in host_paths(host, mount)
    )


def container_no_sensitive_host_mounts(host: Host, version: str) -> Verdicts:
    """5.6: nothing of the host's own directories; read-only ones are for a person. /lib64 since 1.7.0."""
    verdicts = {}
    for it in host.containers:
        found = [each for each in it.mounts if _sensitive(host, each, version)]
        verdicts[it.name] = "fail" if any(each.rw for each in found) else _one(not found, "notchecked")
    return verdicts


def _ssh(_: Host, it: Container) -> str:
    """5.7: no process whose program is an SSH server."""
    names = {title.split(":")[0] for title in it.processes}
    return _one(not names & set(_SSH)) if it.pid else "error"


# A word that no engine documents can mean anything. Networks have any name.
_DOCUMENTED = {
    "pid_mode": ("", "private", "host"),
    "ipc_mode": ("", "none", "private", "shareable", "host"),
    "uts_mode": ("", "private", "host"),
    "userns_mode": ("", "private", "host"),
}


def shares(host: Host, it: Container, mode: str) -> bool | None:
    """In the host's namespace by its own mode, or by joining a container that is; None where nobody knows the word."""
    word = getattr(it, mode)
    if word.startswith("container:"):
        name = word.removeprefix("container:")
        return shares(
            host, next(each for each in host.containers if each.name == name or each.id.startswith(name)), mode
        )
    if word not in _DOCUMENTED.get(mode, (word,)):
        return None
    return word == "host" or (mode == "network_mode" and "host" in it.networks)


def _apart(mode: str) -> Callable[[Host], Verdicts]:
    """Not in the host's namespace."""
    return _each(lambda host, it: {True: "fail", False: "pass", None: "error"}[shares(host, it, mode)])


def _ports(it: Container) -> list[tuple[str, str, str]]:
    """In force while it runs; between two restarts what is asked for."""
    return it.asked_ports if it.status == "restarting" else it.ports


def _low_ports(host: Host, it: Container) -> str:
    """5.8: none below 1024; the host's own network is for a person."""
    if any(int(number) < 1024 for _, _, number in _ports(it)):
        return "fail"
    return _one(not shares(host, it, "network_mode"), "notchecked")


def _needed_ports(host: Host, it: Container) -> str:
    """5.9: none passes, every exposed one fails; whether the others are needed a person says."""
    if it.publish_all:
        return "fail"
    return _one(not _ports(it) and not shares(host, it, "network_mode"), "notchecked")


def _one_address(host: Host, it: Container) -> str:
    """5.14: no port on every address, of IPv4 or of IPv6."""
    if any(address in _EVERY_ADDRESS for _, address, _ in _ports(it)):
        return "fail"
    return _one(not shares(host, it, "network_mode"), "notchecked")


def _restarts(host: Host, it: Container) -> str:
    """5.15: no restarts, or at most five after a failure; those of a service are its own. 0 has no end."""
    if not it.service:
        if it.restart not in ("", "no", "on-failure", "always", "unless-stopped"):
            return "error"
        return _one(it.restart in ("", "no") or (it.restart == "on-failure" and 1 <= it.retries <= 5))
    service = next((each for each in host.services if each.id == it.service), None)
    if service is None:
        return "error"
    return _one(service.condition == "none" or 1 <= (service.attempts or 0) <= 5)


def _devices(_: Host, it: Container) -> str:
    """5.18: none; which are needed a person says."""
    if it.privileged:
        return "fail"
    return _one(not (it.devices or it.device_requests or it.device_rules), "notchecked")


def _seccomp(host: Host, it: Container) -> str:
    """5.22: a filter: its own, or the daemon's. One of its own that allows what the engine's does not is for a person."""
    own = [each[8:] for each in it.security_opt or [] if each.startswith(("seccomp=", "seccomp:"))]
    if it.privileged or "unconfined" in own:
        return "fail"
    if not own:
        return _one("seccomp" in host.kernel and running(host, "seccomp-profile") != "unconfined")
    profile = json.loads(own[-1])
    if profile["defaultAction"] == "SCMP_ACT_ALLOW":
        return "fail"
    allowed = {name for rule in profile["syscalls"] for name in rule["names"]}
    return _one(not allowed & set(_DANGEROUS_CALLS), "notchecked")


def _privileged_exec(_: Host, it: Container) -> str:
    """5.23: a session that is seen fails; that there was none, a person says."""
    return "fail" if any(each.privileged for each in it.execs or []) else "notchecked"


def _root_exec(_: Host, it: Container) -> str:
    """5.24: the same of sessions asked for as root. Without a user, the container's own counts, which is another question."""
    return "fail" if any(each.user and is_root(each.user) for each in it.execs or []) else "notchecked"


def _no_new_privileges(host: Host, it: Container) -> str:
    """5.26: its own option, else what the process has, else the daemon's setting when it was created."""
    own = [each for each in it.security_opt or [] if each.startswith("no-new-privileges")]
    if own:
        return _one(own[-1].removeprefix("no-new-privileges")[1:] in ("", "true", "1"))
    if it.pid:
        return _one(it.kernel_no_new_privs)
    try:
        if not setting(host, "no-new-privileges"):
            return "fail"
    except CannotTell:
        return "error"
    return "error" if it.created_before or host.hidden else "pass"


def _health(_: Host, it: Container) -> str:
    """5.27: a probe whose state is known; an unhealthy container is looked after too."""
    if it.health in ("starting", "healthy", "unhealthy"):
        return "pass"
    return "fail" if it.health in (None, "", "none") else "error"


def _pinned(_: Host, it: Container) -> str:
    """5.28: a digest, or a tag that is not latest; else a person says."""
    if "@sha256:" in it.image_ref:
        return "pass"
    tag = it.image_ref.rpartition("/")[2].partition(":")[2]
    return _one(tag not in ("", "latest"), "notchecked")


def _bridge(_: Host, it: Container) -> str:
    """5.30: not attached to the default bridge, nor asked to be."""
    return _one("bridge" not in it.networks and it.network_mode not in ("", "default", "bridge"))


def _api_socket(host: Host, it: Container) -> str:
    """5.32: no API socket of an engine or of containerd, and no directory above one. Read-only is no protection. Where nobody
    can say on what the daemon listens, any directory of the host may hold a socket of it.
    """
    known, guessed = set(_USUAL_SOCKETS), False
    for ask in (_listening_paths, _containerd_paths):
        try:
            known |= set(ask(host))
        except CannotTell:
            guessed = True
    sockets = {real_path(host, each) for each in known}
    paths = {path for each in it.mounts for path in host_paths(host, each)}
    if any(socket == path or socket.startswith(path.rstrip("/") + "/") for socket in sockets for path in paths):
        return "fail"
    of_the_host = any(each.type == "bind" or each.device for each in it.mounts)
    return _one(not (guessed and of_the_host), "error")


def _listening_paths(host: Host) -> list[str]:
    return [each for each in listeners(host) if each.startswith("/")]


def _containerd_paths(host: Host) -> list[str]:
    return [setting(host, "containerd") or setting(host, "exec-root") + "/containerd/containerd.sock"]


container_apparmor_profile = _each(_apparmor)
container_selinux_labels = _each(_selinux)
container_capabilities_limited = _each(_capabilities)
container_not_privileged = _each(lambda _, it: _one(not it.privileged))  # 5.5
container_no_ssh_server = _running(_ssh)
container_no_privileged_host_ports = _running(_low_ports)
container_only_needed_ports = _running(_needed_ports)
container_no_host_network = _apart("network_mode")  # 5.10
container_memory_limited = _each(lambda _, it: _one(it.memory > 0))  # 5.11
container_cpu_limited = _each(  # 5.12
    lambda _, it: _one(it.cpu_shares not in (0, 1024) or (it.nano_cpus or 0) > 0 or (it.cpu_quota or 0) > 0)
)
container_root_filesystem_read_only = _each(lambda _, it: _one(it.read_only))  # 5.13
container_ports_bound_to_address = _running(_one_address)
container_restart_bounded = _each(_restarts)
container_no_host_pid = _apart("pid_mode")  # 5.16
container_no_host_ipc = _apart("ipc_mode")  # 5.17
container_no_host_devices = _each(_devices)
container_ulimits_default = _each(lambda _, it: _one(not it.ulimits, "notchecked"))  # 5.19
container_no_shared_mount_propagation = _each(  # 5.20
    lambda _, it: _one(not any(each.propagation in ("shared", "rshared") for each in it.mounts))
)
container_no_host_uts = _apart("uts_mode")  # 5.21
container_seccomp_enabled = _each(_seccomp)
no_privileged_exec = _each(_privileged_exec)
no_root_exec = _each(_root_exec)
container_default_cgroup = _each(lambda _, it: _one(it.cgroup_parent == ""))  # 5.25
container_no_new_privileges = _each(_no_new_privileges)
container_health_checked = _running(_health)
container_image_version_pinned = _each(_pinned)
container_pids_limited = _each(lambda _, it: _one((it.pids_limit or 0) > 0))  # 5.29
default_bridge_unused = _each(_bridge)
container_no_host_user_namespace = _apart("userns_mode")  # 5.31
container_no_api_socket = _each(_api_socket)
