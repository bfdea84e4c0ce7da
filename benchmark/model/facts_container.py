"""The facts of a container. Names without a remark are paths in what ``docker inspect`` prints."""

from __future__ import annotations

from typing import Final

from benchmark.model.declaration import Fact, Type

_NIL_LIST: Final[list[object]] = []


def _strings(doc: str) -> Fact:
    return Fact(Type.STRINGS, doc, null_is=_NIL_LIST)


SWARM_SERVICE: Final = "com.docker.swarm.service.name"
COMPOSE_PROJECT: Final = "com.docker.compose.project"
COMPOSE_SERVICE: Final = "com.docker.compose.service"
COMPOSE_NUMBER: Final = "com.docker.compose.container-number"
KEPT_LABELS: Final = (
    SWARM_SERVICE,
    COMPOSE_PROJECT,
    COMPOSE_SERVICE,
    COMPOSE_NUMBER,
)  # labels may hold secrets: no others

MOUNT_FIELDS: Final = {
    "Type": Fact(Type.STRING, "bind, volume, tmpfs, npipe, cluster or image"),
    "Name": Fact(Type.STRING, "the volume's name; empty for binds"),
    "Source": Fact(Type.STRING, "the path on the host as the engine reports it"),
    "Destination": Fact(Type.STRING, "the path in the container"),
    "RW": Fact(Type.BOOL, "true when the container may write"),
    "Propagation": Fact(
        Type.STRING, "bind propagation: private, rprivate, slave, rslave, shared or rshared; empty for volumes"
    ),
    "HostPaths": Fact(
        Type.PATHS,
        "every host path this mount is known by: Source cleaned, with symbolic links resolved where this host can be read,"
        " and the device of a local volume that is a bind in disguise; empty when nothing of the host is mounted",
        derived=True,
    ),
    "LinksFollowed": Fact(
        Type.BOOL,
        "true when HostPaths are all names of the place; missing when this user may not follow its links",
        derived=True,
    ),
    "ApiSockets": Fact(
        Type.PATHS,
        "engine or containerd API sockets that are this mount's source or lie below it; missing when none is known to, and"
        " where the daemon listens cannot be seen",
        derived=True,
    ),
}

PORT_FIELDS: Final = {
    "ContainerPort": Fact(Type.STRING, "port and protocol in the container, 80/tcp"),
    "HostIp": Fact(Type.STRING, "address it is published on; empty means every address"),
    "HostPort": Fact(Type.INT, "first port on the host; 0 when the engine picks one"),
}

