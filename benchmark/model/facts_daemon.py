"""The facts of the daemon: its settings under daemon.json's names, and what /info, /version and /proc say."""

from __future__ import annotations

from typing import Final

from benchmark.model.declaration import Fact, Type

_NIL_LIST: Final[list[object]] = []

DAEMON_SETTINGS: Final = {
    "daemon.authorization-plugins": Fact(Type.STRINGS, "authorization plugins in force"),
    "daemon.bridge": Fact(Type.STRING, "name of the default bridge; none switches it off; empty is docker0"),
    "daemon.cgroup-parent": Fact(Type.STRING, "default parent cgroup; absent is the engine's own"),
    "daemon.config-file": Fact(Type.STRING, "path of the configuration file the daemon reads"),
    "daemon.containerd": Fact(Type.STRING, "address of an external containerd; absent when dockerd starts its own"),
    "daemon.data-root": Fact(Type.STRING, "root of persistent state"),
    "daemon.debug": Fact(Type.BOOL, "debug mode; forces log level debug"),
    "daemon.default-ulimits": Fact(Type.STRINGS, "default ulimits as name=soft:hard, sorted"),
    "daemon.exec-root": Fact(Type.STRING, "root of runtime state"),
    "daemon.experimental": Fact(Type.BOOL, "experimental features"),
    "daemon.group": Fact(Type.STRING, "group of the unix socket"),
    "daemon.hosts": Fact(Type.STRINGS, "API listeners, fd:// replaced by what the socket unit listens on"),
    "daemon.icc": Fact(Type.BOOL, "free traffic between containers on the default bridge"),
    "daemon.insecure-registries": Fact(
        Type.STRINGS, "registries reached without verified TLS, the built-in loopback ranges left out"
    ),
    "daemon.ip6tables": Fact(Type.BOOL, "manages ip6tables rules"),
    "daemon.iptables": Fact(Type.BOOL, "manages iptables rules"),
    "daemon.live-restore": Fact(Type.BOOL, "containers keep running while the daemon is down"),
    "daemon.log-driver": Fact(Type.STRING, "default logging driver"),
    "daemon.log-level": Fact(Type.STRING, "log level"),
    "daemon.log-opts": Fact(
        Type.MAP, "options of the default logging driver; values that look like secrets are redacted"
    ),
    "daemon.no-new-privileges": Fact(Type.BOOL, "no_new_privs for new containers"),
    "daemon.pidfile": Fact(Type.STRING, "path of the pid file"),
    "daemon.seccomp-profile": Fact(
        Type.STRING, "path of the default seccomp profile, unconfined, or builtin (also called default)"
    ),
    "daemon.selinux-enabled": Fact(Type.BOOL, "SELinux labels for containers"),
    "daemon.storage-driver": Fact(Type.STRING, "storage driver or snapshotter in use"),
    "daemon.storage-opts": Fact(Type.STRINGS, "storage driver options"),
    "daemon.tls": Fact(Type.BOOL, "TLS on TCP listeners (implied by tlsverify)"),
    "daemon.tlscacert": Fact(Type.STRING, "CA that client certificates must be signed by; absent without TLS"),
    "daemon.tlscert": Fact(Type.STRING, "server certificate; absent without TLS"),
    "daemon.tlskey": Fact(Type.STRING, "server key; absent without TLS"),
    "daemon.tlsverify": Fact(Type.BOOL, "TCP clients must present a certificate"),
    "daemon.userland-proxy": Fact(Type.BOOL, "docker-proxy processes for published ports"),
    "daemon.userns-remap": Fact(Type.STRING, "user namespace remapping; empty is off"),
}

