"""Which value of a daemon's setting is in force: the flag, else the file, else the documented default.

dockerd refuses to start with both flag and file for one key, so no described host has both. Sources: the dockerd reference,
and section 2 of the table of recommendations.
"""

from __future__ import annotations

from typing import Any

from tests.torture.oracle.host import Host

BOOLS = {
    "debug": False,
    "experimental": False,
    "icc": True,
    "iptables": True,
    "live-restore": False,
    "no-new-privileges": False,
    "selinux-enabled": False,
    "userland-proxy": True,
    "tls": False,
    "tlsverify": False,
}
TEXTS = {
    "bridge": "",
    "cgroup-parent": "",
    "containerd": "",
    "data-root": "/var/lib/docker",
    "exec-root": "/var/run/docker",
    "group": "docker",
    "log-driver": "json-file",
    "log-level": "info",
    "seccomp-profile": "",
    "storage-driver": "overlay2",
    "tlscacert": "",
    "tlscert": "",
    "tlskey": "",
    "userns-remap": "",
}
LISTS = ("authorization-plugins", "hosts", "insecure-registries", "storage-opts")
FLAG_NAMES = {
    "authorization-plugins": "authorization-plugin",
    "hosts": "host",
    "insecure-registries": "insecure-registry",
    "storage-opts": "storage-opt",
    "log-opts": "log-opt",
    "default-ulimits": "default-ulimit",
}
FORMER_NAMES = {"data-root": "graph"}
TRUE_WORDS = ("1", "t", "T", "TRUE", "true", "True")  # strconv.ParseBool
# What /info, /version or the default bridge show of the running daemon.
REPORTED = (
    "authorization-plugins",
    "data-root",
    "debug",
    "experimental",
    "icc",
    "insecure-registries",
    "live-restore",
    "log-driver",
    "seccomp-profile",
    "selinux-enabled",
    "storage-driver",
)


class CannotTell(Exception):
    """Nobody can say what is in force: the verdict is an error."""


def words_given(host: Host, key: str) -> list[str]:
    """What the command line says of ``key``, in its order; a bare switch is true."""
    names = (FLAG_NAMES.get(key, key), FORMER_NAMES.get(key, ""))
    return ["true" if each.value is None else each.value for each in host.flags if each.name in names]


def running(host: Host, key: str) -> Any:
    """What the daemon runs with, whether anybody can see it or not."""
    words = words_given(host, key)
    if words:
        return _of_words(key, words)
    config = host.config or {}
    said = config.get(key) or config.get(FORMER_NAMES.get(key, ""))
    if said is None:
        said = config.get(key)
    if said not in (None, "", [], {}):  # dockerd takes all of these for not said
        return said
    return default(host, key)


def setting(host: Host, key: str) -> Any:
    """The same where it can be known. Raises CannotTell: the process cannot be seen, or its file was replaced since."""
    if key in REPORTED or (key == "no-new-privileges" and numbers(host.version) >= (24,)):
        return running(host, key)
    if host.hidden or (host.later_config is not None and not words_given(host, key)):
        raise CannotTell(key)
    return running(host, key)


def default(host: Host, key: str) -> Any:
    if key in LISTS:
        return []
    if key in ("log-opts", "default-ulimits"):
        return {}
    if host.rootless and key == "data-root":
        return "/home/alice/.local/share/docker"
    if host.rootless and key == "exec-root":
        return "/run/user/1000/docker"
    if key == "seccomp-profile":
        return "builtin" if numbers(host.version) >= (23,) else "default"
    return BOOLS[key] if key in BOOLS else TEXTS[key]


def _of_words(key: str, words: list[str]) -> Any:
    if key in BOOLS:
        return words[-1] in TRUE_WORDS  # repeated: the last one counts
    if key in LISTS:
        return words
    if key == "log-opts":
        return dict(each.split("=", 1) for each in words)
    if key == "default-ulimits":
        return {each.partition("=")[0]: each for each in words}
    return words[-1]


def numbers(version: str) -> tuple[int, ...]:
    """(20, 10, 24) of 20.10.24+dfsg1."""
    plain = version.partition("+")[0].partition("-")[0]
    return tuple(int(each) for each in plain.split("."))


def default_socket(host: Host) -> str:
    return "/run/user/1000/docker.sock" if host.rootless else "/var/run/docker.sock"


def default_config_file(host: Host) -> str:
    return "/home/alice/.config/docker/daemon.json" if host.rootless else "/etc/docker/daemon.json"


def daemon_data_root(host: Host) -> str:
    """What /info calls DockerRootDir: a remapped daemon works below the configured directory."""
    root = str(running(host, "data-root"))
    return f"{root}/100000.100000" if running(host, "userns-remap") else root


def listeners(host: Host) -> list[str]:
    """Every address of the API: a path for a unix socket, tcp for anything else. Raises CannotTell."""
    found: list[str] = []
    for word in setting(host, "hosts") or [""]:
        if word == "":
            found.append("tcp" if tls(host) else default_socket(host))
        elif word.startswith("fd://"):
            if host.later_config is not None:  # its files are newer than the daemon's start as well
                raise CannotTell("docker.socket")
            found += [each if each.startswith("/") else "tcp" for each in socket_unit_listens_on(host)]
        elif word.startswith("unix://"):
            found.append(word.removeprefix("unix://") or "/var/run/docker.sock")
        else:
            found.append("tcp")
    return found


def socket_unit_listens_on(host: Host) -> list[str]:
    """The ListenStream= of docker.socket and its drop-ins; an empty one takes back those before it."""
    streams: list[str] = []
    for unit in host.units:
        if unit.name == "docker.socket" and not unit.masked:
            drop_ins = [each for each in unit.drop_ins if each.path.endswith(".conf")]
            by_name = sorted(drop_ins, key=lambda each: each.path.rsplit("/", 1)[1])
            for line in "\n".join(each.text for each in [unit.fragment, *by_name]).splitlines():
                name, equals, value = line.partition("=")
                if equals and name.strip() == "ListenStream":
                    streams = [*streams, value.strip()] if value.strip() else []
    return streams


def tls(host: Host) -> bool:
    """TLS is on: by ``tls``, or by naming ``tlsverify`` at all. Raises CannotTell."""
    if not host.hidden and words_given(host, "tlsverify"):
        return True
    return bool(setting(host, "tls")) or _names_tlsverify(host)


def verifies_clients(host: Host) -> bool:
    """dockerd demands a certificate wherever TLS is on, unless tlsverify is named and false. Raises CannotTell."""
    if _names_tlsverify(host):
        return bool(setting(host, "tlsverify"))
    return tls(host)


def tls_file(host: Host, key: str) -> str:
    """The path of tlscacert, tlscert or tlskey, "" for none. Those that no flag names lie in ~/.docker, where a flag turned
    TLS on. Raises CannotTell.
    """
    if not tls(host):
        return ""
    named = setting(host, key)
    by_flag = any(each in TRUE_WORDS for each in words_given(host, "tls")) or bool(words_given(host, "tlsverify"))
    if not named and by_flag:
        return "/root/.docker/" + {"tlscacert": "ca.pem", "tlscert": "cert.pem", "tlskey": "key.pem"}[key]
    return str(named)


def _names_tlsverify(host: Host) -> bool:
    setting(host, "tlsverify")  # can it be told at all?
    return bool(words_given(host, "tlsverify")) or (host.config or {}).get("tlsverify") is not None
