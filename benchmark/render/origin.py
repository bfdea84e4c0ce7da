"""Whom a report is about and who looked, as every JSON document writes it."""

from __future__ import annotations

from benchmark.model.facts import JsonValue
from benchmark.model.snapshot import Collector, Target


def target_document(target: Target) -> dict[str, JsonValue]:
    """The key ``target``; written field by field, so that renaming one in the model changes no byte."""
    return {
        "name": target.name,
        "endpoint": target.endpoint,
        "product": target.product,
        "engine_id": target.engine_id,
        "engine_version": target.engine_version,
        "api_version": target.api_version,
        "os": target.os,
        "kernel": target.kernel,
    }


def collector_document(collector: Collector) -> dict[str, JsonValue]:
    """The key ``collector``, in the same way."""
    return {
        "version": collector.version,
        "uid": collector.uid,
        "user": collector.user,
        "host_root": collector.host_root,
        "requests": collector.requests,
    }
