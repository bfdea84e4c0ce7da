"""What an OVAL document is made of, as frozen data: values, items, states and criteria (OVAL 5.11.2).

Two terms that are equal become one element of the document, so that content may build them wherever it needs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

FILE: Final = "unix:file"
TEXT: Final = "ind:textfilecontent54"
PROCESS: Final = "unix:process58"
PARTITION: Final = "linux:partition"
VARIABLE: Final = "ind:variable"


@dataclass(frozen=True, slots=True)
class Setting:
    """A Value of the benchmark: an external variable that the rule's check-export binds."""

    value: str
    datatype: str = "string"


@dataclass(frozen=True, slots=True)
class Constant:
    """Fixed values."""

    values: tuple[str, ...]
    datatype: str = "string"


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of a text that commas divide, as lists stand in Values."""

    of: Term


@dataclass(frozen=True, slots=True)
class Concat:
    """Texts and terms one behind the other; several values of a term make several texts."""

    parts: tuple[str | Term, ...]


@dataclass(frozen=True, slots=True)
class Escaped:
    """The text as a regular expression that matches just it."""

    of: Term


@dataclass(frozen=True, slots=True)
class Captured:
    """What the first group of ``pattern`` matches in each value."""

    of: Term
    pattern: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of items that were found: as many values as there are items."""

    of: Items
    name: str
    datatype: str = "string"


Term: TypeAlias = "Setting | Constant | Split | Concat | Escaped | Captured | Field"


@dataclass(frozen=True, slots=True)
class Entity:
    """A field of an object or state: a text, one of a term's values, or (None) nil."""

    name: str
    value: str | Term | None
    operation: str = "equals"
    datatype: str = "string"
    var_check: str = "at least one"


@dataclass(frozen=True, slots=True)
class State:
    """What an item must be like: every entity holds, or with ``OR`` one of them."""

    kind: str
    entities: tuple[Entity, ...]
    operator: str = "AND"


@dataclass(frozen=True, slots=True)
class Found:
    """Items that the entities describe; ``behaviors`` are the object's attributes of that name."""

    kind: str
    entities: tuple[Entity, ...]
    behaviors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Filtered:
    """Those of the items that are as ``state`` says (``keep``), or those that are not."""

    of: Items
    state: State
    keep: bool

    @property
    def kind(self) -> str:
        """The kind of the items."""
        return self.of.kind


@dataclass(frozen=True, slots=True)
class Combined:
    """UNION, INTERSECTION or COMPLEMENT of two sets of items of one kind."""

    operator: str
    left: Items
    right: Items

    @property
    def kind(self) -> str:
        """The kind of the items."""
        return self.left.kind


Items: TypeAlias = "Found | Filtered | Combined"


@dataclass(frozen=True, slots=True)
class Exists:
    """There is at least one of the items."""

    items: Items
    comment: str


@dataclass(frozen=True, slots=True)
class Meets:
    """There are items, and ``check`` of them ("all", "at least one") are as ``state`` says."""

    items: Items
    state: State
    check: str
    comment: str


@dataclass(frozen=True, slots=True)
class Every:
    """All of the criteria hold."""

    parts: tuple[Criteria, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One of the criteria holds."""

    parts: tuple[Criteria, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """The criteria do not hold."""

    part: Criteria


@dataclass(frozen=True, slots=True)
class Certain:
    """What holds, or does not, whatever the host is like."""

    value: bool


@dataclass(frozen=True, slots=True)
class Undecided:
    """Neither true nor false: ``person`` when somebody has to judge (not evaluated), else because nobody can know."""

    person: bool


Criteria: TypeAlias = "Exists | Meets | Every | Some | Negated | Certain | Undecided"

TRUE: Final = Certain(value=True)
FALSE: Final = Certain(value=False)
UNKNOWN: Final = Undecided(person=False)
PERSON: Final = Undecided(person=True)


def every(*parts: Criteria) -> Criteria:
    """All of ``parts``, without what goes without saying."""
    kept = tuple(dict.fromkeys(each for each in _flat(Every, parts) if each != TRUE))
    if FALSE in kept:
        return FALSE
    return kept[0] if len(kept) == 1 else Every(kept) if kept else TRUE


def some(*parts: Criteria) -> Criteria:
    """One of ``parts``, without what goes without saying."""
    kept = tuple(dict.fromkeys(each for each in _flat(Some, parts) if each != FALSE))
    if TRUE in kept:
        return TRUE
    return kept[0] if len(kept) == 1 else Some(kept) if kept else FALSE


def negated(part: Criteria) -> Criteria:
    """The opposite; ignorance stays what it is."""
    match part:
        case Certain(value):
            return Certain(value=not value)
        case Negated(inner):
            return inner
        case Undecided():
            return part
        case _:
            return Negated(part)


def _flat(kind: type[Every | Some], parts: tuple[Criteria, ...]) -> tuple[Criteria, ...]:
    return tuple(inner for each in parts for inner in (each.parts if isinstance(each, kind) else (each,)))
