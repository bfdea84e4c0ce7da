"""What the access report holds."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from benchmark.model.facts import Reason
from benchmark.model.snapshot import Collector, Target


class Grants(enum.StrEnum):
    """What a way is worth. The values are part of the JSON contract."""

    ROOT = "root-equivalent"  # whoever has it owns the host
    LIMITED = "limited"  # it gives something, and less than the host
    UNKNOWN = "unknown"  # a person has to look


class Kind(enum.StrEnum):
    """The kinds of ways, in the order in which they are listed. The values are part of the JSON contract."""

    ROOT_ACCOUNT = "root account"
    GROUP_MEMBER = "group member"
    SOCKET = "API socket"
    CONTAINERD_SOCKET = "containerd socket"
    LISTENER = "TCP listener"
    SOCKET_UNIT = "systemd socket unit"
    SWARM = "swarm"
    CONTAINER_SOCKET = "container with a socket"
    CONTAINER_PRIVILEGED = "privileged container"
    CONTAINER_MOUNT = "container with a host path"
    CONTAINER_RIGHTS = "container with rights on the host"
    DAEMON_FILE = "file of the daemon"
    KEY_FILE = "key file"


@dataclass(frozen=True, slots=True)
class Access:
    """One way: ``who`` (or what) has it, what it grants, the evidence in sentences, and the subject that shows it."""

    kind: Kind
    who: str
    grants: Grants
    evidence: tuple[str, ...]
    subject: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something that was looked at, whether or not it is a way to root."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that could not be looked at: there may be ways that are not listed."""

    what: str
    subject: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class AccessReport:
    """Every way to root through Docker at one target, at the time of the snapshot. ``remarks`` say what limits them."""

    target: Target
    collector: Collector
    collected_at: str
    accesses: tuple[Access, ...]
    unseen: tuple[Unseen, ...]
    looked_at: tuple[Sighting, ...]
    remarks: tuple[str, ...]
