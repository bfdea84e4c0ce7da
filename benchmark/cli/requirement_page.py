"""A requirement of a framework, explained: what it is, how far checks reach, and its controls with the reason of each."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Final

from benchmark.evaluate import NamedRequirement, edges_of
from benchmark.model.content import Catalog
from benchmark.model.framework import Edge, Framework, Reach, Requirement
from benchmark.render.terminal_text import visible

_REACH: Final = {
    Reach.LARGELY: "Technical checks cover it largely.",
    Reach.PARTLY: "Technical checks cover it partly.",
    Reach.INCIDENTALLY: "Technical checks touch it only incidentally; they support nothing.",
    Reach.NOT_REACHABLE: "No technical check of a Docker host reaches it.",
    Reach.ASKS_NOTHING: "It asks nothing itself.",
}


def requirement_lines(
    catalog: Catalog, named: NamedRequirement, numbers: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    """The page, a paragraph an element, not wrapped. ``numbers`` are those of the benchmark, by control."""
    framework, requirement = named.framework, named.requirement
    yield f"{named.id}  {requirement.label}  ({framework.title} {named.version})"
    others = [f"{version}: {each}" for version, each in requirement.ids.items() if version != named.version]
    if others:
        yield f"  in other versions  {', '.join(others)}"
    for version, ids in requirement.corresponds.items():
        if ids:
            yield f"  corresponds to  {', '.join(ids)}{'' if version == named.version else f' of {version}'}"
    yield f"  {_REACH[requirement.reach]} {requirement.reach_reason}".rstrip()
    edges = edges_of(requirement)
    if not edges:
        yield "  No control speaks to it."
    for each in edges:
        shown = ", ".join(numbers.get(each.control, ()))
        title = catalog.controls[each.control].title
        yield ""
        yield f"  {each.control}{f' ({shown})' if shown else ''}: {title}"
        yield f"    {manner(each)}: {each.reason}"
        if each.sources:
            yield f"    sources: {'; '.join(each.sources)}"


def mapping_lines(framework: Framework, control: str) -> Iterator[str]:
    """What ``control`` means for ``framework``: a paragraph for each requirement, with the reason; nothing where it has none."""
    version = framework.newest
    for requirement in framework.requirements:
        for each in edges_of(requirement):
            if each.control == control:
                yield f"  {ids_text(requirement, version)}  {requirement.label}"
                yield f"    {manner(each)}: {each.reason}"


def ids_text(requirement: Requirement, newest: str) -> str:
    """``A.8.9 (2013: A.12.1.2)``: the id of the newest version, and those of others where they differ."""
    own = requirement.ids.get(newest)
    others = ", ".join(
        f"{version}: {each}" for version, each in requirement.ids.items() if version != newest and each != own
    )
    if own is None:
        return others
    return f"{own} ({others})" if others else own


def manner(edge: Edge) -> str:
    """``direct, supports; chained``."""
    return f"{edge.directness}, {edge.relationship}; {edge.support}"


def wrapped_lines(paragraphs: Iterator[str], width: int) -> Iterator[str]:
    """Each paragraph in lines of at most ``width``, continued below itself."""
    for each in paragraphs:
        indent = " " * (len(each) - len(each.lstrip()))
        yield from textwrap.wrap(
            visible(each.strip()),
            width,
            initial_indent=indent,
            subsequent_indent=f"{indent}  ",
            break_on_hyphens=False,
        ) or [""]
