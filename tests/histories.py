"""Histories for tests: runs of made snapshots, recorded as the command line records them."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

from benchmark.catalog.load import load_catalog
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.history.new_run import NewRun
from benchmark.history.store import open_store_for_recording
from benchmark.model.content import Catalog
from benchmark.model.run import Run, Terms
from benchmark.model.snapshot import Snapshot
from benchmark.model.snapshot_file import encode_snapshot
from benchmark.render import RenderOptions, render_many
from tests.snapshots import container, snapshot

GOOD = snapshot()
FAILING = snapshot([container("web", {"HostConfig.Privileged": True})])


@cache
def catalog() -> Catalog:
    """Our own content."""
    return load_catalog()


def new_run(
    what: Snapshot = GOOD,
    at: str = "2026-11-20T08:00:02Z",
    release: str | None = None,
    version: str = "1.8.0",
    **terms: Any,
) -> NewRun:
    """A run of ``what``, judged and recorded at ``at``."""
    asked = Terms(at, "root", release, "cis_docker", version, "level_2", **terms)
    request = EvaluationRequest(
        now=at, operator="root", release=release, version=version, controls=asked.controls, beyond=asked.beyond
    )
    assessment = evaluate_snapshot(catalog(), what, request)
    return NewRun(
        assessment=assessment,
        document="".join(render_many("json", [assessment], RenderOptions())).encode(),
        snapshot=encode_snapshot(what),
        content=catalog().compiled,
        terms=asked,
        exit_code=1,
        recorded_at=at,
    )


def record(place: str, *new: NewRun) -> list[Run]:
    """Records one after the other, each through a door of its own, as runs of the command line do."""
    recorded = []
    for each in new:
        with open_store_for_recording(place) as store:
            recorded.append(store.record(each))
    return recorded


def named(what: Snapshot, host: str) -> Snapshot:
    """The same facts of a host with another name."""
    return replace(what, target=replace(what.target, name=host))


def document(data: bytes) -> dict[str, Any]:
    """A JSON document that is an object."""
    loaded = json.loads(data)
    assert isinstance(loaded, dict)
    return loaded
