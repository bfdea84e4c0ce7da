"""What goes into and comes out of an engine session."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from benchmark.model.facts import FactValue, Reason, Source, Subject, Unavailable
from benchmark.model.facts_container import KEPT_LABELS
from benchmark.model.snapshot import Enumeration, Target

_NOT_ASKED: Final = Unavailable(Reason.NOT_COLLECTED, "nobody asked the kernel")


@dataclass(frozen=True, slots=True)
class CollectionReport:
    """The members of one collection, ordered by name and id. ``gap`` says why the list is not known to be complete.

    listed = subjects + ``vanished`` (gone between listing and reading); ``appeared`` came after the first listing.
    """

    subjects: tuple[Subject, ...] = ()
    gap: Unavailable | None = None
    vanished: tuple[str, ...] = ()
    appeared: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()

    def enumeration(self, first: int) -> Enumeration:
        """The enumeration for a snapshot in which these subjects stand from index ``first`` on."""
        members = tuple(range(first, first + len(self.subjects)))
        return Enumeration(members, self.gap, self.vanished, self.appeared, self.sources)


@dataclass(frozen=True, slots=True)
class EngineReport:
    """What the engine says of itself.

    ``facts`` are all facts of the daemon that /version and /info give (``version.*``, ``info.*``, ``security.*``,
    ``product``); ``sources`` names the request behind each. ``bridge_icc`` is the value in force on the default bridge
    (true, false, ABSENT without such a network). ``peer_pid`` is the process that listens on the unix socket;
    ``memory_total`` its host's memory in bytes, by which that host is told from another: None where it says nothing of it.
    """

    target: Target
    facts: Mapping[str, FactValue]
    sources: Mapping[str, tuple[Source, ...]]
    networks: CollectionReport
    bridge_icc: FactValue
    bridge_icc_source: Source | None
    peer_pid: int | None
    memory_total: int | Unavailable | None = None


@dataclass(frozen=True, slots=True)
class SwarmReport:
    """The swarm, its services and its nodes; three proofs of emptiness where swarm mode is off."""

    swarm: CollectionReport
    services: CollectionReport
    nodes: CollectionReport

    def services_by_id(self) -> Mapping[str, Subject] | Unavailable:
        """For ``ContainerContext.services``: the services by id, or why they are not all known."""
        if self.services.gap is not None:
            return self.services.gap
        return {each.id: each for each in self.services.subjects}


@dataclass(frozen=True, slots=True)
class ContainerContext:
    """What judging a container needs from outside the engine's reply.

    ``resolve_path`` gives a path of the host with symbolic links resolved, None when it is not there, Unavailable when
    its links cannot be followed from here (the engine runs elsewhere, this user may not look). ``api_sockets`` are sockets
    of engine and containerd, as given and resolved; ``sockets_known`` is false where there may be more of them, because it
    cannot be seen where the daemon listens. ``volume_devices`` comes from ``session.volume_devices()``.
    ``daemon_seccomp`` is the fact ``security.seccomp``; ``daemon_started_at`` is RFC 3339 UTC. ``processes`` gives the
    process names of a container id, ``process_no_new_privs`` the kernel's word for a pid. ``engine_version`` and
    ``daemon_apparmor`` are the facts ``version.Version`` and ``security.apparmor``; ``apparmor_mode`` is the mode in which a
    process, or without one a profile, is confined. ``process_uid`` is the effective user id of a pid. ``processes_seen`` gives
    the names of the processes of a container id that could be looked at, whether or not others could not, and
    ``process_sources`` where the process names were read. ``labels`` are the keys of the labels that are kept.
    """

    resolve_path: Callable[[str], str | Unavailable | None]
    api_sockets: tuple[str, ...]
    volume_devices: Mapping[str, str] | Unavailable
    daemon_seccomp: FactValue
    daemon_no_new_privileges: FactValue
    daemon_started_at: str | None
    processes: Callable[[str], tuple[str, ...] | Unavailable]
    process_no_new_privs: Callable[[int], bool | Unavailable]
    services: Mapping[str, Subject] | Unavailable = field(default_factory=dict)
    engine_version: FactValue = None
    daemon_apparmor: FactValue = _NOT_ASKED
    apparmor_mode: Callable[[int | None, str], str | Unavailable] = lambda _pid, _profile: _NOT_ASKED
    process_uid: Callable[[int], int | Unavailable] = lambda _pid: _NOT_ASKED
    sockets_known: bool = True
    processes_seen: Callable[[str], tuple[str, ...] | Unavailable] = lambda _: _NOT_ASKED
    process_sources: Callable[[], tuple[Source, ...]] = tuple
    labels: tuple[str, ...] = KEPT_LABELS


def timestamp() -> str:
    """Now, RFC 3339 UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def in_order(report: CollectionReport) -> CollectionReport:
    """The same with subjects and names sorted: the engine's own order carries no meaning and changes between runs."""
    return replace(
        report,
        subjects=tuple(sorted(report.subjects, key=lambda each: (each.name, each.id))),
        vanished=tuple(sorted(report.vanished)),
        appeared=tuple(sorted(report.appeared)),
    )
