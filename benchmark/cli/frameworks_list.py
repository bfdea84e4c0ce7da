"""``dockmark frameworks list``: what controls are mapped to, and how far checks reach into it."""

from __future__ import annotations

import json
import shutil
from argparse import Namespace
from collections import Counter
from typing import Final

from benchmark.cli.evaluation import load_content
from benchmark.cli.exit_code import ExitCode
from benchmark.cli.printing import print_text
from benchmark.evaluate import edges_of
from benchmark.model.content import Catalog
from benchmark.model.facts import JsonValue
from benchmark.model.framework import Framework, Reach, Support
from benchmark.render.terminal_text import visible

_COLUMNS: Final = (
    "framework",
    "version",
    "requirements",
    "largely",
    "partly",
    "incidentally",
    "not reachable",
    "controls",
    "title",
)
_HINT: Final = (
    "`dockmark frameworks coverage FRAMEWORK` lists the requirements of one, FRAMEWORK:VERSION of an older version."
)


def run(arguments: Namespace) -> ExitCode:
    """Prints the list."""
    catalog = load_content(arguments)
    if arguments.output == "json":
        print_text(_as_json(catalog), as_utf8=True)
    else:
        print_text(_as_table(catalog))
    return ExitCode.MET


def count_reach(framework: Framework, version: str) -> Counter[Reach]:
    """How many requirements of ``version`` checks reach, and how far."""
    return Counter(each.reach for each in framework.requirements if version in each.ids)


def _controls(framework: Framework, version: str) -> int:
    return len({control for each in framework.requirements if version in each.ids for control in each.controls})


def _as_table(catalog: Catalog) -> str:
    from tabulate import tabulate  # noqa: PLC0415  (50 ms, which JSON need not pay)

    rows = []
    for framework in catalog.frameworks.values():
        for version in reversed(framework.versions):
            reach = count_reach(framework, version)
            asking = sum(reach.values()) - reach[Reach.ASKS_NOTHING]
            numbers = (reach[each] for each in (Reach.LARGELY, Reach.PARTLY, Reach.INCIDENTALLY, Reach.NOT_REACHABLE))
            name, title = visible(framework.id), visible(framework.title)
            rows.append((name, visible(version), asking, *numbers, _controls(framework, version), title))
    table = tabulate(rows, _COLUMNS, tablefmt="simple", disable_numparse=True)
    width = max(map(len, table.splitlines()))
    if width > shutil.get_terminal_size((100, 24)).columns:  # the titles are the widest and the least needed
        table = tabulate([row[:-1] for row in rows], _COLUMNS[:-1], tablefmt="simple", disable_numparse=True)
    return f"{table}\n\n{_HINT}\n"


def _as_json(catalog: Catalog) -> str:
    listed: list[JsonValue] = [
        {
            "framework": framework.id,
            "title": framework.title,
            "about": framework.about,
            "complete": framework.complete,
            "versions": [_version(framework, version) for version in reversed(framework.versions)],
        }
        for framework in catalog.frameworks.values()
    ]
    return json.dumps({"schema": "dockmark/frameworks/1", "frameworks": listed}, indent=1) + "\n"


def _version(framework: Framework, version: str) -> JsonValue:
    reach = count_reach(framework, version)
    support = Counter(edge.support for each in framework.requirements if version in each.ids for edge in edges_of(each))
    return {
        "version": version,
        "requirements": sum(reach.values()) - reach[Reach.ASKS_NOTHING],
        "reach": {each.value: reach[each] for each in Reach},
        "controls": _controls(framework, version),
        "edges": {each.value: support[each] for each in Support},
    }
