"""What a comparison says: what became of every finding between two assessments, and where the difference in score comes from."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from benchmark.model.control import Severity


class Standing(enum.StrEnum):
    """How a finding or a control stands in one assessment. The values are part of the JSON contract: never renamed."""

    NOT_ASKED = "not asked"  # the control is not part of the assessment
    ABSENT = "not there"  # the subject was not there
    NOT_APPLICABLE = "not applicable"  # or the control is not about such a subject: a container that does not run
    NOT_CHECKED = "not checked"  # left to a person, unscored or not selected
    UNKNOWN = "no verdict"  # error or unknown
    PASS = "pass"  # noqa: S105  (a verdict, not a password)
    WAIVED = "waived"  # it fails, and a waiver covers it
    FAIL = "fail"


class State(enum.StrEnum):
    """What became of a finding or a control between two assessments: exactly one for every pair of standings.

    The values are part of the JSON contract: never renamed.
    """

    REGRESSED = "regressed"
    NEW = "new"
    WAIVER_EXPIRED = "waiver expired"
    APPEARED = "appeared"
    NO_LONGER_KNOWN = "no longer known"
    NO_LONGER_CHECKED = "no longer checked"
    NEWLY_CHECKED = "newly checked"
    CHANGED = "changed"
    PERSISTING = "persisting"
    WAIVED_NOW = "waived now"
    FIXED = "fixed"
    GONE = "gone"
    UNCHANGED = "unchanged"


class Fate(enum.StrEnum):
    """How a subject of the second assessment was found in the first. The values are part of the JSON contract."""

    MATCHED = "matched"
    SCALED = "scaled"  # one more of a service that was there: told from the one that it is most like
    APPEARED = "appeared"
    GONE = "gone"


class Term(enum.StrEnum):
    """What a difference in score is split into. The values are part of the JSON contract: never renamed."""

    CONTENT_AND_TOOL = "content and tool"
    BENCHMARK_VERSION = "benchmark version"
    WAIVERS = "waivers"
    POPULATION = "population"
    POSTURE = "posture"
    COVERAGE = "coverage"


class Obstacle(enum.StrEnum):
    """Why two assessments cannot be compared, unless that is allowed. The values are what ``--allow`` takes."""

    HOST = "host"
    PROFILE = "profile"
    BENCHMARK = "benchmark"
    COVERAGE = "coverage"


class Outcome(enum.StrEnum):
    """What a comparison comes to."""

    SAME_OR_BETTER = "same or better"
    REGRESSED = "regressed"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers that a score is made of.

    ``waived`` counts failures that waivers cover, ``aside`` those of them about which a person must still judge something else:
    both are scorable, and after waivers the first have passed and the others are left out (``ControlResult.accepted``).
    """

    passed: int
    waived: int
    aside: int
    scorable: int

    @property
    def percent(self) -> Fraction | None:
        """The headline score, 0…100; None where nothing was scorable."""
        return Fraction(100 * self.passed, self.scorable) if self.scorable else None

    @property
    def after_waivers(self) -> Fraction | None:
        """The score if what is waived had passed, 0…100; None where nothing was scorable."""
        counted = self.scorable - self.aside
        return Fraction(100 * (self.passed + self.waived), counted) if counted else None


@dataclass(frozen=True, slots=True)
class Share:
    """What one term, or several that could not be told apart, contributes: the differences of two tallies.

    ``points`` and ``points_after`` (after waivers) are in percentage points; None where the bridge has no end to add up to.
    """

    terms: tuple[Term, ...]
    passed: int
    waived: int
    aside: int
    scorable: int
    points: Fraction | None
    points_after: Fraction | None


@dataclass(frozen=True, slots=True)
class Bridge:
    """The way from one score to another. ``shares`` add up exactly, in every one of their numbers, to what lies between.

    ``remarks`` say why terms could not be told apart.
    """

    before: Tally
    after: Tally
    shares: tuple[Share, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingChange:
    """What became of one finding. ``before`` and ``after`` are labels of the subject ("" where it was not there).

    ``identity`` is what it was recognised by ("compose service shop/web"). Messages are "" where there was no finding.
    ``by_terms`` is true for a failure that the earlier facts have too once they are judged as the later ones were: it is the
    content, the benchmark's version or the policy that changed, not the host.
    """

    state: State
    before_standing: Standing
    after_standing: Standing
    fate: Fate
    before: str
    after: str
    identity: str
    before_message: str
    after_message: str
    by_terms: bool = False

    @property
    def label(self) -> str:
        """The subject as it is called now, or was at last."""
        return self.after or self.before


@dataclass(frozen=True, slots=True)
class ControlChange:
    """What became of one control, and of its findings. ``numbers`` are its ids in the later assessment that has it.

    ``findings`` are those that are not as they were; ``unchanged`` counts the others.
    """

    control: str
    title: str
    severity: Severity
    numbers: tuple[str, ...]
    is_scored: bool
    state: State
    before: Standing
    after: Standing
    before_message: str
    after_message: str
    findings: tuple[FindingChange, ...]
    unchanged: int
    by_terms: bool = False


@dataclass(frozen=True, slots=True)
class ComparedSide:
    """One of the two: what it was called on the command line, what kind of thing that is, and what it says of itself."""

    reference: str
    kind: str  # "run", "result file" or "snapshot"
    run: str  # the id of the run; "" where it is none
    host: str
    engine_id: str
    release: str | None
    collected_at: str
    evaluated_at: str
    framework: str
    benchmark_version: str
    profile: str
    tool_version: str
    content_digest: str
    tally: Tally
    selected: int
    judged: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two assessments side by side. ``controls`` are in the order of the later one; those it does not have follow.

    ``obstacles`` maps what stands in the way of a comparison to a sentence; ``allowed`` are those that the user put up with.
    ``remarks`` are for people: what could only be matched by name, renamed containers and the like.
    """

    before: ComparedSide
    after: ComparedSide
    controls: tuple[ControlChange, ...]
    bridge: Bridge
    obstacles: Mapping[Obstacle, str]
    allowed: frozenset[Obstacle]
    remarks: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        """Not comparable before regressed: what could not be compared proves nothing either way."""
        if self.obstacles.keys() - self.allowed:
            return Outcome.NOT_COMPARABLE
        return Outcome.REGRESSED if self.is_worse else Outcome.SAME_OR_BETTER

    @property
    def is_worse(self) -> bool:
        """True when a finding or a control got worse (``WORSE``); a lower score alone is no regression, its bridge says why."""
        return any(got_worse(each) or any(map(got_worse, each.findings)) for each in self.controls)


WORSE: Final = frozenset({State.REGRESSED, State.NEW, State.WAIVER_EXPIRED, State.APPEARED})


def got_worse(change: ControlChange | FindingChange) -> bool:
    """True for a failure, not waived, that was none before: what ``dockmark compare`` leaves with 1 for.

    One that the earlier facts have too is none, unless a waiver ended: that is what the later policy says.
    """
    if change.by_terms and change.state is not State.WAIVER_EXPIRED:
        return False
    return _after(change) is Standing.FAIL and change.state in WORSE


def is_new_failure(change: ControlChange | FindingChange) -> bool:
    """True for a failure, not waived, that the baseline does not hold: also where the control was not asked then."""
    return _after(change) is Standing.FAIL and (change.state in WORSE or change.state is State.NEWLY_CHECKED)


def _after(change: ControlChange | FindingChange) -> Standing:
    return change.after if isinstance(change, ControlChange) else change.after_standing
