"""Random containers: every setting that section 5 looks at, with null, 0, -1, "" and [] where an engine writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tests.torture.oracle.host import Container, Exec, Host, Mount
from tests.torture.oracle.roll import AIMS, Roll

HARD_SECCOMP: Final = (
    '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read","write"],"action":"SCMP_ACT_ALLOW"}]}'
)
WEAK_SECCOMP: Final = (
    '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read","kexec_load"],"action":"SCMP_ACT_ALLOW"}]}'
)
NO_SECCOMP: Final = '{"defaultAction":"SCMP_ACT_ALLOW"}'
_LIMIT: Final = {"Name": "nofile", "Soft": 1024, "Hard": -1}
_DEVICE: Final = {"PathOnHost": "/dev/fuse", "PathInContainer": "/dev/fuse", "CgroupPermissions": "rwm"}
_GPU: Final = {"Driver": "nvidia", "Count": -1, "DeviceIDs": None, "Capabilities": [["gpu"]], "Options": {}}

# field: values that CIS wants, others
_FIELDS: Final[dict[str, tuple[list[Any], list[Any]]]] = {
    "privileged": ([False], [True]),
    "cap_add": ([None, [], ["CHOWN"], ["cap_kill"]], [["NET_ADMIN"], ["ALL"], ["CAP_SYS_ADMIN", "CHOWN"], ["NET_RAW"]]),
    "cap_drop": ([["ALL"], ["NET_RAW"], ["all"], ["CAP_NET_RAW", "MKNOD"]], [None, [], ["MKNOD"], ["CAP_NET_ADMIN"]]),
    "pid_mode": ([""], ["host", "host", "hostile"]),
    "ipc_mode": (["private", "shareable", "none", ""], ["host", "host", "hosts"]),
    "uts_mode": ([""], ["host", "host", "Host"]),
    "userns_mode": ([""], ["host", "host", "keep-id"]),
    "cgroup_parent": ([""], ["/other", "other.slice"]),
    "memory": ([1, 67108864, 1 << 40], [0]),
    "cpu_shares": ([512, 2, 1025, 1023], [0, 1024]),
    "nano_cpus": ([0, 500000000, None], [0, None]),
    "cpu_quota": ([0, 50000, None], [0, -1, None]),
    "pids_limit": ([1, 100], [None, 0, -1]),
    "read_only": ([True], [False]),
    "publish_all": ([False], [True]),
    "devices": ([[], None], [[_DEVICE]]),
    "device_requests": ([None, []], [[_GPU]]),
    "device_rules": ([None, []], [["c 1:3 mr"]]),
    "ulimits": ([None, []], [[_LIMIT]]),
    "health": (["healthy", "starting", "unhealthy"], [None, "none", "", "dying"]),
    "image_ref": (
        ["busybox:1.36", "ghcr.io/team/app@sha256:" + "a" * 64, "localhost:5000/x/y:v2", "b:1@sha256:" + "c" * 64],
        ["busybox", "busybox:latest", "localhost:5000/x/y", "ghcr.io/team/app:latest"],
    ),
    "apparmor": (["docker-default", "mine"], ["", "unconfined"]),
    "kernel_apparmor": (["docker-default (enforce)", "mine (enforce)"], ["mine (complain)", "unconfined"]),
    "process_label": (["system_u:system_r:container_t:s0:c1,c2"], [""]),
    "mount_label": (["system_u:object_r:container_file_t:s0:c1,c2"], [""]),
    "kernel_no_new_privs": ([True], [False]),
    "user": (["1000", "web", "1000:0", "root2", "10", "01"], ["", "0", "root", "00", "0:0", "root:wheel", "+0", ":5"]),
    "uid": ([1000, 1, 100000], [0]),
    "processes": (
        [["web"], ["nginx", "sh"], ["sshd-exporter", "mysshd", "ssh-agent"]],
        [["sh", "sshd"], ["dropbear"], ["sshd: root@pts/0"]],
    ),
}
_NO_NEW: Final = ["no-new-privileges", "no-new-privileges=true", "no-new-privileges:true", "no-new-privileges=1"]
_NEW: Final = ["no-new-privileges=false", "no-new-privileges:false", "no-new-privileges=0"]
_SECCOMP_FINE: Final = ["seccomp=" + HARD_SECCOMP]
_SECCOMP_ODD: Final = ["seccomp=unconfined", "seccomp:unconfined", "seccomp=" + WEAK_SECCOMP, "seccomp=" + NO_SECCOMP]
_LABEL_FINE: Final = ["label=type:svirt_lxc_net_t", "label=user:disable"]
_LABEL_ODD: Final = ["label=disable", "label:disable"]
_QUIET: Final = (
    "/srv/data",
    "/home/alice",
    "/etcetera",
    "/library/x",
    "/proc2",
    "/srv/docker.sock",
    "/var/lib/web",
    "/bootx",
)
_LOUD: Final = (
    *(
        "/",
        "/boot",
        "/dev",
        "/dev/shm",
        "/etc",
        "/etc/ssl/certs",
        "/lib",
        "/lib/x",
        "/proc",
        "/proc/sys",
        "/sys/fs/cgroup",
    ),
    *("/usr", "/usr/share/x", "/lib64", "/lib64/x", "/bin", "/srv/link", "/srv/to/sub"),
)
_SOCKETS: Final = (
    *("/var/run/docker.sock", "/run/docker.sock", "/run", "/var/run", "/", "/var", "/run/containerd/containerd.sock"),
    *("/run/containerd", "/srv/second.sock", "/srv/third.sock", "/srv"),
)
_SPREADING: Final = ("shared", "rshared")
_ANY_ADDRESS: Final = ("", "0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0", "::0", "::ffff:0.0.0.0")
_ONE_ADDRESS: Final = ("127.0.0.1", "192.0.2.7", "::1", "fe80::1", "10.0.0.0", "2001:db8::", "[2001:db8::1]")
_STATES: Final = ("running",) * 4 + ("paused", "restarting") + ("exited", "exited", "created", "dead")
_STOPPED: Final = 1  # what a host is made for, by its number


def roll_containers(roll: Roll, host: Host, most: int) -> None:
    """Up to ``most`` containers; some join others."""
    stopped = host.number % AIMS == _STOPPED
    for at in range(roll.dice.randint(2, 3) if stopped else roll.dice.randint(0, most)):
        host.containers.append(_container(roll, host, at, _STATES[6:] if stopped and at < 2 else _STATES))
    if stopped:
        host.policy.most_stopped = 1
    for each in host.containers:
        _join(roll, host, each)


def _container(roll: Roll, host: Host, at: int, states: Sequence[str]) -> Container:
    name = roll.any(["web", "db", "a.b", "x_y", "sshd", "docker"]) + f"-{at}"
    made = Container(name, roll.hex(), status=roll.any(states), pid=5000 + at)
    # A good container has a slip or two: each control must see containers that fail for it alone.
    few = roll.chance(0.5)
    for field, (good, odd) in _FIELDS.items():
        value = roll.of(good, odd) if not few or roll.chance(0.06) else roll.any(good)
        setattr(made, field, list(value) if isinstance(value, list) else value)
    for fill in (_options, _network, _mounts, _restarts, _execs):
        calm = Roll(roll.dice, 0.93) if few else roll
        fill(calm, host, made)
    if made.privileged and roll.chance(0.5):
        made.apparmor = made.kernel_apparmor = "unconfined"
    asked = [each[9:] for each in made.security_opt or [] if each.startswith("apparmor")]
    if made.status == "created" and (asked or roll.chance(0.7)):
        made.apparmor = asked[-1] if asked else ""  # the engine's own is noted at the first start only
    if made.status in ("exited", "created", "dead"):
        made.pid = 0
    if made.status == "restarting":
        made.pid = 0
    made.created_before = roll.chance(0.1)
    images = [each.id for each in host.images]
    made.image_id = roll.any(images) if images and roll.chance(0.9) else "sha256:" + roll.hex()
    return made


def _options(roll: Roll, _: Host, made: Container) -> None:
    options = [roll.of(_NO_NEW, [*_NEW, "", ""])]
    options.append(roll.of(["", "", *_SECCOMP_FINE], _SECCOMP_ODD))
    options.append(roll.of(["", "", *_LABEL_FINE], _LABEL_ODD))
    options.append(roll.of(["", "", "apparmor=mine"], ["apparmor=unconfined", "apparmor:unconfined"]))
    made.security_opt = [each for each in options if each] or roll.any([None, []])
    if any("apparmor" in each and "unconfined" in each for each in options):
        made.apparmor = made.kernel_apparmor = "unconfined"


def _network(roll: Roll, host: Host, made: Container) -> None:
    own = [each.name for each in host.networks if each.name not in ("bridge", "host", "none")]
    made.networks = roll.some(own, 2) if own else []
    made.network_mode = made.networks[0] if made.networks else "none"
    odd = roll.of([""], ["host", "default", "bridge", "by id", "also bridge"])
    if odd in ("default", "bridge"):
        made.network_mode, made.networks = odd, ["bridge"]
    elif odd == "host":
        made.network_mode, made.networks = "host", ["host"]
    elif odd == "by id":  # docker run --network <id of the host network>
        made.network_mode, made.networks = "e" * 64, ["host"]
    elif odd == "also bridge":
        made.networks = [*made.networks, "bridge"]
    if odd in ("host", "by id") and roll.chance(0.7):
        return
    made.asked_ports, made.ports = _ports(roll), _ports(roll)


def _ports(roll: Roll) -> list[tuple[str, str, str]]:
    """Container port, address, port of the host ("" is exposed and not published)."""
    made = []
    for port in roll.some(["80/tcp", "443/tcp", "53/udp", "8443/tcp"], 2) if roll.chance(0.6) else ():
        for _ in range(roll.any([1, 1, 2])):
            number = roll.of(["8080", "49153", "1024", "65535"], ["80", "443", "1023", "1", "22"])
            made.append((port, roll.of(_ONE_ADDRESS, _ANY_ADDRESS), number))
    return made


def _mounts(roll: Roll, _: Host, made: Container) -> None:
    for at in range(roll.any([0, 1, 1, 2, 3])):
        source = roll.of(_QUIET, [*_LOUD, *_SOCKETS])
        mount = Mount(
            source, f"/mnt/{at}", rw=roll.chance(0.6), propagation=roll.of(["rprivate", "private"], _SPREADING)
        )
        if roll.slip() and mount.propagation == "rprivate":
            mount.propagation = roll.any(["rslave", "slave", "rprivate"])
        kind = roll.any(["bind", "bind", "bind", "volume", "disguise", "tmpfs"])
        if kind == "tmpfs":
            mount.type, mount.source, mount.propagation = "tmpfs", "", ""
        elif kind in ("volume", "disguise"):
            mount.type, mount.name, mount.propagation = "volume", roll.hex(8), ""
            mount.device = source if kind == "disguise" else ""
            mount.source = f"/var/lib/docker/volumes/{mount.name}/_data"
        elif roll.chance(0.2):  # Destination is never what counts
            mount.destination = roll.any(["/etc", "/usr", "/var/run/docker.sock"])
        if all(mount.destination != each.destination for each in made.mounts):
            made.mounts.append(mount)


def _restarts(roll: Roll, host: Host, made: Container) -> None:
    fine = [("no", 0), ("", 0), ("on-failure", 1), ("on-failure", 5), ("no", 9)]
    made.restart, made.retries = roll.of(
        fine,
        [("always", 0), ("always", 3), ("unless-stopped", 0), ("on-failure", 0), ("on-failure", 6), ("sometimes", 3)],
    )
    if host.services and roll.chance(0.4):
        made.service, made.restart, made.retries = roll.any(host.services).id, "", 0


def _execs(roll: Roll, _: Host, made: Container) -> None:
    if not made.lives or made.status == "restarting":
        made.execs = roll.any([None, []])
        return
    made.execs = [
        Exec(
            roll.hex(),
            roll.of(["", "1000", "web", "10:0", "root2", "100"], ["root", "0", "0:0", "00", "root:wheel", "+0"]),
            privileged=roll.of([False], [True]),
        )
        for _ in range(roll.any([0, 0, 1, 2]))
    ] or None


def _join(roll: Roll, host: Host, made: Container) -> None:
    """Joins the namespaces of another container, which hands on what it has."""
    others = [each for each in host.containers if each is not made and each.name < made.name]
    if not others or not roll.chance(0.25):
        return
    other = roll.any(others)
    called = roll.any([other.id, other.name, other.id[:12], other.id[:20]])
    for mode in roll.some(["network_mode", "pid_mode", "ipc_mode"], 2):
        setattr(made, mode, f"container:{called}")
        if mode == "network_mode":
            made.networks, made.asked_ports, made.ports = [], [], []
