"""Which files make up which collection: one row per collection of sections 1 and 3."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from benchmark.collect.daemon.data_root import configured_data_root
from benchmark.collect.daemon.settings import (
    DaemonSettings,
    api_sockets,
    config_directory,
    config_file,
    containerd_sockets,
    nobody_runs,
    tls_paths,
)
from benchmark.collect.host.accounts import Accounts
from benchmark.collect.host.audited import audit_exceptions, audit_rules
from benchmark.collect.host.containerd import running_containerd
from benchmark.collect.host.files import Members, enumerate_single, enumerate_tree
from benchmark.collect.host.key_files import enumerate_key_files
from benchmark.collect.host.provenance import absence_source
from benchmark.collect.host.root import FileStat, HostRoot
from benchmark.collect.host.unit_files import enumerate_unit
from benchmark.model.facts import ABSENT, FactValue, Reason, Source, Subject, Unavailable

_PROGRAMS: Final = ("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
_NO_HOST: Final = Subject("host", "", "", {}, blocked=Unavailable(Reason.NOT_COLLECTED, "the host was not looked at"))


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look: the host's file system, the daemon's view of it, its accounts and the daemon's settings; and the host
    as a subject, whose audit rules watch the files.
    """

    root: HostRoot
    files_root: HostRoot | Unavailable
    accounts: Accounts
    settings: DaemonSettings
    host: Subject = field(default=_NO_HOST)


Lister: TypeAlias = "Callable[[Places], Members]"


def list_files(places: Places) -> Mapping[str, Members]:
    """The members of every file collection, each with the audit rules that watch it."""
    listed: dict[str, Members] = {}
    for name, lister in FILE_COLLECTIONS.items():
        subjects, gap, sources = lister(places)
        listed[name] = tuple(_audited(places, each) for each in subjects), gap, sources
    return listed


def _audited(places: Places, file: Subject) -> Subject:
    """The file with the facts about its audit rules. Rules name the host's paths, the daemon may see other files there."""
    if file.blocked is not None:
        return file
    seen_elsewhere = isinstance(places.files_root, HostRoot) and places.files_root.root != places.root.root
    if seen_elsewhere and not _is_same(places, file.name):
        other = Unavailable(Reason.INCOMPLETE, f"{file.name}: the daemon sees another file there than the host")
        facts: dict[str, FactValue] = {"audit_rules": other, "audit_exceptions": other}
    else:
        facts = {
            "audit_rules": audit_rules(places.host, file),
            "audit_exceptions": audit_exceptions(places.host, file),
        }
    sources = {**(file.sources or {}), **dict.fromkeys(facts, places.host.sources_of("audit.watches"))}
    remark = (places.host.notes or {}).get("audit.watches", "")
    notes = {"audit_rules": remark} if f" {file.name} " in remark or f" {file.fact('path')} " in remark else {}
    return replace(file, facts={**file.facts, **facts}, sources=sources, notes=notes or file.notes)


def _is_same(places: Places, path: str) -> bool:
    theirs = ABSENT if isinstance(places.files_root, Unavailable) else places.files_root.stat(path)
    ours = places.root.stat(path)
    if isinstance(theirs, FileStat) and isinstance(ours, FileStat):
        return (theirs.device, theirs.inode) == (ours.device, ours.inode)
    return False


def _unit(name: str) -> Lister:
    return lambda places: enumerate_unit(places.root, name, places.accounts)


def _fixed(path: str) -> Lister:
    return lambda places: enumerate_single(places.root, path, places.accounts)


def _configuration_directory(places: Places) -> Members:
    path = config_directory(places.settings)
    return ((), path, ()) if isinstance(path, Unavailable) else _single(places, path)


def _registry_certificates(places: Places) -> Members:
    path = config_directory(places.settings)
    for each in (places.files_root, path):
        if isinstance(each, Unavailable):
            return (), each, ()
    return enumerate_tree(places.files_root, f"{path}/certs.d", places.accounts)  # type: ignore[arg-type]  # both are known


def _config_file(places: Places) -> Members:
    path = config_file(places.settings)
    return ((), path, ()) if isinstance(path, Unavailable) else _single(places, path)


def _tls(setting: str) -> Lister:
    def lister(places: Places) -> Members:
        value = tls_paths(places.settings)[setting]
        sources = places.settings.sources.get(f"daemon.{setting}", ())
        if value is ABSENT:
            return (), None, (*sources, Source(f"daemon.{setting}", says="not set: no TLS listener"))
        return _configured(places, value)

    return lister


def _docker_keys(places: Places) -> Members:
    if isinstance(places.files_root, Unavailable):
        return (), places.files_root, ()
    paths = tls_paths(places.settings).values()
    return enumerate_key_files(
        places.files_root, {posixpath.dirname(each) for each in paths if isinstance(each, str)}, places.accounts
    )


