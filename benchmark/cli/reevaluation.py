"""Judges the earlier facts again, under one condition more of the later ones each time: what the bridge of scores stands on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from benchmark.cli.evaluation import Question
from benchmark.cli.exit_code import Refusal
from benchmark.cli.sides import Facts, Side
from benchmark.history.bridge import Step
from benchmark.history.compare import Reevaluated
from benchmark.model.comparison import Term
from benchmark.model.content import Catalog
from benchmark.model.result import Assessment

# What of the terms is policy and not selection: when it is judged, and which waivers and attestations count.
_POLICY: Final = ("evaluated_at", "operator", "release", "waivers", "attestations", "evidence")


def reevaluate(before: Side, after: Side) -> Reevaluated | None:
    """The evaluations between both sides; None where one of them is a result file, whose facts nobody has."""
    if before.facts is None or before.judged is None or after.facts is None or after.judged is None:
        return None
    chain = list(_tool(before.compared.assessment, before.judged))
    reached = before.judged
    pending: tuple[Term, ...] = ()
    for term, question, catalog in _conditions(before.facts, after.facts):
        pending = (*pending, term)
        try:
            judged = before.facts.judge(question, catalog)
        except Refusal:  # terms of the one that the other's content does not have: told apart from the next no more
            continue
        chain.append(Step(pending, reached, judged))
        reached, pending = judged, ()
    if pending:
        return None
    return Reevaluated(
        like_for_like=reached,
        later=after.judged,
        chain=tuple(chain),
        closing=tuple(_tool(after.judged, after.compared.assessment)),
    )


def _tool(one: Assessment, other: Assessment) -> Iterator[Step]:
    if one is not other:
        yield Step((Term.CONTENT_AND_TOOL,), one, other)


def _conditions(before: Facts, after: Facts) -> Iterator[tuple[Term, Question, Catalog]]:
    """Content, then selection, then policy of the later side; those that do not differ are left out."""
    one, other = before.question, after.question
    files = {**one.files, **other.files}
    if before.catalog.digest != after.catalog.digest:
        yield Term.CONTENT_AND_TOOL, one, after.catalog
    policy = {each: getattr(one.terms, each) for each in _POLICY}
    mixed = replace(other.terms, **policy)
    if mixed != one.terms:
        yield Term.BENCHMARK_VERSION, Question(mixed, files), after.catalog
    if mixed != other.terms:
        yield Term.WAIVERS, other, after.catalog
