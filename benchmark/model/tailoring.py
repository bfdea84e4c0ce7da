"""A user's change to a profile, in our own terms: which controls, which values, which weights."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from benchmark.model.control import Severity
from benchmark.model.facts import JsonValue


class Role(enum.StrEnum):
    """What a rule's result counts for (NIST IR 7275r4, table 12)."""

    FULL = "full"
    UNSCORED = "unscored"  # judged, and reported as informational
    UNCHECKED = "unchecked"  # not judged, and reported as notchecked


@dataclass(frozen=True, slots=True)
class Refinement:
    """What a tailoring says about a control it keeps. None leaves the control's own; ``weight`` is not negative."""

    weight: Decimal | None = None
    severity: Severity | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Tailoring:
    """A tailoring file, read and resolved against the benchmark.

    ``href`` is where it was read from, ``id``, ``version`` and ``time`` are its own (NIST IR 7275r4, 6.7.3); ``profile`` is
    the full id of the profile that was chosen in it, ``title`` its title, ``extends`` the full id of the benchmark's profile
    that it starts from, "" for none.
    ``selected`` says for every control of the benchmark whether it is judged. ``parameters`` maps (control, parameter)
    to the value that is set, ``refinements`` control -> what else is changed, ``group_weights`` section ("5") -> its weight.
    """

    href: str
    id: str
    version: str
    time: str
    profile: str
    title: str
    extends: str
    selected: Mapping[str, bool]
    parameters: Mapping[tuple[str, str], JsonValue] = field(default_factory=dict)
    refinements: Mapping[str, Refinement] = field(default_factory=dict)
    group_weights: Mapping[str, Decimal] = field(default_factory=dict)