def _api_sockets(places: Places) -> Members:
    paths = api_sockets(places.settings)
    if isinstance(paths, Unavailable):
        return (), paths, ()
    found = [_configured(places, path) for path in paths]
    if not found:
        return (), None, (Source("daemon.hosts", says="no unix socket among the listeners"),)
    return _together(found)


def _containerd_sockets(places: Places) -> Members:
    """The first that exists is the one in use; none at all is a proof that there is none to protect."""
    paths = containerd_sockets(places.settings)
    if isinstance(paths, Unavailable):
        return (), paths, ()
    names = ("daemon.containerd",) if len(paths) == 1 else ("daemon.containerd", "daemon.exec-root")
    settled = tuple(source for name in names for source in places.settings.sources.get(name, ()))
    missing: list[Source] = [*settled]
    for path in paths:
        subjects, gap, sources = _single(places, path)
        if subjects or gap is not None:
            return subjects, gap, (*settled, *sources)
        missing.append(absence_source(path))
    return (), None, tuple(missing)


def _seen(path: str) -> Lister:
    return lambda places: _single(places, path)


def _data_directory(places: Places) -> Members:
    return _configured(places, configured_data_root(places.settings.facts))


def _daemon_binary(places: Places) -> Members:
    """The running one; where it is proven that none runs, whatever would be started."""
    path = places.settings.facts["process.exe"]
    if isinstance(path, Unavailable) and path.reason is Reason.NO_PROCESS and nobody_runs(places.settings):
        return _every("dockerd")(places)
    return _configured(places, path)


def _containerd_binary(places: Places) -> Members:
    if isinstance(places.files_root, Unavailable):
        return (), places.files_root, ()
    path = running_containerd(places.root, places.files_root, places.settings.facts)
    return _every("containerd")(places) if path is ABSENT else _configured(places, path)


def _every(program: str) -> Lister:
    """The program in each directory for programs, one that is reached by two names once. Which of several is used depends on
    a search path that cannot be seen, so each of them counts.
    """

    def lister(places: Places) -> Members:
        found = [_single(places, f"{directory}/{program}") for directory in _PROGRAMS]
        subjects, gap, sources = _together(found)
        by_path = {str(each.facts.get("path", each.name)): each for each in reversed(subjects)}
        return tuple(each for each in subjects if each in by_path.values()), gap, sources

    return lister


def _single(places: Places, path: str) -> Members:
    """The file as the daemon sees it, which may live in another mount namespace."""
    if isinstance(places.files_root, Unavailable):
        return (), places.files_root, ()
    return enumerate_single(places.files_root, path, places.accounts)


def _configured(places: Places, path: FactValue) -> Members:
    """A file that the running daemon uses: one that is not there now is a riddle, not an empty collection."""
    if not isinstance(path, str):
        why = path if isinstance(path, Unavailable) else Unavailable(Reason.WRONG_TYPE, "not a path")
        return (), why, ()
    subjects, gap, sources = _single(places, path)
    if not subjects and gap is None:
        gap = Unavailable(Reason.VANISHED, f"{path}: in use by the daemon, but not there")
    return subjects, gap, sources


def _together(found: list[Members]) -> Members:
    gap = next((missed for _, missed, _ in found if missed is not None), None)
    subjects = tuple(subject for subjects, _, _ in found for subject in subjects)
    return subjects, gap, tuple(source for _, _, sources in found for source in sources)


FILE_COLLECTIONS: Final[Mapping[str, Lister]] = {
    "docker_service_units": _unit("docker.service"),
    "docker_socket_units": _unit("docker.socket"),
    "configuration_directories": _configuration_directory,
    "registry_certificates": _registry_certificates,
    "tls_ca_files": _tls("tlscacert"),
    "tls_certificate_files": _tls("tlscert"),
    "tls_key_files": _tls("tlskey"),
    "docker_key_files": _docker_keys,
    "api_sockets": _api_sockets,
    "daemon_config_files": _config_file,
    "default_files": _fixed("/etc/default/docker"),
    "sysconfig_files": _fixed("/etc/sysconfig/docker"),
    "containerd_sockets": _containerd_sockets,
    "containerd_runtime_directories": _seen("/run/containerd"),
    "containerd_config_files": _seen("/etc/containerd/config.toml"),
    "data_directories": _data_directory,
    "daemon_binaries": _daemon_binary,
    "containerd_binaries": _containerd_binary,
    "shim_binaries": _every("containerd-shim"),
    "shim_runc_v1_binaries": _every("containerd-shim-runc-v1"),
    "shim_runc_v2_binaries": _every("containerd-shim-runc-v2"),
    "runc_binaries": _every("runc"),
}
