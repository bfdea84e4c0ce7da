"""Controls: one checkable statement each, as data. Nothing here executes."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from benchmark.model.declaration import Fact, Type
from benchmark.model.facts import JsonValue

PARAMETER: Final = "parameter"  # the prefix under which a condition looks at a parameter as at a fact
_FACT_TYPES: Final[Mapping[str, Type]] = {
    "strings": Type.STRINGS,
    "string": Type.STRING,
    "int": Type.INT,
    "bool": Type.BOOL,
}


class Severity(enum.StrEnum):
    """XCCDF severities."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Automation(enum.StrEnum):
    """How far our own check goes; kept apart from the assessment that CIS publishes."""

    FULL = "full"  # the check alone says pass or fail
    PARTIAL = "partial"  # the check decides some cases and leaves the others to a person
    ATTESTED = "attested"  # only a person can say


class Recreate(enum.StrEnum):
    """What applying the remediation costs."""

    NOTHING = "nothing"
    RELOAD = "reload"
    DAEMON = "restart daemon"
    CONTAINER = "recreate container"
    IMAGE = "rebuild image"
    HOST = "change host"


class WhenAbsent(enum.StrEnum):
    """What a proven absence means to a test that names it."""

    PASS = "pass"  # noqa: S105  (a verdict, not a password)
    FAIL = "fail"
    NOTAPPLICABLE = "notapplicable"


@dataclass(frozen=True, slots=True)
class ParameterRef:
    """An argument taken from the control's parameter of that name."""

    name: str


Argument: TypeAlias = "JsonValue | ParameterRef"


@dataclass(frozen=True, slots=True)
class Test:
    """``fact word argument``: one word of the operator table applied to one fact."""

    fact: str
    word: str
    argument: Argument
    absent: WhenAbsent | None = None


@dataclass(frozen=True, slots=True)
class Each:
    """A quantifier over a list of records: ``every``, ``some`` or ``none`` of the fact's elements meet ``condition``.

    Facts inside ``condition`` are field names of the element.
    """

    fact: str
    quantifier: str
    condition: Condition
    absent: WhenAbsent | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part is decided and does not hold."""

    part: Condition


Condition: TypeAlias = "Test | Each | AllOf | AnyOf | Not"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a profile or tailoring may set. ``type`` is ``strings``, ``string``, ``int`` or ``bool``."""

    name: str
    type: str
    default: JsonValue
    description: str

    @property
    def fact(self) -> Fact:
        """What ``parameter:NAME`` is to a condition that looks at it as at a fact."""
        return Fact(_FACT_TYPES[self.type], self.description, derived=True)


@dataclass(frozen=True, slots=True)
class Fix:
    """A mend that a script can make: ``kind`` of the table of fixes, and its argument as written in the control.

    ``{"parameter": NAME}`` in place of an argument is the value of that parameter.
    """

    kind: str
    argument: JsonValue


@dataclass(frozen=True, slots=True)
class Remediation:
    """How to mend a failure, in our own words, and what that costs.

    ``fixes`` are the steps that a script can make of it, in order. Where there are none, ``by_hand`` says why, unless
    ``recreate`` says it: no program makes containers or images anew.
    """

    text: str
    recreate: Recreate
    fixes: tuple[Fix, ...] = ()
    by_hand: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """One checkable statement, one YAML file.

    Decision for one subject, in this order: ``when`` false -> notapplicable; ``check`` true -> pass, unless ``attest`` asks
    for a person's word as well -> notchecked; ``check`` false and ``review`` true -> notchecked (a person must judge what was
    found); otherwise fail. Without ``check`` the control is always notchecked. ``room`` is its folder below controls/.
    """

    id: str
    title: str
    version: int
    severity: Severity
    for_each: str
    check: Condition | None
    when: Condition | None
    review: Condition | None
    attest: str | None
    parameters: tuple[Parameter, ...]
    rationale: str
    remediation: Remediation
    room: str

    @property
    def automation(self) -> Automation:
        """Derived from what the control asks for."""
        if self.check is None:
            return Automation.ATTESTED
        return Automation.FULL if self.review is None and self.attest is None else Automation.PARTIAL
