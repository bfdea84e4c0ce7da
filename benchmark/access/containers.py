"""Containers that hold a way out: the socket, the privileged flag, a place of the host, rights over its kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmark.access.daemon_rights import grants_of_api
from benchmark.access.places import Reach, reach_of
from benchmark.access.view import View
from benchmark.model.access import Grants, Kind
from benchmark.model.facts import JsonValue, Reason, Subject, Unavailable

# capability -> what it gives on the host (capabilities(7))
_OWNS_KERNEL: Final = {
    "ALL": "every capability",
    "SYS_ADMIN": "mounts file systems and much else of root's power",
    "SYS_MODULE": "loads code into the kernel",
    "SYS_RAWIO": "reads and writes the machine's ports and memory",
}
_READS_HOST: Final = {"DAC_READ_SEARCH": "opens any file of a mounted file system by its number"}
_WITH_HOST_PROCESSES: Final = {"SYS_PTRACE": "takes over processes of the host, which it sees"}
_DISKS: Final = ("/dev/sd", "/dev/hd", "/dev/vd", "/dev/xvd", "/dev/nvme", "/dev/mmcblk", "/dev/md", "/dev/dm-")
_VOLUMES: Final = ("/dev/mapper/", "/dev/disk/", "/dev/loop", "/dev/mem", "/dev/kmem", "/dev/port")


def add_containers(view: View) -> None:
    """Every container, stopped ones included: who can start one again has its way out."""
    data_root = view.text(view.daemon, "daemon.data-root") or ""
    for container in view.members("containers", "containers"):
        _add_privileged(view, container)
        _add_mounts(view, container, data_root)
        _add_capabilities(view, container)
        _add_devices(view, container)


def add_swarm(view: View) -> None:
    """A node of a swarm runs what its managers say."""
    state = view.text(view.daemon, "info.Swarm.LocalNodeState")
    if state in {"active", "pending", "locked", "error"}:
        text = f"swarm mode is {state}: a manager may place any container on this node, with any mount"
        view.add(Kind.SWARM, "whoever controls a manager of the swarm", grants_of_api(view), text, view.daemon)


def _add_privileged(view: View, container: Subject) -> None:
    if view.flag(container, "HostConfig.Privileged"):
        text = f"HostConfig.Privileged is true{_state(container)}"
        _add(view, Kind.CONTAINER_PRIVILEGED, container, Grants.ROOT, text)


def _add_mounts(view: View, container: Subject, data_root: str) -> None:
    for mount in view.records(container, "Mounts"):
        source, destination = str(mount.get("Source", "")), str(mount.get("Destination", ""))
        shown = f"{source} at {destination}, {'writable' if mount.get('RW') else 'read-only'}"
        sockets = [str(each) for each in _list(mount, "ApiSockets")]
        if sockets:
            text = f"mounts {shown}, which holds {', '.join(sockets)}{_state(container)}"
            # The daemon on the other side is not confined to the container: no namespace limits this one.
            view.add(Kind.CONTAINER_SOCKET, f"container {container.name}", grants_of_api(view), text, container)
        paths = [str(each) for each in _list(mount, "HostPaths")]
        reach = reach_of(paths, data_root if mount.get("Type") == "bind" else "")
        grants = _grants_of_mount(reach, is_writable=mount.get("RW") is not False)
        if grants is not None:
            _add(view, Kind.CONTAINER_MOUNT, container, grants, f"mounts {shown}{_state(container)}")
        if mount.get("LinksFollowed") is not True:
            why = Unavailable(Reason.INCOMPLETE, f"links of {source} could not be followed from here")
            view.miss("what a mount holds", container, why)
        elif "ApiSockets" not in mount:
            why = Unavailable(
                Reason.INCOMPLETE, f"whether {source} holds a socket: where the daemon listens is not known"
            )
            view.miss("what a mount holds", container, why)


def _grants_of_mount(reach: Reach, *, is_writable: bool) -> Grants | None:
    match reach:
        case Reach.OWNS:
            return Grants.ROOT if is_writable else Grants.LIMITED
        case Reach.PART:
            return Grants.UNKNOWN if is_writable else None
        case Reach.NONE:
            return None


def _add_capabilities(view: View, container: Subject) -> None:
    if container.fact("HostConfig.Privileged") is True:
        return
    held = view.texts(container, "capabilities") or ()
    sees_processes = view.flag(container, "shares_host_pid") is True
    for name in held:
        for table, grants, applies in (
            (_OWNS_KERNEL, Grants.ROOT, True),
            (_WITH_HOST_PROCESSES, Grants.ROOT, sees_processes),
            (_READS_HOST, Grants.LIMITED, True),
        ):
            if name in table and applies:
                text = f"holds {name}: {table[name]}{_state(container)}"
                _add(view, Kind.CONTAINER_RIGHTS, container, grants, text)


def _add_devices(view: View, container: Subject) -> None:
    for device in view.records(container, "HostConfig.Devices"):
        path, rights = str(device.get("PathOnHost", "")), str(device.get("CgroupPermissions", ""))
        if path == "/dev" or path.startswith((*_DISKS, *_VOLUMES)):
            grants = Grants.ROOT if "w" in rights or path == "/dev" else Grants.LIMITED
            text = f"has the device {path} ({rights}){_state(container)}"
            _add(view, Kind.CONTAINER_RIGHTS, container, grants, text)
    for rule in view.texts(container, "HostConfig.DeviceCgroupRules") or ():
        if rule.startswith(("a", "b")) or "*:*" in rule:
            text = f"may use devices by the rule {rule!r}{_state(container)}"
            _add(view, Kind.CONTAINER_RIGHTS, container, Grants.UNKNOWN, text)


def _add(view: View, kind: Kind, container: Subject, grants: Grants, text: str) -> None:
    """A way out of a container, which leads no further than its root does outside."""
    is_remapped = view.flag(view.daemon, "security.userns") is True and container.fact("HostConfig.UsernsMode") == ""
    is_rootless = view.flag(view.daemon, "security.rootless") is True
    if grants is Grants.ROOT and (is_remapped or is_rootless):
        grants = Grants.LIMITED
        text += "; its root is not the host's"
    view.add(kind, f"container {container.name}", grants, text, container)


def _state(container: Subject) -> str:
    """How it stands with the container, since that decides who can use the way now."""
    status, user = container.fact("State.Status"), container.fact("Config.User")
    parts = [str(status)] if isinstance(status, str) else []
    parts += [f"user {user}" if user else "user root"] if isinstance(user, str) else []
    return f" ({', '.join(parts)})" if parts else ""


def _list(record: Mapping[str, JsonValue], key: str) -> list[JsonValue]:
    value = record.get(key)
    return value if isinstance(value, list) else []
