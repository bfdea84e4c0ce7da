"""The facts of networks, volumes, services and nodes, under Docker's own names."""

from __future__ import annotations

from typing import Final

from benchmark.model.declaration import Fact, Type

_NIL_LIST: Final[list[object]] = []
_NIL_MAP: Final[dict[str, object]] = {}

NETWORK_FACTS: Final = {
    "Id": Fact(Type.STRING, "network id"),
    "Driver": Fact(Type.STRING, "bridge, overlay, host, null, …"),
    "Scope": Fact(Type.STRING, "local, swarm or global"),
    "Internal": Fact(Type.BOOL, "no route to the outside"),
    "Ingress": Fact(Type.BOOL, "the swarm's routing mesh"),
    "EnableIPv6": Fact(Type.BOOL, "IPv6 on"),
    "Options": Fact(Type.MAP, "driver options", null_is=_NIL_MAP),
    "encryption_option": Fact(
        Type.STRING,
        "value of the driver option encrypted, which encrypts by being there and is normally empty; absent without it",
        derived=True,
    ),
}

SERVICE_FACTS: Final = {
    "ID": Fact(Type.STRING, "service id"),
    "Spec.TaskTemplate.RestartPolicy.Condition": Fact(Type.STRING, "none, on-failure or any"),
    "Spec.TaskTemplate.RestartPolicy.MaxAttempts": Fact(Type.INT, "most restarts; 0 is unlimited"),
    "secret_like_environment": Fact(
        Type.STRINGS, "names of environment variables that look like those of secrets, sorted", derived=True
    ),
}

NODE_FACTS: Final = {
    "ID": Fact(Type.STRING, "node id"),
    "Spec.Role": Fact(Type.STRING, "manager or worker"),
    "Spec.Availability": Fact(Type.STRING, "active, pause or drain"),
    "Status.State": Fact(Type.STRING, "ready, down, unknown or disconnected"),
}

SWARM_FACTS: Final = {
    "Spec.EncryptionConfig.AutoLockManagers": Fact(Type.BOOL, "managers are locked after a restart"),
    "Spec.CAConfig.NodeCertExpiry": Fact(Type.INT, "lifetime of node certificates in nanoseconds"),
    "Spec.CAConfig.ForceRotate": Fact(Type.INT, "times that a rotation of the root certificate was asked for"),
    "RootRotationInProgress": Fact(Type.BOOL, "a rotation of the root certificate has begun and not ended"),
    "DataPathPort": Fact(Type.INT, "UDP port of the data plane"),
    "managers": Fact(Type.INT, "nodes whose role is manager", derived=True),
    "managers_odd": Fact(Type.BOOL, "their number is odd", derived=True),
    "secrets": Fact(Type.INT, "secrets that the swarm keeps", derived=True),
    "secret_like_environment": Fact(
        Type.STRINGS,
        "environment variables of services whose names look like those of secrets, as SERVICE: NAME, sorted",
        derived=True,
    ),
}
