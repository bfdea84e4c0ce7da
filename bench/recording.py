"""A recorded engine of any size: what a real one says about its containers, repeated under other ids and names."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from tests.engine import Engine
from tests.faulty_daemon import FaultyDaemon, World


@contextlib.contextmanager
def recorded_engine(engine: Engine, size: int) -> Iterator[str]:
    """The address of an engine with ``size`` containers; what is not about containers is asked of the real one."""
    with FaultyDaemon(_multiply(engine, size), upstream=str(engine.socket)) as daemon:
        yield daemon.url


def _multiply(engine: Engine, size: int) -> World:
    listed = _list_of_objects(engine.call("GET", "/containers/json?all=1")[1])
    inspected = [json.dumps(engine.call("GET", f"/containers/{each['Id']}/json")[1]) for each in listed]
    world: World = {}
    summaries = []
    for number in range(size):
        original = listed[number % len(listed)]
        copy_id, copy_name = f"{number:064x}", f"/copy-{number}"
        summaries.append({**original, "Id": copy_id, "Names": [copy_name]})
        inspection = inspected[number % len(listed)].replace(original["Id"], copy_id)
        name = json.dumps(original["Names"][0])
        world[f"/containers/{copy_id}/json"] = inspection.replace(name, json.dumps(copy_name)).encode()
    world["/containers/json?all=1"] = json.dumps(summaries).encode()
    return world


def _list_of_objects(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise TypeError(f"the engine's list of containers is {value!r}")
    return value
