"""The swarm as its manager tells it. Join tokens, keys and certificates in these replies are left behind."""

from __future__ import annotations

from typing import Final

from benchmark.collect.engine.client import EngineClient
from benchmark.collect.engine.listing import read_listing
from benchmark.collect.engine.projection import Projection, compile_projection, part, project
from benchmark.collect.engine.reports import CollectionReport, SwarmReport, in_order, timestamp
from benchmark.model.facts import FactValue, JsonValue, Reason, Source, Subject, Unavailable
from benchmark.model.facts_engine import NODE_FACTS, SERVICE_FACTS, SWARM_FACTS

_SWARM: Final = compile_projection(SWARM_FACTS)
_SERVICES: Final = compile_projection(SERVICE_FACTS)
_NODES: Final = compile_projection(NODE_FACTS)
_NOT_READY: Final = frozenset({"pending", "error", "locked"})


def read_swarm(client: EngineClient, state: FactValue, manager: FactValue, info: Source) -> SwarmReport:
    """Swarm, services and nodes. ``state`` and ``manager`` are LocalNodeState and ControlAvailable. Costs up to 3 requests.

    Off: three empty collections with /info as their proof. On a worker there is no swarm to judge, but services and
    nodes that it cannot see: they have a gap.
    """
    if isinstance(state, Unavailable):
        return _all_without(state, info)
    if state == "inactive":
        nothing = CollectionReport(sources=(info,))
        return SwarmReport(nothing, nothing, nothing)
    if state in _NOT_READY:
        return _all_without(
            Unavailable(Reason.INCOMPLETE, f"this node's swarm state is {state}: nothing can be read"), info
        )
    if state != "active":
        return _all_without(Unavailable(Reason.UNKNOWN_VALUE, f"this node's swarm state is {state!r}"), info)
    if manager is False:
        hidden = Unavailable(Reason.UNSUPPORTED, "this node is a worker: ask a manager")
        unseen = CollectionReport(gap=hidden, sources=(info,))
        return SwarmReport(CollectionReport(sources=(info,)), unseen, unseen)
    if manager is not True:
        why = (
            manager
            if isinstance(manager, Unavailable)
            else Unavailable(Reason.UNSUPPORTED, "the engine does not say if it is a manager")
        )
        return _all_without(why, info)
    return SwarmReport(
        _read_cluster(client),
        _read_members(client, "/services", "service", _SERVICES, ("Spec", "Name")),
        _read_members(client, "/nodes", "node", _NODES, ("Description", "Hostname")),
    )


def _all_without(why: Unavailable, info: Source) -> SwarmReport:
    unseen = CollectionReport(gap=why, sources=(info,))
    return SwarmReport(unseen, unseen, unseen)


def _read_cluster(client: EngineClient) -> CollectionReport:
    reply = client.get("/swarm")
    source = Source("GET /swarm", timestamp(), reply.digest)
    if isinstance(reply.value, Unavailable):
        return CollectionReport(gap=reply.value, sources=(source,))
    if not isinstance(reply.value, dict):
        return CollectionReport(gap=Unavailable(Reason.WRONG_TYPE, "GET /swarm: not an object"), sources=(source,))
    identifier = reply.value.get("ID")
    name = part(reply.value, "Spec", "Name")
    subject = Subject(
        "swarm",
        name if isinstance(name, str) and name else "default",
        identifier if isinstance(identifier, str) else "",
        project(_SWARM, reply.value),
        source,
    )
    return CollectionReport((subject,), sources=(source,))


def _read_members(
    client: EngineClient, path: str, kind: str, projection: Projection, named: tuple[str, str]
) -> CollectionReport:
    def name_of(element: dict[str, JsonValue], identifier: str) -> str:
        name = part(element, *named)
        return name if isinstance(name, str) and name else identifier[:12]

    listing = read_listing(client, path, name_of, ("ID", "Spec", "Description", "Status"), key="ID")
    subjects = [
        Subject(kind, listing.names[str(each["ID"])], str(each["ID"]), project(projection, each), listing.source)
        for each in listing.elements
    ]
    return in_order(CollectionReport(tuple(subjects), listing.gap, sources=(listing.source,)))
