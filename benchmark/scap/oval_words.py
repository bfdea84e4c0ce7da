"""What a word of the language is in OVAL: data that says how a state compares what an object found (OVAL 5.11.2).

A word's row in the operator table makes one of these of the word's argument; ``export`` makes states, filters and patterns of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from benchmark.model.control import Argument, ParameterRef
from benchmark.model.declaration import Type

_LISTS: Final = (Type.STRINGS, Type.PATHS, Type.RECORDS)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A value against one of ``values``, or of those that the parameter holds.

    ``operation`` and ``datatype`` are OVAL's. With ``around`` a value stands escaped between its two parts, as a pattern.
    """

    operation: str
    values: tuple[str, ...] | ParameterRef
    datatype: str = "string"
    around: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class OfValue:
    """The value itself compares so."""

    comparison: Comparison


@dataclass(frozen=True, slots=True)
class OfElements:
    """``some``, ``every`` or ``none`` of a list's elements compare so."""

    quantifier: str
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """The list has no element."""


@dataclass(frozen=True, slots=True)
class ModeBits:
    """No permission bit is set beyond ``allowed``."""

    allowed: int


@dataclass(frozen=True, slots=True)
class OwnedBy:
    """Owning user and group: "root", digits, or another name."""

    user: str
    group: str


@dataclass(frozen=True, slots=True)
class Presence:
    """There is a value, or it is proven that there is none."""

    there: bool


@dataclass(frozen=True, slots=True)
class Inexpressible:
    """OVAL has nothing that says the same, and why."""

    why: str


Counterpart: TypeAlias = "OfValue | OfElements | IsEmpty | ModeBits | OwnedBy | Presence | Inexpressible"


def equal(argument: Argument, fact_type: Type) -> Counterpart:
    """``equals``: one value; of lists only the empty one, for OVAL knows no order of items."""
    if isinstance(argument, list):
        return IsEmpty() if not argument else Inexpressible("OVAL does not compare lists in their order")
    if fact_type in _LISTS:
        return Inexpressible("OVAL does not compare lists in their order")
    return OfValue(Comparison("equals", _texts(argument), _datatype(fact_type)))


def one_of(argument: Argument, fact_type: Type) -> Counterpart:
    """``one_of``."""
    return OfValue(Comparison("equals", _texts(argument), _datatype(fact_type)))


def matching(argument: Argument, _: Type) -> Counterpart:
    """``matches``: RE2 and PCRE read our expressions alike; both ends are anchored, for a pattern of OVAL's may match a part."""
    if isinstance(argument, ParameterRef):
        return Inexpressible("an expression in a Value cannot be anchored")
    return OfValue(Comparison("pattern match", (rf"\A(?:{argument})\z",)))


def starting(argument: Argument, fact_type: Type) -> Counterpart:
    """``starts_with_any``."""
    comparison = Comparison("pattern match", _texts(argument), around=(r"\A", ""))
    return OfElements("some", comparison) if fact_type in _LISTS else OfValue(comparison)


def at_least(argument: Argument, _: Type) -> Counterpart:
    """``at_least``."""
    return OfValue(Comparison("greater than or equal", _texts(argument), "int"))


def at_most(argument: Argument, _: Type) -> Counterpart:
    """``at_most``."""
    return OfValue(Comparison("less than or equal", _texts(argument), "int"))


def version_at_least(argument: Argument, _: Type) -> Counterpart:
    """``version_at_least``: OVAL's own versions have no suffix such as ``+dfsg1``, which ours leave out when comparing."""
    return OfValue(Comparison("greater than or equal", _texts(argument), "version"))


def containing(argument: Argument, _: Type) -> Counterpart:
    """``contains`` and ``contains_any``."""
    return OfElements("some", Comparison("equals", _texts(argument)))


def subset(argument: Argument, _: Type) -> Counterpart:
    """``subset_of``."""
    return IsEmpty() if argument == [] else OfElements("every", Comparison("equals", _texts(argument)))


def disjoint(argument: Argument, _: Type) -> Counterpart:
    """``disjoint_from``."""
    return OfElements("none", Comparison("equals", _texts(argument)))


def under_none(argument: Argument, fact_type: Type) -> Counterpart:
    """``under_none_of``, of paths that are clean: a path is below another by component, and / is only itself."""
    if fact_type not in _LISTS:
        return Inexpressible("a path must be cleaned before it is compared, which OVAL cannot")
    return OfElements("none", Comparison("pattern match", _texts(argument), around=(r"\A", r"(?:/|\z)")))


def mode_at_most(argument: Argument, _: Type) -> Counterpart:
    """``mode_at_most``."""
    if not isinstance(argument, str):
        return Inexpressible("the bits of a mode in a Value cannot be taken apart")
    return ModeBits(int(argument, 8))


def owned_by(argument: Argument, _: Type) -> Counterpart:
    """``owned_by``."""
    if not isinstance(argument, str):
        return Inexpressible("the names in a Value cannot be looked up")
    user, group = argument.split(":")
    return OwnedBy(user, group)


def present(_: Argument, __: Type) -> Counterpart:
    """``present``."""
    return Presence(there=True)


def absent(_: Argument, __: Type) -> Counterpart:
    """``absent``."""
    return Presence(there=False)


def _texts(argument: Argument) -> tuple[str, ...] | ParameterRef:
    if isinstance(argument, ParameterRef):
        return argument
    return tuple(_text(each) for each in (argument if isinstance(argument, list) else [argument]))


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _datatype(fact_type: Type) -> str:
    return "int" if fact_type is Type.INT else "string"
