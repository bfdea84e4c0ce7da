"""Collections during which something happens before a chosen request: the same moment in every run."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from unittest.mock import patch

from benchmark.catalog.load import load_catalog
from benchmark.collect import CollectRequest, collect_snapshot, collector
from benchmark.collect.engine.client import EngineClient
from benchmark.collect.engine.limits import Limits
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.model.result import ControlResult
from benchmark.model.snapshot import Snapshot

PIPELINED: Final = Limits().depth
ONE_BY_ONE: Final = 1


@dataclass(frozen=True)
class Audit:
    """A snapshot, its verdicts by control, and the paths that were asked for."""

    snapshot: Snapshot
    results: dict[str, ControlResult]
    paths: tuple[str, ...]


def audit(
    url: str,
    *,
    at: int | None = None,
    action: Callable[[EngineClient], object] = lambda _: None,
    depth: int = ONE_BY_ONE,
    deep: bool = False,
) -> Audit:
    """Collects from ``url`` and judges. ``action`` happens right before the request number ``at`` is written.

    With ``depth`` 1 every reply is read before the next request is written; with more, requests are written in batches
    and the action happens before the batch.
    """
    paths: list[str] = []
    true: Any = EngineClient._request

    def spy(client: EngineClient, path: str) -> Any:
        paths.append(path)
        if len(paths) == at:
            action(client)
        return true(client, path)

    with (
        patch.object(EngineClient, "_request", spy),
        patch.object(collector, "Limits", functools.partial(Limits, depth=depth)),
    ):
        request = CollectRequest(host=url, environment={}, request_timeout=60, deep=deep)
        snapshot = collect_snapshot(request)
    assessed = evaluate_snapshot(_catalog(), snapshot, EvaluationRequest(now=snapshot.finished_at, beyond=True))
    return Audit(snapshot, {each.control.id: each for each in assessed.results}, tuple(paths))


@functools.cache
def _catalog() -> Any:
    return load_catalog()
