"""Random daemons: version, command line, daemon.json, TLS, listeners, process."""

from __future__ import annotations

from typing import Any

from tests.torture.oracle.host import Account, Flag, Group, Host
from tests.torture.oracle.in_force import FLAG_NAMES, TRUE_WORDS, numbers
from tests.torture.oracle.roll import AIMS, Roll

VERSIONS = ("20.10.24+dfsg1", "23.0.6", "24.0.9", "25.0.5", "26.1.4", "27.5.1", "28.3.2", "29.0.1")
OLDEST = VERSIONS[0]
_AUFS, _BASE_SIZE, _THIN, _ROOTLESS = 3, 7, 9, 5  # what a host is made for, by its number
FALSE_WORDS = ("false", "False", "FALSE", "f", "F", "0")
# key: values that CIS wants, others; None is "says nothing"
_BOOLS: dict[str, tuple[list[bool | None], list[bool | None]]] = {
    "debug": ([None, False], [True]),
    "experimental": ([None, False], [True]),
    "icc": ([False], [True, None]),
    "iptables": ([None, True], [False]),
    "live-restore": ([True], [False, None]),
    "no-new-privileges": ([True], [False, None]),
    "userland-proxy": ([False], [True, None]),
}
_TEXTS: dict[str, tuple[list[str | None], list[str | None]]] = {
    "cgroup-parent": ([None, ""], ["/approved", "/other.slice"]),
    "log-level": ([None, "info"], ["debug", "warn", "error", "fatal"]),
    "bridge": ([None, ""], ["none"]),
    "group": ([None, "docker"], ["dockers", "999"]),
}
_REMOTE: list[tuple[str, dict[str, str]]] = [
    ("syslog", {"syslog-address": "tcp://192.0.2.4:514"}),
    ("gelf", {"gelf-address": "udp://192.0.2.4:12201", "tag": "x"}),
    ("fluentd", {"fluentd-address": "192.0.2.4:24224"}),
    ("splunk", {"splunk-url": "https://splunk.example.com:8088"}),
    ("awslogs", {"awslogs-region": "us-east-1"}),
    ("gcplogs", {}),
]
_LOCAL: list[tuple[str, dict[str, str]]] = [
    ("json-file", {"max-size": "10m"}),
    ("json-file", {"syslog-address": "tcp://192.0.2.4:514"}),
    ("local", {}),
    ("none", {}),
    ("syslog", {}),
    ("syslog", {"gelf-address": "udp://192.0.2.4:12201"}),
    ("gelf", {"tag": "gelf-address"}),
    ("fluentd", {"fluentd-async": "true"}),
    ("splunk", {"tag": "splunk-url"}),
    ("journald", {}),
    ("example/driver:1", {"address": "x"}),
]
_INSECURE = ["registry.example.com:5000", "10.0.0.0/8", "2001:db8::/32", "http.example.com"]


def roll_daemon(roll: Roll, host: Host) -> None:
    """Everything about the daemon's process and settings."""
    aim = host.number % AIMS
    host.version = roll.any(VERSIONS[:2] if aim in (_AUFS, _BASE_SIZE, _THIN) else VERSIONS)
    host.rootless = roll.chance(0.07) or aim == _ROOTLESS
    host.exe = roll.of(["/usr/bin/dockerd"], ["/usr/sbin/dockerd", "/usr/local/bin/dockerd"])
    host.kernel = [each for each in ("seccomp", "apparmor", "selinux") if roll.chance({"seccomp": 0.95}.get(each, 0.5))]
    if roll.chance(0.2):
        host.config = None
    for key, (good, odd) in _BOOLS.items():
        _say(roll, host, key, roll.of(good, odd))
    for name, (fine, others) in _TEXTS.items():
        _say(roll, host, name, roll.of(fine, others))
    _lists(roll, host)
    _logs(roll, host)
    _storage(roll, host)
    _user_namespaces(roll, host)
    _seccomp(roll, host)
    _listeners(roll, host)
    if roll.chance(0.25):
        former = host.version == OLDEST and roll.chance(0.4)
        place = roll.any(["/srv/docker", "/data/docker-root", "/var/lib/docker2"])
        _say(roll, host, "graph" if former else "data-root", place)
    if roll.chance(0.2):
        _say(roll, host, "containerd", roll.any(["/run/containerd/containerd.sock", "/srv/containerd.sock"]))
    _move_file(roll, host)
    roll.dice.shuffle(host.flags)
    _accounts(roll, host)


