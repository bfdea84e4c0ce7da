"""Requirement ids, sections and ranges of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from benchmark.model.framework import Requirement, id_order
from benchmark.model.result import ControlResult

BEYOND_TITLE: Final = "Beyond the benchmark"  # over the controls that decide no requirement


def ids_of(requirements: Iterable[Requirement], version: str) -> tuple[str, ...]:
    """The ids that ``requirements`` carry in ``version``, in the framework's order, each once."""
    return tuple(sorted({each.ids[version] for each in requirements if version in each.ids}, key=id_order))


def mapped_ids(result: ControlResult, framework: str, version: str) -> dict[str, tuple[str, ...]]:
    """The ids of a control in every framework that names it, the benchmark's own ``framework`` first."""
    own = {framework: ids_of(result.requirements, version)} if result.requirements else {}
    return {**own, **result.mapped}


def section_of(requirement_id: str) -> str:
    """The number of the section an item stands in: 5 for 5.10, 1.1 for 1.1.3, "" for an id without parts."""
    return requirement_id.rpartition(".")[0]


def section_of_result(result: ControlResult, version: str) -> str:
    """The section in which a control is shown: that of its first id; "" when it has none in ``version``."""
    ids = ids_of(result.requirements, version)
    return section_of(ids[0]) if ids else ""


def section_title(section: str, labels: Mapping[str, str]) -> str:
    """``5 Container runtime``; the number alone where nobody gave a label, and a name for what has no number."""
    if not section:
        return "Other controls"
    label = labels.get(section)
    return f"{section} {label}" if label else f"Section {section}"


def compact_ranges(ids: Iterable[str]) -> str:
    """Ids in order, three or more in a row as a range: ``2.1-2.4, 2.9, 2.11``."""
    runs: list[list[str]] = []
    for each in sorted(set(ids), key=id_order):
        if runs and _follows(runs[-1][-1], each):
            runs[-1].append(each)
        else:
            runs.append([each])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def _follows(before: str, after: str) -> bool:
    section, _, last = before.rpartition(".")
    next_section, _, next_last = after.rpartition(".")
    if section != next_section or not (
        last.isascii() and last.isdigit() and next_last.isascii() and next_last.isdigit()
    ):
        return False
    return int(next_last) == int(last) + 1
