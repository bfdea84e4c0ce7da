"""``--baseline``: what was there before, so that only new failures break a build."""

from __future__ import annotations

from argparse import Namespace
from typing import Final

from benchmark.cli.evaluation import Question
from benchmark.cli.exit_code import FailOn, Outcome, Policy, Refusal, outcome_of
from benchmark.cli.options import FAIL_ON
from benchmark.cli.streams import say
from benchmark.model.content import Catalog
from benchmark.model.result import Assessment

_TOLD: Final = 20


class Baseline:
    """The policy of a command, and what ``--fail-on new`` looks back to.

    Making one reads what ``--baseline`` names, before any work is done: a JSON or XCCDF result, a snapshot, which is judged as
    the new facts are, or a run. ``--baseline`` alone means ``--fail-on new``. Raises Refusal.
    """

    def __init__(self, arguments: Namespace, catalog: Catalog, question: Question) -> None:
        reference: str | None = arguments.baseline
        self.policy: Policy = arguments.fail_on
        if reference is not None and self.policy is FAIL_ON.default:
            self.policy = Policy(FailOn.NEW)
        self._reference = reference
        self._labels: tuple[str, ...] = tuple(arguments.identity_label)
        self._assessment = None if reference is None else _read(reference, arguments, catalog, question)
        require_baseline(self.policy, reference)

    def outcome_of(self, assessment: Assessment) -> Outcome:
        """The outcome of ``assessment``. With a baseline its new failures are told, on standard error."""
        if self._assessment is None:
            return outcome_of(assessment)
        from benchmark.history.baseline import list_since  # noqa: PLC0415  (most runs have none)

        since = list_since(self._assessment, assessment, self._labels)
        before, now = self._assessment.target.name, assessment.target.name
        if before != now:
            say(f"dockmark: the baseline {self._reference} is of another host: {before or 'unnamed'}, not {now}")
        self._tell("failure that is not in", "failures that are not in", since.failures)
        self._tell("verdict less than in", "verdicts less than in", since.unseen)
        return outcome_of(assessment, new_failures=bool(since.failures), newly_incomplete=bool(since.unseen))

    def _tell(self, one: str, many: str, sentences: tuple[str, ...]) -> None:
        if not sentences:
            return
        count = f"1 {one}" if len(sentences) == 1 else f"{len(sentences)} {many}"
        more = len(sentences) - _TOLD
        lines = [f"  {each}" for each in sentences[:_TOLD]] + ([f"  and {more} more"] if more > 0 else [])
        say(f"dockmark: {count} the baseline {self._reference}:", *lines)


def require_baseline(policy: Policy, reference: str | None) -> None:
    """Raises Refusal for ``--fail-on new`` without anything that is older."""
    if policy.fail_on is FailOn.NEW and reference is None:
        raise Refusal("--fail-on new needs --baseline: what is new is told from what was there before")


def _read(reference: str, arguments: Namespace, catalog: Catalog, question: Question) -> Assessment:
    from benchmark.cli.sides import Sides  # noqa: PLC0415  (most runs have none)

    with Sides(arguments, host=None, judged_by=(catalog, question)) as sides:
        return sides.find(reference).compared.assessment
