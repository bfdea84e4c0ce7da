"""Networks and volumes: one list each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from benchmark.collect.engine.client import EngineClient
from benchmark.collect.engine.confinement import parse_go_bool
from benchmark.collect.engine.listing import read_listing
from benchmark.collect.engine.projection import compile_projection, known, project
from benchmark.collect.engine.reports import CollectionReport, in_order
from benchmark.collect.engine.swarm import NOT_READY, not_ready
from benchmark.collect.redaction import redact, redact_option
from benchmark.model.facts import ABSENT, FactValue, JsonValue, Reason, Subject, Unavailable
from benchmark.model.facts_engine import NETWORK_FACTS

_PROJECTION: Final = compile_projection(NETWORK_FACTS)
_KEEP: Final = ("Name", *NETWORK_FACTS)
_DEFAULT_BRIDGE: Final = "com.docker.network.bridge.default_bridge"
_ICC: Final = "com.docker.network.bridge.enable_icc"


def read_networks(client: EngineClient) -> CollectionReport:
    """Every network. Costs 1 request."""
    listing = read_listing(client, "/networks", _name, _KEEP)
    subjects = []
    for element in listing.elements:
        facts = project(_PROJECTION, element)
        facts["encryption_option"] = _encryption(facts["Options"])
        facts["Options"] = _without_secrets(facts["Options"])
        identifier = str(element["Id"])
        subjects.append(Subject("network", listing.names[identifier], identifier, facts, listing.source))
    return in_order(CollectionReport(tuple(subjects), listing.gap, sources=(listing.source,)))


def with_cluster_networks(networks: CollectionReport, state: FactValue) -> CollectionReport:
    """The same; with a gap where this node's swarm state (LocalNodeState) hides the networks of the cluster from it.

    A locked or failed node lists its local networks and says nothing of the others.
    """
    if networks.gap is not None or not (isinstance(state, Unavailable) or state in NOT_READY):
        return networks
    why = state if isinstance(state, Unavailable) else not_ready(str(state))
    return replace(networks, gap=why)


def bridge_icc(networks: CollectionReport) -> FactValue:
    """Whether the default bridge lets containers talk to each other; ABSENT when it is proven that there is no such network."""
    for each in networks.subjects:
        options = known(each.facts["Options"], "Options")
        if isinstance(options, Unavailable):
            return options
        if not isinstance(options, dict) or options.get(_DEFAULT_BRIDGE) != "true":
            continue
        said = options.get(_ICC)
        if not isinstance(said, str):
            return Unavailable(Reason.UNSUPPORTED, f"network {each.name} does not report {_ICC}")
        value = parse_go_bool(said)
        return Unavailable(Reason.UNKNOWN_VALUE, f"network {each.name}: {_ICC} is {said!r}") if value is None else value
    return ABSENT if networks.gap is None else networks.gap


def read_volume_devices(client: EngineClient) -> Mapping[str, str] | Unavailable:
    """Every volume by name, with the host path that a local one mounts (a bind in disguise, a block device), "" where none.

    Costs 1 request.
    """
    document = client.get_json("/volumes")
    if isinstance(document, Unavailable):
        return document
    volumes = document.get("Volumes", ABSENT) if isinstance(document, dict) else ABSENT
    if volumes is None:
        return {}
    if not isinstance(volumes, list):
        return Unavailable(Reason.WRONG_TYPE, "GET /volumes: Volumes is not a list")
    devices: dict[str, str] = {}
    for each in volumes:
        name = each.get("Name") if isinstance(each, dict) else None
        if not isinstance(each, dict) or not isinstance(name, str):
            return Unavailable(Reason.WRONG_TYPE, "GET /volumes: a volume without a name")
        devices[name] = ""
        driver, options = each.get("Driver"), each.get("Options", ABSENT)
        if not isinstance(driver, str) or options is ABSENT:  # moby leaves neither out: null are no options
            return Unavailable(Reason.WRONG_TYPE, f"GET /volumes: {name!r} does not say what it is")
        if options is None or driver != "local":
            continue
        device = options.get("device", "") if isinstance(options, dict) else None
        if not isinstance(device, str):
            return Unavailable(Reason.WRONG_TYPE, f"GET /volumes: the options of {name!r} are not strings")
        if device.startswith("/"):
            devices[name] = device
    return devices


def _encryption(options: FactValue) -> FactValue:
    """ABSENT only where the options were read: as they came, before anything is redacted."""
    if options is None:
        return ABSENT
    if not isinstance(options, dict):
        return known(options, "Options")
    value = options.get("encrypted")
    return redact(value) if isinstance(value, str) else ABSENT


def _without_secrets(options: FactValue) -> FactValue:
    if not isinstance(options, dict):
        return options
    return {key: redact_option(key, value) if isinstance(value, str) else value for key, value in options.items()}


def _name(element: dict[str, JsonValue], identifier: str) -> str:
    name = element.get("Name")
    return name if isinstance(name, str) and name else identifier[:12]
