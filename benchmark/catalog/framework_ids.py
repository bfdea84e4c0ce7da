"""The ids of a framework: sections that hold them, versions that rename them, and items that correspond to each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmark.catalog.positioned import Report, no_such, read_entries, read_items, read_line
from benchmark.catalog.yaml_source import Node, Table
from benchmark.model.framework import Framework, Requirement


def read_sections(
    report: Report, node: Node, versions: tuple[str, ...]
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The labels of the sections, and for older versions those that differ there.

    A label is one line for all versions, or one for each version in which the section exists.
    """
    sections: dict[str, str] = {}
    former: dict[str, dict[str, str]] = {}
    for number, (_, label) in read_entries(report, node, "sections").items():
        if not isinstance(label, Table):
            sections[number] = read_line(report, label, f"the label of section {number}")
            continue
        per_version: dict[str, str] = {}
        for version, (key, each) in read_entries(report, label, "a label").items():
            if version not in versions:
                report.at(key, no_such("version", version, versions))
            per_version[version] = read_line(report, each, f"the label of section {number} in {version}")
        if not per_version:
            report.at(label, f"the label of section {number} needs at least one version")
        latest = [each for each in versions if each in per_version]
        sections[number] = per_version[latest[-1]] if latest else ""
        for version in latest[:-1]:
            former.setdefault(version, {})[number] = per_version[version]
    return sections, former


def read_corresponding(report: Report, node: Node, versions: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Version -> ids of other items that treat the same matter."""
    found: dict[str, tuple[str, ...]] = {}
    for version, (key, listed) in read_entries(report, node, "corresponds").items():
        if version not in versions:
            report.at(key, no_such("version", version, versions))
        ids: list[str] = []
        for each in read_items(report, listed, f"what corresponds in {version}"):
            stated = read_line(report, each, "an id")
            if stated in ids:
                report.at(each, f"{stated} stands twice")
            elif stated:
                ids.append(stated)
        found[version] = tuple(ids)
    return found


def check_items(report: Report, framework: Framework, items: Sequence[tuple[Node, Requirement]]) -> None:
    """Ids are unique within a version and lie in a section that has a label; correspondence is stated on both sides."""
    owners: dict[tuple[str, str], tuple[Node, Requirement]] = {}
    for node, requirement in items:
        for version, each in requirement.ids.items():
            first, _ = owners.setdefault((version, each), (node, requirement))
            if first is not node:
                report.at(node, f"{each} of {version} stands twice, first in line {first.line}")
        for each in dict.fromkeys(requirement.ids.values()):
            if not framework.section_of(each):
                report.at(node, f"{each} lies in section {_parent(each)!r}, which has no label under sections")
    for node, requirement in items:
        for message in _unanswered(requirement, owners):
            report.at(node, message)


def _unanswered(requirement: Requirement, owners: Mapping[tuple[str, str], tuple[Node, Requirement]]) -> Iterator[str]:
    """What is wrong with the correspondences of ``requirement``: an id that does not exist, or does not answer."""
    own = set(requirement.ids.items())
    for version, ids in requirement.corresponds.items():
        for each in ids:
            node, other = owners.get((version, each), (None, None))
            if other is None or node is None:
                yield f"it corresponds to {each} of {version}, which does not exist"
            elif other is requirement:
                yield f"it corresponds to {each} of {version}, which is the item itself"
            elif not any((back, name) in own for back, names in other.corresponds.items() for name in names):
                yield f"it corresponds to {each} of {version}, which does not say so in line {node.line}"


def _parent(requirement_id: str) -> str:
    return requirement_id.rpartition(".")[0] or requirement_id.partition("-")[0]
