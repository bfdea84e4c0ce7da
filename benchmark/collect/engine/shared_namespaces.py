"""Which containers are in a namespace of the host, by their own mode or by joining a container that is.

``container:ID`` hands on what the other one has: who joins a container in the host's network is in the host's network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from benchmark.model.facts import ABSENT, FactValue, Reason, Unavailable

_JOINED: Final = "container:"
_ID: Final = re.compile(r"[0-9a-f]{64}")
_BEGINNING: Final = re.compile(r"[0-9a-f]{1,63}")
_MODES: Final = {
    "shares_host_network": "HostConfig.NetworkMode",
    "shares_host_pid": "HostConfig.PidMode",
    "shares_host_ipc": "HostConfig.IpcMode",
}


Others: TypeAlias = "Mapping[str, Mapping[str, FactValue] | Unavailable]"


def shared_namespaces(facts: Mapping[str, FactValue], others: Others, gap: Unavailable | None) -> dict[str, FactValue]:
    """The three facts of the container with ``facts``. ``others`` are the facts of every container by id and by name, or why
    they are not known; ``gap`` says why there may be more of them.
    """
    return {fact: _shares(fact, facts, others, gap) for fact in _MODES}


def _shares(fact: str, facts: Mapping[str, FactValue], others: Others, gap: Unavailable | None) -> FactValue:
    here = facts
    seen: set[str] = set()
    while True:
        mode = here[_MODES[fact]]
        if isinstance(mode, Unavailable):
            return mode
        if mode is ABSENT:
            return Unavailable(Reason.UNSUPPORTED, f"the engine does not report {_MODES[fact]}")
        if mode == "host":
            return True
        if not str(mode).startswith(_JOINED):
            return _is_attached_to_host(here) if fact == "shares_host_network" else False
        name = str(mode).removeprefix(_JOINED)
        if name in seen:
            return Unavailable(Reason.CONFLICT, f"{_MODES[fact]}: containers that join each other in a circle")
        seen.add(name)
        other = _find(others, name) or gap
        if other is None:
            return _without_the_other(facts, name)
        if isinstance(other, Unavailable):
            return other
        here = other


def _find(others: Others, name: str) -> Mapping[str, FactValue] | Unavailable | None:
    """By id or name, else by the beginning of an id, as the engine looks for it; CONFLICT where several begin so."""
    exact = others.get(name)
    if exact is not None or not _BEGINNING.fullmatch(name):
        return exact
    found = [each for key, each in others.items() if key.startswith(name) and _ID.fullmatch(key)]
    if len(found) > 1:
        return Unavailable(Reason.CONFLICT, f"several containers whose ids begin with {name}")
    return found[0] if found else None


def _is_attached_to_host(facts: Mapping[str, FactValue]) -> FactValue:
    """A network can be named by its id too, which the engine keeps as NetworkMode; the list of networks has its name."""
    networks = facts["networks"]
    return "host" in networks if isinstance(networks, list) else networks


def _without_the_other(facts: Mapping[str, FactValue], other: str) -> FactValue:
    """The container it joined is gone: one that runs keeps the namespace all the same, one that does not cannot start."""
    if facts["State.Running"] is False:
        return False
    return Unavailable(Reason.VANISHED, f"it joined container {other[:12]}, which is gone")
