"""Frameworks: their versions and requirements, and which controls decide a requirement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmark.model.facts import JsonValue


@dataclass(frozen=True, slots=True)
class Requirement:
    """One item of a framework across its versions.

    ``ids`` maps version -> id ("5.5"); a version in which the item does not exist has no entry. ``levels`` maps version ->
    the profile levels it belongs to; ``assessment`` maps version -> ``automated`` or ``manual``, as published.
    ``controls`` are ids of controls, in the mapping's order; empty while nothing decides the requirement. ``presets`` maps
    version -> "control.parameter" -> the value that this version asks for, where it is not the control's default.
    """

    label: str
    ids: Mapping[str, str]
    levels: Mapping[str, tuple[int, ...]]
    assessment: Mapping[str, str]
    controls: tuple[str, ...]
    presets: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)

    def in_profile(self, version: str, level: int) -> bool:
        """True when the item exists in ``version`` and belongs to ``level`` or a lower one (level 2 includes level 1)."""
        return version in self.ids and any(each <= level for each in self.levels.get(version, ()))


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework: id (``cis_docker``), our name for it, its versions oldest first, and its requirements.

    ``sections`` maps a section number to our own label for it.
    """

    id: str
    title: str
    versions: tuple[str, ...]
    sections: Mapping[str, str]
    requirements: tuple[Requirement, ...]

    @property
    def newest(self) -> str:
        """The version used when none is named."""
        return self.versions[-1]


def id_order(requirement_id: str) -> tuple[tuple[int, str], ...]:
    """A sort key that puts 5.2 before 5.10 and A.5.9 before A.5.10."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in requirement_id.split("."))
