"""Where the files of a collection are on the host that a fix runs on: one row for each collection of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Place:
    """``lister`` is shell that prints paths, one a line, whether they are there or not; ``needs`` are its functions."""

    lister: str
    needs: tuple[str, ...] = ()


def _fixed(path: str) -> Place:
    return Place(f"echo {path}\n")


def _unit(name: str) -> Place:
    return Place(f"unit {name}\n", ("unit",))


def _tls(setting: str, usual: str) -> Place:
    return Place(f"tls {setting} {usual}\n", ("tls",))


def _programs(name: str) -> Place:
    return Place(f"programs {name}\n", ("programs",))


PLACES: Final[Mapping[str, Place]] = {
    "docker_service_units": _unit("docker.service"),
    "docker_socket_units": _unit("docker.socket"),
    "configuration_directories": _fixed("/etc/docker"),
    "registry_certificates": Place("[ ! -d /etc/docker/certs.d ] || find /etc/docker/certs.d -type f\n"),
    "tls_ca_files": _tls("tlscacert", "ca.pem"),
    "tls_certificate_files": _tls("tlscert", "cert.pem"),
    "tls_key_files": _tls("tlskey", "key.pem"),
    "api_sockets": Place(
        """\
hosts=$(given -H --host; setting hosts)
hosts=${hosts:-unix:///var/run/docker.sock}
printf '%s\\n' "$hosts" | sed -n 's,^unix://$,/var/run/docker.sock,p; s,^unix:///,/,p'
case $hosts in *fd://*)
    unit docker.socket | existing | while IFS= read -r path; do
        sed -n 's,%t,/run,; s,^ListenStream=[[:space:]]*/,/,p' "$path"
    done ;;
esac
""",
        ("setting", "unit"),
    ),
    "daemon_config_files": Place('echo "$config"\n', ("daemon",)),
    "default_files": _fixed("/etc/default/docker"),
    "sysconfig_files": _fixed("/etc/sysconfig/docker"),
    "containerd_sockets": Place(
        """\
address=$(said containerd)
if [ -n "$address" ]; then
    echo "${address#unix://}"
else
    directory=$(said exec-root)
    for path in "${directory:-/var/run/docker}/containerd/containerd.sock" /run/containerd/containerd.sock; do
        [ ! -e "$path" ] || { echo "$path"; break; }
    done
fi
""",
        ("setting",),
    ),
    "containerd_runtime_directories": _fixed("/run/containerd"),
    "containerd_config_files": _fixed("/etc/containerd/config.toml"),
    "data_directories": Place(
        """\
directory=$(said data-root)
[ -n "$directory" ] || directory=$(given -g | tail -n 1)
[ -n "$directory" ] || directory=$(said graph)
echo "${directory:-/var/lib/docker}"
""",
        ("setting",),
    ),
    "daemon_binaries": _programs("dockerd"),
    "containerd_binaries": _programs("containerd"),
    "shim_binaries": _programs("containerd-shim"),
    "shim_runc_v1_binaries": _programs("containerd-shim-runc-v1"),
    "shim_runc_v2_binaries": _programs("containerd-shim-runc-v2"),
    "runc_binaries": _programs("runc"),
}


def needs_of(collection: str) -> tuple[str, ...]:
    """The functions that finding the files of ``collection`` takes."""
    return (*PLACES[collection].needs, "existing")


def find_files(collection: str) -> str:
    """Shell that sets ``files`` to the paths that are there, one a line. Raises KeyError for a collection without files."""
    return f"listed=$(\n{PLACES[collection].lister})\nfiles=$(printf '%s\\n' \"$listed\" | existing)\n"
