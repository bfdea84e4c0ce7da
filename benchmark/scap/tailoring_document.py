"""The XCCDF 1.2 Tailoring document (NIST IR 7275r4, 6.7): what it says, before anything in it is looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from benchmark.scap.xml_reader import XCCDF, children_of, line_of, place_of, read_xml, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_BYTES: Final = 4_000_000
# What a tailoring may hold besides what it does: said to people, not to us.
_FOR_PEOPLE: Final = frozenset(
    {"status", "dc-status", "title", "description", "metadata", "signature", "reference", "platform", "remark", ""}
)
_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Select:
    """``select``: a rule or group is judged or not."""

    line: int
    idref: str
    selected: bool


@dataclass(frozen=True, slots=True)
class SetValue:
    """``set-value`` or ``set-complex-value``: the text, or the items, that a Value takes."""

    line: int
    idref: str
    value: str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefineValue:
    """``refine-value``: one of a Value's own values, by its selector, and another operator."""

    line: int
    idref: str
    selector: str
    operator: str | None


@dataclass(frozen=True, slots=True)
class RefineRule:
    """``refine-rule``: weight, severity, role and check selector, each as written, or None."""

    line: int
    idref: str
    weight: str | None
    severity: str | None
    role: str | None
    selector: str | None


Change: TypeAlias = "Select | SetValue | RefineValue | RefineRule"


@dataclass(frozen=True, slots=True)
class TailoringProfile:
    """A Profile of a tailoring; ``changes`` in document order. ``title`` is "" where it is empty (autotailor writes such)."""

    line: int
    id: str
    title: str
    extends: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class TailoringDocument:
    """A Tailoring as written. ``benchmark`` is the id of the benchmark it names, "" where it names none."""

    path: str
    id: str
    version: str
    time: str
    benchmark: str
    profiles: tuple[TailoringProfile, ...]


def read_tailoring(data: bytes, path: str) -> TailoringDocument:
    """The document in ``data``, which is called ``path`` in errors and results.

    Raises XmlRefused for what is no XCCDF 1.2 Tailoring with an id, a version and its time, and at least one profile, and for
    elements and attribute values that the standard does not know.
    """
    root = read_xml(data, path, MOST_BYTES)
    if root.tag != f"{{{XCCDF}}}Tailoring":
        raise place_of(root, path, f"the root element is {_short(root.tag)}, expected an XCCDF 1.2 Tailoring")
    version = time = benchmark = ""
    profiles: list[TailoringProfile] = []
    for name, each in children_of(root):
        if name == "version":
            version, time = text_of(each), _required(each, path, "time")
        elif name == "benchmark":
            benchmark = str(each.get("id") or "")
        elif name == "Profile":
            profiles.append(_profile(each, path))
        elif name not in _FOR_PEOPLE:
            raise place_of(each, path, f"a Tailoring holds no {name}")
    if not version:
        raise place_of(root, path, "a Tailoring needs a version")
    if not profiles:
        raise place_of(root, path, "a Tailoring needs at least one Profile")
    _require_distinct(root, path, profiles)
    return TailoringDocument(path, _required(root, path, "id"), version, time, benchmark, tuple(profiles))


def _profile(element: _Element, path: str) -> TailoringProfile:
    title = ""
    changes: list[Change] = []
    for name, each in children_of(element):
        if name in _CHANGES:
            changes.append(_CHANGES[name](each, path))
        elif name not in _FOR_PEOPLE and name not in ("version", "profile-note"):
            raise place_of(each, path, f"a Profile holds no {name}")
        elif name == "title":
            title = text_of(each)
    return TailoringProfile(
        line_of(element),
        _required(element, path, "id"),
        title,
        str(element.get("extends") or ""),
        tuple(changes),
    )


def _select(element: _Element, path: str) -> Select:
    selected = _required(element, path, "selected")
    if selected not in _TRUTH:
        raise place_of(element, path, f'selected="{selected}": expected true or false')
    return Select(line_of(element), _required(element, path, "idref"), _TRUTH[selected])


def _set_value(element: _Element, path: str) -> SetValue:
    return SetValue(line_of(element), _required(element, path, "idref"), text_of(element))


def _set_complex_value(element: _Element, path: str) -> SetValue:
    items = []
    for name, each in children_of(element):
        if name != "item":
            raise place_of(each, path, f"a set-complex-value holds no {name or _short(each.tag)}, expected item")
        items.append(text_of(each))
    return SetValue(line_of(element), _required(element, path, "idref"), tuple(items))


def _refine_value(element: _Element, path: str) -> RefineValue:
    return RefineValue(
        line_of(element),
        _required(element, path, "idref"),
        element.get("selector") or "",
        element.get("operator"),
    )


def _refine_rule(element: _Element, path: str) -> RefineRule:
    weight, severity, role, selector = (element.get(each) for each in ("weight", "severity", "role", "selector"))
    return RefineRule(line_of(element), _required(element, path, "idref"), weight, severity, role, selector)


_CHANGES: Final[Mapping[str, Callable[[_Element, str], Change]]] = {
    "select": _select,
    "set-value": _set_value,
    "set-complex-value": _set_complex_value,
    "refine-value": _refine_value,
    "refine-rule": _refine_rule,
}


def _required(element: _Element, path: str, attribute: str) -> str:
    value = element.get(attribute)
    if not value:
        raise place_of(element, path, f"{_short(element.tag)} needs the attribute {attribute}")
    return str(value)


def _require_distinct(root: _Element, path: str, profiles: list[TailoringProfile]) -> None:
    ids = [each.id for each in profiles]
    if twice := {each for each in ids if ids.count(each) > 1}:
        raise place_of(root, path, f"two profiles are called {', '.join(sorted(twice))}")


def _short(tag: object) -> str:
    return str(tag).rpartition("}")[2]
