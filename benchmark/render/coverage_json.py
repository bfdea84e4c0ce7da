"""The coverage of a schedule as JSON, version 1: a contract (reports/schemas/coverage-1.schema.json)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from benchmark.model.due import Due, HostCoverage, Recorded, ScheduleReport
from benchmark.model.facts import JsonValue
from benchmark.model.strict_json import without_lone_surrogates

SCHEMA: Final = "dockmark/coverage/1"


def render_coverage_json(report: ScheduleReport) -> str:
    """The document, a newline at its end."""
    document = {
        "schema": SCHEMA,
        "asked_at": _time(report.asked_at),
        "chain": {"runs": report.runs, "head": report.head},
        "hosts": [_host(each) for each in report.hosts],
    }
    return without_lone_surrogates(json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False)) + "\n"


def _host(found: HostCoverage) -> dict[str, JsonValue]:
    return {
        "host": found.host,
        "calendar": found.calendar,
        "zone": found.zone,
        "from": _time(found.start),
        "to": _time(found.end),
        "tolerance_seconds": found.tolerance,
        "counts": {each.name.lower(): count for each, count in found.coverage.counts.items()},
        "due": [_due(each) for each in found.coverage.due],
        "others": [_run(each) for each in found.coverage.others],
        "remarks": list(found.remarks),
    }


def _due(due: Due) -> dict[str, JsonValue]:
    return {
        "due": _time(due.at),
        "status": due.kept.name.lower(),
        "run": None if due.run is None else _run(due.run),
        "delay_seconds": None if due.delay is None else int(due.delay.total_seconds()),
    }


def _run(run: Recorded) -> dict[str, JsonValue]:
    return {"id": run.id, "at": _time(run.at), "complete": run.complete}


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
