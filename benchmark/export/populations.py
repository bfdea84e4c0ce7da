"""Which collection is which population: the explicit table. A collection that is not here cannot be listed by OVAL, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from benchmark.export.containers import container_population
from benchmark.export.files import FILE_POPULATIONS
from benchmark.export.population import Population, ReadOne, Single
from benchmark.export.sides import CriteriaSides, NotExpressible
from benchmark.model.control import Control

POPULATIONS: Final[Mapping[str, Callable[[Control], Population | Single]]] = {
    **FILE_POPULATIONS,
    "containers": container_population,
    "running_containers": container_population,
}


def _around(_: object) -> CriteriaSides:
    raise NotExpressible("what the daemon says is not read yet")


AROUND: Final[ReadOne] = _around
