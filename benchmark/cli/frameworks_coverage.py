"""``dockmark frameworks coverage``: requirement -> controls, how each is meant, and why no check goes further."""

from __future__ import annotations

import json
import shutil
import textwrap
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from typing import Final

from benchmark.cli.controls_list import chosen_version
from benchmark.cli.evaluation import framework_of, load_content
from benchmark.cli.exit_code import ExitCode
from benchmark.cli.frameworks import NamedFramework, find_framework
from benchmark.cli.printing import print_text
from benchmark.evaluate import edges_of
from benchmark.model.content import Catalog
from benchmark.model.facts import JsonValue
from benchmark.model.framework import Directness, Edge, Framework, Reach, Requirement, id_order
from benchmark.render.terminal_text import visible

_WIDEST: Final = 120
_REACHED: Final = {
    Reach.LARGELY: "covered largely",
    Reach.PARTLY: "covered partly",
    Reach.INCIDENTALLY: "touched incidentally",
    Reach.NOT_REACHABLE: "not reachable by a technical check",
    Reach.ASKS_NOTHING: "asks nothing itself",
}


def run(arguments: Namespace) -> ExitCode:
    """Prints every requirement of the framework, in the framework's order."""
    catalog = load_content(arguments)
    named = find_framework(catalog, arguments.framework)
    own = framework_of(catalog)
    benchmark = chosen_version(own, arguments.benchmark)
    if named.framework.id == own.id:
        named = NamedFramework(own, named.version or benchmark)
    numbers = own.ids_by_control(benchmark)
    if arguments.output == "json":
        print_text(_as_json(catalog, named, benchmark, numbers), as_utf8=True)
    else:
        width = max(40, min(shutil.get_terminal_size((100, 24)).columns, _WIDEST))
        lines = _Page(named, benchmark, numbers, width, verbose=arguments.verbose).lines()
        print_text("\n".join(lines) + "\n")
    return ExitCode.MET


def listed(named: NamedFramework) -> list[Requirement]:
    """The requirements of the version, in order."""
    version = named.chosen
    found = [each for each in named.framework.requirements if version in each.ids]
    return sorted(found, key=lambda each: id_order(each.ids[version]))


class _Page:
    """The table for people."""

    def __init__(
        self, named: NamedFramework, benchmark: str, numbers: dict[str, tuple[str, ...]], width: int, *, verbose: bool
    ) -> None:
        self._named = named
        self._benchmark = benchmark
        self._numbers = numbers
        self._width = width
        self._verbose = verbose

    def lines(self) -> Iterator[str]:
        framework, version = self._named.framework, self._named.chosen
        yield visible(f"{framework.title} {version}: its requirements and the controls mapped to them")
        yield f"In brackets the numbers of the CIS Docker Benchmark {self._benchmark}, and how directly a control speaks to it."
        if framework.about:
            yield from self._wrapped(framework.about, "")
        section = None
        for each in listed(self._named):
            name = each.ids[version]
            if (number := framework.section_of(name)) != section:
                section = number
                yield ""
                yield visible(f"{number} {framework.section_label(number, version)}".strip() or "Other requirements")
            yield from self._requirement(each, name)
        yield ""
        yield from self._wrapped(_summary(framework, version), "")

    def _requirement(self, requirement: Requirement, name: str) -> Iterator[str]:
        yield from self._wrapped(f"{name}  {requirement.label}", "  ")
        told = _REACHED[requirement.reach]
        answers = ", ".join(requirement.corresponds.get(self._named.chosen, ()))
        if requirement.reach is Reach.ASKS_NOTHING and answers:
            told += f", {answers} answers it"
        yield from self._wrapped(f"{told}: {requirement.reach_reason}" if requirement.reach_reason else told, "      ")
        edges = edges_of(requirement)
        if self._verbose:
            for each in edges:
                yield from self._wrapped(
                    f"{self._control(each)} {each.relationship}; {each.support}: {each.reason}", "      "
                )
            return
        for directness in Directness:
            same = [self._named_control(each) for each in edges if each.directness is directness]
            if same:
                yield from self._wrapped(f"{directness}: {', '.join(same)}", "      ")

    def _named_control(self, edge: Edge) -> str:
        numbers = self._numbers.get(edge.control, ())
        return f"{edge.control} ({', '.join(numbers)})" if numbers else edge.control

    def _control(self, edge: Edge) -> str:
        return f"{self._named_control(edge)} {edge.directness},"

    def _wrapped(self, text: str, indent: str) -> list[str]:
        return textwrap.wrap(
            visible(text), self._width, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
        )


def _summary(framework: Framework, version: str) -> str:
    reach = Counter(each.reach for each in framework.requirements if version in each.ids)
    asking = sum(reach.values()) - reach[Reach.ASKS_NOTHING]
    parts = (
        f"{reach[each]} {words}" for each, words in _REACHED.items() if reach[each] and each is not Reach.ASKS_NOTHING
    )
    listed_only = "" if framework.complete else " The framework has more: the list holds a selection."
    listed = f"{asking} requirements: {', '.join(parts)}.{listed_only}"
    return f"{listed} Mapped is not met: `dockmark audit --framework` says what results support."


def _as_json(catalog: Catalog, named: NamedFramework, benchmark: str, numbers: dict[str, tuple[str, ...]]) -> str:
    framework, version = named.framework, named.chosen
    requirements: list[JsonValue] = [
        {
            "id": each.ids[version],
            "label": each.label,
            "section": framework.section_of(each.ids[version]),
            "reach": each.reach.value,
            "reach_reason": each.reach_reason,
            "corresponds": {other: list(ids) for other, ids in each.corresponds.items()},
            "controls": [_edge(catalog, edge, numbers) for edge in edges_of(each)],
        }
        for each in listed(named)
    ]
    document = {
        "schema": "dockmark/framework-coverage/1",
        "framework": framework.id,
        "title": framework.title,
        "version": version,
        "complete": framework.complete,
        "about": framework.about,
        "benchmark": {"framework": "cis_docker", "version": benchmark},
        "requirements": requirements,
    }
    return json.dumps(document, indent=1) + "\n"


def _edge(catalog: Catalog, edge: Edge, numbers: dict[str, tuple[str, ...]]) -> JsonValue:
    return {
        "control": edge.control,
        "title": catalog.controls[edge.control].title,
        "cis_docker": list(numbers.get(edge.control, ())),
        "relationship": edge.relationship.value,
        "directness": edge.directness.value,
        "support": edge.support.value,
        "reason": edge.reason,
        "sources": list(edge.sources),
    }
