"""The swarm as its manager tells it. Join tokens, keys, certificates and values in these replies are left behind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from benchmark.collect.engine.client import EngineClient
from benchmark.collect.engine.listing import read_listing
from benchmark.collect.engine.projection import Projection, compile_projection, part, project
from benchmark.collect.engine.reports import CollectionReport, SwarmReport, in_order, timestamp
from benchmark.collect.redaction import redact
from benchmark.model.facts import ABSENT, FactValue, JsonValue, Reason, Source, Subject, Unavailable
from benchmark.model.facts_engine import NODE_FACTS, SERVICE_FACTS, SWARM_FACTS

_SWARM: Final = compile_projection(SWARM_FACTS)
_SERVICES: Final = compile_projection(SERVICE_FACTS)
_NODES: Final = compile_projection(NODE_FACTS)
_LONGEST_NAME: Final = 256
_SECRET_NAME: Final = re.compile(
    r"password|passwd|passphrase|_pass(?:_|$)|_pwd$|secret|token|credential|(?:api|private|access|encryption)_?key",
    re.IGNORECASE,
)
NOT_READY: Final = frozenset({"pending", "error", "locked"})

_OfElement: TypeAlias = "Callable[[dict[str, JsonValue]], dict[str, FactValue]]"


def read_swarm(client: EngineClient, state: FactValue, manager: FactValue, info: Source) -> SwarmReport:
    """Swarm, services and nodes. ``state`` and ``manager`` are LocalNodeState and ControlAvailable. Costs up to 4 requests.

    Off: three empty collections with /info as their proof. On a worker there is no swarm to judge, but services and
    nodes that it cannot see: they have a gap.
    """
    if isinstance(state, Unavailable):
        return _all_without(state, info)
    if state == "inactive":
        nothing = CollectionReport(sources=(replace(info, says="Swarm.LocalNodeState is inactive"),))
        return SwarmReport(nothing, nothing, nothing)
    if state in NOT_READY:
        return _all_without(not_ready(str(state)), info)
    if state != "active":
        return _all_without(Unavailable(Reason.UNKNOWN_VALUE, f"this node's swarm state is {state!r}"), info)
    if manager is False:
        hidden = Unavailable(Reason.UNSUPPORTED, "this node is a worker: ask a manager")
        unseen = CollectionReport(gap=hidden, sources=(info,))
        worker = replace(info, says="Swarm.ControlAvailable is false: a worker; its managers are asked about the swarm")
        return SwarmReport(CollectionReport(sources=(worker,)), unseen, unseen)
    if manager is not True:
        why = (
            manager
            if isinstance(manager, Unavailable)
            else Unavailable(Reason.UNSUPPORTED, "the engine does not say if it is a manager")
        )
        return _all_without(why, info)
    services = _read_members(client, "/services", "service", _SERVICES, ("Spec", "Name"), derive=_service_facts)
    nodes = _read_members(client, "/nodes", "node", _NODES, ("Description", "Hostname"), derive=lambda _: {})
    return SwarmReport(_read_cluster(client, services, nodes), services, nodes)


def not_ready(state: str) -> Unavailable:
    """Why nothing can be said of a swarm whose node is in one of the states ``NOT_READY``."""
    return Unavailable(Reason.INCOMPLETE, f"this node's swarm state is {state}: nothing can be read")


def _all_without(why: Unavailable, info: Source) -> SwarmReport:
    unseen = CollectionReport(gap=why, sources=(info,))
    return SwarmReport(unseen, unseen, unseen)


def _read_cluster(client: EngineClient, services: CollectionReport, nodes: CollectionReport) -> CollectionReport:
    reply = client.get("/swarm")
    source = Source("GET /swarm", timestamp(), reply.digest)
    if isinstance(reply.value, Unavailable):
        return CollectionReport(gap=reply.value, sources=(source,))
    if not isinstance(reply.value, dict):
        return CollectionReport(gap=Unavailable(Reason.WRONG_TYPE, "GET /swarm: not an object"), sources=(source,))
    identifier = reply.value.get("ID")
    name = part(reply.value, "Spec", "Name")
    secrets = read_listing(client, "/secrets", lambda _, identifier: identifier, ("ID",), key="ID")
    facts = project(_SWARM, reply.value) | _manager_count(nodes)
    facts["secrets"] = secrets.gap or len(secrets.elements)
    facts["secret_like_environment"] = _environment(services)
    subject = Subject(
        "swarm",
        name if isinstance(name, str) and name else "default",
        identifier if isinstance(identifier, str) else "",
        facts,
        source,
        {
            "managers": nodes.sources,
            "managers_odd": nodes.sources,
            "secrets": (secrets.source,),
            "secret_like_environment": services.sources,
        },
    )
    return CollectionReport((subject,), sources=(source,))


def _read_members(
    client: EngineClient,
    path: str,
    kind: str,
    projection: Projection,
    named: tuple[str, str],
    *,
    derive: _OfElement,
) -> CollectionReport:
    def name_of(element: dict[str, JsonValue], identifier: str) -> str:
        name = part(element, *named)
        return name if isinstance(name, str) and name else identifier[:12]

    listing = read_listing(client, path, name_of, ("ID", "Spec", "Description", "Status"), key="ID")
    subjects = [
        Subject(
            kind,
            listing.names[str(each["ID"])],
            str(each["ID"]),
            project(projection, each) | derive(each),
            listing.source,
        )
        for each in listing.elements
    ]
    return in_order(CollectionReport(tuple(subjects), listing.gap, sources=(listing.source,)))


def _manager_count(nodes: CollectionReport) -> dict[str, FactValue]:
    """Every manager counts, one that is down too: the quorum is a majority of all of them."""
    roles = [nodes.gap, *(each.fact("Spec.Role") for each in nodes.subjects)]
    unknown = next((each for each in roles if isinstance(each, Unavailable)), None)
    if unknown is None and ABSENT in roles:
        unknown = Unavailable(Reason.UNSUPPORTED, "a node without a role")
    if unknown is not None:
        return {"managers": unknown, "managers_odd": unknown}
    count = roles.count("manager")
    return {"managers": count, "managers_odd": count % 2 == 1}


def _service_facts(element: dict[str, JsonValue]) -> dict[str, FactValue]:
    """The names of variables that look like secrets; their values stay behind."""
    variables = part(element, "Spec", "TaskTemplate", "ContainerSpec", "Env")
    if variables is ABSENT or variables is None:
        return {"secret_like_environment": []}
    if not isinstance(variables, list) or not all(isinstance(each, str) for each in variables):
        why = Unavailable(Reason.WRONG_TYPE, "Spec.TaskTemplate.ContainerSpec.Env is not a list of strings")
        return {"secret_like_environment": variables if isinstance(variables, Unavailable) else why}
    names = {redact(str(each).partition("=")[0][:_LONGEST_NAME]) for each in variables}
    return {"secret_like_environment": list[JsonValue](sorted(filter(_looks_like_a_secret, names)))}


def _looks_like_a_secret(name: str) -> bool:
    """By the words in it. PASSWORD_FILE and the like name a file, which is how a secret is meant to be handed over."""
    return _SECRET_NAME.search(name) is not None and not name.upper().endswith("_FILE")


def _environment(services: CollectionReport) -> FactValue:
    if services.gap is not None:
        return services.gap
    found: list[str] = []
    for each in services.subjects:
        names = each.fact("secret_like_environment")
        if isinstance(names, Unavailable):
            return Unavailable(names.reason, f"{each.label}: {names.detail}")
        found += [f"{each.name}: {name}" for name in names] if isinstance(names, list) else []
    return list[JsonValue](sorted(found))
