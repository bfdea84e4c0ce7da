"""Every option of dockerd, from 20.10 to 29, and how its configuration file spells it.

Checked against cmd/dockerd/config.go, config_unix.go and options.go of moby v20.10.24, v23.0.6, v24.0.9, v25.0.6,
v26.1.4, v27.5.1, v28.5.2 and the docker-29.x branch.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final


class Kind(enum.Enum):
    """What an option's value is. ``ONE`` is a single word that we keep as it stands: a number, an address, a size."""

    BOOL = enum.auto()
    STRING = enum.auto()
    ONE = enum.auto()
    STRINGS = enum.auto()  # may be given several times
    MAP = enum.auto()  # key=value, may be given several times
    ULIMITS = enum.auto()  # name=soft[:hard], may be given several times


@dataclass(frozen=True, slots=True)
class Flag:
    """One option. ``key`` is its name in daemon.json; "" where the file cannot hold it."""

    name: str
    kind: Kind
    short: str = ""
    key: str = ""


def _alike(kind: Kind, *names: str) -> tuple[Flag, ...]:
    """Options that the file calls by the flag's own name; ``x/name`` gives the short form too."""
    found = []
    for each in names:
        short, _, name = each.rpartition("/")
        found.append(Flag(name, kind, short, name))
    return tuple(found)


FLAGS: Final = (
    *_alike(Kind.BOOL, "D/debug", "experimental", "icc", "init", "ip-forward", "ip-masq", "ip6tables", "iptables"),
    *_alike(Kind.BOOL, "ipv6", "live-restore", "no-new-privileges", "raw-logs", "selinux-enabled", "tls", "tlsverify"),
    *_alike(Kind.BOOL, "userland-proxy", "cri-containerd", "rootless", "allow-direct-routing", "ip-forward-no-drop"),
    Flag("restart", Kind.BOOL, "r"),
    Flag("validate", Kind.BOOL),
    Flag("version", Kind.BOOL, "v"),
    Flag("help", Kind.BOOL, "h"),
    *_alike(Kind.STRING, "api-cors-header", "bip", "bip6", "b/bridge", "bridge-accept-fwmark", "cgroup-parent"),
    *_alike(Kind.STRING, "cluster-advertise", "cluster-store", "containerd", "containerd-namespace"),
    *_alike(Kind.STRING, "containerd-plugins-namespace", "data-root", "default-cgroupns-mode", "default-ipc-mode"),
    *_alike(Kind.STRING, "default-runtime", "exec-root", "firewall-backend", "fixed-cidr", "fixed-cidr-v6", "g/graph"),
    *_alike(Kind.STRING, "G/group", "http-proxy", "https-proxy", "init-path", "log-driver", "log-format"),
    *_alike(Kind.STRING, "l/log-level", "metrics-addr", "no-proxy", "p/pidfile", "seccomp-profile", "s/storage-driver"),
    *_alike(Kind.STRING, "swarm-default-advertise-addr", "tlscacert", "tlscert", "tlskey", "userland-proxy-path"),
    *_alike(Kind.STRING, "userns-remap"),
    Flag("config-file", Kind.STRING),
    *_alike(Kind.ONE, "cpu-rt-period", "cpu-rt-runtime", "default-gateway", "default-gateway-v6", "default-shm-size"),
    *_alike(Kind.ONE, "default-stop-timeout", "ip", "max-concurrent-downloads", "max-concurrent-uploads"),
    *_alike(Kind.ONE, "max-download-attempts", "mtu", "network-control-plane-mtu", "network-diagnostic-port"),
    *_alike(Kind.ONE, "oom-score-adjust", "shutdown-timeout"),
    Flag("nri-opts", Kind.MAP, key="nri-opts"),
    *_alike(Kind.STRINGS, "allow-nondistributable-artifacts", "dns", "dns-search"),
    Flag("add-runtime", Kind.STRINGS, key="runtimes"),
    Flag("authorization-plugin", Kind.STRINGS, key="authorization-plugins"),
    Flag("cdi-spec-dir", Kind.STRINGS, key="cdi-spec-dirs"),
    Flag("default-address-pool", Kind.STRINGS, key="default-address-pools"),
    Flag("default-network-opt", Kind.STRINGS, key="default-network-opts"),
    Flag("dns-opt", Kind.STRINGS, key="dns-opts"),
    Flag("exec-opt", Kind.STRINGS, key="exec-opts"),
    Flag("feature", Kind.STRINGS, key="features"),
    Flag("host", Kind.STRINGS, "H", "hosts"),
    Flag("host-gateway-ip", Kind.STRINGS, key="host-gateway-ips"),
    Flag("insecure-registry", Kind.STRINGS, key="insecure-registries"),
    Flag("label", Kind.STRINGS, key="labels"),
    Flag("node-generic-resource", Kind.STRINGS, key="node-generic-resources"),
    Flag("registry-mirror", Kind.STRINGS, key="registry-mirrors"),
    Flag("storage-opt", Kind.STRINGS, key="storage-opts"),
    Flag("cluster-store-opt", Kind.MAP, key="cluster-store-opts"),
    Flag("log-opt", Kind.MAP, key="log-opts"),
    Flag("default-ulimit", Kind.ULIMITS, key="default-ulimits"),
)

BY_NAME: Final = {each.name: each for each in FLAGS}
BY_SHORT: Final = {each.short: each for each in FLAGS if each.short}
BY_KEY: Final = {each.key: each for each in FLAGS if each.key}

# Keys that only the file has, and names that it takes besides ``key`` (20.10 to 27 say host-gateway-ip).
FILE_ONLY_KEYS: Final = frozenset({"builder", "deprecated-key-path", "host-gateway-ip"})

# Objects that dockerd takes as they are. It lifts the members of every other object to the top (configValuesSet).
FLAT_KEYS: Final = frozenset(
    {
        "builder",
        "cluster-store-opts",
        "default-network-opts",
        "default-ulimits",
        "features",
        "log-opts",
        "nri-opts",
        "runtimes",
    }
)

# Names that an option had before, and has still on 20.10 and 23.0.
FORMER_NAMES: Final = {"graph": "data-root"}
