"""Requirements as people name them: ``5.5``, ``A.8.9``, ``4.4.3``, ``iso_27001:A.8.9``, ``iso_27001:2013:A.12.1.2``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmark.model.content import Catalog
from benchmark.model.framework import Framework, Requirement, id_order


@dataclass(frozen=True, slots=True)
class NamedRequirement:
    """A requirement, and the framework and version in which a name stands for it."""

    framework: Framework
    version: str
    requirement: Requirement

    @property
    def id(self) -> str:
        """Its id in that version."""
        return self.requirement.ids[self.version]

    @property
    def name(self) -> str:
        """The name that means it and nothing else."""
        version = "" if self.version == self.framework.newest else f"{self.version}:"
        return f"{self.framework.id}:{version}{self.id}"


def find_requirements(catalog: Catalog, own: Framework, version: str, name: str) -> tuple[NamedRequirement, ...]:
    """All that ``name`` may mean, the likeliest first: the benchmark ``own`` in ``version``, then the other frameworks in the
    catalogue's order, each in its newest version that has the id. A framework before a colon leaves that one, a version before
    a second colon that version. Ids are the same in capitals and small letters.
    """
    first, colon, rest = name.partition(":")
    if not colon:
        order = (own, *(each for each in catalog.frameworks.values() if each.id != own.id))
        return tuple(found for each in order for found in _in_framework(each, version if each is own else None, name))
    framework = catalog.frameworks.get(first)
    if framework is None:
        return ()
    wanted, second, item = rest.partition(":")
    if second:
        return tuple(_in_version(framework, wanted, item))
    return tuple(_in_framework(framework, version if framework is own else None, rest))


def find_section(catalog: Catalog, own: Framework, version: str, name: str) -> tuple[NamedRequirement, ...]:
    """The requirements of the section that ``name`` stands for ("nist_sp_800_190:4.4", "A.8"), in order; none for no section.

    Frameworks are looked through in the same order as for requirements, and the first that has the section is taken.
    """
    first, colon, rest = name.partition(":")
    named = [catalog.frameworks[first]] if colon and first in catalog.frameworks else []
    order = named if colon else [own, *(each for each in catalog.frameworks.values() if each.id != own.id)]
    section = rest if colon else name
    for framework in order:
        chosen = version if framework is own else framework.newest
        found = [
            NamedRequirement(framework, chosen, each)
            for each in framework.requirements
            if chosen in each.ids and _is_within(framework.section_of(each.ids[chosen]), section)
        ]
        if section in framework.sections and found:
            return tuple(sorted(found, key=lambda each: id_order(each.id)))
    return ()


def _is_within(section: str, outer: str) -> bool:
    return section == outer or section.startswith(f"{outer}.")


def _in_framework(framework: Framework, version: str | None, item: str) -> Iterator[NamedRequirement]:
    """In ``version`` alone, or in the newest version that has the id."""
    for each in (version,) if version is not None else reversed(framework.versions):
        found = tuple(_in_version(framework, each, item))
        if found:
            yield from found
            return


def _in_version(framework: Framework, version: str, item: str) -> Iterator[NamedRequirement]:
    for each in framework.requirements:
        if each.ids.get(version, "").casefold() == item.casefold():
            yield NamedRequirement(framework, version, each)
