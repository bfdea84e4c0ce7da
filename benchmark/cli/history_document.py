"""Runs as JSON and as cells of a table, in one way for every command on the history."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_EVEN, Decimal

from benchmark.model.facts import JsonValue
from benchmark.model.run import Run
from benchmark.model.strict_json import without_lone_surrogates
from benchmark.render.terminal_text import visible


def run_document(run: Run) -> dict[str, JsonValue]:
    """What every command says of a run. ``operator`` and the like are as they were recorded."""
    terms, counts = run.terms, run.counts
    return {
        "run": run.id,
        "sequence": run.sequence,
        "recorded_at": run.recorded_at,
        "collected_at": run.collected_at,
        "evaluated_at": terms.evaluated_at,
        "host": run.host,
        "engine_id": run.engine_id,
        "release": terms.release,
        "operator": terms.operator,
        "benchmark": {"framework": terms.framework, "version": terms.version},
        "profile": profile_of(run),
        "score": {"percent": rounded(run.percent), "after_waivers": rounded(run.after_waivers)},
        "counts": {
            "selected": counts.selected,
            "passed": counts.passed,
            "failed": counts.failed,
            "waived": counts.waived,
            "errors": counts.errors,
            "unknown": counts.unknown,
            "manual": counts.manual,
            "notapplicable": counts.notapplicable,
        },
        "exit_code": run.exit_code,
        "tool_version": run.tool_version,
        "tool_digest": run.tool_digest or None,
        "content_digest": run.content_digest,
        "snapshot": run.snapshot,
        "assessment": run.assessment,
        "previous": run.previous,
        "head": run.head,
    }


def as_json(document: dict[str, JsonValue]) -> str:
    """The text of a document, in ASCII."""
    return without_lone_surrogates(json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False)) + "\n"


def profile_of(run: Run) -> str:
    """The profile that was judged: the tailoring's where there was one."""
    return run.terms.tailoring_profile or run.terms.profile


def rounded(percent: str | None) -> float | None:
    """One decimal, half to even, as reports have it."""
    return None if percent is None else float(Decimal(percent).quantize(Decimal("0.1"), ROUND_HALF_EVEN))


def percent_cell(percent: str | None) -> str:
    """``61.3``; ``n/a`` where nothing was scorable."""
    return "n/a" if percent is None else f"{rounded(percent):.1f}"


def cell(text: str | None, most: int = 40) -> str:
    """Text of a host in a cell: visible, and not so long that it pushes the others off the screen."""
    shown = visible(text or "-")
    return shown if len(shown) <= most else shown[: most - 1] + "…"
