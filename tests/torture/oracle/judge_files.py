"""Section 3 of CIS Docker: owners and modes of files. Each name is one recommendation, the same in every version."""

from __future__ import annotations

from collections.abc import Callable

from tests.torture.oracle.files_of import (
    Verdicts,
    api_sockets,
    config_directory,
    config_file,
    containerd_socket,
    existing,
    file_at,
    registry_certificates,
    tls_material,
    unit_files,
)
from tests.torture.oracle.host import File, Host

ListFiles = Callable[[Host], dict[str, str]]


def _each(list_files: ListFiles, is_fine: Callable[[Host, File], bool]) -> Callable[[Host], Verdicts]:
    def judge(host: Host) -> Verdicts:
        verdicts = {}
        for name in list_files(host):
            file = file_at(host, name)
            assert file is not None, name
            verdicts[name] = "pass" if is_fine(host, file) else "fail"
        return verdicts

    return judge


def _of_root(list_files: ListFiles) -> Callable[[Host], Verdicts]:
    """Owner and group are root."""
    return _each(list_files, lambda _, file: (file.uid, file.gid) == (0, 0))


def _at_most(mode: int, list_files: ListFiles) -> Callable[[Host], Verdicts]:
    """No bit beyond those of ``mode``, setuid, setgid and sticky included; never a comparison of numbers."""
    return _each(list_files, lambda _, file: file.mode & 0o7777 & ~mode == 0)


def _at(path: str) -> ListFiles:
    return lambda host: existing(host, path)


def _unit(name: str) -> ListFiles:
    return lambda host: unit_files(host, name)


def _tls(key: str) -> ListFiles:
    return lambda host: tls_material(host, key)


def api_socket_owner(host: Host) -> Verdicts:
    """3.15: root and the group docker; root's own group is stricter. That of a rootless daemon belongs to its user."""
    docker = {each.gid for each in host.groups if each.name == "docker"}
    verdicts = _each(
        api_sockets, lambda _, file: file.uid == 0 and (file.gid == 0 or _group_of(host, file) == "docker")
    )(host)
    assert docker <= {999}
    return {name: "notapplicable" if host.rootless and each == "fail" else each for name, each in verdicts.items()}


def containerd_socket_owner(host: Host) -> Verdicts:
    """3.23: root. That of a rootless daemon's containerd belongs to its user."""
    verdicts = _of_root(containerd_socket)(host)
    return {name: "notapplicable" if host.rootless and each == "fail" else each for name, each in verdicts.items()}


def _group_of(host: Host, file: File) -> str:
    """The first name with that number, as ls shows it."""
    return next((each.name for each in host.groups if each.gid == file.gid), "")


docker_service_unit_owner = _of_root(_unit("docker.service"))  # 3.1
docker_service_unit_mode = _at_most(0o644, _unit("docker.service"))  # 3.2
docker_socket_unit_owner = _of_root(_unit("docker.socket"))  # 3.3
docker_socket_unit_mode = _at_most(0o644, _unit("docker.socket"))  # 3.4
configuration_directory_owner = _of_root(config_directory)  # 3.5
configuration_directory_mode = _at_most(0o755, config_directory)  # 3.6
registry_certificates_owner = _of_root(registry_certificates)  # 3.7
registry_certificates_mode = _at_most(0o444, registry_certificates)  # 3.8
tls_ca_owner = _of_root(_tls("tlscacert"))  # 3.9
tls_ca_mode = _at_most(0o444, _tls("tlscacert"))  # 3.10
tls_certificate_owner = _of_root(_tls("tlscert"))  # 3.11
tls_certificate_mode = _at_most(0o444, _tls("tlscert"))  # 3.12
tls_key_owner = _of_root(_tls("tlskey"))  # 3.13
tls_key_mode = _at_most(0o400, _tls("tlskey"))  # 3.14
api_socket_mode = _at_most(0o660, api_sockets)  # 3.16
daemon_config_owner = _of_root(config_file)  # 3.17
daemon_config_mode = _at_most(0o644, config_file)  # 3.18
default_file_owner = _of_root(_at("/etc/default/docker"))  # 3.19
default_file_mode = _at_most(0o644, _at("/etc/default/docker"))  # 3.20
sysconfig_file_mode = _at_most(0o644, _at("/etc/sysconfig/docker"))  # 3.21
sysconfig_file_owner = _of_root(_at("/etc/sysconfig/docker"))  # 3.22
containerd_socket_mode = _at_most(0o660, containerd_socket)  # 3.24
