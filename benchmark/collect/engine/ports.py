"""The ports of a container that are reachable on the host."""

from __future__ import annotations

import re
from typing import Final

from benchmark.collect.engine.projection import known, part
from benchmark.model.facts import FactValue, JsonValue, Reason, Unavailable

MOST_PORTS: Final = 256
_RANGE: Final = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")


def published_ports(document: dict[str, JsonValue]) -> FactValue:
    """The fact ``published_ports``, sorted.

    In force while the container runs: NetworkSettings.Ports. Otherwise what is asked for: HostConfig.PortBindings. That
    goes for a container between two restarts too, which counts as running but has released its ports.
    """
    running = known(part(document, "State", "Running"), "State.Running")
    if isinstance(running, Unavailable):
        return running
    if not isinstance(running, bool):
        return Unavailable(Reason.WRONG_TYPE, "State.Running is not a boolean")
    in_force = running and part(document, "State", "Restarting") is not True
    path = ("NetworkSettings", "Ports") if in_force else ("HostConfig", "PortBindings")
    name = ".".join(path)
    bindings = known(part(document, *path), name)
    if isinstance(bindings, dict):
        return _records(name, bindings)
    if bindings is None:
        return []
    return bindings if isinstance(bindings, Unavailable) else Unavailable(Reason.WRONG_TYPE, f"{name} is not an object")


def _records(name: str, bindings: dict[str, JsonValue]) -> FactValue:
    found: list[tuple[str, str, int]] = []
    for port, places in bindings.items():
        if places is None:  # exposed, not published
            continue
        if not isinstance(places, list):
            return Unavailable(Reason.WRONG_TYPE, f"{name}: {port} is not a list")
        for place in places:
            numbers = _host_ports(name, place)
            if isinstance(numbers, Unavailable):
                return numbers
            address, first, last = numbers
            if len(found) + last - first >= MOST_PORTS:
                return Unavailable(Reason.OVERSIZE, f"{name} publishes more than {MOST_PORTS} ports")
            found.extend((port, address, number) for number in range(first, last + 1))
    return [{"ContainerPort": port, "HostIp": address, "HostPort": number} for port, address, number in sorted(found)]


def _host_ports(name: str, place: JsonValue) -> tuple[str, int, int] | Unavailable:
    """Address, first and last port of one binding; "" and "0" are 0: the engine picks one."""
    address = place.get("HostIp", "") if isinstance(place, dict) else None
    text = place.get("HostPort", "") if isinstance(place, dict) else None
    if not isinstance(address, str) or not isinstance(text, str):
        return Unavailable(Reason.WRONG_TYPE, f"{name} has a binding that is not an address and a port")
    if not text:
        return address, 0, 0
    match = _RANGE.fullmatch(text)
    if match is None:
        return Unavailable(
            Reason.WRONG_TYPE, f"{name} has the port {text[:11]!r}"
        )  # a range has no more; what else it is is not repeated
    first, last = int(match[1]), int(match[2] or match[1])
    if not 0 <= first <= last <= 65535:
        return Unavailable(Reason.WRONG_TYPE, f"{name} has the port {text!r}")
    return address, first, last
