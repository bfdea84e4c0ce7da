"""Facts of scripts beside those of the collector that they stand for."""

from __future__ import annotations

from benchmark.collect.engine.swarm import _SECRET_NAME
from benchmark.export.sce_facts import COLLECTIONS
from benchmark.export.sce_swarm import TELLTALE
from benchmark.model.vocabulary import COLLECTIONS as KNOWN
from benchmark.model.vocabulary import KINDS


def test_names_of_secrets_are_those_of_the_collector() -> None:
    assert _SECRET_NAME.pattern.replace("(?:", "(") == TELLTALE


def test_every_fact_is_one_of_its_collection_and_of_its_type() -> None:
    for name, collection in COLLECTIONS.items():
        declared = KINDS[KNOWN[name].kind]
        assert {fact: each.type for fact, each in collection.facts.items()} == {
            fact: declared[fact].type for fact in collection.facts
        }
