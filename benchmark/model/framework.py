"""Frameworks: their versions and requirements, and which controls speak to a requirement, how, and why."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from benchmark.model.facts import JsonValue

_PIECES: Final = re.compile(r"[0-9]+|[^0-9.() ]+")


class Relationship(enum.StrEnum):
    """What a control is to a requirement, read from the control's side (NIST IR 8477, sections 4.2 and 4.3)."""

    EQUAL = "equal"
    SUBSET_OF = "subset-of"  # all that the control asks, the requirement asks too
    SUPERSET_OF = "superset-of"
    INTERSECTS_WITH = "intersects-with"
    SUPPORTS = "supports"  # the control helps to meet the requirement, whose scope is of another kind


class Directness(enum.StrEnum):
    """How much of the requirement's own intent the control is about."""

    DIRECT = "direct"
    PARTIAL = "partial"
    INCIDENTAL = "incidental"


class Support(enum.StrEnum):
    """Who says so."""

    PUBLISHED = "published"  # a public mapping states this edge
    FRAMEWORK_TEXT = "framework text"  # the framework itself names it
    CHAINED = "chained"  # follows from two or more public crosswalks
    OWN_JUDGEMENT = "own judgement"


class Reach(enum.StrEnum):
    """How far technical checks of a Docker host can speak to a requirement."""

    LARGELY = "largely"
    PARTLY = "partly"
    INCIDENTALLY = "incidentally"
    NOT_REACHABLE = "not reachable"
    ASKS_NOTHING = "asks nothing"  # a risk or a scenario that the framework describes; what answers it stands elsewhere


@dataclass(frozen=True, slots=True)
class Edge:
    """One line of a mapping: a control, what it is to the requirement, who says so, and why.

    ``reason`` is a sentence that a reviewer can agree or disagree with; ``sources`` name public documents, if any.
    """

    control: str
    relationship: Relationship
    directness: Directness
    support: Support
    reason: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """One item of a framework across its versions.

    ``ids`` maps version -> id ("5.5"); a version in which the item does not exist has no entry. ``levels`` maps version ->
    the profile levels it belongs to; ``assessment`` maps version -> ``automated`` or ``manual``, as published; both are
    empty in frameworks that have none. ``controls`` are ids of controls, in the mapping's order; empty while nothing decides
    the requirement. ``presets`` maps version -> "control.parameter" -> the value that this version asks for, where it is not
    the control's default. ``edges`` say of each of ``controls``, in the same order, how it is meant. ``reach`` says how far
    technical checks can go, ``reach_reason`` why not further. ``corresponds`` maps version -> the ids of other items that
    treat the same matter: what a merged or divided item was called in another version, or the countermeasure of a risk.
    """

    label: str
    ids: Mapping[str, str]
    levels: Mapping[str, tuple[int, ...]]
    assessment: Mapping[str, str]
    controls: tuple[str, ...]
    presets: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    reach: Reach = Reach.LARGELY
    reach_reason: str = ""
    corresponds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def in_profile(self, version: str, level: int) -> bool:
        """True when the item exists in ``version`` and belongs to ``level`` or a lower one (level 2 includes level 1)."""
        return version in self.ids and any(each <= level for each in self.levels.get(version, ()))


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework: id (``cis_docker``), our name for it, its versions oldest first, and its requirements.

    ``sections`` maps a section number to our own label for it, as the newest version means it; ``former_sections`` maps an
    older version -> the labels that differ there. ``complete`` is False for a selection of the framework's items, and
    ``about`` says in our own words what the list rests on.
    """

    id: str
    title: str
    versions: tuple[str, ...]
    sections: Mapping[str, str]
    requirements: tuple[Requirement, ...]
    complete: bool = True
    about: str = ""
    former_sections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def newest(self) -> str:
        """The version used when none is named."""
        return self.versions[-1]

    def ids_by_control(self, version: str) -> dict[str, tuple[str, ...]]:
        """Control -> the ids of the requirements of ``version`` that name it, in order."""
        found: dict[str, list[str]] = {}
        for each in self.requirements:
            for control in each.controls if version in each.ids else ():
                found.setdefault(control, []).append(each.ids[version])
        return {control: tuple(sorted(ids, key=id_order)) for control, ids in found.items()}

    def section_of(self, requirement_id: str) -> str:
        """The number of the closest section that holds ``requirement_id`` ("A.8" for A.8.9, "AC" for AC-6(5)); "" for none."""
        within = [
            each
            for each in self.sections
            if requirement_id.startswith(each) and not requirement_id[len(each) : len(each) + 1].isalnum()
        ]
        return max(within, default="")  # all begin the same id, so the greatest is the longest

    def section_label(self, section: str, version: str) -> str:
        """Our label for ``section`` as ``version`` means it; "" for a section that has none."""
        return self.former_sections.get(version, {}).get(section, self.sections.get(section, ""))


def id_order(requirement_id: str) -> tuple[tuple[int, str], ...]:
    """A sort key that puts 5.2 before 5.10, A.5.9 before A.5.10, and AC-6 before AC-6(5) before AC-17."""
    return tuple(
        (int(part), "") if part.isascii() and part.isdigit() else (-1, part) for part in _PIECES.findall(requirement_id)
    )