CONTAINER_FACTS: Final = {
    "State.Status": Fact(
        Type.STRING,
        "created, running, paused, restarting, removing, exited or dead",
        known=("created", "running", "paused", "restarting", "removing", "exited", "dead"),
    ),
    "State.Running": Fact(Type.BOOL, "true while the main process lives, paused included"),
    "State.Health.Status": Fact(
        Type.STRING,
        "starting, healthy, unhealthy or none; absent without a health check",
        known=("", "none", "starting", "healthy", "unhealthy"),
    ),
    "Created": Fact(Type.STRING, "when it was created, RFC 3339"),
    "Image": Fact(Type.STRING, "id of the image it was made from"),
    "AppArmorProfile": Fact(Type.STRING, "AppArmor profile in force; empty without AppArmor"),
    "ProcessLabel": Fact(Type.STRING, "SELinux label of its processes"),
    "MountLabel": Fact(Type.STRING, "SELinux label of its mounts"),
    "ExecIDs": _strings("ids of exec sessions the engine still knows"),
    "Config.Image": Fact(Type.STRING, "image reference it was started with"),
    "Config.User": Fact(Type.STRING, "user[:group] of the main process; empty is root"),
    "Config.Healthcheck.Test": _strings("health check command; first word NONE switches it off"),
    "HostConfig.Privileged": Fact(Type.BOOL, "the privileged flag"),
    "HostConfig.CapAdd": _strings("capabilities added"),
    "HostConfig.CapDrop": _strings("capabilities dropped"),
    "HostConfig.SecurityOpt": _strings(
        "security options as given; an inline seccomp profile is cut to seccomp=<inline profile>"
    ),
    "HostConfig.NetworkMode": Fact(Type.STRING, "default, bridge, host, none, container:ID or a network's name"),
    "HostConfig.PidMode": Fact(Type.STRING, "empty, host or container:ID", known=("", "private", "host", "container:")),
    "HostConfig.IpcMode": Fact(
        Type.STRING,
        "private, shareable, host, none or container:ID",
        known=("", "none", "private", "shareable", "host", "container:"),
    ),
    "HostConfig.UTSMode": Fact(Type.STRING, "empty or host", known=("", "private", "host")),
    "HostConfig.UsernsMode": Fact(Type.STRING, "empty or host", known=("", "private", "host")),
    "HostConfig.CgroupnsMode": Fact(Type.STRING, "private, host or empty", known=("", "private", "host")),
    "HostConfig.CgroupParent": Fact(Type.STRING, "parent cgroup; empty is the engine's default"),
    "HostConfig.Memory": Fact(Type.INT, "memory limit in bytes; 0 is none"),
    "HostConfig.MemorySwap": Fact(Type.INT, "memory and swap in bytes; -1 is unlimited swap"),
    "HostConfig.CpuShares": Fact(Type.INT, "relative CPU weight; 0 means the default of 1024"),
    "HostConfig.NanoCpus": Fact(Type.INT, "CPU quota in 1e-9 CPUs; 0 is none", null_is=0),
    "HostConfig.CpuQuota": Fact(Type.INT, "CPU time in microseconds a period; 0 or -1 is none", null_is=0),
    "HostConfig.CpusetCpus": Fact(Type.STRING, "CPUs it may run on; empty is all"),
    "HostConfig.PidsLimit": Fact(Type.INT, "most processes; null, 0 and -1 are unlimited", null_is=0),
    "HostConfig.ReadonlyRootfs": Fact(Type.BOOL, "true when the root filesystem is read-only"),
    "HostConfig.PublishAllPorts": Fact(Type.BOOL, "true when every exposed port is published"),
    "HostConfig.RestartPolicy.Name": Fact(
        Type.STRING,
        "empty, no, on-failure, always or unless-stopped",
        known=("", "no", "on-failure", "always", "unless-stopped"),
    ),
    "HostConfig.RestartPolicy.MaximumRetryCount": Fact(Type.INT, "most restarts under on-failure; 0 is unlimited"),
    "HostConfig.Runtime": Fact(Type.STRING, "OCI runtime"),
    "HostConfig.Devices": Fact(
        Type.RECORDS,
        "host devices passed through",
        null_is=_NIL_LIST,
        fields={
            "PathOnHost": Fact(Type.STRING, "device on the host"),
            "PathInContainer": Fact(Type.STRING, "device in the container"),
            "CgroupPermissions": Fact(Type.STRING, "r, w and m as granted"),
        },
    ),
    "HostConfig.DeviceRequests": Fact(
        Type.RECORDS,
        "devices requested by driver or capability (GPUs)",
        null_is=_NIL_LIST,
        fields={
            "Driver": Fact(Type.STRING, "device driver"),
            "Count": Fact(Type.INT, "how many; -1 is all"),
        },
    ),
    "HostConfig.DeviceCgroupRules": _strings("device rules beyond the passed-through ones"),
    "HostConfig.Ulimits": Fact(
        Type.RECORDS,
        "ulimits set on this container",
        null_is=_NIL_LIST,
        fields={
            "Name": Fact(Type.STRING, "resource, e.g. nofile"),
            "Soft": Fact(Type.INT, "soft limit; -1 is unlimited"),
            "Hard": Fact(Type.INT, "hard limit; -1 is unlimited"),
        },
    ),
    "Mounts": Fact(Type.RECORDS, "everything mounted into it", null_is=_NIL_LIST, fields=MOUNT_FIELDS),
    "networks": Fact(
        Type.STRINGS, "names of the networks it is attached to (keys of NetworkSettings.Networks)", derived=True
    ),
    "published_ports": Fact(
        Type.RECORDS,
        "ports published on the host, one record per address and host port (a range is one record per port): what is in"
        " force (NetworkSettings.Ports) while running, what is asked for (HostConfig.PortBindings) otherwise",
        fields=PORT_FIELDS,
        derived=True,
    ),
    "capabilities": Fact(
        Type.STRINGS,
        "the capabilities it may hold, sorted, without CAP_ prefix: all for a privileged container, else the engine's default"
        " set, plus added, minus dropped (ALL in either list as the engine reads it); 'ALL' stands for every capability",
        derived=True,
    ),
    "seccomp": Fact(
        Type.STRING,
        "seccomp filter of this container: 'engine default', 'custom', or 'unconfined' (asked for, implied by privileged, or"
        " because the daemon's own default is unconfined or the engine has no seccomp)",
        derived=True,
    ),
    "seccomp_weaker": Fact(
        Type.STRINGS,
        "system calls that a custom profile lets this container make and the default profile of this engine version does not,"
        " sorted; calls that the profile ties to arguments are left out; absent unless seccomp is 'custom'",
        derived=True,
    ),
    "seccomp_default_action": Fact(
        Type.STRING,
        "what a custom profile does with calls that it does not name, SCMP_ACT_…; absent unless seccomp is 'custom'",
        derived=True,
    ),
    "apparmor_mode": Fact(
        Type.STRING,
        "how AppArmor confines it: the kernel's word for the running process, else the mode of its profile as loaded on the"
        " host; 'not loaded' where the profile is not there, 'not visible' where the engine runs elsewhere, so that its kernel"
        " cannot be asked from here; absent on engines without AppArmor",
        derived=True,
        known=("enforce", "complain", "kill", "prompt", "user", "mixed", "unconfined", "not loaded", "not visible"),
    ),
    "no_new_privileges": Fact(
        Type.BOOL,
        "whether no_new_privs is set: its own security option, else the kernel's word for the running process, else the"
        " daemon's setting when it was created",
        derived=True,
    ),
    "shares_host_network": Fact(
        Type.BOOL,
        "it is in the host's network: by HostConfig.NetworkMode, attached to the network called host under whatever name, or"
        " joined to a container that is",
        derived=True,
    ),
    "shares_host_pid": Fact(
        Type.BOOL,
        "it sees the host's processes: by HostConfig.PidMode, or joined to a container that does",
        derived=True,
    ),
    "shares_host_ipc": Fact(
        Type.BOOL,
        "it is in the host's IPC namespace: by HostConfig.IpcMode, or joined to a container that is",
        derived=True,
    ),
    "main_process_uid": Fact(
        Type.INT,
        "effective user id of the main process in the host's own numbers, as the host's /proc shows it; absent when it does not"
        " run",
        derived=True,
    ),
    "runs_as_root": Fact(
        Type.BOOL,
        "whether main_process_uid is 0; by the user part of Config.User where nothing runs, a name other than root taken at its"
        " word, and on another host where that user is a number other than 0 and may not gain privileges",
        derived=True,
    ),
    "processes": Fact(
        Type.STRINGS, "names of its processes as the host's /proc shows them, sorted, each once", derived=True
    ),
    "processes_seen": Fact(
        Type.STRINGS,
        "the same of those processes that could be looked at, where there may be others: proves that something runs, and never"
        " that it does not",
        derived=True,
    ),
    "execs": Fact(
        Type.RECORDS,
        "exec sessions the engine still knows",
        fields={
            "ID": Fact(Type.STRING, "exec id"),
            "Running": Fact(Type.BOOL, "true while it runs"),
            "privileged": Fact(Type.BOOL, "started with --privileged"),
            "user": Fact(Type.STRING, "user it was started as; empty is the container's user"),
        },
        derived=True,
    ),
    "service_restart.condition": Fact(
        Type.STRING,
        "restart condition of the swarm service it belongs to: none, on-failure or any; absent outside a swarm",
        derived=True,
    ),
    "service_restart.max_attempts": Fact(
        Type.INT, "most restarts by its swarm service; 0 is unlimited; absent outside a swarm", derived=True
    ),
    "labels": Fact(
        Type.MAP,
        "labels by which it is recognised after it was replaced, those of a swarm service or compose project and those asked for"
        " with --identity-label; no other label is collected",
        derived=True,
    ),
    "environment_names": Fact(
        Type.STRINGS, "names of its environment variables; values are never collected", derived=True
    ),
}
