"""A host as the generator describes it: plain data, no word of the product's. Every default is as CIS wants it.

The same description is written to disk and served as an API (stage_*.py), and judged (judge_*.py); neither looks at the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Flag:
    """One option of dockerd's command line as it was typed. ``value`` None is a switch without a value (``--icc``)."""

    name: str  # the long name
    value: str | None
    style: str = "="  # "=" --name=value, " " --name value, "s" -x value, "j" -xvalue

    @property
    def words(self) -> list[str]:
        short = {"host": "H", "log-level": "l", "debug": "D", "group": "G", "storage-driver": "s", "graph": "g"}.get(
            self.name
        )
        if self.value is None:
            return [f"-{short}" if self.style == "s" and short else f"--{self.name}"]
        if short and self.style == "s":
            return [f"-{short}", self.value]
        if short and self.style == "j":
            return [f"-{short}{self.value}"]
        return [f"--{self.name}", self.value] if self.style in " sj" else [f"--{self.name}={self.value}"]


@dataclass
class File:
    """``kind``: file, directory, socket or link (to ``target``)."""

    path: str
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    kind: str = "file"
    text: str = ""
    target: str = ""


@dataclass
class Unit:
    """A systemd unit: fragment and drop-ins, each file with the ListenStream lines that it holds ("" resets)."""

    name: str
    fragment: File
    drop_ins: list[File] = field(default_factory=list)
    masked: bool = False


@dataclass
class Account:
    name: str
    uid: int
    gid: int


@dataclass
class Group:
    name: str
    gid: int
    members: list[str] = field(default_factory=list)


@dataclass
class AuditRule:
    """A line of /etc/audit/rules.d. ``kind``: watch (-w), path (-F path=), dir (-F dir=), any (about any path), task (asked when
    a process starts, about all that it will do); ``comment`` lines are no rules.
    """

    path: str
    kind: str = "watch"
    perms: str = "rwxa"
    narrowed: str = ""  # a further filter: not everybody's access is recorded
    comment: bool = False
    tabs: bool = False
    never: bool = False
    turned: bool = False  # "exit,always" for "always,exit"
    everything: bool = False  # -F arch=b64 -S all, which leaves nothing out
    first: bool = False  # -A: before the rules that are there


@dataclass
class HostMount:
    point: str
    device: str = "8:1"
    subtree: str = "/"


@dataclass
class Mount:
    """A mount of a container, as inspect prints it. ``device`` is the option of a local volume: a bind in disguise."""

    source: str
    destination: str = "/data"
    rw: bool = True
    type: str = "bind"
    propagation: str = "rprivate"
    name: str = ""
    device: str = ""


@dataclass
class Exec:
    id: str
    user: str = ""
    privileged: bool = False


@dataclass
class Container:
    name: str
    id: str
    status: str = "running"
    pid: int = 0
    user: str = "1000"
    uid: int = 1000  # effective uid of the main process, while it runs
    processes: list[str] = field(default_factory=lambda: ["web"])
    kernel_no_new_privs: bool = True
    kernel_apparmor: str = "docker-default (enforce)"
    privileged: bool = False
    cap_add: list[str] | None = None
    cap_drop: list[str] | None = field(default_factory=lambda: ["ALL"])
    security_opt: list[str] | None = field(default_factory=lambda: ["no-new-privileges"])
    network_mode: str = "web"
    networks: list[str] = field(default_factory=lambda: ["web"])
    pid_mode: str = ""
    ipc_mode: str = "private"
    uts_mode: str = ""
    userns_mode: str = ""
    cgroup_parent: str = ""
    memory: int = 67108864
    cpu_shares: int = 512
    nano_cpus: int | None = 0
    cpu_quota: int | None = 0
    pids_limit: int | None = 100
    read_only: bool = True
    publish_all: bool = False
    restart: str = "on-failure"
    retries: int = 5
    service: str = ""
    devices: list[dict[str, Any]] | None = field(default_factory=list)
    device_requests: list[dict[str, Any]] | None = None
    device_rules: list[str] | None = None
    ulimits: list[dict[str, Any]] | None = None
    mounts: list[Mount] = field(default_factory=list)
    asked_ports: list[tuple[str, str, str]] = field(default_factory=list)  # container port, address, host port
    ports: list[tuple[str, str, str]] = field(default_factory=list)  # in force while it runs
    health: str | None = "healthy"
    image_ref: str = "busybox:1.36"
    image_id: str = ""
    apparmor: str = "docker-default"
    process_label: str = "system_u:system_r:container_t:s0:c1,c2"
    mount_label: str = "system_u:object_r:container_file_t:s0:c1,c2"
    execs: list[Exec] | None = None
    created_before: bool = False  # before the daemon's start: under which settings nobody can say

    @property
    def lives(self) -> bool:
        """State.Running: a paused one, and one between two restarts, too."""
        return self.status in ("running", "paused", "restarting")