def _say(roll: Roll, host: Host, key: str, value: Any) -> None:
    """Says it by flag or by file, never by both."""
    if value is None:
        if host.config is not None and roll.chance(0.1):
            host.config[key] = None  # not said, to dockerd
        return
    if host.config is not None and roll.chance(0.55):
        host.config[key] = value
    elif isinstance(value, bool):
        if roll.chance(0.15):  # repeated: the last one counts
            host.flags.append(_switch(roll, key, not value))
            host.flags[-1].style = "="
        host.flags.append(_switch(roll, key, value))
    elif isinstance(value, list):
        for each in value:
            host.flags.append(Flag(FLAG_NAMES[key], each, roll.any("= sj")))
    else:
        if roll.chance(0.1):
            host.flags.append(Flag(key, roll.any(["warn", "x"]) if key == "log-level" else value, "="))
        host.flags.append(Flag(key, value, roll.any("= sj") if value else "="))


def _switch(roll: Roll, name: str, value: bool) -> Flag:
    if value and roll.chance(0.4):
        return Flag(name, None, roll.any("=s"))
    return Flag(name, roll.any(TRUE_WORDS if value else FALSE_WORDS))


def _lists(roll: Roll, host: Host) -> None:
    registries = roll.of([[], []], [roll.some(_INSECURE, 3) or [_INSECURE[0]]])
    _say(roll, host, "insecure-registries", registries or None)
    plugins = roll.of([["authz-broker"], ["opa", "second"]], [[]])
    _say(roll, host, "authorization-plugins", plugins or None)
    limits = roll.of([{"nofile": (1024, 2048)}, {"nproc": (64, 64), "nofile": (5, 9)}], [{}])
    if host.config is not None and roll.chance(0.5):
        spelled = roll.any([str, str.lower, str.upper])  # Go finds the fields of a structure in any case
        host.config["default-ulimits"] = {
            name: {spelled("Name"): name, spelled("Soft"): soft, spelled("Hard"): hard}
            for name, (soft, hard) in limits.items()
        }
    else:
        for name, (soft, hard) in limits.items():
            host.flags.append(Flag("default-ulimit", f"{name}={soft}:{hard}", roll.any("= ")))


def _logs(roll: Roll, host: Host) -> None:
    driver, options = roll.of(_REMOTE, [*_LOCAL, ("", {})])
    if not driver:
        return
    if host.config is not None and roll.chance(0.5):
        host.config |= {"log-driver": driver, "log-opts": dict(options)}
        return
    host.flags.append(Flag("log-driver", driver, roll.any("= ")))
    host.flags += [Flag("log-opt", f"{name}={value}", roll.any("= ")) for name, value in options.items()]


def _storage(roll: Roll, host: Host) -> None:
    old, aim = numbers(host.version) < (24,), host.number % AIMS
    driver = roll.of(["overlay2", None], ["aufs", "devicemapper", "devicemapper"] if old else ["vfs", "btrfs"])
    if numbers(host.version) < (25,) and roll.chance(0.12):
        driver = "devicemapper"
    if aim in (_AUFS, _BASE_SIZE, _THIN):
        driver = "aufs" if aim == _AUFS else "devicemapper"
    _say(roll, host, "storage-driver", driver)
    if driver == "devicemapper":
        fine = [None, ["dm.thinpooldev=/dev/mapper/x"], ["dm.fs=xfs", "dm.loopdatasize=5G"]]
        others = [["dm.basesize=20G"], ["dm.fs=ext4", "dm.basesize=10G"]]
        _say(roll, host, "storage-opts", roll.any({_BASE_SIZE: others, _THIN: fine}.get(aim, [*fine, *others])))
    elif driver == "overlay2" and roll.chance(0.2):
        _say(roll, host, "storage-opts", ["overlay2.size=dm.basesize"])


def _user_namespaces(roll: Roll, host: Host) -> None:
    if not host.rootless and not roll.slip():
        _say(roll, host, "userns-remap", roll.any(["default", "dockremap", "1000:1000"]))


