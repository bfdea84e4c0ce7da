"""Snapshots for tests: a host on which nothing is wrong, and the ways to spoil it.

``snapshot()`` is the good host with one good container. A test changes single facts::

    snapshot(containers=[container("web", {"HostConfig.Privileged": True})], daemon={"daemon.icc": DENIED})
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from benchmark.model.declaration import Fact, Type
from benchmark.model.facts import ABSENT, FactValue, JsonValue, Reason, Source, Subject, Unavailable
from benchmark.model.snapshot import Collector, Enumeration, Snapshot, Target
from benchmark.model.snapshot_file import compress, encode_snapshot
from benchmark.model.vocabulary import COLLECTIONS, KINDS

COLLECTED_AT: Final = "2026-11-20T08:00:00Z"
DENIED: Final = Unavailable(Reason.DENIED, "/etc/docker/daemon.json: permission denied")
NO_ENGINE: Final = Unavailable(Reason.NO_ENGINE, "unix:///var/run/docker.sock: no engine answered")

Facts = Mapping[str, FactValue]

_BLANK: Final[Mapping[Type, FactValue]] = {
    Type.BOOL: False,
    Type.INT: 0,
    Type.STRING: "",
    Type.VERSION: "1.0",
    Type.MODE: "0600",
    Type.OWNER: {"uid": 0, "gid": 0, "user": "root", "group": "root"},
    Type.STRINGS: [],
    Type.PATHS: [],
    Type.MAP: {},
    Type.RECORDS: [],
}

GOOD_DAEMON: Final[Facts] = {
    "product": "docker",
    "version.Version": "27.3.1",
    "version.ApiVersion": "1.47",
    "info.Plugins.Authorization": ["policy"],
    "info.CgroupDriver": "systemd",
    "info.CgroupVersion": "2",
    "info.DockerRootDir": "/var/lib/docker",
    "info.Driver": "overlay2",
    "info.LiveRestoreEnabled": True,
    "info.LoggingDriver": "syslog",
    "info.SecurityOptions": ["name=seccomp,profile=builtin", "name=userns", "name=apparmor"],
    "info.Swarm.LocalNodeState": "inactive",
    "daemon.authorization-plugins": ["policy"],
    "daemon.cgroup-parent": ABSENT,
    "daemon.config-file": "/etc/docker/daemon.json",
    "daemon.containerd": ABSENT,
    "daemon.data-root": "/var/lib/docker",
    "daemon.default-ulimits": ["nofile=1024:4096", "nproc=512:1024"],
    "daemon.group": "docker",
    "daemon.hosts": ["unix:///var/run/docker.sock"],
    "daemon.iptables": True,
    "daemon.ip6tables": True,
    "daemon.live-restore": True,
    "daemon.log-driver": "syslog",
    "daemon.log-level": "info",
    "daemon.log-opts": {"syslog-address": "tcp+tls://logs.example:6514"},
    "daemon.no-new-privileges": True,
    "daemon.seccomp-profile": "builtin",
    "daemon.storage-driver": "overlay2",
    "daemon.tlscacert": ABSENT,
    "daemon.tlscert": ABSENT,
    "daemon.tlskey": ABSENT,
    "daemon.userns-remap": "default",
    "security.apparmor": True,
    "security.userns": True,
    "security.seccomp": "builtin",
    "data_root.is_mount_point": True,
    "log_destination.on_this_host": False,
    "swarm.listen_addresses": ABSENT,
    "swarm.advertise_address": ABSENT,
    "swarm.data_path_address": ABSENT,
    "swarm.planes_separated": ABSENT,
    "process.euid": 0,
    "process.exe": "/usr/bin/dockerd",
    "process.started_at": "2026-11-19T08:00:00Z",
}

GOOD_CONTAINER: Final[Facts] = {
    "State.Status": "running",
    "State.Running": True,
    "State.Health.Status": "healthy",
    "Created": "2026-11-19T09:00:00Z",
    "Image": "sha256:" + "a" * 64,
    "AppArmorProfile": "docker-default",
    "Config.Image": "registry.example/web:1.4.2@sha256:" + "b" * 64,
    "Config.User": "10001:10001",
    "Config.Healthcheck.Test": ["CMD", "/healthy"],
    "HostConfig.CapDrop": ["ALL"],
    "HostConfig.SecurityOpt": ["no-new-privileges"],
    "HostConfig.NetworkMode": "front",
    "HostConfig.IpcMode": "private",
    "HostConfig.CgroupnsMode": "private",
    "HostConfig.Memory": 268435456,
    "HostConfig.MemorySwap": 268435456,
    "HostConfig.CpuShares": 512,
    "HostConfig.NanoCpus": 500000000,
    "HostConfig.PidsLimit": 100,
    "HostConfig.ReadonlyRootfs": True,
    "HostConfig.RestartPolicy.Name": "on-failure",
    "HostConfig.RestartPolicy.MaximumRetryCount": 5,
    "HostConfig.Runtime": "runc",
    "networks": ["front"],
    "capabilities": [],
    "seccomp": "engine default",
    "seccomp_weaker": ABSENT,
    "seccomp_default_action": ABSENT,
    "apparmor_mode": "enforce",
    "no_new_privileges": True,
    "processes": ["web"],
    "processes_seen": ["web"],
    "service_restart.condition": ABSENT,
    "service_restart.max_attempts": ABSENT,
}

GOOD_HOST: Final[Facts] = {
    "os_release.ID": "debian",
    "os_release.VERSION_ID": "12",
    "kernel": "6.1.0",
    "mount_points": ["/", "/var/lib/docker"],
    "audit.source": "kernel",
    "audit.enabled": True,
}


GOOD_FILES: Final[Mapping[str, tuple[tuple[str, Facts], ...]]] = {
    "docker_service_units": (("/usr/lib/systemd/system/docker.service", {"type": "file", "mode": "0644"}),),
    "docker_socket_units": (("/usr/lib/systemd/system/docker.socket", {"type": "file", "mode": "0644"}),),
    "configuration_directories": (("/etc/docker", {"type": "directory", "mode": "0755"}),),
    "daemon_config_files": (("/etc/docker/daemon.json", {"type": "file", "mode": "0644"}),),
    "api_sockets": (
        (
            "/run/docker.sock",
            {"type": "socket", "mode": "0660", "owner": {"uid": 0, "gid": 999, "user": "root", "group": "docker"}},
        ),
    ),
    "containerd_sockets": (("/run/containerd/containerd.sock", {"type": "socket", "mode": "0660"}),),
}


def file(path: str, facts: Facts) -> Subject:
    """A file that belongs to root and that an audit rule watches, with ``facts`` of its own."""
    rules: list[JsonValue] = [f"-w {path} -p rwxa -k docker (kernel)"]
    return subject(
        "file", path, {"path": path, "audit_rules": rules, "audit_exceptions": [], **facts}, source=f"file:{path}"
    )


def subject(kind: str, name: str, facts: Facts, id_: str = "", source: str = "") -> Subject:
    """A subject with every fact of its kind: those given, and a blank for the others."""
    declared = KINDS[kind]
    if unknown := facts.keys() - declared.keys():
        raise ValueError(f"no such facts of {kind}: {sorted(unknown)}")
    complete = {each: facts[each] if each in facts else _blank(fact) for each, fact in declared.items()}
    return Subject(kind, name, id_, complete, Source(source or f"GET /{kind}s/{name}", COLLECTED_AT))


def container(name: str, changes: Facts | None = None) -> Subject:
    """A container as good as can be, with ``changes``."""
    id_ = (name.encode("utf-8", "surrogatepass").hex() + "0" * 64)[:64]
    return subject("container", name, {**GOOD_CONTAINER, **(changes or {})}, id_, f"GET /containers/{id_}/json")


def snapshot(
    containers: Iterable[Subject] | None = None,
    *,
    daemon: Facts | None = None,
    host: Facts | None = None,
    files: Mapping[str, tuple[tuple[str, Facts], ...]] = GOOD_FILES,
    gaps: Mapping[str, Unavailable] | None = None,
    name: str = "good.example",
) -> Snapshot:
    """The good host with ``containers`` (one good one when None), changed settings, other files, and gaps by collection."""
    gaps = gaps or {}
    members = {
        **{collection: [file(*each) for each in listed] for collection, listed in files.items()},
        "host": [subject("host", name, {**GOOD_HOST, **(host or {})}, source="file:/etc/os-release")],
        "engines": [subject("daemon", "docker", {**GOOD_DAEMON, **(daemon or {})}, source="GET /info")],
        "containers": [container("web")] if containers is None else list(containers),
    }
    subjects: list[Subject] = []
    enumerations: dict[str, Enumeration] = {}
    for collection, declared in COLLECTIONS.items():
        if declared.base:
            continue
        here = members.get(collection, [])
        numbers = tuple(range(len(subjects), len(subjects) + len(here)))
        subjects += here
        sources = (Source(f"list of {collection}", COLLECTED_AT),)
        enumerations[collection] = Enumeration(numbers, gap=gaps.get(collection), sources=sources)
    facts = {**GOOD_DAEMON, **(daemon or {})}
    return Snapshot(
        target=Target(
            name=name,
            endpoint="unix:///var/run/docker.sock",
            product=str(facts["product"]),
            engine_id="ENGINE",
            engine_version=str(facts["version.Version"]),
            api_version=str(facts["version.ApiVersion"]),
            os="Debian GNU/Linux 12",
            kernel="6.1.0",
        ),
        collector=Collector(version="0.1.0", uid=0, user="root", requests=7),
        collected_at=COLLECTED_AT,
        finished_at="2026-11-20T08:00:01Z",
        subjects=tuple(subjects),
        enumerations=enumerations,
    )


def snapshot_without_engine() -> Snapshot:
    """A host that could be read and whose engine did not answer."""
    collections = [name for name, each in COLLECTIONS.items() if not each.base and name != "host"]
    good = snapshot([], gaps=dict.fromkeys(collections, NO_ENGINE))
    nobody = {name: Enumeration(gap=each.gap) if name != "host" else each for name, each in good.enumerations.items()}
    only_host = tuple(each for each in good.subjects if each.kind == "host")
    return Snapshot(
        target=Target(name=good.target.name, endpoint=good.target.endpoint),
        collector=good.collector,
        collected_at=good.collected_at,
        finished_at=good.finished_at,
        subjects=only_host,
        enumerations={**nobody, "host": Enumeration((0,), sources=good.enumerations["host"].sources)},
    )


def write_snapshot(path: Path, what: Snapshot) -> Path:
    """Writes ``what`` to ``path``, compressed when it ends in .gz."""
    data = encode_snapshot(what)
    path.write_bytes(compress(data) if path.suffix == ".gz" else data)
    return path


def _blank(fact: Fact) -> FactValue:
    return fact.known[0] if fact.known and "" not in fact.known else _BLANK[fact.type]
