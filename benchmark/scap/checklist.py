"""The catalogue as an XCCDF benchmark, before anything is written: groups, rules, profiles and values with their ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from benchmark.model.content import Catalog
from benchmark.model.control import Control, Parameter
from benchmark.model.facts import JsonValue
from benchmark.model.framework import Directness, Framework, Requirement, id_order
from benchmark.scap import names

LEVELS: Final[Mapping[str, int]] = {"level_1": 1, "level_2": 2}  # profile -> the level up to which it goes
BEYOND: Final = "beyond"
Describe: TypeAlias = Callable[[Control], str]
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Reference:
    """An item of a framework that a rule speaks to: ``framework`` is its id, ``item`` the item's ("4.4.3").

    ``incidental`` where the rule only helps by the way.
    """

    framework: str
    item: str
    incidental: bool = False


@dataclass(frozen=True, slots=True)
class ChecklistRule:
    """A control as a rule. ``number`` is that of its requirement; "" for a control beyond the framework.

    ``label`` is what the id ends in: the number, with a letter where several controls decide one requirement.
    ``version`` is the framework's; ``description`` says in a sentence what is checked.
    """

    id: str
    label: str
    number: str
    version: str
    description: str
    control: Control
    requirements: tuple[Requirement, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class ChecklistGroup:
    """A section: its rules, then the sections below it."""

    id: str
    section: str
    title: str
    rules: tuple[ChecklistRule, ...]
    groups: tuple[ChecklistGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class ChecklistProfile:
    """A profile, and the ids of the rules that it selects."""

    id: str
    name: str
    title: str
    selected: frozenset[str]


@dataclass(frozen=True, slots=True)
class ChecklistValue:
    """A parameter of a control. ``preset`` is what this version of the benchmark asks for, else the control's default."""

    id: str
    control: str
    parameter: Parameter
    preset: JsonValue


@dataclass(frozen=True, slots=True)
class Checklist:
    """One version of a framework as an XCCDF benchmark. ``digest`` is the catalogue's.

    ``catalogues`` maps the id of each framework that rules refer to -> our name for it.
    """

    id: str
    title: str
    framework: str
    version: str
    digest: str
    groups: tuple[ChecklistGroup, ...]
    profiles: tuple[ChecklistProfile, ...]
    values: tuple[ChecklistValue, ...]
    catalogues: Mapping[str, str]

    def rules(self) -> Iterator[ChecklistRule]:
        """Every rule, in document order."""
        for group in self.groups:
            yield from _rules(group)


def make_checklist(catalog: Catalog, framework: str, version: str, describe: Describe) -> Checklist:
    """The checklist of ``version``; ``describe`` says what a control checks, in a sentence.

    Raises KeyError for a framework or version that the catalogue does not hold.
    """
    known = catalog.frameworks[framework]
    if version not in known.versions:
        raise KeyError(version)
    rules = tuple(_rules_of(catalog, known, version, describe))
    presets = {name: value for each in known.requirements for name, value in each.presets.get(version, {}).items()}
    values = tuple(
        ChecklistValue(
            names.value_id(rule.control.id, each.name),
            rule.control.id,
            each,
            presets.get(f"{rule.control.id}.{each.name}", each.default),
        )
        for rule in rules
        for each in rule.control.parameters
    )
    referred = {framework, *(each.framework for rule in rules for each in rule.references)}
    return Checklist(
        names.benchmark_id(framework, version),
        f"{known.title} {version}",
        framework,
        version,
        catalog.digest,
        _grouped(known, rules),
        tuple(_profile(name, level, rules, version) for name, level in LEVELS.items()),
        values,
        {name: each.title for name, each in catalog.frameworks.items() if name in referred},
    )


def _rules_of(catalog: Catalog, framework: Framework, version: str, describe: Describe) -> Iterator[ChecklistRule]:
    """Every control once, under its first number; those beyond the framework follow, by id."""

    def rule(label: str, number: str, name: str, decided: tuple[Requirement, ...]) -> ChecklistRule:
        control = catalog.controls[name]
        references = tuple(
            Reference(each.id, item, incidental)
            for each in catalog.frameworks.values()
            for item, incidental in _items(each, name, framework, version)
        )
        return ChecklistRule(
            names.rule_id(label), label, number, version, describe(control), control, decided, references
        )

    deciding: dict[str, list[Requirement]] = {}
    for each in sorted(framework.requirements, key=lambda each: id_order(each.ids.get(version, ""))):
        for name in each.controls if version in each.ids else ():
            deciding.setdefault(name, []).append(each)
    sharing: dict[str, list[str]] = {}
    for name, decided in deciding.items():
        sharing.setdefault(decided[0].ids[version], []).append(name)
    for name, decided in deciding.items():
        number = decided[0].ids[version]
        shared = sharing[number]
        letter = _LETTERS[shared.index(name)] if len(shared) > 1 else ""
        yield rule(f"{number}{letter}", number, name, tuple(decided))
    mapped = {name for each in framework.requirements for name in each.controls}
    for name in sorted(catalog.controls.keys() - mapped):
        yield rule(name, "", name, ())


def _items(named: Framework, control: str, framework: Framework, version: str) -> tuple[tuple[str, bool], ...]:
    """The ids of what ``control`` speaks to in ``named``, and whether by the way alone: in ``version`` where it is the
    checklist's own framework, else in its newest.
    """
    wanted = version if named is framework else named.newest
    found = {
        each.ids[wanted]: any(
            edge.control == control and edge.directness is Directness.INCIDENTAL for edge in each.edges
        )
        for each in named.requirements
        if wanted in each.ids and control in each.controls
    }
    return tuple(sorted(found.items(), key=lambda each: id_order(each[0])))


def _grouped(framework: Framework, rules: tuple[ChecklistRule, ...]) -> tuple[ChecklistGroup, ...]:
    by_section: dict[str, list[ChecklistRule]] = {}
    for each in rules:
        by_section.setdefault(each.number.rpartition(".")[0] if each.number else BEYOND, []).append(each)
    sections = {part for each in by_section for part in _with_parents(each)}
    tops = sorted((each for each in sections if "." not in each and each != BEYOND), key=id_order)
    if BEYOND in sections:
        tops.append(BEYOND)
    return tuple(_group(each, sections, by_section, framework) for each in tops)


def _group(
    section: str, sections: set[str], rules: Mapping[str, list[ChecklistRule]], framework: Framework
) -> ChecklistGroup:
    below = sorted((each for each in sections if each.rpartition(".")[0] == section), key=id_order)
    title = "Beyond the benchmark" if section == BEYOND else f"{section} {framework.sections.get(section, '')}".rstrip()
    return ChecklistGroup(
        names.group_id(section),
        section,
        title,
        tuple(rules.get(section, ())),
        tuple(_group(each, sections, rules, framework) for each in below),
    )


def _with_parents(section: str) -> Iterator[str]:
    while section:
        yield section
        section = section.rpartition(".")[0]


def _profile(name: str, level: int, rules: tuple[ChecklistRule, ...], version: str) -> ChecklistProfile:
    selected = frozenset(
        rule.id for rule in rules if any(each.in_profile(version, level) for each in rule.requirements)
    )
    return ChecklistProfile(names.profile_id(name), name, f"Level {level}", selected)


def _rules(group: ChecklistGroup) -> Iterator[ChecklistRule]:
    yield from group.rules
    for each in group.groups:
        yield from _rules(each)