def _seccomp(roll: Roll, host: Host) -> None:
    modern = numbers(host.version) >= (23,)
    fine = [None, "builtin"] if modern else [None]
    _say(roll, host, "seccomp-profile", roll.of(fine, ["unconfined", "/etc/docker/seccomp.json"]))


def _listeners(roll: Roll, host: Host) -> None:
    unix = [["unix:///var/run/docker.sock"], ["unix:///run/docker.sock"], ["unix://"], ["fd://"], None, None]
    tcp = ["tcp://0.0.0.0:2376", "tcp://127.0.0.1:2375", "tcp://[::]:2376", "0.0.0.0:2375", ":2375", "tcp://"]
    tcp += ["tcp://[fe80::1]:2376", "tcp://[::1]:2375", "tcp://localhost:2375"]
    words = roll.any(unix)
    if host.rootless:
        words = None
    if roll.chance(0.5) and not host.rootless:
        words = [*(words or []), *roll.dice.sample(tcp, roll.any([1, 1, 1, 2, 3]))]
        if roll.chance(0.2):
            words.append("unix:///srv/second.sock")
        roll.dice.shuffle(words)
    _say(roll, host, "hosts", words)
    if (words and any("fd://" not in each and "unix" not in each for each in words)) or roll.chance(0.1):
        _tls(roll, host)


def _tls(roll: Roll, host: Host) -> None:
    """All of TLS by flags or all by file: dockerd merges halves of both in ways that nobody should rely on."""
    files = {key: f"/etc/docker/tls/{key}.pem" for key in ("tlscacert", "tlscert", "tlskey")}
    kind = roll.of(["verify", "verify", "verify", "tls"], ["nothing", "noverify", "no ca", "tls only", "paths only"])
    if kind == "nothing" or host.rootless:
        return
    by_file = host.config is not None and roll.chance(0.5)
    said: dict[str, Any] = dict(files)
    if kind == "verify":
        said["tlsverify"] = True
        if not by_file and roll.chance(0.4):
            said = {"tlsverify": True}  # the files of ~/.docker
    elif kind == "tls":
        said["tls"] = True
    elif kind == "noverify":
        said["tlsverify"] = False
    elif kind == "no ca":
        said |= {"tls": True}
        del said["tlscacert"]
    elif kind == "tls only":
        said = {**files, "tls": True, "tlsverify": False}
    if by_file and host.config is not None:
        host.config |= said
        return
    for key, value in said.items():
        host.flags.append(_switch(roll, key, value) if isinstance(value, bool) else Flag(key, value, roll.any("= ")))


def _move_file(roll: Roll, host: Host) -> None:
    if host.config is not None and not host.rootless and roll.chance(0.15):
        host.config_file = "/srv/daemon.json"
        host.flags.append(Flag("config-file", host.config_file, roll.any("= ")))
    if host.config is not None and roll.chance(0.06):
        host.later_config = {"icc": roll.chance(0.5), "log-level": "info", "userland-proxy": False}
    elif roll.chance(0.04) and not host.rootless:
        host.hidden = True


def _accounts(roll: Roll, host: Host) -> None:
    names = ["bob", "carol", "dave", "docker", "docker-admin"]
    host.accounts += [Account(name, 1100 + at, roll.of([1100 + at], [999])) for at, name in enumerate(names[:3])]
    host.groups += [Group("dockers", 1500, ["dave"]), Group("dockerroot", 998, ["mallory"])]
    listed = roll.of([[]], [roll.some(["alice", "bob", "carol", "root", "ali"], 3)])
    host.groups[1].members = listed
    if roll.chance(0.1):
        host.groups.append(Group("docker2", 999, ["erin"]))  # another name for the same number
    if roll.chance(0.07):
        host.groups = [each for each in host.groups if each.gid != 999]
    host.policy.accounts = roll.any([[], ["alice"], ["alice", "bob", "carol", "dave", "root", "erin"], ["alic"]])
    host.policy.minimum_version = roll.any(["", "", "20.10.5", "24.0.10", "25.0.4", "27.0.0", "27.5.1", "29.0.2"])
    host.policy.cgroup_parents = roll.any([[""], ["", "/approved"]])
