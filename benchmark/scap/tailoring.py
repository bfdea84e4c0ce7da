"""From a Tailoring document to what it means for a checklist (NIST IR 7275r4, 6.7 and 7.2.3.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from benchmark.model.control import Parameter, Severity
from benchmark.model.facts import JsonValue
from benchmark.model.tailoring import Refinement, Role, Tailoring
from benchmark.scap.checklist import Checklist, ChecklistGroup
from benchmark.scap.names import is_place, profile_id
from benchmark.scap.tailoring_document import (
    Change,
    RefineRule,
    RefineValue,
    Select,
    SetValue,
    TailoringDocument,
    TailoringProfile,
)

_WEIGHT: Final = re.compile(
    r"0*([0-9]*)(?:\.([0-9]*?)0*)?"
)  # at most three digits that count: xccdf_1.2.xsd, weightType


class TailoringRefused(Exception):
    """A tailoring that does not fit the checklist; ``errors`` are all of them, each ``path:line: message``."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


@dataclass
class _State:
    """What the profile says so far. ``chosen`` holds rules and groups, by id."""

    chosen: dict[str, bool]
    parameters: dict[tuple[str, str], JsonValue] = field(default_factory=dict)
    refinements: dict[str, Refinement] = field(default_factory=dict)
    group_weights: dict[str, Decimal] = field(default_factory=dict)


def resolve_tailoring(document: TailoringDocument, checklist: Checklist, wanted: str | None) -> Tailoring:
    """The profile ``wanted`` of ``document``, by its id or what that ends in, on ``checklist``; None is its only profile.

    Changes count in document order, after those of the profile that is extended. Raises TailoringRefused with every id that
    there is not, every value that does not fit its parameter, and a benchmark that is another than the checklist.
    """
    return _Resolver(document, checklist).resolve(wanted)


