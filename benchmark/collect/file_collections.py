"""Which files make up which collection: one row per collection of section 3."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from benchmark.collect.daemon.settings import DaemonSettings, api_sockets, containerd_sockets, tls_paths
from benchmark.collect.host.accounts import Accounts
from benchmark.collect.host.files import Members, enumerate_single, enumerate_tree
from benchmark.collect.host.provenance import absence_source
from benchmark.collect.host.root import HostRoot
from benchmark.collect.host.unit_files import enumerate_unit
from benchmark.model.facts import ABSENT, FactValue, Reason, Source, Unavailable

_CONFIG_DIRECTORY: Final = "/etc/docker"


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look: the host's file system, the daemon's view of it, its accounts and the daemon's settings."""

    root: HostRoot
    files_root: HostRoot | Unavailable
    accounts: Accounts
    settings: DaemonSettings


Lister: TypeAlias = "Callable[[Places], Members]"


def list_files(places: Places) -> Mapping[str, Members]:
    """The members of every file collection."""
    return {name: lister(places) for name, lister in FILE_COLLECTIONS.items()}


def _unit(name: str) -> Lister:
    return lambda places: enumerate_unit(places.root, name, places.accounts)


def _fixed(path: str) -> Lister:
    return lambda places: enumerate_single(places.root, path, places.accounts)


def _config_directory(places: Places) -> str:
    """Rootless daemons keep theirs in the user's home: beside their configuration file."""
    config = places.settings.config
    rootless = config is not None and config.path.endswith("/.config/docker/daemon.json")
    return posixpath.dirname(config.path) if config is not None and rootless else _CONFIG_DIRECTORY


def _configuration_directory(places: Places) -> Members:
    return _single(places, _config_directory(places))


def _registry_certificates(places: Places) -> Members:
    if isinstance(places.files_root, Unavailable):
        return (), places.files_root, ()
    return enumerate_tree(places.files_root, f"{_config_directory(places)}/certs.d", places.accounts)


def _config_file(places: Places) -> Members:
    config = places.settings.config
    path = config.path if config is not None and config.path else f"{_CONFIG_DIRECTORY}/daemon.json"
    return _single(places, path)


def _tls(setting: str) -> Lister:
    def lister(places: Places) -> Members:
        value = tls_paths(places.settings)[setting]
        sources = places.settings.sources.get(f"daemon.{setting}", ())
        if value is ABSENT:
            return (), None, (*sources, Source(f"daemon.{setting}", says="not set: no TLS listener"))
        return _configured(places, value)

    return lister


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
    missing: list[Source] = []
    for path in paths:
        members = _single(places, path)
        if members[0] or members[1] is not None:
            return members
        missing.append(absence_source(path))
    return (), None, tuple(missing)


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
    "api_sockets": _api_sockets,
    "daemon_config_files": _config_file,
    "default_files": _fixed("/etc/default/docker"),
    "sysconfig_files": _fixed("/etc/sysconfig/docker"),
    "containerd_sockets": _containerd_sockets,
}
