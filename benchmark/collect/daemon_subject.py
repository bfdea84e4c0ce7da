"""The daemon as one subject: what it reports, its settings, and what follows from both."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.collect.daemon.data_root import data_root_facts
from benchmark.collect.daemon.log_destination import log_destination_facts
from benchmark.collect.daemon.settings import DaemonSettings
from benchmark.collect.daemon.swarm_addresses import swarm_address_facts
from benchmark.collect.engine.reports import CollectionReport, EngineReport
from benchmark.collect.host.root import HostRoot
from benchmark.collect.operations import operations_facts, operations_notes
from benchmark.collect.reported import default_bridge
from benchmark.model.facts import FactValue, Source, Subject


def daemon_subject(
    engine: EngineReport,
    settings: DaemonSettings,
    root: HostRoot,
    containers: CollectionReport,
    images: CollectionReport,
) -> Subject:
    """The subject ``daemon`` with every fact of it. ``root`` is where its process was looked for, for its /proc."""
    bridge, bridge_sources = default_bridge(settings, engine.networks)
    data_root, data_root_sources = data_root_facts(settings, root)
    addresses, address_sources = swarm_address_facts(settings, engine.facts, root)
    logs, log_sources = log_destination_facts(settings)
    gathered = operations_facts(containers, images)
    facts: dict[str, FactValue] = {
        **engine.facts,
        **settings.facts,
        "daemon.bridge": bridge,
        **data_root,
        **addresses,
        **logs,
        **gathered,
    }
    sources: Mapping[str, tuple[Source, ...]] = {
        **engine.sources,
        **settings.sources,
        "daemon.bridge": bridge_sources,
        **data_root_sources,
        **address_sources,
        **log_sources,
        **dict.fromkeys(gathered, (*containers.sources, *images.sources)),
    }
    notes = {**settings.notes, **operations_notes(containers, images)}
    return Subject("daemon", "", engine.target.engine_id, facts, sources=sources, notes=notes or None)