@dataclass
class Step:
    """An instruction of an image or a build file: word, and text or the commands that it runs."""

    word: str
    text: str = ""
    commands: list[list[str]] = field(default_factory=list)
    base: bool = False  # the base's root file system
    form: str = "classic"  # classic or buildkit


@dataclass
class Image:
    id: str
    tags: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    user: str | None = "1000"
    health: list[str] | None = field(default_factory=lambda: ["CMD", "true"])
    steps: list[Step] = field(default_factory=list)
    env: list[str] = field(default_factory=lambda: ["PATH=/bin"])
    scan: list[str] | None = None  # severities that a scanner found; None: not scanned
    setuid: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@dataclass
class Build:
    """A Dockerfile of one stage."""

    name: str
    base: str = "registry.example.com/base:1.2"
    steps: list[Step] = field(default_factory=list)
    user: str | None = "app"
    health: str | None = "CMD true"


@dataclass
class Network:
    name: str
    id: str
    driver: str = "bridge"
    options: dict[str, str] = field(default_factory=dict)
    ingress: bool = False


@dataclass
class Service:
    name: str
    id: str
    condition: str | None = "on-failure"
    attempts: int | None = 3
    env: list[str] | None = None


@dataclass
class Swarm:
    state: str = "inactive"
    manager: bool = False
    autolock: bool | None = True
    expiry: int = 7776000000000000
    rotating: bool | None = None
    force_rotate: int | None = None
    roles: list[str] = field(default_factory=lambda: ["manager"])
    secrets: int = 1
    listen_port: int = 2377
    listen: list[tuple[str, int, str]] = field(default_factory=list)  # address, port, tcp or udp
    advertise: str = "192.168.1.5"
    data_path: str = "10.9.0.5"


@dataclass
class Policy:
    """What the site has decided."""

    accounts: list[str] = field(default_factory=list)
    minimum_version: str = ""
    registries: list[str] = field(default_factory=lambda: ["*"])
    cgroup_parents: list[str] = field(default_factory=lambda: [""])
    most_stopped: int = 0
    most_unused: int = 0


@dataclass
class Host:
    number: int
    version: str = "27.5.1"
    flags: list[Flag] = field(default_factory=list)
    config: dict[str, Any] | None = field(default_factory=dict)  # what dockerd read at its start; None: no file
    config_file: str = ""  # of --config-file, when given
    later_config: dict[str, Any] | None = None  # the file was replaced by this after the start
    hidden: bool = False  # the daemon's process cannot be seen
    rootless: bool = False
    kernel: list[str] = field(default_factory=lambda: ["seccomp"])  # security modules: seccomp, apparmor, selinux
    exe: str = "/usr/bin/dockerd"
    files: list[File] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=lambda: {"/var/run": "/run"})
    accounts: list[Account] = field(default_factory=lambda: [Account("root", 0, 0), Account("alice", 1000, 1000)])
    groups: list[Group] = field(default_factory=lambda: [Group("root", 0), Group("docker", 999), Group("alice", 1000)])
    audit_rules: list[AuditRule] = field(default_factory=list)
    mounts: list[HostMount] = field(default_factory=list)
    loaded_profiles: dict[str, str] = field(default_factory=dict)
    containers: list[Container] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    builds: list[Build] = field(default_factory=list)
    networks: list[Network] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    swarm: Swarm = field(default_factory=Swarm)
    policy: Policy = field(default_factory=Policy)
    deep: bool = False  # the content of images is read
