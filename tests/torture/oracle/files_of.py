"""Which files of a host a recommendation is about: name as it is configured -> real path."""

from __future__ import annotations

from tests.torture.oracle.host import File, Host
from tests.torture.oracle.in_force import CannotTell, default_config_file, listeners, setting, tls_file
from tests.torture.oracle.stage_tree import real_path

Verdicts = dict[str, str]
_PROGRAMS = ("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")


def file_at(host: Host, path: str) -> File | None:
    """The file at ``path``, links followed."""
    real = real_path(host, path)
    found = [each for each in [*host.files, *_of_units(host)] if each.path == real]
    return found[0] if found else None


def existing(host: Host, path: str) -> dict[str, str]:
    """The one file, or none."""
    found = file_at(host, path)
    return {path: found.path} if found else {}


def programs(host: Host, name: str) -> dict[str, str]:
    """Every program of that name where programs are; not its neighbours with longer names."""
    found = {}
    for directory in _PROGRAMS:
        found |= existing(host, f"{directory}/{name}")
    return found


def unit_files(host: Host, name: str) -> dict[str, str]:
    """The unit's fragment and its drop-ins (*.conf); none of a unit that is masked."""
    files = [
        each
        for unit in host.units
        if unit.name == name and not unit.masked
        for each in [unit.fragment, *unit.drop_ins]
        if each is unit.fragment or each.path.endswith(".conf")
    ]
    return {each.path: each.path for each in files}


def config_file(host: Host) -> dict[str, str]:
    """What --config-file names, else the default. Raises CannotTell."""
    if host.hidden:
        raise CannotTell("the daemon's command line")
    return existing(host, host.config_file or default_config_file(host))


def config_directory(host: Host) -> dict[str, str]:
    return existing(host, default_config_file(host).rsplit("/", 1)[0])


def registry_certificates(host: Host) -> dict[str, str]:
    """Every file below certs.d."""
    below = default_config_file(host).rsplit("/", 1)[0] + "/certs.d/"
    return {each.path: each.path for each in host.files if each.path.startswith(below)}


def tls_material(host: Host, key: str) -> dict[str, str]:
    """The one file that tlscacert, tlscert or tlskey names. Raises CannotTell."""
    path = tls_file(host, key)
    if path and file_at(host, path) is None:
        raise CannotTell(path)
    return existing(host, path) if path else {}


def api_sockets(host: Host) -> dict[str, str]:
    """Every unix socket on which the daemon listens. Raises CannotTell."""
    found: dict[str, str] = {}
    for path in listeners(host):
        if path.startswith("/"):
            found |= existing(host, path) or _missing(path)
    return found


def _missing(path: str) -> dict[str, str]:
    raise CannotTell(f"{path}: in use, but not there")


def containerd_socket(host: Host) -> dict[str, str]:
    """The address given; else that of the containerd which dockerd started itself; else the system's. Raises CannotTell."""
    given = setting(host, "containerd")
    if given:
        return existing(host, given)
    own = existing(host, str(setting(host, "exec-root")) + "/containerd/containerd.sock")
    return own or existing(host, "/run/containerd/containerd.sock")


def _of_units(host: Host) -> list[File]:
    return [each for unit in host.units for each in [unit.fragment, *unit.drop_ins]]
