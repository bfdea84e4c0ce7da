"""Which collection is which population: the explicit table. A collection that is not here cannot be listed by OVAL, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from benchmark.export.containers import container_population
from benchmark.export.daemon import daemon_subject, host_subject
from benchmark.export.daemon_files import DAEMON_FILES
from benchmark.export.files import FILE_POPULATIONS, RECORDED
from benchmark.export.population import Population, Single
from benchmark.model.control import Control

# Why OVAL cannot list the members of a collection.
_UNLISTED: Final[Mapping[str, str]] = {
    "images": "which images there are, and what was done to make them, only the engine says for every image store",
    "dockerfiles": "build files are named on dockmark's command line, and OVAL does not read their language",
    "swarm": "a swarm's state is in its managers' store, which only the engine reads",
    "overlay_networks": "networks are in a database of the engine's",
    "daemon_binaries": RECORDED,
    "containerd_binaries": RECORDED,
    "shim_binaries": RECORDED,
    "shim_runc_v1_binaries": RECORDED,
    "shim_runc_v2_binaries": RECORDED,
    "runc_binaries": RECORDED,
    "data_directories": RECORDED,
    "containerd_config_files": RECORDED,
    "containerd_runtime_directories": RECORDED,
}


def unlisted(collection: str) -> str:
    """Why a collection without a population has none."""
    return _UNLISTED.get(collection, f"OVAL cannot list {collection.replace('_', ' ')}")


POPULATIONS: Final[Mapping[str, Callable[[Control], Population | Single]]] = {
    **FILE_POPULATIONS,
    **DAEMON_FILES,
    "containers": container_population,
    "running_containers": container_population,
    "daemon": daemon_subject,
    "host": host_subject,
}
