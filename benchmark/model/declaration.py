"""How a fact and a collection are declared."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from benchmark.model.facts import JsonValue


class Type(enum.StrEnum):
    """Types of facts."""

    BOOL = "bool"
    INT = "int"  # 64 bit
    STRING = "string"
    VERSION = "version"  # "20.10.24+dfsg1"
    MODE = "mode"  # permission bits as an octal string of four digits, "0644"
    OWNER = (
        "owner"  # {"uid": 0, "gid": 0, "user": "root", "group": "root"}; names are null where no account has the number
    )
    STRINGS = "strings"
    PATHS = "paths"  # a list of absolute paths
    MAP = "map"  # string -> string
    RECORDS = "records"  # list of objects with declared fields


NO_NULL: Final = object()


@dataclass(frozen=True, slots=True)
class Fact:
    """A declared fact: type, one sentence for the docs, and what null stands for.

    ``null_is`` is the value that the engine documents a JSON null to mean (a nil slice is an empty list); ``NO_NULL``
    makes null a wrong type. ``fields`` are the fields of a RECORDS element. ``derived`` facts are computed by a collector
    from what the engine or the host says; the others carry Docker's own names and can be checked with ``docker inspect``.
    ``known`` closes a STRING: every documented value, one that ends in ":" standing for all that begin with it. Another
    value is Unavailable(UNKNOWN_VALUE), since nobody can say what a newer engine means by it.
    """

    type: Type
    doc: str
    null_is: JsonValue | object = NO_NULL
    fields: Mapping[str, Fact] = field(default_factory=dict)
    derived: bool = False
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """Something a control can range over: the kind of its members, and a filter when it is part of a base collection."""

    kind: str
    doc: str
    base: str = ""  # the enumerated collection this one is a part of; "" when it is enumerated itself
    where: tuple[str, JsonValue] | None = None  # (fact, value) that picks the members of the base
