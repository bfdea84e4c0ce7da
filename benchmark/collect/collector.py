"""The collection of one target, in the order that its parts need each other.

    endpoint -> engine -> process of the daemon -> settings -> host -> files -> swarm, containers, images -> the daemon

Nothing here judges, and nothing here raises for what a host or an engine does: what could not be looked at is in the
snapshot as such. Facts of this host are used only where the engine is known to run on it.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import replace
from typing import Final

from benchmark import __version__
from benchmark.collect.container_context import container_context
from benchmark.collect.daemon.engine_says import EngineSays
from benchmark.collect.daemon.process import DaemonProcess, find_daemon
from benchmark.collect.daemon.settings import DaemonSettings, resolve_settings
from benchmark.collect.daemon_subject import daemon_subject
from benchmark.collect.draft import Draft
from benchmark.collect.engine.endpoint import Endpoint, resolve_endpoint
from benchmark.collect.engine.limits import Limits
from benchmark.collect.engine.networks import with_cluster_networks
from benchmark.collect.engine.reports import CollectionReport, EngineReport, timestamp
from benchmark.collect.engine.session import EngineSession, connect_engine
from benchmark.collect.file_collections import FILE_COLLECTIONS, Places, list_files
from benchmark.collect.host.access import with_access_facts
from benchmark.collect.host.accounts import collect_accounts
from benchmark.collect.host.host import collect_host, host_name
from benchmark.collect.host.mounted_root import open_root
from benchmark.collect.host.root import HostRoot
from benchmark.collect.image_evidence import with_evidence
from benchmark.collect.reported import engine_says
from benchmark.collect.request import CollectRequest
from benchmark.collect.second_net import cast_second_net
from benchmark.collect.standpoint import ELSEWHERE, find_standpoint, own_files
from benchmark.model.facts import Reason, Source, Subject, Unavailable
from benchmark.model.snapshot import Collector, Snapshot, Target
from benchmark.model.vocabulary import COLLECTIONS

_NOBODY_LISTENS: Final = frozenset((Reason.NO_ENGINE, Reason.REFUSED))


def collect_snapshot(request: CollectRequest) -> Snapshot:
    """The snapshot of what ``request`` names. Raises EndpointError when it names nothing that could be connected to."""
    started = timestamp()
    endpoint = resolve_endpoint(request.host, request.context, request.environment)
    root = open_root(request.host_root)
    draft = Draft()
    _add_dockerfiles(draft, request.dockerfiles)
    session = connect_engine(endpoint, Limits(request_seconds=request.request_timeout, run_seconds=request.deadline))
    if isinstance(session, Unavailable):
        target, warnings = _without_engine(draft, root, endpoint, session)
        requests = 0
    else:
        with session:
            target, warnings = _with_engine(draft, root, session, request, started)
            requests = session.requests
    collector = Collector(__version__, os.geteuid(), _user(), request.host_root, requests)
    return cast_second_net(
        Snapshot(target, collector, started, timestamp(), tuple(draft.subjects), draft.enumerations, warnings)
    )


def _without_engine(
    draft: Draft, root: HostRoot, endpoint: Endpoint, why: Unavailable
) -> tuple[Target, tuple[str, ...]]:
    """The host by itself: its own files, and those of a daemon whose process can be seen though it does not answer."""
    target = Target(name=host_name(root), endpoint=endpoint.url)
    if not endpoint.is_local:
        draft.close(why)
        return replace(target, name=""), ()
    files = own_files(root) if root.is_own else root
    if isinstance(files, Unavailable):
        for name in ("host", *FILE_COLLECTIONS):
            draft.add(name, (), gap=files)
        draft.close(why)
        return replace(target, name=""), ()
    process = find_daemon(root, endpoint.address, None)
    # one that answers badly runs all the same, with files that nobody can name
    listens = why.reason not in _NOBODY_LISTENS
    said = EngineSays(rootless=why) if listens else EngineSays()
    settings = replace(resolve_settings(process, said, root), answers=listens)
    _add_host(draft, root, settings)
    draft.close(why)
    return target, settings.warnings


def _with_engine(
    draft: Draft, root: HostRoot, session: EngineSession, request: CollectRequest, started: str
) -> tuple[Target, tuple[str, ...]]:
    engine = session.read_engine()
    here = find_standpoint(root, session.endpoint, engine)
    settings = resolve_settings(
        here.process, engine_says(engine), here.root if isinstance(here.root, HostRoot) else root
    )
    if session.product != "docker":
        _add_no_daemon(draft, session.product, engine)
    if isinstance(here.root, HostRoot):
        _add_host(draft, here.root, settings)
    swarm = session.read_swarm()
    context = container_context(here.root, session, engine, settings, swarm)
    context = replace(context, labels=(*context.labels, *request.labels))
    containers = session.read_containers(context)
    images, warnings = with_evidence(session.read_images(), session, request, started)
    constancy = session.confirm()
    reports = {
        "networks": with_cluster_networks(engine.networks, engine.facts["info.Swarm.LocalNodeState"]),
        "swarm": swarm.swarm,
        "services": swarm.services,
        "nodes": swarm.nodes,
        "containers": containers,
        "images": images,
    }
    for name, report in reports.items():
        _add_report(draft, name, constancy.of_report(COLLECTIONS[name].kind, report))
    daemon = constancy.of_daemon(daemon_subject(engine, settings, root, containers, images))
    draft.add("engines", (daemon,), sources=engine.sources.get("product", ()))
    draft.close(here.root if isinstance(here.root, Unavailable) else ELSEWHERE)
    return engine.target, (*settings.warnings, *warnings)


def _add_dockerfiles(draft: Draft, paths: tuple[str, ...]) -> None:
    if not paths:
        draft.add("dockerfiles", (), sources=(Source("--dockerfile", says="not given"),))
        return
    from benchmark.collect.images.build_files import read_dockerfiles  # noqa: PLC0415  (loaded when there is one)

    subjects, gap, sources = read_dockerfiles(paths)
    draft.add("dockerfiles", subjects, gap=gap, sources=sources)


def _add_host(draft: Draft, root: HostRoot, settings: DaemonSettings) -> None:
    """The host and the files of its daemon."""
    accounts = collect_accounts(root)
    host = _with_its_group(collect_host(root, _socket_group(settings), accounts), settings)
    process = settings.process
    files_root = process.files_root if isinstance(process, DaemonProcess) else root
    listed = list_files(Places(root, files_root, accounts, settings, host))
    found = [subject for subjects, _, _ in listed.values() for subject in subjects]
    draft.add("host", (with_access_facts(host, root, accounts, found),))
    for name, (subjects, gap, sources) in listed.items():
        if name not in draft.enumerations:
            draft.add(name, subjects, gap=gap, sources=sources)


def _with_its_group(host: Subject, settings: DaemonSettings) -> Subject:
    """``host``, whose group of Docker users is named by the daemon: what is said of its members rests on that as well."""
    named = settings.sources.get("daemon.group", ())
    about = [each for each in host.facts if each.startswith("docker_group.")]
    return replace(host, sources={**(host.sources or {}), **{each: (*host.sources_of(each), *named) for each in about}})


def _socket_group(settings: DaemonSettings) -> str | Unavailable:
    """The group that may use the API socket; the usual one where there is no Docker daemon to name another."""
    group, process = settings.facts["daemon.group"], settings.process
    nobody = isinstance(process, Unavailable) and (settings.hidden is None or process.reason is Reason.UNSUPPORTED)
    if isinstance(group, Unavailable) and not nobody:
        return group
    return group if isinstance(group, str) else "docker"


def _add_no_daemon(draft: Draft, product: str, engine: EngineReport) -> None:
    """Files of the Docker daemon do not exist for an engine that has none; its own word is the proof."""
    sources = tuple(replace(each, says=f"the engine is {product}") for each in engine.sources.get("product", ()))
    for name in FILE_COLLECTIONS:
        draft.add(name, (), sources=sources)


def _add_report(draft: Draft, name: str, report: CollectionReport) -> None:
    draft.add(
        name,
        report.subjects,
        gap=report.gap,
        sources=report.sources,
        vanished=report.vanished,
        appeared=report.appeared,
    )


def _user() -> str:
    """The name of the effective user, or its number where no account has it."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
