"""What can be asked: kinds of subjects, collections of them, and every fact with its type.

A control may name only what stands here, so a misspelt fact is an error at load; and a collector may deliver only what
stands here, so nothing unexpected (a secret, say) gets into a snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmark.model.declaration import Collection, Fact
from benchmark.model.facts_access import HOST_ACCESS_FACTS
from benchmark.model.facts_container import CONTAINER_FACTS
from benchmark.model.facts_daemon import DAEMON_FACTS
from benchmark.model.facts_dockerfile import DOCKERFILE_FACTS
from benchmark.model.facts_engine import NETWORK_FACTS, NODE_FACTS, SERVICE_FACTS, SWARM_FACTS
from benchmark.model.facts_host import FILE_FACTS, HOST_FACTS
from benchmark.model.facts_image import IMAGE_FACTS
from benchmark.model.facts_image_content import IMAGE_CONTENT_FACTS
from benchmark.model.facts_vulnerabilities import VULNERABILITY_FACTS

KINDS: Final[Mapping[str, Mapping[str, Fact]]] = {
    "host": HOST_FACTS | HOST_ACCESS_FACTS,
    "daemon": DAEMON_FACTS,
    "container": CONTAINER_FACTS,
    "dockerfile": DOCKERFILE_FACTS,
    "image": IMAGE_FACTS | IMAGE_CONTENT_FACTS | VULNERABILITY_FACTS,
    "network": NETWORK_FACTS,
    "swarm": SWARM_FACTS,
    "service": SERVICE_FACTS,
    "node": NODE_FACTS,
    "file": FILE_FACTS,
}

COLLECTIONS: Final[Mapping[str, Collection]] = {
    "host": Collection("host", "the host itself"),
    "engines": Collection("daemon", "whatever engine answers at the target, Podman included"),
    "daemon": Collection(
        "daemon", "the Docker daemon that serves the API", base="engines", where=("product", "docker")
    ),
    "containers": Collection("container", "every container, stopped ones included"),
    "running_containers": Collection(
        "container", "containers whose main process lives", base="containers", where=("State.Running", True)
    ),
    "images": Collection("image", "every tagged or dangling image, without build intermediates"),
    "dockerfiles": Collection("dockerfile", "every build file named with --dockerfile"),
    "networks": Collection("network", "every network"),
    "overlay_networks": Collection("network", "networks that span hosts", base="networks", where=("Driver", "overlay")),
    "swarm": Collection(
        "swarm", "the swarm that this manager belongs to; none when swarm mode is off or this is a worker"
    ),
    "services": Collection("service", "every swarm service"),
    "nodes": Collection("node", "every swarm node"),
    "docker_service_units": Collection("file", "the unit file of docker.service and its drop-ins"),
    "docker_socket_units": Collection("file", "the unit file of docker.socket and its drop-ins"),
    "configuration_directories": Collection("file", "the directory of Docker's configuration, /etc/docker"),
    "registry_certificates": Collection("file", "every file below certs.d in the configuration directory"),
    "tls_ca_files": Collection("file", "the CA file of the daemon's TLS listeners"),
    "tls_certificate_files": Collection("file", "the certificate of the daemon's TLS listeners"),
    "tls_key_files": Collection("file", "the private key of the daemon's TLS listeners"),
    "docker_key_files": Collection(
        "file", "private keys of Docker clients and of authorities: beside the daemon's TLS files, and in ~/.docker"
    ),
    "api_sockets": Collection("file", "every unix socket on which the daemon serves its API"),
    "daemon_config_files": Collection("file", "the daemon's configuration file"),
    "default_files": Collection("file", "/etc/default/docker"),
    "sysconfig_files": Collection("file", "/etc/sysconfig/docker"),
    "containerd_sockets": Collection("file", "the socket of the containerd that the daemon uses"),
    "containerd_runtime_directories": Collection("file", "/run/containerd"),
    "containerd_config_files": Collection("file", "/etc/containerd/config.toml"),
    "data_directories": Collection("file", "the daemon's data root, without the part that user namespaces add"),
    "daemon_binaries": Collection(
        "file", "the program that the daemon runs; without a daemon every dockerd on the host"
    ),
    "containerd_binaries": Collection("file", "the program that containerd runs; else every containerd on the host"),
    "shim_binaries": Collection("file", "every containerd-shim on the host"),
    "shim_runc_v1_binaries": Collection("file", "every containerd-shim-runc-v1 on the host"),
    "shim_runc_v2_binaries": Collection("file", "every containerd-shim-runc-v2 on the host"),
    "runc_binaries": Collection("file", "every runc on the host"),
}


def collection_facts(collection: str) -> Mapping[str, Fact]:
    """Every fact of the members of ``collection``. Raises KeyError for an unknown collection."""
    return KINDS[COLLECTIONS[collection].kind]
