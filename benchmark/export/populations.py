"""Which collection is which population: the explicit table. A collection that is not here cannot be listed by OVAL, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from benchmark.export.containers import container_population
from benchmark.export.daemon import daemon_subject, host_subject
from benchmark.export.daemon_files import DAEMON_FILES
from benchmark.export.files import FILE_POPULATIONS
from benchmark.export.population import Population, Single
from benchmark.model.control import Control

POPULATIONS: Final[Mapping[str, Callable[[Control], Population | Single]]] = {
    **FILE_POPULATIONS,
    **DAEMON_FILES,
    "containers": container_population,
    "running_containers": container_population,
    "daemon": daemon_subject,
    "host": host_subject,
}