DAEMON_FACTS: Final = DAEMON_SETTINGS | {
    "product": Fact(Type.STRING, "docker or podman", known=("docker", "podman"), derived=True),
    "version.Version": Fact(Type.VERSION, "engine version"),
    "version.ApiVersion": Fact(Type.VERSION, "newest API version"),
    "version.Experimental": Fact(Type.BOOL, "experimental features on"),
    "info.CgroupDriver": Fact(Type.STRING, "cgroupfs, systemd or none"),
    "info.CgroupVersion": Fact(Type.STRING, "1 or 2"),
    "info.Debug": Fact(Type.BOOL, "debug mode in force"),
    "info.DockerRootDir": Fact(Type.STRING, "data root in use"),
    "info.Driver": Fact(Type.STRING, "storage driver in use"),
    "info.ExperimentalBuild": Fact(Type.BOOL, "experimental features on"),
    "info.LiveRestoreEnabled": Fact(Type.BOOL, "live restore in force"),
    "info.LoggingDriver": Fact(Type.STRING, "default logging driver in force"),
    "info.Plugins.Authorization": Fact(Type.STRINGS, "authorization plugins in force", null_is=_NIL_LIST),
    "info.RegistryConfig.InsecureRegistryCIDRs": Fact(
        Type.STRINGS, "address ranges reached without verified TLS", null_is=_NIL_LIST
    ),
    "info.RegistryConfig.InsecureIndexes": Fact(
        Type.STRINGS, "names in IndexConfigs whose Secure is false", derived=True
    ),
    "info.SecurityOptions": Fact(Type.STRINGS, "security features of the engine, name=…", null_is=_NIL_LIST),
    "info.Swarm.LocalNodeState": Fact(
        Type.STRING,
        "inactive, pending, active, error or locked",
        known=("", "inactive", "pending", "active", "error", "locked"),
    ),
    "info.Swarm.ControlAvailable": Fact(Type.BOOL, "true on a manager"),
    "info.Swarm.NodeAddr": Fact(Type.STRING, "address at which this node is managed; empty when not known"),
    "info.Swarm.Managers": Fact(Type.INT, "managers in the cluster; 0 when not known"),
    "info.Swarm.Nodes": Fact(Type.INT, "nodes in the cluster; 0 when not known"),
    "info.Warnings": Fact(Type.STRINGS, "warnings of the engine", null_is=_NIL_LIST),
    "security.apparmor": Fact(Type.BOOL, "the engine uses AppArmor (name=apparmor in SecurityOptions)", derived=True),
    "security.selinux": Fact(Type.BOOL, "the engine uses SELinux (name=selinux)", derived=True),
    "security.rootless": Fact(Type.BOOL, "the engine runs without root (name=rootless)", derived=True),
    "security.userns": Fact(Type.BOOL, "user namespace remapping is in force (name=userns)", derived=True),
    "security.seccomp": Fact(
        Type.STRING,
        "default seccomp profile in force: default or builtin, unconfined, a path; absent without seccomp support",
        derived=True,
    ),
    "tcp_listeners": Fact(Type.STRINGS, "API listeners that are TCP addresses, as in daemon.hosts", derived=True),
    "data_root.is_mount_point": Fact(
        Type.BOOL,
        "something of its own is mounted at the data root; the daemon's bind of the directory onto itself is not",
        derived=True,
    ),
    "log_destination.on_this_host": Fact(
        Type.BOOL,
        "the address that the default logging driver sends to is a unix socket, loopback or localhost; absent where the"
        " driver takes no address or was given none",
        derived=True,
    ),
    "operations.images": Fact(Type.INT, "images, without build intermediates", derived=True),
    "operations.unused_images": Fact(Type.INT, "images that no container, running or not, was made from", derived=True),
    "operations.containers": Fact(Type.INT, "containers", derived=True),
    "operations.stopped_containers": Fact(Type.INT, "containers whose main process does not live", derived=True),
    "swarm.listen_addresses": Fact(
        Type.STRINGS,
        "where the daemon listens for its swarm (management, 2377 by default, and gossip, 7946), as ADDRESS:PORT/PROTOCOL;"
        " absent without a swarm",
        derived=True,
    ),
    "swarm.advertise_address": Fact(
        Type.STRING, "address at which other nodes manage this one, without port; absent without a swarm", derived=True
    ),
    "swarm.data_path_address": Fact(
        Type.STRING,
        "address for the traffic of overlay networks; empty when none was chosen; absent without a swarm",
        derived=True,
    ),
    "swarm.planes_separated": Fact(
        Type.BOOL,
        "an address for the traffic was chosen and is another than that for management; absent without a swarm",
        derived=True,
    ),
    "process.euid": Fact(Type.INT, "effective uid of the daemon's process", derived=True),
    "process.exe": Fact(Type.STRING, "path of the daemon's executable", derived=True),
    "process.started_at": Fact(Type.STRING, "start of the daemon's process, RFC 3339", derived=True),
}
