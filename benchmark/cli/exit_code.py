"""Exit codes, and the one place that chooses among them."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from benchmark.model.result import Assessment, Result


class ExitCode(enum.IntEnum):
    """What a caller may rely on. Documented in docs/cli.md; the numbers never change meaning."""

    MET = 0  # the policy is met
    NOT_MET = 1  # the policy is not met
    INCOMPLETE = 2  # error or unknown among the selected controls: the evaluation cannot be trusted either way
    USAGE = 3  # wrong usage, bad content, or a snapshot that was refused
    UNREACHABLE = 4  # no engine answered at the target, or a report could not be written, or a run not recorded
    UNVERIFIED = 5  # what was to be verified differs from what it should be
    INTERNAL = 70  # a bug in dockmark (EX_SOFTWARE of sysexits.h)
    INTERRUPTED = 130  # SIGINT
    TERMINATED = 143  # SIGTERM


class Refusal(Exception):
    """A run that cannot go on: a message for people, further lines of it, and the code to leave with. Never holds a secret."""

    def __init__(self, message: str, code: ExitCode = ExitCode.USAGE, more: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.more = more


class FailOn(enum.StrEnum):
    """When ``--fail-on`` counts the policy as not met."""

    NEVER = "never"
    FAIL = "fail"  # a control failed without a waiver
    INCOMPLETE = "incomplete"  # failures alone are no violation
    NEW = "new"  # a failure that the baseline does not hold
    SCORE = "score"  # the score after waivers lies below a minimum, or there is none


@dataclass(frozen=True, slots=True)
class Policy:
    """What ``--fail-on`` says. ``minimum`` is a percentage and counts for ``FailOn.SCORE`` only."""

    fail_on: FailOn = FailOn.FAIL
    minimum: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the exit code needs to know of one assessment."""

    failed: bool
    incomplete: bool
    percent: Decimal | None
    new_failures: bool = False  # that a baseline does not hold
    newly_incomplete: bool = False  # something has no verdict that had one in the baseline


def outcome_of(assessment: Assessment, *, new_failures: bool = False, newly_incomplete: bool = False) -> Outcome:
    """The outcome of ``assessment``. A failure under a waiver does not count as failed, nor against the score.

    A control beyond the benchmark counts here, though not in the score: it was asked for.
    """
    return Outcome(
        failed=any(row.result is Result.FAIL and row.waiver is None for row in assessment.results),
        incomplete=assessment.without_verdict > 0,
        percent=assessment.score.after_waivers,
        new_failures=new_failures,
        newly_incomplete=newly_incomplete,
    )


def choose(
    policy: Policy,
    outcomes: Iterable[Outcome],
    *,
    refused: bool = False,
    unreachable: bool = False,
) -> ExitCode:
    """The exit code of a whole run over any number of assessments.

    ``refused``: some input was bad (usage, content, a damaged snapshot). ``unreachable``: no engine answered, or a report
    could not be written. In this order: refused, unreachable, then nothing more under ``never``, then incomplete, then the
    policy. Under ``new`` what had no verdict in the baseline either is not incomplete. Over several assessments the first
    that applies to any of them counts.
    """
    seen = tuple(outcomes)
    if refused:
        return ExitCode.USAGE
    if unreachable:
        return ExitCode.UNREACHABLE
    if policy.fail_on is FailOn.NEVER:
        return ExitCode.MET
    is_new = policy.fail_on is FailOn.NEW
    if any(each.newly_incomplete if is_new else each.incomplete for each in seen):
        return ExitCode.INCOMPLETE
    if any(_violates(policy, each) for each in seen):
        return ExitCode.NOT_MET
    return ExitCode.MET


def _violates(policy: Policy, outcome: Outcome) -> bool:
    match policy.fail_on:
        case FailOn.NEVER | FailOn.INCOMPLETE:
            return False
        case FailOn.FAIL:
            return outcome.failed
        case FailOn.NEW:
            return outcome.new_failures
        case FailOn.SCORE:
            return outcome.percent is None or outcome.percent < policy.minimum
