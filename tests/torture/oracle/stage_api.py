"""The API of a described host: what each endpoint of its engine answers."""

from __future__ import annotations

import io
import json
import tarfile
import time
from typing import Any

from tests.faulty_daemon import INFO, VERSION, World, listed, make_container, make_image
from tests.torture.oracle.host import Container, Host, Image, Step
from tests.torture.oracle.in_force import daemon_data_root, numbers, running
from tests.torture.oracle.stage_proc import KERNEL, MEMORY_KIB

LOOPBACK = ("127.0.0.0/8", "::1/128")


def make_api(host: Host) -> World:
    """Every reply of the engine, by path."""
    world: World = {
        "/version": VERSION | {"Version": host.version, "Experimental": running(host, "experimental")},
        "/info": _info(host),
        "/networks": [_network(each.name, each.id, each.driver, each.options, each.ingress) for each in host.networks],
        "/volumes": {"Volumes": _volumes(host), "Warnings": None},
        "/containers/json?all=1": [],
        "/images/json": [],
    }
    for number, each in enumerate(host.containers):
        inspected = _container(number, each)
        world["/containers/json?all=1"].append(listed(inspected))
        world[f"/containers/{each.id}/json"] = inspected
        for session in each.execs or ():
            process = {"privileged": session.privileged, "entrypoint": "sh"}
            process |= {"user": session.user} if session.user else {}
            world[f"/exec/{session.id}/json"] = {"ID": session.id, "Running": True, "ProcessConfig": process}
    for number, image in enumerate(host.images):
        world["/images/json"].append({"Id": image.id, "RepoTags": image.tags, "Created": 1795380889})
        archive, layers = _archive(image)
        world[f"/images/{image.id}/json"] = _image(number, image, layers)
        world[f"/images/{image.id}/history"] = [
            {"CreatedBy": created_by(step), "Size": 10, "Created": 1795380888, "Id": ""}
            for step in reversed(image.steps)
        ]
        world[f"/images/{image.id}/get"] = archive
    if host.swarm.state == "active" and host.swarm.manager:
        _add_swarm(host, world)
    return world


