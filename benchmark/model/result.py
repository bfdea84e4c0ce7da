"""Results, findings and the assessment: what an evaluation says."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from benchmark.model.control import Control
from benchmark.model.facts import JsonValue, Reason, Subject
from benchmark.model.framework import Requirement
from benchmark.model.policy import PolicyReport
from benchmark.model.run import Recorded
from benchmark.model.seen import Seen, state
from benchmark.model.snapshot import Collector, Enumeration, Target
from benchmark.model.tailoring import Refinement, Tailoring


class Result(enum.StrEnum):
    """The nine results of XCCDF 1.2 (NIST IR 7275r4, table 26)."""

    PASS = "pass"  # noqa: S105  (a verdict, not a password)
    FAIL = "fail"
    ERROR = "error"
    UNKNOWN = "unknown"
    NOTAPPLICABLE = "notapplicable"
    NOTCHECKED = "notchecked"
    NOTSELECTED = "notselected"
    INFORMATIONAL = "informational"
    FIXED = "fixed"


class Finding(NamedTuple):
    """A subject's result for a control; a named tuple, like Seen, because there are so many.

    ``seen`` are the facts the verdict rests on, the deciding ones first: never empty for ``pass``. ``reason`` is set for
    ``error`` and ``unknown`` only. ``text`` is the message where it says more than what was seen; "" where it does not, so
    that the many messages that nobody reads are never written. ``waiver`` is the id of the waiver that covers a failure,
    ``attestation`` that of the attestation by which a person decided.
    """

    subject: Subject
    result: Result
    seen: tuple[Seen, ...]
    text: str = ""
    reason: Reason | None = None
    waiver: str | None = None
    attestation: str | None = None

    @property
    def message(self) -> str:
        """Subject, actual and expected: ``container web: HostConfig.Privileged is true, must be false``."""
        return self.text or f"{self.subject.title}: {'; '.join(state(each) for each in self.seen)}"


@dataclass(frozen=True, slots=True)
class ControlResult:
    """The row that every selected control leaves.

    ``requirement`` is the framework item by which the control was selected; ``findings`` are in the snapshot's order.
    ``mapped`` are the ids that the control has in every other framework, in its newest version: framework -> ids in order.
    ``message`` explains the verdict of the control as a whole (which may have no findings: an enumeration with a gap, or
    none at all). ``waiver`` is set where waivers cover every failure, and no error and no gap is left beside them,
    ``attestation`` where a person's word decided a finding: the record of the one that ends first.
    """

    control: Control
    requirements: tuple[Requirement, ...]
    result: Result
    findings: tuple[Finding, ...]
    message: str
    reason: Reason | None = None
    enumeration: Enumeration | None = None
    waiver: Mapping[str, str] | None = None
    attestation: Mapping[str, str] | None = None
    refinement: Refinement | None = None  # what a tailoring changed about the control
    arguments: Mapping[str, JsonValue] = field(default_factory=dict)  # the values of its parameters that were in force
    mapped: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def accepted(self) -> Result:
        """The result if what is waived had passed: what a person must judge beside it stays for a person."""
        if self.result is not Result.FAIL or self.waiver is None:
            return self.result
        return Result.NOTCHECKED if any(each.result is Result.NOTCHECKED for each in self.findings) else Result.PASS


class Deselected(NamedTuple):
    """A control that a tailoring took out of the profile, and the requirements that it would have decided."""

    control: Control
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class XccdfScore:
    """One XCCDF score: the system's URN, the score and its maximum, both exact."""

    system: str
    score: Decimal
    maximum: Decimal


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the selection was judged. selected = judged + errors + unknown + manual + notapplicable.

    ``judged`` counts pass and fail.
    """

    selected: int
    judged: int
    errors: int
    unknown: int
    manual: int
    notapplicable: int


@dataclass(frozen=True, slots=True)
class Score:
    """The headline score, CIS-CAT's: passed / scorable in percent, scorable = passed + failed + error + unknown.

    ``percent`` and ``after_waivers`` are exact decimals in 0…100, or None when nothing was scorable. ``after_waivers`` is the
    score if what is waived had passed; a control about which a person must then still judge is left out, as everywhere.
    """

    percent: Decimal | None
    passed: int
    scorable: int
    after_waivers: Decimal | None
    coverage: Coverage
    xccdf: tuple[XccdfScore, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """All results of one evaluation. ``results`` are in the order of the benchmark's numbering; those of controls that
    decide no requirement follow, and ``score`` is without them.

    ``context`` holds the subjects that any control may name with a prefix (``daemon``, ``host``), for their provenance.
    ``deselected`` are controls that the profile has and the tailoring took out: listed, never silently gone. ``recorded`` is
    where the history keeps it, for reports of an assessment that was recorded before they were written. ``policy`` says
    what became of every waiver and attestation; None where none were given.
    """

    tool_version: str
    content_digest: str
    target: Target
    collector: Collector
    collected_at: str
    evaluated_at: str
    operator: str
    release: str | None
    framework: str
    benchmark_version: str
    profile: str
    score: Score
    results: tuple[ControlResult, ...]
    not_judged: tuple[Requirement, ...]  # requirements of this version and profile that no control decides yet
    warnings: tuple[str, ...] = ()
    context: Mapping[str, Subject] = field(default_factory=dict)
    tailoring: Tailoring | None = None
    deselected: tuple[Deselected, ...] = ()
    recorded: Recorded | None = None
    policy: PolicyReport | None = None

    @property
    def without_verdict(self) -> int:
        """How many results are error or unknown, those that the score leaves out included."""
        return sum(each.result in (Result.ERROR, Result.UNKNOWN) for each in self.results)