class _Resolver:
    def __init__(self, document: TailoringDocument, checklist: Checklist) -> None:
        self._document = document
        self._checklist = checklist
        self._rules = {each.id: each for each in checklist.rules()}
        self._groups = {each.id: each for each in _groups(checklist.groups)}
        self._values = {each.id: each for each in checklist.values}
        self._errors: list[str] = []

    def resolve(self, wanted: str | None) -> Tailoring:
        document, checklist = self._document, self._checklist
        if document.benchmark and document.benchmark != checklist.id:
            self._add(1, f"made for {document.benchmark}, and this is {checklist.id}")
        profile = self._profile(wanted)
        state = _State({**dict.fromkeys(self._rules, False), **dict.fromkeys(self._groups, True)})
        base = "" if profile is None else self._apply(profile, state, ())
        if self._errors or profile is None:
            raise TailoringRefused([f"{document.path}:{each}" for each in self._errors])
        return Tailoring(
            href=document.path,
            id=document.id,
            version=document.version,
            time=document.time,
            profile=profile.id,
            title=profile.title,
            extends=base,
            selected=dict(self._selected(checklist.groups, state)),
            parameters=state.parameters,
            refinements=state.refinements,
            group_weights=state.group_weights,
        )

    def _profile(self, wanted: str | None) -> TailoringProfile | None:
        profiles = self._document.profiles
        found = [each for each in profiles if wanted in (None, each.id) or each.id.endswith(f"_{wanted}")]
        if len(found) == 1:
            return found[0]
        listed = ", ".join(each.id for each in profiles)
        several = "several profiles; name one" if wanted is None or found else f"no profile {wanted!r}"
        self._add(1, f"{several}: there are {listed}")
        return None

    def _apply(self, profile: TailoringProfile, state: _State, below: tuple[str, ...]) -> str:
        """Applies what ``profile`` extends, then its own changes; returns the benchmark's profile at the root, "" for none."""
        base = self._extended(profile, state, (*below, profile.id)) if profile.extends else ""
        for change in profile.changes:
            self._change(change, state)
        return base

    def _extended(self, profile: TailoringProfile, state: _State, below: tuple[str, ...]) -> str:
        own = next((each for each in self._document.profiles if each.id == profile.extends != profile.id), None)
        known = next((each for each in self._checklist.profiles if each.id == profile.extends), None)
        if own is not None and own.id not in below:
            return self._apply(own, state, below)
        if known is not None:  # also where a profile takes the place of the one it extends, as autotailor writes it
            state.chosen.update({each: each in known.selected for each in self._rules})
            return known.id
        if profile.extends in below:
            self._add(profile.line, f"{profile.id} extends itself")
        else:
            there = ", ".join(profile_id(each.name) for each in self._checklist.profiles)
            self._add(profile.line, f"extends {profile.extends}, which is no profile; there are {there}")
        return ""

    def _change(self, change: Change, state: _State) -> None:
        match change:
            case Select(line, idref, selected):
                if self._is_item(line, idref):
                    state.chosen[idref] = selected
            case SetValue():
                self._set(change, state)
            case RefineValue(line, idref, _, operator):
                # a Value here has one value, which stands for every selector (7.2.3.4.2)
                if self._is_value(line, idref) and operator not in (None, "equals"):
                    self._add(line, f"operator {operator!r}: the control says how its parameter is compared")
            case RefineRule():
                self._refine(change, state)

    def _set(self, change: SetValue, state: _State) -> None:
        if is_place(change.idref):  # of exported content: where a thing lies dockmark finds out itself
            return
        if not self._is_value(change.line, change.idref):
            return
        value = self._values[change.idref]
        try:
            read = read_value(value.parameter, change.value)
        except ValueError as error:
            self._add(change.line, f"{change.idref}: {error}")
        else:
            state.parameters[value.control, value.parameter.name] = read

    def _refine(self, change: RefineRule, state: _State) -> None:
        if not self._is_item(change.line, change.idref):
            return
        weight = self._weight(change)
        if change.idref in self._groups:
            if weight is not None:
                state.group_weights[self._groups[change.idref].section] = weight
            if change.severity or change.role:
                self._add(change.line, f"{change.idref} is a group, which has neither severity nor role")
            return
        control = self._rules[change.idref].control.id
        known = state.refinements.get(control, Refinement())
        state.refinements[control] = Refinement(
            known.weight if weight is None else weight,
            self._severity(change) or known.severity,
            self._role(change) or known.role,
        )

    def _weight(self, change: RefineRule) -> Decimal | None:
        if change.weight is None:
            return None
        found = _WEIGHT.fullmatch(change.weight)
        if found and change.weight.strip(".") and len(found[1] + (found[2] or "")) <= 3:
            return Decimal(change.weight)
        self._add(change.line, f"weight {change.weight!r}: expected a number of at most three digits, not negative")
        return None

    def _severity(self, change: RefineRule) -> Severity | None:
        if change.severity in (None, *Severity):
            return None if change.severity is None else Severity(change.severity)
        known = ", ".join(Severity)
        self._add(change.line, f"severity {change.severity!r}: here it is one of {known}")
        return None

    def _role(self, change: RefineRule) -> Role | None:
        if change.role in (None, *Role):
            return None if change.role is None else Role(change.role)
        self._add(change.line, f"role {change.role!r}: expected one of {', '.join(Role)}")
        return None

    def _is_item(self, line: int, idref: str) -> bool:
        if idref in self._rules or idref in self._groups:
            return True
        self._add(line, f"no rule or group {idref} in {self._checklist.id}")
        return False

    def _is_value(self, line: int, idref: str) -> bool:
        if idref in self._values:
            return True
        self._add(line, f"no value {idref} in {self._checklist.id}")
        return False

    def _selected(
        self, groups: tuple[ChecklistGroup, ...], state: _State, *, above: bool = True
    ) -> Iterator[tuple[str, bool]]:
        """A rule is judged when it is selected itself and every group around it is."""
        for group in groups:
            here = above and state.chosen[group.id]
            yield from ((each.control.id, here and state.chosen[each.id]) for each in group.rules)
            yield from self._selected(group.groups, state, above=here)

    def _add(self, line: int, message: str) -> None:
        self._errors.append(f"{line}: {message}")


def read_value(parameter: Parameter, text: str | tuple[str, ...]) -> JsonValue:
    """The value of ``parameter`` that ``text`` stands for; a list is divided by comma, or comes in items. Raises ValueError."""
    if isinstance(text, tuple):
        if parameter.type == "strings":
            return [*text]
        raise ValueError(f"a list where {parameter.type} is expected")
    match parameter.type:
        case "strings":
            return [each.strip() for each in text.split(",")] if text else []
        case "string":
            return text
        case "int" if re.fullmatch(r"-?[0-9]{1,19}", text):
            return int(text)
        case "bool" if text in ("true", "false", "1", "0"):
            return text in ("true", "1")
        case _:
            wanted: Mapping[str, str] = {"int": "an integer", "bool": "true or false"}
            raise ValueError(f"{text!r} is not {wanted[parameter.type]}")


def _groups(groups: tuple[ChecklistGroup, ...]) -> Iterator[ChecklistGroup]:
    for each in groups:
        yield each
        yield from _groups(each.groups)