def _info(host: Host) -> dict[str, Any]:
    insecure = [each for each in running(host, "insecure-registries") if each not in LOOPBACK]
    indexes = {"docker.io": {"Name": "docker.io", "Mirrors": [], "Secure": True, "Official": True}}
    indexes |= {each: {"Name": each, "Mirrors": [], "Secure": False} for each in insecure if "/" not in each}
    networks = [each for each in insecure if "/" in each]
    built_in = LOOPBACK if numbers(host.version) >= (25,) else LOOPBACK[:1]
    return INFO | {
        "CgroupDriver": ("systemd", "cgroupfs")[host.number % 2],
        "CgroupVersion": ("2", "1")[host.number // 2 % 2],
        "Driver": running(host, "storage-driver"),
        "Plugins": INFO["Plugins"] | {"Authorization": running(host, "authorization-plugins") or None},
        "LoggingDriver": running(host, "log-driver"),
        "Debug": running(host, "debug"),
        "ExperimentalBuild": running(host, "experimental"),
        "LiveRestoreEnabled": running(host, "live-restore"),
        "DockerRootDir": daemon_data_root(host),
        "KernelVersion": KERNEL,
        "MemTotal": MEMORY_KIB * 1024,
        "ServerVersion": host.version,
        "RegistryConfig": {"InsecureRegistryCIDRs": [*built_in, *networks], "IndexConfigs": indexes, "Mirrors": []},
        "SecurityOptions": _security(host),
        "Swarm": {
            "NodeID": "n1" if host.swarm.state != "inactive" else "",
            "NodeAddr": host.swarm.advertise if host.swarm.state == "active" else "",
            "LocalNodeState": host.swarm.state,
            "ControlAvailable": host.swarm.state == "active" and host.swarm.manager,
            "RemoteManagers": None,
        },
    }


def _security(host: Host) -> list[str]:
    said = [f"name={each}" for each in host.kernel if each in ("apparmor", "selinux")]
    if "seccomp" in host.kernel:
        said.append(f"name=seccomp,profile={running(host, 'seccomp-profile')}")
    if running(host, "userns-remap"):
        said.append("name=userns")
    if host.rootless:
        said.append("name=rootless")
    if running(host, "no-new-privileges") and numbers(host.version) >= (24,):
        said.append("name=no-new-privileges")
    return said


def _network(name: str, identifier: str, driver: str, options: dict[str, str], ingress: bool) -> dict[str, Any]:
    scope = "swarm" if driver == "overlay" else "local"
    return {
        "Name": name,
        "Id": identifier,
        "Scope": scope,
        "Driver": driver,
        "EnableIPv6": False,
        "Internal": False,
        "Ingress": ingress,
        "Options": options,
        "Labels": {},
    }


def _volumes(host: Host) -> list[dict[str, Any]]:
    volumes = [each for container in host.containers for each in container.mounts if each.type == "volume"]
    return [
        {
            "Name": each.name,
            "Driver": "local",
            "Mountpoint": each.source,
            "Options": {"type": "none", "o": "bind", "device": each.device} if each.device else None,
        }
        for each in volumes
    ]


def _container(number: int, each: Container) -> dict[str, Any]:
    made = make_container(number)
    made |= {
        "Id": each.id,
        "Name": f"/{each.name}",
        "Created": "2026-11-20T20:54:48.752117514Z" if each.created_before else _soon(),
        "Image": each.image_id,
        "AppArmorProfile": each.apparmor,
        "ProcessLabel": each.process_label,
        "MountLabel": each.mount_label,
        "ExecIDs": None if each.execs is None else [session.id for session in each.execs],
        "Mounts": [_mount(mount) for mount in each.mounts],
    }
    made["State"] |= {
        "Status": each.status,
        "Running": each.lives,
        "Paused": each.status == "paused",
        "Restarting": each.status == "restarting",
        "Dead": each.status == "dead",
        "Pid": each.pid,
    }
    if each.health is not None:
        made["State"]["Health"] = {"Status": each.health, "FailingStreak": 0, "Log": []}
    made["Config"] |= {"User": each.user, "Image": each.image_ref, "Env": ["PATH=/bin"], "Labels": {}}
    if each.service:
        made["Config"]["Labels"] = {"com.docker.swarm.service.id": each.service}
    made["HostConfig"] |= _host_config(each)
    made["NetworkSettings"] |= {"Ports": _bindings(each.ports if each.lives and each.status != "restarting" else [])}
    made["NetworkSettings"]["Networks"] = {name: {"NetworkID": name} for name in each.networks}
    return made


def _host_config(each: Container) -> dict[str, Any]:
    return {
        "Privileged": each.privileged,
        "CapAdd": each.cap_add,
        "CapDrop": each.cap_drop,
        "SecurityOpt": each.security_opt,
        "NetworkMode": each.network_mode,
        "PidMode": each.pid_mode,
        "IpcMode": each.ipc_mode,
        "UTSMode": each.uts_mode,
        "UsernsMode": each.userns_mode,
        "CgroupParent": each.cgroup_parent,
        "Memory": each.memory,
        "CpuShares": each.cpu_shares,
        "NanoCpus": each.nano_cpus,
        "CpuQuota": each.cpu_quota,
        "PidsLimit": each.pids_limit,
        "ReadonlyRootfs": each.read_only,
        "PublishAllPorts": each.publish_all,
        "RestartPolicy": {"Name": each.restart, "MaximumRetryCount": each.retries},
        "Devices": each.devices,
        "DeviceRequests": each.device_requests,
        "DeviceCgroupRules": each.device_rules,
        "Ulimits": each.ulimits,
        "PortBindings": _bindings(each.asked_ports),
    }


def _bindings(ports: list[tuple[str, str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {"9000/tcp": None}  # exposed, not published
    for port, address, number in ports:
        found.setdefault(port, []).append({"HostIp": address, "HostPort": number})
    return found


def _mount(mount: Any) -> dict[str, Any]:
    said = {
        "Type": mount.type,
        "Source": mount.source,
        "Destination": mount.destination,
        "Mode": "",
        "RW": mount.rw,
        "Propagation": mount.propagation,
    }
    return said | ({"Name": mount.name, "Driver": "local"} if mount.type == "volume" else {})


def _image(number: int, image: Image, layers: list[str]) -> dict[str, Any]:
    made = make_image(number) | {"Id": image.id, "RepoTags": image.tags, "RepoDigests": image.digests}
    made["Config"] |= {"Env": image.env, "Healthcheck": None if image.health is None else {"Test": image.health}}
    made["Config"].pop("User")
    if image.user is not None:
        made["Config"]["User"] = image.user
    made["RootFS"] = {"Type": "layers", "Layers": layers}
    return made


def created_by(step: Step) -> str:
    """What the builder writes into the history."""
    commands = " && ".join(" ".join(_quoted(word) for word in each) for each in step.commands)
    if step.form == "buildkit":
        run = f"RUN /bin/sh -c {commands} # buildkit"
        return (
            run
            if step.word == "RUN"
            else f"{step.word} {step.text}" + (" # buildkit" if step.word in ("ADD", "COPY") else "")
        )
    return f"/bin/sh -c {commands}" if step.word == "RUN" else f"/bin/sh -c #(nop) {step.word} {step.text} "


def _quoted(word: str) -> str:
    return f"'{word}'" if " " in word else word


def _archive(image: Image) -> tuple[bytes, list[str]]:
    """What docker save writes: one layer, a configuration and a manifest; and the layer's digest."""
    import hashlib

    inside = io.BytesIO()
    with tarfile.open(fileobj=inside, mode="w") as layer:
        for path in ["/bin/true", *image.setuid]:
            _add(layer, path.lstrip("/"), b"x", 0o4755 if path in image.setuid else 0o755)
        for path in image.keys:
            _add(
                layer,
                path.lstrip("/"),
                b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
                0o600,
            )
        _add(
            layer,
            "etc/passwd",
            b"root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n",
            0o644,
        )
    digest = "sha256:" + hashlib.sha256(inside.getvalue()).hexdigest()
    outside = io.BytesIO()
    with tarfile.open(fileobj=outside, mode="w") as archive:
        _add(archive, "layer.tar", inside.getvalue(), 0o644)
        _add(archive, "config.json", json.dumps({"rootfs": {"type": "layers", "diff_ids": [digest]}}).encode(), 0o644)
        manifest = [{"Config": "config.json", "RepoTags": None, "Layers": ["layer.tar"]}]
        _add(archive, "manifest.json", json.dumps(manifest).encode(), 0o644)
    return outside.getvalue(), [digest]


def _add(archive: tarfile.TarFile, name: str, data: bytes, mode: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), mode
    archive.addfile(info, io.BytesIO(data))


def _add_swarm(host: Host, world: World) -> None:
    swarm = host.swarm
    world["/swarm"] = {
        "ID": "s" * 25,
        "Spec": {
            "Name": "default",
            "EncryptionConfig": {} if swarm.autolock is None else {"AutoLockManagers": swarm.autolock},
            "CAConfig": {"NodeCertExpiry": swarm.expiry}
            | ({} if swarm.force_rotate is None else {"ForceRotate": swarm.force_rotate}),
        },
        "DataPathPort": 4789,
    }
    if swarm.rotating is not None:
        world["/swarm"]["RootRotationInProgress"] = swarm.rotating
    world["/nodes"] = [
        {"ID": f"node{at}", "Spec": {"Role": role}, "Description": {"Hostname": f"h{at}"}, "Status": {"State": "ready"}}
        for at, role in enumerate(swarm.roles)
    ]
    world["/secrets"] = [{"ID": f"secret{at}", "Spec": {"Name": f"s{at}"}} for at in range(swarm.secrets)]
    world["/services"] = []
    for each in host.services:
        policy: dict[str, Any] = {} if each.condition is None else {"Condition": each.condition}
        policy |= {} if each.attempts is None else {"MaxAttempts": each.attempts}
        template: dict[str, Any] = {"ContainerSpec": {"Image": "busybox:1", "Env": each.env}}
        if policy:
            template["RestartPolicy"] = policy
        world["/services"].append({"ID": each.id, "Spec": {"Name": each.name, "TaskTemplate": template}})


def _soon() -> str:
    """A moment after the daemon's start."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000000Z", time.gmtime(time.time() + 60))
