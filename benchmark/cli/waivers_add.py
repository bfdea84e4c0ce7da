"""``dockmark waivers add``: a waiver at the end of a file, created now."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Sequence

from benchmark.catalog.waivers import SCHEMA
from benchmark.cli.evaluation import load_content
from benchmark.cli.exit_code import ExitCode
from benchmark.cli.operator_name import operator_name
from benchmark.cli.policy_addition import add_entries, end_text, named_control, require, time_text
from benchmark.cli.policy_entries import Judged, judge_waivers, now, scope_of
from benchmark.cli.policy_files import waivers_in
from benchmark.model.content import Catalog
from benchmark.model.facts import JsonValue


def run(arguments: Namespace) -> ExitCode:
    """Adds it, unless it would not count."""
    require(arguments, "reason", "category", "approved_by", "expires")
    catalog = load_content(arguments)
    created = now()

    def judge(data: bytes) -> Sequence[Judged]:
        return judge_waivers(waivers_in(data, arguments.file).waivers, catalog, now())

    add_entries(arguments.file, "waivers", SCHEMA, [_entry(arguments, catalog, time_text(created))], judge)
    return ExitCode.MET


def _entry(arguments: Namespace, catalog: Catalog, created: str) -> dict[str, JsonValue]:
    scope = scope_of(arguments)
    optional: dict[str, JsonValue] = {
        **({"id": arguments.id} if arguments.id is not None else {}),
        **named_control(arguments, catalog),
        **({"scope": {**scope}} if scope else {}),
        **({"broad": True} if arguments.broad else {}),
        "reason": " ".join(arguments.reason.split()),
        "category": arguments.category,
    }
    if arguments.compensating_control:
        optional["compensating_controls"] = [" ".join(each.split()) for each in arguments.compensating_control]
    return {
        **optional,
        "requested_by": arguments.requested_by or operator_name(os.environ),
        "approved_by": arguments.approved_by,
        "created": created,
        "expires": end_text(arguments.expires),
        **({"risk_reference": arguments.risk_reference} if arguments.risk_reference is not None else {}),
    }
