"""What judging a container needs from outside the engine's reply about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from benchmark.collect.daemon.settings import DaemonSettings, api_sockets, containerd_sockets
from benchmark.collect.engine.endpoint import Endpoint
from benchmark.collect.engine.reports import ContainerContext, EngineReport, SwarmReport
from benchmark.collect.engine.session import EngineSession
from benchmark.collect.host.apparmor import LOADED, NOT_VISIBLE, loaded_profiles, mode_of_process, mode_when_started
from benchmark.collect.host.container_processes import ProcessTable, container_processes
from benchmark.collect.host.processes import effective_uid, no_new_privs
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, Absent, Reason, Unavailable

# Where engines listen when nothing else is said; handing over any of them hands over an engine.
_USUAL_SOCKETS: Final = (
    "/var/run/docker.sock",
    "/run/docker/containerd/containerd.sock",
    "/run/containerd/containerd.sock",
    "/run/podman/podman.sock",
)


def container_context(
    root: HostRoot | Unavailable,
    session: EngineSession,
    engine: EngineReport,
    settings: DaemonSettings,
    swarm: SwarmReport,
) -> ContainerContext:
    """The context of every container of this engine; ``root`` is Unavailable where the engine's host cannot be looked at."""
    started = settings.facts["process.started_at"]
    table = _process_table(root)
    return ContainerContext(
        resolve_path=_resolver(root),
        api_sockets=_sockets(root, session.endpoint, settings),
        sockets_known=session.product != "docker" or not _are_hidden(settings),
        volume_devices=session.volume_devices(),
        daemon_seccomp=engine.facts["security.seccomp"],
        daemon_no_new_privileges=settings.facts["daemon.no-new-privileges"],
        daemon_started_at=started if isinstance(started, str) else None,
        processes=lambda identifier: each if isinstance(each := table(), Unavailable) else each.names_of(identifier),
        processes_seen=lambda identifier: (
            each if isinstance(each := table(), Unavailable) else each.seen_in(identifier)
        ),
        process_sources=lambda: () if isinstance(each := table(), Unavailable) else (each.source,),
        process_no_new_privs=lambda pid: root if isinstance(root, Unavailable) else no_new_privs(root, pid),
        process_uid=lambda pid: root if isinstance(root, Unavailable) else effective_uid(root, pid),
        services=swarm.services_by_id(),
        engine_version=engine.facts["version.Version"],
        daemon_apparmor=engine.facts["security.apparmor"],
        apparmor_mode=_apparmor(root),
    )


def _resolver(root: HostRoot | Unavailable) -> Callable[[str], str | Unavailable | None]:
    """Real paths: None for a path that is not there, Unavailable where links cannot be followed from here."""

    def resolve(path: str) -> str | Unavailable | None:
        if isinstance(root, Unavailable):
            return root
        real = root.resolve(path)
        return None if real is ABSENT else real

    return resolve


def _sockets(root: HostRoot | Unavailable, endpoint: Endpoint, settings: DaemonSettings) -> tuple[str, ...]:
    """Every path by which an API socket is known: usual places, the one that answered us, what this daemon listens on; and
    all of them with links resolved.
    """
    found = set(_USUAL_SOCKETS)
    if isinstance(root, HostRoot) and root.is_own and endpoint.is_local:
        found.add(endpoint.address)
    for paths in (api_sockets(settings), containerd_sockets(settings)):
        if not isinstance(paths, Unavailable):
            found.update(paths)
    resolve = _resolver(root)
    found.update(real for path in tuple(found) if isinstance(real := resolve(path), str))
    return tuple(sorted(found))


def _are_hidden(settings: DaemonSettings) -> bool:
    """True when the daemon or its containerd may listen at places that cannot be seen from here."""
    return any(isinstance(each, Unavailable) for each in (api_sockets(settings), containerd_sockets(settings)))


def _apparmor(root: HostRoot | Unavailable) -> Callable[[int | None, str], str | Unavailable]:
    """The mode of a process, or of a profile by name; the list of profiles is read once and only when it is asked for.

    Asked only about an engine with AppArmor: then its host has these files, and one that is not there was not looked at.
    """
    loaded = cache(loaded_profiles)

    def mode_of(pid: int | None, profile: str) -> str | Unavailable:
        if isinstance(root, Unavailable):
            return NOT_VISIBLE if root.reason is Reason.REMOTE else root
        if pid is not None:
            mode = mode_of_process(root, pid)
            return _unseen(f"/proc/{pid}/attr/current") if isinstance(mode, Absent) else mode
        profiles = loaded(root)
        if isinstance(profiles, Absent):
            return _unseen(LOADED)
        return profiles if isinstance(profiles, Unavailable) else mode_when_started(profile, profiles)

    return mode_of


def _unseen(path: str) -> Unavailable:
    return Unavailable(Reason.INCOMPLETE, f"{path} is not there, although the engine has AppArmor")


def _process_table(root: HostRoot | Unavailable) -> Callable[[], ProcessTable | Unavailable]:
    """Process names by container, /proc read once and only when the first container asks."""
    return cache(lambda: root if isinstance(root, Unavailable) else container_processes(root))
