"""``dockmark controls list``: what is judged, and what is not judged yet."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import dataclass

from tabulate import tabulate

from benchmark.cli.evaluation import FRAMEWORK, framework_of, load_content
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.printing import print_text
from benchmark.model.content import Catalog
from benchmark.model.control import Control
from benchmark.model.framework import Framework, Requirement, id_order
from benchmark.render.terminal_text import visible


@dataclass(frozen=True, slots=True)
class Entry:
    """A requirement and one control that decides it; None while no control does."""

    number: str
    requirement: Requirement
    control: Control | None


def run(arguments: Namespace) -> ExitCode:
    """Prints the list."""
    catalog = load_content(arguments)
    framework = framework_of(catalog)
    version = chosen_version(framework, arguments.benchmark)
    entries = list_entries(catalog, version, int(arguments.profile[-1]))
    if arguments.output == "json":
        print_text(_as_json(entries, version, arguments.profile), as_utf8=True)
    else:
        print_text(_as_table(entries, f"{framework.title} {version}, {arguments.profile}"))
    return ExitCode.MET


def chosen_version(framework: Framework, version: str | None) -> str:
    """``version``, or the newest. Raises Refusal when the framework has no such version."""
    if version is None or version in framework.versions:
        return version or framework.newest
    raise Refusal(f"no version {version!r} of {framework.id}; there are {', '.join(framework.versions)}")


def list_entries(catalog: Catalog, version: str, level: int) -> tuple[Entry, ...]:
    """Every requirement of ``version`` up to ``level`` with each of its controls, in the order of the numbering."""
    framework = framework_of(catalog)
    selected = [each for each in framework.requirements if each.in_profile(version, level)]
    return tuple(
        Entry(each.ids[version], each, catalog.controls[control] if control else None)
        for each in sorted(selected, key=lambda each: id_order(each.ids[version]))
        for control in each.controls or (None,)
    )


def _as_table(entries: tuple[Entry, ...], heading: str) -> str:
    rows = [
        (
            entry.number,
            entry.control.id if entry.control else "-",
            entry.control.severity.value if entry.control else "-",
            entry.control.automation.value if entry.control else "not judged yet",
            visible(entry.control.title if entry.control else entry.requirement.label),
        )
        for entry in entries
    ]
    headers = ("CIS", "control", "severity", "automation", "title")
    table = tabulate(rows, headers, tablefmt="simple", disable_numparse=True)
    waiting = sum(entry.control is None for entry in entries)
    numbers = len({entry.number for entry in entries})
    return f"{heading}\n\n{table}\n\n{numbers} recommendations, {waiting} of them not judged yet\n"


def _as_json(entries: tuple[Entry, ...], version: str, profile: str) -> str:
    document = {
        "schema": "dockmark/controls/1",
        "benchmark": {"framework": FRAMEWORK, "version": version},
        "profile": profile,
        "controls": [
            {
                "number": entry.number,
                "control": entry.control.id if entry.control else None,
                "severity": entry.control.severity.value if entry.control else None,
                "automation": entry.control.automation.value if entry.control else None,
                "title": entry.control.title if entry.control else entry.requirement.label,
                "levels": list(entry.requirement.levels.get(version, ())),
                "published_assessment": entry.requirement.assessment.get(version),
            }
            for entry in entries
        ],
    }
    return json.dumps(document, indent=1) + "\n"
